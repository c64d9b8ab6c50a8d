"""Masks as pictures, over pictures and cutting pictures."""

from __future__ import annotations

import numpy as np
import pytest

from graph import BadInput
from nodes.mask.show import cut_out, heat_to_image, overlay, to_image
from tests.nodes.mask_truth import dilated, mask, noise


def picture(height: int, width: int) -> np.ndarray:
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image.flags.writeable = False
    return image


def mixed(below, above, weight):
    """Mix by a weight of 0..255, rounded to the nearest step, in floats."""
    share = weight[..., None] / 255
    return np.rint(below * (1 - share) + np.array(above) * share)


def test_to_image():
    image = to_image(mask(".h", "f#"))
    assert image.tolist() == [[[0] * 3, [160] * 3], [[60] * 3, [255] * 3]]


@pytest.mark.parametrize(
    ("colours", "low", "high"),
    [
        pytest.param("grey", (0, 0, 0), (255, 255, 255), id="grey"),
        pytest.param("turbo", (48, 18, 59), (122, 4, 3), id="turbo"),
        pytest.param("inferno", (0, 0, 4), (252, 255, 164), id="inferno"),
        pytest.param("viridis", (68, 1, 84), (253, 231, 37), id="viridis"),
    ],
)
def test_heat_to_image_runs_from_the_first_colour_to_the_last(colours, low, high):
    image = heat_to_image(np.linspace(0, 1, 256, dtype=np.float32)[None], colours)[0].astype(int)
    assert abs(image[0] - low).max() <= 2
    assert abs(image[-1] - high).max() <= 2
    assert len(np.unique(image, axis=0)) > 200


@pytest.mark.parametrize(
    ("margin", "where"),
    [
        pytest.param(0, (2, 1, 4, 4), id="tight"),
        pytest.param(1, (1, 0, 5, 5), id="margin"),
        pytest.param(9, (0, 0, 6, 5), id="all"),
    ],
)
def test_cut_out_crops_to_the_object(margin, where):
    image = picture(5, 6)
    soft = mask("......", "..f...", "..##..", "..#h..", "......")
    cut = cut_out(image, soft, "#204060", True, margin)
    left, top, right, bottom = where
    assert cut.box.tolist() == [list(where)]
    np.testing.assert_array_equal(cut.mask, soft[top:bottom, left:right])
    wanted = mixed(np.array([0x20, 0x40, 0x60]), image[top:bottom, left:right], cut.mask)
    np.testing.assert_array_equal(cut.image, wanted)


def test_cut_out_without_crop_keeps_the_size_even_when_empty():
    image = picture(3, 4)
    cut = cut_out(image, mask("....", "....", "...."), "#0a0b0c", crop=False)
    assert cut.box.tolist() == [[0, 0, 4, 3]]
    assert (cut.image == [10, 11, 12]).all()


def test_there_is_nothing_to_crop_to_in_an_empty_mask():
    with pytest.raises(BadInput, match="no object to crop to"):
        cut_out(picture(1, 2), mask(".."))


@pytest.mark.parametrize("opacity", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("outline", [0, 1, 3])
def test_overlay(opacity, outline):
    image, soft = picture(15, 15), noise(15, 15, "soft", seed=4)
    weight = np.rint(soft * opacity)
    if outline:
        inside = (soft >= 128).astype(np.uint8)
        weight[(dilated(inside, outline, square=False) == 1) & (inside == 0)] = 255
    shown = overlay(image, soft, "#ff8000", opacity, outline)
    assert abs(shown - mixed(image, [255, 128, 0], weight)).max() <= 1
    np.testing.assert_array_equal(shown[weight == 0], image[weight == 0])


@pytest.mark.parametrize("node", [cut_out, overlay], ids=lambda node: node.__name__)
def test_sizes_must_agree(node):
    with pytest.raises(BadInput, match="2×1 but image is 6×5 pixels") as caught:
        node(picture(5, 6), mask("##"))
    assert caught.value.socket == "mask"
