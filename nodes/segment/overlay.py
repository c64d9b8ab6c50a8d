"""Showing what was found: each thing in a colour of its own, with a line around it, a box, and a plate that says which it is. Plates are dark with white
letters and a rim of the thing's colour, so that they can be read on any picture."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from graph import BadInput, Boxes, Image, Mask, OnPicture, Slider, node
from nodes.pixels import frozen, lay_over
from nodes.segment.things import check_masks, window

GOLDEN = 0.618034
"""Steps of the golden ratio around the circle of hues: neighbours in a list are never alike, however long it is."""
OPACITY = 0.45
LETTERS = (11, 44)
"""Height of letters in pixels, at least and at most, when it is chosen by the picture."""
MOST = 60
"""Characters of a plate."""


@node(
    family="segment",
    output="image",
    tags=("draw", "show", "visualize", "annotate", "instance", "bounding box", "labels", "preview", "detections"),
)
def overlay(
    image: Image,
    masks: list[Mask] | None = None,
    boxes: Annotated[Boxes, OnPicture("image")] | None = None,
    labels: list[str] | None = None,
    scores: list[float] | None = None,
    opacity: Annotated[float, Slider(0.0, 1.0)] = OPACITY,
    numbers: bool = True,
    letters: Annotated[int, Slider(0, 400)] = 0,
) -> Image:
    """Draw things over their picture, each in its own colour: tint and outline of masks, boxes, and a plate with number, label and score.

    image: the picture below.
    masks: one for each thing, of the picture's height and width; soft edges are tinted softly.
    boxes: one for each thing, xyxy in pixels; with masks, as many of them.
    labels: a name for each thing; the built-in font has Latin letters alone.
    scores: how certain each thing is, 0..1; it is written with two digits.
    opacity: of the tint; 0 shows the outlines alone.
    numbers: write the number of each thing; 1 is the first.
    letters: their height in pixels; 0 chooses it by the picture's size.
    """
    count = _count(masks, boxes, labels, scores)
    check_masks(masks or [], image)
    texts = [_text(n, labels, scores, numbers) for n in range(count)]
    return drawn(image, masks, boxes, texts, opacity, letters)


def drawn(
    image: np.ndarray,
    masks: Sequence[np.ndarray] | None,
    boxes: np.ndarray | None,
    texts: Sequence[str],
    opacity: float = OPACITY,
    letters: int = 0,
) -> Image:
    """The picture with things over it. texts: what each plate says, empty for none."""
    canvas = image.copy()
    line = max(1, round(min(image.shape[:2]) / 250))
    colours = [colour_of(n) for n in range(len(texts))]
    places: list[tuple[float, float] | None] = [None] * len(texts)
    for n, mask in enumerate(masks if masks is not None else []):
        places[n] = _tinted(canvas, mask, colours[n], opacity, line)
    picture = Pictures.fromarray(canvas)
    draw = ImageDraw.Draw(picture)
    for n, box in enumerate(boxes if boxes is not None else []):
        left, top, right, bottom = (float(edge) for edge in box)
        if right > left and bottom > top:
            draw.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), None, colours[n], line)
            places[n] = left, top
    font = ImageFont.load_default(letters or int(np.clip(min(image.shape[:2]) * 0.03, *LETTERS)))
    for text, place, colour in zip(texts, places, colours, strict=True):
        if text and place is not None:
            _plate(draw, picture.size, text, place, colour, font)
    return Image(frozen(np.array(picture)))


def texts_of(labels: Sequence[str], scores: Sequence[float]) -> list[str]:
    """What plates say of things that have a name and a score."""
    return [_text(n, labels, scores, True) for n in range(len(labels))]


def colour_of(number: int) -> tuple[int, int, int]:
    """The colour of a thing, by its place in the list; red, green and blue."""
    red, green, blue = colorsys.hsv_to_rgb((0.5 + number * GOLDEN) % 1.0, 0.85 - 0.25 * (number // 8 % 2), 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def _count(masks: Any, boxes: Any, labels: Any, scores: Any) -> int:
    """How many things there are; BadInput when the lists differ, or when there is neither mask nor box."""
    if masks is None and boxes is None:
        raise BadInput("masks", "neither masks nor boxes came in", "connect one of them")
    first = "boxes" if masks is None else "masks"
    count = len(boxes if masks is None else masks)
    for socket, rows in (("boxes", boxes), ("labels", labels), ("scores", scores)):
        if rows is not None and len(rows) != count:
            raise BadInput(socket, f"there are {len(rows)} for {count} {first}", "take all of them from one node")
    return count


def _text(n: int, labels: Any, scores: Any, numbers: bool) -> str:
    parts = [str(n + 1)] if numbers else []
    parts += [labels[n].strip()] if labels else []
    parts += [f"{scores[n]:.2f}"] if scores else []
    text = " ".join(" ".join(parts).split())
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def _tinted(
    canvas: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int], opacity: float, line: int
) -> tuple[float, float] | None:
    """Tint what a mask marks and draw its outline, in place; gives the place for its plate, None for an empty mask."""
    import cv2

    around = window(mask)
    if around is None:
        return None
    left, top, right, bottom = around
    view = slice(top, bottom), slice(left, right)
    weight = np.rint(mask[view] * np.float32(opacity)).astype(np.uint8)
    canvas[view] = lay_over(canvas[view], np.broadcast_to(np.uint8(colour), canvas[view].shape), weight)
    marked = (mask[view] >= 128).astype(np.uint8)
    outlines, _ = cv2.findContours(marked, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, [outline + np.int32([left, top]) for outline in outlines], -1, colour, line)
    deep = cv2.distanceTransform(cv2.copyMakeBorder(marked, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    y, x = np.unravel_index(int(deep.argmax()), deep.shape)
    return float(left + x - 1), float(top + y - 1)


def _plate(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    text: str,
    place: tuple[float, float],
    colour: tuple[int, int, int],
    font: Any,
) -> None:
    """A dark plate with white letters near a place, inside the picture as far as it is large enough."""
    edge = max(2, font.size // 4)
    wide, high = font.getlength(text) + 2 * edge, font.size + 2 * edge
    left = max(0.0, min(place[0], size[0] - wide - 1))
    top = max(0.0, min(place[1], size[1] - high - 1))
    draw.rounded_rectangle((left, top, left + wide, top + high), edge, (16, 16, 20), colour, max(1, edge // 3))
    draw.text((left + edge, top + high / 2), text, (255, 255, 255), font, anchor="lm")
