"""The workflow that needs a ControlNet runs headless with small weights in the models folder and with the starter models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.weights import SIZE, inpaint_folder
from tests.weights_control import control_folder

from .test_shipped import ROOT, pixels, run


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with a 4-channel diffusion model and two ControlNets."""
    inpaint_folder(tmp_path / "models" / "diffusion" / "mine", channels=4)
    for seed, name in enumerate(("edges", "other"), 1):
        control_folder(tmp_path / "models" / "control" / name, seed=seed)
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GRAFT_DEVICE", "cpu")
    return tmp_path / "models"


def painted(folder: Path, capsys: Any, *options: str) -> np.ndarray:
    answer = run("follow_edges.json", folder, capsys, *options)
    assert answer["ok"], answer
    assert "save" in answer["ran"]
    return pixels(Path(answer["written"][0]))


def test_edges_steer_what_is_painted(weights: Path, tmp_path: Path, capsys: Any) -> None:
    usual = painted(tmp_path / "a", capsys)
    assert usual.shape == (SIZE, 80, 3)  # wide as the picture is, in steps that the model can paint
    assert (usual == painted(tmp_path / "b", capsys)).all()
    others = [
        painted(tmp_path / "c", capsys, "--weight", "0"),
        painted(tmp_path / "d", capsys, "--weight", "0.5"),
        painted(tmp_path / "e", capsys, "--until", "0.5"),
        painted(tmp_path / "f", capsys, "--control", "other"),
        painted(tmp_path / "g", capsys, "--picture", str(ROOT / "workflows" / "examples" / "room.png")),
    ]
    assert len({picture.tobytes() for picture in [usual, *others]}) == 6
    assert (painted(tmp_path / "h", capsys, "--until", "0") == others[0]).all()


def test_the_starter_models_follow_edges(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    monkeypatch.setenv("GRAFT_DEVICE", "cpu")
    steered, free = painted(tmp_path / "a", capsys), painted(tmp_path / "b", capsys, "--weight", "0")
    assert steered.shape == free.shape
    assert (steered != free).mean() > 0.5


def test_without_that_controlnet_it_says_what_to_get(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    wanted = "lllyasviel/control_v11p_sd15_canny"
    answer = run("follow_edges.json", tmp_path / "out", capsys, "--control", wanted)
    assert not answer["ok"]
    assert wanted in str(answer)
