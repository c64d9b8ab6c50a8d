"""Clicks on a picture to a mask, by Segment Anything. The slow part, looking at the picture, is done once: the model keeps
what it saw, so every further click costs only its small decoder.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Boxes, Image, Mask, Model, OnPicture, Points, Run, node
from nodes.pixels import frozen, size_text

LEAST_SIDE = 1
"""Pixels. A box with less of the picture in it says nothing."""


class Clicked(NamedTuple):
    """mask: 255 on the thing. score: how well the model thinks that the mask fits, about 0 to 1; of several things the least."""

    mask: Mask
    score: float


@node(family="segment", heavy=True, tags=("sam", "segment anything", "click", "select", "cut out", "box", "foreground"))
def points(
    image: Image,
    points: Annotated[Points, OnPicture("image")] | None = None,
    box: Annotated[Boxes, OnPicture("image")] | None = None,
    model: Annotated[str, Model("sam")] = "auto",
    *,
    run: Run,
) -> Clicked:
    """Mark the thing that points and a box mean, with a Segment Anything model.

    One click is often enough: of the three things that it may mean (all of it, a part, a part of the part) the one with
    the best score is taken; further points or a box say which. A second click on the same picture costs a fraction of
    the first. Needs weights in models/sam; `segment.grab` takes the same points and boxes and needs none.

    A workflow that marks what lies at (320, 200) and leaves out what lies at (400, 260):

        {"format": 1, "nodes": {
          "photo": {"type": "image.load", "inputs": {"path": "street.png"}},
          "thing": {"type": "segment.points", "inputs": {
             "image": {"node": "photo", "output": "image"}, "points": [[320, 200, 1], [400, 260, 0]]}}}}

    image: a picture of any size; the mask has the same height and width.
    points: places that belong to the thing (1) and places that do not (0).
    box: a box around the thing; several boxes mark one thing each and go without points.
    model: which Segment Anything model to use (ViT-B, ViT-L or ViT-H).
    """
    dots = np.zeros((0, 3), np.float32) if points is None else np.asarray(points, np.float32).reshape(-1, 3)
    boxes = np.zeros((0, 4), np.float32) if box is None else np.asarray(box, np.float32).reshape(-1, 4)
    _check(image, dots, boxes)
    loaded = run.models.get("sam", model, run.say)
    run.check()
    if not loaded.knows(image):
        run.progress(0, 1 + len(boxes), "looking at the picture")
    mask, scores = np.zeros(image.shape[:2], np.uint8), []
    for done, one in enumerate(boxes if len(boxes) else [None]):
        found, score = loaded.mask(image, dots, one)
        run.progress(done + 2, 1 + max(1, len(boxes)))
        mask[found] = 255
        scores.append(score)
    if not mask.any():
        raise BadInput("points", "nothing was found there", "move the points onto the thing, or draw a box around it")
    return Clicked(Mask(frozen(mask)), min(scores))


def _check(image: np.ndarray, dots: np.ndarray, boxes: np.ndarray) -> None:
    """BadInput for what can't be asked."""
    height, width = image.shape[:2]
    if not len(boxes) and not (dots[:, 2] > 0).any():
        missing = "there is no point that belongs to the thing and no box"
        raise BadInput("points", missing, "give at least one point as [x, y, 1] in pixels, or a box around the thing")
    if len(boxes) > 1 and len(dots):
        raise BadInput(
            "points", f"points go with one box, not with {len(boxes)}", "leave out the points, or all boxes but one"
        )
    for x, y, _ in dots:
        if not (0 <= x < width and 0 <= y < height):
            what = f"the point ({x:g}, {y:g}) is not in the picture of {size_text(image)}"
            raise BadInput("points", what, f"give x from 0 to {width - 1} and y from 0 to {height - 1}, in pixels")
    for one in boxes:
        inside = np.clip(one, 0, [width, height, width, height])
        if not (np.isfinite(one).all() and (inside[2:] - inside[:2] >= LEAST_SIDE).all()):
            named = ", ".join(f"{value:g}" for value in one)
            what = f"the box ({named}) has nothing of the picture of {size_text(image)} in it"
            raise BadInput("box", what, "give left, top, right, bottom in pixels")
