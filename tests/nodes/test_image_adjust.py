"""Light and sharpness: neutral settings change nothing, extremes never wrap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodes.image import adjust, blur, grey, invert, sharpen

IMAGE = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
IMAGE.flags.writeable = False
EVERY = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)


@pytest.mark.parametrize(
    "make",
    [lambda: adjust(IMAGE), lambda: blur(IMAGE, 0), lambda: sharpen(IMAGE, 0), lambda: invert(invert(IMAGE))],
    ids=["adjust", "blur", "sharpen", "invert-twice"],
)
def test_neutral_settings_change_nothing(make: Any) -> None:
    np.testing.assert_array_equal(make(), IMAGE)


@pytest.mark.parametrize(
    ("options", "formula"),
    [
        pytest.param({"brightness": 2.0}, lambda level: 2 * level, id="brighter"),
        pytest.param({"brightness": 0.0}, lambda level: 0 * level, id="black"),
        pytest.param({"contrast": 2.0}, lambda level: 2 * (level - 127.5) + 127.5, id="contrast"),
        pytest.param({"contrast": 0.0}, lambda level: 0 * level + 128, id="flat"),
        pytest.param({"gamma": 2.2}, lambda level: 255 * (level / 255) ** (1 / 2.2), id="gamma"),
        pytest.param({"saturation": 3.0}, lambda level: level, id="grey-has-no-saturation"),
    ],
)
def test_tones(options: dict[str, float], formula: Any) -> None:
    expected = np.clip(formula(EVERY.astype(float)), 0, 255)
    assert abs(adjust(EVERY, **options) - expected).max() <= 0.501


def test_saturation() -> None:
    flat = adjust(IMAGE, saturation=0.0)
    assert (flat == flat[..., :1]).all()
    assert abs(flat[..., 0].astype(int) - grey(IMAGE)[..., 0]).max() <= 1
    vivid = adjust(IMAGE, saturation=2.0).astype(int)
    assert np.ptp(vivid, axis=2).mean() > np.ptp(IMAGE.astype(int), axis=2).mean()


def test_grey_and_invert() -> None:
    result = grey(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8))
    assert result[0].tolist() == [[76] * 3, [150] * 3, [29] * 3]
    np.testing.assert_array_equal(invert(IMAGE), 255 - IMAGE.astype(int))


def test_blur_spreads_by_its_radius_and_keeps_the_sum() -> None:
    line = np.zeros((101, 101, 3), np.uint8)
    line[:, 50] = 255
    profile = blur(line, 5.0)[50, :, 0].astype(float)
    spread = np.sqrt((profile * (np.arange(101) - 50) ** 2).sum() / profile.sum())
    assert abs(spread - 5) < 0.6
    assert abs(profile.sum() - 255) < 26


def test_sharpen_steepens_an_edge_without_wrapping() -> None:
    edge = np.full((9, 20, 3), 40, np.uint8)
    edge[:, 10:] = 220
    sharp = sharpen(edge, 3.0)[4, :, 0].astype(int)
    assert sharp[9] < 40
    assert sharp[10] > 220
    assert (np.diff(sharp[8:12]) >= 0).sum() >= 1
    assert sharp[0] == 40
    assert sharp[19] == 220


def test_results_are_read_only() -> None:
    for result in (
        adjust(IMAGE, 2.0),
        adjust(IMAGE, saturation=2.0),
        grey(IMAGE),
        invert(IMAGE),
        blur(IMAGE),
        sharpen(IMAGE),
    ):
        assert not result.flags.writeable
        assert not np.shares_memory(result, IMAGE)
