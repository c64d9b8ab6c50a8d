"""The size at which a picture is looked at, and the way back: ControlNets were trained on maps made at about 512 pixels, so that lines have one thickness
whatever the size of the picture."""

from __future__ import annotations

import numpy as np

from graph import Image
from nodes.pixels import frozen

LONGEST = 4096
"""Longest side of the working size, in pixels: a strip of 1 × 12000 would else be scaled to gigabytes."""


def working(array: np.ndarray, resolution: int) -> np.ndarray:
    """The array (H, W[, 3]) with a short side of `resolution` pixels; 0 leaves it as it is. By area where it shrinks, cubic where it grows."""
    height, width = array.shape[:2]
    if not resolution:
        return array
    scale = min(resolution / min(height, width), max(LONGEST, resolution) / max(height, width))
    return scaled(array, (max(1, round(width * scale)), max(1, round(height * scale))), smooth=True)


def scaled(array: np.ndarray, size: tuple[int, int], *, smooth: bool = False) -> np.ndarray:
    """The array at (width, height): by area where it shrinks, else linear, or cubic with `smooth`."""
    import cv2

    if (array.shape[1], array.shape[0]) == size:
        return array
    if size[0] <= array.shape[1] and size[1] <= array.shape[0]:
        return cv2.resize(array, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(array, size, interpolation=cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR)


def picture(found: np.ndarray, like: np.ndarray, *, hard: bool = False) -> Image:
    """A map uint8 (h, w) or (h, w, 3) as a picture of the size of another one.

    hard: it is black and white, or has a table of colours, and must stay so.
    """
    import cv2

    size = like.shape[1], like.shape[0]
    if not hard:
        result = scaled(found, size)
    elif found.ndim == 2 and size[0] < found.shape[1]:
        share = size[0] / found.shape[1]  # of a pixel that a line one pixel wide fills
        result = np.where(scaled(found, size) >= 127.5 * share, 255, 0).astype(np.uint8)
    else:
        result = cv2.resize(found, size, interpolation=cv2.INTER_NEAREST_EXACT)
    return Image(frozen(np.repeat(result[..., None], 3, 2) if result.ndim == 2 else np.array(result)))


def grey(image: np.ndarray) -> np.ndarray:
    """Lightness of an RGB picture, uint8 (H, W)."""
    import cv2

    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
