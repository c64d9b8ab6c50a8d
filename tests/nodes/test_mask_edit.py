"""Growing, softening, joining and scaling masks, against definitions that anyone can check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadInput
from nodes.mask.edit import combine, feather, grow, invert, resize, shrink, smooth
from tests.nodes.mask_truth import dilated, mask, noise

SIZES = [pytest.param(1, 1, id="1x1"), pytest.param(1, 23, id="one row"), pytest.param(19, 27, id="19x27")]
KINDS = ["hard", "grey", "soft", "blob", "white", "black"]


def half_plane() -> np.ndarray:
    """Make a hard edge: columns 30..59 of 60 are marked."""
    array = np.zeros((40, 60), np.uint8)
    array[:, 30:] = 255
    return array


@pytest.mark.parametrize("shape", ["round", "square"])
@pytest.mark.parametrize("pixels", [0, 1, 3, 8, 40])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_grow_and_shrink_match_the_definition(height, width, kind, pixels, shape):
    array = noise(height, width, kind, seed=height + pixels)
    truth = dilated(array, pixels, shape == "square")
    np.testing.assert_array_equal(grow(array, pixels, shape), truth)
    inverse = 255 - dilated(255 - array, pixels, shape == "square")
    np.testing.assert_array_equal(shrink(array, pixels, shape), inverse)


@pytest.mark.parametrize("radius", [50, 211, 499])
def test_a_large_round_growth_is_a_true_disk(radius):
    array = np.zeros((1001, 1001), np.uint8)
    array[500, 500] = 255
    y, x = np.ogrid[-500:501, -500:501]
    np.testing.assert_array_equal(grow(array, radius) > 0, x * x + y * y <= radius * radius)


@pytest.mark.parametrize("radius", [50, 211])
def test_a_large_round_growth_of_a_soft_mask_is_made_of_disks(radius):
    array = np.zeros((501, 501), np.uint8)
    array[250, 250], array[250, 251] = 255, 100
    y, x = np.ogrid[-250:251, -250:251]
    first = (x * x + y * y <= radius * radius) * 255
    second = ((x - 1) ** 2 + y * y <= radius * radius) * 100
    np.testing.assert_array_equal(grow(array, radius), np.maximum(first, second))


def test_the_frame_is_no_edge_when_an_object_shrinks():
    array = half_plane()
    np.testing.assert_array_equal(np.flatnonzero(shrink(array, 4)[0]), np.arange(34, 60))
    assert (shrink(array, 4) == shrink(array, 4)[0]).all()


@pytest.mark.parametrize("pixels", [1, 2, 3, 8, 15])
@pytest.mark.parametrize(
    ("side", "before", "after"),
    [
        pytest.param("both", 1, 1, id="both"),
        pytest.param("outward", 1, 0, id="outward"),
        pytest.param("inward", 0, 1, id="inward"),
    ],
)
def test_feather_fades_only_within_its_reach(side, before, after, pixels):
    profile = feather(half_plane(), pixels, side)[20].astype(int)
    assert (np.diff(profile) >= 0).all()
    assert (profile[: 30 - before * pixels] == 0).all()
    assert (profile[30 + after * pixels :] == 255).all()
    assert 0 < profile[29] < 255 if before else profile[29] == 0
    assert 0 < profile[30] < 255 if after else profile[30] == 255


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_outward_feather_never_takes_away_and_inward_never_adds(height, width, kind):
    array = noise(height, width, kind)
    assert (feather(array, 5, "outward") >= array).all()
    assert (feather(array, 5, "inward") <= array).all()
    np.testing.assert_array_equal(feather(array, 5, "inward"), 255 - feather(255 - array, 5, "outward"))


def test_feather_is_a_gaussian():
    array = np.zeros((41, 41), np.uint8)
    array[14:27, 14:27] = 255
    offsets = np.arange(-8, 9)
    taps = np.exp(-(offsets**2) / (2 * 4.25**2))
    kernel = np.outer(taps, taps) / taps.sum() ** 2
    truth = np.zeros((41, 41))
    for row, column in np.argwhere(array):
        truth[row - 8 : row + 9, column - 8 : column + 9] += 255 * kernel
    assert abs(feather(array, 8).astype(float) - truth).max() <= 0.51


def test_a_wide_feather_is_smooth():
    array = np.zeros((4, 1200), np.uint8)
    array[:, 600:] = 255
    assert np.diff(feather(array, 300)[0].astype(int)).max() <= 1


def test_smooth_keeps_a_straight_edge_and_drops_bumps():
    array = half_plane()
    np.testing.assert_array_equal(smooth(array, 6) >= 128, array >= 128)
    assert ((smooth(array, 6) > 0) & (smooth(array, 6) < 255)).sum(axis=1).max() <= 2
    bumpy = array.copy()
    bumpy[20, 27:30], bumpy[10, 30:33], bumpy[5, 5] = 255, 0, 255
    np.testing.assert_array_equal(smooth(bumpy, 6) >= 128, array >= 128)


@pytest.mark.parametrize("kind", ["white", "black"])
def test_a_mask_without_edges_stays_as_it_is(kind):
    array = noise(9, 7, kind)
    for result in (smooth(array, 4), feather(array, 4), shrink(array, 4), grow(array, 4)):
        np.testing.assert_array_equal(result, array)


def test_invert_twice_is_nothing():
    array = noise(5, 6, "soft")
    np.testing.assert_array_equal(invert(array).astype(int) + array, 255)
    np.testing.assert_array_equal(invert(invert(array)), array)


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        pytest.param("union", "####", id="union"),
        pytest.param("intersect", ".#..", id="intersect"),
        pytest.param("subtract", "#...", id="subtract"),
        pytest.param("difference", "#.##", id="difference"),
    ],
)
def test_combine(how, wanted):
    first = mask("##..")
    second = mask(".###")
    np.testing.assert_array_equal(combine(first, second, how), mask(wanted))


@pytest.mark.parametrize(
    ("how", "wanted"), [("union", 160), ("intersect", 60), ("subtract", 160), ("difference", 100)], ids=str
)
def test_combine_of_soft_masks(how, wanted):
    assert combine(mask("h"), mask("f"), how).item() == wanted


def test_combine_needs_one_size():
    with pytest.raises(BadInput, match="3×1 but mask is 4×1 pixels") as caught:
        combine(mask("##.."), mask("###"))
    assert caught.value.socket == "other"


@pytest.mark.parametrize("edges", ["soft", "hard"])
@pytest.mark.parametrize(("height", "width"), [(2, 3), (40, 31), (3, 40), (20, 20)], ids=str)
def test_resize(height, width, edges):
    array = np.zeros((20, 20), np.uint8)
    array[:, 10:] = 255
    by_number = resize(array, None, width, height, edges)
    by_image = resize(array, np.zeros((height, width, 3), np.uint8), 7, 7, edges)
    np.testing.assert_array_equal(by_number, by_image)
    assert by_number.shape == (height, width)
    assert abs(by_number.mean() - 127.5) <= (128 / width if edges == "hard" else 1)
    assert edges == "soft" or set(np.unique(by_number)) <= {0, 255}


def test_resize_needs_a_size():
    with pytest.raises(BadInput, match="size of the mask is not known"):
        resize(mask("#"))


@pytest.mark.parametrize("node", [grow, shrink, feather, smooth, invert, resize], ids=lambda node: node.__name__)
def test_inputs_are_never_written_and_results_are_read_only(node):
    array = noise(30, 30, "soft")
    before = array.copy()
    result = node(array, None, 8, 9) if node is resize else node(array)
    np.testing.assert_array_equal(array, before)
    assert result.dtype == np.uint8
    assert not result.flags.writeable
