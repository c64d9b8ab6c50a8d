"""Prompts and searches written by a chat model: one prompt into another, into many, one search into synonyms and translations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

from graph import BadInput, Model, Run, Seed, Slider, Text, node
from nodes.language.common import CHARACTER, literal, model_of, nonsense, pace, read, talk, words

TRIES = 5
"""Answers that are asked for, each with another seed, before a model is said to answer nonsense."""
KEEP_THE_TOPIC = (
    "You rewrite descriptions of pictures. Keep the main topic and all objects that are named. Change the rest: the surroundings, the light, the style, "
    "the composition, the wording. Answer with the description alone."
)
FORM = 'Answer as JSON: {"prompt": "…"}'
PROMPT = f'root ::= "{{\\"prompt\\":\\"" char+ "\\"}}"\n{CHARACTER}\n'


class Rewritten(NamedTuple):
    """prompt: the new description. thoughts: the model's reasoning, empty where it gave none."""

    prompt: str
    thoughts: str


class Variation(NamedTuple):
    """prompt: one description. index: 0 for the first."""

    prompt: str
    index: int


class Query(NamedTuple):
    """text: what to search for. language: its language; empty for the search itself and its synonyms."""

    text: str
    language: str


@node(family="language", heavy=True, tags=("prompt", "llm", "chat", "enhance", "paraphrase", "augment"))
def rewrite(
    prompt: Annotated[str, Text(multiline=True)],
    instruction: Annotated[str, Text(multiline=True)] = KEEP_THE_TOPIC,
    keep: str = "",
    temperature: Annotated[float, Slider(0.0, 2.0)] = 0.8,
    seed: Annotated[int, Seed()] = 0,
    longest: Annotated[int, Slider(16, 2000)] = 300,
    think: bool = False,
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Rewritten:
    """Write a prompt anew with a large language model: the topic stays, the rest changes.

    The answer is bound by a grammar to one text, so that no greeting or explanation gets into it.

    prompt: the description to start from.
    instruction: what the model is told to do with it (the system prompt); change it to have something else kept or changed.
    keep: words that must be in the new prompt, with commas between them; an answer without them is asked for again, five times at most.
    temperature: of the sampling; 0 takes the likeliest word each time, higher values wander further.
    seed: another seed, another prompt.
    longest: tokens that the model may write, its reasoning included.
    think: let a model that can reason do so first; it takes longer.
    model: any chat model in GGUF format that follows instructions; "auto" takes the first on the shelf.
    """
    text, chat = words(prompt, "prompt"), model_of(run, model)
    needed = [word.strip() for word in keep.split(",") if word.strip()]

    def wrong(new: str) -> str:
        lacking = [word for word in needed if word.lower() not in new.lower()]
        return f"without {', '.join(lacking)}" if lacking else ""

    messages = talk(f"{instruction.strip()}\n{FORM}", (), text)
    return _written(chat, messages, longest, temperature, seed, think, wrong, run)


@node(
    family="language",
    heavy=True,
    count=lambda wish: wish["count"],
    tags=("prompts", "llm", "chat", "many", "augment", "stream", "dataset"),
)
def vary(
    prompt: Annotated[str, Text(multiline=True)],
    count: Annotated[int, Slider(1, 200)] = 4,
    instruction: Annotated[str, Text(multiline=True)] = KEEP_THE_TOPIC,
    temperature: Annotated[float, Slider(0.0, 2.0)] = 0.9,
    seed: Annotated[int, Seed()] = 0,
    longest: Annotated[int, Slider(16, 2000)] = 300,
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Iterator[Variation]:
    """Give variations of a prompt, one after the other, each different from those before it. stream.texts gathers them in a list.

    Each is a call of its own with another seed, told of the last ten before it; the model reads the instruction only once.

    prompt: the description to start from.
    count: how many.
    instruction: what the model is told to do with it (the system prompt).
    temperature: of the sampling; 0 takes the likeliest word each time.
    seed: of the first; the others follow from it.
    longest: tokens that one of them may have.
    model: any chat model in GGUF format that follows instructions; "auto" takes the first on the shelf.
    """
    text, chat = words(prompt, "prompt"), model_of(run, model)
    run.expect(count)
    given: list[str] = []

    def wrong(new: str) -> str:
        return "which was there before" if _bare(new) in {_bare(one) for one in [text, *given]} else ""

    for index in range(count):
        before = "".join(f"\n- {one}" for one in given[-10:])
        messages = talk(f"{instruction.strip()}\n{FORM}", (), text + (f"\nUnlike these:{before}" if before else ""))
        made = _written(chat, messages, longest, temperature, (seed + index * TRIES) % 2**53, False, wrong, run)
        given.append(made.prompt)
        yield Variation(made.prompt, index)


def _written(
    chat: Any,
    messages: list[dict[str, str]],
    longest: int,
    temperature: float,
    seed: int,
    think: bool,
    wrong: Callable[[str], str],
    run: Run,
) -> Rewritten:
    """A description in which nothing is wrong, within five tries; at temperature 0 all tries would be the same one."""
    answer, why = "", ""
    for attempt in range(TRIES if temperature else 1):
        reply = chat.reply(
            messages,
            PROMPT,
            most=longest,
            seed=(seed + attempt) % 2**32,
            temperature=temperature,
            think=think,
            on_piece=pace(run),
        )
        answer = " ".join(str(read(reply.text, chat.name)["prompt"]).split())
        why = wrong(answer) if re.search(r"\w", answer) else "in which there is no word"
        if not why:
            return Rewritten(answer, reply.thoughts)
    raise nonsense(chat.name, answer, why)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


FIND_WORDS = """You help to search for pictures. For the words of a search you name other words for the same thing that people use, the
commonest first, and say the search in other languages, each as a person who speaks that language would type it. Answer as JSON alone."""
WORDS_SHOTS = (
    ('Search: sofa\nSynonyms: 2\nLanguages: German', '{"synonyms":["couch","settee"],"German":"Sofa"}'),
    ('Search: red panda\nSynonyms: 1\nLanguages: Spanish, French', '{"synonyms":["lesser panda"],"Spanish":"panda rojo","French":"panda roux"}'),
)  # fmt: skip


@node(family="language", heavy=True, tags=("synonyms", "translate", "languages", "search", "llm", "chat", "collect"))
def queries(
    query: str,
    synonyms: Annotated[int, Slider(0, 20)] = 3,
    languages: str = "German, Spanish, French",
    temperature: Annotated[float, Slider(0.0, 2.0)] = 0.0,
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Iterator[Query]:
    """Give a search in other words and other languages: first itself, then synonyms, then translations; what comes twice is given once.

    query: the words of the search, such as "red panda".
    synonyms: how many other words for the same thing.
    languages: their English names, with commas between them; empty for none.
    temperature: of the sampling; 0 takes the likeliest words.
    seed: of the sampling; without effect at temperature 0.
    model: any chat model in GGUF format that follows instructions; "auto" takes the first on the shelf.
    """
    text = words(query, "query")
    tongues = list(dict.fromkeys(name.strip() for name in languages.split(",") if name.strip()))
    if len(tongues) > 30:
        raise BadInput("languages", f"{len(tongues)} are named, at most 30 are asked for at once", "name fewer")
    found = [Query(text, "")]
    if synonyms or tongues:
        chat = model_of(run, model)
        asked = f"Search: {text}\nSynonyms: {synonyms}\nLanguages: {', '.join(tongues) or 'none'}"
        most = 64 + 48 * (synonyms + len(tongues))
        reply = chat.reply(
            talk(FIND_WORDS, WORDS_SHOTS, asked), _table(synonyms, tongues), most=most, seed=seed % 2**32,
            temperature=temperature, on_piece=pace(run),
        )  # fmt: skip
        said = read(reply.text, chat.name)
        found += [Query(word.strip(), "") for word in said["synonyms"]]
        found += [Query(said[name].strip(), name) for name in tongues]
    first: dict[str, Query] = {}
    for one in found:
        if re.search(r"\w", one.text):
            first.setdefault(one.text.lower(), one)
    kept = list(first.values())
    if len(kept) < len(found):
        run.say(f"{len(found) - len(kept)} of {len(found)} queries were the same as others, or without a word")
    run.expect(len(kept))
    yield from kept


def _table(synonyms: int, tongues: list[str]) -> str:
    """GBNF: so many synonyms, then one text for each language, called by its name."""
    rule = '"{\\"synonyms\\":["' + (" " + ' "," '.join(["text"] * synonyms) if synonyms else "") + ' "]"'
    for name in tongues:
        rule += f' ",\\"" {literal(name)} "\\":" text'
    return f'root ::= {rule} "}}"\ntext ::= "\\"" char+ "\\""\n{CHARACTER}\n'
