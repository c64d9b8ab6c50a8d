"""Pictures changed at random, to teach a model what may change without changing what is seen. A list of steps is drawn anew for each seed, and the mask
and the boxes of a picture go with it.

The steps are those of albumentations (Buslaev et al. 2020), 2.0.8, the last under the MIT licence; it is imported when a step is used, and asks no server for
its newest version.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from graph import BadInput, Boxes, Image, Mask, OnPicture, Seed, Slider, node
from nodes.pixels import check_same_size, frozen, size_text

Chance = Annotated[float, Slider(0.0, 1.0)]
Share = Annotated[float, Slider(0.0, 1.0)]
Border = Literal["black", "mirror", "edge"]
LONGEST = 32_766
"""Pixels of a side that OpenCV can bend."""


@dataclass(frozen=True)
class Step:
    """One change, made now and then.

    probability: how often it is done: 0 never, 1 always.
    border: what fills the corners that open: black, the picture mirrored, or its edge drawn out.
    """


@dataclass(frozen=True)
class Flip(Step):
    """Mirror it.

    direction: left and right change places, or top and bottom, or one of the two by chance.
    """

    direction: Literal["horizontal", "vertical", "either"] = "horizontal"
    probability: Chance = 0.5


@dataclass(frozen=True)
class Rotate(Step):
    """Turn it by an angle.

    angle: the largest turn to either side, in degrees.
    """

    angle: Annotated[float, Slider(0.0, 180.0)] = 15.0
    border: Border = "mirror"
    probability: Chance = 0.5


@dataclass(frozen=True)
class CropResize(Step):
    """Cut out a part and bring it to the old size.

    smallest: how much of the area is kept at least.
    stretch: how much wider or higher the part may be than the picture: 1 keeps its shape.
    """

    smallest: Annotated[float, Slider(0.05, 1.0)] = 0.6
    stretch: Annotated[float, Slider(1.0, 3.0)] = 1.25
    probability: Chance = 1.0


@dataclass(frozen=True)
class Perspective(Step):
    """Look at it from aside.

    strength: how far the corners move, as a share of the sides.
    """

    strength: Annotated[float, Slider(0.0, 0.3)] = 0.08
    border: Border = "mirror"
    probability: Chance = 0.5


@dataclass(frozen=True)
class BrightnessContrast(Step):
    """Lighter or darker, harder or softer.

    brightness: the largest change of brightness, to either side.
    contrast: the largest change of contrast, to either side.
    """

    brightness: Share = 0.2
    contrast: Share = 0.2
    probability: Chance = 0.5


@dataclass(frozen=True)
class HueSaturation(Step):
    """Other colours, stronger or paler.

    hue: the largest turn of the colour circle to either side, in degrees.
    saturation: the largest change of how strong colours are, to either side.
    """

    hue: Annotated[float, Slider(0.0, 180.0)] = 20.0
    saturation: Share = 0.2
    probability: Chance = 0.5


@dataclass(frozen=True)
class Gamma(Step):
    """Lift or lower the middle tones.

    most: the largest gamma; the smallest is one divided by it.
    """

    most: Annotated[float, Slider(1.0, 4.0)] = 1.5
    probability: Chance = 0.5


@dataclass(frozen=True)
class Blur(Step):
    """Make it soft.

    radius: the most, in pixels: the standard deviation of the Gaussian.
    """

    radius: Annotated[float, Slider(0.1, 50.0)] = 2.0
    probability: Chance = 0.3


@dataclass(frozen=True)
class MotionBlur(Step):
    """As if the camera had moved.

    length: how far at most, in pixels.
    """

    length: Annotated[int, Slider(3, 99)] = 11
    probability: Chance = 0.3


@dataclass(frozen=True)
class Noise(Step):
    """Grain.

    strength: the most; 0.1 is a tenth of the way from black to white.
    """

    strength: Annotated[float, Slider(0.0, 0.5)] = 0.05
    probability: Chance = 0.5


@dataclass(frozen=True)
class Jpeg(Step):
    """The traces of strong compression.

    worst: the lowest quality, 1 to 100.
    """

    worst: Annotated[int, Slider(1, 100)] = 40
    probability: Chance = 0.3


@dataclass(frozen=True)
class Clahe(Step):
    """Even out the light part by part (CLAHE).

    limit: how strongly at most.
    """

    limit: Annotated[float, Slider(1.0, 20.0)] = 4.0
    probability: Chance = 0.3


@dataclass(frozen=True)
class Greyscale(Step):
    """Take the colour out."""

    probability: Chance = 0.2


@dataclass(frozen=True)
class Cutout(Step):
    """Hide rectangles in black; mask and boxes stay, so that a model learns to guess what is hidden.

    holes: how many at most.
    size: the longest side of one, as a share of the picture's.
    """

    holes: Annotated[int, Slider(1, 32)] = 4
    size: Annotated[float, Slider(0.02, 0.5)] = 0.15
    probability: Chance = 0.5


Steps = list[
    Flip
    | Rotate
    | CropResize
    | Perspective
    | BrightnessContrast
    | HueSaturation
    | Gamma
    | Blur
    | MotionBlur
    | Noise
    | Jpeg
    | Clahe
    | Greyscale
    | Cutout
]
BENDING = (Flip, Rotate, CropResize, Perspective)
"""The steps that move pixels, and with them masks and boxes."""


class Augmented(NamedTuple):
    """image: the picture's size. mask: the same size. boxes: those that still lie in the picture."""

    image: Image
    mask: Mask
    boxes: Boxes


