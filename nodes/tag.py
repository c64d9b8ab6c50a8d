"""Tags of a picture, as collections of drawings and training sets use them: short names, "1girl, red_hair, outdoors", each with a likelihood.

Which tags are kept, in what order and how they are written is decided here, without the model, so that tags of any origin can be tidied the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np

from graph import BadInput, Image, Model, Run, Slider, Text, node
from nodes.models.tagger import CHARACTER, GENERAL, RATING

# fmt: off
KAOMOJI = frozenset((
    "0_0", "(o)_(o)", "+_+", "+_-", "._.", "<o>_<o>", "<|>_<|>", "=_=", ">_<", "3_3", "6_9", ">_o", "@_@", "^_^", "o_o", "u_u", "x_x", "|_|", "||_||",
))
# fmt: on
"""Faces among the tags: their underscore is a mouth."""

Writing = Literal["spaces", "underscores"]


class Tagged(NamedTuple):
    """tags: one text, separated by commas. names: the same one by one. scores: how likely each is, 0..1, 1 for the trigger. rating: how the tagger
    rates the picture ("general", "sensitive" …), empty where it does not. characters: the names among the tags, one by one."""

    tags: str
    names: list[str]
    scores: list[float]
    rating: str
    characters: list[str]


class Tidied(NamedTuple):
    """tags: one text, separated by commas. names: the same one by one."""

    tags: str
    names: list[str]


@node(
    heavy=True, tags=("wd14", "tagger", "danbooru", "booru", "label", "annotate", "keywords", "wd-vit", "interrogate")
)
def picture(
    image: Image,
    threshold: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.35,
    characters: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.85,
    exclude: Annotated[str, Text(multiline=True)] = "",
    trigger: str = "",
    writing: Writing = "spaces",
    escape: bool = False,
    model: Annotated[str, Model("tagger")] = "auto",
    *,
    run: Run,
) -> Tagged:
    """Tag a picture with a tagger of the WD14 family (multi-label classification, sigmoid for each tag).

    The trigger comes first, then characters, then all other tags, each most likely first.

    image: of any size; it is laid on a white square and scaled to the model's side, 448 pixels for the published ones.
    threshold: how likely a general tag must be.
    characters: how likely the name of a character must be; names are more easily wrong.
    exclude: tags to leave out, separated by commas or lines; spaces and underscores count as the same, case does not matter.
    trigger: a tag to put in front, such as the word that a LoRA is to learn.
    writing: "red hair" or "red_hair"; faces such as ^_^ stay as they are.
    escape: write brackets as \\( and \\), for prompts in which brackets weigh words.
    model: which tagger to use.
    """
    loaded = run.models.get("tagger", model, run.say)
    run.progress(0, 1, "looking at the picture")
    likely = loaded.scores(image)
    run.progress(1, 1)
    rows = _kept(loaded.tags, likely, {GENERAL: threshold, CHARACTER: characters}, exclude, trigger)
    written = [_written(name, writing, escape) for name, _, _ in rows]
    return Tagged(
        ", ".join(written),
        written,
        [score for _, score, _ in rows],
        _rating(loaded.tags, likely),
        [text for text, (_, _, named) in zip(written, rows, strict=True) if named],
    )


@node(tags=("clean", "filter", "exclude", "trigger", "deduplicate", "caption file", "underscore", "merge"))
def tidy(
    tags: Annotated[str, Text(multiline=True)],
    more: Annotated[str, Text(multiline=True)] = "",
    exclude: Annotated[str, Text(multiline=True)] = "",
    trigger: str = "",
    writing: Writing = "spaces",
    escape: bool = False,
    most: Annotated[int, Slider(0, 1000)] = 0,
) -> Tidied:
    """Tidy a list of tags: no tag twice, none that is excluded, one way of writing, the trigger in front.

    tags: separated by commas or lines.
    more: further tags that come behind them, such as those of a caption.
    exclude: tags to leave out; spaces and underscores count as the same, case does not matter.
    trigger: a tag to put in front.
    writing: "red hair" or "red_hair"; faces such as ^_^ stay as they are.
    escape: write brackets as \\( and \\), for prompts in which brackets weigh words.
    most: how many tags to keep, the trigger among them; 0 for all.
    """
    left_out, seen, kept = {_plain(tag) for tag in split(exclude)}, set(), []
    for number, tag in enumerate([*split(trigger)[:1], *split(tags), *split(more)]):
        plain = _plain(tag)
        if plain in seen or (plain in left_out and not (trigger.strip() and number == 0)):
            continue
        seen.add(plain)
        kept.append(_written(tag, writing, escape))
    if not kept:
        raise BadInput("tags", "no tag is left", "give tags separated by commas, or exclude fewer")
    kept = kept[:most] if most else kept
    return Tidied(", ".join(kept), kept)


def _kept(
    tags: Sequence[tuple[str, int]], likely: np.ndarray, least: dict[int, float], exclude: str, trigger: str
) -> list[tuple[str, float, bool]]:
    """Name, likelihood and whether it is a character, in order: the trigger, characters, the rest. least: the threshold of each category that counts."""
    left_out = {_plain(tag) for tag in split(exclude)}
    found = [
        (category != CHARACTER, -float(score), name)
        for (name, category), score in zip(tags, likely, strict=True)
        if category in least and score >= least[category] and _plain(name) not in left_out
    ]
    front = split(trigger)[:1]
    rows = [(name, -minus, not general) for general, minus, name in sorted(found)]
    return [(tag, 1.0, False) for tag in front] + [row for row in rows if _plain(row[0]) not in map(_plain, front)]


def _rating(tags: Sequence[tuple[str, int]], likely: np.ndarray) -> str:
    """The likeliest of the ratings, "" where the tagger has none."""
    found = [(float(score), name) for (name, category), score in zip(tags, likely, strict=True) if category == RATING]
    return max(found)[1] if found else ""


def split(text: str) -> list[str]:
    """The tags of a text that separates them by commas or lines."""
    return [tag for part in re.split(r"[,\n]", text) if (tag := " ".join(part.split()))]


def _plain(tag: str) -> str:
    """What two tags are compared by."""
    return " ".join(tag.replace("\\(", "(").replace("\\)", ")").replace("_", " ").lower().split())


def _written(tag: str, writing: Writing, escape: bool) -> str:
    tag = tag.replace("\\(", "(").replace("\\)", ")")
    if tag not in KAOMOJI:
        tag = tag.replace("_", " ") if writing == "spaces" else tag.replace(" ", "_")
    return tag.replace("(", "\\(").replace(")", "\\)") if escape else tag
