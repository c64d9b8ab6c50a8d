"""Seeing what changed between two pictures."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from PIL import ImageDraw

from graph import Color, Image, Mask, Slider, node, unknown
from nodes.image.lettering import label
from nodes.pixels import check_area, check_same_size, from_pil, frozen, parse_colour, to_pil

WHITE = Color("#ffffff")


class Difference(NamedTuple):
    """image: the absolute difference, amplified. mask: 255 where any channel differs. changed: their share, 0..1."""

    image: Image
    mask: Mask
    changed: float


@node(family="image", tags=("compare", "before", "after", "join", "concatenate"), size=unknown)
def side_by_side(
    left: Image,
    right: Image,
    left_label: str = "",
    right_label: str = "",
    gap: Annotated[int, Slider(0, 200)] = 8,
    colour: Color = WHITE,
) -> Image:
    """Put two pictures next to each other.

    left: the left picture.
    right: the right picture; a lower one is centred.
    left_label: written into the corner of the left picture.
    right_label: written into the corner of the right picture.
    gap: pixels between the two.
    colour: fills the gap, and above and below the lower picture.
    """
    height, width = max(left.shape[0], right.shape[0]), left.shape[1] + gap + right.shape[1]
    check_area(width, height, "left")
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = parse_colour(colour)
    for image, words, corner, start in (
        (left, left_label, "left", 0),
        (right, right_label, "right", left.shape[1] + gap),
    ):
        down = (height - image.shape[0]) // 2
        sheet[down : down + image.shape[0], start : start + image.shape[1]] = _labelled(
            image, words, corner, f"{corner}_label"
        )
    return Image(frozen(sheet))


@node(family="image", tags=("compare", "subtract", "change", "diff"))
def difference(image: Image, other: Image, amplify: Annotated[float, Slider(1.0, 100.0)] = 1.0) -> Difference:
    """Show where and how much two pictures differ.

    image: the first picture.
    other: the second picture, of the same size.
    amplify: multiplies the differences so that small ones can be seen.
    """
    check_same_size("other", other, image)
    distance = np.maximum(image, other) - np.minimum(image, other)
    differs = distance.any(axis=2)
    table = np.minimum(255, np.rint(np.arange(256) * amplify)).astype(np.uint8)
    mask = np.where(differs, np.uint8(255), np.uint8(0))
    return Difference(Image(frozen(table[distance])), Mask(frozen(mask)), float(differs.mean()))


@node(family="image", tags=("compare", "before", "after", "seam", "split"))
def slider_strip(
    before: Image,
    after: Image,
    position: Annotated[float, Slider(0.0, 1.0)] = 0.5,
    before_label: str = "before",
    after_label: str = "after",
    line: Annotated[int, Slider(0, 50)] = 3,
    colour: Color = WHITE,
) -> Image:
    """One picture, left of a line as it was before, right of it as it is after.

    before: shows left of the line.
    after: shows right of the line; of the same size.
    position: where the line stands: 0 is the left edge, 1 the right.
    before_label: written into the left corner; empty for none.
    after_label: written into the right corner; empty for none.
    line: how wide the line is, in pixels.
    colour: the colour of the line.
    """
    check_same_size("after", after, before, other="before")
    seam = round(position * before.shape[1])
    merged = np.concatenate(
        [
            _labelled(before, before_label, "left", "before_label")[:, :seam],
            _labelled(after, after_label, "right", "after_label")[:, seam:],
        ],
        axis=1,
    )
    if not line or not 0 < seam < before.shape[1]:
        return Image(frozen(merged))
    picture = to_pil(merged)
    start = seam - line // 2
    ImageDraw.Draw(picture).rectangle((start, 0, start + line - 1, picture.height), fill=parse_colour(colour))
    return from_pil(picture)


@node(family="image", tags=("contact sheet", "montage", "variations", "compare", "collage"), size=unknown)
def grid(
    first: Image,
    second: Image | None = None,
    third: Image | None = None,
    fourth: Image | None = None,
    fifth: Image | None = None,
    sixth: Image | None = None,
    seventh: Image | None = None,
    eighth: Image | None = None,
    columns: Annotated[int, Slider(1, 8)] = 2,
    gap: Annotated[int, Slider(0, 200)] = 8,
    colour: Color = WHITE,
) -> Image:
    """Put up to eight pictures on one sheet, row by row.

    Every cell is as large as the largest picture; smaller ones stand in the middle of theirs.

    first: the picture at the top left.
    second: the next one.
    third: the next one.
    fourth: the next one.
    fifth: the next one.
    sixth: the next one.
    seventh: the next one.
    eighth: the last one.
    columns: how many stand in a row.
    gap: pixels between two pictures.
    colour: fills the gaps and what smaller pictures leave free.
    """
    given = [image for image in (first, second, third, fourth, fifth, sixth, seventh, eighth) if image is not None]
    across, down = min(columns, len(given)), -(-len(given) // columns)
    height, width = (max(image.shape[axis] for image in given) for axis in (0, 1))
    sheet_height, sheet_width = down * (height + gap) - gap, across * (width + gap) - gap
    check_area(sheet_width, sheet_height, "first")
    sheet = np.empty((sheet_height, sheet_width, 3), np.uint8)
    sheet[:] = parse_colour(colour)
    for index, image in enumerate(given):
        top = index // columns * (height + gap) + (height - image.shape[0]) // 2
        left = index % columns * (width + gap) + (width - image.shape[1]) // 2
        sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
    return Image(frozen(sheet))


def _labelled(image: np.ndarray, words: str, corner: str, socket: str) -> np.ndarray:
    if not words.strip():
        return image
    picture = to_pil(image)
    label(picture, words, corner, socket)
    return np.asarray(picture)
