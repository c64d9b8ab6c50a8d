"""Edges: thin and sure (Canny), soft as a trained edge detector draws them, and thick as by hand."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from graph import BadInput, Image, Slider, node
from nodes.control.working import grey, picture, working
from nodes.pixels import to_bytes

SCALES = (1.0, 2.0, 4.0)
"""Standard deviations, in pixels of the working size, at which soft edges are looked for."""
FLOOR = 0.04
"""What is weaker than this share of the strongest edges is the grain of a surface."""
BAND = 0.33
"""Automatic thresholds lie this share below and above the median lightness."""


@node(family="control", tags=("controlnet", "preprocessor", "annotator", "edge detection", "outline", "contour"))
def canny(
    image: Image,
    low: Annotated[int, Slider(0, 1000)] = 100,
    high: Annotated[int, Slider(0, 1000)] = 200,
    thresholds: Literal["as given", "automatic"] = "as given",
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """Thin white edges on black, by Canny's detector (Canny 1986; Sobel of 3 × 3, L1 norm), as ControlNet "canny" expects them.

    image: uint8 (H, W, 3), any size; the edges have the same height and width.
    low: gradient from which a pixel continues an edge, in steps of lightness (0..255) summed by the Sobel mask.
    high: gradient from which an edge begins; not below `low`.
    thresholds: "automatic" takes a third below and above the median lightness of the picture in place of both.
    resolution: the short side at which edges are looked for, in pixels; 0 is the picture's own size, with finer edges in large pictures.
    """
    import cv2

    if low > high and thresholds == "as given":
        raise BadInput(
            "low", f"it is {low}, above the high threshold of {high}", "give a low threshold below the high one"
        )
    plane = grey(working(image, resolution))
    if thresholds == "automatic":
        middle = float(np.median(plane))
        low, high = round((1 - BAND) * middle), max(30, round((1 + BAND) * middle))
    return picture(cv2.Canny(plane, low, high), image, hard=True)


@node(
    family="control",
    tags=("controlnet", "preprocessor", "annotator", "softedge", "hed", "pidinet", "gradient", "outline"),
)
def soft_edges(
    image: Image,
    strength: Annotated[float, Slider(0.1, 5.0)] = 1.0,
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """Soft white edges on black for ControlNet "softedge": strong outlines bright, fine texture dim.

    Made without a trained detector: the gradient magnitude of all three channels at three scales, each normalised by its scale (Lindeberg 1998) and
    averaged. HED and PiDiNet, on which ControlNet was trained, know better which outlines belong to things.

    image: uint8 (H, W, 3), any size; the edges have the same height and width.
    strength: how bright weak edges are drawn; 1 makes the strongest one in two hundred pixels white.
    resolution: the short side at which edges are looked for, in pixels; 0 is the picture's own size.
    """
    return picture(_soft(working(image, resolution), strength), image)


@node(family="control", tags=("controlnet", "preprocessor", "annotator", "sketch", "doodle", "hand drawn", "outline"))
def scribble(
    image: Image,
    detail: Annotated[float, Slider(0.0, 1.0)] = 0.5,
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """Thick white strokes on black along the main outlines, as if scribbled by hand, for ControlNet "scribble".

    The ridges of `soft_edges` (non-maximum suppression in four directions), drawn wide and hard as in ControlNet 1.1.

    image: uint8 (H, W, 3), any size; the strokes have the same height and width.
    detail: 0 draws the strongest outlines alone, 1 nearly every edge.
    resolution: the short side at which outlines are looked for, in pixels; 0 is the picture's own size.
    """
    import cv2

    edges = cv2.GaussianBlur(_soft(working(image, resolution), 1.0).astype(np.float32), (0, 0), 3.0)
    ridge = np.zeros(edges.shape, np.float32)
    for steps in ((0, 1), (1, 0), (1, 1), (1, -1)):
        kernel = np.zeros((3, 3), np.uint8)
        kernel[1, 1] = kernel[1 + steps[0], 1 + steps[1]] = kernel[1 - steps[0], 1 - steps[1]] = 1
        top = cv2.dilate(edges, kernel)
        ridge[(top == edges) & (edges > 20 + (1 - detail) * 160)] = 255
    wide = cv2.GaussianBlur(ridge, (0, 0), 3.0)
    return picture(np.where(wide > 4, 255, 0).astype(np.uint8), image, hard=True)


def _soft(image: np.ndarray, strength: float) -> np.ndarray:
    """Scale-normalised gradient magnitude, uint8 (h, w)."""
    import cv2

    pixels = image.astype(np.float32)
    total = np.zeros(image.shape[:2], np.float32)
    for scale in SCALES:
        smooth = cv2.GaussianBlur(pixels, (0, 0), scale)
        across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
        total += scale * np.hypot(across, down).max(2)
    top = max(float(np.quantile(total, 0.995)), len(SCALES) * 8.0)  # noise of an even surface stays dark
    return to_bytes(255 * np.clip(strength * (total / top - FLOOR) / (1 - FLOOR), 0, 1) ** 0.75)
