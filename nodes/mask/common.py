"""What mask nodes share: the yes-or-no level, sizes that agree, a new mask's canvas, the window worth working on."""

from __future__ import annotations

import numpy as np

from graph import BadInput, Image
from nodes.pixels import check_area, size_text

MARKED = 128
"""From this value on a pixel counts as marked wherever a yes or no is needed."""


def check_sizes(socket: str, array: np.ndarray, other: str, reference: np.ndarray) -> None:
    """Raise BadInput on `socket` unless `array` is as high and wide as `reference`, the value of the socket `other`."""
    if array.shape[:2] != reference.shape[:2]:
        what = f"it is {size_text(array)} but {other} is {size_text(reference)} pixels"
        raise BadInput(socket, what, "bring both to one size first, with mask.resize or image.resize")


def canvas(image: Image | None, width: int, height: int) -> tuple[int, int]:
    """Return the (height, width) of a new mask: the image's when there is one, else the numbers given."""
    if image is not None:
        return image.shape[0], image.shape[1]
    if width < 1 or height < 1:
        what = f"the size of the mask is not known (no image, width {width}, height {height})"
        raise BadInput("image", what, "connect an image, or set both width and height")
    check_area(width, height)
    return height, width


def window(mask: np.ndarray, margin: int = 0) -> tuple[slice, slice] | None:
    """Return the rows and columns that hold every non-zero pixel, plus margin pixels; None when there is none."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    top, left = max(0, int(rows[0]) - margin), max(0, int(columns[0]) - margin)
    return slice(top, int(rows[-1]) + 1 + margin), slice(left, int(columns[-1]) + 1 + margin)
