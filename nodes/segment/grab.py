"""Cutting a thing out of a photograph from a box around it, without any weights: GrabCut (Rother, Kolmogorov and Blake
2004).

Two mixtures of colours, one for the thing and one for what surrounds it, and a minimal cut between them, in rounds. It
works on a copy of at most 640 × 640 pixels, because the cut takes time with the square of the side and finds no better
colours in more pixels; the border is then fitted to the full picture with a guided filter (He, Sun and Tang 2010).
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import BadInput, Boxes, Image, Mask, Run, Slider, node
from nodes.pixels import frozen, size_text

WORKING_SIDE = 640
MARGIN = 0.4
"""How much of the surroundings is looked at, in sides of the box."""
LEAST_SIDE = 4
"""Pixels. A smaller box has too few colours to tell apart."""

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""


@node(family="segment", heavy=True, tags=("grabcut", "cut out", "foreground", "box", "select", "matting"))
def grab(image: Image, box: Boxes, rounds: Annotated[int, Slider(1, 20)] = 5, *, run: Run) -> Mask:
    """Mark the thing in a box, on any photograph, without a model.

    Draw the box a little larger than the thing: what lies outside it tells what the surroundings look like.

    image: a picture of any size; the mask has the same height and width.
    box: one box around the thing, or several boxes with one thing in each.
    rounds: how often the colours of thing and surroundings are learned anew; more helps when both are alike.
    """
    windows = [_window(one, image) for one in np.asarray(box, np.float32).reshape(-1, 4)]
    if not windows:
        raise BadInput("box", "there is no box", "give one box around the thing: left, top, right, bottom in pixels")
    mask = np.zeros(image.shape[:2], np.uint8)
    for done, window in enumerate(windows):
        run.progress(done, len(windows), "cutting out")
        _mark(mask, image, window, rounds)
    run.progress(len(windows), len(windows))
    return Mask(frozen(mask))


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


def _mark(mask: np.ndarray, image: np.ndarray, window: Window, rounds: int) -> None:
    """Add the thing in the window to the mask."""
    import cv2

    outer = _around(window, image)
    view = image[outer[1] : outer[3], outer[0] : outer[2]]
    scale = min(1.0, WORKING_SIDE / max(view.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in view.shape[1::-1])
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA) if scale < 1 else np.ascontiguousarray(view)
    left, top = (round((window[i] - outer[i]) * scale) for i in (0, 1))
    right, bottom = (max(a + 2, round((window[i] - outer[i - 2]) * scale)) for a, i in ((left, 2), (top, 3)))
    found = _cut(small, (left, top, right, bottom), rounds)
    if not found.any():
        what = f"nothing in the box ({', '.join(str(v) for v in window)}) differs from its surroundings"
        raise BadInput("box", what, "draw the box closer around the thing, or mark it by hand with a mask node")
    alpha = found.astype(np.float32) if scale == 1 else _fit_border(view, found, scale)
    inside = mask[window[1] : window[3], window[0] : window[2]]
    dx, dy = window[0] - outer[0], window[1] - outer[1]
    part = alpha[dy : dy + inside.shape[0], dx : dx + inside.shape[1]]
    np.maximum(inside, np.rint(part * 255).astype(np.uint8), out=inside)


def _around(window: Window, image: np.ndarray) -> Window:
    """The window with a margin of surroundings, within the picture."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = window
    dx, dy = max(16, round((x1 - x0) * MARGIN)), max(16, round((y1 - y0) * MARGIN))
    return max(0, x0 - dx), max(0, y0 - dy), min(width, x1 + dx), min(height, y1 + dy)


def _cut(small: np.ndarray, window: Window, rounds: int) -> np.ndarray:
    """GrabCut: bool (h, w), only inside the window."""
    import cv2

    x0, y0, x1, y1 = window
    state = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    state[y0:y1, x0:x1] = cv2.GC_PR_FGD
    if not (state == cv2.GC_BGD).any():  # a margin that scaling rounded away
        state[0], state[-1], state[:, 0], state[:, -1] = (cv2.GC_BGD,) * 4
    cv2.setRNGSeed(0)  # the mixtures start from k-means, which draws at random
    pixels = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    cv2.grabCut(pixels, state, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    found: np.ndarray = (state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)
    return found


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