@node(
    family="augment",
    title="Augment",
    tags=("augmentation", "albumentations", "random", "variations", "dataset", "training", "distort"),
)
def apply(
    image: Image,
    steps: Steps,
    seed: Annotated[int, Seed()] = 0,
    mask: Mask | None = None,
    boxes: Annotated[Boxes | None, OnPicture("image")] = None,
) -> Augmented:
    """Change a picture at random, in several steps, and its mask and boxes with it.

    The same seed makes the same changes: in a batch give each item its own.

    image: any size; the answer has the same.
    steps: what is done, in this order; each as often as its probability says.
    seed: what chance starts from.
    mask: of the picture's size. Without one the mask is white, and black where a step filled corners in black.
    boxes: left, top, right and bottom in pixels; what moves out of the picture is cut off or left out.
    """
    if mask is not None:
        check_same_size("mask", mask, image)
    if any(isinstance(step, BENDING) for step in steps) and max(image.shape[:2]) > LONGEST:
        raise BadInput(
            "image", f"{size_text(image)} is too large to be bent", f"make no side longer than {LONGEST} pixels"
        )
    shown = np.full(image.shape[:2], 255, np.uint8) if mask is None else mask
    given = np.zeros((0, 4), np.float32) if boxes is None else boxes
    if not steps:
        return Augmented(image, Mask(frozen(shown)), Boxes(frozen(given)))
    return _applied(image, shown, given, steps, seed)


def _applied(image: Image, mask: np.ndarray, boxes: np.ndarray, steps: Sequence[Any], seed: int) -> Augmented:
    library = _library()
    chain = [_MAKERS[type(step)](library, step, image.shape[:2]) for step in steps]
    moved = any(isinstance(step, BENDING) for step in steps) and len(boxes) > 0
    fed: dict[str, Any] = {"bboxes": boxes, "numbers": list(range(len(boxes)))} if moved else {}
    with_boxes = library.BboxParams("pascal_voc", label_fields=["numbers"], clip=True, filter_invalid_bboxes=True)
    run = library.Compose(chain, bbox_params=with_boxes if moved else None)
    # one chance for all of them: by itself each step would start from the same seed, and all would be done, or none
    run.set_random_state(np.random.default_rng(seed), random.Random(seed))
    made = run(image=np.ascontiguousarray(image), mask=np.ascontiguousarray(mask), **fed)
    left = np.array(made["bboxes"], np.float32).reshape(-1, 4) if moved else boxes
    return Augmented(Image(frozen(made["image"])), Mask(frozen(made["mask"])), Boxes(frozen(left)))


