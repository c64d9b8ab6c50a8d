"""Colours, gradients and text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from graph import BadInput
from nodes.image import gradient, solid, text_on_picture
from nodes.image.drawing import Position
from nodes.image.lettering import font_of, wrapped
from tests.toys import toy_run

GROUND = np.full((120, 200, 3), 128, np.uint8)
GROUND.flags.writeable = False


def test_solid() -> None:
    image = solid(5, 3, "#010203")
    assert image.shape == (3, 5, 3)
    assert (image == (1, 2, 3)).all()
    assert not image.flags.writeable


@pytest.mark.parametrize(
    ("angle", "first", "last"),
    [
        pytest.param(0, (slice(None), 0), (slice(None), -1), id="right"),
        pytest.param(90, (0, slice(None)), (-1, slice(None)), id="down"),
        pytest.param(180, (slice(None), -1), (slice(None), 0), id="left"),
        pytest.param(-90, (-1, slice(None)), (0, slice(None)), id="up"),
        pytest.param(45, (0, 0), (-1, -1), id="diagonal"),
    ],
)
def test_linear_gradient_reaches_both_colours(angle: float, first: Any, last: Any) -> None:
    image = gradient(60, 40, "#ff0000", "#0000ff", angle=angle)
    assert (image[first] == (255, 0, 0)).all()
    assert (image[last] == (0, 0, 255)).all()


def test_linear_gradient_is_even() -> None:
    assert gradient(256, 1, "#000000", "#ffffff")[0, :, 0].tolist() == list(range(256))


def test_radial_gradient() -> None:
    image = gradient(61, 41, "#000000", "#ffffff", "radial")
    assert image[20, 30].tolist() == [0] * 3
    assert image[0, 0].tolist() == [255] * 3
    np.testing.assert_array_equal(image, image[::-1, ::-1])


def test_a_gradient_of_one_pixel() -> None:
    assert gradient(1, 1, "#000000", "#ffffff", "radial").shape == (1, 1, 3)
    assert gradient(1, 1).shape == (1, 1, 3)


def _where(position: Any, text: str = "Hi", **options: Any) -> tuple[int, int, int, int]:
    image = text_on_picture(GROUND, text, position, run=toy_run(Path()), **options)
    rows, columns = np.nonzero((image != GROUND).any(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("position", get_args(Position))
def test_text_stands_where_it_should(position: Any) -> None:
    left, top, right, bottom = _where(position, margin=10, outline=2)
    near = {"left": abs(left - 10), "right": abs(right - 190), "top": abs(top - 10), "bottom": abs(bottom - 110)}
    for side, distance in near.items():
        assert distance <= 4 if side in position else distance > 20
    if position in ("top", "middle", "bottom"):
        assert abs((left + right) / 2 - 100) <= 2
    if position in ("left", "middle", "right"):
        assert abs((top + bottom) / 2 - 60) <= 2


def test_text_and_outline_have_their_colours() -> None:
    image = text_on_picture(GROUND, "H", size=60, colour="#ff0000", outline_colour="#0000ff", run=toy_run(Path()))
    colours = {tuple(colour) for colour in image.reshape(-1, 3).tolist()}
    assert {(255, 0, 0), (0, 0, 255), (128, 128, 128)} <= colours
    again = text_on_picture(GROUND, "H", size=60, colour="#ff0000", outline_colour="#0000ff", run=toy_run(Path()))
    np.testing.assert_array_equal(image, again)


def test_long_text_is_wrapped_inside_the_margin() -> None:
    left, top, right, bottom = _where("middle", "one two three four five six seven", size=20, margin=12, outline=1)
    assert left >= 11
    assert right <= 189
    assert bottom - top > 35


def test_no_text_changes_nothing() -> None:
    assert text_on_picture(GROUND, " \n ", run=toy_run(Path())) is GROUND


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("aa bb cc", ["aa bb", "cc"], id="words"),
        pytest.param("aaaaaaaaa", ["aaaaa", "aaaa"], id="long-word"),
        pytest.param("a\n\nb", ["a", "", "b"], id="empty-line"),
        pytest.param("", [""], id="nothing"),
    ],
)
def test_wrapped(text: str, lines: list[str]) -> None:
    font = font_of(20)
    assert wrapped(text, font, font.getlength("aaaaa")).split("\n") == lines


@pytest.mark.parametrize(
    ("options", "socket", "words"),
    [
        pytest.param({"text": "word " * 400}, "text", "are free inside the margin", id="too-much"),
        pytest.param({"text": "W", "size": 500.0}, "text", "are free inside the margin", id="too-large"),
        pytest.param({"text": "W", "margin": 300}, "text", "0×0 are free", id="no-room"),
        pytest.param({"text": "x" * 10_001}, "text", "10001 characters", id="too-long"),
        pytest.param({"text": "W", "font": "a.ttf"}, "font", "is not a font", id="no-font"),
        pytest.param({"text": "W", "font": "b.ttf"}, "font", "there is no file", id="no-font-file"),
        pytest.param({"text": "größer 車"}, "text", "has no 'ö', 'ß', '車'", id="letters-the-font-lacks"),
        pytest.param({"text": "W", "outline_colour": "blu"}, "outline_colour", "is no colour", id="colour"),
    ],
)
def test_text_that_cannot_be_set(tmp_path: Path, options: dict[str, Any], socket: str, words: str) -> None:
    (tmp_path / "a.ttf").write_text("no font")
    with pytest.raises(BadInput) as error:
        text_on_picture(GROUND, **options, run=toy_run(tmp_path))
    assert error.value.socket == socket
    assert words in error.value.what
    assert error.value.cure
