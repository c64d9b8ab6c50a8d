"""A transparent sheet on which an object is drawn in unit coordinates, so that one drawing serves every size.

Shapes are drawn three times larger than asked and reduced, which smooths their edges; then the whole object is lit
from the top left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from train.scenes.palette import RGB

SUPER = 3
Point = tuple[float, float]


class Canvas:
    """A sheet of width × height pixels; x and y run from 0 to 1, radii and line widths are shares of the shorter
    side.
    """

    def __init__(self, width: int, height: int) -> None:
        self.size = (max(4, width), max(4, height))
        self.w, self.h = self.size[0] * SUPER, self.size[1] * SUPER
        self.image = Image.new("RGBA", (self.w, self.h), (0, 0, 0, 0))
        self.pen = ImageDraw.Draw(self.image)
        self.unit = min(self.w, self.h)

    @property
    def fine(self) -> bool:
        """Whether details of a hundredth of the object would be visible."""
        return min(self.size) >= 90

    def _points(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.w, y * self.h) for x, y in points]

    def _width(self, share: float) -> int:
        return max(2, round(share * self.unit))

    def ellipse(self, x0: float, y0: float, x1: float, y1: float, colour: RGB) -> None:
        """A filled ellipse inside the box."""
        self.pen.ellipse([x0 * self.w, y0 * self.h, x1 * self.w, y1 * self.h], fill=colour)

    def circle(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """A filled circle, round whatever the proportions of the sheet."""
        r = radius * self.unit
        self.pen.ellipse([x * self.w - r, y * self.h - r, x * self.w + r, y * self.h + r], fill=colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: RGB) -> None:
        """A circle's outline, drawn inwards from the radius."""
        r = radius * self.unit
        box = [x * self.w - r, y * self.h - r, x * self.w + r, y * self.h + r]
        self.pen.ellipse(box, outline=colour, width=self._width(width))

    def polygon(self, points: Sequence[Point], colour: RGB, rounded: int = 0) -> None:
        """A filled polygon; each round of corner cutting (Chaikin, 1974) makes it smoother."""
        for _ in range(rounded):
            pairs = zip(points, [*points[1:], points[0]], strict=True)
            points = [
                (ax * s + bx * (1 - s), ay * s + by * (1 - s)) for (ax, ay), (bx, by) in pairs for s in (0.78, 0.22)
            ]
        self.pen.polygon(self._points(points), fill=colour)

    def rect(self, x0: float, y0: float, x1: float, y1: float, colour: RGB, radius: float = 0.0) -> None:
        """A filled box with rounded corners."""
        box = (x0 * self.w, y0 * self.h, x1 * self.w, y1 * self.h)
        self.pen.rounded_rectangle(box, radius=radius * self.unit, fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: RGB) -> None:
        """A line through the points with round ends and joints."""
        thick = self._width(width)
        path = self._points(points)
        self.pen.line(path, fill=colour, width=thick, joint="curve")
        for x, y in path:
            self.pen.ellipse([x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2], fill=colour)

    def arc(self, x0: float, y0: float, x1: float, y1: float, start: float, end: float, width: float, c: RGB) -> None:
        """Part of an ellipse's outline, from start to end degrees, clockwise from three o'clock."""
        box = [x0 * self.w, y0 * self.h, x1 * self.w, y1 * self.h]
        self.pen.arc(box, start, end, fill=c, width=self._width(width))

    def star(self, x: float, y: float, radius: float, spikes: int, colour: RGB, turn: float = 0.0) -> None:
        """A filled star with the given number of spikes."""
        k = self.unit * radius
        angles = [turn + i * math.pi / spikes for i in range(2 * spikes)]
        ends = [
            (
                x * self.w + k * (1 if i % 2 else 0.45) * math.cos(a),
                y * self.h + k * (1 if i % 2 else 0.45) * math.sin(a),
            )
            for i, a in enumerate(angles)
        ]
        self.pen.polygon(ends, fill=colour)

    def glow(self, x0: float, y0: float, x1: float, y1: float, colour: RGB, strength: float) -> None:
        """A soft ellipse of light or shade, only where something is drawn already."""
        small = (max(2, self.w // 6), max(2, self.h // 6))
        spot = Image.new("L", small, 0)
        box = [x0 * small[0], y0 * small[1], x1 * small[0], y1 * small[1]]
        ImageDraw.Draw(spot).ellipse(box, fill=round(255 * strength))
        blur = min(abs(box[2] - box[0]), abs(box[3] - box[1])) / 4
        spot = spot.filter(ImageFilter.GaussianBlur(blur)).resize((self.w, self.h), Image.Resampling.BILINEAR)
        seen = ImageChops.multiply(spot, self.image.getchannel("A"))
        self.image.paste((*colour, 255), (0, 0), seen)

    def finish(self) -> Image.Image:
        """The object at its true size, RGBA, lit from the top left with a soft rim."""
        small = self.image.reduce(SUPER)
        pixels = np.asarray(small, dtype=np.float32)
        height, width = pixels.shape[:2]
        reach = max(1.0, 0.035 * min(width, height))
        alpha = small.getchannel("A")
        padded = Image.new("L", (width + 8, height + 8), 0)
        padded.paste(alpha, (4, 4))
        soft = np.asarray(padded.filter(ImageFilter.GaussianBlur(reach)), dtype=np.float32) / 255
        step = max(1, min(4, round(reach)))
        light = soft[4 + step : 4 + step + height, 4 + step : 4 + step + width]
        shadow = soft[4 - step : 4 - step + height, 4 - step : 4 - step + width]
        y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
        gain = 1.09 - 0.2 * y - 0.06 * x + 0.3 * (light - shadow)
        out = pixels.copy()
        out[..., :3] = np.clip(pixels[..., :3] * gain[..., None], 0, 255)
        return Image.fromarray(out.astype(np.uint8), "RGBA")
