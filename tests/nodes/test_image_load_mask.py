"""A mask from a file: by lightness, transparency or colour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from nodes.image.reading import load_mask
from tests.toys import toy_run

GREY = np.array([[0, 100], [200, 255]], np.uint8)
COLOURS = np.dstack([GREY, np.roll(GREY, 1), np.roll(GREY, 2), np.roll(GREY, 3)])


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("red", GREY), ("green", np.roll(GREY, 1)), ("blue", np.roll(GREY, 2)), ("alpha", np.roll(GREY, 3))],
)
def test_a_channel_is_exact(tmp_path: Path, channel: Any, expected: np.ndarray) -> None:
    Pillow.fromarray(COLOURS).save(tmp_path / "a.png")
    mask = load_mask("a.png", channel, run=toy_run(tmp_path))
    assert mask.dtype == np.uint8
    assert not mask.flags.writeable
    np.testing.assert_array_equal(mask, expected)


def test_a_painted_mask_comes_back_as_it_was(tmp_path: Path) -> None:
    Pillow.fromarray(GREY).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(load_mask("mask.png", run=toy_run(tmp_path)), GREY)


def test_alpha_of_an_opaque_picture_is_all_white(tmp_path: Path) -> None:
    Pillow.fromarray(COLOURS[..., :3]).save(tmp_path / "a.png")
    assert (load_mask("a.png", "alpha", run=toy_run(tmp_path)) == 255).all()
