"""Cutting a thing out of a photograph from a box around it or from points on it, without any weights: GrabCut (Rother,
Kolmogorov and Blake 2004). A point is a short stroke of a brush: what lies under it is settled, the rest is found.

Two mixtures of colours, one for the thing and one for what surrounds it, and a minimal cut between them, in rounds. It
works on a copy of at most 640 × 640 pixels, because the cut takes time with the square of the side and finds no better
colours in more pixels; the border is then fitted to the full picture with a guided filter (He, Sun and Tang 2010).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import BadInput, Boxes, Image, Mask, OnPicture, Points, Run, Slider, node
from nodes.pixels import frozen, size_text

WORKING_SIDE = 640
MARGIN = 0.4
"""How much of the surroundings is looked at, in sides of the box."""
LEAST_SIDE = 4
"""Pixels. A smaller box has too few colours to tell apart."""
STROKE = 0.012
"""Radius of the stroke that a point stands for, in longer sides of what is worked on."""
SURFACE, EVEN = 0.15, 10
"""It stands for the even surface that it lies on as well: how far at most, in longer sides, and how much each channel may differ."""
AROUND_POINT = 0.05
"""Half a side of what is first taken for the thing around a point outside all boxes, in shorter sides of the picture."""
THREAD = 0.012
"""What is thinner than this, in longer sides of what is worked on, does not join two things."""
NONE = np.zeros((0, 3), np.float32)

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""


@node(family="segment", heavy=True, tags=("grabcut", "cut out", "foreground", "box", "select", "matting"))
def grab(
    image: Image,
    box: Annotated[Boxes, OnPicture("image")] | None = None,
    rounds: Annotated[int, Slider(1, 20)] = 5,
    points: Annotated[Points, OnPicture("image")] | None = None,
    *,
    run: Run,
) -> Mask:
    """Mark the thing in a box or under points, on any photograph, without a model.

    Draw the box a little larger than the thing: what lies outside it tells what the surroundings look like. Points mend
    what the box alone does not find, and do without a box where the thing differs clearly from what is around it.

    image: a picture of any size; the mask has the same height and width.
    box: one box around the thing, or several boxes with one thing in each; may be left out when there are points.
    rounds: how often the colours of thing and surroundings are learned anew; more helps when both are alike.
    points: places that belong to the thing (1) and places that do not (0); of several boxes each takes those next to it.
    """
    boxes = NONE if box is None else np.asarray(box, np.float32).reshape(-1, 4)
    dots = _points(points, image)
    windows: list[Window | None] = [_window(one, image) for one in boxes]
    if not windows and not (dots[:, 2] > 0).any():
        missing = "there is no box and no point that belongs to the thing"
        raise BadInput("box", missing, "give one box around the thing (left, top, right, bottom in pixels), or points")
    mask = np.zeros(image.shape[:2], np.uint8)
    for done, window in enumerate(windows or [None]):
        run.progress(done, len(windows) or 1, "cutting out")
        _mark(mask, image, window, rounds, _next_to(window, windows, dots))
    run.progress(len(windows) or 1, len(windows) or 1)
    return Mask(frozen(mask))


def _points(points: np.ndarray | None, image: np.ndarray) -> np.ndarray:
    """float32 (N, 3); BadInput names the first that lies outside the picture."""
    dots = NONE if points is None else np.asarray(points, np.float32).reshape(-1, 3)
    height, width = image.shape[:2]
    for x, y, _ in dots:
        if not (0 <= x < width and 0 <= y < height):
            what = f"the point ({x:g}, {y:g}) is not in the picture of {size_text(image)}"
            raise BadInput("points", what, f"give x from 0 to {width - 1} and y from 0 to {height - 1}, in pixels")
    return dots


def _next_to(window: Window | None, windows: list[Window | None], dots: np.ndarray) -> np.ndarray:
    """The points that count for a box: all that do not belong to its thing, and of the others those no nearer to another box."""
    boxes = np.array([other for other in windows if other], np.float32)
    if window is None or len(boxes) < 2 or not len(dots):
        return dots
    beyond = np.maximum(boxes[None, :, :2] - dots[:, None, :2], dots[:, None, :2] - boxes[None, :, 2:])
    nearest = np.hypot(*np.maximum(beyond, 0).transpose(2, 0, 1)).argmin(1)
    return dots[(dots[:, 2] == 0) | (nearest == windows.index(window))]


def _window(box: np.ndarray, image: np.ndarray) -> Window:
    """The box in whole pixels within the picture; BadInput when nothing of it is inside."""
    height, width = image.shape[:2]
    named = f"the box ({', '.join(f'{v:g}' for v in box)})"
    if not np.isfinite(box).all():
        raise BadInput("box", f"{named} is not made of finite numbers", "give left, top, right, bottom in pixels")
    x0, y0, x1, y1 = (round(float(v)) for v in np.clip(box, 0, [width, height, width, height]))
    if x1 - x0 < LEAST_SIDE or y1 - y0 < LEAST_SIDE:
        what = f"{named} has {max(0, x1 - x0)}×{max(0, y1 - y0)} pixels inside the picture of {size_text(image)}"
        raise BadInput("box", what, f"give left, top, right, bottom in pixels, at least {LEAST_SIDE} apart")
    if (x1 - x0) * (y1 - y0) == height * width:
        what = f"{named} is the whole picture, so nothing shows what the surroundings look like"
        raise BadInput("box", what, "draw the box closer to the thing, with some surroundings outside it")
    return x0, y0, x1, y1


def _mark(mask: np.ndarray, image: np.ndarray, window: Window | None, rounds: int, dots: np.ndarray) -> None:
    """Add the thing in the window (None: under the points) to the mask."""
    import cv2

    likely = [*([window] if window else []), *_around_points(window, dots, image)]
    reach = _joined(likely) if window else (0, 0, image.shape[1], image.shape[0])
    outer = _around(reach, image)
    view = image[outer[1] : outer[3], outer[0] : outer[2]]
    scale = min(1.0, WORKING_SIDE / max(view.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in view.shape[1::-1])
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA) if scale < 1 else np.ascontiguousarray(view)
    state = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    _fill(state, reach, outer, scale, cv2.GC_PR_BGD)
    for part in likely:
        _fill(state, part, outer, scale, cv2.GC_PR_FGD)
    _settle(state, small, (dots - [outer[0], outer[1], 0]) * [scale, scale, 1])
    found = _cut(small, state, rounds)
    if window is None:
        found = _under(found, (dots[:, :2] - outer[:2]) * scale, dots[:, 2] > 0)
    if not found.any():
        raise _nothing(window, dots)
    alpha = found.astype(np.float32) if scale == 1 else _fit_border(view, found, scale)
    inside = mask[reach[1] : reach[3], reach[0] : reach[2]]
    dx, dy = reach[0] - outer[0], reach[1] - outer[1]
    part_of = alpha[dy : dy + inside.shape[0], dx : dx + inside.shape[1]]
    np.maximum(inside, np.rint(part_of * 255).astype(np.uint8), out=inside)


def _nothing(window: Window | None, dots: np.ndarray) -> BadInput:
    if window is None:
        what = "nothing around the points differs from its surroundings"
        return BadInput("points", what, "add a point that does not belong to the thing, or draw a box around it")
    where = ", ".join(str(v) for v in window)
    cure = "draw the box closer around the thing, add a point on it, or mark it by hand with a mask node"
    return BadInput("box", f"nothing in the box ({where}) differs from its surroundings", cure)


def _around_points(window: Window | None, dots: np.ndarray, image: np.ndarray) -> list[Window]:
    """What is first taken for the thing around each point that belongs to it and lies outside the box."""
    height, width = image.shape[:2]
    reach = max(LEAST_SIDE, round(min(height, width) * AROUND_POINT))
    found: list[Window] = []
    for x, y in dots[dots[:, 2] > 0, :2].astype(int).tolist():
        if window is None or not (window[0] <= x < window[2] and window[1] <= y < window[3]):
            found.append((max(0, x - reach), max(0, y - reach), min(width, x + reach + 1), min(height, y + reach + 1)))
    return found


def _joined(windows: list[Window]) -> Window:
    """The window around all of them."""
    x0, y0, x1, y1 = zip(*windows, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _around(window: Window, image: np.ndarray) -> Window:
    """The window with a margin of surroundings, within the picture."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = window
    dx, dy = max(16, round((x1 - x0) * MARGIN)), max(16, round((y1 - y0) * MARGIN))
    return max(0, x0 - dx), max(0, y0 - dy), min(width, x1 + dx), min(height, y1 + dy)


