"""Drawings of what grows and breathes: dog, cat, bird, tree, flower, apple."""

from __future__ import annotations

import math
from random import Random

from train.scenes.canvas import Canvas
from train.scenes.palette import DARK, RGB, WOOD, is_light, mix, shade, tint

LEAF: RGB = (66, 150, 58)
WHITE: RGB = (250, 250, 248)


def dog(c: Canvas, colour: RGB, rng: Random) -> None:
    """A dog from the side, tail up, with a collar."""
    dark, light = shade(colour, 0.7), tint(colour, 0.35)
    for x in (0.29, 0.68):
        c.rect(x, 0.55, x + 0.1, 0.97, dark, 0.04)
    c.line([(0.2, 0.46), (0.08, 0.34), (0.06, 0.13)], 0.1, colour)
    c.polygon([(0.1, 0.42), (0.3, 0.36), (0.62, 0.4), (0.78, 0.36), (0.8, 0.6), (0.72, 0.76), (0.2, 0.74)], colour, 3)
    for x in (0.15, 0.6):
        c.rect(x, 0.58, x + 0.115, 0.99, colour, 0.05)
        c.rect(x, 0.9, x + 0.15, 1.0, light, 0.05)
    c.rect(0.74, 0.24, 1.0, 0.45, light, 0.1)
    c.ellipse(0.56, 0.06, 0.88, 0.52, colour)
    c.polygon([(0.53, 0.12), (0.62, 0.03), (0.7, 0.1), (0.69, 0.36), (0.61, 0.52), (0.53, 0.42)], dark, 2)
    c.ellipse(0.93, 0.22, 1.0, 0.32, DARK)
    c.line([(0.82, 0.39), (0.92, 0.4)], 0.022, shade(colour, 0.5))
    c.circle(0.8, 0.22, 0.05, WHITE)
    c.circle(0.805, 0.22, 0.033, DARK)
    collar = (45, 90, 215) if colour[0] > 190 and colour[1] < 150 else (214, 44, 44)
    c.line([(0.62, 0.5), (0.79, 0.52)], 0.075, collar)
    c.circle(0.73, 0.58, 0.04, (246, 205, 70))


def cat(c: Canvas, colour: RGB, rng: Random) -> None:
    """A sitting cat from the front, with whiskers and a curled tail."""
    light, dark = tint(colour, 0.45), shade(colour, 0.72)
    c.line([(0.7, 0.92), (0.88, 0.9), (0.94, 0.76), (0.9, 0.62), (0.95, 0.52)], 0.1, dark)
    c.polygon([(0.3, 0.45), (0.7, 0.45), (0.86, 0.86), (0.78, 0.99), (0.22, 0.99), (0.14, 0.86)], colour, 3)
    c.ellipse(0.36, 0.56, 0.64, 0.92, light)
    for x in (0.27, 0.53):
        c.ellipse(x, 0.88, x + 0.2, 1.0, light)
    for side in (-1, 1):
        ear = [(0.5 + side * 0.34, 0.34), (0.5 + side * 0.33, 0.0), (0.5 + side * 0.03, 0.15)]
        c.polygon(ear, colour)
        c.polygon([(0.5 + side * 0.27, 0.2), (0.5 + side * 0.28, 0.07), (0.5 + side * 0.13, 0.16)], (244, 160, 168))
    c.ellipse(0.13, 0.1, 0.87, 0.57, colour)
    for x in (0.42, 0.5, 0.58):
        c.line([(x, 0.12), (x, 0.19)], 0.03, dark)
    c.ellipse(0.36, 0.36, 0.64, 0.54, light)
    iris = (150, 205, 80) if sum(colour) < 560 else (64, 130, 72)
    for x in (0.33, 0.67):
        c.ellipse(x - 0.085, 0.24, x + 0.085, 0.4, WHITE)
        c.ellipse(x - 0.07, 0.245, x + 0.07, 0.395, iris)
        c.ellipse(x - 0.032, 0.25, x + 0.032, 0.39, DARK)
        c.circle(x - 0.02, 0.28, 0.018, WHITE)
    c.polygon([(0.45, 0.39), (0.55, 0.39), (0.5, 0.445)], (228, 104, 122), 1)
    c.line([(0.41, 0.465), (0.455, 0.495), (0.5, 0.46), (0.545, 0.495), (0.59, 0.465)], 0.02, shade(colour, 0.42))
    hair = (70, 70, 76) if is_light(colour) else (250, 250, 250)
    for side in (-1, 1):
        for rise in (-0.035, 0.035):
            c.line([(0.5 + side * 0.15, 0.455 + rise * 0.4), (0.5 + side * 0.44, 0.445 + rise)], 0.017, hair)


