"""How much a mask marks, and a gate that stops when it is too little."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Mask, Slider, Text, node
from nodes.mask.common import MARKED
from nodes.pixels import size_text


class Area(NamedTuple):
    """pixels: how many count as marked (128 and more). fraction: their share of the picture, 0..1."""

    pixels: int
    fraction: float


@node(family="mask", tags=("size", "count", "coverage", "percentage", "fraction", "measure"))
def area(mask: Mask) -> Area:
    """Count the marked pixels, and their share of the picture.

    mask: pixels of 128 and more are counted.
    """
    pixels = int(np.count_nonzero(mask >= MARKED))
    return Area(pixels, pixels / mask.size)


@node(family="mask", tags=("gate", "is empty", "check", "assert", "stop", "guard", "non-empty"))
def require(
    mask: Mask,
    smallest: Annotated[int, Slider(1, 200_000_000)] = 1,
    message: Annotated[str, Text(multiline=True)] = "",
) -> Mask:
    """Stop the run when the mask marks too little; else pass it on unchanged.

    mask: what to check.
    smallest: how many pixels (of 128 and more) must be marked.
    message: what to tell when they are not; a sentence with the counts when it is left empty.
    """
    pixels = area(mask).pixels
    if pixels < smallest:
        marked = "marks nothing" if pixels == 0 else f"marks {pixels} pixel{'s' * (pixels > 1)}"
        what = message.strip() or f"the mask {marked} of {size_text(mask)}; at least {smallest} needed"
        raise BadInput("mask", what, "mark more: other words, a lower threshold or mask.grow before this node")
    return mask
