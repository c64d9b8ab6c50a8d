"""Whole pictures: a place with a few objects that stand on the ground, what is nearer in front, each at least a third
visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from train.scenes.backgrounds import INDOORS, ON_PLACE, Background, draw_background
from train.scenes.objects import draw_object
from train.scenes.palette import ASPECT, COLOURS, INDOOR_KINDS, KINDS, NATURAL, OUTDOOR_KINDS, SIZE, article

LEAST_VISIBLE = 1 / 3
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawn:
    """One object of a scene.

    box: xyxy in pixels, tight around the visible part. mask: uint8 (H, W), 0..255, its visible part with soft edges.
    """

    kind: str
    colour: str
    box: Box
    mask: np.ndarray


@dataclass(frozen=True)
class Scene:
    """A picture, uint8 RGB (H, W, 3), and what is in it, farthest object first."""

    image: np.ndarray
    objects: tuple[Drawn, ...]
    background: str
    caption: str


@dataclass(frozen=True)
class _Plan:
    """What will be drawn where; the box may be hidden in part."""

    kind: str
    colour: str
    box: Box
    seed: int


def _choose(rng: Random, place: str, kinds: Sequence[str] | None, colours: Sequence[str] | None) -> tuple[str, str]:
    fitting = INDOOR_KINDS if place in INDOORS else OUTDOOR_KINDS
    kind = rng.choice(list(kinds) if kinds else (fitting if rng.random() < 0.75 else KINDS))
    if colours:
        return kind, rng.choice(list(colours))
    return kind, rng.choice(NATURAL[kind] if rng.random() < 0.5 else tuple(COLOURS))


def _place(rng: Random, kind: str, horizon: float, height: int, width: int, scale: float) -> Box:
    """A box that stands on the ground; nearer (lower) is larger."""
    low = rng.uniform(horizon + 0.12, 0.97)
    near = 0.72 + 0.5 * (low - horizon) / (1 - horizon)
    area_side = scale * near * SIZE[kind] * min(height, width)
    stretch = ASPECT[kind] ** 0.5 * rng.uniform(0.97, 1.03)
    w = min(area_side * stretch, 0.9 * width)
    h = min(area_side / stretch, 0.85 * height)
    foot = max(low * height, h + 0.02 * height)
    x = rng.uniform(0.02 * width, 0.98 * width - w)
    return x, foot - h, x + w, foot


def _hidden(box: Box, others: Sequence[Box]) -> float:
    """Share of the box's area under the others, counted twice where they overlap."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    total = 0.0
    for b in others:
        w, h = min(box[2], b[2]) - max(box[0], b[0]), min(box[3], b[3]) - max(box[1], b[1])
        total += max(0.0, w) * max(0.0, h)
    return total / area


def _arrange(rng: Random, ground: Background, wanted: list[tuple[str, str]], height: int, width: int) -> list[_Plan]:
    """Boxes for all wanted objects, farthest first; smaller ones when they do not fit."""
    scale = rng.uniform(0.34, 0.5) if len(wanted) <= 2 else rng.uniform(0.28, 0.42)
    for attempt in range(200):
        boxes = [_place(rng, kind, ground.horizon, height, width, scale * 0.985**attempt) for kind, _ in wanted]
        order = sorted(range(len(wanted)), key=lambda i: boxes[i][3])
        stacked = [boxes[i] for i in order]
        if all(_hidden(box, stacked[i + 1 :]) <= 0.3 for i, box in enumerate(stacked)):
            break
    return [_Plan(*wanted[i], boxes[i], rng.getrandbits(60)) for i in order]


def paste_object(image: np.ndarray, box: Box, kind: str, colour: str, rng: Random) -> tuple[np.ndarray, np.ndarray]:
    """Draw one object with its contact shadow; returns (float32 (H, W, 3) picture, float32 (H, W) cover in 0..1).

    image: float32 (H, W, 3). box: xyxy in pixels; what lies outside the picture is cut off.
    """
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (round(v) for v in box)
    drawn = draw_object(kind, colour, x1 - x0, y1 - y0, rng)
    layer = Image.new("RGBA", (width, height))
    layer.paste(drawn, (x0, y0))
    pixels = np.asarray(layer, np.float32)
    cover = pixels[..., 3:] / 255
    ground = image * (1 - 0.5 * contact_shadow(box, height, width)[..., None])
    return ground * (1 - cover) + pixels[..., :3] * cover, cover[..., 0]


