"""Places in which objects stand: six outdoors, four indoors, drawn with numpy at any size.

Lengths are shares of the picture's height, so that a place looks the same at 96 and at 768 pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image

from train.scenes.palette import RGB, jitter, mix, shade, tint

OUTDOORS = ("meadow", "park", "beach", "street", "lake", "snow")
INDOORS = ("room", "living room", "kitchen", "table")
PLACES = OUTDOORS + INDOORS
ON_PLACE = {
    "meadow": "on a meadow", "park": "in a park", "beach": "on a beach", "street": "on a street", "lake": "on a lake",
    "snow": "in the snow", "room": "in a room", "living room": "in a living room", "kitchen": "in a kitchen",
    "table": "on a table",
}  # fmt: skip

SKIES: tuple[tuple[RGB, RGB], ...] = (
    ((92, 156, 228), (206, 230, 246)),
    ((92, 156, 228), (206, 230, 246)),
    ((142, 194, 238), (238, 243, 248)),
    ((246, 178, 122), (252, 228, 186)),
    ((160, 170, 182), (214, 218, 222)),
    ((118, 120, 190), (250, 206, 190)),
)
GROUNDS: dict[str, tuple[RGB, RGB]] = {
    "meadow": ((132, 186, 92), (74, 136, 56)),
    "park": ((140, 190, 100), (84, 146, 64)),
    "beach": ((240, 222, 178), (216, 190, 140)),
    "street": ((150, 152, 158), (104, 106, 112)),
    "lake": ((120, 180, 212), (46, 106, 156)),
    "snow": ((238, 243, 250), (206, 218, 234)),
}
WALLS: tuple[RGB, ...] = (
    (232, 222, 202),
    (204, 220, 220),
    (224, 204, 198),
    (196, 210, 186),
    (184, 196, 216),
    (240, 237, 230),
)
FLOORS: tuple[RGB, ...] = ((164, 116, 76), (188, 150, 108), (132, 94, 66), (176, 160, 146))


@dataclass(frozen=True)
class Background:
    """A place: float32 (H, W, 3) pixels in 0..255, and the row (share of the height) where the ground begins."""

    pixels: np.ndarray
    horizon: float
    name: str


class _Plate:
    """Pixels under work; x runs to width / height, y to 1."""

    def __init__(self, height: int, width: int, rng: Random) -> None:
        self.px = np.zeros((height, width, 3), np.float32)
        self.h, self.w, self.rng = height, width, rng
        self.y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height
        self.x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / height
        self.wide = width / height

    def fill(self, cover: np.ndarray, colour: RGB) -> None:
        """Lay a colour over the pixels as far as `cover` (H, W) in 0..1 says."""
        cover = np.clip(cover, 0, 1)[..., None]
        self.px += (np.array(colour, np.float32) - self.px) * cover

    def below(self, line: np.ndarray | float) -> np.ndarray:
        """(H, W) cover: 1 under the line, with one smooth pixel at the edge."""
        return np.clip((self.y - line) * self.h + 0.5, 0, 1) * np.ones_like(self.x)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
        """(H, W) cover of a box with smooth edges."""
        across = np.clip((self.x - x0) * self.h + 0.5, 0, 1) * np.clip((x1 - self.x) * self.h + 0.5, 0, 1)
        return across * np.clip((self.y - y0) * self.h + 0.5, 0, 1) * np.clip((y1 - self.y) * self.h + 0.5, 0, 1)

    def fade(self, top: RGB, foot: RGB, y0: float, y1: float) -> None:
        """A vertical gradient on the rows from y0 to y1."""
        a, b = math.floor(y0 * self.h), math.ceil(y1 * self.h)
        t = ((np.arange(a, b, dtype=np.float32) + 0.5) / self.h - y0)[:, None, None] / max(1e-6, y1 - y0)
        self.px[a:b] = np.array(top, np.float32) * (1 - t) + np.array(foot, np.float32) * t

    def noise(self, rows: int, columns: int) -> np.ndarray:
        """(H, W) smooth random field of standard deviation near 1."""
        grid = np.random.default_rng(self.rng.getrandbits(63)).standard_normal(
            (rows, max(2, round(columns * self.wide)))
        )
        return np.asarray(
            Image.fromarray(grid.astype(np.float32)).resize((self.w, self.h), Image.Resampling.BICUBIC), np.float32
        )


def _sky(p: _Plate, horizon: float) -> RGB:
    top, foot = p.rng.choice(SKIES)
    top, foot = jitter(top, 8, p.rng), jitter(foot, 5, p.rng)
    p.fade(top, foot, 0, min(1, horizon + 0.02))
    if p.rng.random() < 0.75:
        clouds = np.clip(p.noise(7, 4) + 0.5 * p.noise(14, 9) - 0.35, 0, 1) * p.rng.uniform(0.35, 0.85)
        p.fill(clouds * np.clip(1 - p.y / max(horizon, 0.1), 0, 1) ** 0.4, tint(foot, 0.75))
    return foot


def _hills(p: _Plate, horizon: float, haze: RGB) -> None:
    base = p.rng.choice(((104, 150, 112), (112, 128, 158), (124, 156, 100)))
    for layer, height in enumerate((p.rng.uniform(0.08, 0.2), p.rng.uniform(0.03, 0.1))):
        wave = np.sin(p.x * p.rng.uniform(3, 8) + p.rng.uniform(0, 6)) + 0.5 * np.sin(p.x * p.rng.uniform(8, 14))
        line = horizon - height * (0.75 + 0.3 * wave)
        p.fill(p.below(line) * (1 - p.below(horizon)), mix(base, haze, 0.5 - 0.28 * layer))


def _skyline(p: _Plate, horizon: float, haze: RGB) -> None:
    x = -p.rng.uniform(0, 0.1)
    while x < p.wide:
        width, height = p.rng.uniform(0.08, 0.2), p.rng.uniform(0.08, 0.3)
        tone = mix((110, 120, 146), haze, p.rng.uniform(0.4, 0.66))
        p.fill(p.box(x, horizon - height, x + width, horizon), tone)
        for row in range(int(height / 0.045)):
            for column in range(int(width / 0.04)):
                wx, wy = x + 0.012 + 0.04 * column, horizon - height + 0.015 + 0.045 * row
                if p.rng.random() < 0.75:
                    p.fill(p.box(wx, wy, wx + 0.018, wy + 0.024), tint(tone, 0.32))
        x += width + p.rng.uniform(-0.01, 0.04)


def _street(p: _Plate, horizon: float) -> None:
    kerb = horizon + (1 - horizon) * 0.16
    p.fade((196, 194, 188), (206, 203, 196), horizon, kerb)
    p.fill(p.box(0, kerb, p.wide, kerb + 0.014), (222, 220, 214))
    p.fill(p.box(0, kerb + 0.014, p.wide, kerb + 0.026), (92, 93, 98))
    y, x = horizon + (1 - horizon) * p.rng.uniform(0.55, 0.75), -p.rng.uniform(0, 0.2)
    while x < p.wide:
        p.fill(p.box(x, y, x + 0.12, y + 0.02), (236, 230, 206))
        x += 0.21


def _details(p: _Plate, place: str, horizon: float) -> None:
    deep = np.clip((p.y - horizon) / (1 - horizon), 0, 1)
    if place in ("meadow", "park"):
        p.px += (3.5 * p.noise(60, 40) + 4 * p.noise(16, 8))[..., None] * p.below(horizon)[..., None]
        for _ in range(26 if place == "meadow" else 0):
            x, y = p.rng.uniform(0, p.wide), p.rng.uniform(horizon + 0.03, 1)
            r = 0.003 + 0.006 * (y - horizon)
            dot = np.clip((r - np.hypot(p.x - x, p.y - y)) * p.h + 0.5, 0, 1)
            p.fill(dot, p.rng.choice(((255, 250, 236), (252, 222, 110), (246, 190, 208))))
    if place == "park":
        centre, bend = p.rng.uniform(0.2, 0.8) * p.wide, p.rng.uniform(-0.4, 0.4)
        half = 0.03 + 0.22 * deep
        edge = (half - np.abs(p.x - centre - bend * deep**2)) * p.h + 0.5
        p.fill(np.clip(edge, 0, 1) * p.below(horizon), (222, 206, 172))
    if place == "beach":
        foam = horizon + 0.1 + 0.008 * np.sin(p.x * 14 + p.rng.uniform(0, 6))
        p.fill(p.below(horizon) * (1 - p.below(foam)), (92, 168, 204))
        p.fill(p.below(foam - 0.012) * (1 - p.below(foam + 0.004)), (240, 248, 250))
        p.px += (2.5 * p.noise(70, 50))[..., None] * p.below(foam)[..., None]
    if place == "lake":
        p.px += (7 * p.noise(46, 3) + 5 * p.noise(22, 2))[..., None] * p.below(horizon)[..., None]
    if place == "snow":
        p.px += (3 * p.noise(9, 4))[..., None] * p.below(horizon)[..., None]
    if place == "street":
        _street(p, horizon)


def _outdoors(p: _Plate, place: str, horizon: float) -> None:
    haze = _sky(p, horizon)
    if place == "street" or (place == "park" and p.rng.random() < 0.4):
        _skyline(p, horizon, haze)
    elif place != "beach" and p.rng.random() < 0.8:
        _hills(p, horizon, haze)
    top, foot = GROUNDS[place]
    ground = p.below(horizon)
    sky = p.px.copy()
    p.fade(jitter(top, 7, p.rng), jitter(foot, 7, p.rng), horizon, 1)
    p.px = sky * (1 - ground[..., None]) + p.px * ground[..., None]
    _details(p, place, horizon)


def _window(p: _Plate, horizon: float, frame: RGB) -> None:
    w, h = p.rng.uniform(0.2, 0.34), p.rng.uniform(0.2, 0.3)
    h = min(h, horizon - 0.16)
    x, y = p.rng.uniform(0.03, max(0.04, p.wide - w - 0.05)), p.rng.uniform(0.04, max(0.05, horizon - h - 0.1))
    p.fill(p.box(x - 0.016, y - 0.016, x + w + 0.016, y + h + 0.016), frame)
    p.fill(p.box(x, y, x + w, y + h), (176, 214, 240))
    p.fill(p.box(x, y + h * 0.66, x + w, y + h), (150, 194, 136))
    for bar in (
        p.box(x + w / 2 - 0.006, y, x + w / 2 + 0.006, y + h),
        p.box(x, y + h / 2 - 0.006, x + w, y + h / 2 + 0.006),
    ):
        p.fill(bar, frame)
    p.fill(p.box(x - 0.026, y + h + 0.016, x + w + 0.026, y + h + 0.036), shade(frame, 0.9))


def _picture(p: _Plate, horizon: float) -> None:
    w, h = p.rng.uniform(0.12, 0.2), p.rng.uniform(0.12, 0.2)
    x, y = p.rng.uniform(0.05, max(0.06, p.wide - w - 0.05)), p.rng.uniform(0.06, max(0.07, horizon - h - 0.14))
    p.fill(p.box(x - 0.014, y - 0.014, x + w + 0.014, y + h + 0.014), (112, 82, 58))
    p.fill(p.box(x, y, x + w, y + h), (244, 238, 224))
    p.fill(p.box(x + 0.02, y + 0.02, x + w - 0.02, y + h * 0.6), (150, 190, 212))
    p.fill(p.box(x + 0.02, y + h * 0.6, x + w - 0.02, y + h - 0.02), (206, 160, 110))


def _wall(p: _Plate, place: str, horizon: float, tone: RGB) -> None:
    p.fade(tint(tone, 0.15), shade(tone, 0.94), 0, horizon)
    if place == "kitchen":
        size = 0.085
        gap = np.minimum(np.abs(p.x / size - np.round(p.x / size)), np.abs(p.y / size - np.round(p.y / size))) * size
        p.fill(np.clip((0.003 - gap) * p.h + 0.3, 0, 1) * 0.7, shade(tone, 0.82))
    elif p.rng.random() < 0.4:
        stripe = np.clip(np.sin(p.x * p.rng.uniform(40, 90)) * 4 + 0.5, 0, 1)
        p.fill(stripe * np.ones_like(p.y) * 0.45, shade(tone, 0.93))
    if place != "table" and horizon > 0.4:
        if p.rng.random() < 0.6:
            _window(p, horizon, tint(tone, 0.7))
        elif p.rng.random() < 0.7:
            _picture(p, horizon)


def _floor(p: _Plate, place: str, horizon: float, wall: RGB) -> None:
    tone = jitter(p.rng.choice(FLOORS), 8, p.rng)
    p.fade(shade(tone, 0.93), shade(tone, 1.1), horizon, 1)
    ground = p.below(horizon)
    depth = np.clip(p.y - horizon, 0, 1)
    if place == "table":
        p.px += (4 * p.noise(30, 2))[..., None] * ground[..., None]
        p.fill(p.box(0, horizon, p.wide, horizon + 0.014), shade(tone, 1.18))
        return
    spread = (p.x - p.wide / 2) / (1 + 2.4 * depth) / 0.13
    seam = np.abs(spread - np.round(spread)) * 0.13 * (1 + 2.4 * depth)
    p.fill(np.clip((0.004 - seam) * p.h + 0.3, 0, 1) * ground * 0.5, shade(tone, 0.7))
    if place == "kitchen":
        rows = np.sqrt(depth) * 8
        p.fill(np.clip((0.05 - np.abs(rows - np.round(rows))) * 10, 0, 1) * ground * 0.45, shade(tone, 0.7))
    if place == "living room":
        cx, cy = p.wide * p.rng.uniform(0.35, 0.65), horizon + (1 - horizon) * 0.55
        rug = jitter(p.rng.choice(((196, 92, 84), (92, 128, 160), (214, 188, 140), (126, 148, 112))), 8, p.rng)
        for size, colour in ((1.0, shade(rug, 0.8)), (0.93, rug), (0.74, tint(rug, 0.25)), (0.7, rug)):
            far = np.hypot((p.x - cx) / (0.5 * p.wide * 0.8), (p.y - cy) / ((1 - horizon) * 0.4)) / size
            p.fill(np.clip((1 - far) * p.h * 0.25, 0, 1) * ground, colour)
    p.fill(p.box(0, horizon - 0.035, p.wide, horizon), tint(wall, 0.55))
    p.fill(p.box(0, horizon - 0.004, p.wide, horizon + 0.006), shade(tone, 0.62))


def draw_background(rng: Random, height: int, width: int, place: str | None = None) -> Background:
    """A place of `height` × `width` pixels; a random one when `place` is None."""
    place = place or rng.choice(PLACES)
    horizon = rng.uniform(0.4, 0.6) if place != "table" else rng.uniform(0.45, 0.6)
    plate = _Plate(height, width, rng)
    if place in OUTDOORS:
        _outdoors(plate, place, horizon)
    else:
        wall = jitter(rng.choice(WALLS), 7, rng)
        _wall(plate, place, horizon, wall)
        _floor(plate, place, horizon, wall)
    return Background(np.clip(plate.px, 0, 255), horizon, place)
