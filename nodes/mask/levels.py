"""Masks out of values: likeness, brightness or colour, cut at a level."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import BadInput, Color, Heat, Image, Mask, Slider, node
from nodes.pixels import by_strips, frozen, parse_colour, to_bytes

Share = Annotated[float, Slider(0.0, 1.0)]
Byte = Annotated[int, Slider(0, 255)]
GREEN_SCREEN = Color("#00ff00")


@node(family="mask", tags=("threshold", "heat map", "likeness", "binarize", "level"))
def from_heat(heat: Heat, threshold: Share = 0.5) -> Mask:
    """Mark where a heat map reaches a level: black and white, no soft edge.

    heat: likeness per pixel, 0 to 1; the mask has the same height and width.
    threshold: values from this one on are marked.
    """
    return Mask(frozen(np.where(heat >= np.float32(threshold), np.uint8(255), np.uint8(0))))


@node(family="mask", tags=("binarize", "hard edge", "level", "black and white", "sharpen"))
def threshold(mask: Mask, level: Share = 0.5) -> Mask:
    """Make a soft mask hard: black and white only.

    mask: what to cut.
    level: pixels marked at least this much (1 is fully) become white, all others black.
    """
    return Mask(frozen(np.where(mask >= level * 255, np.uint8(255), np.uint8(0))))


@node(family="mask", tags=("luminance", "luma", "lightness", "shadows", "highlights", "range", "luma key"))
def from_brightness(image: Image, low: Byte = 128, high: Byte = 255, softness: Byte = 0) -> Mask:
    """Mark the pixels whose brightness lies in a range.

    Brightness is luma by Rec. 601 (0.299 red, 0.587 green, 0.114 blue), 0 is black and 255 is white.

    image: the mask has its height and width.
    low: the darkest brightness that is fully marked.
    high: the lightest brightness that is fully marked.
    softness: over this many steps outside the range the mask fades; 0 gives a hard edge.
    """
    if low > high:
        raise BadInput(
            "low", f"{low} is above high, {high}: no brightness fits", "set low to at most high, or invert the mask"
        )
    import cv2

    values = np.arange(256)
    beyond = np.maximum(np.maximum(low - values, values - high), 0)
    table = to_bytes(_ramp(beyond, softness))
    return Mask(frozen(table[cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)]))


@node(family="mask", tags=("chroma key", "green screen", "colour range", "color", "magic wand", "select by colour"))
def from_colour(
    image: Image,
    colour: Color = GREEN_SCREEN,
    tolerance: Annotated[float, Slider(0.0, 100.0)] = 20.0,
    softness: Annotated[float, Slider(0.0, 100.0)] = 5.0,
    ignore_brightness: bool = False,
) -> Mask:
    """Mark the pixels of a colour and of colours close to it.

    Closeness is the distance in CIE L*a*b* (delta E 1976): about 2 is just visible, black and white are 100 apart.

    image: the mask has its height and width.
    colour: the colour to look for.
    tolerance: colours up to this distance are fully marked.
    softness: over this much distance beyond the tolerance the mask fades; 0 gives a hard edge.
    ignore_brightness: compare the hue and its strength only, so that shadows on a green screen are found too.
    """
    wanted = _lab(np.array([[parse_colour(colour)]], np.uint8))
    first = 1 if ignore_brightness else 0

    def mark(strip: np.ndarray) -> np.ndarray:
        distance = np.linalg.norm((_lab(strip) - wanted)[..., first:], axis=-1)
        return to_bytes(_ramp(np.maximum(distance - tolerance, 0), softness))

    return Mask(by_strips(mark, image))


def _ramp(beyond: np.ndarray, softness: float) -> np.ndarray:
    """Return 255 where `beyond` (>= 0) is 0, falling in a straight line to 0 at `softness`; a step when that is 0."""
    if softness == 0:
        return np.where(beyond > 0, 0.0, 255.0)
    return 255.0 * np.clip(1 - beyond / softness, 0, 1)


def _lab(image: np.ndarray) -> np.ndarray:
    """sRGB uint8 (H, W, 3) to CIE L*a*b* float32 (H, W, 3), D65: L 0..100, a and b about -128..127."""
    import cv2

    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
