"""Crop-and-stitch: paint a small square at the model's own resolution, and put back only what was painted.

A diffusion model is good at one size. So a square around the hole is cut out with some context, scaled to that size, painted, scaled back
and blended in over a narrow seam. Everything here is geometry on arrays: the training scripts of a painter that wants to see in training
what it will see in use follow the same rules (`stand`, `hole_box`, `crop_square`).

Boxes are (left, top, right, bottom) in pixels, right and bottom exclusive; they may be fractions of a pixel and may leave the picture.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFilter


class Box(NamedTuple):
    """A rectangle in pixels, right and bottom exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def long(self) -> float:
        """The longer side."""
        return max(self.width, self.height)


class Square(NamedTuple):
    """A square window in whole pixels; it may leave the picture on any side."""

    left: int
    top: int
    side: int

    @property
    def width(self) -> int:
        return self.side

    @property
    def height(self) -> int:
        return self.side


class Frame(NamedTuple):
    """A window in whole pixels that need not be square, such as the whole picture."""

    left: int
    top: int
    width: int
    height: int


Window = Square | Frame


def mask_box(mask: np.ndarray) -> Box | None:
    """The box around all pixels of a mask (H, W) that are at least half set, whether or not they hang together; None when there are none."""
    inside = mask >= 128
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not rows.size:
        return None
    return Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def stand(box: Box, aspect: float, size: tuple[int, int]) -> Box:
    """A box with the proportions `aspect` (width / height) in the place of `box`: as large in area, on the same lower edge.

    It is shrunk and moved so that it stays within a picture of `size` (width, height): nothing can be painted outside.
    """
    area = box.width * box.height
    width, height = (area * aspect) ** 0.5, (area / aspect) ** 0.5
    bottom = min(box.bottom, float(size[1]))
    scale = min(1.0, size[0] / width, bottom / height)
    width, height = width * scale, height * scale
    left = (box.left + box.right - width) / 2
    left = min(max(left, 0.0), size[0] - width)
    return Box(left, bottom - height, left + width, bottom)


def hole_box(box: Box, margin: float = 0.05) -> Box:
    """The hole for an object that fills `box`: a little larger on every side (`margin` of the longer side), so that a shadow fits too."""
    grow = max(margin * box.long, 1.0)
    return Box(box.left - grow, box.top - grow, box.right + grow, box.bottom + grow)


def crop_square(hole: Box, share: float) -> Square:
    """The square around the middle of `hole` in which its longer side takes `share` (0..1) of the side."""
    side = max(8, round(hole.long / share))
    return Square(round((hole.left + hole.right - side) / 2), round((hole.top + hole.bottom - side) / 2), side)


