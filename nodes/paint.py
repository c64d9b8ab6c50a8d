"""Repair without weights: what a mask marks is filled from its surroundings, so that any photograph can lose an object offline."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from graph import BadInput, Image, Mask, Run, Slider, node

from . import patches, stitch
from .pixels import check_same_size, frozen

Method = Literal["patches", "telea", "navier-stokes"]


@node(tags=("remove", "erase", "retouch", "inpaint", "clone", "heal"))
def heal(
    image: Image,
    mask: Mask,
    method: Method = "patches",
    grow: Annotated[int, Slider(0, 200)] = 4,
    radius: Annotated[float, Slider(1.0, 100.0)] = 5.0,
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
    """
    check_same_size("mask", mask, image)
    hole = stitch.grow(mask, grow)
    if not hole.any():
        return image
    if hole.all():
        raise BadInput(
            "mask", "it covers the whole picture, so that nothing is left to continue", "mark less, or lower 'grow'"
        )
    if method == "patches":
        return Image(frozen(patches.fill(image, hole, check=run.check)))
    return Image(frozen(_smooth(image, hole, radius, method)))


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
