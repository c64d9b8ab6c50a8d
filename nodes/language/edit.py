"""Sentences for edits: a chat model reads what a person wants, bound by a grammar to what he said.

Every text in the answer is a run of words of the sentence, because the grammar is made from the sentence: no model, however small or large, can put a thing
into the edit that nobody asked for. An instruction that is none of the four edits is an error, never a guess.
"""

from __future__ import annotations

import json
import re
from itertools import count
from typing import Annotated, Any, Literal, NamedTuple

from graph import BadInput, GraftError, Model, Run, Text, node
from nodes.language.common import literal, pace

LONGEST = 1000
"""Characters of a sentence; an edit needs a dozen words."""
FIELDS = {
    "replace": ("target", "where", "replacement", "color", "style"),
    "recolor": ("target", "where", "color"),
    "remove": ("target", "where"),
    "background": ("target", "place", "style"),
    "other": (),
}
NEEDED = {
    "replace": ("target", "replacement"),
    "recolor": ("target", "color"),
    "remove": ("target",),
    "background": ("place",),
    "other": (),
}
"""Fields of each action in the order in which a model writes them, and those that must not be empty."""
EXAMPLES = "write for example 'replace the car with a bicycle', 'make the door green', 'remove the lamp' or 'put the dog on a beach'"

INSTRUCTIONS = """You read one instruction for editing a picture and answer with JSON.
Copy words from the instruction exactly; never add or change one. Leave a field empty ("") when nothing is said about it.
Actions:
replace: a thing becomes another thing. target: the thing now there, without article. where: words that say where it is.
  replacement: the new thing, with its article. color: a new color said apart from the replacement. style: an art style.
recolor: a thing gets another color, pattern or material. target, where, color.
remove: a thing goes away. target, where.
background: the surroundings change. target: the thing that stays, without article. place: the new surroundings, without preposition. style.
other: anything else, such as adding a thing, cropping, questions, small talk."""
SHOTS = (
    (
        "Could you swap the old couch on the left for a leather armchair?",
        ("replace", "old couch", "on the left", "a leather armchair", "", ""),
    ),
    ("Make the door dark green please", ("recolor", "door", "", "dark green")),
    ("get rid of the people in the background", ("remove", "people", "in the background")),
    ("Put my dog on a sunny beach", ("background", "dog", "a sunny beach", "")),
    ("add a hat to the dog", ("other",)),
    ("instead of the vase put a lamp there, in watercolor style", ("replace", "vase", "", "a lamp", "", "watercolor")),
    ("change the background to a city at night", ("background", "", "a city at night", "")),
    ("I'd like the blue car to be red", ("recolor", "blue car", "", "red")),
)