def move_inside(square: Square, size: tuple[int, int]) -> Square:
    """The square moved (and no larger than the picture's longer side) so that as much as possible lies in a picture of `size` (W, H)."""
    side = min(square.side, max(size))
    middle = square.left + square.side / 2, square.top + square.side / 2

    def start(centre: float, length: int) -> int:
        if side >= length:
            return -((side - length) // 2)
        return min(max(round(centre - side / 2), 0), length - side)

    return Square(start(middle[0], size[0]), start(middle[1], size[1]), side)


def rounded(box: Box, size: tuple[int, int], radius: float) -> np.ndarray:
    """A mask (H, W), 0 or 255, of the rectangle with rounded corners, cut off at the borders of a picture of `size` (W, H)."""
    picture = Pictures.new("L", size)
    edges = round(box.left), round(box.top), round(box.right) - 1, round(box.bottom) - 1
    ImageDraw.Draw(picture).rounded_rectangle(edges, radius=round(min(radius, box.width / 2, box.height / 2)), fill=255)
    return np.asarray(picture)


def _mirrored(start: int, count: int, length: int) -> np.ndarray:
    """Indices start..start+count into an axis of `length`, mirrored at its ends as often as needed."""
    index = np.arange(start, start + count) % (2 * length)
    return np.where(index >= length, 2 * length - 1 - index, index)


def cut(array: np.ndarray, window: Window) -> np.ndarray:
    """The window (height, width[, C]) of an array (H, W[, C]); what lies outside the picture is its mirror image."""
    rows = _mirrored(window.top, window.height, array.shape[0])
    columns = _mirrored(window.left, window.width, array.shape[1])
    return array[np.ix_(rows, columns)]


def inside(window: Window, size: tuple[int, int]) -> tuple[slice, slice, slice, slice]:
    """Where window and picture (W, H) overlap: rows and columns in the picture, then rows and columns in the window."""
    left, top = max(window.left, 0), max(window.top, 0)
    right, bottom = min(window.left + window.width, size[0]), min(window.top + window.height, size[1])
    here = slice(top, bottom), slice(left, right)
    there = slice(top - window.top, bottom - window.top), slice(left - window.left, right - window.left)
    return *here, *there


def resize(array: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """A picture window (h, w, 3) scaled with Lanczos, to a square or to (width, height)."""
    return np.asarray(Pictures.fromarray(array).resize(_sides(size), Pictures.Resampling.LANCZOS))


def resize_mask(mask: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """A mask window (h, w) scaled likewise, 0 or 255; a pixel counts when half of it is covered, and no hole is lost altogether."""
    small = np.asarray(Pictures.fromarray(mask).resize(_sides(size), Pictures.Resampling.BOX))
    threshold = min(128, int(small.max())) if small.any() else 128
    return np.where(small >= threshold, 255, 0).astype(np.uint8)


def _sides(size: int | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def feathered(hole: np.ndarray, feather: int) -> np.ndarray:
    """Weights (H, W) uint8 of the painted picture: 255 in the hole (> 127), falling to 0 within 2 × `feather` pixels outside it."""
    core = np.where(hole >= 128, 255, 0).astype(np.uint8)
    if feather < 1:
        return core
    wider = grow(core, feather)
    soft = np.asarray(Pictures.fromarray(wider).filter(ImageFilter.BoxBlur(feather)))
    return np.maximum(core, soft)


def feathered_inwards(hole: np.ndarray, feather: int) -> np.ndarray:
    """Weights (H, W) uint8 as `feathered`, but 0 outside the hole and rising to 255 within 2 × `feather` pixels inside it."""
    return 255 - feathered(np.where(hole >= 128, 0, 255).astype(np.uint8), feather)


def grow(mask: np.ndarray, pixels: int) -> np.ndarray:
    """The mask (H, W), 0 or 255, of all that lies within `pixels` (chessboard distance) of the set part; the cost is that of two passes."""
    core = mask >= 128
    for axis in (0, 1):
        length = core.shape[axis]
        sums = np.cumsum(core, axis=axis, dtype=np.int32)
        sums = np.insert(sums, 0, 0, axis=axis)
        first = np.clip(np.arange(length) - pixels, 0, length)
        last = np.clip(np.arange(length) + pixels + 1, 0, length)
        core = np.take(sums, last, axis=axis) > np.take(sums, first, axis=axis)
    return np.where(core, 255, 0).astype(np.uint8)


def stitch(image: np.ndarray, painted: np.ndarray, weights: np.ndarray, window: Window) -> np.ndarray:
    """The picture (H, W, 3) with `painted` (h, w, 3) blended in at the window by `weights` (h, w); at weight 0 all stays."""
    rows, columns, window_rows, window_columns = inside(window, (image.shape[1], image.shape[0]))
    weight = weights[window_rows, window_columns, None].astype(np.float32) / 255
    below = image[rows, columns].astype(np.float32)
    mixed = below + (painted[window_rows, window_columns].astype(np.float32) - below) * weight
    result = image.copy()
    result[rows, columns] = np.rint(mixed).astype(np.uint8)
    return result
