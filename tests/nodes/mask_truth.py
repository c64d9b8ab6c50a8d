"""Slow, plain definitions that the mask nodes are measured against, and small masks to try them on."""

from __future__ import annotations

import numpy as np

from graph import Mask


def mask(*rows: str) -> Mask:
    """Draw a mask: '#' is 255, '.' is 0, 'h' (half) is 160, 'f' (faint) is 60. Read-only, as between nodes."""
    values = {"#": 255, ".": 0, "h": 160, "f": 60}
    array = np.array([[values[letter] for letter in row] for row in rows], np.uint8)
    array.flags.writeable = False
    return Mask(array)


def noise(height: int, width: int, kind: str, seed: int = 0) -> Mask:
    """Make a random mask with about a tenth of its pixels marked.

    kind: "hard" (0 and 255), "grey" (0 and 90), "soft" (all values); "blob" (dense and soft, but in the middle third
        only); "white" or "black" throughout.
    """
    random = np.random.default_rng(seed)
    marked = random.random((height, width)) < 0.1
    blob = np.zeros((height, width), np.uint8)
    middle = slice(height // 3, height - height // 3), slice(width // 3, width - width // 3)
    blob[middle] = random.integers(0, 256, blob[middle].shape)
    values = {
        "hard": marked * 255,
        "grey": marked * 90,
        "soft": marked * random.integers(0, 256, (height, width)),
        "blob": blob,
        "white": np.full((height, width), 255),
        "black": np.zeros((height, width)),
    }[kind].astype(np.uint8)
    values.flags.writeable = False
    return Mask(values)


def dilated(array: np.ndarray, radius: int, square: bool) -> np.ndarray:
    """Take the highest value within reach of each pixel, one pixel after the other."""
    y, x = np.indices(array.shape)
    result = np.empty_like(array)
    for row, column in np.ndindex(array.shape):
        near = (
            np.maximum(abs(y - row), abs(x - column)) <= radius
            if square
            else (y - row) ** 2 + (x - column) ** 2 <= radius**2
        )
        result[row, column] = array[near].max()
    return result


def flood(allowed: np.ndarray, start: tuple[int, int], corners: bool) -> np.ndarray:
    """Return the bool area of `allowed` that can be walked to from start, over corners as well or not."""
    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)] + ([(-1, -1), (-1, 1), (1, -1), (1, 1)] if corners else [])
    reached, todo = np.zeros(allowed.shape, bool), [start]
    reached[start] = True
    while todo:
        row, column = todo.pop()
        for down, right in steps:
            y, x = row + down, column + right
            inside = 0 <= y < allowed.shape[0] and 0 <= x < allowed.shape[1]
            if inside and allowed[y, x] and not reached[y, x]:
                reached[y, x] = True
                todo.append((y, x))
    return reached


def areas(allowed: np.ndarray, corners: bool) -> list[np.ndarray]:
    """Return every connected area of `allowed` as a bool array, in reading order."""
    found: list[np.ndarray] = []
    left = allowed.copy()
    for place in np.ndindex(allowed.shape):
        if left[place]:
            found.append(flood(allowed, place, corners))
            left &= ~found[-1]
    return found


def overlap(found: np.ndarray, wanted: np.ndarray) -> float:
    """Intersection over union of two masks (H, W)."""
    a, b = found > 127, wanted > 127
    return float((a & b).sum() / (a | b).sum())
