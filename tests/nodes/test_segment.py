"""segment: words are understood, things told apart and chosen, and boxes cut out. Real models are in tests/models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput
from nodes.models.segment import Sight
from nodes.segment import grab, mask_from_words
from nodes.segment.colours import SAMPLES, shares
from nodes.segment.labels import Labels
from nodes.segment.parts import log_odds, split
from nodes.segment.phrases import parse
from tests.nodes.mask_truth import overlap
from tests.toys import OneModel, ToyRun, toy_run
from train.scenes import COLOURS, KINDS, SYNONYMS


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("car", [("car", (), "", "", 1, False)], id="plain"),
        pytest.param("The car.", [("car", (), "", "", 1, False)], id="article-and-stop"),
        pytest.param("cars", [("cars", (), "", "", 1, True)], id="plural"),
        pytest.param("every bus", [("bus", (), "", "", 1, True)], id="every"),
        pytest.param("2 dogs", [("dogs", (), "", "", 1, True)], id="number"),
        pytest.param("the sky", [("sky", (), "", "", 1, True)], id="stuff-has-no-pieces"),
        pytest.param("the light-blue cup", [("cup", ("blue",), "light", "", 1, False)], id="tone-with-hyphen"),
        pytest.param("dark green bus", [("bus", ("green",), "dark", "", 1, False)], id="tone"),
        pytest.param("navy sofa", [("sofa", ("blue",), "dark", "", 1, False)], id="other-colour-name"),
        pytest.param("an orange", [("orange", (), "", "", 1, False)], id="colour-that-is-a-thing"),
        pytest.param("black and white cat", [("cat", ("black", "white"), "", "", 1, False)], id="two-colours"),
        pytest.param("the dog on the left", [("dog", (), "", "left", 1, False)], id="place-behind"),
        pytest.param("left-hand chair", [("chair", (), "", "left", 1, False)], id="place-before"),
        pytest.param("biggest tree", [("tree", (), "", "biggest", 1, False)], id="size"),
        pytest.param("second car from the right", [("car", (), "", "right", 2, False)], id="rank"),
        pytest.param(
            "car, red bicycle and the cups",
            [("car", (), "", "", 1, False), ("bicycle", ("red",), "", "", 1, False), ("cups", (), "", "", 1, True)],
            id="several",
        ),
    ],
)
def test_parse(words: str, expected: list[tuple[Any, ...]]) -> None:
    assert [(p.noun, p.colours, p.tone, p.place, p.rank, p.many) for p in parse(words)] == expected


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param("", "no word", id="empty"),
        pytest.param("  ,;  ", "no thing", id="only-commas"),
        pytest.param("the", "no thing", id="only-an-article"),
        pytest.param("car " * 30_000, "120000 characters", id="far-too-long"),
    ],
)
def test_parse_says_what_is_wrong(words: str, what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        parse(words)
    assert caught.value.socket == "words"
    assert caught.value.cure


@pytest.mark.parametrize(
    ("name", "labels", "found"),
    [
        pytest.param("car", ["sky", "car;auto;automobile"], [1], id="one-of-a-label's-names"),
        pytest.param("automobile", ["sky", "car"], [1], id="synonym"),
        pytest.param("couches", ["sofa"], [0], id="plural-of-a-synonym"),
        pytest.param("man", ["person"], [0], id="narrower-name"),
        pytest.param("person", ["man", "car"], [], id="wider-name-finds-nothing"),
        pytest.param("tree", ["tree-merged"], [0], id="suffix-without-meaning"),
        pytest.param("brick wall", ["wall-brick", "wall-other-merged"], [0], id="turned-label"),
        pytest.param("walls", ["wall-brick", "wall-other-merged"], [0, 1], id="several-labels"),
        pytest.param("stop signs", ["stop_sign"], [0], id="underscore"),
        pytest.param("foreground", ["background", "car", "sky-other-merged", "dog;hound"], [1, 3], id="foreground"),
    ],
)
def test_labels(name: str, labels: list[str], found: list[int]) -> None:
    assert list(Labels(labels).indices(name)) == found


def test_every_drawn_kind_is_found_by_all_its_names() -> None:
    labels = Labels(("background", *KINDS))
    for kind, names in SYNONYMS.items():
        for name in names:
            assert labels.indices(name) == (1 + KINDS.index(kind),)


def test_colours_of_the_drawn_world_are_named() -> None:
    assert set(COLOURS) == set(SAMPLES)
    for name, rgb in COLOURS.items():
        for light in (0.85, 1.0, 1.06):
            pixels = np.clip(np.array([rgb]) * light, 0, 255).astype(np.uint8)
            assert shares(pixels, np.ones(1))[name] == 1.0, (name, light)


def evidence(*boxes: tuple[int, int, int, int], side: int = 64) -> np.ndarray:
    """Log-odds (side, side): 3 in the boxes (x0, y0, x1, y1), -5 elsewhere."""
    heat = np.full((side, side), -5.0, np.float32)
    for x0, y0, x1, y1 in boxes:
        heat[y0:y1, x0:x1] = 3
    return heat


@pytest.mark.parametrize(
    ("boxes", "between", "count"),
    [
        pytest.param([(5, 5, 20, 20), (30, 5, 45, 20)], 0.0, 2, id="side-by-side"),
        pytest.param([(5, 5, 20, 20), (24, 5, 45, 20)], 0.3, 1, id="linked-by-weaker-evidence"),
        pytest.param([(5, 5, 20, 20), (24, 5, 45, 20)], 0.1, 2, id="too-weak-to-link"),
        pytest.param([(5, 5, 40, 40), (60, 60, 62, 62)], 0.0, 1, id="a-speck"),
        pytest.param([], 0.0, 0, id="nothing"),
    ],
)
def test_split(boxes: list[tuple[int, int, int, int]], between: float, count: int) -> None:
    heat = evidence(*boxes)
    if between:
        heat[10, 20:24] = log_odds(between)
    parts = split(heat, 0.4)
    big = [box for box in boxes if box[2] - box[0] > 2]
    assert len(parts) == count
    assert sum(int(part.region.sum()) for part in parts) == sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in big)
    assert [p.mass for p in parts] == sorted((p.mass for p in parts), reverse=True)


class ToyModel:
    """Sees what it is told to: maps of evidence by label or phrase."""

    def __init__(
        self, seen: dict[str, np.ndarray], kind: str = "labels", pieces: list[np.ndarray] | None = None
    ) -> None:
        self.kind, self.seen, self.pieces = kind, seen, pieces
        self.labels = tuple(seen) if kind == "labels" else ()

    def look(self, image: np.ndarray, asked: Any, threshold: float) -> list[Sight]:
        keys = [self.labels[a[0]] if self.kind == "labels" else a for a in asked]
        return [Sight(self.seen[key], self.pieces) for key in keys]


LEFT, RIGHT, SMALL = (4, 20, 28, 50), (36, 20, 58, 50), (30, 54, 38, 60)
STREET = {"car": evidence(LEFT, RIGHT, SMALL), "dog": evidence(), "tree": evidence((2, 2, 62, 12))}


def street() -> np.ndarray:
    """A blue thing at the left, a red one at the right, a small white one below, each with dark windows; 128 × 256."""
    picture = np.full((64, 64, 3), (120, 170, 90), np.uint8)
    for (x0, y0, x1, y1), colour in ((LEFT, COLOURS["blue"]), (RIGHT, COLOURS["red"]), (SMALL, COLOURS["white"])):
        picture[y0:y1, x0:x1] = colour
        picture[y0 + 1, x0:x1] = (40, 40, 44)
    return np.repeat(np.repeat(picture, 2, 0), 4, 1)


def found_boxes(words: str, run: ToyRun, **options: Any) -> list[list[float]]:
    """The boxes that the node marks in the street, on the model's grid; checks that mask and heat fit them."""
    found = mask_from_words(street(), words, run=run, **options)
    assert found.mask.dtype == np.uint8
    assert found.mask.shape == (128, 256)
    assert set(np.unique(found.mask)) == {0, 255}
    assert found.heat.dtype == np.float32
    assert found.heat.shape == (128, 256)
    assert 0 <= found.heat.min() < found.heat.max() <= 1
    inside = np.zeros((128, 256), bool)
    for x0, y0, x1, y1 in found.boxes.astype(int):
        inside[y0:y1, x0:x1] = True
    assert found.boxes.dtype == np.float32
    assert (found.mask[inside] > 0).mean() > 0.9
    assert not found.mask[~inside].any()
    return sorted((found.boxes / [4, 2, 4, 2]).round().astype(int).tolist())


