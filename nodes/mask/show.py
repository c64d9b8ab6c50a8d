"""Masks to look at or to cut with: as pictures, over pictures, out of pictures."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np

from graph import BadInput, Boxes, Color, Heat, Image, Mask, Slider, node
from nodes.mask import morphology
from nodes.mask.common import MARKED, check_sizes, window
from nodes.pixels import by_strips, frozen, lay_over, parse_colour, to_bytes

WHITE = Color("#ffffff")
HIGHLIGHT = Color("#ff3355")


class CutOut(NamedTuple):
    """image: uint8 (h, w, 3). mask: uint8 (h, w), its transparency. box: (1, 4), where it lay, in pixels."""

    image: Image
    mask: Mask
    box: Boxes


@node(family="mask", tags=("grey", "grayscale", "black and white", "convert", "view"))
def to_image(mask: Mask) -> Image:
    """Turn a mask into a grey picture: marked is white.

    mask: what to show.
    """
    return Image(frozen(np.repeat(mask[..., None], 3, axis=2)))


@node(family="mask", tags=("heat map", "colour map", "colormap", "likeness", "view", "false colour"))
def heat_to_image(heat: Heat, colours: Literal["turbo", "inferno", "viridis", "grey"] = "turbo") -> Image:
    """Turn a heat map into a coloured picture, to look at.

    heat: values from 0 to 1, such as a likeness per pixel.
    colours: turbo runs from blue over green to red; inferno from black over red to yellow; viridis from violet over
        green to yellow, even to colour-blind eyes; grey from black to white.
    """
    import cv2

    maps = {"turbo": cv2.COLORMAP_TURBO, "inferno": cv2.COLORMAP_INFERNO, "viridis": cv2.COLORMAP_VIRIDIS}
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    table = np.repeat(ramp, 3, axis=1) if colours == "grey" else cv2.applyColorMap(ramp, maps[colours])[:, 0, ::-1]
    return Image(by_strips(lambda strip: table[to_bytes(strip * 255)], heat))


@node(family="mask", tags=("extract", "crop", "isolate", "remove background", "alpha", "sticker", "matte"))
def cut_out(
    image: Image,
    mask: Mask,
    background: Color = WHITE,
    crop: bool = True,
    margin: Annotated[int, Slider(0, 1000)] = 0,
) -> CutOut:
    """Cut the marked object out and lay it on one colour.

    The mask that comes with it is its transparency, cut the same way; the box tells where it lay in the picture.

    image: the picture to cut from.
    mask: what to keep, of the same height and width; soft edges mix with the background.
    background: the colour behind the object.
    crop: cut the picture down to the object; else it keeps its size.
    margin: how many pixels stay around the object when it is cropped, as far as the picture goes.
    """
    check_sizes("mask", mask, "image", image)
    view: tuple[slice, slice] | None = (slice(0, mask.shape[0]), slice(0, mask.shape[1]))
    if crop:
        view = window(mask, margin)
    if view is None:
        raise BadInput("mask", "it marks nothing, so there is no object to crop to", "mark something, or turn crop off")
    piece, alpha = image[view], mask[view]
    behind = np.broadcast_to(np.array(parse_colour(background, "background"), np.uint8), piece.shape)
    left, top = view[1].start, view[0].start
    place = np.array([[left, top, left + alpha.shape[1], top + alpha.shape[0]]], np.float32)
    return CutOut(Image(lay_over(behind, piece, alpha)), Mask(frozen(alpha)), Boxes(frozen(place)))


@node(family="mask", tags=("preview", "highlight", "tint", "show mask", "visualize", "outline", "contour"))
def overlay(
    image: Image,
    mask: Mask,
    colour: Color = HIGHLIGHT,
    opacity: Annotated[float, Slider(0.0, 1.0)] = 0.5,
    outline: Annotated[int, Slider(0, 100)] = 2,
) -> Image:
    """Show a mask as a tint over its picture, with a line around it.

    image: the picture below.
    mask: what to tint, of the same height and width.
    colour: of the tint and the line.
    opacity: how strong the tint is: 0 shows the line alone, 1 hides the picture below.
    outline: how wide the line is, in pixels, just outside the marked area (128 and more); 0 draws none.
    """
    check_sizes("mask", mask, "image", image)
    weight = to_bytes(np.arange(256) * opacity)[mask]
    if outline:
        inside = mask >= MARKED
        around = morphology.dilate(inside.astype(np.uint8), outline) > 0
        weight[around & ~inside] = 255
    tint = np.broadcast_to(np.array(parse_colour(colour), np.uint8), image.shape)
    return Image(lay_over(image, tint, weight))
