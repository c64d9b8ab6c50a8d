"""What hangs together in a mask: its connected parts and the holes in them.

Parts are 8-connected (pixels that touch at a corner belong together) and holes 4-connected, so that a closed line
always divides inside from outside.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import Mask, Slider, node
from nodes.mask.common import MARKED, window
from nodes.pixels import frozen

Count = Annotated[int, Slider(0, 1000)]
Pixels = Annotated[int, Slider(0, 200_000_000)]


@node(family="mask", tags=("close holes", "solid", "gaps", "morphology"))
def fill_holes(mask: Mask, largest: Pixels = 0) -> Mask:
    """Mark the holes: unmarked areas that marked ones shut in on all sides.

    A hole is filled together with its soft rim. An area that touches the picture's frame is no hole.

    mask: what to fill.
    largest: holes of more than this many pixels stay open; 0 fills them all.
    """
    view = window(mask)
    if view is None:
        return mask
    inner = mask[view]
    # The first level finds holes in parts that are soft all over, the second takes the soft rim of a hole with it.
    levels = (MARKED,) if ((inner == 0) | (inner == 255)).all() else (MARKED, 255)
    result = mask.copy()
    for level in levels:
        result[view][_holes(inner < level, largest)] = 255
    return Mask(frozen(result))


def _holes(background: np.ndarray, largest: int) -> np.ndarray:
    """Return a bool array (H, W) of the 4-connected areas of `background` that do not touch the array's border."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(background.astype(np.uint8), connectivity=4)
    hole = np.ones(count, bool)
    hole[0] = False
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        hole[border] = False
    if largest:
        hole &= stats[:, cv2.CC_STAT_AREA] <= largest
    return hole[labels]


@node(
    family="mask", tags=("connected components", "biggest", "islands", "specks", "remove small", "despeckle", "clean")
)
def largest_parts(mask: Mask, keep: Count = 1, smallest: Pixels = 0) -> Mask:
    """Keep the largest connected parts and drop the rest.

    Only pixels of 128 and more make a part; fainter ones stay or go with the part nearest to them.

    mask: what to clean.
    keep: how many parts stay, the largest first; 0 keeps any number.
    smallest: parts of fewer pixels go as well.
    """
    import cv2

    view = window(mask)
    if view is None:
        return mask
    inner = mask[view]
    if not (inner >= MARKED).any():
        return Mask(frozen(np.zeros_like(mask)))
    # Every pixel gets the number of the part nearest to it; zeros of the argument are the parts.
    away = (inner < MARKED).astype(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_CCOMP)
    areas = np.bincount(labels[away == 0])
    order = np.argsort(-areas, kind="stable")
    stays = np.zeros(areas.size, bool)
    stays[order[: keep or None]] = True
    stays &= areas >= max(1, smallest)
    result = np.zeros_like(mask)
    result[view] = np.where(stays[labels], inner, np.uint8(0))
    return Mask(frozen(result))
