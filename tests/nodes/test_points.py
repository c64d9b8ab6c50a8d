"""Masks from clicks: what `segment.points` asks of its model, and what `segment.grab` makes of points without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph
import nodes  # noqa: F401 - fills the registry
from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf
from nodes.segment import grab, points
from tests.models.test_sam import small_sam
from tests.nodes.mask_truth import overlap
from tests.toys import OneModel, toy_run

HEIGHT, WIDTH = 60, 90


class ToyClicks:
    """Marks a square around each point that belongs, or the box; says how sure it is by the x of what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[np.ndarray, Any]] = []

    def knows(self, image: np.ndarray) -> bool:
        return bool(self.asked)

    def mask(self, image: np.ndarray, dots: np.ndarray, box: Any) -> tuple[np.ndarray, float]:
        self.asked.append((dots, box))
        found = np.zeros(image.shape[:2], bool)
        for x, y, belongs in dots.astype(int):
            found[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4] = bool(belongs)
        if box is not None:
            x0, y0, x1, y1 = box.astype(int)
            found[y0:y1, x0:x1] = True
        return found, float(box[0] if box is not None else dots[0, 0]) / 100


def plain() -> np.ndarray:
    return np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def dots(*rows: tuple[float, float, int]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 3)


def ask(tmp_path: Path, given: Any = None, box: Any = None, model: Any = None) -> Any:
    box = None if box is None else np.array(box, np.float32)
    return points(plain(), given, box, run=toy_run(tmp_path, OneModel("sam", model or ToyClicks())))


def test_points_become_a_mask_and_a_score(tmp_path: Path) -> None:
    found = ask(tmp_path, dots((40, 20, 1), (70, 50, 0)))
    assert found.mask.dtype == np.uint8
    assert found.mask.shape == (HEIGHT, WIDTH)
    assert np.argwhere(found.mask).min(0).tolist() == [17, 37]
    assert set(np.unique(found.mask)) == {0, 255}
    assert not found.mask.flags.writeable
    assert found.score == pytest.approx(0.4)


def test_each_of_several_boxes_is_one_question(tmp_path: Path) -> None:
    model = ToyClicks()
    found = ask(tmp_path, None, [[50, 5, 60, 15], [20, 30, 30, 50]], model)
    assert [box.tolist() for _, box in model.asked] == [[50, 5, 60, 15], [20, 30, 30, 50]]
    assert np.count_nonzero(found.mask) == 100 + 200
    assert found.score == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("given", "box", "socket", "what"),
    [
        pytest.param(None, None, "points", "no point that belongs to the thing and no box", id="nothing"),
        pytest.param(dots((5, 5, 0)), None, "points", "no point that belongs", id="only-what-does-not-belong"),
        pytest.param(dots((90, 5, 1)), None, "points", "(90, 5) is not in the picture of 90×60", id="point-outside"),
        pytest.param(dots((np.nan, 5, 1)), None, "points", "not in the picture", id="point-not-a-number"),
        pytest.param(None, [[100, 5, 120, 30]], "box", "nothing of the picture", id="box-outside"),
        pytest.param(None, [[np.nan, 5, 20, 30]], "box", "nothing of the picture", id="box-not-a-number"),
        pytest.param(dots((5, 5, 1)), [[1, 1, 9, 9], [20, 20, 40, 40]], "points", "not with 2", id="points-and-boxes"),
    ],
)
def test_what_cannot_be_asked_is_told(given: Any, box: Any, socket: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        ask(tmp_path, given, box)
    assert what in str(caught.value)
    assert caught.value.socket == socket
    assert caught.value.cure


def test_an_empty_answer_is_an_error(tmp_path: Path) -> None:
    class Blind(ToyClicks):
        def mask(self, image: np.ndarray, dots: np.ndarray, box: Any) -> tuple[np.ndarray, float]:
            return np.zeros(image.shape[:2], bool), 0.0

    with pytest.raises(BadInput, match="nothing was found there"):
        ask(tmp_path, dots((5, 5, 1)), None, Blind())


def test_a_checkpoint_on_the_shelf_answers_and_looks_once(tmp_path: Path) -> None:
    import torch

    (tmp_path / "models" / "sam").mkdir(parents=True)
    torch.save(small_sam().state_dict(), tmp_path / "models" / "sam" / "tiny.pth")
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu", offline=True))
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    run = toy_run(tmp_path, shelf)
    first = points(image, dots((30, 20, 1)), run=run)
    second = points(image, dots((30, 20, 1), (70, 50, 0)), run=run)
    assert shelf.get("sam").encoded == 1
    assert not np.array_equal(first.mask, second.mask)


def test_without_weights_the_error_names_what_needs_none(tmp_path: Path) -> None:
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True))
    with pytest.raises(MissingWeights, match=r"segment\.grab needs no weights"):
        points(plain(), dots((5, 5, 1)), run=toy_run(tmp_path, shelf))


