"""Drawings of what people make: vehicles, a house, furniture, small things."""

from __future__ import annotations

import math
from random import Random

from train.scenes.canvas import Canvas
from train.scenes.palette import CREAM, DARK, GLASS, RGB, STEEL, WOOD, is_light, mix, shade, tint


def car(c: Canvas, colour: RGB, rng: Random) -> None:
    """A car from the side."""
    dark, light = shade(colour, 0.66), tint(colour, 0.28)
    c.polygon([(0.17, 0.48), (0.29, 0.04), (0.68, 0.04), (0.86, 0.48)], colour, 2)
    c.polygon([(0.24, 0.45), (0.325, 0.13), (0.48, 0.13), (0.48, 0.45)], GLASS, 1)
    c.polygon([(0.53, 0.45), (0.53, 0.13), (0.655, 0.13), (0.775, 0.45)], GLASS, 1)
    c.polygon([(0.28, 0.42), (0.35, 0.16), (0.4, 0.16), (0.33, 0.42)], tint(GLASS, 0.6))
    body = [(0.01, 0.5), (0.05, 0.4), (0.3, 0.39), (0.84, 0.4), (0.97, 0.48), (1.0, 0.6), (0.99, 0.82), (0.01, 0.82)]
    c.polygon(body, colour, 2)
    c.rect(0.02, 0.72, 0.98, 0.82, dark, 0.05)
    c.rect(0.06, 0.445, 0.9, 0.475, light, 0.015)
    c.line([(0.505, 0.46), (0.505, 0.71)], 0.022, dark)
    c.rect(0.4, 0.53, 0.465, 0.56, dark, 0.01)
    c.rect(0.54, 0.53, 0.605, 0.56, dark, 0.01)
    c.ellipse(0.925, 0.48, 0.985, 0.6, (255, 240, 172))
    c.rect(0.015, 0.5, 0.05, 0.6, (150, 24, 28) if colour[0] > 170 and colour[1] < 90 else (222, 44, 44), 0.03)
    for x in (0.23, 0.77):
        c.circle(x, 0.765, 0.23, shade(colour, 0.45))
        c.circle(x, 0.79, 0.2, DARK)
        c.circle(x, 0.79, 0.115, STEEL)
        c.circle(x, 0.79, 0.045, (96, 98, 104))


def bicycle(c: Canvas, colour: RGB, rng: Random) -> None:
    """A bicycle from the side; spokes only where they can be seen."""
    wide = c.h / c.w
    rear, front, hub = (0.208, 0.665), (0.792, 0.665), (0.46, 0.68)
    seat, head = (0.355, 0.27), (0.67, 0.24)
    for x, y in (rear, front):
        if c.fine:
            for i in range(10):
                angle = i * math.pi / 10 + 0.15
                dx, dy = 0.29 * math.cos(angle) * wide, 0.29 * math.sin(angle)
                c.line([(x - dx, y - dy), (x + dx, y + dy)], 0.008, (172, 174, 180))
        c.ring(x, y, 0.33, 0.07, DARK)
        c.ring(x, y, 0.265, 0.02, STEEL)
        c.circle(x, y, 0.045, (110, 112, 118))
    frame = 0.065
    c.line([rear, (0.385, 0.37), (0.675, 0.35), hub, rear], frame, colour)
    c.line([hub, seat], frame, colour)
    c.line([front, head], frame, colour)
    c.line([(0.27, 0.215), (0.43, 0.215)], 0.085, DARK)
    c.line([head, (0.655, 0.12), (0.735, 0.075), (0.78, 0.14)], 0.055, DARK)
    c.circle(*hub, 0.085, (96, 98, 104))
    c.circle(*hub, 0.045, STEEL)
    c.line([hub, (0.505, 0.83)], 0.04, DARK)
    c.line([(0.475, 0.84), (0.54, 0.84)], 0.05, DARK)


