"""Laying one picture over another.

Blend modes follow W3C "Compositing and Blending Level 1" (sections 9 and 10), on sRGB values as they are stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from PIL import Image as Pillow

from graph import BadInput, Boxes, Image, Mask, OnPicture, Slider, node
from nodes.pixels import (
    by_strips,
    check_area,
    check_same_size,
    from_pil,
    frozen,
    lay_over,
    mask_from_pil,
    one_box,
    size_text,
    to_bytes,
    to_pil,
)

Mode = Literal[
    "normal",
    "multiply",
    "screen",
    "overlay",
    "soft light",
    "hard light",
    "darken",
    "lighten",
    "difference",
    "exclusion",
    "add",
    "subtract",
    "colour dodge",
    "colour burn",
    "colour",
    "luminosity",
]

Blend = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Takes the lower and the upper picture as float32 (H, W, 3) in 0..1, returns the blend in 0..1."""


def _hard_light(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    return np.where(above <= 0.5, 2 * below * above, 1 - 2 * (1 - below) * (1 - above))


def _soft_light(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    curve = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
    darker = below - (1 - 2 * above) * below * (1 - below)
    return np.where(above <= 0.5, darker, below + (2 * above - 1) * (curve - below))


def _dodge(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    light = np.minimum(1, below / np.maximum(1 - above, 1e-6))
    return np.where(below == 0, 0, np.where(above >= 1, 1, light))


def _burn(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    return 1 - _dodge(1 - below, 1 - above)


def _lightness(colour: np.ndarray) -> np.ndarray:
    return colour @ np.array([0.3, 0.59, 0.11], np.float32)


def _with_lightness(colour: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Shift a colour to a lightness, then pull it towards grey until it is inside 0..1 (W3C: SetLum, ClipColor)."""
    goal = lightness[..., None]
    moved = colour + goal - _lightness(colour)[..., None]
    low, high = moved.min(-1, keepdims=True), moved.max(-1, keepdims=True)
    moved = np.where(low < 0, goal + (moved - goal) * goal / np.maximum(goal - low, 1e-6), moved)
    return np.where(high > 1, goal + (moved - goal) * (1 - goal) / np.maximum(high - goal, 1e-6), moved)


_BLENDS: dict[str, Blend] = {
    "normal": lambda below, above: above,
    "multiply": lambda below, above: below * above,
    "screen": lambda below, above: below + above - below * above,
    "overlay": lambda below, above: _hard_light(above, below),
    "soft light": _soft_light,
    "hard light": _hard_light,
    "darken": np.minimum,
    "lighten": np.maximum,
    "difference": lambda below, above: abs(below - above),
    "exclusion": lambda below, above: below + above - 2 * below * above,
    "add": lambda below, above: np.minimum(1, below + above),
    "subtract": lambda below, above: np.maximum(0, below - above),
    "colour dodge": _dodge,
    "colour burn": _burn,
    "colour": lambda below, above: _with_lightness(above, _lightness(below)),
    "luminosity": lambda below, above: _with_lightness(below, _lightness(above)),
}


@node(family="image", tags=("mix", "overlay", "multiply", "screen", "opacity", "layer"))
def blend(
    image: Image,
    over: Image,
    mode: Mode = "normal",
    opacity: Annotated[float, Slider(0.0, 1.0)] = 1.0,
    mask: Mask | None = None,
) -> Image:
    """Mix two pictures like layers.

    image: the lower picture.
    over: the upper picture, of the same size.
    mode: how colours meet; "colour" takes hue and saturation from above and light from below, "luminosity" the other
        way round.
    opacity: how much of the upper picture shows: 0 is nothing, 1 all.
    mask: where the upper picture shows (255) or not (0); everywhere when nothing is plugged in.
    """
    check_same_size("over", over, image)
    if mask is not None:
        check_same_size("mask", mask, image)
    formula = _BLENDS[mode]

    def mix(low: np.ndarray, high: np.ndarray, weight: np.ndarray) -> np.ndarray:
        below, above = low.astype(np.float32) / 255, high.astype(np.float32) / 255
        share = opacity * weight[..., None].astype(np.float32) / 255
        return to_bytes(255 * (below + share * (formula(below, above) - below)))

    weights = np.broadcast_to(np.uint8(255), image.shape[:2]) if mask is None else mask
    return Image(by_strips(mix, image, over, weights))


@node(family="image", tags=("mask", "layer", "merge", "stencil"))
def composite(image: Image, over: Image, mask: Mask) -> Image:
    """Take one picture where the mask is white and the other where it is black.

    Where the mask is 0 or 255 the pixels are taken bit for bit.

    image: shows where the mask is black (0).
    over: shows where the mask is white (255); of the same size.
    mask: of the same size; grey mixes the two.
    """
    check_same_size("over", over, image)
    check_same_size("mask", mask, image)
    return Image(lay_over(image, over, mask))


@node(family="image", tags=("insert", "place", "layer", "stitch"))
def paste(
    image: Image,
    patch: Image,
    left: int = 0,
    top: int = 0,
    mask: Mask | None = None,
    boxes: Annotated[Boxes | None, OnPicture("image")] = None,
) -> Image:
    """Lay a smaller picture onto a larger one.

    image: the picture below.
    patch: the picture to lay onto it; what sticks out is cut off.
    left: where the patch begins, in pixels from the left edge; may be negative.
    top: where the patch begins, in pixels from the top edge; may be negative.
    mask: which part of the patch shows (255); of the patch's size.
    boxes: when given, the patch is resized to the first box, and left and top are not used.
    """
    shown = Mask(np.full(patch.shape[:2], 255, np.uint8)) if mask is None else mask
    check_same_size("mask", shown, patch, other="patch")
    if boxes is not None:
        left, top, patch, shown = _fitted(patch, shown, boxes)
    height, width = patch.shape[:2]
    if left >= image.shape[1] or top >= image.shape[0] or left + width <= 0 or top + height <= 0:
        what = f"the patch of {size_text(patch)} at ({left}, {top}) lies outside the picture of {size_text(image)}"
        raise BadInput("left" if boxes is None else "boxes", what, "move it inside")
    pasted = image.copy()
    target = pasted[max(0, top) : top + height, max(0, left) : left + width]  # a view, cut off at the picture's edges
    down, right = max(0, -top), max(0, -left)
    part = slice(down, down + target.shape[0]), slice(right, right + target.shape[1])
    target[:] = lay_over(target, patch[part], shown[part])
    return Image(frozen(pasted))


def _fitted(patch: Image, shown: Mask, boxes: Boxes) -> tuple[int, int, Image, Mask]:
    """Resize a patch and its mask to the first box, rounded to whole pixels: (left, top, patch, mask)."""
    left, top, right, bottom = (round(edge) for edge in one_box(boxes))
    new = (max(1, right - left), max(1, bottom - top))
    check_area(*new, socket="boxes")
    if new == (patch.shape[1], patch.shape[0]):
        return left, top, patch, shown
    resample = Pillow.Resampling.LANCZOS
    return left, top, from_pil(to_pil(patch).resize(new, resample)), mask_from_pil(to_pil(shown).resize(new, resample))
