"""The example pictures in workflows/examples: arranged by hand, drawn by the same generator as the training scenes.

`python -m train.examples` draws them all; the same code gives the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from train.scenes import ASPECT, draw_background
from train.scenes.scene import paste_object

FOLDER = Path(__file__).parent.parent / "workflows" / "examples"


@dataclass(frozen=True)
class Thing:
    """An object: x is its middle and foot its lower edge as shares of the picture's width and height; tall: its share
    of the height.
    """

    kind: str
    colour: str
    x: float
    foot: float
    tall: float
    seed: int = 0


@dataclass(frozen=True)
class Picture:
    """A place, the seed that furnishes it, (height, width) in pixels, and its things, farthest first."""

    place: str
    seed: int
    size: tuple[int, int]
    things: tuple[Thing, ...]


PICTURES: dict[str, Picture] = {
    "street": Picture(
        "street",
        2,
        (512, 768),
        (
            Thing("house", "yellow", 0.22, 0.655, 0.5, 3),
            Thing("tree", "green", 0.86, 0.65, 0.5, 1),
            Thing("car", "red", 0.56, 0.9, 0.3, 2),
        ),
    ),
    "two_cars": Picture(
        "street",
        5,
        (512, 768),
        (
            Thing("tree", "orange", 0.5, 0.6, 0.4, 4),
            Thing("car", "blue", 0.27, 0.76, 0.24, 1),
            Thing("car", "red", 0.7, 0.92, 0.3, 2),
        ),
    ),
    "room": Picture(
        "living room",
        4,
        (512, 768),
        (
            Thing("lamp", "yellow", 0.86, 0.74, 0.5, 1),
            Thing("sofa", "blue", 0.4, 0.78, 0.36, 6),
            Thing("cat", "orange", 0.77, 0.93, 0.27, 2),
        ),
    ),
    "garden": Picture(
        "park",
        4,
        (512, 768),
        (
            Thing("tree", "pink", 0.16, 0.7, 0.58, 4),
            Thing("flower", "yellow", 0.88, 0.84, 0.36, 2),
            Thing("dog", "brown", 0.5, 0.86, 0.36, 1),
            Thing("ball", "red", 0.72, 0.95, 0.15, 5),
        ),
    ),
}


def draw_picture(picture: Picture) -> np.ndarray:
    """uint8 RGB (H, W, 3)."""
    height, width = picture.size
    pixels = draw_background(Random(picture.seed), height, width, picture.place).pixels
    for thing in picture.things:
        h = thing.tall * height
        w = h * ASPECT[thing.kind]
        x, foot = thing.x * width, thing.foot * height
        box = (x - w / 2, foot - h, x + w / 2, foot)
        pixels, _ = paste_object(pixels, box, thing.kind, thing.colour, Random(thing.seed))
    return np.clip(pixels, 0, 255).round().astype(np.uint8)


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        path = FOLDER / f"{name}.png"
        Image.fromarray(draw_picture(picture)).save(path, optimize=True)
        print(f"{path}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
