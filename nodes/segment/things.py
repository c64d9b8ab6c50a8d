"""What the nodes that find several things at once share: masks at the picture's size, boxes of masks, room for them, and names in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from graph import BadInput, Boxes, Image, Mask, Run, node
from nodes.pixels import check_same_size, frozen

ROOM = 4_000_000_000
"""Bytes that the masks of one picture may take."""
LONGEST = 2_000
"""Characters of a list of names."""


class Thing(NamedTuple):
    """mask: of this thing alone. box: (1, 4), around it. label: its name, empty where none came in. score: 0..1, 1 where none came in. number: its
    place in the list; 1 is the first."""

    mask: Mask
    box: Boxes
    label: str
    score: float
    number: int


@node(
    family="segment", tags=("stream", "iterate", "one by one", "for each", "separate", "split", "crop each", "objects")
)
def each_thing(
    masks: list[Mask],
    labels: list[str] | None = None,
    scores: list[float] | None = None,
    *,
    run: Run,
) -> Iterator[Thing]:
    """Send things on one by one, as a stream: what stands behind runs once for each.

    masks: one mask for each thing.
    labels: their names, as many as masks.
    scores: how certain each is, as many as masks.
    """
    for socket, rows in (("labels", labels), ("scores", scores)):
        if rows is not None and len(rows) != len(masks):
            raise BadInput(socket, f"there are {len(rows)} for {len(masks)} masks", "take both from the same node")
    run.expect(len(masks))
    for number, mask in enumerate(masks):
        label, score = labels[number] if labels else "", scores[number] if scores else 1.0
        yield Thing(mask, boxes_of([mask]), label, score, number + 1)


def check_room(count: int, image: np.ndarray, socket: str, cure: str) -> None:
    """BadInput when so many masks of a picture's size would take more than ROOM."""
    size = count * image.shape[0] * image.shape[1]
    if size > ROOM:
        what = f"{count} masks of {image.shape[1]}×{image.shape[0]} pixels would take {size / 1e9:.1f} GB of memory"
        raise BadInput(socket, what, cure)


def at_full_size(mask: np.ndarray, image: np.ndarray) -> Mask:
    """A bool mask of a smaller grid at the picture's size; its edge is scaled smoothly and cut at half."""
    import cv2

    height, width = image.shape[:2]
    if mask.shape == (height, width):
        return Mask(frozen(mask.astype(np.uint8) * 255))
    large = cv2.resize(mask.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_LINEAR)
    return Mask(frozen(np.where(large >= 128, np.uint8(255), np.uint8(0))))


def union(masks: Sequence[np.ndarray], image: np.ndarray) -> Mask:
    """All masks as one, of the picture's size; empty when there are none."""
    whole = np.zeros(image.shape[:2], np.uint8)
    for mask in masks:
        np.maximum(whole, mask, out=whole)
    return Mask(frozen(whole))


def window(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what a mask marks from half on, in pixels; None when it is nothing."""
    marked = mask >= 128
    rows = np.flatnonzero(marked.any(1))
    if not rows.size:
        return None
    columns = np.flatnonzero(marked[rows[0] : rows[-1] + 1].any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def boxes_of(masks: Sequence[np.ndarray]) -> Boxes:
    """A box around each mask; of no area around an empty one."""
    rows = [window(mask) or (0, 0, 0, 0) for mask in masks]
    return Boxes(frozen(np.array(rows, np.float32).reshape(-1, 4)))


def check_masks(masks: Sequence[np.ndarray], image: Image) -> None:
    """BadInput for a mask of another size than the picture."""
    for mask in masks:
        check_same_size("masks", mask, image)


def names_in(text: str, socket: str, example: str) -> list[str]:
    """The names of a list that separates them by commas, full stops or lines, in small letters, none twice; BadInput when it is far too long."""
    if len(text) > LONGEST:
        raise BadInput(socket, f"it has {len(text)} characters", f"name the things alone, such as '{example}'")
    parts = (" ".join(part.split()).lower() for part in re.split(r"[,.;\n]", text))
    return list(dict.fromkeys(part for part in parts if part))