@pytest.mark.parametrize(
    ("words", "options", "expected"),
    [
        pytest.param("car", {}, [LEFT], id="one-the-greatest"),
        pytest.param("cars", {}, [LEFT, SMALL, RIGHT], id="all"),
        pytest.param("car", {"pick": "all"}, [LEFT, SMALL, RIGHT], id="pick-all"),
        pytest.param("cars", {"pick": "one"}, [LEFT], id="pick-one"),
        pytest.param("the red automobile", {}, [RIGHT], id="red"),
        pytest.param("white car", {}, [SMALL], id="small-but-white"),
        pytest.param("red and blue cars", {}, [LEFT, RIGHT], id="two-colours"),
        pytest.param("car on the right", {}, [RIGHT], id="right"),
        pytest.param("second car from the left", {}, [SMALL], id="rank"),
        pytest.param("smallest car", {}, [SMALL], id="smallest"),
        pytest.param("big cars", {}, [LEFT, RIGHT], id="several-by-size"),
        pytest.param("car on the bottom", {}, [SMALL], id="bottom"),
        pytest.param("red car and tree", {}, [(2, 2, 62, 12), RIGHT], id="union"),
        pytest.param("old sports car", {}, [LEFT], id="adjectives-are-left-out"),
    ],
)
def test_choosing(words: str, options: dict[str, Any], expected: list[tuple[int, ...]], tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", ToyModel(STREET)))
    assert found_boxes(words, run, **options) == sorted(list(box) for box in expected)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param("dog", r"nothing that looks like 'dog' was found: the heat map's peak is 0\.01", id="absent"),
        pytest.param(
            "giraffe", r"nothing that looks like 'giraffe' was found.*no label.*knows car, dog, tree", id="no-label"
        ),
        pytest.param("purple car", r"no purple car was found: .* is blue, red, white", id="no-such-colour"),
        pytest.param("fifth car from the left", r"number 5 from the left: 3 found", id="no-such-rank"),
    ],
)
def test_what_is_not_there(words: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        mask_from_words(street(), words, run=toy_run(tmp_path, OneModel("segment", ToyModel(STREET))))
    assert caught.value.socket == "words"


def test_a_slip_of_the_pen_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        mask_from_words(street(), "automobil", run=toy_run(tmp_path, OneModel("segment", ToyModel(STREET))))
    assert "did you mean 'automobile'" in caught.value.cure
    assert "open-vocabulary" in caught.value.cure


def test_what_is_left_out_or_missing_is_said(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", ToyModel(STREET)))
    mask_from_words(street(), "sports car and dog", run=run)
    assert any("'sports car' is taken as 'car'" in text for text in run.said)
    assert any("nothing that looks like 'dog'" in text for text in run.said)
    assert any("3 things look like" in text for text in run.said)


def test_touching_things_are_cut_where_colour_and_certainty_change(tmp_path: Path) -> None:
    left, right = (4, 20, 30, 50), (30, 20, 58, 50)
    picture = np.full((64, 64, 3), (120, 170, 90), np.uint8)
    picture[20:50, 4:30], picture[20:50, 30:58] = COLOURS["blue"], COLOURS["red"]
    doubt = evidence(left, right)
    doubt[20:50, 29:31] = log_odds(0.6)
    for heat, expected in ((doubt, [29, 20, 58, 50]), (evidence(left, right), [4, 20, 58, 50])):
        run = toy_run(tmp_path, OneModel("segment", ToyModel({"car": heat})))
        assert mask_from_words(picture, "the red car", run=run).boxes.tolist() == [expected]
    run = toy_run(tmp_path, OneModel("segment", ToyModel({"car": doubt})))
    assert mask_from_words(np.full_like(picture, COLOURS["red"]), "the red car", run=run).boxes.tolist() == [
        [4, 20, 58, 50]
    ]


def test_open_vocabulary_models_are_asked_the_words_themselves(tmp_path: Path) -> None:
    seen = {"shiny red car": evidence(LEFT), "wheels": evidence(SMALL)}
    run = toy_run(tmp_path, OneModel("segment", ToyModel(seen, "words")))
    assert found_boxes("the shiny red car, wheels", run) == [list(LEFT), list(SMALL)]


def test_models_that_tell_things_apart_keep_touching_ones_apart(tmp_path: Path) -> None:
    a, b = (4, 20, 30, 50), (30, 20, 58, 50)
    model = ToyModel({"car": evidence(a, b)}, pieces=[evidence(a), evidence(b)])
    assert found_boxes("car on the left", toy_run(tmp_path, OneModel("segment", model))) == [list(a)]


def test_threshold_widens_the_mask(tmp_path: Path) -> None:
    x = np.linspace(-4, 4, 64, dtype=np.float32)
    run = toy_run(tmp_path, OneModel("segment", ToyModel({"car": 3 - np.hypot(x, x[:, None])})))
    areas = [int((mask_from_words(street(), "car", t, run=run).mask > 0).sum()) for t in (0.8, 0.5, 0.2)]
    assert areas[0] < areas[1] < areas[2]


# ---- grab ----


def blob(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A speckled orange ellipse on speckled blue, and where it is."""
    y, x = np.mgrid[:height, :width]
    inside = ((x - width * 0.5) / (width * 0.2)) ** 2 + ((y - height * 0.5) / (height * 0.3)) ** 2 < 1
    colours = np.where(inside[..., None], (220, 120, 40), (60, 90, 170))
    speckle = np.random.default_rng(1).normal(0, 12, (height, width, 1))
    return np.clip(colours + speckle, 0, 255).astype(np.uint8), inside


@pytest.mark.parametrize(
    ("height", "width", "least"),
    [pytest.param(120, 160, 0.97, id="small"), pytest.param(1500, 2000, 0.98, id="larger-than-it-works-at")],
)
def test_grab(height: int, width: int, least: float, tmp_path: Path) -> None:
    image, inside = blob(height, width)
    box = np.array([[0.25 * width, 0.15 * height, 0.75 * width, 0.85 * height]], np.float32)
    mask = grab(image, box, 2, run=toy_run(tmp_path))
    assert mask.shape == (height, width)
    assert mask.dtype == np.uint8
    assert overlap(mask, inside * np.uint8(255)) > least
    assert not mask[: int(0.14 * height)].any()
    assert np.array_equal(mask, grab(image, box, 2, run=toy_run(tmp_path)))


@pytest.mark.parametrize(
    ("box", "what"),
    [
        pytest.param([], "no box", id="none"),
        pytest.param([[500, 10, 600, 90]], "0×80 pixels inside the picture of 160×120", id="outside"),
        pytest.param([[10, 10, 10, 90]], "0×80 pixels", id="no-width"),
        pytest.param([[0, 0, 160, 120]], "the whole picture", id="whole-picture"),
        pytest.param([[0, np.nan, 50, 50]], "finite", id="not-a-number"),
    ],
)
def test_grab_needs_a_box_with_surroundings(box: list[list[float]], what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        grab(blob(120, 160)[0], np.array(box, np.float32).reshape(-1, 4), run=toy_run(tmp_path))
    assert caught.value.socket == "box"
    assert caught.value.cure
