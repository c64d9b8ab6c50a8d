"""Light and colour: a histogram that is used in full, over the whole picture or place by place, and a cast that is taken away."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import Image, Slider, node
from nodes.pixels import by_strips, frozen, to_bytes


@node(family="improve", tags=("histogram equalisation", "contrast", "exposure", "dull", "dark", "levels"))
def equalise(image: Image, strength: Annotated[float, Slider(0.0, 1.0, 0.05)] = 1.0) -> Image:
    """Spread the lightness of a dull or badly exposed picture over the whole range (histogram equalisation).

    The luma (Y of Rec. 601) is mapped by its own cumulative histogram, as cv2.equalizeHist does; colours keep their Cb and Cr.

    image: uint8 (H, W, 3), any size.
    strength: how much of it is mixed with the picture as it was: 0 nothing, 1 all.
    """
    import cv2

    if strength == 0:
        return image
    parts = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    parts[..., 0] = cv2.addWeighted(cv2.equalizeHist(parts[..., 0]), strength, parts[..., 0], 1 - strength, 0)
    return Image(frozen(cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB)))


@node(family="improve", tags=("clahe", "adaptive contrast", "local contrast", "haze", "shadows", "backlight"))
def clahe(
    image: Image,
    limit: Annotated[float, Slider(0.1, 40.0)] = 2.0,
    tiles: Annotated[int, Slider(1, 64)] = 8,
) -> Image:
    """Lift the contrast place by place, without blowing up noise (CLAHE).

    Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994) of the lightness L of CIELAB, by OpenCV.

    image: uint8 (H, W, 3), any size.
    limit: how steep a tile's curve may be, in multiples of one without any change: 1 changes little, 2 to 4 is usual, 40 is hardly limited.
    tiles: into how many tiles each side is cut, each with a curve of its own; between their middles curves are mixed.
    """
    import cv2

    parts = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    across, down = min(tiles, image.shape[1]), min(tiles, image.shape[0])
    parts[..., 0] = cv2.createCLAHE(limit, (across, down)).apply(parts[..., 0])
    return Image(frozen(cv2.cvtColor(parts, cv2.COLOR_LAB2RGB)))


@node(family="improve", tags=("white balance", "colour cast", "gray world", "shades of grey", "temperature", "tint"))
def grey_world(
    image: Image,
    norm: Annotated[float, Slider(1.0, 20.0)] = 1.0,
    strength: Annotated[float, Slider(0.0, 1.0, 0.05)] = 1.0,
) -> Image:
    """Take a colour cast away, by the assumption that a picture is grey on average (grey world).

    Each channel is multiplied so that its mean becomes that of all three (Buchsbaum 1980). With a norm above 1 bright places count more
    (shades of grey, Finlayson and Trezzi 2004). Pixels that are clipped in any channel do not count. Channels without light stay.

    image: uint8 (H, W, 3), any size.
    norm: the Minkowski norm of the mean: 1 is the plain mean, 6 is what Finlayson and Trezzi found best, 20 is nearly the brightest pixel.
    strength: how much of the cast is taken away: 0 nothing, 1 all.
    """
    means = np.array([_mean(histogram, norm) for histogram in _histograms(image)])
    if strength == 0 or not (means > 0).all():
        return image
    gains = (means.mean() / means) ** strength
    table = to_bytes(np.arange(256)[:, None] * gains).astype(np.uint8)
    return Image(frozen(np.stack([table[image[..., channel], channel] for channel in range(3)], axis=-1)))


def _histograms(image: np.ndarray) -> list[np.ndarray]:
    """Of each channel, (256,): how many pixels have each value, without those clipped in a channel; of all, if that leaves none."""
    counted = by_strips(lambda strip: (strip.max(2) < 255).astype(np.uint8), image).astype(bool)
    if not counted.any():
        counted[:] = True
    return [np.bincount(image[..., channel][counted], minlength=256) for channel in range(3)]


def _mean(histogram: np.ndarray, norm: float) -> float:
    values = np.arange(256) / 255.0
    return float((histogram @ values**norm / histogram.sum()) ** (1 / norm))
