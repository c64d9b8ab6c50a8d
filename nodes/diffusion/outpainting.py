"""More of a picture than was taken: the model paints on beyond its edges, window by window, at its own resolution.

Each window lies half over what is there, so that the model sees what it is to go on with. The pixels that came in stay what they were, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from graph import BadInput, Image, Mask, Model, Run, Seed, Slider, Text, node

from .. import patches, seam, stitch
from ..models.diffusion.job import Job
from ..pixels import check_area, frozen
from ..stitch import Square
from .common import Embeddings, Loras, Scheduler, additions, announce
from .inpainting import Painted

OVERLAP = 0.25
"""How much of a window's side the next one along the same edge sees again."""
SPARE = 24
"""Pixels that are filled beyond what was asked for, and cut off again."""
Background = Literal["auto", "painted", "continued"]
Extent = Annotated[int, Slider(0, 4096, 8)]


@node(
    heavy=True,
    family="diffusion",
    tags=("extend", "uncrop", "expand", "outpaint", "larger", "canvas", "border", "stable diffusion"),
)
def outpaint(
    image: Image,
    prompt: Annotated[str, Text(multiline=True)] = "",
    negative: Annotated[str, Text(multiline=True)] = "",
    left: Extent = 0,
    right: Extent = 0,
    top: Extent = 0,
    bottom: Extent = 0,
    steps: Annotated[int, Slider(1, 150)] = 20,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    scheduler: Scheduler = "auto",
    feather: Annotated[float, Slider(0.0, 32.0)] = 4.0,
    background: Background = "auto",
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("inpaint")] = "auto",
    loras: Loras = [],  # noqa: B006
    embeddings: Embeddings = [],  # noqa: B006
    *,
    run: Run,
) -> Painted:
    """Paint on beyond the edges of a picture. What came in stays bit for bit; `changed` marks what is new.

    A square window at a time, half of it new, is painted at the model's own size; so large pictures stay sharp.

    image: any size.
    prompt: what the whole picture shows, in plain English; empty for whatever fits.
    negative: what must not appear.
    left: how many pixels to add there.
    right: how many pixels to add there.
    top: how many pixels to add there.
    bottom: how many pixels to add there.
    steps: for each window; more take longer and give finer pictures, up to about 50.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    scheduler: the way from noise to the picture; "auto" is the model's own.
    feather: half the width of the seam inside what is new, in pixels of the model.
    background: "painted" is what the model makes; "continued" copies patches of the picture's own (PatchMatch, Barnes et al. 2009), without the
        model: grass, walls and skies go on, things do not; "auto" paints, but with a model that says that it can't paint backgrounds continues.
    seed: the same seed gives the same picture.
    model: weights on the shelf, a path, or 'org/repo' on the Hugging Face hub.
    loras: changes to the model, several at once.
    embeddings: learned words, which the prompt then calls by the names of their files.
    """
    if not left + right + top + bottom:
        raise BadInput("right", "nothing is to be added on any side", "give the pixels to add on at least one side")
    height, width = image.shape[0] + top + bottom, image.shape[1] + left + right
    check_area(width, height, "right")
    canvas = np.pad(image, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    missing = np.full((height, width), 255, np.uint8)
    missing[top : top + image.shape[0], left : left + image.shape[1]] = 0
    changed = Mask(frozen(missing.copy()))
    if background == "continued":
        return Painted(_continued(image, (left, right, top, bottom), seed, run), changed)
    painter = run.models.get("inpaint", model, say=run.say)
    if background == "auto" and painter.keeps_background:
        run.say("this model can't paint backgrounds: the picture is continued with patches of its own")
        return Painted(_continued(image, (left, right, top, bottom), seed, run), changed)
    announce(painter, prompt, run)
    windows = list(_needed(_windows((left, right, top, bottom), (width, height), painter.size), missing))
    more = additions(run, loras, embeddings, None)
    for number, square in enumerate(windows):
        job = Job(prompt, negative, (seed + number) % 2**53, steps, guidance or None, scheduler, **more)
        _paint_window(canvas, missing, square, painter, job, feather, run, (number, len(windows)))
    return Painted(Image(frozen(canvas)), changed)


def _continued(image: np.ndarray, add: tuple[int, int, int, int], seed: int, run: Run) -> Image:
    """The picture with so many pixels more (left, right, top, bottom), copied from itself. A little more is made than is kept, because the last pixels
    of a filled area have no surroundings that could tell what fits."""
    left, right, top, bottom = (extent + SPARE if extent else 0 for extent in add)
    height, width = image.shape[:2]
    canvas = np.pad(image, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    missing = np.full(canvas.shape[:2], 255, np.uint8)
    missing[top : top + height, left : left + width] = 0
    filled = patches.fill(canvas, missing, seed=seed, check=run.check, say=run.say)
    rows, columns = top - add[2], left - add[0]
    return Image(
        frozen(filled[rows : rows + height + add[2] + add[3], columns : columns + width + add[0] + add[1]].copy())
    )


def _paint_window(
    canvas: np.ndarray, missing: np.ndarray, square: Square, painter: Any, job: Job, feather: float, run: Run, turn: tuple[int, int]
) -> None:  # fmt: skip
    """Paint what is missing in one window into the canvas."""
    hole = stitch.cut(missing, square)
    window = _mirrored(stitch.cut(canvas, square), hole > 0)

    def on_step(done: int, total: int) -> None:
        run.progress(turn[0] * total + done, turn[1] * total)

    small = replace(job, picture=stitch.resize(window, painter.size), hole=stitch.resize_mask(hole, painter.size))
    say = None if turn[0] else run.say  # what is to be known is said once
    painted = painter.make(small, on_step=on_step, on_preview=run.preview, say=say)
    painted = seam.matched(stitch.resize(painted, square.side), window, hole)
    weights = stitch.feathered_inwards(hole, round(feather * square.side / painter.size))
    rows, columns, window_rows, window_columns = stitch.inside(square, (canvas.shape[1], canvas.shape[0]))
    canvas[rows, columns] = window[window_rows, window_columns]
    canvas[:] = stitch.stitch(canvas, painted, weights, square)
    missing[rows, columns] = 0


def _mirrored(window: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """The window with each unknown pixel as its mirror image across the nearest known one: what the seam fades into."""
    from scipy.ndimage import distance_transform_edt

    if unknown.all():
        return window
    nearest = distance_transform_edt(unknown, return_distances=False, return_indices=True)
    places = np.clip(2 * nearest - np.indices(unknown.shape), 0, np.array(unknown.shape)[:, None, None] - 1)
    places = np.where(unknown[tuple(places)], nearest, places)
    mirrored: np.ndarray = window[tuple(places)]
    return mirrored


def _needed(windows: Iterator[Square], missing: np.ndarray) -> Iterator[Square]:
    """The windows in which something is missing when it is their turn: at the corners others have painted it."""
    left = missing.copy()
    for square in windows:
        rows, columns = stitch.inside(square, (left.shape[1], left.shape[0]))[:2]
        if left[rows, columns].any():
            yield square
        left[rows, columns] = 0


def _windows(add: tuple[int, int, int, int], size: tuple[int, int], best: int) -> Iterator[Square]:
    """The windows in the order in which they are painted: from the picture outwards, first to the sides, then above and below.

    add: pixels left, right, top and bottom; size: of the whole, (W, H); best: side of the square that the model paints best.
    """
    left, right, top, bottom = add
    width, height = size
    inner = top, height - bottom
    for extent, from_left in ((left, True), (right, False)):
        edge = left if from_left else width - right
        for start, end in _bands(extent, best):
            yield from _along(edge, start, end, -1 if from_left else 1, inner, size, best, upright=True)
    for extent, from_top in ((top, True), (bottom, False)):
        edge = top if from_top else height - bottom
        for start, end in _bands(extent, best):
            yield from _along(edge, start, end, -1 if from_top else 1, (0, width), size, best, upright=False)


def _bands(extent: int, best: int) -> Iterator[tuple[int, int]]:
    """An edge's new pixels in bands of at most ``best``, from the picture outwards."""
    count = -(-extent // best)
    for number in range(count):
        yield round(extent * number / count), round(extent * (number + 1) / count)


def _along(
    edge: int, start: int, end: int, outwards: int, span: tuple[int, int], size: tuple[int, int], best: int, *, upright: bool
) -> Iterator[Square]:  # fmt: skip
    """Windows along one band, which lies from ``start`` to ``end`` pixels outside ``edge`` and reaches over ``span`` along it."""
    side = min(max(best, 2 * (end - start)), max(size))
    far = edge + outwards * end
    across = far if outwards < 0 else far - side
    length = span[1] - span[0]
    count = 1 if length <= side else -(-(length - side) // max(1, round(side * (1 - OVERLAP)))) + 1
    for number in range(count):
        room = length - side
        place = span[0] + (room // 2 if room <= 0 else round(room * number / max(1, count - 1)))
        square = Square(across, place, side) if upright else Square(place, across, side)
        yield stitch.move_inside(square, size)
