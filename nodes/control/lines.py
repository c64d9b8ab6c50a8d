"""Lines: as an artist draws them, and straight ones of buildings and rooms."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import Image, Slider, node
from nodes.control.working import grey, picture, working
from nodes.pixels import to_bytes

WIDER = 1.6
"""The second Gaussian's width in widths of the first: the difference is then nearest to a Laplacian (Marr and Hildreth 1980)."""


@node(
    family="control",
    tags=("controlnet", "preprocessor", "annotator", "lineart", "line art", "drawing", "xdog", "ink", "sketch"),
)
def lines(
    image: Image,
    width: Annotated[float, Slider(0.3, 8.0)] = 1.0,
    sharpness: Annotated[float, Slider(1.0, 100.0)] = 40.0,
    quiet: Annotated[float, Slider(0.0, 1.0)] = 0.15,
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """White lines on black where the picture is darker than around, like a drawing, for ControlNet "lineart".

    A difference of Gaussians with soft threshold (XDoG, Winnemöller, Kyprianidis and Olsen 2012, without its tone term, so that dark surfaces are not
    filled).

    image: uint8 (H, W, 3), any size; the lines have the same height and width.
    width: standard deviation of the narrow Gaussian, in pixels of the working size: larger draws thicker and fewer lines.
    sharpness: how much the difference counts; higher draws weaker lines, too.
    quiet: how large, after sharpening, a difference must be before it is drawn, as a share of full contrast.
    resolution: the short side at which lines are looked for, in pixels; 0 is the picture's own size.
    """
    import cv2

    plane = grey(working(image, resolution)).astype(np.float32) / 255
    narrow, wide = cv2.GaussianBlur(plane, (0, 0), width), cv2.GaussianBlur(plane, (0, 0), width * WIDER)
    below = np.maximum(0.0, sharpness * (wide - narrow) - quiet)
    return picture(to_bytes(255 * np.tanh(2 * below)), image)


@node(
    family="control",
    tags=(
        "controlnet",
        "preprocessor",
        "annotator",
        "mlsd",
        "lsd",
        "architecture",
        "building",
        "room",
        "line segments",
    ),
)
def straight_lines(
    image: Image,
    shortest: Annotated[float, Slider(0.0, 0.5)] = 0.04,
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """Straight white lines on black, for ControlNet "mlsd": buildings, rooms, furniture.

    By the line segment detector LSD (Grompone von Gioi et al. 2010), which needs no weights; M-LSD, on which ControlNet was trained, joins segments better.

    image: uint8 (H, W, 3), any size; the lines have the same height and width.
    shortest: shorter lines are left out; as a share of the picture's longer side.
    resolution: the short side at which lines are looked for, in pixels; 0 is the picture's own size.
    """
    import cv2

    plane = grey(working(image, resolution))
    canvas = np.zeros_like(plane)
    found = cv2.createLineSegmentDetector().detect(plane)[0] if min(plane.shape) >= 8 else None
    for x0, y0, x1, y1 in [] if found is None else found.reshape(-1, 4):
        if np.hypot(x1 - x0, y1 - y0) >= shortest * max(plane.shape):
            cv2.line(canvas, (round(float(x0)), round(float(y0))), (round(float(x1)), round(float(y1))), 255, 1)
    return picture(canvas, image, hard=True)
