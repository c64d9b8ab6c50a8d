"""The workflow of the language family, headless: a small chat model of the test's own writes the words, the starter models do the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import cli
from tests.weights_chat import prompts, talking_gguf

ROOT = Path(__file__).resolve().parent.parent.parent


def pixels(path: str) -> np.ndarray:
    with Pillow.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_each_idea_is_painted(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    texts = [f"a {colour} car" for colour in ("blue", "green", "yellow", "white", "black", "purple")]
    talking_gguf(tmp_path / "models" / "chat" / "talker.gguf", prompts(*texts))
    where = ["run", str(ROOT / "workflows" / "vary_words.json"), "--out", str(tmp_path / "out"), "--json"]
    assert cli.main([*where, "--count", "2"]) == 0
    answer = json.loads(capsys.readouterr().out)
    made = {Path(path).stem: pixels(path) for path in answer["written"]}
    assert len(made) == 3
    ideas = sorted(set(made) - {"ideas"})
    assert set(ideas) < set(texts)
    before = pixels(str(ROOT / "workflows" / "examples" / "street.png"))
    for name in ideas:
        changed = (made[name] != before).any(2)
        assert changed[296:486, 262:602].mean() > 0.2
        assert not changed[:, :150].any()
    assert (made[ideas[0]] != made[ideas[1]]).any()


def test_without_a_chat_model_it_says_what_to_get(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    where = ["run", str(ROOT / "workflows" / "vary_words.json"), "--out", str(tmp_path / "out")]
    assert cli.main(where) != 0
    told = capsys.readouterr().err
    assert "only reads edits" in told
    assert "./graft models pull" in told
