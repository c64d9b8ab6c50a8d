"""Every thing of a picture without a word or a click: a grid of points, each asked for what lies there, by Segment Anything's own mask generator."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from PIL import Image as Pictures

from graph import BadInput, Boxes, Image, Mask, Model, Run, Slider, node
from nodes.models.everything import LARGEST, Grid, Outline, outlines
from nodes.pixels import frozen
from nodes.segment.overlay import drawn
from nodes.segment.things import at_full_size, boxes_of, check_room


class Everything(NamedTuple):
    """masks: one for each thing, largest first; they may overlap (a wheel and its car). boxes: (N, 4), xyxy in pixels. areas: of each, in pixels. scores: how
    well the model thinks that each outline fits, about 0 to 1. picture: the things over the picture, small ones on top."""

    masks: list[Mask]
    boxes: Boxes
    areas: list[int]
    scores: list[float]
    picture: Image


@node(
    family="segment",
    heavy=True,
    tags=("sam", "segment anything", "automatic", "all objects", "mask generator", "parts", "regions", "superpixels"),
)
def everything(
    image: Image,
    points: Annotated[int, Slider(1, 128)] = 32,
    quality: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.88,
    stability: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.95,
    smallest: Annotated[int, Slider(0, 100_000)] = 0,
    pieces: Annotated[int, Slider(0, 2)] = 0,
    most: Annotated[int, Slider(1, 2000)] = 200,
    model: Annotated[str, Model("sam")] = "auto",
    *,
    run: Run,
) -> Everything:
    """Outline every thing of a picture (Segment Anything's automatic mask generator, Kirillov et al. 2023).

    image: of any size; masks have the same height and width. Outlines of pictures with more than 2048 pixels a side are found at 2048 and scaled.
    points: of the grid, along each side (points per side); more find smaller things and take longer, with the square.
    quality: how good the model must think an outline is (predicted IoU).
    stability: how little an outline may change when the level at which it is cut is moved (stability score, IoU).
    smallest: holes and islands of fewer pixels are mended, and things of fewer pixels left out (minimum area).
    pieces: how often the picture is looked at again in pieces, 2 and then 4 to a side, for small things (crop layers).
    most: how many things are given, the largest first.
    model: which Segment Anything model to use.
    """
    loaded = run.models.get("sam", model, run.say)
    shrink = min(1.0, LARGEST / max(image.shape[:2]))
    mended = round(smallest * shrink * shrink)
    grid = Grid(points, quality, stability, mended, pieces)
    run.progress(0, points * points, "looking at the picture")
    found = outlines(loaded, _small(image, shrink), grid, run.progress, run.say)
    found = [outline for outline in found if outline.area >= max(1, mended)]
    if not found:
        what = "no outline is as good and steady as asked for"
        raise BadInput("quality", what, "lower quality or stability, or ask for more points")
    if len(found) > most:
        run.say(f"{len(found)} things were found and the {most} largest are given; for all of them raise most")
    return _given(image, found[:most])


def _small(image: np.ndarray, shrink: float) -> np.ndarray:
    if shrink == 1.0:
        return image
    size = max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink))
    return np.asarray(Pictures.fromarray(image).resize(size, Pictures.Resampling.BILINEAR, reducing_gap=3.0))


def _given(image: np.ndarray, found: list[Outline]) -> Everything:
    check_room(len(found), image, "image", "make the picture smaller with image.resize, or lower most")
    masks = [at_full_size(outline.mask, image) for outline in found]
    return Everything(
        masks,
        boxes_of(masks),
        [int(np.count_nonzero(mask)) for mask in masks],
        [outline.score for outline in found],
        Image(frozen(drawn(image, masks, None, [""] * len(masks)))),
    )
