"""Drawn shapes, against the share of each pixel that lies inside, counted on a fine grid."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadInput
from nodes.mask import raster
from nodes.mask.shapes import blank, ellipse, polygon, rectangle

FINE = 40
CLOSE = 10
"""Steps of 255 by which the fine grid and sixteen lines per pixel may differ."""


def coverage(height, width, inside):
    """Return 255 times the share of each pixel's FINE × FINE points for which inside(x, y) holds."""
    y, x = (np.indices((height * FINE, width * FINE)) + 0.5) / FINE
    return 255 * inside(x, y).reshape(height, FINE, width, FINE).mean(axis=(1, 3))


@pytest.mark.parametrize("value", ["black", "white"])
@pytest.mark.parametrize("image", [None, np.zeros((3, 4, 3), np.uint8)], ids=["numbers", "image"])
def test_blank(image, value):
    result = blank(image, 4, 3, value)
    assert result.shape == (3, 4)
    assert (result == (255 if value == "white" else 0)).all()


@pytest.mark.parametrize(
    "sides",
    [
        pytest.param((2.0, 3.0, 9.0, 8.0), id="whole pixels"),
        pytest.param((2.25, 3.5, 9.75, 8.125), id="sixteenths"),
        pytest.param((0.0, 0.0, 12.0, 10.0), id="the whole picture"),
        pytest.param((-5.0, -5.0, 3.5, 30.0), id="beyond the picture"),
        pytest.param((4.25, 4.25, 4.75, 4.75), id="within one pixel"),
    ],
)
def test_rectangle_is_exact(sides):
    left, top, right, bottom = sides
    across = np.clip(np.minimum(right, np.arange(12) + 1) - np.maximum(left, np.arange(12)), 0, 1)
    down = np.clip(np.minimum(bottom, np.arange(10) + 1) - np.maximum(top, np.arange(10)), 0, 1)
    assert abs(rectangle(None, *sides, width=12, height=10) - 255 * np.outer(down, across)).max() <= 0.51


@pytest.mark.parametrize(
    ("sides", "corners"),
    [
        pytest.param((2.0, 1.0, 14.0, 11.0), 3.0, id="rounded"),
        pytest.param((2.0, 1.0, 14.0, 11.0), 99.0, id="at most half the side"),
        pytest.param((-4.0, -3.0, 9.5, 8.25), 5.5, id="cut off"),
    ],
)
def test_rounded_rectangle(sides, corners):
    left, top, right, bottom = sides
    radius = min(corners, (right - left) / 2, (bottom - top) / 2)

    def inside(x, y):
        away_x = np.maximum(np.maximum(left + radius - x, x - (right - radius)), 0)
        away_y = np.maximum(np.maximum(top + radius - y, y - (bottom - radius)), 0)
        return away_x**2 + away_y**2 <= radius**2

    drawn = rectangle(None, *sides, corners, width=16, height=12)
    assert abs(drawn - coverage(12, 16, inside)).max() <= CLOSE


@pytest.mark.parametrize(
    "sides",
    [
        pytest.param((2.0, 1.0, 14.0, 11.0), id="inside"),
        pytest.param((5.3, 4.1, 6.2, 4.9), id="smaller than a pixel"),
        pytest.param((-8.0, -3.0, 9.5, 8.25), id="cut off"),
        pytest.param((20.0, 20.0, 30.0, 30.0), id="outside"),
    ],
)
def test_ellipse(sides):
    left, top, right, bottom = sides

    def inside(x, y):
        return ((2 * x - left - right) / (right - left)) ** 2 + ((2 * y - top - bottom) / (bottom - top)) ** 2 <= 1

    assert abs(ellipse(None, *sides, width=16, height=12) - coverage(12, 16, inside)).max() <= CLOSE


def test_a_circle_has_the_area_of_a_circle():
    drawn = ellipse(None, 20.0, 20.0, 220.0, 220.0, 240, 240)
    assert drawn.sum() / 255 == pytest.approx(np.pi * 100**2, rel=1e-4)
    np.testing.assert_array_equal(drawn, drawn[:, ::-1])
    np.testing.assert_array_equal(drawn, drawn[::-1])


def even_odd(points):
    """Return the function that tells, by counting crossings to the left, whether points lie inside an outline."""

    def inside(x, y):
        odd = np.zeros(x.shape, bool)
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            if y0 != y1:
                odd ^= ((y0 <= y) != (y1 <= y)) & (x0 + (y - y0) * (x1 - x0) / (y1 - y0) < x)
        return odd

    return inside


OUTLINES = [
    pytest.param([[2, 1], [14, 3], [5, 11]], id="triangle"),
    pytest.param([[8, 0], [12, 12], [1, 4], [15, 4], [4, 12]], id="star with a hollow middle"),
    pytest.param([[2.5, 2.5], [9.5, 2.5], [9.5, 7.25], [6, 7.25], [6, 4], [2.5, 4]], id="not convex"),
    pytest.param([[-20, 5], [40, -9], [30, 40]], id="beyond the picture"),
    pytest.param([[-20, -5], [-4, -9], [-3, 4]], id="outside"),
    pytest.param([[1, 5], [9, 5], [5, 5]], id="a level line"),
    pytest.param([[3, 3], [3, 3], [3, 3]], id="one point"),
]


@pytest.mark.parametrize("points", OUTLINES)
def test_polygon(points):
    assert abs(polygon(points, None, 16, 12) - coverage(12, 16, even_odd(points))).max() <= CLOSE


@pytest.mark.parametrize("points", OUTLINES)
def test_a_polygon_drawn_in_bands_is_the_same(points, monkeypatch):
    whole = polygon(points, None, 16, 12)
    monkeypatch.setattr(raster, "CROSSINGS", 5 * len(points) * raster.LINES)
    np.testing.assert_array_equal(polygon(points, None, 16, 12), whole)


def test_the_size_of_an_image_wins():
    image = np.zeros((20, 30, 3), np.uint8)
    for drawn in (rectangle(image), ellipse(image), polygon([[0, 0], [9, 0], [0, 9]], image)):
        assert drawn.shape == (20, 30)
        assert drawn.dtype == np.uint8
        assert not drawn.flags.writeable


@pytest.mark.parametrize(
    ("draw", "socket", "message"),
    [
        pytest.param(lambda: rectangle(None, 9.0, 0.0, 9.0, 5.0), "right", "9 is not beyond left, 9", id="no width"),
        pytest.param(lambda: ellipse(None, 0.0, 7.0, 9.0, 5.0), "bottom", "5 is not beyond top, 7", id="upside down"),
        pytest.param(lambda: polygon([[0, 0], [1, 1]]), "points", "2 points have no inside", id="two points"),
        pytest.param(lambda: polygon([]), "points", "0 points have no inside", id="no points"),
        pytest.param(lambda: polygon([[0, 0], [1, 1], [2]]), "points", "point 3 is", id="half a point"),
        pytest.param(lambda: polygon([[0, 0], [1, 1], [2, 1e300]]), "points", "point 3 is", id="far away"),
    ],
)
def test_shapes_say_what_is_wrong(draw, socket, message):
    with pytest.raises(BadInput, match=message) as caught:
        draw()
    assert caught.value.socket == socket
    assert caught.value.cure
