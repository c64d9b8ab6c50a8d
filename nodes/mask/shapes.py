"""Masks out of numbers: blank, a rectangle, an ellipse, a polygon. Edges are anti-aliased by true coverage."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from graph import BadInput, Image, Mask, Slider, node
from nodes.mask import raster
from nodes.mask.common import canvas
from nodes.pixels import frozen

Side = Annotated[int, Slider(1, 16384)]
FARTHEST = 1_000_000.0
"""Coordinates beyond this many pixels are surely a mistake."""

Pixel = Annotated[float, Slider(-16384.0, 32768.0)]


@node(family="mask", tags=("solid", "empty", "all", "none", "full", "black", "white"))
def blank(
    image: Image | None = None, width: Side = 512, height: Side = 512, value: Literal["black", "white"] = "black"
) -> Mask:
    """Make a mask that marks nothing, or everything.

    image: its height and width are taken.
    width: in pixels, when no image is connected.
    height: in pixels, when no image is connected.
    value: black marks nothing, white everything.
    """
    return Mask(frozen(np.full(canvas(image, width, height), 255 if value == "white" else 0, np.uint8)))


@node(family="mask", tags=("box", "square", "rounded", "draw", "shape"))
def rectangle(
    image: Image | None = None,
    left: Pixel = 128.0,
    top: Pixel = 128.0,
    right: Pixel = 384.0,
    bottom: Pixel = 384.0,
    corners: Annotated[float, Slider(0.0, 8192.0)] = 0.0,
    width: Side = 512,
    height: Side = 512,
) -> Mask:
    """Mark a rectangle.

    image: its height and width are taken for the mask.
    left: the left side, in pixels from the picture's left.
    top: the upper side, in pixels from the picture's top.
    right: the right side, in pixels from the picture's left; the pixel there is no longer marked.
    bottom: the lower side, in pixels from the picture's top; the pixel there is no longer marked.
    corners: the radius of rounded corners in pixels; at most half the shorter side is used.
    width: of the mask in pixels, when no image is connected.
    height: of the mask in pixels, when no image is connected.
    """
    _check_sides(left, top, right, bottom)
    return Mask(frozen(raster.fill_box(*canvas(image, width, height), (left, top, right, bottom), corners)))


@node(family="mask", tags=("circle", "oval", "round", "draw", "shape"))
def ellipse(
    image: Image | None = None,
    left: Pixel = 128.0,
    top: Pixel = 128.0,
    right: Pixel = 384.0,
    bottom: Pixel = 384.0,
    width: Side = 512,
    height: Side = 512,
) -> Mask:
    """Mark an ellipse, given by the box around it.

    image: its height and width are taken for the mask.
    left: where the ellipse begins, in pixels from the picture's left.
    top: where it begins, in pixels from the picture's top.
    right: where it ends, in pixels from the picture's left.
    bottom: where it ends, in pixels from the picture's top.
    width: of the mask in pixels, when no image is connected.
    height: of the mask in pixels, when no image is connected.
    """
    _check_sides(left, top, right, bottom)
    return Mask(frozen(raster.fill_ellipse(*canvas(image, width, height), (left, top, right, bottom))))


@node(family="mask", tags=("lasso", "outline", "points", "freehand", "path", "draw", "shape"))
def polygon(points: list[list[float]], image: Image | None = None, width: Side = 512, height: Side = 512) -> Mask:
    """Mark the inside of an outline given by its corners.

    Where the outline crosses itself, areas that it goes round twice are not marked (even-odd rule).

    points: three or more [x, y] in pixels, such as [[10, 10], [200, 40], [90, 300]]; the last is joined to the first.
    image: its height and width are taken for the mask.
    width: of the mask in pixels, when no image is connected.
    height: of the mask in pixels, when no image is connected.
    """
    cure = "give three or more points such as [[10, 10], [200, 40], [90, 300]]"
    for number, point in enumerate(points, start=1):
        if len(point) != 2 or not all(abs(value) <= FARTHEST for value in point):
            raise BadInput("points", f"point {number} is {point!r}, not two numbers within the picture's reach", cure)
    if len(points) < 3:
        raise BadInput("points", f"{len(points)} points have no inside", cure)
    return Mask(frozen(raster.fill_polygon(*canvas(image, width, height), np.array(points, np.float64))))


def _check_sides(left: float, top: float, right: float, bottom: float) -> None:
    """Raise BadInput when a box has no area."""
    for near, far, low, high in (("left", "right", left, right), ("top", "bottom", top, bottom)):
        if high <= low:
            raise BadInput(far, f"{high:g} is not beyond {near}, {low:g}", f"set {far} to more than {low:g}")
