"""Unfinished pictures: what they show, how seldom they come, and that they change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes.models import previews
from nodes.models.diffusion import Diffusion, Job, load_diffusion
from tests import weights

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Diffusion:
    return load_diffusion(weights.inpaint_folder(tmp_path_factory.mktemp("weights") / "model"), "cpu")


@pytest.fixture(scope="module")
def starter() -> Diffusion:
    return load_diffusion(ROOT / "models" / "starter" / "painter", "cpu")


def scene(side: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a slope of colours, and a hole in its middle."""
    ramp = np.linspace(0, 255, side)
    picture = np.stack([np.tile(ramp, (side, 1)), np.tile(ramp[:, None], (1, side)), np.full((side, side), 90.0)], 2)
    hole = np.zeros((side, side), np.uint8)
    hole[side // 4 : -side // 4, side // 4 : -side // 4] = 255
    return picture.astype(np.uint8), hole


@pytest.mark.parametrize("apart", [pytest.param(0.0, id="every step"), pytest.param(0.25, id="at the usual pace")])
def test_the_same_seed_gives_the_same_pixels_with_previews(
    painter: Diffusion, monkeypatch: pytest.MonkeyPatch, apart: float
) -> None:
    monkeypatch.setattr(previews, "APART", apart)
    monkeypatch.setattr(previews, "SHARE", 1.0)
    picture, hole = scene(painter.size)
    shown: list[np.ndarray] = []
    plain = painter.make(Job("a car", picture=picture, hole=hole, steps=6, seed=7))
    watched = painter.make(Job("a car", picture=picture, hole=hole, steps=6, seed=7), on_preview=shown.append)
    assert np.array_equal(plain, watched)
    assert np.array_equal(plain, painter.make(Job("a car", picture=picture, hole=hole, steps=6, seed=7)))
    assert shown
    for preview in shown:
        assert (preview.dtype, preview.shape) == (np.uint8, picture.shape)
        assert np.array_equal(preview[hole == 0], picture[hole == 0])
    if not apart:
        assert len(shown) == 6
        assert not np.array_equal(shown[0], shown[-1])


def test_a_stopped_run_leaves_the_scheduler_as_it_was(painter: Diffusion) -> None:
    def stop(preview: np.ndarray) -> None:
        raise KeyboardInterrupt

    picture, hole = scene(painter.size)
    with pytest.raises(KeyboardInterrupt):
        painter.make(Job("a car", picture=picture, hole=hole, steps=3), on_preview=stop)
    assert "step" not in vars(painter.parts["scheduler"])


def test_the_map_shows_what_the_starter_model_sees(starter: Diffusion) -> None:
    """The colours of an encoded scene are found again, to a twentieth of their range."""
    import cv2
    import torch

    picture, _ = scene(starter.size)
    vae = starter.parts["vae"]
    with torch.inference_mode():
        pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
        latents = vae.encode(pixels).latent_dist.mode() * vae.config.scaling_factor
    shown = starter.colours(latents)
    wanted = cv2.resize(picture, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - wanted).mean() < 255 / 20


def test_the_last_preview_is_near_the_finished_picture(starter: Diffusion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "APART", 0.0)
    monkeypatch.setattr(previews, "SHARE", 1.0)
    picture, hole = scene(starter.size)
    shown: list[np.ndarray] = []
    done = starter.make(Job("a red car", picture=picture, hole=hole, steps=8, seed=1), on_preview=shown.append)
    inside = hole > 0
    distance = [np.abs(each[inside].astype(int) - done[inside]).mean() for each in (picture, shown[-1])]
    assert distance[1] < 0.5 * distance[0]


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def counted(costs: float, seconds: float, steps: int) -> int:
    """How many previews of so many seconds each are shown in ``steps`` steps of ``seconds``."""
    clock = Clock()

    def show(picture: np.ndarray) -> None:
        clock.now += costs

    def colours(latents: Any) -> np.ndarray:
        return np.zeros((2, 2, 3), np.uint8)

    picture = np.zeros((4, 4, 3), np.uint8)
    watched = previews.Previews(lambda: colours, picture, picture[..., 0], show, clock)  # type: ignore[arg-type,return-value]
    for _ in range(steps):
        clock.now += seconds
        watched.step(None)
    return watched.shown


@pytest.mark.parametrize(
    ("costs", "seconds", "steps", "shown"),
    [
        pytest.param(0.0, 1.0, 20, range(20, 21), id="slow steps are all shown"),
        pytest.param(0.0, 0.01, 1000, range(36, 41), id="four a second at most"),
        pytest.param(0.5, 1.0, 100, range(3, 9), id="dear previews take a thirtieth of the time"),
    ],
)
def test_previews_are_seldom_enough(costs: float, seconds: float, steps: int, shown: range) -> None:
    assert counted(costs, seconds, steps) in shown


def test_a_linear_autoencoder_is_found_out_exactly() -> None:
    """Four channels that are mixtures of red, green and blue: the map must be the way back."""
    import torch

    mix = torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.2, 0.0, 1.0], [0.3, 0.3, 0.3]])

    class Linear:
        device, dtype = torch.device("cpu"), torch.float32

        class config:  # noqa: N801 - as diffusers calls it
            block_out_channels, scaling_factor, shift_factor = (1, 1, 1), 0.5, 0.25

        def encode(self, pixels: Any) -> Any:
            cells = torch.nn.functional.avg_pool2d(pixels, 4)
            mode = torch.einsum("kc,bchw->bkhw", mix, cells)
            return type("E", (), {"latent_dist": type("D", (), {"mode": staticmethod(lambda: mode)})})

    colours = previews.LatentColours(Linear())
    wanted = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    latents = (torch.einsum("kc,bchw->bkhw", mix, wanted * 2 - 1) - 0.25) * 0.5
    shown = colours(latents)
    assert np.abs(shown - np.rint(wanted[0].permute(1, 2, 0).numpy() * 255)).max() <= 1
