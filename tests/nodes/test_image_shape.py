"""Sizes, windows, margins and turns: exact where pixels only move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph import BadInput
from nodes.image import crop, crop_to_box, flip, pad, resize, rotate, scale, size

IMAGE = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
IMAGE.flags.writeable = False
METHODS = ["lanczos", "bicubic", "bilinear", "box", "nearest"]


def test_size() -> None:
    assert size(IMAGE) == (40, 30)


@pytest.mark.parametrize(
    ("width", "height", "fit", "expected"),
    [
        pytest.param(20, 20, "inside", (20, 15), id="inside-smaller"),
        pytest.param(400, 150, "inside", (200, 150), id="inside-larger"),
        pytest.param(20, 20, "cover", (20, 20), id="cover"),
        pytest.param(7, 300, "cover", (7, 300), id="cover-tall"),
        pytest.param(7, 300, "stretch", (7, 300), id="stretch"),
        pytest.param(80, 1, "longest side", (80, 60), id="longest-side"),
        pytest.param(1, 1, "inside", (1, 1), id="never-empty"),
    ],
)
def test_resize_sizes(width: int, height: int, fit: Any, expected: tuple[int, int]) -> None:
    assert size(resize(IMAGE, width, height, fit)) == expected


@pytest.mark.parametrize("method", METHODS)
def test_one_colour_stays_one_colour(method: Any) -> None:
    flat = np.full((31, 17, 3), (3, 250, 128), np.uint8)
    assert (resize(flat, 64, 20, "cover", method) == (3, 250, 128)).all()
    assert (scale(flat, 1.7, method) == (3, 250, 128)).all()


def test_the_same_size_is_the_same_picture() -> None:
    for fit in ("inside", "cover", "stretch", "longest side"):
        np.testing.assert_array_equal(resize(IMAGE, 40, 30 if fit != "longest side" else 1, fit), IMAGE)


def test_box_halves_by_averages_and_nearest_doubles_by_copies() -> None:
    means = IMAGE.reshape(15, 2, 20, 2, 3).mean((1, 3))
    assert abs(scale(IMAGE, 0.5, "box") - means).max() <= 1  # Pillow rounds after each of its two passes
    np.testing.assert_array_equal(scale(IMAGE, 2, "nearest"), IMAGE.repeat(2, 0).repeat(2, 1))


def test_cover_keeps_the_middle() -> None:
    np.testing.assert_array_equal(resize(IMAGE, 30, 30, "cover", "nearest"), IMAGE[:, 5:35])
    thirds = np.zeros((30, 90, 3), np.uint8)
    thirds[:, 30:60] = 200
    assert (resize(thirds, 10, 10, "cover", "box") == 200).all()


def test_huge_results_are_refused() -> None:
    with pytest.raises(BadInput, match="megapixels"):
        scale(np.zeros((4000, 4000, 3), np.uint8), 16)


def test_crop() -> None:
    np.testing.assert_array_equal(crop(IMAGE, 3, 4, 10, 20), IMAGE[4:24, 3:13])
    np.testing.assert_array_equal(crop(IMAGE, 0, 0, 40, 30), IMAGE)
    with pytest.raises(BadInput, match=r"\(31, 0\) to \(41, 30\) reaches out of a picture of 40×30"):
        crop(IMAGE, 31, 0, 10, 30)


@pytest.mark.parametrize(
    ("box", "margin", "window"),
    [
        pytest.param([3, 4, 13, 24], 0, (slice(4, 24), slice(3, 13)), id="whole-pixels"),
        pytest.param([3.7, 4.2, 12.1, 23.9], 0, (slice(4, 24), slice(3, 13)), id="fractions-grow"),
        pytest.param([3, 4, 13, 24], 2, (slice(2, 26), slice(1, 15)), id="margin"),
        pytest.param([-9, -9, 5, 99], 1, (slice(0, 30), slice(0, 6)), id="clipped"),
    ],
)
def test_crop_to_box(box: list[float], margin: int, window: tuple[slice, slice]) -> None:
    boxes = np.array([[0, 0, 1, 1], box], np.float32)
    np.testing.assert_array_equal(crop_to_box(IMAGE, boxes, 2, margin), IMAGE[window])


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        pytest.param(np.zeros((0, 4), np.float32), "there are 0", id="none"),
        pytest.param(np.array([[50, 0, 60, 9]], np.float32), "outside the picture", id="outside"),
        pytest.param(np.array([[5, 5, np.nan, 9]], np.float32), "has no area", id="not-a-number"),
        pytest.param(np.array([[5, 5, np.inf, 9]], np.float32), "has no area", id="endless"),
        pytest.param(np.array([[5, 5, 5, 9]], np.float32), "has no area", id="empty"),
    ],
)
def test_crop_to_box_fails(boxes: np.ndarray, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        crop_to_box(IMAGE, boxes)


@pytest.mark.parametrize("fill", ["colour", "edge", "reflect"])
def test_pad(fill: Any) -> None:
    image, mask = pad(IMAGE, 1, 2, 3, 4, fill, "#010203")
    assert image.shape == (36, 44, 3)
    assert mask.shape == (36, 44)
    np.testing.assert_array_equal(image[2:32, 1:41], IMAGE)
    assert (mask[2:32, 1:41] == 0).all()
    assert (mask == 255).sum() == 36 * 44 - 30 * 40
    corner = {"colour": [1, 2, 3], "edge": IMAGE[0, 0].tolist(), "reflect": IMAGE[2, 1].tolist()}[fill]
    assert image[0, 0].tolist() == corner


def test_reflect_further_than_the_picture_is_wide() -> None:
    assert pad(IMAGE[:2, :2], 9, 9, 9, 9, "reflect").image.shape == (20, 20, 3)
    assert (pad(IMAGE[:1, :1], 2, 2, 2, 2, "reflect").image == IMAGE[0, 0]).all()


def test_flip() -> None:
    np.testing.assert_array_equal(flip(IMAGE), IMAGE[:, ::-1])
    np.testing.assert_array_equal(flip(IMAGE, "top-bottom"), IMAGE[::-1])


@pytest.mark.parametrize(("angle", "turns"), [(0, 0), (90, -1), (180, 2), (-90, 1), (270, 1), (-360, 0)])
def test_quarter_turns_are_exact(angle: float, turns: int) -> None:
    np.testing.assert_array_equal(rotate(IMAGE, angle), np.rot90(IMAGE, turns))


def test_a_quarter_turn_in_the_same_frame() -> None:
    turned = rotate(IMAGE, 90, expand=False, colour="#00ff00")
    assert turned.shape == IMAGE.shape
    np.testing.assert_array_equal(turned[:, 5:35], np.rot90(IMAGE, -1)[5:35])
    assert (turned[:, :5] == (0, 255, 0)).all()
    assert (turned[:, 35:] == (0, 255, 0)).all()


def test_other_angles_turn_clockwise() -> None:
    image = np.zeros((101, 101, 3), np.uint8)
    image[:40, 45:56] = 255  # a bar from the middle upward
    turned = rotate(image, 45, expand=False, colour="#0000ff")
    assert turned[50 - 25, 50 + 25].tolist() == [255] * 3
    assert turned[50 - 25, 50 - 25].tolist() == [0] * 3
    assert turned[0, 0].tolist() == [0, 0, 255]
    assert rotate(image, 45).shape[0] in (143, 144)


@pytest.mark.parametrize(
    "make",
    [
        lambda: resize(IMAGE, 10, 10),
        lambda: crop(IMAGE, 0, 0, 5, 5),
        lambda: pad(IMAGE, 1).image,
        lambda: flip(IMAGE),
        lambda: rotate(IMAGE, 180),
        lambda: rotate(IMAGE, 5),
    ],
    ids=["resize", "crop", "pad", "flip", "rotate-exact", "rotate"],
)
def test_results_are_their_own_and_read_only(make: Any) -> None:
    result = make()
    assert result.dtype == np.uint8
    assert not result.flags.writeable
    assert result.flags.c_contiguous
    assert not np.shares_memory(result, IMAGE)