def boat(c: Canvas, colour: RGB, rng: Random) -> None:
    """A sailing boat with two sails and a flag."""
    sail = (232, 132, 70) if is_light(colour) else CREAM
    c.rect(0.465, 0.02, 0.5, 0.74, WOOD)
    c.polygon([(0.52, 0.06), (0.9, 0.6), (0.88, 0.655), (0.52, 0.655)], sail)
    c.polygon([(0.445, 0.15), (0.445, 0.655), (0.12, 0.655)], shade(sail, 0.86))
    c.polygon(
        [(0.5, 0.005), (0.66, 0.045), (0.5, 0.09)],
        (50, 92, 200) if colour[0] > 170 and colour[1] < 90 else (218, 46, 46),
    )
    c.polygon([(0.0, 0.7), (1.0, 0.7), (0.94, 0.86), (0.82, 1.0), (0.18, 1.0), (0.06, 0.86)], colour, 1)
    c.polygon([(0.01, 0.7), (0.99, 0.7), (0.965, 0.775), (0.035, 0.775)], tint(colour, 0.45))
    c.line([(0.1, 0.88), (0.9, 0.88)], 0.022, shade(colour, 0.68))


def house(c: Canvas, colour: RGB, rng: Random) -> None:
    """A house from the front with a gable roof, a door and two windows."""
    roof = rng.choice(((162, 64, 48), (92, 96, 108)))
    if colour[0] > 100 and colour[1] < 110 and colour[2] < 110:
        roof = (92, 96, 108)
    c.rect(0.7, 0.05, 0.82, 0.4, shade(roof, 0.7))
    c.rect(0.685, 0.03, 0.835, 0.075, shade(roof, 0.55))
    c.polygon([(0.1, 0.42), (0.5, 0.08), (0.9, 0.42), (0.9, 1.0), (0.1, 1.0)], colour)
    c.rect(0.1, 0.93, 0.9, 1.0, shade(colour, 0.72))
    c.line([(0.04, 0.44), (0.5, 0.055), (0.96, 0.44)], 0.1, roof)
    c.circle(0.5, 0.3, 0.085, CREAM)
    c.circle(0.5, 0.3, 0.06, GLASS)
    door = (54, 92, 140) if colour[0] > 100 and colour[1] < 110 and colour[2] < 110 else WOOD
    c.rect(0.405, 0.58, 0.595, 1.0, CREAM, 0.03)
    c.rect(0.425, 0.6, 0.575, 1.0, door, 0.02)
    c.circle(0.548, 0.82, 0.02, (244, 208, 90))
    for x in (0.16, 0.65):
        c.rect(x - 0.012, 0.5, x + 0.202, 0.755, CREAM, 0.01)
        c.rect(x + 0.012, 0.525, x + 0.178, 0.73, GLASS)
        c.polygon([(x + 0.02, 0.71), (x + 0.02, 0.6), (x + 0.1, 0.535), (x + 0.16, 0.535)], tint(GLASS, 0.5))
        c.rect(x + 0.083, 0.52, x + 0.107, 0.735, CREAM)
        c.rect(x + 0.0, 0.615, x + 0.19, 0.64, CREAM)
        c.rect(x - 0.025, 0.755, x + 0.215, 0.79, shade(colour, 0.62))


def chair(c: Canvas, colour: RGB, rng: Random) -> None:
    """A chair from the front, seen slightly from above."""
    dark, light = shade(colour, 0.66), tint(colour, 0.25)
    for x in (0.24, 0.66):
        c.rect(x, 0.56, x + 0.1, 0.88, dark)
    for x in (0.31, 0.455, 0.6):
        c.rect(x, 0.08, x + 0.09, 0.52, dark)
    for x in (0.13, 0.755):
        c.rect(x, 0.01, x + 0.115, 0.56, colour, 0.04)
    c.rect(0.13, 0.0, 0.87, 0.13, colour, 0.06)
    c.polygon([(0.17, 0.48), (0.83, 0.48), (0.99, 0.62), (0.01, 0.62)], light)
    c.rect(0.01, 0.61, 0.99, 0.69, colour, 0.03)
    for x in (0.035, 0.835):
        c.rect(x, 0.67, x + 0.13, 1.0, colour, 0.03)


