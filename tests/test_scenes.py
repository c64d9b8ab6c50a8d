"""The generator of drawn pictures: what it says about a picture is what is in the picture."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from train.scenes import (
    ASPECT,
    COLOURS,
    KINDS,
    NATURAL,
    PLACES,
    SYNONYMS,
    draw_background,
    draw_object,
    draw_pair,
    draw_scene,
    label_map,
)
from train.scenes.crops import caption, draw_crops

SEEDS = range(12)


def test_tables_cover_every_kind() -> None:
    assert len(KINDS) >= 16
    assert len(COLOURS) >= 11
    assert set(NATURAL) == set(SYNONYMS) == set(ASPECT) == set(KINDS)
    assert all(set(colours) <= set(COLOURS) for colours in NATURAL.values())
    assert all(names[0] == kind for kind, names in SYNONYMS.items())
    every_name = [name for names in SYNONYMS.values() for name in names]
    assert len(every_name) == len(set(every_name)), "one word must mean one kind"


@pytest.mark.parametrize("kind", KINDS)
def test_object_fills_its_picture_in_its_colour(kind: str) -> None:
    w, h = round(60 * ASPECT[kind] ** 0.5), round(60 / ASPECT[kind] ** 0.5)
    seen = {}
    for colour in COLOURS:
        drawn = np.asarray(draw_object(kind, colour, w, h, Random(3)))
        assert drawn.shape == (h, w, 4)
        assert drawn.dtype == np.uint8
        solid = drawn[..., 3] > 127
        rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
        assert rows[-1] - rows[0] + 1 >= 0.9 * h
        assert columns[-1] - columns[0] + 1 >= 0.9 * w
        seen[colour] = drawn[..., :3][solid].mean(0)
    names = list(seen)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert np.abs(seen[a] - seen[b]).max() > 4, f"a {a} {kind} looks like a {b} one"


@pytest.mark.parametrize(
    ("kind", "colour"), [pytest.param("zeppelin", "red", id="kind"), pytest.param("car", "mauve", id="colour")]
)
def test_unknown_object_is_refused(kind: str, colour: str) -> None:
    with pytest.raises(ValueError, match="choose a kind"):
        draw_object(kind, colour, 40, 40, Random(0))


def test_same_seed_same_pixels() -> None:
    first, again, other = draw_scene(5), draw_scene(5), draw_scene(6)
    assert np.array_equal(first.image, again.image)
    assert first.caption == again.caption
    assert [o.box for o in first.objects] == [o.box for o in again.objects]
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        pytest.param(96, (96, 96), id="small"),
        pytest.param(256, (256, 256), id="large"),
        pytest.param((120, 200), (120, 200), id="wide"),
        pytest.param((200, 120), (200, 120), id="tall"),
    ],
)
def test_sizes(size: int | tuple[int, int], shape: tuple[int, int]) -> None:
    scene = draw_scene(1, size)
    assert scene.image.shape == (*shape, 3)
    assert scene.image.dtype == np.uint8
    assert all(o.mask.shape == shape and o.mask.dtype == np.uint8 for o in scene.objects)


@pytest.mark.parametrize("bad", [pytest.param({"size": 8}, id="size"), pytest.param({"count": (0, 2)}, id="count")])
def test_bad_arguments_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="at least 32 pixels"):
        draw_scene(0, **bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
def test_masks_boxes_labels_and_caption_agree(seed: int) -> None:
    scene = draw_scene(seed, 128, (2, 4))
    assert 2 <= len(scene.objects) <= 4
    labels = label_map(scene)
    assert set(np.unique(labels)) - {0} == {1 + KINDS.index(o.kind) for o in scene.objects}
    for drawn in scene.objects:
        rows, columns = np.flatnonzero((drawn.mask > 127).any(1)), np.flatnonzero((drawn.mask > 127).any(0))
        assert drawn.box == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        assert f"{drawn.colour} {drawn.kind}" in scene.caption
        assert (labels[drawn.mask > 127] == 1 + KINDS.index(drawn.kind)).all()
    assert sum((o.mask > 127).astype(int) for o in scene.objects).max() == 1, "masks of visible parts overlap"


def test_objects_are_drawn_where_their_masks_say() -> None:
    scene = draw_scene(2, 128, (1, 1), kinds=["ball"], colours=["red"])
    inside = scene.image[scene.objects[0].mask > 250].astype(int)
    outside = scene.image[scene.objects[0].mask == 0].astype(int)
    redness = inside[:, 0] - inside[:, 1]
    assert np.median(redness) > 60 or redness.max() > 120
    assert (outside[:, 0] - outside[:, 1] > 120).mean() < 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_wanted_kinds_and_colours_are_kept(seed: int) -> None:
    scene = draw_scene(seed, 96, (1, 3), kinds=["car", "dog"], colours=["red", "blue"])
    assert {o.kind for o in scene.objects} <= {"car", "dog"}
    assert {o.colour for o in scene.objects} <= {"red", "blue"}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_draws_at_any_size(place: str) -> None:
    for height, width in ((64, 64), (90, 160)):
        ground = draw_background(Random(1), height, width, place)
        assert ground.pixels.shape == (height, width, 3)
        assert ground.name == place
        assert np.isfinite(ground.pixels).all()
        assert 0 < ground.horizon < 1
        assert ground.pixels.std() > 5, "an empty picture"


def test_crops_hide_their_object() -> None:
    crops = [crop for seed in range(20) for crop in draw_crops(seed, 4, 96)]
    assert {crop.style for crop in crops} == {"box", "outline", "around"}
    for crop in crops:
        assert crop.image.shape == (96, 96, 3)
        assert crop.hole.shape == (96, 96)
        assert crop.hole.dtype == bool
        if crop.style == "box":
            sides = np.flatnonzero(crop.hole.any(0)).size, np.flatnonzero(crop.hole.any(1)).size
            assert 0.5 * 96 < max(sides) <= 0.84 * 96


@pytest.mark.parametrize(
    ("colour", "place", "style", "allowed"),
    [
        pytest.param("purple", "street", "box", "purple", id="an unusual colour is always said"),
        pytest.param("gray", "street", "box", "gr[ae]y|car|auto", id="both spellings of grey"),
        pytest.param("red", "beach", "around", "beach", id="a place instead of an object"),
    ],
)
def test_captions(colour: str, place: str, style: str, allowed: str) -> None:
    rng = Random(0)
    texts = [caption(rng, "car", colour, place, style) for _ in range(60)]
    import re

    assert all(re.search(allowed, text) for text in texts)
    assert len(set(texts)) > 2


def test_pair_differs_only_around_the_nearest_object() -> None:
    scene, without = draw_pair(3, 128, (2, 3))
    assert np.array_equal(scene.image, draw_scene(3, 128, (2, 3)).image)
    changed = (scene.image != without).any(2)
    x0, y0, x1, y1 = (round(v) for v in scene.objects[-1].box)
    assert changed[y0:y1, x0:x1].mean() > 0.3
    assert not changed[: max(0, y0 - 2)].any()
