"""Masks out of masks: wider, narrower, softer, turned round, put together. Soft edges stay soft."""

from __future__ import annotations

from math import pi, sqrt
from typing import Annotated, Literal

import numpy as np

from graph import Image, Mask, Slider, node
from nodes.mask import morphology
from nodes.mask.common import MARKED, canvas, check_sizes, window
from nodes.pixels import frozen, to_bytes

Radius = Annotated[int, Slider(0, 500)]
Side = Annotated[int, Slider(0, 16384)]


@node(family="mask", tags=("dilate", "expand", "widen", "enlarge", "thicken", "morphology"))
def grow(mask: Mask, pixels: Radius = 8, shape: Literal["round", "square"] = "round") -> Mask:
    """Make the marked area wider on every side.

    Each pixel takes the highest value within reach (grey-scale dilation), so soft edges move outwards and stay soft.

    mask: what to widen.
    pixels: how far the edge moves, in pixels.
    shape: round keeps distances true in every direction; square keeps straight corners.
    """
    return Mask(frozen(morphology.dilate(mask, pixels, shape == "square")))


@node(family="mask", tags=("erode", "contract", "narrow", "thin", "choke", "morphology"))
def shrink(mask: Mask, pixels: Radius = 8, shape: Literal["round", "square"] = "round") -> Mask:
    """Make the marked area narrower on every side.

    Each pixel takes the lowest value within reach (grey-scale erosion). The picture's frame is no edge: an object that
    it cuts off does not shrink there.

    mask: what to narrow.
    pixels: how far the edge moves, in pixels.
    shape: round keeps distances true in every direction; square keeps straight corners.
    """
    return Mask(frozen(morphology.erode(mask, pixels, shape == "square")))


@node(family="mask", tags=("blur", "soften", "soft edge", "gaussian", "fade"))
def feather(mask: Mask, pixels: Radius = 8, side: Literal["both", "outward", "inward"] = "both") -> Mask:
    """Give the mask a soft edge.

    The fade is a Gaussian cut off where it ends. At the picture's frame nothing fades.

    mask: what to soften.
    pixels: how far the fade reaches from the edge, in pixels.
    side: outward keeps all that is marked and fades outside it; inward keeps all that is not marked; both fades to
        either side.
    """
    fades = {"both": morphology.fade_both, "outward": morphology.fade_out, "inward": morphology.fade_in}
    return Mask(frozen(fades[side](mask, pixels)))


@node(family="mask", tags=("clean", "round corners", "despeckle", "anti-alias", "contour"))
def smooth(mask: Mask, pixels: Radius = 4) -> Mask:
    """Straighten ragged edges; the edge stays where it is and about one pixel soft.

    The mask is blurred and its middle level made steep again, so bumps, notches and specks narrower than `pixels`
    vanish.

    mask: what to smooth; edges that were wide and soft become narrow.
    pixels: the size of the bumps that go, in pixels.
    """
    view = window(mask, pixels)
    if pixels == 0 or view is None:
        return mask
    blurred = morphology.blur(np.ascontiguousarray(mask[view]), pixels)
    steepness = morphology.sigma(pixels) * sqrt(2 * pi)  # a straight edge then rises from 0 to 255 within one pixel
    result = np.zeros_like(mask)
    result[view] = to_bytes((blurred - 127.5) * steepness + 127.5)
    return Mask(frozen(result))


@node(family="mask", tags=("negate", "not", "reverse", "background", "outside"))
def invert(mask: Mask) -> Mask:
    """Mark what is not marked, and the other way round.

    mask: what to turn round; soft edges stay as soft.
    """
    return Mask(frozen(255 - mask))


@node(
    family="mask", tags=("union", "intersect", "subtract", "difference", "xor", "and", "or", "add", "merge", "boolean")
)
def combine(mask: Mask, other: Mask, how: Literal["union", "intersect", "subtract", "difference"] = "union") -> Mask:
    """Put two masks together.

    mask: the first mask.
    other: the second mask, of the same height and width.
    how: union marks what either marks; intersect what both mark; subtract takes the second out of the first;
        difference marks what exactly one of them marks.
    """
    check_sizes("other", other, "mask", mask)
    if how == "union":
        result = np.maximum(mask, other)
    elif how == "intersect":
        result = np.minimum(mask, other)
    elif how == "subtract":
        result = np.minimum(mask, 255 - other)
    else:
        result = np.maximum(mask, other) - np.minimum(mask, other)
    return Mask(frozen(result))


@node(family="mask", tags=("scale", "fit", "match size"))
def resize(
    mask: Mask, image: Image | None = None, width: Side = 0, height: Side = 0, edges: Literal["soft", "hard"] = "soft"
) -> Mask:
    """Bring a mask to another size, for example that of a picture.

    mask: what to scale.
    image: its height and width are taken.
    width: the new width in pixels, when no image is connected.
    height: the new height in pixels, when no image is connected.
    edges: soft averages where it shrinks and interpolates where it grows; hard gives black and white only.
    """
    import cv2

    rows, columns = canvas(image, width, height)
    scaled: np.ndarray = mask
    if (rows, columns) != mask.shape:
        shrinks = rows <= mask.shape[0] and columns <= mask.shape[1]
        scaled = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    if edges == "hard":
        scaled = np.where(scaled >= MARKED, np.uint8(255), np.uint8(0))
    return Mask(frozen(scaled))
