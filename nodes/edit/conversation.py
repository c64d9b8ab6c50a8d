"""A picture is changed in a conversation: each sentence edits what the one before has left, and every turn can be looked at, saved and taken back.

Each turn asks other nodes for its work, and their answers are kept by what went in: the picture so far, the sentence, the settings. So a sentence that is
changed, or taken back, costs the turns from there on and no more; to bring it back costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from graph import BadInput, GraftError, Image, Mask, MissingWeights, Model, NodeFailed, Run, Seed, Slider, Text, node
from nodes.pixels import check_same_size

TAKEN_BACK = "#"
"""A line that begins with this is passed over."""
Way = Literal["instruct", "parts"]
Sight = Literal["the thing", "the picture"]


class Turn(NamedTuple):
    """turn: which line of the conversation, 1 for the first; lines that were taken back keep their number. sentence: what was asked. image: the
    picture after it. changed: white where this turn may have changed something. name: for its file, such as "turn-1"."""

    turn: int
    sentence: str
    image: Image
    changed: Mask
    name: str


@dataclass(frozen=True)
class _Ways:
    """How a turn is made: the settings of the node."""

    by: Way
    look: Sight
    steps: int
    text_guidance: float
    image_guidance: float
    edit: str
    chat: str
    segment: str
    inpaint: str


def said(text: str) -> list[tuple[int, str]]:
    """The sentences with their numbers, without empty lines and without those that were taken back."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(number, line) for number, line in enumerate(lines, 1) if not line.startswith(TAKEN_BACK)]


@node(
    family="edit",
    heavy=True,
    tags=("chat", "dialogue", "turns", "multi-turn", "instruction", "undo", "take back", "history", "step by step"),
    count=lambda wish: len(said(wish["sentences"])),
)
def conversation(
    image: Image,
    sentences: Annotated[str, Text(multiline=True)],
    by: Way = "instruct",
    look: Sight = "the thing",
    steps: Annotated[int, Slider(1, 150)] = 20,
    text_guidance: Annotated[float, Slider(0.0, 30.0, 0.1)] = 0.0,
    image_guidance: Annotated[float, Slider(1.0, 10.0, 0.05)] = 1.5,
    seed: Annotated[int, Seed()] = 0,
    edit: Annotated[str | None, Model("edit")] = None,
    chat: Annotated[str, Model("chat")] = "auto",
    segment: Annotated[str, Model("segment")] = "auto",
    inpaint: Annotated[str, Model("inpaint")] = "auto",
    *,
    run: Run,
) -> Iterator[Turn]:
    """Edit a picture sentence by sentence; each turn comes out, as an item of a stream.

    A line that begins with # is taken back: the turns behind it go on from the last one that stands. Only turns from the first change on are made anew.

    image: the picture at the beginning; of any size.
    sentences: one edit a line, such as "make the car red" and then "remove the lamp".
    by: "instruct" uses InstructPix2Pix (edit.instruct); "parts" reads the sentence, finds the thing, and paints or heals there (language.parse_edit,
        segment.mask_from_words, diffusion.inpaint, paint.heal).
    look: what InstructPix2Pix is shown: "the thing" that the sentence names with its surroundings, where it names one; or all of "the picture", as
        sentences about light, weather and style need it.
    steps: of each turn; more take longer and give finer pictures, up to about 50.
    text_guidance: how closely to follow the words; 0 takes what the model recommends.
    image_guidance: how closely InstructPix2Pix keeps to the picture; 1.2 to 2 is usual.
    seed: of the first turn; each turn adds 1, so that what one leaves behind is not painted over itself.
    edit: the InstructPix2Pix model; without a name the first on the shelf. "parts" needs none.
    chat: the model that reads the sentences; not used with "instruct" and "the picture".
    segment: the model that finds the thing; not used with "instruct" and "the picture".
    inpaint: the model that paints with "parts".
    """
    turns = said(sentences)
    if not turns:
        what = "there is no sentence that stands" if sentences.strip() else "it is empty"
        raise BadInput("sentences", what, f"write one edit a line, without {TAKEN_BACK} in front of it")
    ways = _Ways(by, look, steps, text_guidance, image_guidance, edit or "auto", chat, segment, inpaint)
    run.expect(len(turns))
    for number, sentence in turns:
        run.check()
        try:
            image, changed = _turn(image, sentence, (seed + number - 1) % 2**53, ways, run)
        except (MissingWeights, NodeFailed):
            raise
        except GraftError as error:
            raise BadInput("sentences", f"turn {number}, '{sentence[:60]}': {error.what}", error.cure) from error
        yield Turn(number, sentence, image, changed, f"turn-{number}")


def _turn(image: Image, sentence: str, seed: int, ways: _Ways, run: Run) -> tuple[Image, Mask]:
    """The picture after one sentence, and where it may have changed."""
    if ways.by == "instruct":
        mask = _named(image, sentence, ways, run) if ways.look == "the thing" else None
        made = run.ask(
            "edit.instruct", image=image, instruction=sentence, mask=mask, steps=ways.steps, text_guidance=ways.text_guidance,
            image_guidance=ways.image_guidance, seed=seed, model=ways.edit,
        )  # fmt: skip
        return made["image"], made["changed"]
    asked = run.ask("language.parse_edit", sentence=sentence, model=ways.chat)
    mask = run.ask("segment.mask_from_words", image=image, words=asked["target"], model=ways.segment)["mask"]
    check_same_size("mask", mask, image)
    result = (
        _removed(image, mask, asked, ways, run)
        if asked["action"] == "remove"
        else _drawn(image, mask, asked, seed, ways, run)
    )
    return result, Mask(np.where((result != image).any(2), 255, 0).astype(np.uint8))


def _named(image: Image, sentence: str, ways: _Ways, run: Run) -> Mask | None:
    """The mask of the thing that a sentence is about; None where it names none, or none is found."""
    try:
        asked = run.ask("language.parse_edit", sentence=sentence, model=ways.chat)
        if asked["action"] == "background":
            return None
        return run.ask("segment.mask_from_words", image=image, words=asked["target"], model=ways.segment)["mask"]  # type: ignore[no-any-return]
    except BadInput as error:
        run.say(f"'{sentence[:60]}': the whole picture is edited, because {error.what}")
        return None


def _drawn(image: Image, mask: Mask, asked: Mapping[str, Any], seed: int, ways: _Ways, run: Run) -> Image:
    """Painted into the thing's place, or all around it."""
    behind = asked["action"] == "background"
    made = run.ask(
        "diffusion.inpaint", image=image, mask=Mask(255 - mask) if behind else mask, prompt=asked["prompt"], steps=ways.steps,
        guidance=ways.text_guidance, seed=seed, model=ways.inpaint, **({"shape": "mask", "grow": 0.0} if behind else {}),
    )  # fmt: skip
    return made["image"]  # type: ignore[no-any-return]


def _removed(image: Image, mask: Mask, asked: Mapping[str, Any], ways: _Ways, run: Run) -> Image:
    """Healed from its surroundings, but not from other things."""
    words = f"{asked['target']}, foreground"
    try:
        things = run.ask("segment.mask_from_words", image=image, words=words, model=ways.segment)["mask"]
    except BadInput:  # a model that knows no foreground
        things = mask
    return run.ask("paint.heal", image=image, mask=mask, grow=12, avoid=things, shadow=0.2)["image"]  # type: ignore[no-any-return]
