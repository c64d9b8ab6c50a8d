"""Painting with words: a diffusion model fills a hole, at its own resolution, in a picture of any size.

The picture outside the hole is never handed back by the model: it stays what it was, bit for bit, up to a narrow seam (see nodes/stitch.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from graph import BadInput, Image, Mask, Model, Run, Seed, Slider, Text, node

from . import patches, stitch
from .matte import matte
from .pixels import check_same_size, frozen
from .proportions import usual_proportions
from .stitch import Box, Square

LEFTOVER_WORK = 200
"""Long side, in pixels, at which what is left of the old object is filled: background, seldom large, so speed matters more."""
SHADOW = 0.12
"""How far around an object its contact shadow reaches, as a share of its size (the root of its area)."""
SMALL = 0.03
"""What sticks out of the hole, as a share of the hole, is painted along with it up to here: too little to be worth filling apart."""
Shape = Literal["object", "box", "mask"]
Background = Literal["auto", "painted", "kept"]


class Painted(NamedTuple):
    """The finished picture, and the mask of all pixels that may differ from the one that came in."""

    image: Image
    changed: Mask


@dataclass(frozen=True)
class _Place:
    """Where to paint: the square window, the hole in the window (side, side), 0 or 255, and in the picture what of the old object lies outside it."""

    square: Square
    hole: np.ndarray
    leftover: np.ndarray


@node(heavy=True, tags=("replace", "fill", "stable diffusion", "generate", "remove"), version=2)
def inpaint(
    image: Image,
    mask: Mask,
    prompt: Annotated[str, Text(multiline=True)],
    negative: Annotated[str, Text(multiline=True)] = "",
    shape: Shape = "object",
    steps: Annotated[int, Slider(1, 150)] = 20,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    strength: Annotated[float, Slider(0.05, 1.0)] = 1.0,
    context: Annotated[float, Slider(0.0, 8.0)] = 0.0,
    grow: Annotated[float, Slider(0.0, 0.5)] = 0.04,
    feather: Annotated[float, Slider(0.0, 8.0)] = 1.0,
    background: Background = "auto",
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("inpaint")] = "auto",
    *,
    run: Run,
) -> Painted:
    """Paint what the words say in place of what the mask marks.

    A square around the mask (one square for all its parts) is painted at the model's own size and put back into the picture. With the shape
    "object" the hole takes the usual proportions of the thing that the prompt names, as large as the old one and on the same ground; what is
    left of the old object beside it is filled from its surroundings. Pixels outside `changed` stay bit for bit.

    image: any size.
    mask: white marks what is to go; of the same size as the image.
    prompt: what to paint, in plain English, such as "a red bicycle"; empty for whatever fits.
    negative: what must not appear.
    shape: the hole: "object" has the proportions of the new thing (of the mask when it is not known), "box" is the box around the mask, "mask" is the
        mask itself, for recolouring and for backgrounds.
    steps: more take longer and give finer pictures, up to about 50.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    strength: 1 paints anew; less keeps more of what is there (with the shape "mask" or "box").
    context: the side of the square that the model sees, in sides of the hole; 0 takes what the model was trained with.
    grow: how far the mask is grown first, as a share of its longer side, so that soft edges and shadows go too.
    feather: half the width of the seam, in pixels of the model.
    background: around the new thing, with the shape "object" or "box": "painted" takes what the model paints there, with its light and shadow; "kept"
        keeps the picture's own, the old thing removed, which is sharper than a small model can paint; "auto" does what the model recommends.
    seed: the same seed gives the same picture.
    model: weights on the shelf, a path, or 'org/repo' on the Hugging Face hub.
    """
    box = _checked(image, mask, steps, strength)
    painter = run.models.get("inpaint", model, say=run.say)
    _announce(painter, prompt, run)
    place = _place(mask, box, prompt, shape, context, grow, painter)
    keep = (
        shape != "mask"
        and strength == 1.0
        and (painter.keeps_background if background == "auto" else background == "kept")
    )
    base = _without(image, _gone(mask, box, place) if keep else place.leftover, run)
    window = stitch.cut(base, place.square)
    painted = painter.paint(
        stitch.resize(window, painter.size), stitch.resize_mask(place.hole, painter.size), prompt, negative=negative, steps=steps,
        guidance=guidance or None, strength=strength, seed=seed, on_step=run.progress,
        on_preview=run.preview,
    )  # fmt: skip
    painted = stitch.resize(painted, place.square.side)
    weights = _seam(place.hole, round(feather * place.square.side / painter.size), shape)
    if keep:
        weights = _outline(painted, window, weights, max(1.0, place.square.side / painter.size), run)
    return _put_back(image, base, painted, weights, place)


def _checked(image: np.ndarray, mask: np.ndarray, steps: int, strength: float) -> Box:
    """The box around the mask; BadInput where there is nothing to paint, or no step to paint it in."""
    check_same_size("mask", mask, image)
    if int(steps * strength) < 1:
        raise BadInput(
            "strength",
            f"{steps} steps at a strength of {strength:g} leave no step to make",
            "raise the strength or the steps",
        )
    box = stitch.mask_box(mask)
    if box is None:
        raise BadInput(
            "mask",
            "it is empty: there is nothing to paint over",
            "check what made the mask; white marks what is to be replaced",
        )
    return box


def _seam(hole: np.ndarray, width: int, shape: Shape) -> np.ndarray:
    """How much of what is painted is taken, uint8 (side, side), with a soft edge 2 × ``width`` pixels wide."""
    # A mask follows an outline: what lies beyond it is to be kept, so the seam must not reach into it.
    soften = stitch.feathered_inwards if shape == "mask" else stitch.feathered
    return soften(hole, width)


def _outline(painted: np.ndarray, window: np.ndarray, weights: np.ndarray, grain: float, run: Run) -> np.ndarray:
    """The weights drawn in to the new thing alone (see matte), so that the background stays; as they came where it can't be told apart."""
    outline = matte(painted, window, weights, grain)
    if outline is None:
        run.say("the new thing is too like its background to be told from it, so the background is painted too")
        return weights
    return outline


