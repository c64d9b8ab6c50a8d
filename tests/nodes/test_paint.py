"""paint.heal: holes are filled with what surrounds them, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest

from graph import BadInput, Cancelled
from nodes import patches
from nodes.paint import heal
from tests.toys import toy_run
from train.scenes import draw_background
from train.scenes.scene import paste_object

METHODS = ["patches", "telea", "navier-stokes"]


def mask_of(shape: tuple[int, ...], *boxes: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros(shape[:2], np.uint8)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = 255
    return mask


def grain(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Sand: noise of one grain size around a colour that changes slowly across the picture."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), 1.2)
    slope = np.linspace(-20, 20, width)
    grey = 130 + 30 * noise / noise.std() + slope
    return np.clip(np.dstack([grey + 30, grey, grey - 30]), 0, 255).astype(np.uint8)


def stripes(height: int, width: int) -> np.ndarray:
    """Planks: light and dark bands of 12 pixels from left to right."""
    rows = np.mgrid[0:height, 0:width][0]
    return np.repeat(np.where(rows // 12 % 2, 200, 60)[..., None], 3, 2).astype(np.uint8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("size", "box"),
    [
        pytest.param((90, 120), (40, 30, 80, 60), id="in the middle"),
        pytest.param((90, 120), (90, 60, 120, 90), id="in a corner"),
        pytest.param((90, 120), (0, 40, 120, 50), id="from border to border"),
        pytest.param((16, 16), (4, 4, 12, 12), id="a picture of 16 pixels"),
        pytest.param((2, 50), (10, 0, 20, 1), id="a picture of two rows"),
    ],
)
def test_outside_the_mask_all_stays(
    tmp_path: Path, method: str, size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    image = grain(*size)
    hole = mask_of(image.shape, box)
    image[hole > 0] = (255, 0, 255)
    result = heal(image, hole, method=method, grow=0, run=toy_run(tmp_path))
    assert result.shape == image.shape
    assert not result.flags.writeable
    assert np.array_equal(result[hole == 0], image[hole == 0])
    filled = result[hole > 0].astype(int)
    assert (filled[:, 0] - filled[:, 1]).max() < 120  # the magenta of the hole is not continued


def test_texture_is_kept_where_telea_smears() -> None:
    image = grain(140, 180)
    hole = mask_of(image.shape, (60, 40, 120, 100))
    inside = hole > 0
    truth = image.astype(float)

    def roughness(picture: np.ndarray) -> float:
        return float(np.abs(np.diff(picture.astype(float), axis=1))[40:100, 61:119].mean())

    ours = patches.fill(image, hole)
    telea = cv2.inpaint(image, hole, 5, cv2.INPAINT_TELEA)
    assert roughness(ours) == pytest.approx(roughness(truth), rel=0.15)
    assert roughness(telea) < 0.5 * roughness(truth)
    assert ours[inside].std() == pytest.approx(truth[inside].std(), rel=0.2)
    # The slow change of colour from left to right goes on through the hole.
    assert ours[40:100, 105:120].mean() > ours[40:100, 60:75].mean()


def test_structure_goes_on_through_the_hole() -> None:
    image = stripes(132, 160)
    hole = mask_of(image.shape, (60, 40, 110, 90))
    ours = patches.fill(image, hole)
    telea = cv2.inpaint(image, hole, 5, cv2.INPAINT_TELEA)
    inside = hole > 0
    wrong = np.abs(ours.astype(int) - image)[inside].mean()
    assert wrong < 6
    assert wrong < 0.3 * np.abs(telea.astype(int) - image)[inside].mean()


def test_a_slow_change_of_light_goes_on_without_a_step() -> None:
    rows, columns = np.mgrid[0:120, 0:160]
    image = np.dstack([60 + rows, 40 + columns, 220 - rows]).astype(np.uint8)
    hole = mask_of(image.shape, (50, 30, 110, 90))
    ours = patches.fill(image, hole).astype(int)
    assert max(np.abs(np.diff(ours, axis=axis)).max() for axis in (0, 1)) <= 6
    assert np.abs(ours - image).max() <= 12


def test_large_holes_are_filled_with_the_pictures_own_grain() -> None:
    """Above the working size only offsets are scaled up: the grain of single pixels stays."""
    image = np.clip(grain(300, 360).astype(int) + np.random.default_rng(1).normal(0, 8, (300, 360, 1)), 0, 255).astype(
        np.uint8
    )
    hole = mask_of(image.shape, (120, 90, 240, 210))
    ours = patches.fill(image, hole, work=40).astype(float)
    step = np.abs(np.diff(image.astype(float), axis=1)).mean()
    assert np.abs(np.diff(ours, axis=1))[90:210, 121:239].mean() > 0.75 * step


def test_parts_that_lie_apart_are_all_filled() -> None:
    image = grain(120, 300)
    hole = mask_of(image.shape, (20, 20, 50, 50), (250, 70, 280, 100), (140, 50, 143, 53))
    image[hole > 0] = (255, 0, 255)
    filled = patches.fill(image, hole)[hole > 0].astype(int)
    assert (filled[:, 0] - filled[:, 1]).max() < 120


def test_the_same_hole_is_filled_the_same_way() -> None:
    image = grain(80, 100)
    hole = mask_of(image.shape, (30, 20, 70, 60))
    assert np.array_equal(patches.fill(image, hole), patches.fill(image, hole))


def test_an_empty_mask_changes_nothing(tmp_path: Path) -> None:
    image = grain(30, 40)
    assert np.array_equal(heal(image, np.zeros((30, 40), np.uint8), run=toy_run(tmp_path)), image)


def test_grow_takes_soft_edges_along(tmp_path: Path) -> None:
    image = grain(60, 80)
    image[20:40, 30:50] = (255, 0, 255)
    result = heal(image, mask_of(image.shape, (33, 23, 47, 37)), method="telea", grow=4, run=toy_run(tmp_path)).astype(
        int
    )
    assert (result[..., 0] - result[..., 1]).max() < 120


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        pytest.param(np.full((30, 40), 255, np.uint8), "covers the whole picture", id="everything"),
        pytest.param(np.zeros((10, 10), np.uint8), "10×10", id="other size"),
    ],
)
def test_bad_masks(tmp_path: Path, mask: np.ndarray, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        heal(grain(30, 40), mask, run=toy_run(tmp_path))
    assert caught.value.cure


def test_cancel_stops_the_search(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    run.stop.set()
    with pytest.raises(Cancelled):
        heal(grain(60, 80), mask_of((60, 80), (20, 20, 40, 40)), run=run)


@pytest.mark.parametrize("place", ["meadow", "beach"])
def test_what_stands_upright_goes_on_beside_the_hole(place: str) -> None:
    """Drawn places, of which it is known what stood in the hole; copied from any height, four times as much would be wrong."""
    truth = draw_background(Random(2), 384, 256, place).pixels.round().astype(np.uint8)
    hole = mask_of(truth.shape, (120, 110, 270, 230))
    wrong = np.abs(patches.fill(truth, hole).astype(float) - truth).max(2) > 25
    assert wrong[hole > 0].mean() < 0.1


SOFA = (20, 100, 160, 190)
LAMP = (300, 65, 360, 190)


def room() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A living room (256, 384) with a blue sofa and a lamp to the right of it, and the masks of both."""
    pixels = draw_background(Random(4), 256, 384, "living room").pixels
    pixels, sofa = paste_object(pixels, SOFA, "sofa", "blue", Random(6))
    pixels, lamp = paste_object(pixels, LAMP, "lamp", "yellow", Random(1))
    return (*(np.clip(plane, 0, 255).round().astype(np.uint8) for plane in (pixels, sofa * 255, lamp * 255)),)


