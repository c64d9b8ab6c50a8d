"""Side by side, difference and before/after."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadInput
from nodes.image import difference, grid, side_by_side, slider_strip

RANDOM = np.random.default_rng(0)
FIRST, SECOND = (RANDOM.integers(0, 256, (60, 80, 3), dtype=np.uint8) for _ in range(2))
for array in (FIRST, SECOND):
    array.flags.writeable = False


def test_side_by_side_keeps_both_and_centres_the_lower() -> None:
    sheet = side_by_side(FIRST, SECOND[:40], gap=5, colour="#0000ff")
    assert sheet.shape == (60, 165, 3)
    np.testing.assert_array_equal(sheet[:, :80], FIRST)
    np.testing.assert_array_equal(sheet[10:50, 85:], SECOND[:40])
    for blank in (sheet[:, 80:85], sheet[:10, 85:], sheet[50:, 85:]):
        assert (blank == (0, 0, 255)).all()


def test_labels_are_drawn_in_their_corners_only() -> None:
    sheet = side_by_side(FIRST, SECOND, "one", "two", gap=0)
    changed = (sheet != np.concatenate([FIRST, SECOND], axis=1)).any(axis=2)
    assert not changed[25:].any()
    assert changed[:, :40].any()
    assert changed[:, 120:].any()
    assert not changed[:, 45:115].any()
    assert not FIRST.flags.writeable


def test_a_label_longer_than_the_picture_is_cut() -> None:
    assert side_by_side(FIRST, SECOND, "word " * 100, "x" * 1000, gap=0).shape == (60, 160, 3)
    assert side_by_side(FIRST[:2, :2], SECOND[:2, :2], "label", "label").shape == (2, 12, 3)


def test_a_label_that_the_font_cannot_write() -> None:
    with pytest.raises(BadInput, match="has no 'ü'") as error:
        slider_strip(FIRST, SECOND, after_label="grün")
    assert error.value.socket == "after_label"


def test_difference() -> None:
    other = FIRST.copy()
    other[0, 0] = FIRST[0, 0] ^ 1  # one step in every channel
    other[0, 1, 2] = 255 - FIRST[0, 1, 2]
    image, mask, changed = difference(FIRST, other, amplify=7.0)
    assert image[0, 0].tolist() == [7, 7, 7]
    assert image[0, 1, 2] == min(255, 7 * abs(int(FIRST[0, 1, 2]) - int(other[0, 1, 2])))
    assert mask[0, :2].tolist() == [255, 255]
    assert mask.sum() == 2 * 255
    assert not image[1:].any()
    assert changed == 2 / (60 * 80)


def test_difference_does_not_wrap_and_is_the_same_both_ways() -> None:
    exact = abs(FIRST.astype(int) - SECOND)
    np.testing.assert_array_equal(difference(FIRST, SECOND).image, exact)
    np.testing.assert_array_equal(difference(SECOND, FIRST, 100.0).image, np.minimum(255, exact * 100))
    assert difference(FIRST, FIRST).changed == 0


@pytest.mark.parametrize(("position", "seam"), [(0.0, 0), (0.25, 20), (1.0, 80)])
def test_slider_strip(position: float, seam: int) -> None:
    strip = slider_strip(FIRST, SECOND, position, "", "", line=4, colour="#00ff00")
    at_edge = seam in (0, 80)
    line = slice(seam, seam) if at_edge else slice(seam - 2, seam + 2)
    np.testing.assert_array_equal(strip[:, : line.start], FIRST[:, : line.start])
    np.testing.assert_array_equal(strip[:, line.stop :], SECOND[:, line.stop :])
    assert (strip[:, line] == (0, 255, 0)).all()


def test_slider_strip_labels_stay_on_their_side() -> None:
    plain = slider_strip(FIRST, SECOND, 0.5, "", "")
    for labels, side in ((("before", ""), slice(0, 40)), (("", "after"), slice(40, 80))):
        changed = (slider_strip(FIRST, SECOND, 0.5, *labels) != plain).any(axis=(0, 2))
        assert changed[side].any()
        assert changed.sum() == changed[side].sum()


@pytest.mark.parametrize(
    ("columns", "shape", "places"),
    [
        pytest.param(2, (126, 166), [(0, 0), (0, 86), (66, 0)], id="two rows"),
        pytest.param(5, (60, 252), [(0, 0), (0, 86), (0, 172)], id="one row"),
        pytest.param(1, (192, 80), [(0, 0), (66, 0), (132, 0)], id="one column"),
    ],
)
def test_grid_puts_each_picture_into_its_cell(
    columns: int, shape: tuple[int, int], places: list[tuple[int, int]]
) -> None:
    small = FIRST[:50, :70]
    sheet = grid(FIRST, SECOND, None, small, columns=columns, gap=6, colour="#00ff00")
    assert sheet.shape[:2] == shape
    for picture, (top, left) in zip((FIRST, SECOND), places, strict=False):
        np.testing.assert_array_equal(sheet[top : top + 60, left : left + 80], picture)
    top, left = places[2][0] + 5, places[2][1] + 5
    np.testing.assert_array_equal(sheet[top : top + 50, left : left + 70], small)
    assert (sheet[top - 1, left] == (0, 255, 0)).all()


def test_sizes_must_agree() -> None:
    with pytest.raises(BadInput, match="80×50 but before is 80×60"):
        slider_strip(FIRST, SECOND[:50])
    with pytest.raises(BadInput, match="80×50 but image is 80×60"):
        difference(FIRST, SECOND[:50])
