from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import graph
from graph import BadInput
from nodes import augment

SPEC = graph.registry["augment.apply"]
KINDS = SPEC.inputs["steps"].type.of.kinds  # type: ignore[union-attr]


def photo(height: int = 60, width: int = 80) -> Any:
    rows, columns = np.mgrid[:height, :width]
    made = np.stack([rows * 4 % 256, columns * 3 % 256, (rows + columns) * 5 % 256], -1).astype(np.uint8)
    made.flags.writeable = False
    return made


def run(steps: list[dict[str, Any]], **more: Any) -> Any:
    """The node as the engine calls it: its literals checked and read."""
    entry = SPEC.inputs["steps"]
    assert entry.problem(steps) is None
    return augment.apply(more.pop("image", photo()), entry.read(steps), **more)


def test_no_steps_give_back_what_came() -> None:
    image, mask = photo(), np.full((60, 80), 7, np.uint8)
    made = run([], image=image, mask=mask)
    assert made.image is image
    assert np.array_equal(made.mask, mask)
    assert made.boxes.shape == (0, 4)


def test_there_is_a_maker_for_every_kind_and_it_says_its_settings() -> None:
    assert {kind.make for kind in KINDS.values()} == set(augment._MAKERS)
    assert len(KINDS) == 14
    assert all(field.help for kind in KINDS.values() for field in kind.fields.values())


@pytest.mark.parametrize("name", KINDS)
def test_each_step_changes_the_picture_the_same_way_for_the_same_seed(name: str) -> None:
    step = {"do": name, "probability": 1.0}
    before = photo()
    made = [run([step], seed=seed) for seed in (3, 3, 4, 5, 6)]
    assert np.array_equal(made[0].image, made[1].image)
    assert np.array_equal(made[0].mask, made[1].mask)
    assert all(one.image.shape == before.shape and one.image.dtype == np.uint8 for one in made)
    assert any(not np.array_equal(one.image, before) for one in made)
    never = run([step | {"probability": 0.0}])
    assert np.array_equal(never.image, before)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_each_step_works_at_the_ends_of_its_sliders(name: str, end: str) -> None:
    sliders = {
        field.name: getattr(field.hint, end)
        for field in KINDS[name].fields.values()
        if isinstance(field.hint, graph.Slider) and field.name != "probability"
    }
    boxes = np.array([[10, 10, 50, 40]], np.float32)
    made = run([{"do": name, "probability": 1.0, **sliders}], boxes=boxes, seed=1)
    assert made.image.shape == (60, 80, 3)
    assert made.mask.shape == (60, 80)
    assert made.boxes.shape[1] == 4


def test_mask_and_boxes_go_with_the_picture() -> None:
    image, mask = photo(), np.zeros((60, 80), np.uint8)
    mask[10:20, 5:25] = 255
    boxes = np.array([[5, 10, 25, 20]], np.float32)
    made = run([{"do": "flip", "probability": 1.0}], image=image, mask=mask, boxes=boxes)
    assert np.array_equal(made.image, image[:, ::-1])
    assert np.array_equal(made.mask, mask[:, ::-1])
    assert np.allclose(made.boxes, [[55, 10, 75, 20]], atol=1e-3)
    turned = run([{"do": "rotate", "angle": 40, "border": "black", "probability": 1.0}], mask=mask, boxes=boxes, seed=2)
    rows, columns = np.nonzero(turned.mask > 127)
    left, top, right, bottom = turned.boxes[0]
    assert left - 1 <= columns.min() <= columns.max() <= right + 1
    assert top - 1 <= rows.min() <= rows.max() <= bottom + 1


def test_boxes_that_move_out_of_the_picture_are_left_out() -> None:
    boxes = np.array([[0, 0, 4, 4], [30, 20, 50, 40], [-20, -20, -5, -5]], np.float32)
    steps = [{"do": "crop_resize", "smallest": 0.1, "probability": 1.0}]
    counts = {len(run(steps, boxes=boxes, seed=seed).boxes) for seed in range(8)}
    assert counts <= {0, 1, 2}
    assert len(counts) > 1


def test_light_alone_leaves_mask_and_boxes() -> None:
    boxes = np.array([[-3, 0, 4, 4]], np.float32)
    made = run([{"do": "gamma", "probability": 1.0}], boxes=boxes)
    assert made.boxes.tolist() == boxes.tolist()
    assert (made.mask == 255).all()


def test_each_step_has_its_own_chance() -> None:
    steps = [{"do": "greyscale", "probability": 0.5}, {"do": "flip", "direction": "vertical", "probability": 0.5}]
    image, done = photo(), set()
    for seed in range(24):
        made = run(steps, image=image, seed=seed).image
        grey = bool((made[..., 0] == made[..., 1]).all())
        done.add((grey, grey is False and np.array_equal(made, image[::-1])))
    flips = {np.array_equal(run(steps[1:], image=image, seed=seed).image, image) for seed in range(12)}
    assert flips == {True, False}
    assert done == {(True, False), (False, True), (False, False)}


def test_every_picture_fits_however_small_or_thin() -> None:
    steps = [{"do": name, "probability": 1.0} for name in KINDS]
    for height, width in [(1, 1), (2, 300), (3, 2)]:
        made = run(steps, image=photo(height, width), seed=1)
        assert made.image.shape == (height, width, 3)


def test_what_can_not_be_done_is_told() -> None:
    with pytest.raises(BadInput, match="too large to be bent"):
        run([{"do": "rotate"}], image=np.zeros((1, 40_000, 3), np.uint8))
    with pytest.raises(BadInput, match="image is 80×60"):
        run([{"do": "flip"}], mask=np.zeros((5, 5), np.uint8))
    assert SPEC.inputs["steps"].problem([{"do": "blur", "radius": 99}]) == "entry 1: radius: expected 0.1 to 50, got 99"


def test_no_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    def refuse(*args: Any, **more: Any) -> None:
        raise AssertionError("a server was asked")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    run([{"do": "flip", "probability": 1.0}])


def test_steps_are_plain_frozen_data() -> None:
    assert all(dataclasses.is_dataclass(kind.make) for kind in KINDS.values())
    assert augment.Flip() == augment.Flip("horizontal", 0.5)
