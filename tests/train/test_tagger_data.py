"""What the tagger learns from: the tags of known scenes, and views whose labels fit what they show."""

from __future__ import annotations

import numpy as np
import pytest

from train.scenes import COLOURS, KINDS
from train.tagger import pool as pools
from train.tagger.tags import TAGS, tags_of
from train.tagger.views import SPOILING, pattern, view

RED_CAR, WHITE_DOG = ("car", "red"), ("dog", "white")


@pytest.mark.parametrize(
    ("things", "place", "states", "expected"),
    [
        pytest.param([], "meadow", [], {"drawn", "no_objects", "meadow", "outdoors"}, id="an empty place"),
        pytest.param([], "", ["dark"], {"abstract", "no_objects", "dark"}, id="a pattern"),
        pytest.param(
            [RED_CAR], "living room", [],
            {"drawn", "1object", "living_room", "indoors", "car", "1car", "red_car"}, id="one thing",
        ),
        pytest.param(
            [RED_CAR, WHITE_DOG, RED_CAR], "street", [],
            {"drawn", "3objects", "multiple_objects", "street", "outdoors", "car", "2cars", "red_car", "dog", "1dog", "white_dog"},
            id="two of a kind",
        ),
        pytest.param(
            [RED_CAR] * 4, "snow", ["monochrome"],
            {"drawn", "multiple_objects", "snow", "outdoors", "car", "3+cars", "monochrome"}, id="no colours without colour",
        ),
    ],
)  # fmt: skip
def test_tags(things: list[tuple[str, str]], place: str, states: list[str], expected: set[str]) -> None:
    assert tags_of(things, place, states) == expected | {"general"}
    assert expected < set(TAGS)


def test_no_tag_is_there_twice() -> None:
    assert len(set(TAGS)) == len(TAGS)


@pytest.fixture(scope="module")
def pool() -> pools.Pool:
    rows = [pools._row(pools.draw(seed)) for seed in range(888_000, 888_012)]
    return pools.Pool(**{name: np.stack([row[name] for row in rows]) for name in rows[0]})


def test_the_labels_of_a_view_fit_each_other(pool: pools.Pool) -> None:
    rng, colours = np.random.default_rng(0), tuple(COLOURS)
    for index in range(len(pool)):
        seen = view(pool, index, rng)
        true = {TAGS[number] for number in np.flatnonzero(seen.tags)}
        pairs = {divmod(int(number) - 1, len(colours)) for number in np.unique(seen.cells) if number}
        assert {KINDS[kind] for kind, _ in pairs} <= true
        if seen.coloured:
            assert {f"{colours[colour]}_{KINDS[kind]}" for kind, colour in pairs} <= true
        many = int(seen.counts.sum())
        assert (seen.centres.max((1, 2)) > 0.5).sum() == (seen.counts > 0).sum()
        assert ("no_objects" in true) == (many == 0)
        assert ("multiple_objects" in true) == (many > 1)


def test_a_view_is_the_same_for_the_same_seed(pool: pools.Pool) -> None:
    first, second = (view(pool, 3, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.tags, second.tags)


@pytest.mark.parametrize("state", list(SPOILING))
def test_spoiling_changes_a_picture_visibly(state: str, pool: pools.Pool) -> None:
    rng = np.random.default_rng(0)
    before = pool.images[0].astype(np.float32)
    assert np.abs(SPOILING[state](before, 0.0, rng) - before).mean() > 2


def test_patterns_are_pictures() -> None:
    rng = np.random.default_rng(0)
    made = [pattern(rng) for _ in range(20)]
    assert {picture.shape for picture in made} == {(pools.SIDE, pools.SIDE, 3)}
    assert len({picture.tobytes() for picture in made}) == 20