def _fill(state: np.ndarray, window: Window, outer: Window, scale: float, value: int) -> None:
    """Write a value into a window of the picture, on the small copy of `outer`."""
    left, top = (round((window[i] - outer[i]) * scale) for i in (0, 1))
    right, bottom = (max(a + 2, round((window[i] - outer[i - 2]) * scale)) for a, i in ((left, 2), (top, 3)))
    state[top:bottom, left:right] = value


def _settle(state: np.ndarray, small: np.ndarray, dots: np.ndarray) -> None:
    """Draw each point, in pixels of the small picture, as a stroke that GrabCut may not change."""
    import cv2

    height, width = state.shape
    even = cv2.medianBlur(small, 3)
    for x, y, belongs in sorted(dots.tolist(), key=lambda dot: -dot[2]):
        at = min(width - 1, max(0, round(x))), min(height - 1, max(0, round(y)))
        near, surface = np.zeros((height, width), np.uint8), np.zeros((height + 2, width + 2), np.uint8)
        cv2.circle(near, at, round(SURFACE * max(height, width)), 1, -1)
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8)
        cv2.floodFill(even, surface, at, 0, (EVEN,) * 3, (EVEN,) * 3, flags)
        stroke = near & surface[1:-1, 1:-1]
        cv2.circle(stroke, at, max(1, round(STROKE * max(height, width))), 1, -1)
        state[stroke > 0] = cv2.GC_FGD if belongs else cv2.GC_BGD
    for x, y, belongs in dots.tolist():  # the even surface of one point never settles another
        at = min(width - 1, max(0, round(x))), min(height - 1, max(0, round(y)))
        cv2.circle(state, at, 1, cv2.GC_FGD if belongs else cv2.GC_BGD, -1)


