"""Fill a hole from what surrounds it, by copying patches: no weights, any picture, texture instead of smear.

The method of Wexler et al. (PAMI 2007) and Newson et al. (IPOL 2017): from a small version of the picture to a large one, look for each patch that
touches the hole the most similar known one, and let overlapping patches vote. Above a working size only the offsets are scaled up, and the
picture's own pixels are copied by them, so that a large photograph keeps its grain at the cost of a small one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from . import patchmatch, poisson
from .patchmatch import HALF, Level

WORK = 300
"""Long side of a hole, in pixels, up to which patches are searched for."""
MIXED = (-1, 0, 1)
"""How far around a pixel, in pixels of the working size, offsets are taken from."""
THICK = 2.5
"""From the middle of the hole to its border, in half patches, on the smallest level: what is far from the border there is little more than a guess."""
CHOICE = 2
"""Known patches for each unknown one on the smallest level at least. With fewer, grass is missing among them and sky takes its place."""
MOST = 60
"""How many levels of brightness are evened out at most: a larger step is an edge that belongs there."""
TEXTURE = 2.0
"""Weight of the local texture beside the colours: without it smooth patches, which fit everywhere a little, would win."""
BEHIND = 0.2
"""How far beside a part of the hole, as a share of its size, what is to be avoided is made anew too, and then thrown away: the hole is filled
with what goes on behind it, and does not take on its colours."""
ENOUGH = 0.5
"""How much must be left to copy from, as a share of the hole's area, for things to be avoided at all."""


def fill(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    avoid: np.ndarray | None = None,
    work: int = WORK,
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
    say: Callable[[str], None] = lambda text: None,
) -> np.ndarray:
    """The picture uint8 (H, W, 3) with every pixel filled where `mask` (H, W) is above 0; all others stay bit for bit.

    Parts of the mask that lie apart are filled one after the other. avoid: bool (H, W), what must not be copied from; around a part that would
    have next to nothing left it does not hold, and `say` is told so. check: called now and then; may raise to stop. Raises ValueError when nothing
    is known. Where too little is known for patches, colours are continued smoothly (Telea 2004).
    """
    hole = mask > 0
    if hole.all():
        raise ValueError("the mask covers the whole picture: nothing is left to copy from")
    result = image.copy()
    for rows, columns, part in _parts(hole):
        check()
        window, unknown = result[rows, columns], hole[rows, columns]
        spared = np.zeros_like(unknown) if avoid is None else avoid[rows, columns] & ~unknown
        if (~unknown & ~spared).sum() < ENOUGH * part.sum() and spared.any():
            say("almost everything around the hole is to be avoided: it is copied from all the same")
            spared = np.zeros_like(unknown)
        filled = _fill_window(window, unknown, spared, part, work, np.random.default_rng(seed), check)
        window[part] = filled[part]
    return result


