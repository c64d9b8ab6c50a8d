"""Holes, connected parts and boxes, against a flood fill that walks pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadInput
from nodes.mask.boxes import box, from_boxes, to_boxes
from nodes.mask.parts import fill_holes, largest_parts
from tests.nodes.mask_truth import areas, mask, noise


@pytest.mark.parametrize(
    ("before", "largest", "after"),
    [
        pytest.param(["####", "#.##", "####"], 0, ["####", "####", "####"], id="one hole"),
        pytest.param(["####", "..##", "####"], 0, ["####", "..##", "####"], id="open at the frame"),
        pytest.param([".#.", "#.#", ".#."], 0, [".#.", "###", ".#."], id="a diamond closes"),
        pytest.param(
            ["#####", "#.#.#", "#.###", "#####"], 1, ["#####", "#.###", "#.###", "#####"], id="small ones only"
        ),
        pytest.param(["#####", "#fff#", "#f.f#", "#fff#", "#####"], 0, ["#####"] * 5, id="with its soft rim"),
        pytest.param(["hhh", "h.h", "hhh"], 0, ["hhh", "h#h", "hhh"], id="in a soft part"),
        pytest.param([".fff.", ".f#f.", ".fff."], 0, [".fff.", ".f#f.", ".fff."], id="outer soft edges stay"),
        pytest.param(
            ["......", ".####.", ".#..#.", ".####."], 0, ["......"] + [".####."] * 3, id="away from the frame"
        ),
        pytest.param(["."], 0, ["."], id="1x1 empty"),
        pytest.param(["#"], 0, ["#"], id="1x1 full"),
    ],
)
def test_fill_holes(before, largest, after):
    np.testing.assert_array_equal(fill_holes(mask(*before), largest), mask(*after))


@pytest.mark.parametrize("seed", range(6))
def test_fill_holes_matches_a_flood_from_the_frame(seed):
    array = np.where(np.random.default_rng(seed).random((14, 17)) < 0.5, np.uint8(255), np.uint8(0))
    truth = array.copy()
    for area in areas(array == 0, corners=False):
        if not (area[0].any() or area[-1].any() or area[:, 0].any() or area[:, -1].any()):
            truth[area] = 255
    assert (truth != array).any()
    np.testing.assert_array_equal(fill_holes(array), truth)


@pytest.mark.parametrize(
    ("keep", "smallest", "after"),
    [
        pytest.param(1, 0, ["##....", "##....", "......", "......"], id="the largest"),
        pytest.param(2, 0, ["##..##", "##....", "......", "......"], id="two"),
        pytest.param(0, 2, ["##..##", "##....", "......", "......"], id="any of two pixels"),
        pytest.param(0, 0, ["##..##", "##....", "......", ".....#"], id="all"),
        pytest.param(1, 5, ["......", "......", "......", "......"], id="none is large enough"),
        pytest.param(99, 0, ["##..##", "##....", "......", ".....#"], id="more than there are"),
    ],
)
def test_largest_parts(keep, smallest, after):
    before = mask("##..##", "##....", "......", ".....#")
    np.testing.assert_array_equal(largest_parts(before, keep, smallest), mask(*after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(["##f..f#", ".f....."], ["##f....", ".f....."], id="soft edges go with the nearest part"),
        pytest.param(["#..", ".#.", "..."], ["#..", ".#.", "..."], id="corners connect"),
        pytest.param(["#.#"], ["#.."], id="the first of equals"),
        pytest.param(["fff"], ["..."], id="nothing is sure"),
        pytest.param(["."], ["."], id="1x1 empty"),
        pytest.param(["#"], ["#"], id="1x1 full"),
    ],
)
def test_largest_part(before, after):
    np.testing.assert_array_equal(largest_parts(mask(*before)), mask(*after))


@pytest.mark.parametrize("seed", range(6))
def test_parts_and_boxes_match_a_flood(seed):
    array = noise(15, 18, "hard", seed)
    found = sorted(areas(array > 0, corners=True), key=lambda area: -int(area.sum()))
    truth = np.zeros_like(array)
    for area in found:
        if area.sum() >= 3:
            truth[area] = 255
    np.testing.assert_array_equal(largest_parts(array, 0, 3), truth)
    wanted = [[*np.argwhere(area).min(axis=0)[::-1], *(np.argwhere(area).max(axis=0)[::-1] + 1)] for area in found]
    assert sorted(to_boxes(array).tolist()) == sorted(np.array(wanted, float).tolist())


THREE = mask("#.....##", "......##", "........", "..##....", "..##....", "..##...f")


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        pytest.param({}, [[2, 3, 4, 6], [6, 0, 8, 2], [0, 0, 1, 1]], id="largest first"),
        pytest.param({"order": "left to right"}, [[0, 0, 1, 1], [2, 3, 4, 6], [6, 0, 8, 2]], id="left to right"),
        pytest.param({"order": "top to bottom"}, [[0, 0, 1, 1], [6, 0, 8, 2], [2, 3, 4, 6]], id="top to bottom"),
        pytest.param({"each": "all"}, [[0, 0, 8, 6]], id="one around all"),
        pytest.param({"each": "all", "smallest": 5}, [[2, 3, 4, 6]], id="one around all large ones"),
        pytest.param({"smallest": 4, "margin": 1}, [[1, 2, 5, 6], [5, 0, 8, 3]], id="margin ends at the frame"),
        pytest.param({"smallest": 7}, [], id="none large enough"),
    ],
)
def test_to_boxes(options, wanted):
    result = to_boxes(THREE, **options)
    assert result.tolist() == wanted
    assert result.shape == (len(wanted), 4)
    assert result.dtype == np.float32


@pytest.mark.parametrize("each", ["part", "all"])
@pytest.mark.parametrize("order", ["largest first", "left to right", "top to bottom"])
def test_an_empty_mask_has_no_boxes(each, order):
    assert to_boxes(mask(".."), each, order).shape == (0, 4)


def test_box():
    assert box(3, 4, 10, 20).tolist() == [[3, 4, 13, 24]]


@pytest.mark.parametrize(
    ("boxes", "wanted"),
    [
        pytest.param([[1, 0, 3, 2]], [[0, 255, 255, 0], [0, 255, 255, 0], [0, 0, 0, 0]], id="whole pixels"),
        pytest.param([[0.5, 0.5, 2, 1]], [[64, 128, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], id="parts of pixels"),
        pytest.param([[-9, -9, 1, 1], [3, 2, 99, 99]], [[255, 0, 0, 0], [0] * 4, [0, 0, 0, 255]], id="two, cut off"),
        pytest.param([[0, 0, 2, 2], [1, 1, 3, 3]], [[255, 255, 0, 0], [255] * 3 + [0], [0, 255, 255, 0]], id="overlap"),
        pytest.param([[50, 50, 60, 60], [-7, 0, -3, 2]], [[0] * 4] * 3, id="outside"),
        pytest.param([[-1e30, -1e30, 1e30, 1e30]], [[255] * 4] * 3, id="huge"),
        pytest.param([], [[0] * 4] * 3, id="none"),
    ],
)
def test_from_boxes(boxes, wanted):
    array = np.array(boxes, np.float32).reshape(-1, 4)
    np.testing.assert_array_equal(from_boxes(array, None, 0.0, 4, 3), wanted)
    np.testing.assert_array_equal(from_boxes(array, np.zeros((3, 4, 3), np.uint8)), wanted)


def test_boxes_go_to_a_mask_and_back():
    boxes = np.array([[20, 30, 60, 90], [70, 5, 80, 25]], np.float32)
    np.testing.assert_array_equal(to_boxes(from_boxes(boxes, None, 0.0, 100, 100)), boxes)
    rounded = from_boxes(boxes, None, 4.0, 100, 100)
    np.testing.assert_array_equal(to_boxes(rounded), boxes)
    assert rounded[30, 20] < 128 < rounded[30, 30]


@pytest.mark.parametrize(
    ("boxes", "size", "message"),
    [
        pytest.param([[0, 0, 2, 2]], (0, 5), "[Cc]onnect an image", id="no size"),
        pytest.param([[0, 0, 2, 2], [5, 0, 5, 9]], (9, 9), "box 1 has no area: 5, 0, 5, 9", id="no width"),
        pytest.param([[0, np.nan, 2, 2]], (9, 9), "box 0 has no area", id="not a number"),
    ],
)
def test_from_boxes_says_what_is_wrong(boxes, size, message):
    with pytest.raises(BadInput, match=message):
        from_boxes(np.array(boxes, np.float32), None, 0.0, *size)