def cup(c: Canvas, colour: RGB, rng: Random) -> None:
    """A cup with a handle, mostly full of coffee."""
    c.ring(0.74, 0.5, 0.25, 0.1, shade(colour, 0.74))
    c.polygon([(0.03, 0.13), (0.75, 0.13), (0.68, 0.93), (0.1, 0.93)], colour)
    c.ellipse(0.1, 0.84, 0.68, 1.0, colour)
    c.polygon([(0.53, 0.2), (0.745, 0.13), (0.67, 0.93), (0.52, 0.985)], mix(colour, shade(colour, 0.6), 0.45))
    if rng.random() < 0.35:
        band = shade(colour, 0.62) if is_light(colour) else tint(colour, 0.75)
        c.polygon([(0.055, 0.42), (0.725, 0.42), (0.712, 0.56), (0.066, 0.56)], band)
    c.polygon([(0.12, 0.28), (0.2, 0.28), (0.225, 0.82), (0.16, 0.82)], tint(colour, 0.5), 1)
    c.ellipse(0.03, 0.0, 0.75, 0.25, tint(colour, 0.4))
    c.ellipse(0.085, 0.035, 0.695, 0.225, (92, 56, 34) if rng.random() < 0.75 else shade(colour, 0.55))


def ball(c: Canvas, colour: RGB, rng: Random) -> None:
    """A beach ball with white segments, or a ball with a stripe and a star."""
    light = (216, 62, 62) if is_light(colour) else CREAM
    c.ellipse(0.01, 0.01, 0.99, 0.99, colour)
    if rng.random() < 0.6:
        for i in range(3):
            start = 2.0944 * i + 0.4
            rim = [
                (0.5 + 0.489 * math.cos(start + k * 0.1309), 0.5 + 0.489 * math.sin(start + k * 0.1309))
                for k in range(9)
            ]
            c.polygon([(0.44, 0.42), *rim], light)
        c.circle(0.44, 0.42, 0.085, tint(colour, 0.3))
    else:
        half = math.asin(0.13 / 0.49)
        sides = [half * (k / 4) for k in range(-4, 5)]
        right = [(0.5 + 0.489 * math.cos(a), 0.52 + 0.489 * math.sin(a)) for a in sides]
        c.polygon([*right, *[(1.0 - x, y) for x, y in reversed(right)]], light)
        c.star(0.5, 0.52, 0.11, 5, colour, 0.3)
    c.glow(0.3, 0.35, 1.15, 1.2, (20, 20, 40), 0.35)
    c.ellipse(0.2, 0.13, 0.38, 0.26, tint(colour, 0.7))


def lamp(c: Canvas, colour: RGB, rng: Random) -> None:
    """A standing lamp with a wide shade."""
    metal = (96, 84, 74)
    c.rect(0.455, 0.42, 0.545, 0.93, metal)
    c.circle(0.5, 0.7, 0.07, shade(metal, 1.25))
    c.ellipse(0.16, 0.9, 0.84, 1.0, shade(metal, 0.8))
    c.ellipse(0.2, 0.885, 0.8, 0.965, metal)
    c.ellipse(0.38, 0.42, 0.62, 0.54, (255, 246, 194))
    c.polygon([(0.27, 0.0), (0.73, 0.0), (1.0, 0.47), (0.0, 0.47)], colour)
    c.polygon([(0.38, 0.0), (0.52, 0.0), (0.56, 0.47), (0.25, 0.47)], tint(colour, 0.35))
    c.polygon([(0.66, 0.0), (0.73, 0.0), (1.0, 0.47), (0.83, 0.47)], shade(colour, 0.8))
    c.polygon([(0.02, 0.43), (0.98, 0.43), (1.0, 0.48), (0.0, 0.48)], shade(colour, 0.66))
    c.rect(0.27, 0.0, 0.73, 0.03, shade(colour, 0.66))