def _parts(hole: np.ndarray) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Windows around parts of the hole that lie apart: rows, columns, and the part as bool in the window."""
    import cv2

    reach = max(5, round(0.01 * max(hole.shape)))
    joined = cv2.dilate(hole.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for label in range(1, count):
        left, top, width, height = (int(value) for value in stats[label, :4])
        margin = max(width, height)
        rows = slice(max(0, top - margin), min(hole.shape[0], top + height + margin))
        columns = slice(max(0, left - margin), min(hole.shape[1], left + width + margin))
        yield rows, columns, hole[rows, columns] & (labels[rows, columns] == label)


def _fill_window(
    window: np.ndarray,
    unknown: np.ndarray,
    spared: np.ndarray,
    part: np.ndarray,
    work: int,
    rng: np.random.Generator,
    check: Callable[[], None],
) -> np.ndarray:
    """Fill one window (h, w, 3). unknown: all of the hole in it; spared: what must not be copied from; part: what is wanted."""
    import cv2

    rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
    long = max(np.ptp(rows), np.ptp(columns)) + 1
    scale = min(1.0, work / long)
    unknown = unknown | (spared & _within(part, max(3, round(BEHIND * long))))
    levels = _pyramid(window, unknown, spared, scale)
    if not levels:
        return np.asarray(cv2.inpaint(window, unknown.astype(np.uint8), 3, cv2.INPAINT_TELEA))
    near = patchmatch.peel(levels[0], rng)
    for number, level in enumerate(levels):
        check()
        if number:
            near = _scaled_up(levels[number - 1], near, level, rng)
        basis = patchmatch.make_basis(level, rng)
        repeats = 6 if number < len(levels) - 1 else 3
        if number:
            patchmatch.vote(level, near, np.ones(len(level.target), np.float32))
        for repeat in range(repeats):
            error = patchmatch.search(level, basis, near, rng, 2)
            patchmatch.vote(level, near, error, sharp=repeat == repeats - 1)
    return _evened(_at_full_size(window, unknown, levels[-1], near, error), unknown, levels[-1], near)


def _within(area: np.ndarray, reach: int) -> np.ndarray:
    """All pixels at most `reach` pixels (chessboard distance) from the area, bool (H, W)."""
    import cv2

    return np.asarray(cv2.dilate(area.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0)


def _pyramid(window: np.ndarray, hole: np.ndarray, spared: np.ndarray, scale: float) -> list[Level]:
    """Levels from the smallest, which is filled first, to the working size; small ones with too few known patches are left out."""
    import cv2

    thick = float(cv2.distanceTransform(np.pad(hole, 1).astype(np.uint8), cv2.DIST_L2, 3).max()) * scale
    count = 1 + max(0, int(np.ceil(np.log2(max(thick, 1.0) / (THICK * HALF)))))
    levels = []
    for number in reversed(range(count)):
        size = tuple(max(1, round(side * scale / 2**number)) for side in hole.shape)
        avoid = cv2.resize(spared.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA) > 0.1
        level = patchmatch.make_level(*_shrunk(window, hole, size), avoid)
        if len(level.source) >= max(16, CHOICE * len(level.target) if number else 0):
            levels.append(level)
        elif levels:
            return []
    return levels if levels and len(levels[-1].source) >= 16 else []


def _shrunk(window: np.ndarray, hole: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Colours with texture, float32 (h, w, 5) in 0..1, and the hole, at another size (h, w); the hole's own colours never bleed out of it."""
    import cv2

    known = (~hole).astype(np.float32)
    values = window.astype(np.float32) / 255
    grey = values.mean(2)
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, 1:] = np.abs(np.diff(grey, axis=1)) * known[:, 1:] * known[:, :-1]
    down[1:] = np.abs(np.diff(grey, axis=0)) * known[1:] * known[:-1]
    stack = np.dstack([values * known[..., None], across, down])
    reach = max(3, 2 * round(hole.shape[0] / size[0]) * 2 + 1)
    cover = np.maximum(cv2.blur(known, (reach, reach)), 1e-3)
    for channel in (3, 4):
        stack[..., channel] = TEXTURE * cv2.blur(stack[..., channel], (reach, reach)) / cover * known
    halves = stack[..., :3], stack[..., 3:]  # OpenCV takes four channels at most
    small = np.dstack(
        [cv2.resize(np.ascontiguousarray(half), size[::-1], interpolation=cv2.INTER_AREA) for half in halves]
    )
    share = cv2.resize(known, size[::-1], interpolation=cv2.INTER_AREA)
    return small / np.maximum(share, 1e-3)[..., None], share < 0.9


def _scaled_up(coarse: Level, near: np.ndarray, fine: Level, rng: np.random.Generator) -> np.ndarray:
    """The answers of a level as first answers of the next larger one."""
    rows, columns = np.divmod(fine.target, fine.width)
    ratio = [(f - 2 * HALF) / (c - 2 * HALF) for f, c in zip(fine.hole.shape, coarse.hole.shape, strict=True)]
    row = np.clip(((rows - HALF) / ratio[0]).astype(int), 0, coarse.hole.shape[0] - 2 * HALF - 1) + HALF
    column = np.clip(((columns - HALF) / ratio[1]).astype(int), 0, coarse.hole.shape[1] - 2 * HALF - 1) + HALF
    place = row * coarse.width + column
    answer = near[place]
    there, across = np.divmod(answer, coarse.width)
    new_rows = rows + np.rint((there - row) * ratio[0]).astype(int)
    new_columns = columns + np.rint((across - column) * ratio[1]).astype(int)
    good = (
        (answer >= 0)
        & (new_rows >= 0)
        & (new_rows < fine.hole.shape[0])
        & (new_columns >= 0)
        & (new_columns < fine.width)
    )
    new = np.where(good, new_rows * fine.width + new_columns, 0)
    good &= fine.usable[new]
    result = np.full(fine.hole.size, -1, np.int64)
    result[fine.target] = np.where(good, new, rng.choice(fine.source, len(new)))
    return result


