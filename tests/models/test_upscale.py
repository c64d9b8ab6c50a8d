"""Super-resolution: small checkpoints under the true names, good and broken; tiles give what the whole gives."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Cancelled, GraftError, MissingWeights, Settings
from nodes.improve.upscale import upscale
from nodes.models import Shelf
from nodes.models.upscale import Upscaler, fade_in, load_upscale, tiled
from tests.toys import OneModel, toy_run
from tests.weights_upscale import compact, real_esrgan


def picture(height: int = 60, width: int = 90, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def saved(path: Path, weights: Any) -> Path:
    import torch
    from safetensors.torch import save_file

    if path.suffix == ".safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path)
    return path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return saved(tmp_path / "RealESRGAN_x4plus.pth", {"params_ema": real_esrgan()})


@pytest.mark.parametrize(
    ("name", "weights", "architecture", "scale"),
    [
        ("a.pth", {"params_ema": real_esrgan()}, "ESRGAN", 4),
        ("a.pth", {"params_ema": real_esrgan(2)}, "ESRGAN", 2),
        ("a.safetensors", real_esrgan(blocks=2), "ESRGAN", 4),
        ("a.pth", {f"module.{key}": value for key, value in real_esrgan().items()}, "ESRGAN", 4),
        ("a.pth", {"params": compact()}, "RealESRGAN Compact", 4),
        ("a.safetensors", compact(2), "RealESRGAN Compact", 2),
        ("a.pth", compact(1), "RealESRGAN Compact", 1),
    ],
)
def test_the_weights_say_which_network_it_is(
    name: str, weights: Any, architecture: str, scale: int, tmp_path: Path
) -> None:
    loaded = load_upscale(saved(tmp_path / name, weights), "cpu")
    assert (loaded.name, loaded.scale) == (architecture, scale)
    answer = loaded.enlarge(picture(21, 33), 0, 32)
    assert answer.shape == (21 * scale, 33 * scale, 3)
    assert answer.std() > 5
    assert np.array_equal(answer, loaded.enlarge(picture(21, 33), 0, 32))


def test_the_answer_is_that_of_the_formula(tmp_path: Path) -> None:
    """SRVGGNetCompact as its paper has it, written with plain convolutions."""
    import torch
    from torch.nn import functional as F

    weights = compact()
    image = picture(20, 30)
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255
    found = pixels
    for number in range(0, 7, 2):
        found = F.conv2d(found, weights[f"body.{number}.weight"], weights[f"body.{number}.bias"], padding=1)
        if number < 6:
            found = F.prelu(found, weights[f"body.{number + 1}.weight"])
    wanted = (F.pixel_shuffle(found, 4) + F.interpolate(pixels, scale_factor=4)).clamp(0, 1)[0].permute(1, 2, 0) * 255
    answer = load_upscale(saved(tmp_path / "a.pth", {"params": weights}), "cpu").enlarge(image, 0, 32)
    assert np.abs(answer - wanted.numpy()).max() <= 0.51


@pytest.mark.parametrize("tile", [32, 40, 57])
def test_tiles_give_what_the_whole_gives(tile: int, checkpoint: Path, tmp_path: Path) -> None:
    small = load_upscale(saved(tmp_path / "c.pth", {"params": compact()}), "cpu")
    whole = small.enlarge(picture(100, 130), 2048, 0)
    assert np.abs(small.enlarge(picture(100, 130), tile, 16).astype(int) - whole).max() <= 1
    deep = load_upscale(checkpoint, "cpu")  # sees 20 pixels far, the outermost hardly
    whole = deep.enlarge(picture(100, 130), 2048, 0)
    assert np.abs(deep.enlarge(picture(100, 130), tile, 40).astype(int) - whole).max() <= 1
    seams = np.abs(deep.enlarge(picture(100, 130), tile, 0).astype(int) - whole)
    assert seams.max() > 3  # without overlap the tiles' borders are seen


def test_a_seam_fades_and_is_no_step() -> None:
    """Two tiles that disagree by 100: across the overlap no step is larger than the ramp's own."""
    below = np.zeros((20, 40, 3), np.uint8)
    above = np.full((20, 40, 3), 100.0, np.float32)
    fade_in(below, above, 0, 20)
    assert np.abs(np.diff(below[0, :, 0].astype(int))).max() <= 6
    assert below[0, 0, 0] <= 3
    assert (below[:, 20:] == 100).all()


@pytest.mark.parametrize(("height", "width", "side"), [(1, 1, 32), (100, 130, 32), (64, 64, 64), (65, 64, 64)])
def test_tiles_cover_each_pixel_once(height: int, width: int, side: int) -> None:
    count = np.zeros((height, width), int)
    for top, left, bottom, right in tiled(height, width, side):
        assert 0 < bottom - top <= side
        assert 0 < right - left <= side
        count[top:bottom, left:right] += 1
    assert (count == 1).all()


