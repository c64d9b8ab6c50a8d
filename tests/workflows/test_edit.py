"""Edits by words run headless: a conversation and swapped words with the starters, an instruction with small weights in the models folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from tests import weights_edit

from .test_shipped import ROOT, pixels, run

STREET = ROOT / "workflows" / "examples" / "street.png"


def test_an_instruction_edits_around_the_thing_that_it_names(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_edit.folder(tmp_path / "models" / "edit" / "mine", own={"crop": {"hole": [0.7, 0.7]}})
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GRAFT_DEVICE", "cpu")
    flow = json.loads((ROOT / "workflows" / "edit_by_instruction.json").read_text())
    flow["nodes"]["edit"]["inputs"]["steps"] = 2
    flow["nodes"]["photo"]["inputs"]["path"] = str(STREET)
    (tmp_path / "quick.json").write_text(json.dumps(flow))
    answer = run(str(tmp_path / "quick.json"), tmp_path / "out", capsys)
    assert answer["ok"], answer
    before, after = pixels(STREET), pixels(Path(answer["written"][0]))
    changed = (before != after).any(2)
    assert changed[300:480, 300:560].any()
    assert not changed[:, 700:].any()
    assert not changed[:, :100].any()


def test_a_swapped_word_keeps_the_layout_and_every_word_has_its_panel(tmp_path: Path, capsys: Any) -> None:
    answer = run("swap_word_attention.json", tmp_path, capsys)
    assert answer["ok"], answer
    files = {Path(path).stem: Path(path) for path in answer["written"]}
    both = pixels(files["swapped"]).astype(int)
    red, blue = np.array_split(both, 2, axis=1)

    def more(picture: np.ndarray, channel: int, other: int) -> np.ndarray:
        return picture[..., channel] - picture[..., other] > 60

    assert more(red, 0, 2).sum() > 3 * more(blue, 0, 2).sum()
    assert more(blue, 2, 0).sum() > 3 * more(red, 2, 0).sum()
    words = pixels(files["words"])
    assert words.shape[0] > words.shape[1] * 0.8  # three rows of three: the picture and six words


def test_a_conversation_saves_every_turn(tmp_path: Path, capsys: Any) -> None:
    sentences = "remove the tree\n# make the car blue\nremove the car"
    answer = run("conversation.json", tmp_path, capsys, "--sentences", sentences)
    assert answer["ok"], answer
    assert [Path(path).stem for path in answer["written"]] == ["turn-1", "turn-3"]
    before, first, last = pixels(STREET), *(pixels(Path(path)) for path in answer["written"])
    tree, car = np.s_[90:330, 560:760], np.s_[320:450, 320:540]
    assert (first[tree] != before[tree]).any(2).mean() > 0.4
    assert np.array_equal(first[car], before[car])
    assert (last[car] != before[car]).any(2).mean() > 0.4
    assert np.array_equal(last[90:280, 600:760], first[90:280, 600:760])


def test_the_picture_on_which_the_places_are_looked_for_is_the_one_that_ships() -> None:
    with Pictures.open(STREET) as picture:
        assert picture.size == (768, 512)
