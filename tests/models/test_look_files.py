"""Folders of what looks at pictures: broken ones are named and run nothing, those published years ago answer the same, and the shelf finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf, inventory
from nodes.models.caption import load_caption
from nodes.models.classify import load_classify
from nodes.models.clip import load_clip
from tests import weights_look as small
from tests.weights_look import copy, noise


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return small.all_of(tmp_path_factory.mktemp("look"))


LOADERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "blip": ("caption", load_caption), "blip2": ("caption", load_caption), "clip": ("clip", load_clip),
    "vit": ("classify", load_classify), "resnet": ("classify", load_classify),
}  # fmt: skip


def nothing(done: int, total: int) -> None:
    """Hears of steps."""


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def less(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    del tensors[max(tensors)]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


class Program:
    """What a pickle could run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("ran").touch, ())


def harmful(folder: Path) -> None:
    import torch

    (folder / "model.safetensors").unlink()
    torch.save({"x": Program()}, folder / "pytorch_model.bin")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "half of the weights": (cut, "can't be loaded"),
    "a tensor is missing": (less, "missing"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "can't be loaded"),
    "no JSON": (lambda folder: (folder / "config.json").write_text("{"), "can't be loaded"),
    "no class": (lambda folder: (folder / "config.json").write_text('{"model_type": "bert"}'), "of type 'bert'"),
    "code": (harmful, "could run a program"),
}


@pytest.mark.parametrize("name", list(LOADERS))
@pytest.mark.parametrize("how", list(BROKEN))
def test_broken_folders_are_named_and_run_nothing(
    how: str, name: str, weights: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = copy(weights[name], tmp_path)
    BROKEN[how][0](folder)
    with pytest.raises(BadInput, match=BROKEN[how][1]) as caught:
        LOADERS[name][1](folder, "cpu")
    assert str(folder) in str(caught.value)
    assert caught.value.cure
    assert not Path("ran").exists()


@pytest.mark.parametrize("name", list(LOADERS))
def test_another_family_says_what_it_is_and_what_was_wanted(name: str, weights: dict[str, Path]) -> None:
    kind, load = LOADERS[name]
    for other, (of, _) in LOADERS.items():
        if of != kind:
            given = json.loads((weights[other] / "config.json").read_text())["architectures"][0]
            with pytest.raises(BadInput, match=given) as caught:
                load(weights[other], "cpu")
            assert "such as" in str(caught.value)


def test_bin_files_are_read_as_weights_only(weights: dict[str, Path], tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = copy(weights["vit"], tmp_path)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    found = load_classify(folder, "cpu").shares(noise())
    assert np.array_equal(found, load_classify(weights["vit"], "cpu").shares(noise()))


def test_folders_as_they_were_published_answer_the_same(weights: dict[str, Path], tmp_path: Path) -> None:
    blip, clip = (small.as_published(copy(weights[name], tmp_path / name)) for name in ("blip", "clip"))
    assert not (blip / "tokenizer.json").exists()
    for name, colour in small.COLOURS.items():
        assert load_caption(blip, "cpu").caption(small.plain(colour), "a", 10, 2, nothing) == f"a {name} picture"
    texts = ["car", "a bike and a car"]
    expected = load_clip(weights["clip"], "cpu").likeness(noise(), texts, nothing)
    assert np.allclose(load_clip(clip, "cpu").likeness(noise(), texts, nothing), expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["clip", "classify"])
def test_without_weights_it_says_what_to_get(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    with pytest.raises(MissingWeights) as caught:
        shelf.get(kind)
    for part in ("https://huggingface.co/", "B", str(shelf.models / kind), "downloads it"):
        assert part in str(caught.value)


def test_without_the_captioner_that_ships_it_says_how_to_get_it_back(tmp_path: Path) -> None:
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    with pytest.raises(MissingWeights) as caught:
        shelf.get("caption")
    for part in ("starter model 'captioner'", "git checkout", "BLIP or BLIP-2", str(shelf.models / "caption")):
        assert part in str(caught.value)


def test_the_shelf_finds_each_by_name(weights: dict[str, Path], tmp_path: Path) -> None:
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    for name, (kind, load) in LOADERS.items():
        (shelf.models / kind).mkdir(parents=True, exist_ok=True)
        (shelf.models / kind / name).symlink_to(weights[name])
        assert type(shelf.get(kind, name)) is type(load(weights[name], "cpu"))
    assert shelf.names("caption") == ["auto", "starter", "blip", "blip2"]


def test_the_hubs_cache_is_told_apart_by_kind(
    weights: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    for name, folder in weights.items():
        home = tmp_path / f"models--me--{name}"
        (home / "refs").mkdir(parents=True)
        (home / "refs" / "main").write_text("abc")
        (home / "snapshots").mkdir()
        (home / "snapshots" / "abc").symlink_to(folder)
    held = {kind: inventory.held(kind) for kind in ("caption", "clip", "classify", "segment", "tagger")}
    assert held == {
        "caption": ["me/blip", "me/blip2"], "clip": ["me/clip"], "classify": ["me/resnet", "me/vit"], "segment": [], "tagger": [],
    }  # fmt: skip
