"""What the tagger learns from: scenes of the pool, cropped, mirrored, now and then spoilt in a known way, and laid on a white square as these
networks see them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.scenes import COLOURS, KINDS, PLACES
from train.tagger.pool import GRID, SIDE, Pool
from train.tagger.tags import as_row, tags_of

COLOUR_NAMES = tuple(COLOURS)
CELL = SIDE // GRID


@dataclass(frozen=True)
class View:
    """picture: uint8 (128, 128, 3) RGB. tags: float32 (T,). cells: int64 (16, 16), 0 for none, else 1 + kind * 11 + colour.
    centres: float32 (16, 16, 16), kinds first, a hill at the middle of each thing. counts: float32 (16,), things of each kind.
    coloured: whether colours can be told.
    """

    picture: np.ndarray
    tags: np.ndarray
    cells: np.ndarray
    centres: np.ndarray
    counts: np.ndarray
    coloured: bool


def view(pool: Pool, index: int, rng: np.random.Generator, spoil: bool = True) -> View:
    """One look at a scene of the pool; every twenty-fifth shows none, but a pattern."""
    if rng.random() < 0.04:
        states, picture = spoilt(pattern(rng), rng) if spoil else ([], pattern(rng))
        cells, centres = np.zeros((GRID, GRID), np.int64), np.zeros((len(KINDS), GRID, GRID), np.float32)
        return View(picture, as_row(tags_of([], "", states)), cells, centres, np.zeros(len(KINDS), np.float32), True)
    picture, cells, boxes = pool.images[index], pool.cells[index], pool.boxes[index].copy()
    count = int((pool.things[index, :, 0] >= 0).sum())
    if rng.random() < 0.5:
        picture, cells = picture[:, ::-1], cells[:, ::-1]
        boxes[:, [0, 2]] = 1 - boxes[:, [2, 0]]
    window = _window(boxes[:count], rng) if rng.random() < 0.6 else (0.0, 0.0, 1.0, 1.0)
    picture, shape = _cut(picture, window, float(pool.stretch[index]))
    states, picture = spoilt(picture, rng) if spoil else ([], picture)
    things = [(KINDS[k], COLOUR_NAMES[c]) for k, c in pool.things[index, :count]]
    tags = as_row(tags_of(things, PLACES[pool.places[index]], states))
    square, where = laid(picture, shape)
    boxes = _moved(boxes[:count], window, where)
    return View(
        square,
        tags,
        _numbers(cells, pool.things[index], window, where),
        _centres(boxes, pool.things[index]),
        _counts(pool.things[index]),
        "monochrome" not in states,
    )


def _window(boxes: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """A part of the picture, xyxy in 0..1, at least half of each side, that cuts no object."""
    low = boxes[:, :2].min(0) if len(boxes) else np.array([0.5, 0.5])
    high = boxes[:, 2:].max(0) if len(boxes) else np.array([0.5, 0.5])
    left, top = (float(min(v, 0.35) * rng.random()) for v in np.maximum(low - 0.01, 0))
    right, foot = (float(1 - min(1 - v, 0.35) * rng.random()) for v in np.minimum(high + 0.01, 1))
    return left, top, right, foot


def _cut(
    picture: np.ndarray, window: tuple[float, float, float, float], stretch: float
) -> tuple[np.ndarray, tuple[int, int]]:
    """The part, and the (height, width) that it takes on the white square."""
    left, top, right, foot = (round(SIDE * v) for v in window)
    wide = stretch * (right - left) / (foot - top)
    shape = (max(8, round(SIDE / wide)), SIDE) if wide > 1 else (SIDE, max(8, round(SIDE * wide)))
    return np.ascontiguousarray(picture[top:foot, left:right]), shape


def laid(picture: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """The picture in the middle of a white square, and where it lies, xyxy in 0..1."""
    height, width = shape
    smaller = cv2.INTER_AREA if picture.shape[0] >= height and picture.shape[1] >= width else cv2.INTER_CUBIC
    square = np.full((SIDE, SIDE, 3), 255, np.uint8)
    y, x = (SIDE - height) // 2, (SIDE - width) // 2
    square[y : y + height, x : x + width] = cv2.resize(picture, (width, height), interpolation=smaller)
    return square, (x / SIDE, y / SIDE, (x + width) / SIDE, (y + height) / SIDE)


def _moved(
    boxes: np.ndarray, window: tuple[float, float, float, float], where: tuple[float, float, float, float]
) -> np.ndarray:
    """The boxes on the white square, in 0..1."""
    start, scale = np.array(window[:2] * 2), np.array([window[2] - window[0], window[3] - window[1]] * 2)
    to, by = np.array(where[:2] * 2), np.array([where[2] - where[0], where[3] - where[1]] * 2)
    return np.asarray(to + (boxes - start) / scale * by)


def _numbers(
    cells: np.ndarray,
    things: np.ndarray,
    window: tuple[float, float, float, float],
    where: tuple[float, float, float, float],
) -> np.ndarray:
    """int64 (16, 16): what covers each cell of the white square."""
    middle = (np.arange(GRID) + 0.5) / GRID
    x = window[0] + (middle - where[0]) / (where[2] - where[0]) * (window[2] - window[0])
    y = window[1] + (middle - where[1]) / (where[3] - where[1]) * (window[3] - window[1])
    column, row = (np.clip((v * GRID).astype(int), 0, GRID - 1) for v in (x, y))
    number = cells[row][:, column].astype(np.int64)
    number[(middle < where[1]) | (middle > where[3])] = -1
    number[:, (middle < where[0]) | (middle > where[2])] = -1
    pairs = 1 + things[:, 0].astype(np.int64) * len(COLOUR_NAMES) + things[:, 1]
    return np.where(number < 0, 0, pairs[np.maximum(number, 0)])


def _centres(boxes: np.ndarray, things: np.ndarray) -> np.ndarray:
    """float32 (16, 16, 16): by kind, a hill of height 1 where the middle of a thing lies, 0.8 cells wide."""
    centres, at = np.zeros((len(KINDS), GRID, GRID), np.float32), np.arange(GRID) + 0.5
    for (x0, y0, x1, y1), (kind, _) in zip(boxes, things, strict=False):
        across, down = (np.exp(-((at - v / 2 * GRID) ** 2) / (2 * 0.8**2)) for v in (x0 + x1, y0 + y1))
        centres[kind] = np.maximum(centres[kind], down[:, None] * across)
    return centres


def _counts(things: np.ndarray) -> np.ndarray:
    return np.bincount(things[things[:, 0] >= 0, 0], minlength=len(KINDS)).astype(np.float32)


def pattern(rng: np.random.Generator) -> np.ndarray:
    """uint8 (128, 128, 3): a gradient, stripes, checks, spots, clouds of colour or one colour: nothing that is a thing or a place."""
    first, second = rng.uniform(0, 255, (2, 3))
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    turn, often = rng.uniform(0, np.pi), rng.uniform(2, 14)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    kind = rng.integers(6)
    if kind == 0:
        share = np.clip(along - along.min(), 0, 1)
    elif kind == 1:
        share = np.sin(2 * np.pi * often * along) > rng.uniform(-0.6, 0.6)
    elif kind == 2:
        share = (np.sin(2 * np.pi * often * along) > 0) ^ (np.sin(2 * np.pi * often * across) > 0)
    elif kind == 3:
        share = np.hypot((along * often) % 1 - 0.5, (across * often) % 1 - 0.5) < rng.uniform(0.2, 0.45)
    elif kind == 4:
        side = int(rng.integers(2, 9))
        clouds = cv2.resize(
            rng.uniform(0, 255, (side, side, 3)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC
        )
        return np.clip(clouds, 0, 255).astype(np.uint8)
    else:
        share = np.zeros((SIDE, SIDE))
    mixed = first + (second - first) * np.asarray(share, np.float64)[..., None]
    return np.clip(mixed, 0, 255).astype(np.uint8)


def spoilt(picture: np.ndarray, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Which of the states it got, and the picture with them; three in ten pictures get one or two."""
    chances = {"monochrome": 0.06, "dark": 0.06, "bright": 0.06, "blurred": 0.06, "noisy": 0.06, "jpeg_artifacts": 0.08}
    states = [name for name, chance in chances.items() if rng.random() < chance][:2]
    if "bright" in states and "dark" in states:
        states.remove("bright")
    pixels = picture.astype(np.float32)
    pixels *= rng.uniform(0.92, 1.06, 3) if rng.random() < 0.5 else 1.0
    for state in states:
        pixels = SPOILING[state](pixels, float(rng.random()), rng)
    if "noisy" not in states and rng.random() < 0.3:
        pixels += rng.normal(0, rng.uniform(0, 2.5), pixels.shape)
    return states, np.clip(pixels, 0, 255).astype(np.uint8)


def _jpeg(pixels: np.ndarray, much: float, _: np.random.Generator) -> np.ndarray:
    quality = round(10 - 7 * much)
    whole = np.clip(pixels, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", whole[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32)


def _grey(pixels: np.ndarray, _much: float, _rng: np.random.Generator) -> np.ndarray:
    return np.repeat((pixels @ np.array([0.299, 0.587, 0.114], np.float32))[..., None], 3, 2)


# how strong each is, from its weakest (0) to its strongest (1), on a picture of 128 pixels
SPOILING = {
    "monochrome": _grey,
    "dark": lambda pixels, much, rng: pixels * (0.45 - 0.2 * much),
    "bright": lambda pixels, much, rng: 255 - (255 - pixels) * (0.5 - 0.22 * much),
    "blurred": lambda pixels, much, rng: cv2.GaussianBlur(pixels, (0, 0), 1.3 + 0.9 * much),
    "noisy": lambda pixels, much, rng: pixels + rng.normal(0, 12 + 16 * much, pixels.shape),
    "jpeg_artifacts": _jpeg,
}
