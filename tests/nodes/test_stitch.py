"""The geometry of crop-and-stitch: boxes, windows, seams."""

from __future__ import annotations

import numpy as np
import pytest

from nodes import stitch
from nodes.proportions import usual_proportions
from nodes.stitch import Box, Square


def mask_of(size: tuple[int, int], box: tuple[int, int, int, int]) -> np.ndarray:
    """A mask (H, W) of `size` (W, H) that is white in the box xyxy."""
    mask = np.zeros(size[::-1], np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    return mask


def noise(size: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        pytest.param(mask_of((20, 10), (3, 2, 9, 7)), Box(3, 2, 9, 7), id="one rectangle"),
        pytest.param(
            mask_of((20, 10), (3, 2, 4, 3)) | mask_of((20, 10), (18, 8, 20, 10)),
            Box(3, 2, 20, 10),
            id="two parts, one box",
        ),
        pytest.param(mask_of((20, 10), (0, 0, 20, 10)), Box(0, 0, 20, 10), id="everything"),
        pytest.param(mask_of((20, 10), (3, 2, 9, 7)) // 2, None, id="less than half set"),
        pytest.param(np.zeros((10, 20), np.uint8), None, id="empty"),
    ],
)
def test_mask_box(mask: np.ndarray, expected: Box | None) -> None:
    assert stitch.mask_box(mask) == expected


@pytest.mark.parametrize("aspect", [0.3, 1.0, 1.6, 2.5])
def test_stand_keeps_area_and_ground(aspect: float) -> None:
    old = Box(300, 320, 460, 400)
    new = stitch.stand(old, aspect, (1000, 600))
    assert new.width / new.height == pytest.approx(aspect)
    assert new.width * new.height == pytest.approx(old.width * old.height)
    assert new.bottom == old.bottom
    assert new.left + new.right == pytest.approx(old.left + old.right)


@pytest.mark.parametrize(
    ("box", "aspect"),
    [
        pytest.param(Box(0, 10, 90, 40), 0.2, id="too tall for the space above"),
        pytest.param(Box(80, 50, 100, 100), 3.0, id="at the right border"),
        pytest.param(Box(0, 0, 100, 100), 20.0, id="wider than the picture"),
    ],
)
def test_stand_stays_inside(box: Box, aspect: float) -> None:
    new = stitch.stand(box, aspect, (100, 100))
    assert new.left >= -1e-9
    assert new.top >= -1e-9
    assert new.right <= 100 + 1e-9
    assert new.bottom <= 100 + 1e-9
    assert new.width / new.height == pytest.approx(aspect)


@pytest.mark.parametrize("share", [0.56, 0.68, 0.8])
def test_the_hole_takes_its_share_of_the_square(share: float) -> None:
    hole = stitch.hole_box(Box(100, 100, 220, 180))
    square = stitch.crop_square(hole, share)
    assert hole.long / square.side == pytest.approx(share, abs=0.01)
    assert square.left + square.side / 2 == pytest.approx((hole.left + hole.right) / 2, abs=1)
    assert square.top + square.side / 2 == pytest.approx((hole.top + hole.bottom) / 2, abs=1)


@pytest.mark.parametrize(
    ("square", "expected"),
    [
        pytest.param(Square(10, 10, 50), Square(10, 10, 50), id="inside already"),
        pytest.param(Square(-20, 170, 50), Square(0, 150, 50), id="two borders"),
        pytest.param(Square(-50, 0, 400), Square(-50, 0, 200), id="larger than the picture"),
    ],
)
def test_move_inside(square: Square, expected: Square) -> None:
    assert stitch.move_inside(square, (100, 200)) == expected


def test_cut_inside_is_the_picture_itself() -> None:
    image = noise((40, 30))
    assert np.array_equal(stitch.cut(image, Square(5, 7, 20)), image[7:27, 5:25])


@pytest.mark.parametrize("square", [Square(-9, -4, 30), Square(35, 25, 30), Square(-100, -100, 300)], ids=str)
def test_cut_outside_is_the_mirror_image(square: Square) -> None:
    image = noise((40, 30))
    window = stitch.cut(image, square)
    rows = np.arange(square.top, square.top + square.side)
    columns = np.arange(square.left, square.left + square.side)
    padded = np.pad(image, ((300, 300), (300, 300), (0, 0)), mode="symmetric")
    assert np.array_equal(window, padded[300 + rows][:, 300 + columns])


@pytest.mark.parametrize("feather", [0, 1, 5, 20])
def test_feathered_is_full_in_the_hole_and_nothing_beyond_the_seam(feather: int) -> None:
    hole = mask_of((120, 120), (50, 50, 70, 70))
    weights = stitch.feathered(hole, feather)
    assert (weights[hole > 0] == 255).all()
    far = stitch.grow(hole, 2 * feather) == 0
    assert (weights[far] == 0).all()
    row = weights[60, 70:].astype(int)
    assert (np.diff(row) <= 0).all()


@pytest.mark.parametrize("feather", [0, 1, 5, 20])
def test_feathered_inwards_touches_nothing_outside_the_hole(feather: int) -> None:
    hole = mask_of((100, 100), (20, 20, 80, 80))
    weights = stitch.feathered_inwards(hole, feather)
    assert (weights[hole == 0] == 0).all()
    assert weights[50, 50] == (255 if feather < 15 else weights.max())


def test_feathered_keeps_a_single_pixel() -> None:
    assert stitch.feathered(mask_of((50, 50), (20, 20, 21, 21)), 10)[20, 20] == 255


@pytest.mark.parametrize("pixels", [0, 1, 3])
def test_grow_is_the_chessboard_distance(pixels: int) -> None:
    mask = mask_of((20, 20), (8, 9, 10, 10))
    assert np.array_equal(
        stitch.grow(mask, pixels), mask_of((20, 20), (8 - pixels, 9 - pixels, 10 + pixels, 10 + pixels))
    )


def test_resize_mask_never_loses_the_hole() -> None:
    tiny = mask_of((600, 600), (300, 300, 302, 302))
    small = stitch.resize_mask(tiny, 64)
    assert small.any()
    assert set(np.unique(small)) <= {0, 255}


def test_resize_mask_keeps_the_place() -> None:
    small = stitch.resize_mask(mask_of((256, 256), (64, 128, 192, 256)), 64)
    assert np.array_equal(small, mask_of((64, 64), (16, 32, 48, 64)))


@pytest.mark.parametrize("square", [Square(10, 10, 40), Square(-15, 60, 50), Square(-30, -30, 200)], ids=str)
def test_stitch_changes_only_where_there_is_weight(square: Square) -> None:
    image = noise((100, 90))
    window = noise((square.side, square.side), seed=1)
    weights = np.zeros((square.side, square.side), np.uint8)
    middle = square.side // 2
    weights[middle - 8 : middle + 8, middle - 8 : middle + 8] = 255
    result = stitch.stitch(image, window, weights, square)
    whole = np.zeros((90, 100), bool)
    rows, columns, window_rows, window_columns = stitch.inside(square, (100, 90))
    whole[rows, columns] = weights[window_rows, window_columns] > 0
    assert whole.any()
    assert np.array_equal(result[~whole], image[~whole])
    assert np.array_equal(result[whole], window[window_rows, window_columns][weights[window_rows, window_columns] > 0])


def test_rounded_has_no_corners() -> None:
    mask = stitch.rounded(Box(10, 10, 50, 40), (64, 64), 8)
    assert mask[10, 10] == 0
    assert mask[25, 10] == 255
    assert stitch.mask_box(mask) == Box(10, 10, 50, 40)


@pytest.mark.parametrize(
    ("prompt", "aspect"),
    [
        pytest.param("a red bicycle", 1.6, id="colour before the name"),
        pytest.param("A Street Lamp.", 0.25, id="two words win over one"),
        pytest.param("two cats on a sofa", 1.0, id="plural, and not what comes after 'on'"),
        pytest.param("wooden boxes", 1.1, id="plural in -es"),
        pytest.param("a red mountain bike with a basket", 1.6, id="not what it is with"),
        pytest.param("a quokka", None, id="unknown"),
        pytest.param("carpet", None, id="a name inside a word"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_usual_proportions(prompt: str, aspect: float | None) -> None:
    assert usual_proportions(prompt) == aspect


def test_the_models_own_proportions_come_first() -> None:
    assert usual_proportions("a bicycle", {"bicycle": 1.3, "quokka": 0.9}) == 1.3
    assert usual_proportions("a blue quokka", {"bicycle": 1.3, "quokka": 0.9}) == 0.9
