"""Arrays, colours and rounding."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from graph import BadInput
from nodes import pixels


def test_frozen_copies_views_and_locks() -> None:
    base = np.arange(24, dtype=np.uint8).reshape(2, 4, 3).copy()
    view = pixels.frozen(base[:, ::-1])
    assert not view.flags.writeable
    assert view.flags.c_contiguous
    assert not np.shares_memory(view, base)
    assert base.flags.writeable


def test_pictures_go_there_and_back() -> None:
    image = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    back = pixels.from_pil(pixels.to_pil(image[:, ::-1]))
    np.testing.assert_array_equal(back, image[:, ::-1])
    assert not back.flags.writeable
    mask = pixels.mask_from_pil(pixels.to_pil(image[..., 0]))
    np.testing.assert_array_equal(mask, image[..., 0])
    assert pixels.from_pil(Pillow.new("L", (2, 1), 9)).tolist() == [[[9, 9, 9], [9, 9, 9]]]


def test_rounding_never_wraps() -> None:
    values = np.array([-300.0, -0.4, 0.6, 254.4, 254.6, 255.5, 1e9])
    assert pixels.to_bytes(values).tolist() == [0, 0, 1, 254, 255, 255, 255]


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        pytest.param("#ff8800", (255, 136, 0), id="hex"),
        pytest.param("#F80", (255, 136, 0), id="short-hex"),
        pytest.param(" dark orange ", (255, 140, 0), id="two-words"),
        pytest.param("Red", (255, 0, 0), id="capital"),
        pytest.param("rgb(1, 2, 3)", (1, 2, 3), id="rgb"),
        pytest.param("#010203ff", (1, 2, 3), id="opaque-alpha"),
    ],
)
def test_colours(text: str, colour: tuple[int, int, int]) -> None:
    assert pixels.parse_colour(text) == colour


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("purpel", 'Did you mean "purple"', id="typo"),
        pytest.param("#12345", "#ff8800", id="five-digits"),
        pytest.param("", "#ff8800", id="empty"),
        pytest.param("#ff880080", "use a mask", id="half-transparent"),
    ],
)
def test_bad_colours_name_the_cure(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as error:
        pixels.parse_colour(text, "start")
    assert error.value.socket == "start"


def test_strips_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(2).integers(0, 256, (50, 7, 3), dtype=np.uint8)
    monkeypatch.setattr(pixels, "STRIP_PIXELS", 21)
    seen = []

    def half(strip: np.ndarray) -> np.ndarray:
        seen.append(len(strip))
        return strip // 2

    np.testing.assert_array_equal(pixels.by_strips(half, image), image // 2)
    assert seen == [3] * 16 + [2]


def test_lay_over_is_the_rounded_mix_for_every_byte() -> None:
    low, high, share = (
        grid.astype(np.uint8) for grid in np.meshgrid(np.arange(0, 256, 5), np.arange(0, 256, 5), np.arange(256))
    )
    shape = (low.shape[0] * low.shape[1], 256)
    below, above, mask = (np.reshape(part, shape) for part in (low, high, share))
    mixed = pixels.lay_over(np.repeat(below[..., None], 3, 2), np.repeat(above[..., None], 3, 2), mask)[..., 1]
    exact = (below.astype(int) * (255 - mask.astype(int)) + above.astype(int) * mask.astype(int)) / 255
    assert abs(mixed - exact).max() <= 0.5
    np.testing.assert_array_equal(mixed[mask == 0], below[mask == 0])
    np.testing.assert_array_equal(mixed[mask == 255], above[mask == 255])


def test_sizes_that_differ_are_named() -> None:
    with pytest.raises(BadInput, match="it is 4×3 but image is 2×1") as error:
        pixels.check_same_size("mask", np.zeros((3, 4)), np.zeros((1, 2, 3)))
    assert error.value.socket == "mask"
    assert "resize" in error.value.cure


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, -1), (20_000, 20_000)])
def test_areas_that_cannot_be(width: int, height: int) -> None:
    with pytest.raises(BadInput):
        pixels.check_area(width, height)