def _without(image: np.ndarray, leftover: np.ndarray, run: Run) -> np.ndarray:
    """The picture with what is left of the old object filled from its surroundings."""
    if leftover.all():
        what = "it covers the whole picture, so that no background is left to stand the new object on"
        raise BadInput("mask", what, "choose the shape 'mask' to paint everything anew")
    return patches.fill(image, leftover, work=LEFTOVER_WORK, check=run.check) if leftover.any() else image


def _announce(painter: Any, prompt: str, run: Run) -> None:
    for note in painter.notes:
        run.say(note)
    if left_out := painter.words_left_out(prompt):
        run.say(f"the prompt is too long for this model, which does not read its end: '{left_out[:200]}'")


def _place(mask: np.ndarray, box: Box, prompt: str, shape: Shape, context: float, grow: float, painter: Any) -> _Place:
    """Lay out window, hole and leftover for one mask."""
    height, width = mask.shape
    old = stitch.grow(mask, max(1, round(grow * box.long)))
    if shape == "mask":
        grown = stitch.mask_box(old) or box
        square = _square(grown, context, painter, (width, height))
        return _Place(square, stitch.cut(old, square), np.zeros_like(old))
    aspect = usual_proportions(prompt, painter.aspects) if shape == "object" else None
    target = stitch.stand(box, aspect, (width, height)) if aspect else box
    hole_box = stitch.hole_box(target)
    square = _square(hole_box, context, painter, (width, height))
    shifted = Box(*(edge - (square.left, square.top)[index % 2] for index, edge in enumerate(hole_box)))
    hole = stitch.rounded(shifted, (square.side, square.side), 0.07 * hole_box.long)
    whole = np.zeros_like(old)
    rows, columns, window_rows, window_columns = stitch.inside(square, (width, height))
    whole[rows, columns] = hole[window_rows, window_columns]
    beside = int((old > whole).sum())
    if not aspect or beside <= SMALL * int((hole > 0).sum()):
        return _Place(square, np.maximum(hole, stitch.cut(old, square)), np.zeros_like(old))
    return _Place(square, hole, np.maximum(old, stitch.grow(mask, round(_shadow(box, mask.shape)))))


def _square(hole: Box, context: float, painter: Any, size: tuple[int, int]) -> Square:
    """The window: the hole takes the share of its side that the model saw in training, and it is moved so that it lies in the picture."""
    share = 1 / context if context >= 1 else sum(painter.hole) / 2
    return stitch.move_inside(stitch.crop_square(hole, share), size)


def _gone(mask: np.ndarray, box: Box, place: _Place) -> np.ndarray:
    """All of the old object with its shadow, 0 or 255: with the background kept nothing of it may show."""
    return np.maximum(place.leftover, stitch.grow(mask, round(_shadow(box, mask.shape))))


def _shadow(box: Box, size: tuple[int, ...]) -> float:
    return min(SHADOW * (box.width * box.height) ** 0.5, 0.03 * max(size))


def _put_back(image: np.ndarray, base: np.ndarray, window: np.ndarray, weights: np.ndarray, place: _Place) -> Painted:
    result = stitch.stitch(base, window, weights, place.square)
    rows, columns, window_rows, window_columns = stitch.inside(place.square, (image.shape[1], image.shape[0]))
    changed = np.where((base != image).any(2), 255, place.leftover).astype(np.uint8)
    changed[rows, columns] = np.maximum(
        changed[rows, columns], np.where(weights[window_rows, window_columns] > 0, 255, 0)
    )
    return Painted(Image(frozen(result)), Mask(frozen(changed)))
