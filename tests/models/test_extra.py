"""ComfyUI's extra_model_paths.yaml: its folders, by the names that ComfyUI shows."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from graph import GraftError, Settings
from nodes.models import Shelf, extra
from tests import weights_edit


def checkpoint(file: Path, tensor: str = extra.UNET) -> Path:
    """A safetensors file whose header names one tensor."""
    header = json.dumps({tensor: {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(struct.pack("<Q", len(header)) + header + b"x")
    return file


@pytest.fixture
def comfy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ComfyUI with some weights; the checkout is tmp_path/graft."""
    base = tmp_path / "ComfyUI"
    checkpoint(base / "models/checkpoints/sd15/dream.safetensors")
    checkpoint(base / "models/checkpoints/plain.safetensors")
    checkpoint(base / "models/checkpoints/flux.safetensors", "double_blocks.0.weight")
    (base / "models/checkpoints/old.ckpt").write_bytes(b"pickle")
    folder = base / "models/diffusers/mine"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (base / "models/LLM").mkdir()
    (base / "models/LLM/chat.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return base


def shelf(tmp_path: Path, text: str) -> Shelf:
    root = tmp_path / "graft"
    root.mkdir(exist_ok=True)
    (root / extra.NAME).write_text(text)
    return Shelf(Settings(root=root, models=root / "models", offline=True))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a:\n  base_path: {base}\n  is_default: true\n  checkpoints: models/checkpoints\n  diffusers: models/diffusers\n", id="absolute"),
        pytest.param("a:\n  base_path: ../ComfyUI\n  checkpoints: |\n    models/checkpoints\n    none\n  diffusers: models/diffusers\n", id="beside it"),
        pytest.param("a:\n  checkpoints: {base}/models/checkpoints\nb:\n  diffusers: $BASE/models/diffusers\n", id="no base, a variable"),
    ],
)  # fmt: skip
def test_weights_of_comfyui_are_named_as_it_names_them(
    comfy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("BASE", str(comfy))
    found = shelf(tmp_path, text.format(base=comfy))
    assert found.names("inpaint") == ["auto", "starter", "mine", "plain.safetensors", "sd15/dream.safetensors"]
    for name in ("sd15/dream.safetensors", "dream"):
        path = found.find("inpaint", name)
        assert (path.path.resolve(), path.source) == (comfy / "models/checkpoints/sd15/dream.safetensors", "elsewhere")
    assert found.find("inpaint", "mine").path.resolve() == comfy / "models/diffusers/mine"
    assert found.sizes("inpaint")["plain.safetensors"] > 50
    assert found.problems("inpaint", "plain") is None


def test_a_checkpoint_is_listed_for_what_its_unet_takes(comfy: Path, tmp_path: Path) -> None:
    weights_edit.file(comfy / "models/checkpoints/pix2pix.safetensors")
    folder = comfy / "models/diffusers/editor"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (folder / "unet" / "config.json").write_text('{"in_channels": 8}')
    found = shelf(
        tmp_path, f"a:\n  base_path: {comfy}\n  checkpoints: models/checkpoints\n  diffusers: models/diffusers\n"
    )
    assert {"editor", "pix2pix.safetensors"} <= set(found.names("edit"))
    assert not {"mine", "plain.safetensors"} & set(found.names("edit"))
    assert not {"editor", "pix2pix.safetensors"} & set(found.names("inpaint"))


def test_the_own_folder_comes_first(comfy: Path, tmp_path: Path) -> None:
    found = shelf(tmp_path, f"c:\n  base_path: {comfy}\n  LLM: models/LLM\n")
    own = found.models / "chat" / "chat.gguf"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"GGUF")
    assert found.names("chat") == ["auto", "starter", "chat.gguf"]
    assert found.find("chat", "chat.gguf").path == own


def test_a_changed_file_is_read_again(comfy: Path, tmp_path: Path) -> None:
    found = shelf(tmp_path, "")
    assert found.names("chat") == ["auto", "starter"]
    shelf(tmp_path, f"c:\n  base_path: {comfy}\n  llm: models/LLM\n")
    assert found.names("chat") == ["auto", "starter", "chat.gguf"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: [", id="no YAML"),
        pytest.param("- a", id="a list"),
        pytest.param("a: b", id="no section"),
        pytest.param("a: !!python/object/apply:os.system [exit]", id="code"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(GraftError, match=r"extra_model_paths.yaml' can't be read") as caught:
        shelf(tmp_path, text).names("inpaint")
    assert "mend it" in caught.value.cure
