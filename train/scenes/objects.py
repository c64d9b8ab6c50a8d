"""One door to the drawings: a kind, a colour and a size become a picture with soft edges."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image

from train.scenes import living, made
from train.scenes.canvas import Canvas
from train.scenes.palette import COLOURS, KINDS, RGB, jitter

DRAWINGS: dict[str, Callable[[Canvas, RGB, Random], None]] = {
    kind: getattr(living, kind, None) or getattr(made, kind) for kind in KINDS
}


def draw_object(kind: str, colour: str, width: int, height: int, rng: Random) -> Image.Image:
    """One object that fills the picture: RGBA, `width` × `height` pixels, transparent around it.

    The shade of the colour, small details and the side it faces come from `rng`. Raises ValueError for an unknown
    kind or colour.
    """
    if kind not in DRAWINGS or colour not in COLOURS:
        raise ValueError(f"cannot draw a {colour} {kind}: choose a kind of {KINDS} and a colour of {tuple(COLOURS)}")
    canvas = Canvas(width, height)
    tone = jitter(COLOURS[colour], 8, rng)
    mirrored = rng.random() < 0.5
    DRAWINGS[kind](canvas, tone, rng)
    if mirrored:
        canvas.image = canvas.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return canvas.finish()
