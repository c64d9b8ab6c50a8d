"""Networks that cut out backgrounds: ONNX files in the layouts of the published ones, what they are given, and how their family is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf, inventory
from nodes.models.matting import FAMILIES, family_of, load_matting, prepared
from tests import weights_segment as small

NAMED = {
    "u2net.onnx": "U²-Net", "u2netp.onnx": "U²-Net", "u2net_human_seg.onnx": "U²-Net", "silueta.onnx": "U²-Net",
    "isnet-general-use.onnx": "IS-Net", "isnet-anime.onnx": "IS-Net for drawings", "RMBG-1.4.onnx": "RMBG 1.4",
    "briarmbg.onnx": "RMBG 1.4", "bria-rmbg-2.0.onnx": "RMBG 2.0", "BiRefNet-general-epoch_244.onnx": "BiRefNet",
    "birefnet_lite/onnx/model.onnx": "BiRefNet", "u2net/isnet-general-use.onnx": "IS-Net",
    "models--briaai--RMBG-1.4/snapshots/abc/onnx/model.onnx": "RMBG 1.4",
    "models--BritishWerewolf--U-2-Net/snapshots/abc/onnx/model_fp16.onnx": "U²-Net",
    "models--onnx-community--ISNet-ONNX/snapshots/abc/onnx/model.onnx": "IS-Net",
}  # fmt: skip


@pytest.mark.parametrize("name", list(NAMED))
def test_the_family_is_known_by_the_name(name: str, tmp_path: Path) -> None:
    assert family_of(tmp_path / name)[0] == NAMED[name]


def test_what_each_family_is_given() -> None:
    image = np.full((20, 30, 3), (200, 100, 50), np.uint8)
    expected = {
        "U²-Net": (np.array([200, 100, 50]) / 200 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
        "BiRefNet": (np.array([200, 100, 50]) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
        "RMBG 1.4": np.array([200, 100, 50]) / 255 - 0.5,
        "IS-Net for drawings": np.array([200, 100, 50]) / 255 - [0.485, 0.456, 0.406],
    }
    for name, colours in expected.items():
        given = prepared(image, 16, FAMILIES[name])
        assert given.shape == (1, 3, 16, 16)
        assert given.dtype == np.float32
        assert np.allclose(given[0, :, 5, 5], colours, atol=1e-5), name


LAYOUTS: dict[str, dict[str, Any]] = {
    "u2net.onnx": {"side": 32, "outputs": 7},
    "isnet.onnx": {"side": 48, "outputs": 6},
    "birefnet.onnx": {"side": 40, "ends": "logits"},
    "rmbg-1.4.onnx": {"side": 32, "half": True},
    "rmbg-2.onnx": {"side": "side"},
}


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_published_layouts_answer(name: str, tmp_path: Path) -> None:
    loaded = load_matting(small.matting(tmp_path / name, **LAYOUTS[name]), "cpu")
    side = LAYOUTS[name]["side"] if isinstance(LAYOUTS[name]["side"], int) else 1024
    image = np.zeros((60, 90, 3), np.uint8)
    image[:, :45], image[:, 45:] = (220, 40, 30), (30, 40, 220)
    alpha = loaded.alpha(image)
    assert alpha.shape == (side, side)
    assert alpha.dtype == np.float32
    given = prepared(image, side, loaded.settings)[0]
    wanted = 1 / (1 + np.exp(-6.0 * (given[0] - given[2])))
    assert np.allclose(alpha, wanted, atol=0.03 if LAYOUTS[name].get("half") else 1e-4)
    stretched = loaded.stretched(alpha)
    if loaded.settings.stretched:
        assert (stretched.min(), stretched.max()) == (0, 1)
    else:
        assert stretched is alpha


def test_an_even_answer_is_not_stretched(tmp_path: Path) -> None:
    loaded = load_matting(small.matting(tmp_path / "u2net.onnx"), "cpu")
    alpha = loaded.alpha(np.full((1, 1, 3), 90, np.uint8))
    assert np.array_equal(loaded.stretched(alpha), alpha)


def test_a_large_picture(tmp_path: Path) -> None:
    loaded = load_matting(small.matting(tmp_path / "u2net.onnx"), "cpu")
    assert loaded.alpha(np.zeros((9000, 12000, 3), np.uint8)).shape == (32, 32)


def test_what_is_stated_beside_the_file_counts(tmp_path: Path) -> None:
    file = small.matting(tmp_path / "mine" / "onnx" / "model.onnx", side="side")
    stated = {
        "do_normalize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [1, 1, 1],
        "size": {"width": 64, "height": 64},
    }
    (tmp_path / "mine" / "preprocessor_config.json").write_text(json.dumps(stated))
    loaded = load_matting(file, "cpu")
    assert loaded.alpha(small.noise(30, 30)).shape == (64, 64)
    assert loaded.settings.mean == (0.5, 0.5, 0.5)
    unscaled = stated | {"image_mean": [128, 128, 128], "image_std": [256, 256, 256], "do_rescale": False}
    (tmp_path / "mine" / "preprocessor_config.json").write_text(json.dumps(unscaled))
    assert load_matting(file, "cpu").settings.mean == pytest.approx([128 / 255] * 3)
    for wrong in ("{", "[]", '{"image_mean": [1], "image_std": [1]}', "{}"):
        (tmp_path / "mine" / "preprocessor_config.json").write_text(wrong)
        with pytest.raises(BadInput, match=r"preprocessor_config\.json' can't be used"):
            load_matting(file, "cpu")


def cut(file: Path) -> None:
    small.matting(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def tagger(file: Path) -> None:
    from tests import weights_look

    weights_look.tagger(file.parent / "there").rename(file)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "half of it": (cut, "cut short"),
    "a text": (lambda file: file.write_text("404: Not Found"), "cut short"),
    "empty": (lambda file: file.write_bytes(b""), "cut short|takes nothing"),
    "a tagger": (tagger, r"it takes input tensor\(float\) \['batch_size', 448, 448, 3\]"),
    "four channels": (lambda file: small.matting(file, channels=4), "one float picture"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_files_are_named(name: str, tmp_path: Path) -> None:
    write, said = BROKEN[name]
    write(tmp_path / "u2net.onnx")
    with pytest.raises(BadInput, match=said) as caught:
        load_matting(tmp_path / "u2net.onnx", "cpu")
    assert "u2net.onnx" in str(caught.value)
    assert caught.value.cure


def test_a_file_of_no_known_family_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not tell of which family it is") as caught:
        load_matting(small.matting(tmp_path / "mine.onnx"), "cpu")
    assert "RMBG 1.4" in str(caught.value)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))


def test_the_shelf_finds_a_file_a_folder_and_a_snapshot(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(MissingWeights) as caught:
        shelf.get("matting")
    for part in ("onnx-community/ISNet-ONNX", "176 MB", "segment.grab", str(shelf.models / "matting")):
        assert part in str(caught.value)
    small.matting(shelf.models / "matting" / "u2net.onnx")
    small.matting(shelf.models / "matting" / "RMBG-1.4" / "onnx" / "model.onnx")
    home = tmp_path / "cache" / "models--onnx-community--ISNet-ONNX"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("abc")
    small.matting(home / "snapshots" / "abc" / "onnx" / "model.onnx")
    assert inventory.held("matting") == ["onnx-community/ISNet-ONNX"]
    assert shelf.names("matting") == ["auto", "RMBG-1.4", "u2net.onnx", "onnx-community/ISNet-ONNX"]
    families = {name: shelf.get("matting", name).family for name in shelf.names("matting")[1:]}
    assert list(families.values()) == ["RMBG 1.4", "U²-Net", "IS-Net"]


def test_the_hub_gives_the_network_and_what_is_stated_alone(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.models import conftest

    network = small.matting(tmp_path / "network.onnx").read_bytes()
    stated = json.dumps({"image_mean": [0.5] * 3, "image_std": [1.0] * 3, "size": {"width": 32}}).encode()
    files = {
        "onnx/model.onnx": network, "onnx/model_fp16.onnx": b"x", "preprocessor_config.json": stated, "model.safetensors": b"x",
    }  # fmt: skip
    monkeypatch.setitem(conftest.REPOSITORIES, "me/RMBG-1.4", files)
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu"))
    assert shelf.get("matting", "me/RMBG-1.4").family == "RMBG 1.4"
    assert set(asked) == {"onnx/model.onnx", "preprocessor_config.json"}


def test_networks_in_comfyuis_folders_are_found(shelf: Shelf, tmp_path: Path) -> None:
    shelf.models.mkdir(parents=True)
    (shelf.models / "extra_model_paths.yaml").write_text(
        f"comfyui:\n  base_path: {tmp_path}/ui\n  rembg: models/rembg\n"
    )
    small.matting(tmp_path / "ui" / "models" / "rembg" / "u2net.onnx")
    assert shelf.names("matting") == ["auto", "u2net.onnx"]
    assert shelf.get("matting").family == "U²-Net"
