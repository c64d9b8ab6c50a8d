"""What the captioner learns from: sentences of known scenes, and examples that fit them."""

from __future__ import annotations

import numpy as np
import pytest

from train.captioner.evaluate import compare, read, truth
from train.captioner.learn import CELLS, EMPTY, SIDE, Batches, Example, example
from train.captioner.words import sentence, vocabulary
from train.scenes import COLOURS, KINDS, PLACES
from train.tagger import pool as pools

RED_CAR, WHITE_DOG = ("car", "red"), ("dog", "white")


@pytest.mark.parametrize(
    ("things", "place", "expected"),
    [
        pytest.param([], "snow", "nothing in the snow", id="nothing"),
        pytest.param([], "", "nothing", id="a pattern"),
        pytest.param([(*RED_CAR, 0.5)], "street", "a red car on a street", id="in the middle"),
        pytest.param([(*RED_CAR, 0.2)], "park", "a red car on the left in a park", id="on the left"),
        pytest.param([("apple", "orange", 0.8)], "table", "an orange apple on the right on a table", id="on the right"),
        pytest.param(
            [(*WHITE_DOG, 0.8), (*RED_CAR, 0.1)], "beach", "a red car and a white dog on a beach", id="from left to right"
        ),
        pytest.param(
            [(*RED_CAR, 0.8), (*WHITE_DOG, 0.5), (*RED_CAR, 0.1), ("cat", "red", 0.9)], "room",
            "two red cars, a white dog and a red cat in a room", id="like ones together",
        ),
    ],
)  # fmt: skip
def test_sentences(things: list[tuple[str, str, float]], place: str, expected: str) -> None:
    assert sentence(things, place) == expected
    found, where = read(expected)
    assert where == place
    assert sum(found.values()) == len(things)
    assert set(expected.replace(",", " ,").split()) <= set(vocabulary())


def test_figures_of_captions() -> None:
    figures = compare(
        [
            ("a red car and a white dog on a beach", "a red car and a black dog on a beach"),
            ("two red cars in a room", "a red car in a kitchen"),
        ]
    )
    assert figures == {
        "kind recall": 3 / 4, "kind precision": 1.0, "colour accuracy": 2 / 3, "place accuracy": 1 / 2,
        "number of things": 1 / 2, "exact match": 0.0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> pools.Pool:
    rows = [pools._row(pools.draw(seed)) for seed in range(888_000, 888_012)]
    return pools.Pool(**{name: np.stack([row[name] for row in rows]) for name in rows[0]})


def is_scene(one: Example) -> bool:
    return one.text != "nothing"


def test_an_example_tells_what_stands_in_its_scene(pool: pools.Pool) -> None:
    rng = np.random.default_rng(1)
    for index in range(len(pool)):
        one = next(one for one in (example(pool, index, rng) for _ in range(9)) if is_scene(one))
        named, place = read(one.text)
        assert sum(named.values()) == int((pool.things[index, :, 0] >= 0).sum())
        assert place == PLACES[pool.places[index]]
        kinds = {KINDS[number - 1] for number in np.unique(one.kinds) if number}
        assert kinds <= {kind for _, kind in named}
        assert ((one.kinds > 0) == (one.colours > 0)).all()
        assert one.picture.shape == (SIDE, SIDE, 3)
        assert one.kinds.shape == one.colours.shape == (CELLS, CELLS)


def test_the_labels_lie_where_the_things_are(pool: pools.Pool) -> None:
    """Looked at mirrored or not, the sides that a sentence names are those of its covered cells."""
    rng, seen = np.random.default_rng(2), 0
    for index in [i for i in range(len(pool)) for _ in range(8)]:
        one = example(pool, index, rng)
        if not one.kinds.any() or (" on the left" not in one.text and " on the right" not in one.text):
            continue
        middle = np.nonzero(one.kinds)[1].mean() + 0.5
        assert (middle < CELLS / 2) == (" on the left" in one.text)
        seen += 1
    assert seen


def test_now_and_then_it_is_a_pattern(pool: pools.Pool) -> None:
    rng = np.random.default_rng(3)
    bare = [one for one in (example(pool, 0, rng) for _ in range(400)) if not is_scene(one)]
    assert 0.3 < len(bare) / 400 / EMPTY < 3
    assert not any(one.kinds.any() or one.colours.any() for one in bare)


def test_a_given_beginning_is_not_learnt() -> None:
    batches, bare = Batches(), np.zeros((CELLS, CELLS), np.int64)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    texts = (("a red car on a street", ""), ("nothing", "there is"))
    _, words, follow, *_ = batches([Example(picture, text, prefix, bare, bare) for text, prefix in texts])
    write = lambda numbers: batches.tokenizer.convert_ids_to_tokens([int(n) for n in numbers if n > 0])  # noqa: E731
    assert words[:, 0].tolist() == [batches.begin] * 2
    assert write(words[0, 1:]) == ["a", "red", "car", "on", "a", "street"]
    assert write(follow[0]) == ["a", "red", "car", "on", "a", "street", "[SEP]"]
    assert write(words[1, 1:]) == ["there", "is", "nothing"]
    assert write(follow[1]) == ["nothing", "[SEP]"]
    assert follow[1, :3].tolist()[:2] == [-100, -100]


def test_no_word_of_a_sentence_is_unknown() -> None:
    tokenizer = Batches().tokenizer
    for colour in COLOURS:
        for kind in KINDS:
            text = sentence([(kind, colour, 0.2)] * 2, "beach")
            assert tokenizer.unk_token not in tokenizer.tokenize(text)
            assert "".join(tokenizer.tokenize(text)) == text.replace(" ", "")


def test_the_sentence_of_a_scene_names_its_things() -> None:
    scene = pools.draw(888_003)
    named, place = read(truth(scene))
    assert sum(named.values()) == len(scene.objects)
    assert place == scene.background
