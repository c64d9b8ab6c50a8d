"""Edits by instruction: a model that was trained on pairs of pictures and what was said between them paints the second from the first.

The model works at its own resolution; the picture keeps its own. What the model has not changed on purpose is taken from the picture that came in, bit
for bit, because all such models blur a little wherever they look.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np
from PIL import Image as Pictures

from graph import BadInput, Image, Mask, Model, Run, Seed, Slider, Text, node
from nodes import stitch
from nodes.additions import Loras, Scheduler, additions
from nodes.models.diffusion.job import Job
from nodes.pixels import check_same_size, frozen, lay_over
from nodes.stitch import Square

LEAST = 8
"""Sides of the model's picture are at least so many cells of its latent picture, or its coarsest layers would have nothing to look at."""


class Instructed(NamedTuple):
    """image: as large as what came in. changed: white where it may differ."""

    image: Image
    changed: Mask


@node(
    family="edit",
    heavy=True,
    tags=("instructpix2pix", "instruct pix2pix", "pix2pix", "instruction", "sentence", "recolor", "make it", "restyle"),
)
def instruct(
    image: Image,
    instruction: Annotated[str, Text(multiline=True)],
    mask: Mask | None = None,
    negative: Annotated[str, Text(multiline=True)] = "",
    steps: Annotated[int, Slider(1, 150)] = 20,
    text_guidance: Annotated[float, Slider(0.0, 30.0, 0.1)] = 0.0,
    image_guidance: Annotated[float, Slider(1.0, 10.0, 0.05)] = 1.5,
    resolution: Annotated[int, Slider(0, 4096, 8)] = 0,
    keep: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.1,
    scheduler: Scheduler = "auto",
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("edit")] = "auto",
    loras: Loras = [],  # noqa: B006
    *,
    run: Run,
) -> Instructed:
    """Change a picture as a sentence says: InstructPix2Pix (Brooks et al. 2023), with guidance by the text and by the picture (equation 3 there).

    With a mask only a square around it is shown to the model, and put back: for small models, and for small things in large pictures.

    image: of any size; the answer has the same.
    instruction: what to do, such as "make the car red" or "turn it into winter".
    mask: of the image's size; white marks the thing that the sentence is about. Without one the whole picture is edited.
    negative: what must not appear.
    steps: more take longer and give finer pictures, up to about 100.
    text_guidance: how closely to follow the instruction; 0 takes what the model recommends, 7.5 where it says nothing.
    image_guidance: how closely to keep to the picture; 1.2 to 2 is usual, 1 lets it go.
    resolution: long side of the picture that the model works on, in pixels; 0 takes the model's own.
    keep: places that the model has changed by less than this share of the full range stay as they were, bit for bit; 0 takes all that it painted.
    scheduler: the way from noise to picture; "auto" is the model's own.
    seed: the same seed gives the same picture.
    model: an InstructPix2Pix model: a folder of diffusers or one file.
    loras: changes to the model, several at once.
    """
    if not instruction.strip():
        raise BadInput("instruction", "it is empty", "write what to change, such as 'make the car red'")
    loaded = run.models.get("edit", model, say=run.say)
    if loaded.channels != 8:
        what = f"this model was not made to edit by instruction: its UNet takes {loaded.channels} channels, an editor's takes 8"
        raise BadInput("model", what, "choose a model of InstructPix2Pix")
    for note in loaded.notes:
        run.say(note)
    if left_out := loaded.words_left_out(instruction):
        run.say(f"the instruction is too long for this model, which does not read its end: '{left_out[:200]}'")
    square = None if mask is None else _square(image, mask, loaded)
    window = image if square is None else stitch.cut(image, square)
    small = scaled(window, working_size(window.shape, resolution or loaded.size, loaded.multiple))
    job = Job(
        instruction, negative, seed, steps, text_guidance or None, scheduler, picture=small, image_guidance=image_guidance,
        **additions(run, loras, (), None),
    )  # fmt: skip
    painted = loaded.make(job, on_step=run.progress, on_preview=run.preview, say=run.say)
    weights = changed_places(small, painted, keep)
    if not weights.any():
        run.say("the model has changed nothing: try more text guidance, less image guidance, or other words")
    return _put_back(image, window, painted, weights, square)


def _square(image: np.ndarray, mask: np.ndarray, loaded: Any) -> Square:
    """The window that the model sees: what is marked takes the share of its side that it took in training."""
    check_same_size("mask", mask, image)
    box = stitch.mask_box(mask)
    if box is None:
        cure = "check what made the mask, or take the link away to edit the whole picture"
        raise BadInput("mask", "it is empty: nothing is marked that could be edited", cure)
    square = stitch.crop_square(stitch.hole_box(box), sum(loaded.hole) / 2)
    return stitch.move_inside(square, (image.shape[1], image.shape[0]))


def working_size(shape: tuple[int, ...], long: int, multiple: int) -> tuple[int, int]:
    """Width and height at which the model works: the proportions of ``shape`` (height, width), the longer side ``long``, in steps of ``multiple``."""
    height, width = shape[:2]
    scale = long / max(width, height)
    least = LEAST * multiple
    sides = (max(least, round(side * scale / multiple) * multiple) for side in (width, height))
    return tuple(sides)  # type: ignore[return-value]


def changed_places(before: np.ndarray, after: np.ndarray, keep: float) -> np.ndarray:
    """How much of what was painted is taken, uint8 (h, w): 255 where it differs by ``keep`` or more, falling to 0 over some pixels around."""
    if keep <= 0:
        return np.full(before.shape[:2], 255, np.uint8)
    import cv2

    # Over a few pixels: an edge that was painted half a pixel beside its place is no change.
    smooth = [cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.5) for picture in (before, after)]
    core = np.where(np.abs(smooth[0] - smooth[1]).max(2) >= keep * 255, 255, 0).astype(np.uint8)
    return stitch.feathered(stitch.grow(core, 1), 2)


def scaled(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """uint8 (H, W[, 3]) brought to (width, height)."""
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    return np.asarray(Pictures.fromarray(np.ascontiguousarray(picture)).resize(size, Pictures.Resampling.LANCZOS))


def _put_back(
    image: np.ndarray, window: np.ndarray, painted: np.ndarray, weights: np.ndarray, square: Square | None
) -> Instructed:
    size = window.shape[1], window.shape[0]
    large, weight = scaled(painted, size), scaled(weights, size)
    if square is None:
        mixed = lay_over(window, large, weight)
        return Instructed(Image(frozen(mixed)), Mask(frozen(np.where(weight > 0, 255, 0).astype(np.uint8))))
    if square.side < max(image.shape[:2]):
        weight = np.minimum(weight, _fading(square.side))
    rows, columns, window_rows, window_columns = stitch.inside(square, (image.shape[1], image.shape[0]))
    result, changed = image.copy(), np.zeros(image.shape[:2], np.uint8)
    part = weight[window_rows, window_columns]
    result[rows, columns] = lay_over(image[rows, columns], large[window_rows, window_columns], part)
    changed[rows, columns] = np.where(part > 0, 255, 0)
    return Instructed(Image(frozen(result)), Mask(frozen(changed)))


def _fading(side: int) -> np.ndarray:
    """Weights (side, side) that fall to 0 at the border, so that the window can't be seen in the picture."""
    width = max(1, side // 16)
    ramp = np.minimum(np.arange(side), np.arange(side)[::-1])
    line = np.clip(ramp * 255 // width, 0, 255).astype(np.uint8)
    return np.minimum(line[:, None], line[None, :])
