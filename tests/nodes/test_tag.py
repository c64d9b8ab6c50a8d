"""Tags: which are kept, how they are written, and the whole way from a picture file to a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput
from nodes import tag
from tests import weights_look as small
from tests.toys import OneModel, toy_run


class ToyTagger:
    """Answers with what it was made with."""

    def __init__(self, scores: dict[tuple[str, int], float]) -> None:
        self.tags = tuple(scores)
        self._scores = np.array(list(scores.values()), np.float32)

    def scores(self, image: np.ndarray) -> np.ndarray:
        return self._scores


TOY = ToyTagger(
    {
        ("general", 9): 0.3, ("sensitive", 9): 0.7, ("red_hair", 0): 0.5, ("1girl", 0): 0.9, ("^_^", 0): 0.4, ("sky", 0): 0.3499,
        ("tree", 0): 0.35, ("rem_(re:zero)", 4): 0.9, ("ram_(re:zero)", 4): 0.8,
    }
)  # fmt: skip


def ask(tmp_path: Path, **options: Any) -> tag.Tagged:
    return tag.picture(small.plain((1, 2, 3)), **options, run=toy_run(tmp_path, OneModel("tagger", TOY)))


def test_the_usual_thresholds_and_the_order(tmp_path: Path) -> None:
    found = ask(tmp_path)
    assert found.tags == "rem (re:zero), 1girl, red hair, ^_^, tree"
    assert found.names == found.tags.split(", ")
    assert found.scores == pytest.approx([0.9, 0.9, 0.5, 0.4, 0.35])
    assert found.rating == "sensitive"
    assert found.characters == ["rem (re:zero)"]


@pytest.mark.parametrize(
    ("options", "tags"),
    [
        ({"threshold": 0.6}, "rem (re:zero), 1girl"),
        ({"characters": 0.5, "threshold": 0.45}, "rem (re:zero), ram (re:zero), 1girl, red hair"),
        ({"exclude": "Red Hair, 1girl\n rem_(re:zero)"}, "^_^, tree"),
        ({"writing": "underscores", "threshold": 0.5}, "rem_(re:zero), 1girl, red_hair"),
        ({"escape": True, "threshold": 0.6}, "rem \\(re:zero\\), 1girl"),
        ({"trigger": "my_style", "threshold": 0.6}, "my style, rem (re:zero), 1girl"),
        ({"trigger": "1girl", "threshold": 0.6}, "1girl, rem (re:zero)"),
        ({"threshold": 1.0, "characters": 1.0}, ""),
    ],
)
def test_what_is_kept_and_how_it_is_written(options: dict[str, Any], tags: str, tmp_path: Path) -> None:
    found = ask(tmp_path, **options)
    assert found.tags == tags
    assert len(found.scores) == len(found.names)
    assert found.scores[:1] == ([1.0] if "trigger" in options else [pytest.approx(max(found.scores))] if tags else [])


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        ({"tags": "a_cat, A cat,  dog \n\n sky,"}, "a cat, dog, sky"),
        ({"tags": "cat", "more": "dog, cat"}, "cat, dog"),
        ({"tags": "cat, red_hair", "exclude": "RED HAIR"}, "cat"),
        ({"tags": "cat, sks", "trigger": "sks", "exclude": "sks"}, "sks, cat"),
        ({"tags": "red hair, ^_^", "writing": "underscores"}, "red_hair, ^_^"),
        ({"tags": "rem_(re:zero)", "escape": True}, "rem \\(re:zero\\)"),
        ({"tags": "rem \\(re:zero\\), rem_(re:zero)"}, "rem (re:zero)"),
        ({"tags": "a, b, c", "trigger": "t", "most": 2}, "t, a"),
    ],
)
def test_tidying(given: dict[str, Any], tags: str) -> None:
    assert tag.tidy(**given).tags == tags
    assert tag.tidy(**given).names == tags.split(", ")


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(BadInput, match="no tag is left"):
        tag.tidy(" ,\n", exclude="a")


def test_a_sixteen_bit_picture_with_transparency_from_its_file(tmp_path: Path) -> None:
    import cv2

    import graph
    import nodes  # noqa: F401
    from graph import Settings
    from nodes.models import Shelf

    pixels = np.zeros((30, 30, 4), np.uint16)
    pixels[...] = [60_000, 3_000, 2_000, 65_535]  # blue first
    cv2.imwrite(str(tmp_path / "deep.png"), pixels)
    small.tagger(tmp_path / "models" / "tagger" / "mine")
    flow = {
        "photo": {"type": "image.load", "inputs": {"path": "deep.png"}},
        "tag": {"type": "tag.picture", "inputs": {"image": {"node": "photo", "output": "image"}, "characters": 0.5}},
    }
    workflow = graph.build({"format": 1, "nodes": flow}, folder=tmp_path)
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    runner = graph.Runner(graph.registry, shelf)
    result = runner.run(runner.plan(workflow), tmp_path, lambda event: None)
    assert result.values["tag"]["names"] == ["miku (blue)", "blue theme"]
