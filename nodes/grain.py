"""How noisy a picture is, for whatever takes noise away or has to match it."""

from __future__ import annotations

import numpy as np

GAUSS = 0.6744897501960817
"""Median of the absolute value of a standard normal variable."""
LARGEST = 2048
"""Pixels: side of the window that is looked at."""


def estimated_noise(image: np.ndarray, where: np.ndarray | None = None) -> float:
    """Standard deviation of the noise of a picture uint8 (H, W, 3), in steps of 0..255; 0 for pictures of less than 3 × 3 pixels.

    From what a mask that is blind to slopes leaves over (Immerkær 1996). The median instead of the mean keeps edges out of it. `where`: bool
    (H, W), the pixels that count, all of them if None. Of a large picture only the middle is looked at.
    """
    import cv2

    if min(image.shape[:2]) < 3:
        return 0.0
    top, left = (max(0, (side - LARGEST) // 2) for side in image.shape[:2])
    window = slice(top, top + LARGEST), slice(left, left + LARGEST)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    left_over = np.abs(cv2.filter2D(image[window].astype(np.float32), -1, mask))[1:-1, 1:-1]
    if where is not None:
        left_over = left_over[where[window][1:-1, 1:-1]]
    return float(np.median(left_over) / GAUSS / 6) if left_over.size else 0.0
