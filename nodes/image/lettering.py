"""Setting text in pixels: fonts, line breaks and labels, shared by the nodes that draw and the nodes that compare.

Pillow's own outline font is the default and its plain layout engine is always used, so that the same text gives the
same pixels everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from graph import BadInput

MAX_LETTERS = 10_000
WIDER = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "arial.ttf", "Arial Unicode.ttf")
"""Fonts with more letters than the built-in one, which many computers have."""


def font_of(size: float, file: Path | None = None) -> ImageFont.FreeTypeFont:
    """A font of `size` pixels: from a TrueType or OpenType file, or the built-in one."""
    if file is not None:
        try:
            return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise BadInput(
                "font", f"{file.name} is not a font ({error})", "give a .ttf or .otf file, or leave it empty"
            ) from None
    built_in = ImageFont.load_default(size)
    if not isinstance(built_in, ImageFont.FreeTypeFont):
        raise BadInput("font", "this Pillow has no FreeType and no scalable font", "install Pillow from PyPI")
    return built_in.font_variant(layout_engine=ImageFont.Layout.BASIC)


def check_letters(text: str, font: ImageFont.FreeTypeFont, socket: str, cure: str) -> None:
    """Raise BadInput on `socket` when the font would draw an empty box for a letter of the text."""
    if lost := _lacking(text, font):
        raise BadInput(socket, f"the font {font.getname()[0]} has no {', '.join(map(repr, lost[:5]))}", cure)


def plot_font(text: str, say: Callable[[str], None]) -> Callable[[float], ImageFont.FreeTypeFont]:
    """Fonts of any size for all letters of the text: the built-in one, or where it lacks some of them, one that this computer has."""
    built_in = font_of(20)
    lost = _lacking(text, built_in)
    if not lost:
        return font_of
    for name in WIDER:
        try:
            font = ImageFont.truetype(name, 20, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            continue
        if not _lacking(text, font):
            say(f"the built-in font has no {', '.join(map(repr, lost[:5]))}, so the labels are written in {name}")
            return lambda size: font_of(size, Path(str(font.path)))
    say(f"no font here has {', '.join(map(repr, lost[:5]))}: boxes stand in their place; install the DejaVu fonts")
    return font_of


def _lacking(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    unknown = _drawn("\uffff", font)
    return [letter for letter in dict.fromkeys(text) if not letter.isspace() and _drawn(letter, font) == unknown]


def _drawn(letter: str, font: ImageFont.FreeTypeFont) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Break lines between words so that none is wider than `width` pixels; a word too wide by itself is broken."""
    lines: list[str] = []
    for paragraph in text.expandtabs(4).splitlines() or [""]:
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if font.getlength(joined) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            *full, line = _pieces(word, font, width)
            lines.extend(full)
        lines.append(line)
    return "\n".join(lines)


def _pieces(word: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and font.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def label(picture: Pillow.Image, text: str, corner: str, socket: str) -> None:
    """Write a small white label on a dark plate into the "left" or "right" upper corner of a picture, in place.

    socket: where the text came from, for the error when the built-in font lacks a letter.
    """
    if not text.strip():
        return
    size = min(28, max(10, round(picture.height * 0.045)))
    font, edge = font_of(size), max(3, size // 3)
    check_letters(text, font, socket, "use plain Latin letters, or write it with image.text_on_picture and a font file")
    draw = ImageDraw.Draw(picture, "RGBA")
    text = _shortened(text.strip().splitlines()[0][:100], font, picture.width - 4 * edge)
    wide = font.getlength(text) + 2 * edge
    left = edge if corner == "left" else picture.width - edge - wide
    high = size + edge
    draw.rounded_rectangle((left, edge, left + wide, edge + high), radius=edge, fill=(0, 0, 0, 150))
    draw.text((left + edge, edge + high / 2), text, font=font, fill=(255, 255, 255, 255), anchor="lm")


def _shortened(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """Cut a label to a width and mark the cut with dots."""
    whole = text
    while text and font.getlength(text if text == whole else text + "…") > width:
        text = text[:-1]
    return text if text == whole else text + "…"
