"""Painting with words: a diffusion model fills a hole, at its own resolution, in a picture of any size.

The picture outside the hole is never handed back by the model: it stays what it was, bit for bit, up to a narrow seam (see nodes/stitch.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from graph import BadInput, Controls, Image, Mask, Model, Run, Seed, Slider, Text, node

from .. import patches, seam, stitch
from ..matte import matte
from ..models.diffusion.job import Job
from ..pixels import check_same_size, frozen
from ..proportions import usual_proportions
from ..stitch import Box, Frame, Window
from .common import Embeddings, Loras, Scheduler, additions, announce, check_steps, scaled, working_size

LEFTOVER_WORK = 200
"""Long side, in pixels, at which what is left of the old object is filled: background, seldom large, so speed matters more."""
SHADOW = 0.12
"""How far around an object its contact shadow reaches, as a share of its size (the root of its area)."""
SMALL = 0.03
"""What sticks out of the hole, as a share of the hole, is painted along with it up to here: too little to be worth filling apart."""
Shape = Literal["object", "box", "mask"]
Background = Literal["auto", "painted", "kept"]
Area = Literal["around", "whole"]


class Painted(NamedTuple):
    """The finished picture, and the mask of all pixels that may differ from the one that came in."""

    image: Image
    changed: Mask


@dataclass(frozen=True)
class _Place:
    """Where to paint: the window, its size for the model (width, height), the hole in the window, 0 or 255, and in the picture what of the old object
    lies outside the hole."""

    window: Window
    size: tuple[int, int]
    hole: np.ndarray
    leftover: np.ndarray

    @property
    def scale(self) -> float:
        """Pixels of the picture in one of the model's."""
        return self.window.width / self.size[0]


@node(heavy=True, family="diffusion", tags=("replace", "fill", "stable diffusion", "generate", "remove"), version=4)
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
    control: Controls | None = None,
    scheduler: Scheduler = "auto",
    loras: Loras = [],  # noqa: B006
    embeddings: Embeddings = [],  # noqa: B006
    area: Area = "around",
    match_colors: bool = True,
    *,
    run: Run,
) -> Painted:
    """Paint what the words say in place of what the mask marks.

    A square around the mask (one square for all its parts) is painted at the model's own size and put back into the picture. With the shape
    "object" the hole takes the usual proportions of the thing that the prompt names, as large as the old one and on the same ground; what is
    left of the old object beside it is filled from its surroundings. Pixels outside `changed` stay bit for bit.

    image: any size.
    mask: white marks what is to go; of the same size as the image.
    prompt: what to paint, in plain English, such as "a red bicycle"; "(word:1.3)" counts 1.3 times; empty for whatever fits.
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
    control: pictures of the whole image that steer it, from control.guide.
    scheduler: the way from noise to the picture; "auto" is the model's own, "lcm" is for LCM LoRAs.
    loras: changes to the model, several at once.
    embeddings: learned words, which the prompt then calls by the names of their files.
    area: what the model sees: a square around the mask, or the whole picture, which gives a small thing few pixels.
    match_colors: take off the tint that the model gives the parts it was not to change, so that no seam shows.
    """
    box = _checked(image, mask, steps, strength)
    painter = run.models.get("inpaint", model, say=run.say)
    announce(painter, prompt, run)
    place = _place(mask, box, prompt, shape, painter, _Layout(area, context, grow))
    keep = (
        shape != "mask"
        and strength == 1.0
        and (painter.keeps_background if background == "auto" else background == "kept")
    )
    base = _without(image, _gone(mask, box, place) if keep else place.leftover, run)
    window = stitch.cut(base, place.window)
    picture, hole = stitch.resize(window, place.size), stitch.resize_mask(place.hole, place.size)
    job = Job(
        prompt, negative, seed, steps, guidance or None, scheduler, strength=strength, picture=picture, hole=hole,
        **additions(run, loras, embeddings, _in_window(control, image, place.window)),
    )  # fmt: skip
    painted = painter.make(job, on_step=run.progress, on_preview=run.preview, say=run.say)
    painted = seam.matched(painted, picture, hole) if match_colors else painted
    painted = stitch.resize(painted, (place.window.width, place.window.height))
    weights = _seam(place.hole, round(feather * place.scale), shape)
    if keep:
        weights = _outline(painted, window, weights, max(1.0, place.scale), run)
    return _put_back(image, base, painted, weights, place)


