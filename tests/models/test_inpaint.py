"""Inpainting weights in the true formats, small: diffusers folders and single files load, paint, are repeatable, and fail clearly."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Cancelled, MissingWeights, Settings
from nodes.diffusion import inpaint
from nodes.models import Shelf, published, single_file
from nodes.models.diffusion import Diffusion, Job, load_diffusion
from tests import weights
from tests.toys import toy_run

OnStep = Callable[[int, int], None]
OWN = {"aspects": {"bicycle": 1.4}, "crop": {"hole": [0.5, 0.6]}, "guidance": 2.5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights.inpaint_folder(tmp_path_factory.mktemp("weights") / "folder", own=OWN)


@pytest.fixture(scope="module")
def painter(folder: Path) -> Diffusion:
    return load_diffusion(folder, "cpu")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights.inpaint_file(tmp_path_factory.mktemp("weights") / "single.safetensors")


def square() -> tuple[np.ndarray, np.ndarray]:
    picture = np.random.default_rng(0).integers(0, 256, (weights.SIZE, weights.SIZE, 3), dtype=np.uint8)
    hole = np.zeros((weights.SIZE, weights.SIZE), np.uint8)
    hole[16:48, 16:48] = 255
    return picture, hole


def paint(model: Diffusion, words: str, on_step: OnStep | None = None, **settings: Any) -> np.ndarray:
    picture, hole = square()
    return model.make(Job(words, picture=picture, hole=hole, **settings), on_step=on_step)


def test_graft_json_is_read(painter: Diffusion) -> None:
    assert painter.size == weights.SIZE
    assert (painter.aspects, painter.hole, painter.guidance) == ({"bicycle": 1.4}, (0.5, 0.6), 2.5)
    assert painter.notes == ()


def test_the_seed_and_the_words_decide(painter: Diffusion) -> None:
    def painted(words: str, seed: int) -> np.ndarray:
        return paint(painter, words, steps=2, seed=seed, guidance=5.0)

    first = painted("a car", 1)
    assert first.shape == (weights.SIZE, weights.SIZE, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, painted("a car", 1))
    assert not np.array_equal(first, painted("a car", 2))
    assert not np.array_equal(first, painted("a bike", 1))


@pytest.mark.parametrize(("steps", "strength", "total"), [(3, 1.0, 3), (4, 0.5, 2)])
def test_every_step_is_reported(painter: Diffusion, steps: int, strength: float, total: int) -> None:
    reports: list[tuple[int, int]] = []
    paint(painter, "a car", steps=steps, strength=strength, on_step=lambda *step: reports.append(step))
    assert reports == [(step + 1, total) for step in range(total)]


def test_after_a_cancel_the_model_paints_as_before(painter: Diffusion) -> None:
    before = paint(painter, "a car", steps=3)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(painter, "a car", steps=3, on_step=stop)
    assert np.array_equal(before, paint(painter, "a car", steps=3))


def test_words_left_out(painter: Diffusion) -> None:
    assert painter.words_left_out("a car") == ""
    assert painter.words_left_out("car " * 140 + "bike") == "bike"


def test_a_single_file_is_the_same_model_as_its_folder(file: Path, painter: Diffusion) -> None:
    assert {
        "model.diffusion_model.input_blocks.0.0.weight",
        "first_stage_model.encoder.down.0.block.0.conv1.weight",
    } <= set(single_file.shapes(file))
    single = load_diffusion(file, "cpu")
    assert single.size == painter.size
    one = paint(single, "a car", steps=2, guidance=5.0)
    assert np.array_equal(one, paint(painter, "a car", steps=2, guidance=5.0))


def test_a_model_not_made_for_inpainting_works_and_says_so(tmp_path: Path) -> None:
    plain = load_diffusion(weights.inpaint_folder(tmp_path / "plain", channels=4), "cpu")
    picture, hole = square()
    said: list[str] = []
    assert plain.make(Job("a car", picture=picture, hole=hole, steps=2), say=said.append).shape == picture.shape
    assert "not made for inpainting" in said[0]


@pytest.mark.parametrize("shape", ["object", "mask"])
def test_the_node_paints_with_a_real_pipeline(folder: Path, tmp_path: Path, shape: str) -> None:
    rows, columns = np.mgrid[0:90, 0:140]
    image = np.dstack([rows * 2, columns, rows + columns]).astype(np.uint8)
    mask = np.zeros((90, 140), np.uint8)
    mask[40:70, 50:100] = 255
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path, device="cpu", offline=True))
    run = toy_run(tmp_path, shelf)
    result, changed = inpaint(image, mask, "a bicycle", shape=shape, steps=2, model=str(folder), run=run)
    assert np.array_equal(result[changed == 0], image[changed == 0])
    assert (result[45:65, 60:90] != image[45:65, 60:90]).mean() > 0.9
    assert run.steps == [(1, 2), (2, 2)]
    again = inpaint(image, mask, "a bicycle", shape=shape, steps=2, model=str(folder), run=run)
    assert np.array_equal(again.image, result)


def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def cut_short(path: Path) -> None:
    weights_file = next(path.glob("unet/*.safetensors"))
    weights_file.write_bytes(weights_file.read_bytes()[:-1000])


def lose_weights(path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights_file = next(path.glob("unet/*.safetensors"))
    tensors = load_file(weights_file)
    del tensors["conv_in.weight"]
    save_file(tensors, weights_file)


def other_shape(path: Path) -> None:
    config = json.loads((path / "unet" / "config.json").read_text())
    (path / "unet" / "config.json").write_text(json.dumps(config | {"cross_attention_dim": 8}))


def own_code(path: Path) -> None:
    index = json.loads((path / "model_index.json").read_text())
    (path / "model_index.json").write_text(json.dumps(index | {"_class_name": ["pipeline", "Evil"]}))
    (path / "pipeline.py").write_text("raise SystemExit('run')")


def only_pickles(path: Path) -> None:
    for weights_file in path.rglob("*.safetensors"):
        weights_file.rename(weights_file.with_suffix(".bin"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(cut_short, "unet", id="cut short"),
        pytest.param(lose_weights, "conv_in", id="a weight is missing"),
        pytest.param(other_shape, "can't be loaded", id="shapes that do not fit"),
        pytest.param(own_code, "code of its own", id="code of its own"),
        pytest.param(only_pickles, "safetensors|can't be loaded", id="only pickles"),
        pytest.param(lambda path: (path / "model_index.json").write_text("["), "can't be loaded", id="broken index"),
        pytest.param(lambda path: (path / "graft.json").write_text("["), "graft.json", id="broken settings"),
        pytest.param(lambda path: shutil.rmtree(path / "tokenizer"), "no vocabulary", id="no tokenizer"),
    ],
)
def test_broken_folders(folder: Path, tmp_path: Path, spoil: object, message: str) -> None:
    path = copy(folder, tmp_path)
    spoil(path)  # type: ignore[operator]
    with pytest.raises(BadInput, match=message) as caught:
        load_diffusion(path, "cpu")
    assert caught.value.cure


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"not weights at all", "no whole safetensors file", id="other bytes"),
        pytest.param(b"", "no whole safetensors file", id="empty"),
        pytest.param(b"\xff" * 8 + b"{}", "no whole safetensors file", id="a hostile header"),
    ],
)
def test_broken_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        load_diffusion(path, "cpu")


def test_a_lora_alone_is_no_checkpoint(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({"lora_unet_down.weight": torch.zeros(4, 4)}, tmp_path / "lora.safetensors")
    with pytest.raises(BadInput, match="no Stable Diffusion checkpoint"):
        load_diffusion(tmp_path / "lora.safetensors", "cpu")


def test_the_configuration_written_for_sd1_has_the_published_shapes(tmp_path: Path) -> None:
    """The names and shapes of SD 1.x inpainting, without its 4 GB: the models are made on the meta device."""
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig

    unet_in = torch.zeros(320, 9, 3, 3)
    from safetensors.torch import save_file

    save_file(
        {
            single_file.UNET_IN: unet_in,
            single_file.UNET_CROSS: torch.zeros(320, 768),
            single_file.TEXT: torch.zeros(77, 768),
        },
        tmp_path / "sd.safetensors",
    )
    assert single_file.family(single_file.shapes(tmp_path / "sd.safetensors"), "sd") == "sd1"
    published.write(tmp_path / "made", "sd1", 9)
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(tmp_path / "made" / "unet"))
        vae = AutoencoderKL.from_config(AutoencoderKL.load_config(tmp_path / "made" / "vae"))
    text = CLIPTextConfig.from_pretrained(tmp_path / "made" / "text_encoder")
    assert sum(p.numel() for p in unet.parameters()) == 859_535_364  # published: 859.5 million
    assert sum(p.numel() for p in vae.parameters()) == 83_653_863
    assert (text.hidden_size, text.num_hidden_layers, text.vocab_size) == (768, 12, 49408)


def test_the_clip_vocabulary_is_read_as_published(tmp_path: Path) -> None:
    """Ids in CLIP: bytes, bytes at a word's end, merges by rank, start and end of text."""
    lines = ["#version: 0.2", "c a", "ca r</w>"]
    (tmp_path / "bpe.txt.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    tokenizer = single_file.read_vocabulary(tmp_path / "bpe.txt.gz")
    assert tokenizer("Car").input_ids == [514, 513, 515]
    assert tokenizer("!").input_ids == [514, 256, 515]
    assert len(tokenizer) == 516


def test_a_single_file_without_a_vocabulary_says_where_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_file, "_carried", lambda: None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    with pytest.raises(MissingWeights, match="CLIP vocabulary") as caught:
        single_file.clip_tokenizer(tmp_path / "sd.safetensors")
    assert "open-clip-torch" in caught.value.cure
