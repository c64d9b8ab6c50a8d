"""Take the steps in brightness out where copied pieces meet each other and what was there: Poisson's equation (Perez et al., SIGGRAPH 2003).

Inside the hole the differences between neighbouring pixels shall be those of the places that they were copied from; at its border the
colours shall be those of the picture. What has to be added for that is smooth but for the steps themselves.
"""

from __future__ import annotations

import numpy as np

EDGE = 0.05
"""A step in brightness (0..1) from which on it counts as an edge that belongs there more than as one to be evened out."""


def correction(colours: np.ndarray, hole: np.ndarray, inner: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """What to add to the colours, float32 (H, W, 3), 0 outside the hole.

    colours: float32 (H, W, 3), filled. hole: bool (H, W). inner: bool (H, W), False within a pixel or more of the border. origin: int (H * W), in
    the hole the flat index of the pixel that each one was copied from, at least one pixel from the border; negative where it is its own.
    """
    inside = np.flatnonzero((hole & inner).ravel())
    change = np.zeros((hole.size, 3), np.float32)
    if inside.size:
        change[inside] = (
            _solved(colours.reshape(-1, 3), inside, inner.ravel(), origin, hole.shape[1])
            - colours.reshape(-1, 3)[inside]
        )
    return change.reshape(colours.shape)


def _solved(flat: np.ndarray, inside: np.ndarray, inner: np.ndarray, origin: np.ndarray, width: int) -> np.ndarray:
    """The colours (N, 3) of the pixels `inside` that fit best: one equation a pixel, its neighbours above, below, left and right."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    number = np.full(len(flat), -1)
    number[inside] = np.arange(len(inside))
    total = np.full(len(inside), 1e-6)
    right = flat[inside] * 1e-6
    rows, columns, weights = [], [], []
    for shift in (1, -1, width, -width):
        here = inside[inner[inside + shift]]
        there, row = here + shift, number[here]
        step, is_known = _step(flat, here, there, origin, number)
        jump = np.abs(flat[here] - flat[there] - step).max(1)
        weight = 1 / (1 + (jump / EDGE) ** 2)
        total[row] += weight
        right[row] += weight[:, None] * (step + np.where(is_known[:, None], flat[there], 0))
        rows.append(row[~is_known])
        columns.append(number[there][~is_known])
        weights.append(-weight[~is_known])
    count, place = len(inside), np.arange(len(inside))
    links = np.concatenate([place, *rows]), np.concatenate([place, *columns])
    matrix = coo_matrix((np.concatenate([total, *weights]), links), (count, count))
    return np.asarray(splu(matrix.tocsc()).solve(right))


def _step(
    flat: np.ndarray, here: np.ndarray, there: np.ndarray, origin: np.ndarray, number: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The difference (N, 3) that should be between pixels and their neighbours, and whether the neighbour is known.

    Both have a say: each asks for the difference at the place that it was copied from. A known neighbour has none.
    """
    shift = there - here
    is_known = number[there] < 0
    first = flat[origin[here]] - flat[origin[here] + shift]
    source = np.where(is_known, origin[here] + shift, origin[there])
    second = flat[source - shift] - flat[source]
    return (first + second) / 2, is_known
