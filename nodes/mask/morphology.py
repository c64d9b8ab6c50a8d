"""Exact grey-scale growing and blurring whose cost per pixel does not rise with the square of the radius.

Everything here takes and returns uint8 (H, W) and never writes into its argument. What lies outside the picture is
unknown rather than black: an object cut off by the frame neither shrinks nor fades there.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from nodes.mask.common import window
from nodes.pixels import to_bytes


def dilate(mask: np.ndarray, radius: int, square: bool = False) -> np.ndarray:
    """Give every pixel the highest value within radius pixels of it (Euclidean, or along both axes for square)."""
    view = window(mask, radius)
    if radius == 0 or view is None:
        return mask
    inner = np.ascontiguousarray(mask[view])
    peak = int(inner.max())
    if square:
        grown = _dilate_square(inner, radius)
    elif ((inner == 0) | (inner == peak)).all():
        grown = _dilate_hard(inner, radius, peak)
    else:
        grown = _dilate_disk(inner, radius)
    result = np.zeros_like(mask)
    result[view] = grown
    return result


def erode(mask: np.ndarray, radius: int, square: bool = False) -> np.ndarray:
    """Give every pixel the lowest value within radius pixels of it: the mirror image of dilate."""
    view = window(mask, 1)  # a ring of one black pixel is all that the outside can contribute to the inside
    if radius == 0 or view is None:
        return mask
    result = np.zeros_like(mask)
    result[view] = 255 - dilate(255 - mask[view], radius, square)
    return result


def _dilate_square(mask: np.ndarray, radius: int) -> np.ndarray:
    """Slide a row, then a column: windows that double in length, so large radii cost the logarithm of their size."""
    for axis in (0, 1):
        lines = mask.swapaxes(0, axis)
        reach, last = 0, min(radius, lines.shape[0] - 1)
        while reach < last:
            step = min(
                last - reach, reach + 1
            )  # more would leave a gap where a shifted window begins outside the frame
            wider = lines.copy()
            np.maximum(wider[step:], lines[:-step], out=wider[step:])
            np.maximum(wider[:-step], lines[step:], out=wider[:-step])
            lines, reach = wider, reach + step
        mask = lines.swapaxes(0, axis)
    return mask


def _dilate_hard(mask: np.ndarray, radius: int, peak: int) -> np.ndarray:
    """Two-valued masks: one exact distance transform, whatever the radius."""
    import cv2

    distance = cv2.distanceTransform((mask == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Squared distances are whole numbers: the next one above radius² lies 1/(2·radius) further, more than float32 can
    # blur.
    return np.where(distance <= radius + 0.25 / radius, np.uint8(peak), np.uint8(0))


def _dilate_disk(mask: np.ndarray, radius: int) -> np.ndarray:
    """Soft masks: the disk is a pile of rows, from its narrow top to its middle, each wider than the one before."""
    import cv2

    height = mask.shape[0]
    result, wide, reach = mask.copy(), mask, 0
    for offset in range(min(radius, height - 1), -1, -1):
        half = isqrt(radius * radius - offset * offset)
        if half > reach:
            wide = cv2.dilate(wide, np.ones((1, 2 * (half - reach) + 1), np.uint8))
            reach = half
        np.maximum(result[offset:], wide[: height - offset], out=result[offset:])
        np.maximum(result[: height - offset], wide[offset:], out=result[: height - offset])
    return result


def sigma(reach: int) -> float:
    """Return the standard deviation, in pixels, of the Gaussian that is cut off after reach pixels (about two)."""
    return (reach + 0.5) / 2


def blur(mask: np.ndarray, reach: int) -> np.ndarray:
    """Blur by a Gaussian of 2·reach + 1 taps, the frame repeated outwards, and return float32 (H, W), 0..255."""
    import cv2

    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma(reach)) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    # float32, because OpenCV's 8-bit blur keeps 8 bits of each weight: wide kernels would come out as steps
    return cv2.sepFilter2D(mask, cv2.CV_32F, taps, taps, borderType=cv2.BORDER_REPLICATE)


def fade_out(mask: np.ndarray, reach: int) -> np.ndarray:
    """Keep every value and add a fade around it that ends after reach pixels: grow by half, blur by half."""
    view = window(mask, 2 * reach)
    if reach == 0 or view is None:
        return mask
    inner = np.ascontiguousarray(mask[view])
    faded = to_bytes(blur(dilate(inner, reach // 2), reach - reach // 2))
    result = np.zeros_like(mask)
    result[view] = np.maximum(inner, faded)
    return result


def fade_in(mask: np.ndarray, reach: int) -> np.ndarray:
    """Let the mask fade within its last reach pixels; nothing outside it changes: the mirror image of fade_out."""
    view = window(mask, reach + 1)
    if reach == 0 or view is None:
        return mask
    result = np.zeros_like(mask)
    result[view] = 255 - fade_out(255 - mask[view], reach)
    return result


def fade_both(mask: np.ndarray, reach: int) -> np.ndarray:
    """Blur so that an edge fades over reach pixels to either side; its middle stays where it was."""
    view = window(mask, reach)
    if reach == 0 or view is None:
        return mask
    result = np.zeros_like(mask)
    result[view] = to_bytes(blur(np.ascontiguousarray(mask[view]), reach))
    return result
