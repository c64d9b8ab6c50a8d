"""The workflows that need weights which do not ship run headless with small ones in the models folder, and without any they say what to get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures

from tests import weights_look as small

from .test_shipped import ROOT, pixels, run

FLOWS: dict[str, tuple[str, str, Callable[[Path], Any]]] = {
    "tag_picture": ("tagger", "write", small.tagger),
    "describe_picture": ("caption", "write", lambda folder: small.blip(folder, steps=80)),
    "explain_class": ("classify", "write", small.resnet),
}


@pytest.mark.parametrize("name", list(FLOWS))
def test_it_writes_a_picture(name: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, last, make = FLOWS[name]
    make(tmp_path / "models" / kind / "mine")
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GRAFT_DEVICE", "cpu")
    Pictures.fromarray(small.plain((230, 20, 20), 200, 300)).save(tmp_path / "red.png")
    answer = run(f"{name}.json", tmp_path / "out", capsys, "--picture", str(tmp_path / "red.png"))
    assert answer["ok"], answer
    assert last in answer["ran"]
    before, after = pixels(tmp_path / "red.png"), pixels(Path(answer["written"][0]))
    assert before.shape == after.shape
    assert (before != after).any()


SHIPPED = {"tag_picture": "tag", "describe_picture": "describe"}
"""Workflows that run on a starter model, and the node that announces it."""


@pytest.mark.parametrize("name", list(SHIPPED))
def test_it_runs_on_what_ships(name: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    answer = run(f"{name}.json", tmp_path / "out", capsys)
    assert answer["ok"], answer
    assert "drawn pictures only" in str(answer)
    before, after = pixels(ROOT / "workflows" / "examples" / "street.png"), pixels(Path(answer["written"][0]))
    assert before.shape == after.shape
    assert (before != after).any()


@pytest.mark.parametrize("name", sorted(set(FLOWS) - set(SHIPPED)))
def test_without_weights_it_says_what_to_get(
    name: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    answer = run(f"{name}.json", tmp_path / "out", capsys)
    assert not answer["ok"]
    assert "huggingface.co" in str(answer)
