"""What the editor learns from: one place drawn several times over, in which only the named object differs.

A view holds five states of that object (as it is, in two other colours, as two other kinds) and the place without it.
Every state can become every other one, so six pictures make twenty-five edits. An object of another kind stands on the
same spot, covers the same area and has its own proportions.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from train.scenes import ASPECT, COLOURS, KINDS, NATURAL, draw_background
from train.scenes.crops import PLATE, cut_ground
from train.scenes.scene import Box, paste_object

STATES = 5  # then the place without the object
TWO = 0.35  # share of the views with two whole objects, either of which may be the named one
LARGE, SMALL = (0.42, 0.6), (0.33, 0.42)  # root of an object's area, as a share of the side: alone, one of two


@dataclass(frozen=True)
class View:
    """One place in six versions.

    images: uint8 (6, S, S, 3). kinds, colours: of the named object in the first five; the sixth is without it.
    boxes: its box in these, xyxy in pixels.
    """

    images: np.ndarray
    kinds: tuple[str, ...]
    colours: tuple[str, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class _Thing:
    kind: str
    colour: str
    box: Box
    seed: int


def box_on(foot: tuple[float, float], root: float, kind: str) -> Box:
    """The box of a kind that stands on a point (x, y) and covers root² pixels."""
    w, h = root * ASPECT[kind] ** 0.5, root / ASPECT[kind] ** 0.5
    return foot[0] - w / 2, foot[1] - h, foot[0] + w / 2, foot[1]


def _colour(rng: Random, kind: str) -> str:
    return rng.choice(NATURAL[kind]) if rng.random() < 0.45 else rng.choice(tuple(COLOURS))


def _states(rng: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds and colours of the named object: one kind in three colours, then two other kinds."""
    first, *others = rng.sample(KINDS, 3)
    colour = _colour(rng, first)
    recoloured = rng.sample([c for c in COLOURS if c != colour], 2)
    return (first, first, first, *others), (colour, *recoloured, *(_colour(rng, kind) for kind in others))


def _beside(rng: Random, taken: Box, size: int, kinds: list[str]) -> list[_Thing]:
    """Objects that show in part beside or behind the named one."""
    things = []
    for kind in rng.sample(kinds, rng.choice((0, 0, 0, 1, 1, 2))):
        root, side = rng.uniform(0.2, 0.5) * size, rng.choice((-1, 1))
        width = root * ASPECT[kind] ** 0.5
        x = (taken[0] if side < 0 else taken[2]) + side * rng.uniform(0.35, 1.0) * width
        foot = taken[3] + rng.uniform(-0.3, -0.02) * size
        things.append(_Thing(kind, _colour(rng, kind), box_on((x, foot), root, kind), rng.getrandbits(60)))
    return things


def draw_view(seed: int, size: int = 96, two: float = TWO) -> View:
    """One view; the same arguments give the same pixels. two: share of the views with two whole objects."""
    rng = Random(seed)
    plate = draw_background(rng, PLATE, PLATE)
    kinds, colours = _states(rng)
    spare = [k for k in KINDS if k not in kinds]
    if rng.random() < two:
        pixels, room = cut_ground(rng, plate, (0.9 * size, 0.6 * size), size)
        sides = [0.28, 0.72]
        rng.shuffle(sides)
        feet = [(room[0] + (room[2] - room[0]) * side, room[3] - rng.uniform(0, 0.12) * size) for side in sides]
        root, other = rng.uniform(*SMALL) * size, spare[0] if len(spare) == 1 else rng.choice(spare)
        box = box_on(feet[1], rng.uniform(*SMALL) * size, other)
        around = [_Thing(other, _colour(rng, other), box, rng.getrandbits(60))]
        foot = feet[0]
    else:
        root = rng.uniform(*LARGE) * size
        pixels, room = cut_ground(rng, plate, (1.15 * root, 1.15 * root), size)
        foot = (room[0] + room[2]) / 2 + rng.gauss(0, 0.02) * size, room[3] - 0.03 * size
        around = _beside(rng, room, size, spare)
    boxes = tuple(box_on(foot, root, kind) for kind in kinds)
    seeds = [rng.getrandbits(60)] * 3 + [rng.getrandbits(60) for _ in range(2)]
    things = [_Thing(*row) for row in zip(kinds, colours, boxes, seeds, strict=True)]
    images = [_draw(pixels, [*around, thing]) for thing in things]
    return View(np.stack([*images, _draw(pixels, around)]), kinds, colours, boxes)


def _draw(pixels: np.ndarray, things: list[_Thing]) -> np.ndarray:
    """The place with the things in it, nearer ones in front."""
    for thing in sorted(things, key=lambda t: t.box[3]):
        pixels, _ = paste_object(pixels, thing.box, thing.kind, thing.colour, Random(thing.seed))
    return np.clip(pixels, 0, 255).round().astype(np.uint8)
