"""Of what a small model painted, keep the thing and not the haze around it: where the painted square hardly differs from the background, the
background itself stays.

A difference matte (Smith & Blinn, SIGGRAPH 1996, call it impossible in general; here what was painted over is known, and the thing is
in one piece): blurred difference, hysteresis, the large pieces, their holes filled, a soft edge.
"""

from __future__ import annotations

import numpy as np

LOW, HIGH = 18.0, 48.0
"""Differences, of 255, below which a pixel is background, and above which it is surely the thing."""
PIECE = 0.08
"""Pieces smaller than this share of the largest are haze."""
LEAST = 0.04
"""Share of the hole that a thing covers at least; with less, painted and background are too alike to be told apart."""


def matte(painted: np.ndarray, base: np.ndarray, weights: np.ndarray, grain: float) -> np.ndarray | None:
    """How much of ``painted`` to keep, uint8 (H, W), never more than ``weights``; None where the thing can't be told from the background.

    painted, base: uint8 RGB (H, W, 3), the painted square and what stands there without it. weights: uint8 (H, W), 255 in the hole.
    grain: the size of one of the model's pixels in these, at least 1.
    """
    import cv2

    blur = 0.7 * grain
    difference = np.abs(
        cv2.GaussianBlur(painted, (0, 0), blur).astype(np.int16) - cv2.GaussianBlur(base, (0, 0), blur)
    ).max(2)
    sure = ((difference > (LOW + HIGH) / 2) & (weights > 0)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(sure)
    if count < 2:
        return None
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.isin(labels, 1 + np.flatnonzero(areas > PIECE * areas.max())).astype(np.uint8)
    if kept.sum() < LEAST * (weights >= 128).sum():
        return None
    kept = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, _disc(1.5 * grain))
    outlines, _ = cv2.findContours(kept, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(kept, outlines, -1, 1, cv2.FILLED)
    soft = cv2.GaussianBlur(255.0 * cv2.dilate(kept, _disc(0.8 * grain)), (0, 0), 0.8 * grain)
    return np.minimum(np.clip(1.3 * soft, 0, 255).astype(np.uint8), weights)


def _disc(radius: float) -> np.ndarray:
    import cv2

    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
