"""The tone curve of a picture, drawn through a few points: the tool with which photographers set light and colour.

Between its points the curve is the monotone cubic of Fritsch and Carlson (1980), which goes neither above nor below the points that it joins: lifting one
point never makes a dent beside it, as a natural spline does.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from graph import Curve, Image, node
from nodes.pixels import frozen, to_bytes

STRAIGHT = cast(Curve, ((0, 0), (1, 1)))
"""The curve that changes nothing."""


@node(family="image", tags=("tone curve", "levels", "gradation", "contrast", "colour grading", "lightroom"))
def curves(
    image: Image,
    all: Curve = STRAIGHT,
    red: Curve = STRAIGHT,
    green: Curve = STRAIGHT,
    blue: Curve = STRAIGHT,
) -> Image:
    """Set light and colour with curves; a straight line from corner to corner leaves the pixels as they are.

    To the right lies what is bright in the picture, upwards what it becomes. An S makes more contrast.

    image: any size.
    all: for red, green and blue alike, after their own curves.
    red: for red alone; lowered, the picture turns to cyan.
    green: for green alone; lowered, the picture turns to magenta.
    blue: for blue alone; lowered, the picture turns to yellow.
    """
    levels = np.arange(256) / 255
    together = [to_bytes(255 * curve_at(all, curve_at(own, levels))) for own in (red, green, blue)]
    if np.array_equal(together, np.tile(np.arange(256), (3, 1))):
        return image
    made = np.empty_like(image)
    for channel, table in enumerate(together):
        made[..., channel] = table[image[..., channel]]
    return Image(frozen(made))


def curve_at(points: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The height of a curve at each of ``x``: float64, as many. points: (N, 2), x rising. Before the first and behind the last point it is level."""
    places, heights = np.asarray(points, np.float64).T
    steps = np.diff(places)
    slopes = np.diff(heights) / steps
    tangents = _tangents(slopes)
    at = np.clip(x, places[0], places[-1])
    part = np.clip(np.searchsorted(places, at, side="right") - 1, 0, len(steps) - 1)
    step = steps[part]
    share = (at - places[part]) / step
    rest = 1 - share
    return (
        heights[part] * (1 + 2 * share) * rest**2
        + heights[part + 1] * (3 - 2 * share) * share**2
        + tangents[part] * step * share * rest**2
        - tangents[part + 1] * step * share**2 * rest
    )


def _tangents(slopes: np.ndarray) -> np.ndarray:
    """Fritsch and Carlson's: level where the curve turns, and elsewhere no steeper than three times the chords beside them."""
    tangents = np.concatenate([slopes[:1], (slopes[:-1] + slopes[1:]) / 2, slopes[-1:]])
    tangents[1:-1][slopes[:-1] * slopes[1:] <= 0] = 0
    for index, slope in enumerate(slopes):
        if slope == 0:
            tangents[index : index + 2] = 0
            continue
        length = float(np.hypot(*(tangents[index : index + 2] / slope)))
        if length > 3:
            tangents[index : index + 2] *= 3 / length
    return tangents
