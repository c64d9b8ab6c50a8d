"""Moving: a thing leaves its place, stands on another, and brings its shadow, its light and its grain with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Cancelled
from nodes import move
from nodes.grain import estimated_noise
from tests.toys import toy_run

RED = (200, 40, 40)


def scene(noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A red box on a floor that grows brighter to the right, its shadow beside it; its mask and that of the shadow."""
    floor = np.linspace(90, 190, 240)[None, :, None] * np.ones((160, 1, 3))
    mask, shadow = np.zeros((160, 240), np.uint8), np.zeros((160, 240), np.uint8)
    mask[50:90, 30:60] = 255
    shadow[80:90, 60:80] = 255
    image = np.where(shadow[..., None] > 0, floor * 0.5, floor)
    image[mask > 0] = RED
    image = image + np.random.default_rng(0).normal(0, noise, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), mask, shadow


def red(image: np.ndarray) -> np.ndarray:
    return (image[..., 0].astype(int) - image[..., 1]) > 80


@pytest.mark.parametrize("method", ["poisson", "soft"])
def test_it_leaves_its_place_and_stands_on_the_other(method: Any, tmp_path: Path) -> None:
    image, mask, shadow = scene(2.0)
    moved = move.object(image, mask, 120, 30, shadow=shadow, method=method, run=toy_run(tmp_path))
    assert not red(moved.image)[50:90, 30:60].any()
    assert red(moved.image)[80:120, 150:180].mean() > 0.97
    assert (moved.mask[80:120, 150:180] == 255).all()
    assert moved.mask.sum() == mask.sum()
    assert not red(moved.background).any()
    old = moved.image[80:90, 62:78].mean(), moved.image[70:78, 62:78].mean()
    new = moved.image[111:119, 182:198].mean(), moved.image[100:108, 182:198].mean()
    assert old[0] == pytest.approx(old[1], abs=8)  # no shadow is left
    assert new[0] / new[1] == pytest.approx(0.5, abs=0.06)  # it takes the same share of the light
    far = np.ones(mask.shape, bool)
    far[30:140, 10:220] = False
    assert np.array_equal(moved.image[far], image[far])


def test_without_its_shadow_only_the_thing_goes(tmp_path: Path) -> None:
    image, mask, shadow = scene()
    moved = move.object(image, mask, 120, 30, grow=0, method="soft", light=0.0, run=toy_run(tmp_path))
    assert np.array_equal(moved.image[80:120, 150:180], image[50:90, 30:60])
    assert np.array_equal(moved.image[shadow > 0], image[shadow > 0])


def test_poisson_takes_on_the_new_light_and_has_no_seam(tmp_path: Path) -> None:
    """A mask with some floor in it: pasted plainly, the darker floor is seen as a frame; with Poisson it is not."""
    image, mask, _ = scene()
    wide = np.zeros_like(mask)
    wide[40:100, 22:68] = 255
    image = image.copy()
    image[80:90, 60:80] = image[70:80, 60:80]
    frames = []
    for method in ("soft", "poisson"):
        moved = move.object(image, wide, 120, 0, method=method, light=0.0, run=toy_run(tmp_path))
        rim = moved.image[44:48, 146:184].astype(float) - moved.background[44:48, 146:184]
        frames.append(float(np.abs(rim).mean()))
    assert frames[0] > 40
    assert frames[1] < 6
    assert moved.image[70, 165, 0] > RED[0] + 20


def test_soft_follows_the_light_as_far_as_it_is_told(tmp_path: Path) -> None:
    image, mask, _ = scene()
    levels = [
        float(move.object(image, mask, 140, 0, method="soft", light=light, run=toy_run(tmp_path)).image[70, 185, 0])
        for light in (0.0, 0.25)
    ]
    assert levels[0] == RED[0]
    assert levels[1] > RED[0] + 15


