"""Masks from likeness, brightness and colour, and what is measured of them."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadInput, registry
from nodes.mask.levels import from_brightness, from_colour, from_heat, threshold
from nodes.mask.measure import area, require
from tests.nodes.mask_truth import mask


@pytest.mark.parametrize(
    ("level", "wanted"),
    [(0.0, "####"), (0.2, ".###"), (0.3, "..##"), (0.6, "..##"), (0.7, "...#"), (1.0, "...#")],
    ids=str,
)
def test_threshold_of_masks_and_heat_maps(level, wanted):
    soft = mask(".fh#")
    np.testing.assert_array_equal(threshold(soft, level), mask(wanted))
    np.testing.assert_array_equal(from_heat((soft / 255).astype(np.float32), level), mask(wanted))


def test_a_heat_of_exactly_the_threshold_is_marked():
    assert from_heat(np.full((1, 1), 0.4, np.float32), 0.4).item() == 255


@pytest.mark.parametrize(
    ("low", "high", "softness", "wanted"),
    [
        pytest.param(100, 200, 0, [0, 0, 255, 255, 255, 0, 0], id="hard"),
        pytest.param(100, 200, 20, [0, 128, 255, 255, 255, 128, 0], id="soft"),
        pytest.param(0, 255, 0, [255] * 7, id="everything"),
        pytest.param(150, 150, 0, [0, 0, 0, 255, 0, 0, 0], id="one value"),
    ],
)
def test_from_brightness(low, high, softness, wanted):
    grey = np.array([[0, 90, 100, 150, 200, 210, 255]], np.uint8)
    np.testing.assert_array_equal(from_brightness(np.repeat(grey[..., None], 3, 2), low, high, softness), [wanted])


def test_brightness_is_luma():
    pure = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    for place, luma in enumerate((76, 150, 29)):
        assert from_brightness(pure, luma, luma)[0].tolist() == [255 * (index == place) for index in range(3)]


def test_an_empty_range_of_brightness_is_refused():
    with pytest.raises(BadInput, match="200 is above high, 100"):
        from_brightness(np.zeros((1, 1, 3), np.uint8), 200, 100)


def lab(colour):
    """Convert sRGB 0..255 to CIE L*a*b* (D65) by the formulas of IEC 61966-2-1 and CIE 15."""
    share = np.array(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
    ratio = to_xyz @ linear / np.array([0.950456, 1.0, 1.088754])
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("ignore_brightness", [False, True])
def test_from_colour_measures_delta_e(ignore_brightness):
    image = np.random.default_rng(3).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    apart = np.apply_along_axis(lab, 2, image) - lab((64, 128, 200))
    distance = np.linalg.norm(apart[..., 1:] if ignore_brightness else apart, axis=-1)
    marked = from_colour(image, "#4080c8", 50.0, 0.0, ignore_brightness)
    sure = abs(distance - 50) > 0.5
    assert 20 < (marked > 0).sum() < 380
    np.testing.assert_array_equal((marked > 0)[sure], (distance <= 50)[sure])


def test_from_colour_fades_beyond_its_tolerance():
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    lightness = np.array([lab((value,) * 3)[0] for value in range(256)])
    wanted = 255 * np.clip(1 - (lightness - 20) / 10, 0, 1)
    one_fifth_of_a_delta_e = 0.2 * 255 / 10  # OpenCV interpolates the curves of L*a*b*
    assert abs(from_colour(greys, "#000000", 20.0, 10.0)[0] - wanted).max() <= one_fifth_of_a_delta_e


def test_a_green_screen_in_the_shadow_is_found_by_its_hue():
    image = np.array([[[0, 255, 0], [0, 150, 0], [230, 40, 30], [128, 128, 128]]], np.uint8)
    assert from_colour(image, "#00ff00", 40.0, 0.0)[0].tolist() == [255, 0, 0, 0]
    assert from_colour(image, "#00ff00", 60.0, 0.0, ignore_brightness=True)[0].tolist() == [255, 255, 0, 0]


def test_a_colour_that_is_none_is_refused():
    with pytest.raises(BadInput, match="no colour"):
        from_colour(np.zeros((1, 1, 3), np.uint8), "greenish")


@pytest.mark.parametrize(
    ("rows", "pixels", "fraction"),
    [(["####"], 4, 1.0), ([".fh#"], 2, 0.5), ([".", "."], 0, 0.0)],
    ids=["full", "soft", "empty"],
)
def test_area(rows, pixels, fraction):
    assert area(mask(*rows)) == (pixels, fraction)


def test_require_passes_a_mask_on():
    marked = mask("#h.")
    np.testing.assert_array_equal(require(marked, 2), marked)


@pytest.mark.parametrize(
    ("rows", "smallest", "message", "wanted"),
    [
        pytest.param("...", 1, "", "the mask marks nothing of 3×1; at least 1 needed", id="empty"),
        pytest.param("#f.", 2, " ", "the mask marks 1 pixel of 3×1; at least 2 needed", id="too small"),
        pytest.param("...", 1, "There is no car", "There is no car", id="own words"),
    ],
)
def test_require_stops_an_empty_mask(rows, smallest, message, wanted):
    with pytest.raises(BadInput) as caught:
        require(mask(rows), smallest, message)
    assert caught.value.socket == "mask"
    assert caught.value.what == wanted
    assert caught.value.cure


def test_every_input_of_the_family_is_explained_and_every_node_has_synonyms():
    family = {name: spec for name, spec in registry.items() if name.startswith("mask.")}
    assert len(family) >= 26
    for name, spec in family.items():
        assert spec.tags, name
        assert spec.summary.endswith("."), name
        assert not [entry.name for entry in spec.inputs.values() if not entry.help], name
