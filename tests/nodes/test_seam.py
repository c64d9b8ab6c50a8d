"""The tint of what a model paints is found outside the hole and taken off inside it."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.seam import MOST, matched


def picture(height: int = 64, width: int = 64) -> np.ndarray:
    return np.random.default_rng(3).integers(60, 190, (height, width, 3), dtype=np.uint8)


def hole(height: int = 64, width: int = 64) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    mask[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 255
    return mask


@pytest.mark.parametrize("tint", [(12, -7, 0), (-30, -30, -30)])
def test_an_even_tint_is_taken_off_everywhere(tint: tuple[int, int, int]) -> None:
    window, mask = picture(), hole()
    painted = np.clip(window + np.array(tint), 0, 255).astype(np.uint8)
    assert np.abs(matched(painted, window, mask).astype(int) - window).max() <= 1


def test_a_tint_that_grows_across_the_picture_is_followed_into_the_hole() -> None:
    window, mask = np.full((64, 96, 3), 120, np.uint8), hole(64, 96)
    slope = np.linspace(-20, 20, 96)[None, :, None]
    painted = np.rint(window + slope).astype(np.uint8)
    left = np.abs(matched(painted, window, mask).astype(int) - window)[mask > 0]
    assert left.mean() < 0.3 * np.abs(np.broadcast_to(slope, window.shape)[mask > 0]).mean()


def test_what_was_painted_into_the_hole_keeps_its_own_colour() -> None:
    window, mask = np.full((64, 64, 3), 120, np.uint8), hole()
    painted = window.copy()
    painted[mask > 0] = (200, 30, 30)
    assert np.array_equal(matched(painted, window, mask), painted)


def test_another_picture_is_no_tint() -> None:
    window, mask = np.full((64, 64, 3), 250, np.uint8), hole()
    painted = np.zeros_like(window)
    assert matched(painted, window, mask).max() <= MOST


def test_without_surroundings_nothing_changes() -> None:
    window = picture(1, 1)
    painted = window + 20
    assert np.array_equal(matched(painted, window, np.full((1, 1), 255, np.uint8)), painted)
    assert matched(painted, window, np.zeros((1, 1), np.uint8))[0, 0, 0] == window[0, 0, 0]