@pytest.mark.parametrize("size", [0.5, 2.0])
def test_another_size_stands_on_the_same_foot_with_the_same_grain(size: float, tmp_path: Path) -> None:
    image, mask, _ = scene(8.0)
    moved = move.object(image, mask, 90, 30, size, method="soft", light=0.0, run=toy_run(tmp_path))
    rows, columns = np.flatnonzero((moved.mask >= 128).any(1)), np.flatnonzero((moved.mask >= 128).any(0))
    assert rows[-1] + 1 == pytest.approx(120, abs=2)
    assert (columns[0] + columns[-1] + 1) / 2 == pytest.approx(135, abs=2)
    assert rows[-1] - rows[0] + 1 == pytest.approx(40 * size, abs=2)
    inner = np.zeros(mask.shape, bool)
    inner[rows[0] + 4 : rows[-1] - 3, columns[0] + 3 : columns[-1] - 2] = True
    assert estimated_noise(moved.image, inner) == pytest.approx(8.0, rel=0.3)


@pytest.mark.parametrize("method", ["poisson", "soft"])
def test_what_leaves_the_picture_is_cut_off(method: Any, tmp_path: Path) -> None:
    image, mask, _ = scene()
    for right, down in ((-45, 0), (195, 0), (0, -70), (0, 90), (195, 90)):
        moved = move.object(image, mask, right, down, method=method, run=toy_run(tmp_path))
        assert 0 < (moved.mask > 0).sum() < (mask > 0).sum()
        assert moved.image.shape == image.shape
    with pytest.raises(BadInput, match="nothing of it is left"):
        move.object(image, mask, 1000, 0, method=method, run=toy_run(tmp_path))


@pytest.mark.parametrize("method", ["poisson", "soft"])
def test_two_things_change_places(method: Any, tmp_path: Path) -> None:
    image, mask, _ = scene()
    image = image.copy()
    image[80:90, 60:80] = image[70:80, 60:80]
    other = np.zeros_like(mask)
    other[60:120, 160:200] = 255
    image[other > 0] = (40, 60, 220)
    blue = lambda picture: (picture[..., 2].astype(int) - picture[..., 0]) > 60  # noqa: E731
    swapped = move.swap(image, mask, other, method=method, run=toy_run(tmp_path))
    assert red(swapped.image)[80:120, 165:195].mean() > 0.95
    assert blue(swapped.image)[30:90, 25:65].mean() > 0.95
    assert not red(swapped.image)[:, :100].any()
    assert not blue(swapped.image)[:, 120:].any()
    fitted = move.swap(image, mask, other, fit=True, method=method, run=toy_run(tmp_path))
    assert red(fitted.image)[62:118, 160:200].mean() > 0.9
    assert not red(fitted.background).any()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        pytest.param(lambda i, m, r: move.object(i, m * 0, 5, run=r), "mask: it marks nothing", id="empty"),
        pytest.param(lambda i, m, r: move.object(i, m | 255, 5, run=r), "covers the whole picture", id="all"),
        pytest.param(lambda i, m, r: move.object(i, m[1:], 5, run=r), r"it is 240×159 but image is 240×160", id="size"),
        pytest.param(lambda i, m, r: move.object(i, m, 5, shadow=m[1:], run=r), "shadow: it is 240×159", id="shadow"),
        pytest.param(lambda i, m, r: move.swap(i, m, m, run=r), "second: it marks nothing", id="the same thing twice"),
        pytest.param(lambda i, m, r: move.object(i[:1, :1], m[50:51, 30:31], 1, run=r), "covers the whole", id="1×1"),
    ],
)
def test_what_can_not_be_moved_is_told(call: Any, told: str, tmp_path: Path) -> None:
    image, mask, _ = scene()
    with pytest.raises(BadInput, match=told):
        call(image, mask, toy_run(tmp_path))


def test_the_same_seed_gives_the_same_and_a_run_can_be_stopped(tmp_path: Path) -> None:
    image, mask, _ = scene(6.0)
    one, same, other = (move.object(image, mask, 90, 10, 0.5, seed=s, run=toy_run(tmp_path)).image for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    run = toy_run(tmp_path)
    run.stop.set()
    with pytest.raises(Cancelled):
        move.object(image, mask, 90, 10, run=run)