def _cut(small: np.ndarray, state: np.ndarray, rounds: int) -> np.ndarray:
    """GrabCut: bool (h, w). state: uint8 (h, w), what is settled and what is likely, in OpenCV's four values."""
    import cv2

    if not ((state == cv2.GC_BGD) | (state == cv2.GC_PR_BGD)).any():  # a margin that scaling rounded away
        state[0], state[-1], state[:, 0], state[:, -1] = (cv2.GC_BGD,) * 4
    likely = (state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)
    if likely.all() or not likely.any():  # a single pixel, or points that leave nothing of the box
        return np.zeros(state.shape, bool)
    cv2.setRNGSeed(0)  # the mixtures start from k-means, which draws at random
    pixels = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    cv2.grabCut(pixels, state, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    found: np.ndarray = (state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)
    return found


def _under(found: np.ndarray, dots: np.ndarray, belong: np.ndarray) -> np.ndarray:
    """The connected parts of what was found that lie under points: without a box, the same colours elsewhere are other things.

    What hangs together by a thread only is not connected, unless a point lies on the thread.
    """
    import cv2

    height, width = found.shape
    at = np.clip(np.rint(dots[belong]).astype(int), 0, [width - 1, height - 1])
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(THREAD * max(height, width) / 2) + 1,) * 2)
    thick = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    body = cv2.dilate(_parts_at(thick, at), kernel)
    thin = at[body[at[:, 1], at[:, 0]] == 0]
    under: np.ndarray = found & ((body | _parts_at(found.astype(np.uint8), thin)) > 0)
    return under


def _parts_at(found: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The connected parts, uint8 0 or 1, that lie under places (N, 2)."""
    import cv2

    _, parts = cv2.connectedComponents(found, connectivity=4)
    wanted = [part for part in np.unique(parts[at[:, 1], at[:, 0]]).tolist() if part]
    return np.isin(parts, wanted).astype(np.uint8)


def _fit_border(view: np.ndarray, found: np.ndarray, scale: float) -> np.ndarray:
    """The small mask at full size, float32 0..1: its border follows the picture's edges, elsewhere it is exactly 0 or
    1.
    """
    import cv2

    height, width = view.shape[:2]
    rough = cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    reach = max(2, round(2 / scale))
    fitted = _guided(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255, rough, reach)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    core, rim = cv2.erode(rough, kernel), cv2.dilate(rough, kernel)
    soft = np.clip((fitted - 0.5) * 2.5 + 0.5, 0, 1)  # a border one or two pixels wide, not as wide as the filter
    return np.where(core >= 1, 1, np.where(rim <= 0, 0, soft)).astype(np.float32)


def _guided(guide: np.ndarray, mask: np.ndarray, reach: int, smooth: float = 1e-4) -> np.ndarray:
    """Guided filter: in every window the mask is a linear function of the guide, so it has edges where the guide has
    them.
    """
    import cv2

    def mean(array: np.ndarray) -> np.ndarray:
        blurred: np.ndarray = cv2.blur(array, (2 * reach + 1, 2 * reach + 1))
        return blurred

    mean_guide, mean_mask = mean(guide), mean(mask)
    slope = (mean(guide * mask) - mean_guide * mean_mask) / (mean(guide * guide) - mean_guide**2 + smooth)
    return mean(slope) * guide + mean(mean_mask - slope * mean_guide)