def bird(c: Canvas, colour: RGB, rng: Random) -> None:
    """A small bird from the side, standing."""
    dark, light = shade(colour, 0.66), tint(colour, 0.45)
    beak = (240, 110, 40) if colour[0] > 215 and colour[1] > 110 else (248, 170, 40)
    for x in (0.45, 0.57):
        c.line([(x, 0.8), (x, 0.97), (x + 0.07, 0.97)], 0.035, (222, 126, 40))
    c.polygon([(0.34, 0.46), (0.0, 0.34), (0.0, 0.52), (0.28, 0.72)], dark, 1)
    c.polygon([(0.16, 0.5), (0.4, 0.34), (0.62, 0.24), (0.84, 0.4), (0.8, 0.72), (0.58, 0.9), (0.32, 0.82)], colour, 3)
    c.polygon([(0.8, 0.45), (0.79, 0.68), (0.6, 0.86), (0.46, 0.82), (0.62, 0.66)], light, 3)
    c.polygon([(0.86, 0.2), (1.0, 0.3), (0.86, 0.36)], beak)
    c.ellipse(0.54, 0.03, 0.91, 0.52, colour)
    c.circle(0.77, 0.22, 0.075, WHITE)
    c.circle(0.78, 0.22, 0.048, DARK)
    c.polygon([(0.3, 0.42), (0.6, 0.42), (0.58, 0.62), (0.36, 0.74), (0.08, 0.76)], dark, 2)
    c.line([(0.28, 0.6), (0.5, 0.53)], 0.022, shade(colour, 0.5))
    c.line([(0.24, 0.69), (0.42, 0.63)], 0.022, shade(colour, 0.5))


def tree(c: Canvas, colour: RGB, rng: Random) -> None:
    """A round leaf tree or a conifer."""
    if rng.random() < 0.65:
        c.polygon([(0.4, 1.0), (0.455, 0.5), (0.545, 0.5), (0.6, 1.0)], WOOD)
        c.line([(0.51, 0.76), (0.68, 0.56)], 0.05, WOOD)
        crown = [
            (0.24, 0.44, 0.22),
            (0.76, 0.44, 0.22),
            (0.5, 0.24, 0.26),
            (0.3, 0.27, 0.22),
            (0.7, 0.27, 0.22),
            (0.5, 0.5, 0.24),
        ]
        for x, y, r in crown:
            c.circle(x, y + 0.02, r + 0.02, shade(colour, 0.74))
        for x, y, r in crown:
            c.circle(x, y, r - 0.02, colour)
        for x, y, r in crown[::2]:
            c.circle(x - 0.05, y - 0.05, r * 0.55, tint(colour, 0.18))
        for _ in range(14):
            angle, reach = rng.uniform(0, 2 * math.pi), 0.36 * math.sqrt(rng.random())
            spot = (0.5 + reach * math.cos(angle), 0.36 + 0.72 * reach * math.sin(angle))
            c.circle(*spot, 0.035, shade(colour, rng.choice((0.78, 1.18))))
        return
    c.rect(0.44, 0.8, 0.56, 1.0, WOOD)
    for index, (top, foot, half) in enumerate(((0.44, 0.88, 0.49), (0.22, 0.63, 0.4), (0.0, 0.38, 0.29))):
        tier = [(0.5 - half, foot), (0.5, top), (0.5 + half, foot), (0.5, foot + 0.05)]
        c.polygon(tier, shade(colour, 0.8 + 0.12 * index))
        c.polygon([(0.5 - half, foot), (0.5, top), (0.47, foot + 0.04)], shade(colour, 0.95 + 0.12 * index))


def flower(c: Canvas, colour: RGB, rng: Random) -> None:
    """A flower with six to eight petals, a stem and two leaves."""
    wide = c.w / c.h
    c.line([(0.5, 0.4), (0.48, 0.7), (0.5, 0.985)], 0.065, (58, 140, 56))
    c.polygon([(0.49, 0.88), (0.3, 0.84), (0.1, 0.62), (0.34, 0.66)], LEAF, 2)
    c.polygon([(0.5, 0.94), (0.68, 0.9), (0.9, 0.68), (0.66, 0.72)], shade(LEAF, 0.9), 2)
    petals = rng.choice((6, 8))
    for layer, (reach, radius) in enumerate(((0.31, 0.19), (0.3, 0.155))):
        for i in range(petals):
            angle = 2 * math.pi * i / petals + 0.26
            tone = shade(colour, 0.76) if layer == 0 else shade(colour, 1.0 + 0.1 * (i % 2))
            c.circle(0.5 + reach * math.cos(angle), 0.345 + reach * math.sin(angle) * wide, radius, tone)
    heart = (132, 78, 36) if colour[0] > 220 and 175 < colour[1] < 235 and colour[2] < 120 else (252, 206, 52)
    c.circle(0.5, 0.345, 0.19, shade(heart, 0.8))
    c.circle(0.49, 0.338, 0.15, heart)


def apple(c: Canvas, colour: RGB, rng: Random) -> None:
    """An apple with a stalk and a leaf."""
    outline = [
        (0.5, 0.26),
        (0.74, 0.17),
        (0.98, 0.36),
        (0.95, 0.72),
        (0.72, 1.01),
        (0.5, 0.95),
        (0.28, 1.01),
        (0.05, 0.72),
    ]
    c.polygon([*outline, (0.02, 0.36), (0.26, 0.17)], colour, 3)
    c.glow(0.5, 0.45, 1.1, 1.1, shade(colour, 0.5), 0.5)
    c.ellipse(0.36, 0.215, 0.64, 0.32, shade(colour, 0.66))
    c.line([(0.5, 0.29), (0.51, 0.15), (0.56, 0.035)], 0.055, WOOD)
    leaf = (40, 122, 66) if colour[1] > 130 and colour[0] < 120 else LEAF
    c.polygon([(0.54, 0.17), (0.64, 0.03), (0.9, 0.02), (0.8, 0.17)], leaf, 2)
    c.line([(0.57, 0.15), (0.8, 0.07)], 0.018, shade(leaf, 0.75))
    c.ellipse(0.15, 0.33, 0.31, 0.55, mix(colour, WHITE, 0.55))