def contact_shadow(box: Box, height: int, width: int) -> np.ndarray:
    """float32 (H, W) in 0..1: a soft ellipse where the object touches the ground."""
    w, thick = box[2] - box[0], 0.07 * (box[2] - box[0]) ** 0.5 * (box[3] - box[1]) ** 0.5
    sheet = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(sheet)
    pen.ellipse([box[0] + 0.03 * w, box[3] - thick, box[2], box[3] + 0.7 * thick], fill=150)
    pen.ellipse([box[0] + 0.1 * w, box[3] - 0.5 * thick, box[2] - 0.1 * w, box[3] + 0.35 * thick], fill=255)
    return np.asarray(sheet.filter(ImageFilter.GaussianBlur(max(0.6, 0.4 * thick))), np.float32) / 255


def _tight_box(mask: np.ndarray) -> Box:
    rows, columns = np.flatnonzero((mask > 127).any(1)), np.flatnonzero((mask > 127).any(0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _caption(objects: Sequence[Drawn], place: str) -> str:
    names = [article(f"{o.colour} {o.kind}") for o in objects]
    listed = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
    return f"{listed} {ON_PLACE[place]}"


def draw_scene(
    seed: int,
    size: int | tuple[int, int] = 128,
    count: tuple[int, int] = (1, 4),
    kinds: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    background: str | None = None,
) -> Scene:
    """Draw a picture; the same arguments give the same pixels.

    size: pixels of a square, or (height, width), at least 32. count: fewest and most objects. kinds, colours: choose
    only among these (both given: any colour for any kind). background: one of the places, or None for any. Objects
    are at least a third visible.
    """
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 32 or not 1 <= count[0] <= count[1]:
        raise ValueError(f"size {size} and count {count}: give at least 32 pixels and 1 <= fewest <= most objects")
    return _drawn(seed, height, width, count, kinds, colours, background)[0]


def draw_pair(seed: int, size: int = 128, count: tuple[int, int] = (1, 4)) -> tuple[Scene, np.ndarray]:
    """The scene of `draw_scene`, and the same picture, uint8 (H, W, 3), without its nearest object (the last one)."""
    scene, ground, plans = _drawn(seed, size, size, count, None, None, None)
    pixels = ground.pixels
    for plan in plans[:-1]:
        pixels, _ = paste_object(pixels, plan.box, plan.kind, plan.colour, Random(plan.seed))
    return scene, np.clip(pixels, 0, 255).round().astype(np.uint8)


def _drawn(
    seed: int,
    height: int,
    width: int,
    count: tuple[int, int],
    kinds: Sequence[str] | None,
    colours: Sequence[str] | None,
    background: str | None,
) -> tuple[Scene, Background, list[_Plan]]:
    """A scene of which enough is visible, and what it is made of."""
    rng = Random(seed)
    ground = draw_background(rng, height, width, background)
    wanted = [_choose(rng, ground.name, kinds, colours) for _ in range(rng.randint(*count))]
    while True:
        plans = _arrange(rng, ground, wanted, height, width)
        scene = _compose(ground, plans)
        if scene is not None:
            return scene, ground, plans


def _compose(ground: Background, plans: list[_Plan]) -> Scene | None:
    """Draw the plans, or None when an object is too much hidden."""
    pixels = ground.pixels
    covers: list[np.ndarray] = []
    whole: list[float] = []
    for plan in plans:
        pixels, cover = paste_object(pixels, plan.box, plan.kind, plan.colour, Random(plan.seed))
        covers = [c * (1 - cover) for c in covers] + [cover]
        whole.append(float((cover > 0.5).sum()))
    if any((c > 0.5).sum() < max(12, LEAST_VISIBLE * full) for c, full in zip(covers, whole, strict=True)):
        return None
    objects = []
    for plan, cover in zip(plans, covers, strict=True):
        mask = (cover * 255).round().astype(np.uint8)
        objects.append(Drawn(plan.kind, plan.colour, _tight_box(mask), mask))
    image = np.clip(pixels, 0, 255).round().astype(np.uint8)
    return Scene(image, tuple(objects), ground.name, _caption(objects, ground.name))


def label_map(scene: Scene) -> np.ndarray:
    """uint8 (H, W): 0 where nothing stands, else 1 + KINDS.index(kind)."""
    labels = np.zeros(scene.image.shape[:2], np.uint8)
    for drawn in scene.objects:
        labels[drawn.mask > 127] = 1 + KINDS.index(drawn.kind)
    return labels