_WORD = re.compile(r"\w+(?:-\w+)*|['’]\w+")
_DETERMINER = re.compile(
    r"(?:(?:all|both|each|any|some|one)(?: of)?(?: the| these| those| my)?|the|an?|this|that|these|those|every|my|your|his|her|our|their|its) ",
    re.IGNORECASE,
)
_FINDABLE = re.compile(
    r"(?:on|in|at|near|by|with|behind|under|beside|next|above|below) |from (?:the )?(?:far )?(?:left|right|top|bottom|middle)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"( (?:with|in|of|on|that|who|wearing|holding|carrying|riding) .*)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COLORS = _words("""
red blue green yellow orange purple pink brown black white grey gray silver gold golden beige turquoise teal navy maroon burgundy crimson scarlet
magenta violet lavender lilac indigo cyan mint olive lime khaki ivory cream coral copper bronze blonde blond tan
""")
_SHADES = _words("light dark bright deep pale matte neon pastel vivid")
_MASS = _words(
    "hair fur grass water sky sand snow smoke people men women children sheep fish clothing furniture hay ice wood skin paint"
)


class Edit(NamedTuple):
    """What a sentence asks for. Empty texts stand for what it does not say."""

    action: Literal["replace", "recolor", "remove", "background"]
    target: str
    replacement: str
    color: str
    style: str
    place: str
    prompt: str


@node(family="language", heavy=True, tags=("instruction", "sentence", "llm", "chat", "parser", "words"))
def parse_edit(
    sentence: Annotated[str, Text(multiline=True)],
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Edit:
    """Read one sentence that asks for an edit.

    Gives the action; the target without its article ("red car", with the words that tell which one: "cup on the table"); the replacement with its
    article ("a bicycle"); the color or look asked for; the style; the place (of the target, or the new surroundings); and the prompt for a painting
    model. Where a new background names no target, the target is
    "foreground": everything that stands in front is to stay.

    sentence: such as "replace the car with a bicycle", "make the door green", "remove the lamp" or "put the dog on a beach".
    model: any chat model in GGUF format; "auto" takes the first on the shelf, else the starter model.
    """
    text = readable(sentence)
    chat = run.models.get("chat", model, say=run.say)
    most, tell, written = 256 + len(text), pace(run), count(1)
    answer = chat.answer(conversation(text), grammar(text), most, on_token=lambda: tell(next(written), most))
    said = understood(answer, text, chat.name)
    where = said.get("where", "")
    target = _DETERMINER.sub("", said.get("target", ""), count=1)
    found = target
    if where and _FINDABLE.match(where):
        found = f"{target} {where}"
    elif not target and said["action"] == "background":
        found = "foreground"
    elif where:
        run.say(f"looking for '{target}' everywhere: '{where}' is no place that can be searched")
    return Edit(
        action=said["action"],  # type: ignore[arg-type]
        target=found,
        replacement=said.get("replacement", ""),
        color=said.get("color", ""),
        style=said.get("style", ""),
        place=said.get("place", "") or where,
        prompt=prompt_for(said, target),
    )


def readable(sentence: str) -> str:
    """The sentence with single blanks; BadInput when it is too long or has no words."""
    if len(sentence) > LONGEST:
        raise BadInput(
            "sentence",
            f"it has {len(sentence):,} characters, at most {LONGEST:,} are read",
            "say what to change in one short sentence",
        )
    text = " ".join("".join(char if char.isprintable() else " " for char in sentence).split())
    if not _WORD.search(text):
        raise BadInput(
            "sentence", "there is no word in it, so nothing to replace was found" if text else "it is empty", EXAMPLES
        )
    return text


def conversation(sentence: str) -> list[dict[str, str]]:
    """Instructions and examples, then the sentence: the same opening each time, so that a model need read it only once."""
    messages = [{"role": "system", "content": INSTRUCTIONS}]
    for asked, (action, *values) in SHOTS:
        keys = {"action": action, **dict(zip(FIELDS[action], values, strict=True))}
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": json.dumps(keys, separators=(",", ":"))})
    return [*messages, {"role": "user", "content": sentence}]


def grammar(sentence: str) -> str:
    """GBNF of all answers about this sentence: the fields of each action, each a run of the sentence's words or, where it may be, empty.

    One rule a word: the word, then perhaps what lies between and the next word. So a run is as long as the rest of the sentence at most.
    """
    spans = [match.span() for match in _WORD.finditer(sentence)]
    actions = {action: _action(action) for action in FIELDS}
    rules = [
        f'root ::= "{{\\"action\\":\\"" ({" | ".join(actions)}) "\\"}}"',
        *(f"{action} ::= {rule}" for action, rule in actions.items()),
    ]
    rules += ["part ::= run?", "run ::= " + " | ".join(f"w{index}" for index in range(len(spans)))]
    for index, (start, end) in enumerate(spans):
        rule = f"w{index} ::= {literal(sentence[start:end])}"
        if index + 1 < len(spans):
            gap = sentence[end : spans[index + 1][0]]
            rule += f" ({literal(gap) + ' ' if gap else ''}w{index + 1})?"
        rules.append(rule)
    return "\n".join(rules) + "\n"


def _action(action: str) -> str:
    rule = f'"{action}"'
    for name in FIELDS[action]:
        rule += f' "\\",\\"{name}\\":\\"" ' + ("run" if name in NEEDED[action] else "part")
    return rule


def understood(answer: str, sentence: str, name: str) -> dict[str, str]:
    """The answer's fields. Raises BadInput when it is no edit, GraftError when the model did not keep to the form."""
    try:
        said: Any = json.loads(answer)
        action = said["action"]
        fields = {key: said[key] for key in FIELDS[action]}
    except (ValueError, KeyError, TypeError):
        raise GraftError(
            f"the model '{name}' gave no answer that can be read: {answer[:200]!r}", "choose another chat model"
        ) from None
    if action == "other":
        what = f"nothing to replace, recolor or remove and no new background was found in '{_short(sentence)}'"
        raise BadInput("sentence", what, EXAMPLES)
    for key, value in fields.items():
        if not isinstance(value, str) or value not in sentence:
            what = f"the model '{name}' answered with the {key} '{value}', which is not in the sentence"
            raise BadInput("sentence", what, "say it in other words, or choose another chat model")
        if not value and key in NEEDED[action]:
            raise BadInput("sentence", f"no {key} was found in '{_short(sentence)}'", EXAMPLES)
    return {"action": action, **fields}


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"


def prompt_for(said: dict[str, str], target: str) -> str:
    """What a painting model is told: the new thing, the thing in its new color, the new place, or nothing for a removal."""
    color, style = said.get("color", ""), said.get("style", "")
    if said["action"] == "replace":
        thing = _with_color(said["replacement"], color)
    elif said["action"] == "recolor":
        thing = _with_color(_with_article(_uncolored(target)), color)
    else:
        thing = said.get("place", "")
    return f"{thing}, {style} style" if style and thing else thing


def _uncolored(thing: str) -> str:
    """The thing without the colors in front of it: "shiny dark red car" becomes "shiny car"; a thing that is only a color stays."""
    head, *rest = _TAIL.split(thing, maxsplit=1)
    words = head.split()
    kept = [word for index, word in enumerate(words[:-1]) if word.lower() not in _COLORS and not _shade(words, index)]
    return " ".join([*kept, *words[-1:]]) + "".join(rest)


def _shade(words: list[str], index: int) -> bool:
    return words[index].lower() in _SHADES and words[index + 1].lower() in _COLORS


def _with_article(thing: str) -> str:
    """The thing with "a" in front, unless it is many or no countable thing: judged by the head, before "with", "in" or "of"."""
    head = _TAIL.split(thing, maxsplit=1)[0].lower()
    last = head.split()[-1] if head else ""
    many = last in _MASS or " and " in head or (last.endswith("s") and not last.endswith(("ss", "us", "is")))
    return thing if many else f"a {thing}"


def _with_color(thing: str, color: str) -> str:
    """Put the color behind the article: "an apple", "blue" becomes "a blue apple"; no color only mends "a" before a vowel."""
    article, _, rest = thing.partition(" ")
    if article.lower() not in ("a", "an", "the", "some", "my", "another") or not rest:
        return f"{color} {thing}".strip()
    thing = f"{color} {rest}".strip()
    if color and article.lower() in ("a", "an"):
        article = "an" if color[0].lower() in "aeiou" else "a"
    return f"{article} {thing}"
