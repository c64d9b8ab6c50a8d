"""Edges as the studio's edge detector makes them, and how far two sets of them agree."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np

RESOLUTIONS = (96, 144, 192)  # short side at which edges are looked for
LOW, HIGH = 100, 200
ASKED = 192  # the one of the evaluation


def find_edges(image: np.ndarray, resolution: int = ASKED, low: int = LOW, high: int = HIGH) -> np.ndarray:
    """Canny's edges of uint8 (S, S, 3), found at `resolution` pixels: uint8 (S, S), the share of a pixel that they cover."""
    size = image.shape[1], image.shape[0]
    if resolution != size[0]:
        how = cv2.INTER_AREA if resolution < size[0] else cv2.INTER_CUBIC
        image = cv2.resize(image, (resolution, resolution), interpolation=how)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(cv2.Canny(grey, low, high), size, interpolation=cv2.INTER_AREA)


def sharp(cover: np.ndarray, resolution: int = ASKED) -> np.ndarray:
    """bool (S, S): the pixels that a line of one pixel at `resolution` fills by half of what it can."""
    return cover >= 127.5 * min(1.0, len(cover) / resolution)


def hint(rng: Random, image: np.ndarray) -> np.ndarray:
    """uint8 (S, S): edges for one training sample, in one of the forms in which users hand them over.

    White on black as found in a picture of this size, or gray as they arrive from a larger one; found with more or less
    patience; now and then with gaps.
    """
    resolution, strict = rng.choice(RESOLUTIONS), rng.uniform(0.6, 1.4)
    cover = find_edges(image, resolution, round(LOW * strict), round(HIGH * strict))
    made = np.where(sharp(cover, resolution), 255, 0).astype(np.uint8)
    if rng.random() < 0.35:
        made = (cover * rng.uniform(0.35, 1.0)).astype(np.uint8)
    if rng.random() < 0.1:
        x, y, side = rng.randrange(len(made)), rng.randrange(len(made)), rng.randrange(8, 40)
        made[y : y + side, x : x + side] = 0
    return made


def agreement(asked: np.ndarray, found: np.ndarray, reach: int = 1) -> float:
    """Intersection over union of two bool edge pictures, 0..1, where a pixel counts as met within `reach` pixels.

    With p of the found pixels met by asked ones and r of the asked met by found ones, p r / (p + r - p r).
    """
    if not asked.any() or not found.any():
        return float(asked.any() == found.any())
    core = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    wide_asked, wide_found = (cv2.dilate(e.astype(np.uint8), core) > 0 for e in (asked, found))
    p, r = float((found & wide_asked).sum() / found.sum()), float((asked & wide_found).sum() / asked.sum())
    return p * r / (p + r - p * r) if p + r else 0.0