def _checked(image: np.ndarray, mask: np.ndarray, steps: int, strength: float) -> Box:
    """The box around the mask; BadInput where there is nothing to paint, or no step to paint it in."""
    check_same_size("mask", mask, image)
    check_steps(steps, strength)
    box = stitch.mask_box(mask)
    if box is None:
        raise BadInput(
            "mask",
            "it is empty: there is nothing to paint over",
            "check what made the mask; white marks what is to be replaced",
        )
    return box


def _seam(hole: np.ndarray, width: int, shape: Shape) -> np.ndarray:
    """How much of what is painted is taken, uint8 (h, w), with a soft edge 2 × ``width`` pixels wide."""
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


def _in_window(control: Controls | None, image: np.ndarray, window: Window) -> Controls | None:
    """The same guides as far as they lie in the window; they belong to the whole picture."""
    if control is None:
        return None
    size = image.shape[1], image.shape[0]
    return Controls(tuple(replace(each, image=stitch.cut(scaled(each.image, size), window)) for each in control))


@dataclass(frozen=True)
class _Layout:
    """The inputs of `inpaint` that say what the model sees."""

    area: Area
    context: float
    grow: float

    def window(self, hole: Box, painter: Any, size: tuple[int, int]) -> tuple[Window, tuple[int, int]]:
        """The window and its size for the model: in a square the hole takes the share of the side that the model saw in training, and it is moved so
        that it lies in the picture."""
        if self.area == "whole":
            return Frame(0, 0, *size), working_size(*size, painter, 0)
        share = 1 / self.context if self.context >= 1 else sum(painter.hole) / 2
        return stitch.move_inside(stitch.crop_square(hole, share), size), (painter.size, painter.size)


def _place(mask: np.ndarray, box: Box, prompt: str, shape: Shape, painter: Any, layout: _Layout) -> _Place:
    """Lay out window, hole and leftover for one mask."""
    height, width = mask.shape
    old = stitch.grow(mask, max(1, round(layout.grow * box.long)))
    if shape == "mask":
        window, size = layout.window(stitch.mask_box(old) or box, painter, (width, height))
        return _Place(window, size, stitch.cut(old, window), np.zeros_like(old))
    aspect = usual_proportions(prompt, painter.aspects) if shape == "object" else None
    target = stitch.stand(box, aspect, (width, height)) if aspect else box
    hole_box = stitch.hole_box(target)
    window, size = layout.window(hole_box, painter, (width, height))
    shifted = Box(*(edge - (window.left, window.top)[index % 2] for index, edge in enumerate(hole_box)))
    hole = stitch.rounded(shifted, (window.width, window.height), 0.07 * hole_box.long)
    whole = np.zeros_like(old)
    rows, columns, window_rows, window_columns = stitch.inside(window, (width, height))
    whole[rows, columns] = hole[window_rows, window_columns]
    beside = int((old > whole).sum())
    if not aspect or beside <= SMALL * int((hole > 0).sum()):
        return _Place(window, size, np.maximum(hole, stitch.cut(old, window)), np.zeros_like(old))
    return _Place(window, size, hole, np.maximum(old, stitch.grow(mask, round(_shadow(box, mask.shape)))))


def _gone(mask: np.ndarray, box: Box, place: _Place) -> np.ndarray:
    """All of the old object with its shadow, 0 or 255: with the background kept nothing of it may show."""
    return np.maximum(place.leftover, stitch.grow(mask, round(_shadow(box, mask.shape))))


def _shadow(box: Box, size: tuple[int, ...]) -> float:
    return min(SHADOW * (box.width * box.height) ** 0.5, 0.03 * max(size))


def _put_back(image: np.ndarray, base: np.ndarray, painted: np.ndarray, weights: np.ndarray, place: _Place) -> Painted:
    result = stitch.stitch(base, painted, weights, place.window)
    rows, columns, window_rows, window_columns = stitch.inside(place.window, (image.shape[1], image.shape[0]))
    changed = np.where((base != image).any(2), 255, place.leftover).astype(np.uint8)
    changed[rows, columns] = np.maximum(
        changed[rows, columns], np.where(weights[window_rows, window_columns] > 0, 255, 0)
    )
    return Painted(Image(frozen(result)), Mask(frozen(changed)))
