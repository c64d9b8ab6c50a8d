"""How a labelled sheet is laid out and drawn: letters in proportion to the cells, lines broken to their width, cells never too small for words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil, sqrt
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from nodes.image.lettering import wrapped
from nodes.pixels import check_area

Cells = Mapping[tuple[int, int], np.ndarray | str]
FontOf = Callable[[float], ImageFont.FreeTypeFont]

WHITE, INK, HOLE, REASON = (255, 255, 255), (24, 26, 32), (236, 238, 242), (138, 44, 30)
LEAST = 96  # pixels that a cell is wide, whatever stands in it: room for a word
IN_A_ROW = 6  # pictures, before they are broken into rows
LINES = 5  # of a label


@dataclass
class Axis:
    """The values along one side, in the order in which they first came."""

    name: str
    places: dict[bytes, int] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)

    def place(self, value: Any) -> int:
        key = _key(value)
        if key not in self.places:
            self.places[key] = len(self.labels)
            words = _said(value, len(self.labels) + 1)
            self.labels.append(f"{self.name.strip()} = {words}" if self.name.strip() else words)
        return self.places[key]


@dataclass
class Plot:
    """A sheet that is being filled. down: None where the cells stand in rows without a second value."""

    across: Axis
    down: Axis | None
    columns: int
    gap: int

    @property
    def wide(self) -> int:
        """Cells in a row."""
        many = len(self.across.labels)
        if self.down is not None:
            return many
        return min(many, self.columns or (many if many <= IN_A_ROW else ceil(sqrt(many))))

    @property
    def high(self) -> int:
        return len(self.down.labels) if self.down is not None else -(-len(self.across.labels) // self.wide)

    def row_is_full(self, seen: int) -> bool:
        return seen <= IN_A_ROW or seen % self.wide == 0

    def name(self, at: tuple[int, int]) -> str:
        """What a cell was made with, in words."""
        return ", ".join([self.across.labels[at[0]], *([self.down.labels[at[1]]] if self.down is not None else [])])

    def words(self, cells: Cells) -> str:
        """All letters that the sheet needs."""
        labels = [*self.across.labels, *(self.down.labels if self.down is not None else [])]
        return "".join([*labels, *(cell for cell in cells.values() if isinstance(cell, str))])


@dataclass(frozen=True)
class _Sheet:
    """Measures in pixels. top: room for the labels over a row; left: for those beside one."""

    wide: int
    high: int
    top: int
    left: int
    letters: ImageFont.FreeTypeFont
    small: ImageFont.FreeTypeFont


def drawn(plot: Plot, cells: Cells, font_of: FontOf) -> np.ndarray:
    """The sheet as uint8 (H, W, 3)."""
    sheet = _measured(plot, cells, font_of)
    rows = plot.high if plot.down is None else 1  # rows with labels over them
    width = sheet.left + plot.wide * (sheet.wide + plot.gap) + plot.gap
    height = rows * sheet.top + plot.high * (sheet.high + plot.gap) + plot.gap
    check_area(width, height, "side")
    picture = Pillow.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(picture)
    for index, words in enumerate(plot.across.labels):
        column, row = index % plot.wide, index // plot.wide
        left, top = sheet.left + plot.gap + column * (sheet.wide + plot.gap), _top(plot, sheet, row)
        _write(draw, words, (left, top - sheet.top - plot.gap // 2, sheet.wide, sheet.top), sheet.letters)
    for row, words in enumerate(plot.down.labels if plot.down is not None else ()):
        _write(draw, words, (plot.gap, _top(plot, sheet, row), sheet.left - plot.gap, sheet.high), sheet.letters)
    for row in range(plot.high):
        for column in range(plot.wide):
            at = (column, row) if plot.down is not None else (row * plot.wide + column, 0)
            if plot.down is not None or at[0] < len(plot.across.labels):
                left = sheet.left + plot.gap + column * (sheet.wide + plot.gap)
                _put(picture, cells.get(at, ""), (left, _top(plot, sheet, row)), sheet)
    return np.asarray(picture)


def _measured(plot: Plot, cells: Cells, font_of: FontOf) -> _Sheet:
    pictures = [cell for cell in cells.values() if not isinstance(cell, str)]
    wide = max([LEAST, *(cell.shape[1] for cell in pictures)])
    high = max([LEAST if not pictures else 1, *(cell.shape[0] for cell in pictures)])
    if len(pictures) < len(plot.across.labels) * (plot.high if plot.down is not None else 1):
        high = max(LEAST, high)  # a reason is to be read
    size = max(13, round(wide / 22))
    letters, small = font_of(size), font_of(max(11, round(size * 0.8)))
    top = max(_lines(words, letters, wide) for words in plot.across.labels) * _line(letters) + plot.gap + size // 2
    left = 0
    for words in plot.down.labels if plot.down is not None else ():
        most = max(wide * 0.5, 7 * size)
        lines = wrapped(words, letters, most).splitlines() or [""]
        left = max(left, ceil(max(letters.getlength(line) for line in lines)) + size + plot.gap)
    return _Sheet(wide, high, top, left, letters, small)


def _top(plot: Plot, sheet: _Sheet, row: int) -> int:
    """Where the cells of a row begin."""
    labels = sheet.top * (row + 1 if plot.down is None else 1)
    return plot.gap + labels + row * (sheet.high + plot.gap)


def _line(font: ImageFont.FreeTypeFont) -> int:
    return round(font.size * 1.25)


def _lines(words: str, font: ImageFont.FreeTypeFont, width: float) -> int:
    return min(LINES, len(wrapped(words, font, width).splitlines()) or 1)


def _write(
    draw: ImageDraw.ImageDraw, words: str, box: tuple[int, int, int, int], font: ImageFont.FreeTypeFont,
    ink: tuple[int, int, int] = INK,
) -> None:  # fmt: skip
    """Words in the middle of a box (left, top, width, height); what has no room there is cut, and marked as cut."""
    left, top, wide, high = box
    lines = wrapped(words, font, wide).splitlines() or [""]
    room = max(1, min(LINES if ink == INK else high, high // _line(font)))
    if len(lines) > room:
        lines = [*lines[: room - 1], _cut(lines[room - 1], font, wide)]
    start = top + (high - len(lines) * _line(font)) / 2
    for number, line in enumerate(lines):
        draw.text((left + wide / 2, start + (number + 0.5) * _line(font)), line, font=font, fill=ink, anchor="mm")


def _cut(line: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"


def _put(picture: Pillow.Image, cell: np.ndarray | str, at: tuple[int, int], sheet: _Sheet) -> None:
    """A picture in the middle of its cell, or why there is none."""
    left, top = at
    if not isinstance(cell, str):
        inside = (left + (sheet.wide - cell.shape[1]) // 2, top + (sheet.high - cell.shape[0]) // 2)
        picture.paste(Pillow.fromarray(cell), inside)
        return
    draw = ImageDraw.Draw(picture)
    draw.rectangle((left, top, left + sheet.wide - 1, top + sheet.high - 1), fill=HOLE)
    pad = max(4, sheet.wide // 24)
    box = (left + pad, top + pad, sheet.wide - 2 * pad, sheet.high - 2 * pad)
    _write(draw, cell or "no picture", box, sheet.small, REASON)


def _key(value: Any) -> bytes:
    """The same for values that are the same; 1, 1.0 and True are not."""
    if isinstance(value, np.ndarray):
        return blake2b(value.tobytes(), key=str((value.dtype, value.shape)).encode()[:64]).digest()
    return f"{type(value).__name__} {value!r}".encode("utf-8", "surrogatepass")


def _said(value: Any, number: int) -> str:
    """A value as words; of what has none, such as a picture, the number."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).strip() or "(empty)" if isinstance(value, str | int) else str(number)