def blue(picture: np.ndarray) -> np.ndarray:
    """Where the sofa's colour is; nothing else in the room is near it, not the sky in the window either."""
    return picture[..., 2].astype(int) > picture[..., 0].astype(int) + 80


@pytest.mark.parametrize("grow", [6, 20])
def test_the_thing_beside_the_hole_is_not_copied_into_it(tmp_path: Path, grow: int) -> None:
    """Left to itself, the search puts half a sofa where the lamp stood."""
    image, sofa, lamp = room()
    result = heal(image, lamp, grow=grow, avoid=np.maximum(sofa, lamp), shadow=0.2, run=toy_run(tmp_path))
    assert blue(image)[SOFA[1] : SOFA[3], SOFA[0] : SOFA[2]].mean() > 0.5
    changed = (image != result).any(2)
    assert changed[lamp >= 128].mean() > 0.95
    assert not blue(result)[changed].any()


def test_what_is_to_be_avoided_is_no_source_even_where_it_fits_best() -> None:
    """A hole in red goes on as red; with the red to be avoided, it is the grey beyond that goes on."""
    image = np.full((120, 200, 3), 128, np.uint8)
    image[:, 50:150] = (200, 30, 30)
    hole = mask_of(image.shape, (85, 45, 115, 75))
    red = (image == (200, 30, 30)).all(2)
    assert (patches.fill(image, hole)[hole > 0, 0] > 180).all()
    avoided = patches.fill(image, hole, avoid=red)[hole > 0].astype(int)
    assert np.abs(avoided - 128).max() < 12


