"""The edge of a cut-out: how much of each pixel is the thing (alpha), and which colour the thing has there without what shines through.

Alpha follows the picture's edges by a guided filter with colours (He, Sun and Tang 2010), computed on a copy of at most WORKING pixels a side, whose
coefficients are scaled up (the fast guided filter, He and Sun 2015). Colours are estimated by blurred fusion (Forte 2021). Both are worked off in tiles,
so that memory does not grow with the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

WORKING = 2048
"""Longest side of the copy, in pixels."""
TILE = 1024
SURE = 0.05
"""How far from 0 or 1 a rough alpha may be and still be certain."""
SMOOTH = 1e-5
"""By which the guided filter prefers level areas; colours are 0..1."""
STEEPER = 1.15
"""What the filter's averaging takes off an edge is given back."""
STRIP = 64
"""Rows that are solved at once."""
PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
"""Of colours, each with each."""


class Cut(NamedTuple):
    """alpha: uint8 (H, W). colours: uint8 (H, W, 3), of the thing alone; black away from it."""

    alpha: np.ndarray
    colours: np.ndarray


class _Copy(NamedTuple):
    """On the small copy: the filter's linear function (h, w, 4) of red, green, blue and 1, the rough alpha, 1 where it is unsure, and the colours of
    thing and background, float32 0..1 (h, w, 3)."""

    line: np.ndarray
    rough: np.ndarray
    unsure: np.ndarray
    thing: np.ndarray
    behind: np.ndarray


def refined(
    image: np.ndarray, rough: np.ndarray, band: int, told: Callable[[int, int], None] = lambda done, total: None
) -> Cut:
    """Fit the edge of a rough alpha to the picture.

    image: uint8 (H, W, 3). rough: float32 of any size, 0..1, over the whole picture. band: how far from the rough edge the true one may lie, in pixels.
    told: hears how many tiles are done, of how many; what it raises stops the work.
    """
    copy = _small(image, rough, band)
    height, width = image.shape[:2]
    alpha, colours = np.empty((height, width), np.uint8), np.empty_like(image)
    tiles = list(_tiles(height, width))
    for done, tile in enumerate(tiles):
        told(done, len(tiles))
        certain = _certain(copy, tile, (height, width))
        if certain is None:
            alpha[tile], colours[tile] = _fitted(image[tile] / np.float32(255), copy, tile, (height, width))
        else:
            alpha[tile], colours[tile] = (255, image[tile]) if certain else (0, 0)
    told(len(tiles), len(tiles))
    return Cut(alpha, colours)


