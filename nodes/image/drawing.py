"""Pictures from nothing (a colour, a gradient) and text on pictures."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from PIL import ImageDraw

from graph import BadInput, Color, File, Image, Run, Slider, Text, node
from nodes.image.lettering import MAX_LETTERS, check_letters, font_of, wrapped
from nodes.pixels import STRIP_PIXELS, check_area, from_pil, frozen, parse_colour, to_bytes, to_pil

BLACK, GREY, WHITE = Color("#000000"), Color("#808080"), Color("#ffffff")
Side = Annotated[int, Slider(1, 16384)]
Position = Literal["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"]


@node(family="image", tags=("colour", "blank", "fill", "background"))
def solid(width: Side = 512, height: Side = 512, colour: Color = GREY) -> Image:
    """A picture of one colour.

    width: in pixels.
    height: in pixels.
    colour: the colour of every pixel.
    """
    check_area(width, height)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = parse_colour(colour)
    return Image(frozen(image))


@node(family="image", tags=("ramp", "fade", "linear", "radial", "background"))
def gradient(
    width: Side = 512,
    height: Side = 512,
    start: Color = BLACK,
    end: Color = WHITE,
    shape: Literal["linear", "radial"] = "linear",
    angle: Annotated[float, Slider(-360.0, 360.0)] = 0.0,
) -> Image:
    """A picture that goes from one colour to another.

    width: in pixels.
    height: in pixels.
    start: the colour where it begins: on the left, or in the middle of a radial one.
    end: the colour where it ends: on the right, or in the corners of a radial one.
    shape: along a line, or outward from the middle.
    angle: turns the line, in degrees, clockwise: 90 goes from top to bottom. A radial one has no direction.
    """
    check_area(width, height)
    first = np.array(parse_colour(start, "start"), np.float32)
    last = np.array(parse_colour(end, "end"), np.float32)
    across = np.arange(width, dtype=np.float32) - (width - 1) / 2
    down = np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2
    rows = max(1, STRIP_PIXELS // width)
    strips = []
    for top in range(0, height, rows):
        share = _shares(across, down[top : top + rows], width, height, shape, angle)[..., None]
        strips.append(to_bytes(first + (last - first) * share))
    return Image(frozen(np.concatenate(strips)))


def _shares(across: np.ndarray, down: np.ndarray, width: int, height: int, shape: str, angle: float) -> np.ndarray:
    """How far along the gradient each pixel lies, 0..1; the outermost pixels are exactly 0 and 1."""
    if shape == "radial":
        reach = max(np.hypot((width - 1) / 2, (height - 1) / 2), 1e-6)
        return np.hypot(across, down) / np.float32(reach)
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    length = max(abs(cos) * (width - 1) + abs(sin) * (height - 1), 1e-6)
    return np.clip((across * np.float32(cos) + down * np.float32(sin)) / np.float32(length) + np.float32(0.5), 0, 1)


@node(family="image", tags=("caption", "label", "title", "watermark", "font", "write"))
def text_on_picture(
    image: Image,
    text: Annotated[str, Text(multiline=True)],
    position: Position = "bottom",
    size: Annotated[float, Slider(4.0, 1000.0)] = 32.0,
    colour: Color = WHITE,
    outline: Annotated[int, Slider(0, 50)] = 2,
    outline_colour: Color = BLACK,
    margin: Annotated[int, Slider(0, 1000)] = 16,
    font: Annotated[str, File("font")] | None = None,
    *,
    run: Run,
) -> Image:
    """Write text onto a picture; long lines are wrapped.

    image: any size.
    text: what to write; a new line starts a new line.
    position: where it stands; its lines are aligned to that side.
    size: the height of the letters, in pixels.
    colour: the colour of the letters.
    outline: how wide their outline is, in pixels, so that they can be read on any ground.
    outline_colour: the colour of the outline.
    margin: how many pixels to leave free at the edges.
    font: a TrueType or OpenType file; without one the built-in font is used, which knows plain Latin letters only.
    """
    if not text.strip():
        return image
    if len(text) > MAX_LETTERS:
        raise BadInput("text", f"it has {len(text)} characters", f"write at most {MAX_LETTERS}")
    picture = to_pil(image)
    letters = font_of(size, run.find(font, "font") if font else None)
    check_letters(text, letters, "font" if font else "text", "plug in a font file (.ttf, .otf) that has these letters")
    lines = wrapped(text.strip("\n"), letters, max(1, picture.width - 2 * (margin + outline)))
    align = next((side for side in ("left", "right") if side in position), "center")
    draw = ImageDraw.Draw(picture)
    draw.multiline_text(
        _corner(
            picture.size, draw.multiline_textbbox((0, 0), lines, font=letters, align=align), margin + outline, position
        ),
        lines,
        font=letters,
        align=align,
        fill=parse_colour(colour),
        stroke_width=outline,
        stroke_fill=parse_colour(outline_colour, "outline_colour"),
    )
    return from_pil(picture)


def _corner(size: tuple[int, int], box: tuple[float, float, float, float], edge: int, position: str) -> tuple[int, int]:
    """Where to start drawing so that the text, whose box was measured at (0, 0), stands `edge` pixels inside."""
    wide, high = box[2] - box[0], box[3] - box[1]
    free = size[0] - 2 * edge, size[1] - 2 * edge
    if wide > free[0] or high > free[1]:
        needs = f"it needs {wide:.0f}×{high:.0f} pixels"
        what = f"{needs}, and {max(0, free[0])}×{max(0, free[1])} are free inside the margin"
        raise BadInput("text", what, "use a smaller size, a smaller margin or less text")
    left = edge if "left" in position else size[0] - edge - wide if "right" in position else (size[0] - wide) / 2
    top = edge if "top" in position else size[1] - edge - high if "bottom" in position else (size[1] - high) / 2
    return round(left - box[0]), round(top - box[1])