def test_neither_grow_nor_shadow_eats_into_what_is_to_be_avoided(tmp_path: Path) -> None:
    image = grain(120, 160)
    mask, other = mask_of(image.shape, (40, 40, 80, 80)), mask_of(image.shape, (88, 30, 120, 100))
    run = toy_run(tmp_path)
    eaten = heal(image, mask, grow=20, shadow=0.5, run=run)
    spared = heal(image, mask, grow=20, avoid=np.maximum(mask, other), shadow=0.5, run=run)
    assert (eaten != image)[other > 0].any()
    assert np.array_equal(spared[other > 0], image[other > 0])
    assert (spared != image).any(2)[mask > 0].mean() > 0.9


def test_where_all_is_to_be_avoided_it_is_copied_from_and_said(tmp_path: Path) -> None:
    image, said = grain(60, 80), []
    hole = mask_of(image.shape, (30, 20, 50, 40))
    result = patches.fill(image, hole, avoid=np.ones((60, 80), bool), say=said.append)
    assert np.array_equal(result, patches.fill(image, hole))
    assert len(said) == 1
    assert "to be avoided" in said[0]


@pytest.mark.parametrize(
    ("shadow", "least", "most"), [pytest.param(0.0, 25, 255, id="stays"), pytest.param(0.2, 0, 12, id="goes along")]
)
def test_the_shadow_at_its_foot(tmp_path: Path, shadow: float, least: float, most: float) -> None:
    """A ball on a plain floor: what is darker than the floor afterwards is its shadow."""
    floor = np.full((200, 240, 3), 180, np.float32)
    drawn, ball = paste_object(floor, (80, 60, 160, 140), "ball", "red", Random(3))
    image, mask = drawn.round().astype(np.uint8), (ball * 255).round().astype(np.uint8)
    result = heal(image, mask, grow=3, shadow=shadow, run=toy_run(tmp_path)).astype(int)
    assert least <= 180 - result.min() <= most


def test_avoid_is_of_the_pictures_size(tmp_path: Path) -> None:
    image = grain(30, 40)
    with pytest.raises(BadInput, match="10×10") as caught:
        heal(image, mask_of(image.shape, (5, 5, 9, 9)), avoid=np.zeros((10, 10), np.uint8), run=toy_run(tmp_path))
    assert caught.value.socket == "avoid"
