"""Colours that fit at the seam: an autoencoder gives a picture back a little lighter, darker or tinted, and that shows along the edge of what was painted.

What the model made of the part that it was not to change says by how much. A thin plate under tension is laid through that difference (the membrane of
Pérez et al. 2003, "Poisson Image Editing", with a data term), which carries it on into the hole, and taken off what was painted.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as Pictures

CELLS = 16
"""Cells along a side on which the difference is averaged: edges that moved by some pixels must not count as a tint."""
TENSION = 0.3
"""How much smoothness counts against following the difference of a single cell."""
MOST = 48.0
"""The largest correction, in steps of 255: beyond it the model has painted something else, and no tint."""


def matched(painted: np.ndarray, window: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """``painted`` uint8 (S, T, 3) with the tint taken off that it has, outside the hole, against ``window``, uint8 (S, T, 3), which went in.

    hole: uint8 (S, T), 255 where the model was to paint. Without a pixel outside the hole nothing can be said, and ``painted`` comes back.
    """
    known = (hole < 128).astype(np.float32)
    if not known.any():
        return painted
    rows, columns = _averages(known.shape[0]), _averages(known.shape[1])
    apart = (window.astype(np.float32) - painted) * known[..., None]
    weights = rows @ known @ columns.T
    sums = np.stack([rows @ apart[..., channel] @ columns.T for channel in range(3)], -1)
    tint = np.clip(_membrane(sums, weights), -MOST, MOST)
    return np.rint(np.clip(painted + _enlarged(tint, known.shape), 0, 255)).astype(np.uint8)


def _averages(length: int) -> np.ndarray:
    """The matrix (cells, length) that averages an axis into cells."""
    cells = min(CELLS, length)
    cell = np.arange(length) * cells // length
    inside = (np.arange(cells)[:, None] == cell).astype(np.float32)
    return inside / inside.sum(1, keepdims=True)


def _membrane(sums: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The field f (h, w, 3) with the least sum of weight · (f - sums / weight)² and TENSION · |∇f|², for weights (h, w)."""
    height, width = weights.shape
    number = np.arange(height * width).reshape(height, width)
    system = np.diag(weights.ravel()).astype(np.float64)
    for one, other in ((number[1:], number[:-1]), (number[:, 1:], number[:, :-1])):
        i, j = one.ravel(), other.ravel()
        system[i, i] += TENSION
        system[j, j] += TENSION
        system[i, j] -= TENSION
        system[j, i] -= TENSION
    field: np.ndarray = np.linalg.solve(system, sums.reshape(-1, 3)).reshape(height, width, 3).astype(np.float32)
    return field


def _enlarged(tint: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    size = shape[1], shape[0]
    channels = [
        Pictures.fromarray(tint[..., channel]).resize(size, Pictures.Resampling.BICUBIC) for channel in range(3)
    ]
    return np.stack([np.asarray(channel) for channel in channels], -1)
