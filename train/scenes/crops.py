"""What the painter sees: a square around a hole in a place, and in the hole the object that belongs there.

The hole is cut as crop-and-stitch cuts it: a rounded box that takes 56 to 80 % of the square's side, in the
proportions of the new object or roughly so, with the object standing on its lower edge. Near the picture's edge the
square is moved inwards, so the hole is off its middle. A few holes follow the object's outline (recolouring) or leave
the object and free the rest (new background).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from train.scenes.backgrounds import ON_PLACE, Background, draw_background
from train.scenes.palette import ASPECT, COLOURS, KINDS, NATURAL, SYNONYMS, article
from train.scenes.scene import Box, paste_object

HOLE_SHARE = (0.56, 0.8)  # of the square's side that a hole's longer side takes
PLATE = 256  # pixels of the place from which squares are cut


@dataclass(frozen=True)
class Crop:
    """A training example of the painter.

    image: uint8 (S, S, 3) with the object. hole: bool (S, S), True where the painter has to paint. style: "box",
    "outline" or "around".
    """

    image: np.ndarray
    hole: np.ndarray
    kind: str
    colour: str
    place: str
    style: str


def hole_size(rng: Random, kind: str, size: int) -> tuple[float, float]:
    """Width and height of a hole for the kind in a square of `size` pixels."""
    loose = rng.uniform(-0.55, 0.55) if rng.random() < 0.35 else rng.gauss(0, 0.06)
    aspect = ASPECT[kind] * math.exp(loose)
    long = rng.uniform(*HOLE_SHARE) * size
    return (long, long / aspect) if aspect > 1 else (long * aspect, long)


def fit_object(rng: Random, kind: str, hole: Box, size: int) -> Box:
    """The object's box in the hole: as large as its proportions allow, standing on the lower edge."""
    unit = size / 96
    room_w = hole[2] - hole[0] - unit * rng.uniform(2, 7)
    below = unit * rng.uniform(1.5, 4.0)
    room_h = hole[3] - hole[1] - below - unit * rng.uniform(1, 4)
    aspect = ASPECT[kind] * rng.uniform(0.96, 1.04)
    width = min(room_w, room_h * aspect) * rng.uniform(0.93, 1.0)
    height = width / aspect
    centre = (hole[0] + hole[2]) / 2 + rng.uniform(-0.15, 0.15) * (room_w - width)
    foot = hole[3] - below
    return centre - width / 2, foot - height, centre + width / 2, foot


def cut_ground(rng: Random, plate: Background, hole_wh: tuple[float, float], size: int) -> tuple[np.ndarray, Box]:
    """A square cut from the place, resized to `size` pixels, and the hole's box in it."""
    side = min(PLATE, rng.uniform(0.28, 0.95) * PLATE)
    scale = side / size
    w, h = hole_wh[0] * scale, hole_wh[1] * scale
    lowest = min(PLATE - 2.0, max(plate.horizon * PLATE + rng.uniform(0.05, 0.5) * (1 - plate.horizon) * PLATE, h + 4))
    foot = rng.uniform(lowest, PLATE - 2.0)
    x, y = rng.uniform(w / 2, PLATE - w / 2), foot - h / 2
    x0 = min(max(0.0, x - side / 2), PLATE - side)
    y0 = min(max(0.0, y - side / 2), PLATE - side)
    picture = Image.fromarray(plate.pixels.astype(np.uint8)).resize(
        (size, size), Image.Resampling.BICUBIC, box=(x0, y0, x0 + side, y0 + side)
    )
    cx, cy = (x - x0) / scale, (y - y0) / scale
    box = (cx - hole_wh[0] / 2, cy - hole_wh[1] / 2, cx + hole_wh[0] / 2, cy + hole_wh[1] / 2)
    return np.asarray(picture, np.float32), box


def _neighbours(rng: Random, pixels: np.ndarray, hole: Box, size: int) -> np.ndarray:
    """Other objects beside or behind the hole, as a scene with several objects shows them."""
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        kind, long = rng.choice(KINDS), rng.uniform(0.3, 0.75) * size
        aspect = ASPECT[kind]
        w, h = (long, long / aspect) if aspect > 1 else (long * aspect, long)
        side = rng.choice((-1, 1))
        edge = hole[0] if side < 0 else hole[2]
        x = edge + side * (w / 2 + rng.uniform(-0.15, 0.5) * w)
        foot = hole[3] + rng.uniform(-0.35, 0.05) * size
        box = (x - w / 2, foot - h, x + w / 2, foot)
        pixels, _ = paste_object(pixels, box, kind, rng.choice(tuple(COLOURS)), rng)
    return pixels


def _cut(rng: Random, hole: Box, cover: np.ndarray, style: str, size: int) -> np.ndarray:
    """bool (S, S): the hole's pixels."""
    if style == "box":
        sheet = Image.new("L", (size, size), 0)
        ImageDraw.Draw(sheet).rounded_rectangle(hole, radius=size / 96 * rng.uniform(1, 9), fill=255)
        return np.asarray(sheet) > 127
    outline = Image.fromarray(((cover > 0.4) * 255).astype(np.uint8))
    if style == "outline":
        return np.asarray(outline.filter(ImageFilter.MaxFilter(rng.choice((5, 7, 9, 13))))) > 127
    return np.asarray(outline.filter(ImageFilter.MaxFilter(rng.choice((1, 3, 5))))) < 128


def draw_crops(seed: int, count: int = 4, size: int = 96) -> list[Crop]:
    """`count` squares from one place; the same arguments give the same pixels."""
    rng = Random(seed)
    plate = draw_background(rng, PLATE, PLATE)
    crops = []
    for _ in range(count):
        kind = rng.choice(KINDS)
        colour = rng.choice(NATURAL[kind]) if rng.random() < 0.45 else rng.choice(tuple(COLOURS))
        style = rng.choices(("box", "outline", "around"), (0.86, 0.09, 0.05))[0]
        pixels, hole = cut_ground(rng, plate, hole_size(rng, kind, size), size)
        pixels = _neighbours(rng, pixels, hole, size)
        pixels, cover = paste_object(pixels, fit_object(rng, kind, hole, size), kind, colour, rng)
        image = np.clip(pixels, 0, 255).round().astype(np.uint8)
        crops.append(Crop(image, _cut(rng, hole, cover, style, size), kind, colour, plate.name, style))
    return crops


def caption(rng: Random, kind: str, colour: str, place: str, style: str) -> str:
    """Words for a crop, as a person or the parser would write them; a natural colour may stay unsaid."""
    where = ON_PLACE[place]
    if style == "around":
        plain = where.split(" ", 1)[1]
        return rng.choice((plain, plain.removeprefix("a ").removeprefix("the "), where))
    shade = "grey" if colour == "gray" and rng.random() < 0.5 else colour
    name = kind if rng.random() < 0.7 else rng.choice(SYNONYMS[kind])
    unsaid = colour in NATURAL[kind] and rng.random() < 0.35
    thing = name if unsaid else f"{shade} {name}"
    form = rng.random()
    if form < 0.5:
        return article(thing)
    if form < 0.8:
        return thing
    if form < 0.88:
        return f"the {thing}"
    return f"{article(thing)} {where}"
