"""Changing a picture's size, frame and direction. Quarter turns, flips, crops and pads move pixels, never resample."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from PIL import Image as Pillow

from graph import BadInput, Boxes, Color, Image, Mask, OnPicture, Slider, node, unknown
from nodes.pixels import check_area, from_pil, frozen, one_box, parse_colour, size_text, to_pil

Method = Literal["lanczos", "bicubic", "bilinear", "box", "nearest"]
Side = Annotated[int, Slider(1, 16384)]
Edge = Annotated[int, Slider(0, 16384)]

BLACK = Color("#000000")

_FILTER = {
    "lanczos": Pillow.Resampling.LANCZOS,
    "bicubic": Pillow.Resampling.BICUBIC,
    "bilinear": Pillow.Resampling.BILINEAR,
    "box": Pillow.Resampling.BOX,
    "nearest": Pillow.Resampling.NEAREST,
}


class Size(NamedTuple):
    """width and height in pixels."""

    width: int
    height: int


class PaddedImage(NamedTuple):
    """image: the larger picture. mask: 255 where it is new, 0 where the old picture lies."""

    image: Image
    mask: Mask


@node(family="image", tags=("width", "height", "dimensions"))
def size(image: Image) -> Size:
    """How wide and high a picture is.

    image: the picture to measure.
    """
    return Size(image.shape[1], image.shape[0])


def _fitted(wish: Mapping[str, Any]) -> tuple[int, int]:
    """The size that image.resize will give."""
    (width, height), wide, high = wish["image"], wish["width"], wish["height"]
    if wish["fit"] in ("cover", "stretch"):
        return wide, high
    factor = wide / max(width, height) if wish["fit"] == "longest side" else min(wide / width, high / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


@node(family="image", tags=("scale", "width", "height", "thumbnail"), size=_fitted)
def resize(
    image: Image,
    width: Side = 512,
    height: Side = 512,
    fit: Literal["inside", "cover", "stretch", "longest side"] = "inside",
    method: Method = "lanczos",
) -> Image:
    """Bring a picture to a size in pixels.

    image: any size.
    width: the new width; with "longest side", the length of the longer side.
    height: the new height; not used with "longest side".
    fit: inside keeps the shape and fits into the box; cover keeps the shape, fills the box and cuts off what sticks
        out on both sides; stretch takes the box as it is; longest side keeps the shape and brings its longer side to
        the width.
    method: lanczos is sharpest; nearest keeps hard pixels.
    """
    old_height, old_width = image.shape[:2]
    if fit == "longest side":
        height = width
    by_width, by_height = width / old_width, height / old_height
    if fit != "stretch":
        factor = max(by_width, by_height) if fit == "cover" else min(by_width, by_height)
        by_width = by_height = factor
    if fit == "cover":
        window = _centred_window(old_width, old_height, width / factor, height / factor)
        return _resampled(image, width, height, method, window)
    return _resampled(image, max(1, round(old_width * by_width)), max(1, round(old_height * by_height)), method)


@node(
    family="image",
    tags=("resize", "enlarge", "shrink", "factor"),
    size=lambda wish: tuple(max(1, round(side * wish["factor"])) for side in wish["image"]),
)
def scale(image: Image, factor: Annotated[float, Slider(0.01, 16.0)] = 2.0, method: Method = "lanczos") -> Image:
    """Make a picture larger or smaller by a factor.

    image: any size.
    factor: 2 doubles width and height, 0.5 halves them.
    method: lanczos is sharpest; nearest keeps hard pixels.
    """
    height, width = image.shape[:2]
    return _resampled(image, max(1, round(width * factor)), max(1, round(height * factor)), method)


def _centred_window(
    width: int, height: int, wanted_width: float, wanted_height: float
) -> tuple[float, float, float, float]:
    """The middle (left, top, right, bottom) of a picture, in pixels with fractions, kept inside it against rounding."""
    left, top = max(0.0, (width - wanted_width) / 2), max(0.0, (height - wanted_height) / 2)
    return left, top, min(float(width), left + wanted_width), min(float(height), top + wanted_height)


def _resampled(
    image: Image, width: int, height: int, method: str, window: tuple[float, float, float, float] | None = None
) -> Image:
    check_area(width, height)
    if (height, width) == image.shape[:2] and window in (None, (0.0, 0.0, float(width), float(height))):
        return image
    return from_pil(to_pil(image).resize((width, height), _FILTER[method], box=window))


@node(family="image", tags=("cut", "trim", "window"), size=lambda wish: (wish["width"], wish["height"]))
def crop(image: Image, left: Edge = 0, top: Edge = 0, width: Side = 256, height: Side = 256) -> Image:
    """Cut a rectangle out of a picture.

    image: must hold the whole rectangle.
    left: where the rectangle begins, in pixels from the left edge.
    top: where the rectangle begins, in pixels from the top edge.
    width: how wide it is.
    height: how high it is.
    """
    if left + width > image.shape[1] or top + height > image.shape[0]:
        corners = f"from ({left}, {top}) to ({left + width}, {top + height})"
        what = f"the rectangle {corners} reaches out of a picture of {size_text(image)}"
        raise BadInput("width", what, "make it smaller or move it; to add a margin use image.pad")
    return Image(frozen(image[top : top + height, left : left + width]))


@node(family="image", tags=("cut", "detection", "object"), size=unknown)
def crop_to_box(
    image: Image,
    boxes: Annotated[Boxes, OnPicture("image")],
    number: Annotated[int, Slider(1, 1000)] = 1,
    margin: Edge = 0,
) -> Image:
    """Cut one of the found boxes out of a picture.

    image: the picture that the boxes belong to.
    boxes: (N, 4), left, top, right and bottom in pixels; what lies outside the picture is left out.
    number: which box: 1 is the first.
    margin: how many pixels to keep around it, as far as the picture goes.
    """
    left, top, right, bottom = one_box(boxes, number)
    height, width = image.shape[:2]
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        what = f"box number {number} lies outside the picture of {size_text(image)}"
        raise BadInput("boxes", what, "check which picture it was found in")
    rows = slice(max(0, floor(top) - margin), min(height, ceil(bottom) + margin))
    columns = slice(max(0, floor(left) - margin), min(width, ceil(right) + margin))
    return Image(frozen(image[rows, columns]))


@node(
    family="image",
    tags=("border", "margin", "frame", "outpaint", "extend"),
    size=lambda wish: (
        wish["image"][0] + wish["left"] + wish["right"],
        wish["image"][1] + wish["top"] + wish["bottom"],
    ),
)
def pad(
    image: Image,
    left: Edge = 0,
    top: Edge = 0,
    right: Edge = 0,
    bottom: Edge = 0,
    fill: Literal["colour", "edge", "reflect"] = "colour",
    colour: Color = BLACK,
) -> PaddedImage:
    """Add a margin around a picture; the mask marks what is new, so that it can be painted.

    image: any size.
    left: how many pixels to add on the left.
    top: how many pixels to add above.
    right: how many pixels to add on the right.
    bottom: how many pixels to add below.
    fill: one colour, the edge pixels drawn outward, or the picture mirrored.
    colour: the colour, when that is the fill.
    """
    height, width = image.shape[:2]
    check_area(width + left + right, height + top + bottom, "left")
    around = ((top, bottom), (left, right))
    if fill == "colour":
        padded = np.empty((height + top + bottom, width + left + right, 3), np.uint8)
        padded[:] = parse_colour(colour)
        padded[top : top + height, left : left + width] = image
    else:
        padded = np.pad(image, (*around, (0, 0)), mode=fill)
    new = np.pad(np.zeros((height, width), np.uint8), around, constant_values=255)
    return PaddedImage(Image(frozen(padded)), Mask(frozen(new)))


@node(family="image", tags=("mirror", "reverse"))
def flip(image: Image, direction: Literal["left-right", "top-bottom"] = "left-right") -> Image:
    """Mirror a picture.

    image: any size.
    direction: left-right as in a mirror, top-bottom as in water.
    """
    return Image(frozen(image[:, ::-1] if direction == "left-right" else image[::-1]))


@node(
    family="image",
    tags=("turn", "straighten"),
    size=lambda wish: (
        {0: wish["image"], 90: wish["image"][::-1]}[wish["angle"] % 180] if wish["expand"] else wish["image"]
    ),
)
def rotate(
    image: Image,
    angle: Annotated[float, Slider(-360.0, 360.0)] = 90.0,
    expand: bool = True,
    colour: Color = BLACK,
) -> Image:
    """Turn a picture around its middle.

    Multiples of 90 degrees move pixels exactly; other angles resample (bicubic).

    image: any size.
    angle: degrees, clockwise.
    expand: make the picture larger so that no corner is cut off; when off, it keeps its width and height.
    colour: fills the corners that open up.
    """
    fill = parse_colour(colour)
    quarters, rest = divmod(angle, 90.0)
    if rest:
        return from_pil(to_pil(image).rotate(-angle, Pillow.Resampling.BICUBIC, expand=expand, fillcolor=fill))
    turned: np.ndarray = np.rot90(image, -int(quarters) % 4)
    if not expand and turned.shape != image.shape:
        turned = _on_canvas(turned, image.shape[0], image.shape[1], fill)
    return Image(frozen(turned))


def _on_canvas(picture: np.ndarray, height: int, width: int, colour: tuple[int, int, int]) -> np.ndarray:
    """Centre a picture on a canvas of another size; what sticks out is cut off."""
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = colour
    down, right = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    part = picture[max(0, -down) : max(0, -down) + height, max(0, -right) : max(0, -right) + width]
    canvas[max(0, down) : max(0, down) + part.shape[0], max(0, right) : max(0, right) + part.shape[1]] = part
    return canvas
