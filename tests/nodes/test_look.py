"""What the nodes of the family look make of their models' answers, and what they say to bad input."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Cancelled
from nodes import look
from nodes.models.caption import load_caption
from tests import weights_look as small
from tests.toys import OneModel, toy_run

IMAGE = small.plain((9, 9, 9))


class ToyClip:
    """The cosine of a sentence is its length / 100; "not" makes it negative."""

    scale = 50.0

    def likeness(self, image: np.ndarray, texts: Sequence[str], on_step: Any) -> np.ndarray:
        on_step(0, len(texts))
        return np.array([(-1 if "not" in text else 1) * len(text) / 100 for text in texts], np.float32)

    def is_too_long(self, text: str) -> bool:
        return len(text) > 50

    def attention(self, image: np.ndarray, how: str) -> np.ndarray:
        return np.full(image.shape[:2], 1.0 if how == "rollout" else 0.5, np.float32)


class ToyClassifier:
    """Three labels; what speaks for a label is a row of its number."""

    labels = small.LABELS

    def shares(self, image: np.ndarray) -> np.ndarray:
        return np.array([0.2, 0.7, 0.1], np.float32)

    def why(self, image: np.ndarray, label: int, method: str) -> np.ndarray:
        heat = np.zeros(image.shape[:2], np.float32)
        heat[label] = 1.0 if label < 2 else 0.0
        return heat


def test_a_score_is_a_hundred_times_the_cosine_and_never_negative(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("clip", ToyClip()))
    assert look.clip_score(IMAGE, "a red car", run=run) == pytest.approx((9.0, 0.09))
    assert look.clip_score(IMAGE, "not a car", run=run) == pytest.approx((0.0, -0.09))
    assert not run.said
    look.clip_score(IMAGE, "a" * 51, run=run)
    assert "too long" in run.said[0]


def test_the_best_of_some_captions(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("clip", ToyClip()))
    best = look.best_caption(IMAGE, ["car", "a long caption", "a dog"], run=run)
    assert best.caption == "a long caption"
    assert best.number == 2
    assert best.order == ["a long caption", "a dog", "car"]
    weights = np.exp(50 * np.array([0.03, 0.14, 0.05]))
    assert best.shares == pytest.approx((weights / weights.sum()).tolist(), rel=1e-4)
    assert look.best_caption(IMAGE, ["same", "same"], run=run).number == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda run: look.clip_score(IMAGE, " \n", run=run), "empty"),
        (lambda run: look.best_caption(IMAGE, [], run=run), "none to choose"),
        (lambda run: look.best_caption(IMAGE, ["a", ""], run=run), "empty"),
    ],
)
def test_empty_texts_are_refused(call: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=said):
        call(toy_run(tmp_path, OneModel("clip", ToyClip())))


def test_attention_is_a_heat_map(tmp_path: Path) -> None:
    heat = look.attention(IMAGE, run=toy_run(tmp_path, OneModel("clip", ToyClip())))
    assert heat.shape == IMAGE.shape[:2]
    assert not heat.flags.writeable
    assert heat[0, 0] == 1.0


def test_classes_come_best_first(tmp_path: Path) -> None:
    found = look.classify(IMAGE, 2, run=toy_run(tmp_path, OneModel("classify", ToyClassifier())))
    assert found.label == "dog"
    assert found.labels == ["dog", "tabby, tabby cat"]
    assert found.shares == pytest.approx([0.7, 0.2])
    assert found.share == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("label", "number"), [("", 1), ("dog", 1), (" Tabby Cat", 0), ("tabby, tabby cat", 0), ("red car", 2), ("0", 0)]
)
def test_a_class_is_found_by_any_of_its_names(label: str, number: int, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("classify", ToyClassifier()))
    found = look.explain(IMAGE, label, run=run)
    assert found.label == small.LABELS[number]
    assert found.heat[number].max() == (1.0 if number < 2 else 0.0)
    assert bool(run.said) == (number == 2)
    assert found.share == pytest.approx([0.2, 0.7, 0.1][number])


@pytest.mark.parametrize("label", ["dgo", "3", "cat"])
def test_an_unknown_class_is_an_error_that_lists_them(label: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=label) as caught:
        look.explain(IMAGE, label, run=toy_run(tmp_path, OneModel("classify", ToyClassifier())))
    assert "red car" in str(caught.value)
    assert ("did you mean" in str(caught.value).lower()) == (label == "dgo")


def test_a_caption_is_the_same_each_time_and_stops_when_asked(tmp_path: Path) -> None:
    model = OneModel("caption", load_caption(small.blip(tmp_path / "blip"), "cpu"))
    run = toy_run(tmp_path, model)
    assert look.caption(IMAGE, longest=5, run=run) == look.caption(IMAGE, longest=5, run=run)
    assert run.steps[0] == (0, 5)
    assert run.steps[-1] == (5, 5)
    stopped = dataclasses.replace(toy_run(tmp_path, model), stop=threading.Event())
    seen: list[Any] = []

    def tell(event: Any) -> None:
        seen.append(event)
        if len(seen) == 2:
            stopped.stop.set()

    stopped = dataclasses.replace(stopped, tell=tell)
    with pytest.raises(Cancelled):
        look.caption(IMAGE, longest=50, run=stopped)
    assert len(seen) == 2
