"""The workflows of the family segment run headless with small weights in the models folder, and without any they say what to get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from tests import weights_segment as small

from .test_shipped import pixels, run

LOW = ("--quality", "0", "--stability", "0", "--points", "8")
FLOWS: dict[str, tuple[dict[str, Callable[[Path], Any]], tuple[str, ...]]] = {
    "cut_out_background": ({"matting": lambda folder: small.matting(folder / "isnet.onnx", side=64)}, ()),
    "find_by_description": ({"grounding": small.grounding, "sam": small.sam}, ("--threshold", "0.05")),
    "everything_in_picture": ({"sam": small.sam}, LOW),
}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Pictures.fromarray(small.blocks(2)).save(tmp_path / "blocks.png")
    return tmp_path / "blocks.png"


@pytest.mark.parametrize("name", list(FLOWS))
def test_it_writes_a_picture(
    name: str, picture: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds, options = FLOWS[name]
    for kind, make in kinds.items():
        make(tmp_path / "models" / kind / "mine")
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GRAFT_DEVICE", "cpu")
    answer = run(f"{name}.json", tmp_path / "out", capsys, "--picture", str(picture), *options)
    assert answer["ok"], answer
    written = [Path(path) for path in answer["written"]]
    assert len(written) == (2 if name == "everything_in_picture" else 1)
    before, after = pixels(picture), pixels(next(path for path in written if "sheet" not in path.name))
    assert before.shape == after.shape
    assert (before != after).any()


def test_the_cut_out_is_transparent_around_its_subject(
    picture: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.matting(tmp_path / "models" / "matting" / "isnet.onnx", side=64)
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    answer = run("cut_out_background.json", tmp_path / "out", capsys, "--picture", str(picture))
    cut = Pictures.open(answer["written"][0])
    assert cut.mode == "RGBA"
    alpha = np.asarray(cut)[..., 3]
    assert alpha[60, 70] == 255  # the red block
    assert alpha[5, 200] == 0  # the blue ground


@pytest.mark.parametrize("name", list(FLOWS))
def test_without_weights_it_says_what_to_get(
    name: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    answer = run(f"{name}.json", tmp_path / "out", capsys)
    assert not answer["ok"]
    assert "huggingface.co" in str(answer)
