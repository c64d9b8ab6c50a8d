"""Which tags never belong to a picture of what was searched for: a chat model names them from the tags that are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile
from typing import Annotated, Any, NamedTuple

from graph import BadInput, Model, Run, Seed, Slider, node
from nodes.language.common import literal, model_of, pace, read, talk, words

INSTRUCTION = """You help to sort pictures that a search found. You get what was searched for and the tags of some pictures, one picture a line.
Name tags that show that a picture is not what was searched for. Each tag you name:
- stands in the lists, or among those named so far, letter by letter;
- would never stand on a picture of what was searched for;
- means something else than the others you name.
If there are tags named so far, keep those that are good and replace those for which there is a better one. The surest first. Answer as a JSON list."""
SHOTS = (
    (
        "Search: red panda photo\nTags named so far: none\nAt most: 3\nTags:\nred panda, tree, leaf, no humans\nbear, panda, bamboo\n1girl, cosplay, smile\n"
        "red panda, branch, fur\nlogo, text, white background",
        '["logo","1girl","panda"]',
    ),
)
SPARE = 64
"""Tokens that are kept free in the context beside the lists and the answer: for the words around them."""


class Irrelevant(NamedTuple):
    """tags: the tags named, with commas between them, the surest first. names: the same as a list. batches: how many were needed."""

    tags: str
    names: list[str]
    batches: int


@node(family="language", heavy=True, tags=("filter", "exclude", "clean", "dataset", "llm", "chat", "tagger"))
def irrelevant_tags(
    tags: Iterable[str],
    query: str,
    count: Annotated[int, Slider(1, 50)] = 10,
    per_batch: Annotated[int, Slider(1, 1000)] = 100,
    temperature: Annotated[float, Slider(0.0, 2.0)] = 0.0,
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Irrelevant:
    """Name the tags by which pictures that do not match a search can be put aside, with a large language model.

    The lists go to the model in batches, each with what was named so far, which it refines. A grammar made of the lists lets it name no tag that is not in
    them. Fewer than `count` may come, even none.

    tags: the stream of all pictures: of each its tags with commas between them, as a tagger gives them.
    query: what was searched for, such as "red panda photo".
    count: how many tags at most (K).
    per_batch: pictures whose lists are shown at once; fewer where the model's context is too small for them.
    temperature: of the sampling; 0 takes the likeliest tags.
    seed: of the sampling; without effect at temperature 0.
    model: any chat model in GGUF format that follows instructions; "auto" takes the first on the shelf.
    """
    asked, chat = words(query, "query"), model_of(run, model)
    lists = [found for found in (_parts(line) for line in tags) if found]
    if not lists:
        raise BadInput("tags", "no picture has a tag", "link the tags of a tagger, or lower its threshold")
    answer_room = count * (1 + max(chat.pieces(f'"{tag}",') for tag in {tag for found in lists for tag in found}))
    room = chat.context - chat.pieces(str(talk(INSTRUCTION, SHOTS, asked))) - 2 * answer_room - SPARE
    parts = list(_batches(lists, per_batch, room, chat))
    named: list[str] = []
    for number, part in enumerate(parts):
        run.progress(number, len(parts), f"batch {number + 1} of {len(parts)}")
        shown = "\n".join(", ".join(found) for found in part)
        said = f"Search: {asked}\nTags named so far: {', '.join(named) or 'none'}\nAt most: {count}\nTags:\n{shown}"
        allowed = list(dict.fromkeys([*named, *(tag for found in part for tag in found)]))
        reply = chat.reply(
            talk(INSTRUCTION, SHOTS, said), choice(allowed, count), most=answer_room + 8, seed=seed % 2**32, temperature=temperature,
            on_piece=pace(run) if len(parts) == 1 else lambda done, total: run.check(),
        )  # fmt: skip
        named = list(dict.fromkeys(read(reply.text, chat.name)))
    run.progress(len(parts), len(parts))
    if not named:
        run.say(f"of the tags of {len(lists)} pictures the model found none that can't be on a picture of '{asked}'")
    return Irrelevant(", ".join(named), named, len(parts))


def _parts(line: str) -> list[str]:
    """The tags of a picture, each once."""
    return list(dict.fromkeys(tag for tag in (" ".join(part.split()) for part in line.split(",")) if tag))


def _batches(lists: list[list[str]], most: int, room: int, chat: Any) -> Iterator[list[list[str]]]:
    """The lists in runs of at most `most` pictures and `room` tokens. BadInput where one list alone is too long."""
    part: list[list[str]] = []
    used = 0
    for number, found in enumerate(lists, 1):
        needed = chat.pieces(", ".join(found)) + 1
        if needed > room:
            raise BadInput(
                "tags",
                f"the {len(found)} tags of picture {number} take {needed:,} tokens, and the model '{chat.name}' has room for {max(room, 0):,}",
                "raise the tagger's threshold, lower count, or choose a model with a longer context",
            )
        if part and (len(part) == most or used + needed > room):
            yield part
            part, used = [], 0
        part.append(found)
        used += needed
    yield part


def choice(tags: list[str], count: int) -> str:
    """GBNF of a JSON list of at most `count` of the tags."""
    rest = f' ("," tag){{0,{count - 1}}}' if count > 1 else ""
    return f'root ::= "[" (tag{rest})? "]"\ntag ::= "\\"" ({_tree(sorted(set(tags)))}) "\\""\n'


def _tree(texts: list[str]) -> str:
    """GBNF of one of the texts, sorted, each beginning written once: llama.cpp tries each alternative with each piece of its vocabulary."""
    branches = []
    for _, group in groupby(texts, lambda text: text[:1]):
        members = list(group)
        shared = _shared(members[0], members[-1])
        tails = [text[len(shared) :] for text in members if text != shared]
        rule = literal(shared)
        if tails:
            rule += f" ({_tree(tails)})" + ("?" if len(tails) < len(members) else "")
        branches.append(rule)
    return " | ".join(branches)


def _shared(first: str, last: str) -> str:
    """How the first and the last of sorted texts begin alike, and so all between them."""
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