def test_the_workflow_of_the_docstring_is_in_order(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(plain()).save(tmp_path / "street.png")
    text = (points.__doc__ or "").partition('{"format"')[2].partition("\n\n")[0]
    workflow = graph.parse('{"format"' + text, folder=tmp_path)
    assert graph.problems(workflow, graph.registry) == []


# ---- grab, with points ----


def two_things(scale: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A speckled orange disc and a speckled orange square on speckled blue; where the disc is, and where the square."""
    y, x = np.mgrid[: 120 * scale, : 200 * scale]
    disc = (x - 50 * scale) ** 2 + (y - 60 * scale) ** 2 < (30 * scale) ** 2
    square = (abs(x - 145 * scale) < 25 * scale) & (abs(y - 60 * scale) < 25 * scale)
    colours = np.where((disc | square)[..., None], (220, 120, 40), (60, 90, 170))
    speckle = np.random.default_rng(1).normal(0, 12, (*disc.shape, 1))
    return np.clip(colours + speckle, 0, 255).astype(np.uint8), disc, square


@pytest.mark.parametrize("scale", [pytest.param(1, id="small"), pytest.param(6, id="larger-than-it-works-at")])
def test_a_point_alone_marks_the_thing_under_it_and_no_other(scale: int, tmp_path: Path) -> None:
    image, disc, square = two_things(scale)
    mask = grab(image, None, 3, dots((50 * scale, 60 * scale, 1)), run=toy_run(tmp_path))
    assert overlap(mask, disc * np.uint8(255)) > 0.93
    assert not mask[square].any()
    both = grab(image, None, 3, dots((50 * scale, 60 * scale, 1), (140 * scale, 60 * scale, 1)), run=toy_run(tmp_path))
    assert overlap(both, (disc | square) * np.uint8(255)) > 0.93


def test_points_mend_what_a_box_finds(tmp_path: Path) -> None:
    """One box around both: a point takes one of them out; a box around one: a point outside brings the other in."""
    image, disc, square = two_things()
    around_both = np.array([[12, 22, 178, 98]], np.float32)
    alone = grab(image, around_both, 3, run=toy_run(tmp_path))
    assert alone[square].mean() > 240
    less = grab(image, around_both, 3, dots((145, 60, 0)), run=toy_run(tmp_path))
    assert less[60, 145] == 0
    assert less[square].mean() < alone[square].mean()
    around_one = np.array([[12, 22, 90, 98]], np.float32)
    more = grab(image, around_one, 3, dots((145, 60, 1)), run=toy_run(tmp_path))
    assert more[60, 145] == 255
    assert more[disc].mean() > 240
    assert not grab(image, around_one, 3, run=toy_run(tmp_path))[square].any()


def test_points_under_the_brush_are_never_overruled(tmp_path: Path) -> None:
    image = two_things()[0]
    box = np.array([[12, 22, 178, 98]], np.float32)
    given = dots((50, 60, 1), (30, 60, 0), (60, 20, 1), (145, 60, 0), (130, 45, 1))
    mask = grab(image, box, 5, given, run=toy_run(tmp_path))
    assert [int(mask[int(y), int(x)]) for x, y, _ in given] == [255 * int(belongs) for *_, belongs in given]


def test_of_several_boxes_each_takes_the_points_next_to_it(tmp_path: Path) -> None:
    image, disc, square = two_things()
    boxes = np.array([[12, 22, 88, 98], [112, 28, 178, 92]], np.float32)
    mask = grab(image, boxes, 3, dots((50, 60, 1), (145, 60, 1)), run=toy_run(tmp_path))
    assert overlap(mask, (disc | square) * np.uint8(255)) > 0.93


def test_the_same_points_give_the_same_mask(tmp_path: Path) -> None:
    image = two_things()[0]
    given = dots((50, 60, 1), (145, 60, 0))
    masks = [grab(image, None, 3, given, run=toy_run(tmp_path)) for _ in range(2)]
    assert np.array_equal(*masks)


@pytest.mark.parametrize(
    ("given", "socket", "what"),
    [
        pytest.param(None, "box", "no box and no point that belongs", id="neither"),
        pytest.param(dots((5, 5, 0)), "box", "no box and no point that belongs", id="only-what-does-not-belong"),
        pytest.param(dots((300, 5, 1)), "points", "(300, 5) is not in the picture of 200×120", id="outside"),
        pytest.param(dots((np.inf, 5, 1)), "points", "not in the picture", id="not-finite"),
    ],
)
def test_grab_names_points_that_say_nothing(given: Any, socket: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        grab(two_things()[0], None, 3, given, run=toy_run(tmp_path))
    assert what in str(caught.value)
    assert caught.value.socket == socket
    assert caught.value.cure


@pytest.mark.parametrize("size", [(1, 50), (40, 1), (9, 9)])
def test_pictures_of_a_few_pixels(size: tuple[int, int], tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    mask = grab(image, None, 1, dots((0, 0, 1)), run=toy_run(tmp_path))
    assert mask.shape == size
    assert mask[0, 0] == 255


@pytest.mark.parametrize(
    ("given", "box", "socket"),
    [
        pytest.param(dots((0, 0, 1)), None, "points", id="a-single-pixel"),
        pytest.param(
            dots((0, 0, 0), (4, 0, 0), (0, 4, 0), (4, 4, 0), (2, 2, 0)), [[0, 0, 4, 4]], "box", id="all-taken-out"
        ),
    ],
)
def test_nothing_left_to_tell_apart(given: np.ndarray, box: Any, socket: str, tmp_path: Path) -> None:
    side = 1 if box is None else 9
    image = np.full((side, side, 3), 90, np.uint8)
    with pytest.raises(BadInput) as caught:
        grab(image, None if box is None else np.array(box, np.float32), 1, given, run=toy_run(tmp_path))
    assert caught.value.socket == socket
