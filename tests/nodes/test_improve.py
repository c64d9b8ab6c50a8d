"""Improving: a picture is damaged in a known way, and the node that is made for that damage brings it nearer to what it was (PSNR, in dB)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from graph import Cancelled
from nodes.improve.blocks import deblock, dering, found_quality
from nodes.improve.light import clahe, equalise, grey_world
from nodes.improve.noise import adaptive_median, estimated_noise, wiener
from tests.toys import toy_run

EXAMPLES = Path(__file__).resolve().parents[2] / "workflows" / "examples"


def picture(name: str = "street", height: int = 256, width: int = 384) -> np.ndarray:
    """A drawn scene at half its size, uint8 (H, W, 3), with soft edges as a lens has them."""
    with Pillow.open(EXAMPLES / f"{name}.png") as opened:
        return np.asarray(opened.convert("RGB").resize((width, height), Pillow.Resampling.LANCZOS))


def photograph(height: int = 256, width: int = 384) -> np.ndarray:
    """Soft clouds of all greys with a fine grain: a histogram that is nearly even, no cast, no large even surfaces."""
    rng = np.random.default_rng(3)
    noise = [cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), size) for size in (24, 6, 2)]
    grey = sum(part / part.std() * share for part, share in zip(noise, (1.0, 0.35, 0.1), strict=True))
    order = np.empty(grey.size)
    order[np.argsort(grey, axis=None)] = np.linspace(0, 255, grey.size)
    return np.repeat(np.rint(order).astype(np.uint8).reshape(height, width)[..., None], 3, 2)


def psnr(image: np.ndarray, truth: np.ndarray) -> float:
    return float(cv2.PSNR(image, truth))


def salted(image: np.ndarray, share: float) -> np.ndarray:
    rng = np.random.default_rng(1)
    dice = rng.random(image.shape)
    return np.where(dice < share / 2, 0, np.where(dice > 1 - share / 2, 255, image)).astype(np.uint8)


def noisy(image: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(2).normal(0, sigma, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def ringing(image: np.ndarray, share: float = 0.3) -> np.ndarray:
    """Without the upper frequencies, cut off sharply: waves along every edge."""
    waves = np.fft.fft2(image.astype(np.float64), axes=(0, 1))
    rows, columns = np.fft.fftfreq(image.shape[0]), np.fft.fftfreq(image.shape[1])
    waves[np.hypot(rows[:, None], columns[None]) > share / 2] = 0
    return np.clip(np.rint(np.fft.ifft2(waves, axes=(0, 1)).real), 0, 255).astype(np.uint8)


# damage, what takes it back, by how many dB at least
CASES: dict[str, tuple[Any, Any, Any, float]] = {
    "adaptive median, a tenth": (picture, lambda p: salted(p, 0.1), lambda p, run: adaptive_median(p, 3, run=run), 12),
    "adaptive median, half": (picture, lambda p: salted(p, 0.5), lambda p, run: adaptive_median(p, 11, run=run), 14),
    "wiener, drawn": (picture, lambda p: noisy(p, 15), lambda p, run: wiener(p, run=run), 3),
    "wiener, grained": (photograph, lambda p: noisy(p, 25), lambda p, run: wiener(p, run=run), 5),
    "wiener, noise given": (picture, lambda p: noisy(p, 30), lambda p, run: wiener(p, 7, 30.0, run=run), 4),
    "equalise": (photograph, lambda p: (90 + p * 0.25).astype(np.uint8), lambda p, run: equalise(p), 15),
    "clahe": (photograph, lambda p: (90 + p * 0.25).astype(np.uint8), lambda p, run: clahe(p, 4.0, 2), 3),
    "grey world": (
        photograph,
        lambda p: np.clip(p * [1.2, 1.0, 0.8], 0, 255).astype(np.uint8),
        lambda p, run: grey_world(p),
        5,
    ),
    "deblock, quality 10": (picture, lambda p: jpeg(p, 10), lambda p, run: deblock(p, run=run), 0.3),
    "deblock, quality 30": (picture, lambda p: jpeg(p, 30), lambda p, run: deblock(p, 30, run=run), 0.2),
    "dering": (picture, ringing, lambda p, run: dering(p, run=run), 0.5),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_damaged_comes_nearer_to_what_it_was(name: str, tmp_path: Path) -> None:
    make, damage, improve, gain = CASES[name]
    truth = make()
    damaged = damage(truth)
    run = toy_run(tmp_path)
    result = improve(damaged, run)
    assert result.shape == truth.shape
    assert result.dtype == np.uint8
    assert not result.flags.writeable
    assert psnr(result, truth) > psnr(damaged, truth) + gain
    assert np.array_equal(improve(damaged, run), result)


ALL: dict[str, Any] = {
    "adaptive_median": lambda p, run: adaptive_median(p, 7, run=run),
    "wiener": lambda p, run: wiener(p, noise=10.0, run=run),
    "equalise": lambda p, run: equalise(p),
    "clahe": lambda p, run: clahe(p),
    "grey_world": lambda p, run: grey_world(p),
    "deblock": lambda p, run: deblock(p, 50, run=run),
    "dering": lambda p, run: dering(p, run=run),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2), (17, 9)])
def test_tiny_pictures_keep_their_size(name: str, shape: tuple[int, int], tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert ALL[name](image, toy_run(tmp_path)).shape == image.shape


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("level", [0, 90, 255])
def test_an_even_picture_stays_even(name: str, level: int, tmp_path: Path) -> None:
    image = np.full((40, 50, 3), level, np.uint8)
    result = ALL[name](image, toy_run(tmp_path))
    assert (result == result[0, 0]).all()
    if name != "clahe" and name != "equalise":
        assert np.abs(result.astype(int) - level).max() <= 1


def test_the_median_leaves_a_clean_picture_as_it_is(tmp_path: Path) -> None:
    image = photograph()
    changed = adaptive_median(image, 3, run=toy_run(tmp_path)) != image
    assert changed.mean() < 0.35  # extremes of their window only
    assert psnr(adaptive_median(image, 3, run=toy_run(tmp_path)), image) > 30


@pytest.mark.parametrize("sigma", [5, 15, 30])
@pytest.mark.parametrize("make", [picture, photograph])
def test_noise_is_estimated(make: Any, sigma: int) -> None:
    middle = (64 + make() * 0.5).astype(np.uint8)
    assert estimated_noise(noisy(middle, sigma)) == pytest.approx(sigma, rel=0.2)


def test_wiener_works_in_bands_as_on_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = noisy(picture(), 15)
    whole = wiener(damaged, noise=15.0, run=toy_run(tmp_path))
    monkeypatch.setattr("nodes.improve.noise.BAND", 384 * 40)
    run = toy_run(tmp_path)
    assert (
        np.abs(wiener(damaged, noise=15.0, run=run).astype(int) - whole).max() <= 1
    )  # a half may be rounded either way
    assert len(run.steps) == 7


@pytest.mark.parametrize("quality", [10, 20, 30, 50, 70])
@pytest.mark.parametrize("name", ["street", "garden"])
def test_the_quality_of_a_jpeg_is_found(name: str, quality: int) -> None:
    assert abs(found_quality(jpeg(picture(name), quality)) - quality) <= 5


@pytest.mark.parametrize("make", [picture, photograph])
def test_a_picture_that_was_no_jpeg_is_left_as_it_is(make: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    image = make()
    assert deblock(image, run=run) is image
    assert "no traces of JPEG" in run.said[0]


def test_rings_are_smoothed_beside_edges_only(tmp_path: Path) -> None:
    image = noisy(np.full((80, 120, 3), 100, np.uint8), 4)
    image[:, 60:] += 120
    changed = (dering(image, 6, 24.0, run=toy_run(tmp_path)) != image).any(2)
    assert changed[:, 52:58].mean() > 0.8
    assert not changed[:, :48].any()
    assert not changed[:, 72:].any()


@pytest.mark.parametrize("name", ["adaptive_median", "wiener", "deblock", "dering"])
def test_it_can_be_stopped(name: str, tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    run.stop.set()
    with pytest.raises(Cancelled):
        ALL[name](picture(), run)


def test_neutral_settings_change_nothing() -> None:
    image = picture()
    assert equalise(image, 0.0) is image
    assert grey_world(image, strength=0.0) is image
