"""Repair without weights: what a mask marks is filled from its surroundings, so that any photograph can lose an object offline."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from graph import BadInput, Image, Mask, Run, Slider, node

from . import patches, stitch
from .pixels import check_same_size, frozen

Method = Literal["patches", "telea", "navier-stokes"]
EDGE = 0.006
"""How far a thing's colours may reach beyond its outline, as a share of the picture's longer side."""
SPECK = 0.02
"""Parts of a mask below this share of it are no things that stand somewhere, and have no foot."""


@node(tags=("remove", "erase", "retouch", "inpaint", "clone", "heal"), version=2)
def heal(
    image: Image,
    mask: Mask,
    method: Method = "patches",
    grow: Annotated[int, Slider(0, 200)] = 4,
    radius: Annotated[float, Slider(1.0, 100.0)] = 5.0,
    avoid: Mask | None = None,
    shadow: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.0,
    *,
    run: Run,
) -> Image:
    """Remove what the mask marks by continuing what surrounds it.

    "patches" copies pieces of the surroundings, which keeps texture and grain in holes of any size. "telea" and "navier-stokes" of OpenCV
    continue colours smoothly: faster, and good for scratches and wires.

    image: any size.
    mask: every pixel that is at least half white is filled anew; of the same size as the image. An empty mask changes nothing.
    method: how to fill.
    grow: how many pixels the mask is grown first, so that soft edges go too.
    radius: how far around a pixel "telea" and "navier-stokes" look, in pixels.
    avoid: what "patches" must not copy, such as other things nearby; of the same size as the image. Neither 'grow' nor 'shadow' eats into it.
        What the mask marks may be among it.
    shadow: how far around its foot the ground goes along with a thing, for the shadow there, as a share of its size (the root of
        width × height of each part of the mask). 0.2 takes along what lies right below it, 0 nothing.
    """
    check_same_size("mask", mask, image)
    if avoid is not None:
        check_same_size("avoid", avoid, image)
    hole = _hole(mask, avoid, grow, shadow)
    if not hole.any():
        return image
    if hole.all():
        raise BadInput(
            "mask", "it covers the whole picture, so that nothing is left to continue", "mark less, or lower 'grow'"
        )
    if method == "patches":
        others = None if avoid is None else stitch.grow(avoid, _edge(image)) >= 128
        return Image(frozen(patches.fill(image, hole, avoid=others, check=run.check, say=run.say)))
    return Image(frozen(_smooth(image, hole, radius, method)))


def _hole(mask: np.ndarray, avoid: np.ndarray | None, grow: int, shadow: float) -> np.ndarray:
    """What is filled anew, uint8 (H, W), 0 or 255: the mask with its edges and its shadow, as far as they do not lie on something else."""
    hole = stitch.grow(_with_foot(mask, shadow), grow)
    if avoid is not None:
        own = stitch.grow(mask, min(grow, _edge(mask))) >= 128
        hole[(avoid >= 128) & ~own] = 0
    return hole


def _edge(picture: np.ndarray) -> int:
    return max(3, round(EDGE * max(picture.shape[:2])))


def _with_foot(mask: np.ndarray, share: float) -> np.ndarray:
    """The mask (H, W) with a lying ellipse around the foot of each of its parts, where a thing throws its shadow on the ground.

    share: how far the ellipse reaches beyond the foot to the left and right, by the root of the part's width × height; above and below 0.7 of it.
    """
    import cv2

    result = mask.copy()
    inside = (mask >= 128).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside)
    for label in range(1, count if share > 0 else 1):
        left, top, width, height, area = (int(value) for value in stats[label])
        if area < SPECK * inside.sum():
            continue
        lowest = labels[top + int(0.8 * height) : top + height, left : left + width] == label
        foot = np.flatnonzero(lowest.any(0))
        reach = share * (width * height) ** 0.5
        middle = left + int(foot[0] + foot[-1]) // 2, top + height - 1
        axes = round((foot[-1] - foot[0]) / 2 + reach), round(0.7 * reach)
        cv2.ellipse(result, middle, axes, 0, 0, 360, 255, -1)
    return result


def _smooth(image: np.ndarray, hole: np.ndarray, radius: float, method: Method) -> np.ndarray:
    """OpenCV's inpainting, in a window around the hole alone: it costs by the area that it is given."""
    import cv2

    flag = {"telea": cv2.INPAINT_TELEA, "navier-stokes": cv2.INPAINT_NS}[method]
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    margin = int(2 * radius) + 2
    window = (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )
    result = image.copy()
    filled = cv2.inpaint(np.ascontiguousarray(image[window]), hole[window], radius, flag)
    inside = hole[window] > 0
    result[window][inside] = filled[inside]
    return result