def sofa(c: Canvas, colour: RGB, rng: Random) -> None:
    """A sofa for two with a cushion."""
    dark, light = shade(colour, 0.68), tint(colour, 0.22)
    for x in (0.07, 0.87):
        c.rect(x, 0.88, x + 0.06, 1.0, (76, 50, 34))
    c.rect(0.07, 0.01, 0.93, 0.7, shade(colour, 0.84), 0.16)
    c.line([(0.5, 0.08), (0.5, 0.5)], 0.022, shade(colour, 0.58))
    c.rect(0.1, 0.62, 0.9, 0.92, dark, 0.05)
    for x in (0.135, 0.505):
        c.rect(x, 0.5, x + 0.36, 0.73, light, 0.08)
    for x in (0.0, 0.845):
        c.rect(x, 0.34, x + 0.155, 0.93, colour, 0.14)
        c.rect(x + 0.02, 0.37, x + 0.135, 0.5, light, 0.06)
    cushion = (246, 204, 92) if not (colour[0] > 220 and colour[1] > 180) else (70, 130, 190)
    if rng.random() < 0.5:
        c.polygon([(0.19, 0.33), (0.34, 0.26), (0.38, 0.55), (0.22, 0.58)], cushion, 1)


def book(c: Canvas, colour: RGB, rng: Random) -> None:
    """An open book, or a closed one standing at an angle."""
    page, edge, ink = (250, 247, 236), (222, 214, 196), (150, 148, 146)
    if rng.random() < 0.55:
        c.polygon([(0.0, 0.1), (0.5, 0.2), (1.0, 0.1), (1.0, 0.88), (0.5, 1.0), (0.0, 0.88)], colour)
        c.polygon([(0.06, 0.79), (0.5, 0.93), (0.94, 0.79), (0.94, 0.83), (0.5, 0.97), (0.06, 0.83)], edge)
        c.polygon([(0.06, 0.79), (0.06, 0.04), (0.3, 0.03), (0.5, 0.14), (0.5, 0.93), (0.3, 0.8)], page)
        c.polygon([(0.94, 0.79), (0.94, 0.04), (0.7, 0.03), (0.5, 0.14), (0.5, 0.93), (0.7, 0.8)], shade(page, 0.93))
        for i in range(4):
            y = 0.2 + 0.15 * i
            c.line([(0.13, y), (0.3, y), (0.43, y + 0.06)], 0.028, ink)
            c.line([(0.87, y), (0.7, y), (0.57, y + 0.06)], 0.028, ink)
        c.line([(0.5, 0.15), (0.5, 0.92)], 0.025, shade(edge, 0.75))
        return
    c.polygon([(0.5, 0.84), (1.0, 0.5), (1.0, 0.66), (0.5, 1.0)], shade(colour, 0.6))
    c.polygon([(0.5, 0.84), (0.985, 0.52), (0.985, 0.63), (0.5, 0.96)], page)
    c.line([(0.52, 0.89), (0.97, 0.58)], 0.018, edge)
    c.polygon([(0.0, 0.3), (0.5, 0.83), (0.5, 1.0), (0.0, 0.44)], shade(colour, 0.72))
    c.polygon([(0.0, 0.3), (0.56, 0.0), (1.0, 0.5), (0.5, 0.84)], colour)
    c.polygon([(0.28, 0.33), (0.54, 0.18), (0.74, 0.42), (0.48, 0.58)], mix(colour, (255, 240, 205), 0.75))
    c.line([(0.4, 0.37), (0.58, 0.27)], 0.035, shade(colour, 0.8))
    c.line([(0.5, 0.46), (0.64, 0.38)], 0.035, shade(colour, 0.8))
