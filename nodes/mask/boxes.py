"""Masks to boxes and back. Boxes are float32 (N, 4): left, top, right, bottom in pixels, right and bottom exclusive."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from graph import BadInput, Boxes, Image, Mask, OnPicture, Slider, node
from nodes.mask import raster
from nodes.mask.common import MARKED, canvas
from nodes.pixels import frozen

Place = Annotated[int, Slider(0, 16384)]
Side = Annotated[int, Slider(1, 16384)]
Margin = Annotated[int, Slider(0, 1000)]


@node(family="mask", tags=("rectangle", "region", "bounding box", "area", "numbers"))
def box(x: Place = 0, y: Place = 0, width: Side = 256, height: Side = 256) -> Boxes:
    """Make one box from numbers.

    x: the left side, in pixels from the picture's left.
    y: the upper side, in pixels from the picture's top.
    width: in pixels.
    height: in pixels.
    """
    return Boxes(frozen(np.array([[x, y, x + width, y + height]], np.float32)))


@node(family="mask", tags=("bounding box", "bbox", "detect", "regions", "connected components", "crop"))
def to_boxes(
    mask: Mask,
    each: Literal["part", "all"] = "part",
    order: Literal["largest first", "left to right", "top to bottom"] = "largest first",
    smallest: Annotated[int, Slider(1, 200_000_000)] = 1,
    margin: Margin = 0,
) -> Boxes:
    """Put a box around each part of a mask, or one around all of it.

    An empty mask gives no boxes.

    mask: pixels of 128 and more count; those that touch, at a corner too, make one part.
    each: part gives one box per part; all gives one box around all parts.
    order: how the boxes are sorted; size is the number of marked pixels.
    smallest: parts of fewer pixels are left out.
    margin: how far each box is widened on every side, in pixels; boxes end at the picture's frame.
    """
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats((mask >= MARKED).astype(np.uint8), connectivity=8)
    left, top, width, height, size = stats[1:].T  # row 0 is the background
    found = np.stack([left, top, left + width, top + height], axis=1)
    found, size = found[size >= smallest], size[size >= smallest]
    if each == "all" and len(found):
        found = np.concatenate([found[:, :2].min(axis=0), found[:, 2:].max(axis=0)])[None]
    elif len(found):
        first = {"largest first": -size, "left to right": found[:, 0], "top to bottom": found[:, 1]}[order]
        found = found[np.lexsort((found[:, 0], found[:, 1], first))]
    rows, columns = mask.shape
    widened = found + np.array([-margin, -margin, margin, margin])
    return Boxes(frozen(np.clip(widened, 0, [columns, rows, columns, rows]).astype(np.float32)))


@node(family="mask", tags=("bounding box", "bbox", "rectangles", "detections", "rounded"))
def from_boxes(
    boxes: Annotated[Boxes, OnPicture("image")],
    image: Image | None = None,
    corners: Annotated[float, Slider(0.0, 8192.0)] = 0.0,
    width: Place = 0,
    height: Place = 0,
) -> Mask:
    """Mark the inside of boxes.

    boxes: left, top, right, bottom in pixels; what lies outside the mask is cut off, no boxes give an empty mask.
    image: its height and width are taken for the mask.
    corners: the radius of rounded corners in pixels; at most half the shorter side of a box is used.
    width: of the mask in pixels, when no image is connected.
    height: of the mask in pixels, when no image is connected.
    """
    rows, columns = canvas(image, width, height)
    result = np.zeros((rows, columns), np.uint8)
    for number, (left, top, right, bottom) in enumerate(np.asarray(boxes, np.float64).tolist()):
        if not (np.isfinite([left, top, right, bottom]).all() and left < right and top < bottom):
            what = f"box {number} has no area: {left:g}, {top:g}, {right:g}, {bottom:g}"
            raise BadInput("boxes", what, "give left, top, right, bottom with right > left and bottom > top")
        # Only the part of the mask that the box covers is drawn.
        x0, y0 = min(max(0, int(left)), columns), min(max(0, int(top)), rows)
        x1, y1 = max(x0, min(columns, int(right) + 1)), max(y0, min(rows, int(bottom) + 1))
        drawn = raster.fill_box(y1 - y0, x1 - x0, (left - x0, top - y0, right - x0, bottom - y0), corners)
        view = result[y0:y1, x0:x1]
        np.maximum(view, drawn, out=view)
    return Mask(frozen(result))
