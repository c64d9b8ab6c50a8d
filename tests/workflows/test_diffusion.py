"""The workflows that paint from words run headless with what ships, as a person would run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.workflows.test_shipped import ROOT, pixels, run


def test_words_become_a_picture(tmp_path: Path, capsys: Any) -> None:
    answer = run("text_to_image.json", tmp_path, capsys, "--steps", "12")
    made = pixels(Path(answer["written"][0])).astype(int)
    assert made.shape == (96, 96, 3)
    green = (made[..., 1] > made[..., 0] + 20) & (made[..., 1] > made[..., 2] + 20)
    assert green.mean() > 0.08  # the tree
    assert any("starter models: drawn pictures of one thing" in text for text in answer["said"])
    assert any("made for inpainting" in text for text in answer["said"])
    other = run("text_to_image.json", tmp_path / "red", capsys, "--steps", "12", "--prompt", "a red car")
    red = pixels(Path(other["written"][0])).astype(int)
    assert (red[..., 0] > red[..., 1] + 60).mean() > 2 * (made[..., 0] > made[..., 1] + 60).mean()


def test_a_picture_is_repainted_in_its_own_size_and_layout(tmp_path: Path, capsys: Any) -> None:
    answer = run("photo_restyle.json", tmp_path, capsys, "--steps", "7")
    before, after = pixels(ROOT / "workflows" / "examples" / "garden.png"), pixels(Path(answer["written"][0]))
    assert after.shape == before.shape
    assert (after != before).mean() > 0.5
    assert np.abs(after.astype(int) - before).mean() < 30


def test_a_picture_grows_and_what_was_there_stays(tmp_path: Path, capsys: Any) -> None:
    answer = run("outpaint.json", tmp_path, capsys, "--left", "0", "--right", "64")
    before, after = pixels(ROOT / "workflows" / "examples" / "garden.png"), pixels(Path(answer["written"][0]))
    assert after.shape == (before.shape[0], before.shape[1] + 64, 3)
    assert np.array_equal(after[:, : before.shape[1]], before)
    grass = after[-100:, before.shape[1] :].reshape(-1, 3).astype(int)
    assert (grass[:, 1] > grass[:, 2] + 20).mean() > 0.8  # the lawn goes on
    assert any("can't paint backgrounds" in text for text in answer["said"])