def test_each_tile_is_told_and_a_run_can_be_stopped(checkpoint: Path, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("upscale", load_upscale(checkpoint, "cpu")))
    result = upscale(picture(60, 90), tile=32, overlap=8, run=run)
    assert result.shape == (240, 360, 3)
    assert run.steps == [(done, 6) for done in range(7)]
    run.stop.set()
    with pytest.raises(Cancelled):
        upscale(picture(60, 90), tile=32, run=run)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (2, 2)])
def test_tiny_pictures(size: tuple[int, int], checkpoint: Path, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("upscale", load_upscale(checkpoint, "cpu")))
    assert upscale(picture(*size), run=run).shape == (4 * size[0], 4 * size[1], 3)


def test_a_result_that_would_be_too_large_is_refused_before_anything_is_done(checkpoint: Path, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("upscale", load_upscale(checkpoint, "cpu")))
    huge = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (9_000, 12_000, 3))
    with pytest.raises(BadInput, match=r"(?s)48000×36000 would be 1728 megapixels.*tay below 200"):
        upscale(huge, run=run)
    assert not run.steps


def test_memory_that_does_not_suffice_is_answered_once_by_smaller_tiles(checkpoint: Path) -> None:
    import torch

    loaded = load_upscale(checkpoint, "cpu")
    true, said = loaded._answer, []

    def short(view: np.ndarray) -> np.ndarray:
        if view.shape[0] > limit:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return true(view)

    loaded._answer = short  # type: ignore[method-assign]
    limit = 70
    answer = loaded.enlarge(picture(120, 120), 120, 8, say=said.append)
    assert answer.shape == (480, 480, 3)
    assert said == ["there is not enough memory on cpu: it is tried once more with tiles of 60 pixels"]
    limit = 20
    with pytest.raises(GraftError, match=r"not enough memory on cpu .*smaller picture"):
        loaded.enlarge(picture(120, 120), 120, 8)


def _sam() -> dict[str, Any]:
    import torch

    return {
        "image_encoder.pos_embed": torch.zeros(1, 2, 2, 4),
        "image_encoder.patch_embed.proj.weight": torch.zeros(4, 3, 2, 2),
    }


def _four_channels() -> dict[str, Any]:
    return real_esrgan(channels=4)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        pytest.param(_sam, "it is a checkpoint of Segment Anything", id="another family"),
        pytest.param(lambda: {"thing.weight": _sam()["image_encoder.pos_embed"]}, "not known .*'thing.weight'", id="unknown"),
        pytest.param(_four_channels, "ESRGAN for 4 channels, and pictures here have three", id="four channels"),
        pytest.param(lambda: {k: v for k, v in real_esrgan().items() if "rdb2.conv3" not in k}, "do not fit together", id="a layer is missing"),
        pytest.param(lambda: [1, 2], "holds a list and no named weights", id="a list"),
    ],
)  # fmt: skip
def test_wrong_weights_say_what_they_are_and_what_is_wanted(weights: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=rf"no super-resolution or restoration network: .*{told}.*RealESRGAN_x4plus"):
        load_upscale(saved(tmp_path / "a.pth", weights()), "cpu")


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_is_cut_short(name: str, share: float, tmp_path: Path) -> None:
    whole = saved(tmp_path / name, real_esrgan()).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BadInput, match=r"(?s)cut short or no checkpoint.*ownload it again"):
        load_upscale(tmp_path / name, "cpu")


class Trap:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung"),)


def test_a_program_in_a_file_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "a.pth", {"params": Trap()})
    with pytest.raises(BadInput, match="holds more than weights"):
        load_upscale(path, "cpu")
    assert not (tmp_path / "sprung").exists()
    assert pickle.dumps(Trap())


def test_the_shelf_finds_the_weights_or_says_which_are_missing(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, models=tmp_path / "models", device="cpu")
    shelf = Shelf(settings)
    with pytest.raises(MissingWeights, match=r"67 MB.*RealESRGAN_x4plus.pth") as caught:
        shelf.get("upscale")
    assert caught.value.weights == ("upscale", "ai-forever/Real-ESRGAN:RealESRGAN_x4.pth")
    (tmp_path / "models" / "upscale").mkdir(parents=True)
    saved(tmp_path / "models" / "upscale" / "mine.pth", {"params_ema": real_esrgan()})
    loaded = shelf.get("upscale")
    assert isinstance(loaded, Upscaler)
    assert shelf.get("upscale", "mine") is loaded
    shelf.close()