def _at_full_size(
    window: np.ndarray, hole: np.ndarray, level: Level, near: np.ndarray, error: np.ndarray
) -> np.ndarray:
    """Copy the window's own pixels by the offsets that were found at the working size; where offsets change, neighbours are mixed."""
    import cv2

    spread = max(float(np.quantile(error, 0.75)), 1e-6) / 8
    trust = np.zeros(near.size, np.float32)
    trust[level.target] = np.exp(-error / (2 * spread)) + 1e-9
    rows, columns = np.nonzero(hole)
    result = window.copy()
    for part in np.array_split(np.arange(len(rows)), len(rows) // 200_000 + 1):
        colours, weight = _copied(window, hole, level, near, trust, rows[part], columns[part])
        result[rows[part], columns[part]] = colours
        hole_left = part[weight <= 0]
        if hole_left.size:
            left = np.zeros(hole.shape, np.uint8)
            left[rows[hole_left], columns[hole_left]] = 1
            result = np.asarray(cv2.inpaint(result, left, 3, cv2.INPAINT_TELEA))
    return result


def _copied(
    window: np.ndarray, hole: np.ndarray, level: Level, near: np.ndarray, trust: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Colours uint8 (N, 3) for pixels of the hole, and how much they can be trusted (N,), 0 where no offset leads to a known pixel."""
    inner = (level.hole.shape[0] - 2 * HALF, level.width - 2 * HALF)
    ratio = hole.shape[0] / inner[0], hole.shape[1] / inner[1]
    total = np.zeros((len(rows), 3), np.float32)
    weight = np.zeros(len(rows), np.float32)
    for down in MIXED:
        row = np.clip(((rows + 0.5) / ratio[0] + down).astype(int), 0, inner[0] - 1) + HALF
        for across in MIXED:
            column = np.clip(((columns + 0.5) / ratio[1] + across).astype(int), 0, inner[1] - 1) + HALF
            place = row * level.width + column
            there, aside = np.divmod(near[place], level.width)
            from_row = np.clip(rows + np.rint((there - row) * ratio[0]).astype(int), 0, hole.shape[0] - 1)
            from_column = np.clip(columns + np.rint((aside - column) * ratio[1]).astype(int), 0, hole.shape[1] - 1)
            share = (
                trust[place]
                * (near[place] >= 0)
                * ~hole[from_row, from_column]
                * np.float32(np.exp(-(down**2 + across**2) / 3))
            )
            total += window[from_row, from_column] * share[:, None]
            weight += share
    return np.rint(total / np.maximum(weight, 1e-30)[:, None]).astype(np.uint8), weight


def _evened(filled: np.ndarray, hole: np.ndarray, level: Level, near: np.ndarray) -> np.ndarray:
    """The filled window without steps in brightness; they are found at the working size."""
    import cv2

    middle = slice(HALF, -HALF), slice(HALF, -HALF)
    inner = np.zeros(level.hole.shape, bool)
    inner[middle] = True
    inner &= level.hole | ~level.avoid  # the hole need not fit to what is not to go on in it
    colours = np.ascontiguousarray(level.values[..., :3])
    small = cv2.resize(filled.astype(np.float32) / 255, inner[middle].shape[::-1], interpolation=cv2.INTER_AREA)
    colours[middle][level.hole[middle]] = small[level.hole[middle]]
    change = poisson.correction(colours, level.hole, inner, near)[middle] * 255
    change = cv2.resize(change, hole.shape[::-1], interpolation=cv2.INTER_LINEAR)
    result = filled.copy()
    result[hole] = np.clip(np.rint(filled[hole] + np.clip(change[hole], -MOST, MOST)), 0, 255).astype(np.uint8)
    return result
