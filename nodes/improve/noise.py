"""Noise: single wrong pixels by an adaptive median, grain all over by Wiener's filter."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import Image, Run, Slider, node
from nodes.grain import estimated_noise
from nodes.pixels import frozen, to_bytes

BAND = 1 << 20
"""Pixels that float arithmetic holds at once."""


@node(family="improve", tags=("impulse noise", "salt and pepper", "median", "denoise", "dead pixels", "dust"))
def adaptive_median(image: Image, largest: Annotated[int, Slider(3, 31, 2)] = 7, *, run: Run) -> Image:
    """Take out impulse noise (salt and pepper) and leave all other pixels as they are.

    The adaptive median filter RAMF of Hwang and Haddad (IEEE Transactions on Image Processing, 1995), channel by channel: the window around a
    pixel grows until its median is no extreme of the window itself; the pixel is replaced by that median only if it is an extreme.

    image: uint8 (H, W, 3), any size.
    largest: the side of the largest window, in pixels, odd: 3 for 10 percent of wrong pixels, 7 for 40, more for more. An even number counts
        as the odd one below it.
    """
    import cv2

    result = image.copy()
    sides = range(3, largest + 1, 2)
    for channel in range(3):
        plane = np.ascontiguousarray(image[..., channel])
        waiting = np.ones(plane.shape, bool)
        for side in sides:
            run.progress(channel * len(sides) + (side - 3) // 2, 3 * len(sides))
            reach = side // 2
            padded = cv2.copyMakeBorder(plane, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
            inner = (slice(reach, reach + plane.shape[0]), slice(reach, reach + plane.shape[1]))
            kernel = np.ones((side, side), np.uint8)
            low, high = cv2.erode(padded, kernel)[inner], cv2.dilate(padded, kernel)[inner]
            middle = cv2.medianBlur(padded, side)[inner]
            known = waiting & (low < middle) & (middle < high)
            wrong = known & ((plane <= low) | (plane >= high))
            result[..., channel][wrong] = middle[wrong]
            waiting &= ~known
            if not waiting.any():
                break
        else:  # no window was large enough: the median of the largest, as in the paper
            result[..., channel][waiting] = _unless_even(plane, middle, low, high)[waiting]
    return Image(frozen(result))


def _unless_even(plane: np.ndarray, middle: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The median, but the pixel itself where the whole window has one value: an even surface has no noise."""
    return np.where(low == high, plane, middle)


@node(family="improve", tags=("denoise", "gaussian noise", "grain", "smooth", "high iso"))
def wiener(
    image: Image,
    window: Annotated[int, Slider(3, 31, 2)] = 5,
    noise: Annotated[float, Slider(0.0, 100.0)] = 0.0,
    *,
    run: Run,
) -> Image:
    """Take out Gaussian noise: even places are smoothed, edges and texture less, by Wiener's filter with local statistics.

    The pixelwise adaptive filter of Lee (1980) as scipy.signal.wiener has it, channel by channel: each pixel moves towards the mean of its
    window by the share of the window's variance that is noise.

    image: uint8 (H, W, 3), any size.
    window: the side of the window, in pixels, odd: larger is smoother and blurs fine texture more. An even number counts as the odd one below it.
    noise: standard deviation of the noise in steps of 0..255; 0 estimates it from the picture (Immerkær 1996, made robust by the median).
    """
    from scipy.signal import wiener as filtered

    side = window - 1 + window % 2
    sigma = noise or estimated_noise(image)
    if sigma == 0:
        return image
    result = np.empty_like(image)
    rows = max(side, BAND // image.shape[1])
    tops = range(0, image.shape[0], rows)
    for index, top in enumerate(tops):
        run.progress(index, len(tops))
        first, last = max(0, top - side), min(image.shape[0], top + rows + side)
        for channel in range(3):
            plane = np.pad(image[first:last, :, channel].astype(np.float64), side, mode="edge")
            with np.errstate(
                divide="ignore", invalid="ignore"
            ):  # windows without any variance are replaced by their mean
                even = filtered(plane, side, sigma**2)[side:-side, side:-side]
            kept = even[top - first : top - first + min(rows, image.shape[0] - top)]
            result[top : top + len(kept), :, channel] = to_bytes(kept)
    return Image(frozen(result))
