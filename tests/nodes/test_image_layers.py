"""Blend modes against their formulas, masks bit for bit, patches at every edge."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from graph import BadInput
from nodes.image import blend, composite, paste
from nodes.image.layers import Mode

RANDOM = np.random.default_rng(0)
BELOW, ABOVE = (RANDOM.integers(0, 256, (24, 32, 3), dtype=np.uint8) for _ in range(2))
MASK = RANDOM.integers(0, 256, (24, 32), dtype=np.uint8)
for array in (BELOW, ABOVE, MASK):
    array.flags.writeable = False


@pytest.mark.parametrize(
    ("mode", "below", "above", "result"),
    [
        pytest.param("normal", 10, 200, 200, id="normal"),
        pytest.param("multiply", 128, 128, 64, id="multiply"),
        pytest.param("screen", 128, 128, 192, id="screen"),
        pytest.param("overlay", 51, 128, 51, id="overlay-dark"),
        pytest.param("overlay", 204, 102, 194, id="overlay-light"),
        pytest.param("hard light", 128, 51, 51, id="hard-light-dark"),
        pytest.param("soft light", 51, 0, 10, id="soft-light-dark"),
        pytest.param("soft light", 51, 255, 114, id="soft-light-light"),
        pytest.param("darken", 10, 200, 10, id="darken"),
        pytest.param("lighten", 10, 200, 200, id="lighten"),
        pytest.param("difference", 10, 200, 190, id="difference"),
        pytest.param("exclusion", 255, 200, 55, id="exclusion"),
        pytest.param("add", 200, 200, 255, id="add-does-not-wrap"),
        pytest.param("subtract", 10, 200, 0, id="subtract-does-not-wrap"),
        pytest.param("colour dodge", 0, 255, 0, id="dodge-black"),
        pytest.param("colour dodge", 51, 204, 255, id="dodge"),
        pytest.param("colour burn", 255, 0, 255, id="burn-white"),
        pytest.param("colour burn", 204, 51, 0, id="burn"),
        pytest.param("luminosity", 10, 200, 200, id="luminosity-of-greys"),
        pytest.param("colour", 10, 200, 10, id="colour-of-greys"),
    ],
)
def test_modes_on_grey(mode: Any, below: int, above: int, result: int) -> None:
    low, high = (np.full((1, 1, 3), level, np.uint8) for level in (below, above))
    assert blend(low, high, mode).tolist() == [[[result] * 3]]


def _light(image: np.ndarray) -> np.ndarray:
    return image @ np.array([0.3, 0.59, 0.11])


def test_colour_keeps_the_light_below() -> None:
    mixed = blend(BELOW, ABOVE, "colour")
    assert abs(_light(mixed) - _light(BELOW)).max() < 1
    grey = np.repeat(BELOW[..., :1], 3, axis=2)
    red = blend(grey, np.full_like(grey, (255, 0, 0)), "colour")
    assert (red[..., 0] >= red[..., 1]).all()
    assert (red[..., 1] == red[..., 2]).all()
    assert abs(_light(blend(BELOW, ABOVE, "luminosity")) - _light(ABOVE)).max() < 1


@pytest.mark.parametrize("mode", get_args(Mode))
def test_opacity_and_mask_bound_every_mode(mode: Any) -> None:
    full = blend(BELOW, ABOVE, mode).astype(int)
    np.testing.assert_array_equal(blend(BELOW, ABOVE, mode, opacity=0.0), BELOW)
    half = blend(BELOW, ABOVE, mode, opacity=0.5)
    assert abs(half - (BELOW + full) / 2).max() <= 1
    part = blend(BELOW, ABOVE, mode, mask=np.where(MASK > 99, 255, 0).astype(np.uint8))
    np.testing.assert_array_equal(part, np.where(MASK[..., None] > 99, full, BELOW))


def test_composite_is_exact_and_rounded() -> None:
    edges = np.where(MASK < 50, 0, np.where(MASK > 200, 255, MASK)).astype(np.uint8)
    mixed = composite(BELOW, ABOVE, edges)
    np.testing.assert_array_equal(mixed[edges == 0], BELOW[edges == 0])
    np.testing.assert_array_equal(mixed[edges == 255], ABOVE[edges == 255])
    share = edges[..., None] / 255
    assert abs(mixed - (BELOW * (1 - share) + ABOVE * share)).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("left", "top", "window", "part"),
    [
        pytest.param(3, 5, (slice(5, 9), slice(3, 9)), (slice(0, 4), slice(0, 6)), id="inside"),
        pytest.param(-2, -1, (slice(0, 3), slice(0, 4)), (slice(1, 4), slice(2, 6)), id="upper-left"),
        pytest.param(30, 22, (slice(22, 24), slice(30, 32)), (slice(0, 2), slice(0, 2)), id="lower-right"),
    ],
)
def test_paste(left: int, top: int, window: tuple[slice, slice], part: tuple[slice, slice]) -> None:
    patch = ABOVE[:4, :6]
    expected = BELOW.copy()
    expected[window] = patch[part]
    np.testing.assert_array_equal(paste(BELOW, patch, left, top), expected)
    np.testing.assert_array_equal(paste(BELOW, patch, left, top, mask=np.zeros((4, 6), np.uint8)), BELOW)


def test_paste_into_a_box() -> None:
    flat = np.full((5, 5, 3), (9, 99, 199), np.uint8)
    pasted = paste(BELOW, flat, boxes=np.array([[4, 6, 12.4, 8.6]], np.float32))
    assert (pasted[6:9, 4:12] == (9, 99, 199)).all()
    pasted = pasted.copy()
    pasted[6:9, 4:12] = BELOW[6:9, 4:12]
    np.testing.assert_array_equal(pasted, BELOW)


NO_BOX, FLAT_BOX, FAR_BOX = (np.array(rows, np.float32).reshape(-1, 4) for rows in ([], [1, 1, 1, 5], [90, 90, 95, 95]))


@pytest.mark.parametrize(
    ("make", "socket", "words"),
    [
        pytest.param(lambda: blend(BELOW, ABOVE[:5]), "over", "32×5 but image is 32×24", id="blend-size"),
        pytest.param(lambda: blend(BELOW, ABOVE, mask=MASK[:5]), "mask", "32×5", id="blend-mask-size"),
        pytest.param(lambda: composite(BELOW, ABOVE[:, :5], MASK), "over", "5×24", id="composite-size"),
        pytest.param(lambda: composite(BELOW, ABOVE, MASK[:5]), "mask", "32×5", id="composite-mask-size"),
        pytest.param(lambda: paste(BELOW, ABOVE, 32, 0), "left", "lies outside", id="paste-right-of-it"),
        pytest.param(lambda: paste(BELOW, ABOVE, 0, -24), "left", "lies outside", id="paste-above-it"),
        pytest.param(lambda: paste(BELOW, ABOVE, -99, -99), "left", "lies outside", id="paste-far-away"),
        pytest.param(lambda: paste(BELOW, ABOVE, mask=MASK[:2]), "mask", "but patch is", id="paste-mask-size"),
        pytest.param(lambda: paste(BELOW, ABOVE, boxes=NO_BOX), "boxes", "there are 0", id="paste-no-box"),
        pytest.param(lambda: paste(BELOW, ABOVE, boxes=FLAT_BOX), "boxes", "has no area", id="paste-empty-box"),
        pytest.param(lambda: paste(BELOW, ABOVE, boxes=FAR_BOX * 1e6), "boxes", "megapixels", id="paste-huge-box"),
        pytest.param(lambda: paste(BELOW, ABOVE, boxes=FAR_BOX), "boxes", "lies outside", id="paste-box-outside"),
    ],
)
def test_what_does_not_fit_is_named(make: Any, socket: str, words: str) -> None:
    with pytest.raises(BadInput) as error:
        make()
    assert error.value.socket == socket
    assert words in error.value.what
    assert error.value.cure
