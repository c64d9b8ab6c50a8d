"""What becomes of all items together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
from PIL import Image as Pillow

from graph import BadInput, Image, Run, Slider, node, unknown
from nodes.pixels import check_area, frozen, to_pil


@node(family="stream", output="count", tags=("number", "how many", "length"))
def count(items: Iterable[Any]) -> int:
    """Count the items of a stream.

    items: the stream; what a gate has dropped before is not counted.
    """
    return sum(1 for _ in items)


@node(family="stream", output="average", tags=("mean", "statistics", "measure"))
def average(numbers: Iterable[float]) -> float:
    """The mean of a number over all items.

    numbers: the stream.
    """
    total, seen = 0.0, 0
    for number in numbers:
        total += number
        seen += 1
    if not seen:
        raise BadInput("numbers", "no item came, so there is no mean", "check what drops them")
    return total / seen


@node(family="stream", output="texts", tags=("list", "gather", "all"))
def texts(items: Iterable[str]) -> list[str]:
    """Gather the texts of a stream in a list.

    items: the stream.
    """
    return list(items)


@node(family="stream", tags=("grid", "overview", "thumbnails", "gallery", "montage"), size=unknown)
def contact_sheet(
    images: Iterable[Image],
    columns: Annotated[int, Slider(1, 50)] = 6,
    side: Annotated[int, Slider(16, 1024)] = 160,
    most: Annotated[int, Slider(1, 2500)] = 120,
    *,
    run: Run,
) -> Image:
    """Show the pictures of a stream on one sheet, small, in order, and a preview of it while it fills.

    images: the stream.
    columns: pictures in a row.
    side: of a picture's place, in pixels.
    most: how many pictures are shown; the others are only counted.
    """
    gap = max(2, side // 20)
    tiles: list[np.ndarray] = []
    seen = 0
    for image in images:
        seen += 1
        if len(tiles) < most:
            tiles.append(_tile(image, side))
            if len(tiles) % columns == 0:
                run.preview(_sheet(tiles, columns, side, gap))
    if not tiles:
        raise BadInput("images", "no picture came", "check what drops them")
    if seen > len(tiles):
        run.say(f"the sheet shows the first {len(tiles)} of {seen} pictures; for more of them raise most")
    return Image(frozen(_sheet(tiles, columns, side, gap)))


def _tile(image: np.ndarray, side: int) -> np.ndarray:
    """The picture within (side, side), in the middle, on white."""
    small = to_pil(image)
    small.thumbnail((side, side), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
    tile = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - small.height) // 2, (side - small.width) // 2
    tile[top : top + small.height, left : left + small.width] = np.asarray(small)
    return tile


def _sheet(tiles: list[np.ndarray], columns: int, side: int, gap: int) -> np.ndarray:
    wide, high = min(columns, len(tiles)), -(-len(tiles) // columns)
    check_area(wide * (side + gap) + gap, high * (side + gap) + gap, "side")
    sheet = np.full((high * (side + gap) + gap, wide * (side + gap) + gap, 3), 255, np.uint8)
    for index, tile in enumerate(tiles):
        top, left = gap + index // columns * (side + gap), gap + index % columns * (side + gap)
        sheet[top : top + side, left : left + side] = tile
    return sheet
