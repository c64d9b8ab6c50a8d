"""Weighted and long prompts: how they are read, and what the weights do to what the text encoder makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodes.models import weighting
from nodes.models.diffusion import Diffusion, Job, load_diffusion
from tests import weights_diffusion

ASKED: dict[str, Any] = {"seed": 3, "steps": 2, "guidance": 5.0}
UP, DOWN = weighting.UP, weighting.DOWN


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("", []),
        ("a red car", [("a red car", 1.0)]),
        ("a (red:1.3) car", [("a ", 1.0), ("red", 1.3), (" car", 1.0)]),
        ("a (red) car", [("a ", 1.0), ("red", UP), (" car", 1.0)]),
        ("a [red] car", [("a ", 1.0), ("red", DOWN), (" car", 1.0)]),
        ("((red))", [("red", UP * UP)]),
        ("(a (red:2) car:0.5)", [("a ", 0.5), ("red", 1.0), (" car", 0.5)]),
        (r"a \(red\) car", [("a (red) car", 1.0)]),
        ("a (red car", [("a ", 1.0), ("red car", UP)]),
        ("a red) car]", [("a red) car]", 1.0)]),
        ("time 12:30", [("time 12:30", 1.0)]),
        ("(12:30)", [("12", 30.0)]),
        ("(red:)", [("red:", UP)]),
        ("(red: .5 )", [("red", 0.5)]),
        ("(red:0)", [("red", 0.0)]),
        ("[(red:1.5)]", [("red", 1.5 * DOWN)]),
    ],
)
def test_how_weights_are_written(prompt: str, parts: list[tuple[str, float]]) -> None:
    made = weighting.parse(prompt)
    assert [text for text, _ in made] == [text for text, _ in parts]
    assert [weight for _, weight in made] == pytest.approx([weight for _, weight in parts])


def test_long_prompts_are_read_in_pieces_and_learned_words_stay_whole() -> None:
    def ids_of(text: str) -> list[int]:
        return [len(word) for word in text.split()]

    made = weighting.pieces("a bb ccc (dddd eeeee:2)", ids_of, 3)
    assert [(piece.ids, piece.weights) for piece in made] == [([1, 2, 3], [1, 1, 1]), ([4, 5], [2, 2])]
    assert [piece.is_plain for piece in made] == [True, False]

    def learned(text: str) -> Any:
        yield text.replace("WORD", ""), ("x", "y") if "WORD" in text else ()

    (first, second) = weighting.pieces("a bb WORD", ids_of, 3, learned)
    assert first.ids == [1, 2]
    assert second.vectors == {0: "x", 1: "y"}
    assert weighting.pieces("", ids_of, 3)[0].ids == []
    assert [len(piece.ids) for piece in weighting.pieces("WORD", ids_of, 1, learned)] == [1, 1]


def test_weights_keep_the_mean() -> None:
    import torch

    outputs = torch.arange(1.0, 13).reshape(1, 3, 4)
    made = weighting.weighted(outputs, torch.tensor([1.0, 2.0, 1.0]))
    assert float(made.mean()) == pytest.approx(float(outputs.mean()))
    ratio = made / outputs
    assert torch.allclose(ratio[0, 1] / ratio[0, 0], torch.full((4,), 2.0))
    assert torch.isfinite(weighting.weighted(outputs, torch.zeros(3))).all()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Diffusion:
    return load_diffusion(weights_diffusion.folder(tmp_path_factory.mktemp("weights") / "plain"), "cpu")


def test_weights_change_the_picture_and_1_does_not(model: Diffusion) -> None:
    prompts = ("a red car", "a (red:1.0) car", "a (red:1.8) car", "a [red] car", r"a \(red\) car")
    plain, one, strong, weak, literal = (model.make(Job(prompt, **ASKED)) for prompt in prompts)
    assert np.array_equal(plain, one)
    assert len({each.tobytes() for each in (plain, strong, weak, literal)}) == 4


def test_every_part_of_a_long_prompt_counts(model: Diffusion) -> None:
    long = "car " * 40  # the model reads 14 tokens at once
    first = model.make(Job(long + "bike", **ASKED))
    assert not np.array_equal(first, model.make(Job(long + "red", **ASKED)))
    negative = model.make(Job("car", long, **ASKED))
    assert not np.array_equal(negative, model.make(Job("car", **ASKED)))
    assert model.words_left_out(long) == ""


def test_a_long_prompt_is_what_its_pieces_are_side_by_side(model: Diffusion) -> None:
    import torch

    words = model._words
    both = words.encode("car " * 14 + "bike " * 14, 2).outputs
    pieces = [words.encode(text * 14, 1).outputs for text in ("car ", "bike ")]
    assert torch.equal(both, torch.cat(pieces, 1))
