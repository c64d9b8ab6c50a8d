"""What keeps colours and lets details go: a coarse picture for "tile", a stirred one for "shuffle"."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from graph import Image, Seed, Slider, node
from nodes.control.working import picture, scaled, working

SWIRL = 256
"""Size of a swirl, in pixels of the working size, as ControlNet 1.1 was trained on."""


@node(
    family="control",
    tags=("controlnet", "preprocessor", "annotator", "blur", "detail", "upscale", "resample", "coarse"),
)
def tile(
    image: Image,
    factor: Annotated[float, Slider(1.0, 32.0)] = 4.0,
    how: Literal["down and up", "blur"] = "down and up",
) -> Image:
    """A coarser copy of the picture, for ControlNet "tile": it keeps what is where and paints new detail.

    image: uint8 (H, W, 3), any size; what comes out has the same height and width.
    factor: how many times smaller the details that are lost; 1 hands the picture through.
    how: "down and up" shrinks by area and enlarges again (cubic); "blur" is a Gaussian with a standard deviation of half the factor, in pixels.
    """
    import cv2

    if factor == 1:
        return image
    size = image.shape[1], image.shape[0]
    if how == "blur":
        return picture(cv2.GaussianBlur(image, (0, 0), factor / 2), image)
    small = scaled(image, (max(1, round(size[0] / factor)), max(1, round(size[1] / factor))))
    return picture(scaled(small, size, smooth=True), image)


@node(family="control", tags=("controlnet", "preprocessor", "annotator", "warp", "style", "colours", "reorganise"))
def shuffle(
    image: Image,
    seed: Annotated[int, Seed()] = 0,
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """Stir the picture until nothing is recognised, for ControlNet "shuffle": it keeps colours and style alone.

    Every pixel takes the colour of another place, which smooth random fields choose (content shuffle of ControlNet 1.1).

    image: uint8 (H, W, 3), any size; what comes out has the same height and width.
    seed: the same seed stirs in the same way.
    resolution: the short side at which it is stirred, in pixels; 0 is the picture's own size.
    """
    import cv2

    small = working(image, resolution)
    height, width = small.shape[:2]
    random = np.random.default_rng(seed)
    across, down = (_field(random, height, width) * np.float32(side - 1) for side in (width, height))
    return picture(cv2.remap(small, across, down, cv2.INTER_LINEAR), image)


def _field(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A smooth random field float32 (height, width) from 0 to 1."""
    import cv2

    coarse = random.uniform(0, 1, (height // SWIRL + 5, width // SWIRL + 5)).astype(np.float32)
    large = cv2.resize(coarse, (width + 2 * SWIRL, height + 2 * SWIRL), interpolation=cv2.INTER_CUBIC)
    inner = large[SWIRL : SWIRL + height, SWIRL : SWIRL + width]
    low, high = float(inner.min()), float(inner.max())
    return (inner - low) / max(high - low, 1e-6)