def _library() -> Any:
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # or it asks a server for its newest version
    import albumentations

    return albumentations


_BORDERS = {"black": 0, "edge": 1, "mirror": 4}
"""OpenCV's numbers."""
_LINEAR = 1
Maker = Callable[[Any, Any, tuple[int, int]], Any]
"""(the library, the step, height and width) → its transform."""


def _flip(library: Any, step: Flip, size: tuple[int, int]) -> Any:
    ways = {"horizontal": library.HorizontalFlip, "vertical": library.VerticalFlip}
    if step.direction in ways:
        return ways[step.direction](p=step.probability)
    return library.OneOf([way(p=1) for way in ways.values()], p=step.probability)


def _rotate(library: Any, step: Rotate, size: tuple[int, int]) -> Any:
    border = _BORDERS[step.border]
    return library.Rotate(step.angle, border_mode=border, mask_interpolation=_LINEAR, p=step.probability)


def _crop(library: Any, step: CropResize, size: tuple[int, int]) -> Any:
    own = size[1] / size[0]
    return library.RandomResizedCrop(
        size,
        scale=(step.smallest, 1.0),
        ratio=(own / step.stretch, own * step.stretch),
        mask_interpolation=_LINEAR,
        p=step.probability,
    )


def _perspective(library: Any, step: Perspective, size: tuple[int, int]) -> Any:
    return library.Perspective(
        scale=(0, step.strength),
        border_mode=_BORDERS[step.border],
        mask_interpolation=_LINEAR,
        p=step.probability,
    )


def _light(library: Any, step: BrightnessContrast, size: tuple[int, int]) -> Any:
    return library.RandomBrightnessContrast(step.brightness, step.contrast, p=step.probability)


def _colours(library: Any, step: HueSaturation, size: tuple[int, int]) -> Any:
    # OpenCV counts hue in steps of two degrees, saturation to 255
    return library.HueSaturationValue(step.hue / 2, step.saturation * 255, 0, p=step.probability)


def _gamma(library: Any, step: Gamma, size: tuple[int, int]) -> Any:
    return library.RandomGamma((100 / step.most, 100 * step.most), p=step.probability)


def _blur(library: Any, step: Blur, size: tuple[int, int]) -> Any:
    return library.GaussianBlur(blur_limit=0, sigma_limit=(min(0.1, step.radius), step.radius), p=step.probability)


def _motion(library: Any, step: MotionBlur, size: tuple[int, int]) -> Any:
    return library.MotionBlur((3, step.length - (step.length + 1) % 2), p=step.probability)


def _noise(library: Any, step: Noise, size: tuple[int, int]) -> Any:
    return library.GaussNoise((0, step.strength), p=step.probability)


def _jpeg(library: Any, step: Jpeg, size: tuple[int, int]) -> Any:
    return library.ImageCompression("jpeg", (step.worst, max(95, step.worst)), p=step.probability)


def _even(library: Any, step: Clahe, size: tuple[int, int]) -> Any:
    return library.CLAHE((1, step.limit), p=step.probability)


def _grey(library: Any, step: Greyscale, size: tuple[int, int]) -> Any:
    return library.Lambda(image=_greyed, name="greyscale", p=step.probability)  # ToGray loses a picture of one row


def _greyed(image: np.ndarray, **_: Any) -> np.ndarray:
    import cv2

    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def _cutout(library: Any, step: Cutout, size: tuple[int, int]) -> Any:
    side = (min(0.01, step.size), step.size)
    return library.CoarseDropout((1, step.holes), side, side, fill=0, p=step.probability)


_MAKERS: dict[type, Maker] = {
    Flip: _flip, Rotate: _rotate, CropResize: _crop, Perspective: _perspective, BrightnessContrast: _light,
    HueSaturation: _colours, Gamma: _gamma, Blur: _blur, MotionBlur: _motion, Noise: _noise, Jpeg: _jpeg,
    Clahe: _even, Greyscale: _grey, Cutout: _cutout,
}  # fmt: skip