def _small(image: np.ndarray, rough: np.ndarray, band: int) -> _Copy:
    import cv2

    height, width = image.shape[:2]
    scale = min(1.0, WORKING / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    guide = cv2.resize(image, size, interpolation=cv2.INTER_AREA) / np.float32(255)
    shrinks = rough.shape[0] > size[1]
    small = cv2.resize(rough, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    reach = max(1, round(band * scale))
    certain = (small <= SURE) | (small >= 1 - SURE)
    edge = cv2.morphologyEx((small >= 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    away = cv2.distanceTransform((certain & (edge == 0)).astype(np.uint8), cv2.DIST_L2, 5)
    unsure = (away <= reach).astype(np.uint8)
    line = _guided(guide, small, reach)
    fitted = _alpha(guide, line, small, unsure)
    thing, behind = _colours(guide, fitted, fitted[..., None] * guide, 3 * reach)
    mixed = np.clip(_unmixed(guide, fitted, thing, behind), 0, 1)
    thing, behind = _colours(guide, fitted, fitted[..., None] * mixed, max(2, reach))
    return _Copy(line, small, unsure.astype(np.float32), thing, behind)


def _guided(guide: np.ndarray, mask: np.ndarray, reach: int) -> np.ndarray:
    """In every window the mask is a linear function of the three colours, so that it has edges where the picture has them: (h, w, 4)."""
    mean_guide, mean_mask = _mean(guide, reach), _mean(mask, reach)
    along = _mean(guide * mask[..., None], reach) - mean_guide * mean_mask[..., None]
    spread = {}
    for one, other in PAIRS:
        shared = _mean(guide[..., one] * guide[..., other], reach) - mean_guide[..., one] * mean_guide[..., other]
        spread[one, other] = shared + SMOOTH if one == other else shared
    slope = _solved(spread, along)
    level = mean_mask - (slope * mean_guide).sum(-1)
    return np.dstack([_mean(slope, reach), _mean(level, reach)])


def _solved(matrix: dict[tuple[int, int], np.ndarray], right: np.ndarray) -> np.ndarray:
    """x of matrix · x = right for every pixel, by Cramer's rule: (h, w, 3). matrix: the upper half of a symmetric one, each entry (h, w)."""
    strips = [slice(top, top + STRIP) for top in range(0, len(right), STRIP)]
    return np.concatenate([_cramer([matrix[pair][strip] for pair in PAIRS], right[strip]) for strip in strips])


def _cramer(matrix: list[np.ndarray], right: np.ndarray) -> np.ndarray:
    """The same for some rows. In double precision: where colours go together the determinant is a small difference of large numbers."""
    xx, xy, xz, yy, yz, zz = (entry.astype(np.float64) for entry in matrix)
    inverse = (
        (yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy),
        (xz * yz - xy * zz, xx * zz - xz * xz, xy * xz - xx * yz),
        (xy * yz - xz * yy, xy * xz - xx * yz, xx * yy - xy * xy),
    )
    size = xx * inverse[0][0] + xy * inverse[0][1] + xz * inverse[0][2]
    found = [sum(row[n] * right[..., n] for n in range(3)) / size for row in inverse]
    return np.stack(found, -1).astype(np.float32)


def _mean(array: np.ndarray, reach: int) -> np.ndarray:
    import cv2

    blurred: np.ndarray = cv2.blur(np.ascontiguousarray(array), (2 * reach + 1, 2 * reach + 1))
    return blurred


def _alpha(guide: np.ndarray, line: np.ndarray, rough: np.ndarray, unsure: np.ndarray) -> np.ndarray:
    """Alpha float32 0..1: the linear function where it is unsure, elsewhere exactly 0 or 1."""
    fitted = (guide * line[..., :3]).sum(-1) + line[..., 3]
    soft = np.clip((fitted - 0.5) * STEEPER + 0.5, 0, 1)
    return np.where(unsure >= 0.5, soft, rough >= 0.5).astype(np.float32)


def _colours(guide: np.ndarray, alpha: np.ndarray, weighted: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean colour of thing and background around each pixel. weighted: alpha times the thing's colours."""
    inside, outside = _mean(alpha, reach)[..., None], _mean(1 - alpha, reach)[..., None]
    thing = _mean(weighted, reach) / np.maximum(inside, 1e-5)
    behind = _mean(guide * (1 - alpha[..., None]), reach) / np.maximum(outside, 1e-5)
    return thing, behind


def _unmixed(guide: np.ndarray, alpha: np.ndarray, thing: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """The thing's colour such that it and the background together give what is seen, as near to its mean colour as can be."""
    share = alpha[..., None]
    return thing + share * (guide - share * thing - (1 - share) * behind)


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            yield slice(top, min(height, top + TILE)), slice(left, min(width, left + TILE))


def _certain(copy: _Copy, tile: tuple[slice, slice], size: tuple[int, int]) -> bool | None:
    """Whether a tile is all thing or all background; None where an edge goes through it."""
    under = []
    for part, small, large in zip(tile, copy.unsure.shape, size, strict=True):
        start, stop = int(part.start * small / large) - 1, int(part.stop * small / large) + 2
        under.append(slice(max(0, start), stop))
    place = under[0], under[1]
    return None if copy.unsure[place].any() else bool(copy.rough[place].max() >= 0.5)


def _fitted(
    guide: np.ndarray, copy: _Copy, tile: tuple[slice, slice], size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Alpha and colours of one tile, uint8. guide: the picture there, float32 0..1."""
    line, rough, unsure, thing, behind = (_part(array, tile, size) for array in copy)
    alpha = _alpha(guide, line, rough, unsure)
    colours = np.where(alpha[..., None] >= 1, guide, _unmixed(guide, alpha, thing, behind))
    colours[(alpha <= 0) & (unsure < 0.5)] = 0
    return np.rint(alpha * 255).astype(np.uint8), np.rint(np.clip(colours, 0, 1) * 255).astype(np.uint8)


def _part(small: np.ndarray, tile: tuple[slice, slice], size: tuple[int, int]) -> np.ndarray:
    """The part of a copy under a tile of the picture of this height and width, scaled up to it."""
    import cv2

    if small.shape[:2] == size:
        return small[tile]
    down, across = small.shape[0] / size[0], small.shape[1] / size[1]
    top, left = tile[0].start, tile[1].start
    place = np.array([[across, 0, (left + 0.5) * across - 0.5], [0, down, (top + 0.5) * down - 0.5]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wanted = tile[1].stop - left, tile[0].stop - top
    scaled: np.ndarray = cv2.warpAffine(small, place, wanted, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return scaled
