"""Sentences become edits: the grammar, and the node with a scripted model. Real ones are in tests/models."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from graph import BadInput, Cancelled, GraftError
from nodes import language
from nodes.language import parse_edit, prompt_for
from tests.nodes.grammar_truth import accepts
from tests.toys import OneModel, toy_run


class Scripted:
    """A chat model that gives the answer it was made with, and keeps what it was asked."""

    name = "scripted"

    def __init__(self, answer: Any) -> None:
        self.text = answer if isinstance(answer, str) else json.dumps(answer)
        self.asked: list[list[dict[str, str]]] = []

    def answer(self, messages: list[dict[str, str]], grammar: str, max_tokens: int, on_token: Any = None) -> str:
        self.asked.append(messages)
        if on_token:
            on_token()
        return self.text


def answer_of(action: str, **fields: str) -> dict[str, str]:
    return {"action": action, **{name: fields.get(name, "") for name in language.FIELDS[action]}}


# --- what a painter is told


@pytest.mark.parametrize(
    ("said", "target", "prompt"),
    [
        pytest.param(answer_of("replace", replacement="a bicycle"), "car", "a bicycle", id="replace"),
        pytest.param(
            answer_of("replace", replacement="a bicycle", color="red"), "car", "a red bicycle", id="replace in a color"
        ),
        pytest.param(
            answer_of("replace", replacement="a bicycle", color="orange"), "car", "an orange bicycle", id="a becomes an"
        ),
        pytest.param(
            answer_of("replace", replacement="the moon", color="blue"), "car", "the blue moon", id="the stays"
        ),
        pytest.param(answer_of("replace", replacement="bike", color="blue"), "car", "blue bike", id="no article"),
        pytest.param(
            answer_of("replace", replacement="a cup", style="Van Gogh"), "car", "a cup, Van Gogh style", id="style"
        ),
        pytest.param(answer_of("recolor", color="blue"), "red car", "a blue car", id="old color leaves"),
        pytest.param(
            answer_of("recolor", color="red"), "shiny dark blue shoes", "red shiny shoes", id="many have no article"
        ),
        pytest.param(answer_of("recolor", color="wooden"), "table", "a wooden table", id="material"),
        pytest.param(answer_of("recolor", color="pink"), "hair", "pink hair", id="no countable thing"),
        pytest.param(answer_of("recolor", color="green"), "orange", "a green orange", id="a thing called like a color"),
        pytest.param(
            answer_of("recolor", color="black"),
            "man in the red hat",
            "a black man in the red hat",
            id="color of a detail stays",
        ),
        pytest.param(answer_of("remove"), "car", "", id="remove"),
        pytest.param(
            answer_of("background", place="a beach", style="anime"), "dog", "a beach, anime style", id="background"
        ),
    ],
)
def test_prompt(said: dict[str, str], target: str, prompt: str) -> None:
    assert prompt_for(said, target) == prompt


# --- the grammar


COMPACT = {"separators": (",", ":"), "ensure_ascii": False}


@pytest.mark.parametrize(
    ("sentence", "answer", "fits"),
    [
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="car", replacement="a bicycle"),
            True,
            id="copied",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="truck", replacement="a bicycle"),
            False,
            id="invented",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="ca", replacement="a bicycle"),
            False,
            id="half a word",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="car a", replacement="bicycle"),
            False,
            id="words left out",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="", replacement="a bicycle"),
            False,
            id="empty target",
        ),
        pytest.param("Replace the car with a bicycle", answer_of("other"), True, id="other"),
        pytest.param("Replace the car with a bicycle", {"action": "explode"}, False, id="no such action"),
        pytest.param(
            "make the car's door red, please",
            answer_of("recolor", target="car's door", color="red"),
            True,
            id="possessive",
        ),
        pytest.param(
            "change the car's color to red", answer_of("recolor", target="car", color="red"), True, id="without its 's"
        ),
        pytest.param(
            'remove the "no entry" sign', answer_of("remove", target='no entry" sign'), True, id="quotes are escaped"
        ),
        pytest.param(
            "swap the c:\\dir for a t-shirt",
            answer_of("replace", target="c:\\dir", replacement="a t-shirt"),
            True,
            id="backslash",
        ),
        pytest.param("entferne den Käse", answer_of("remove", target="Käse"), True, id="other letters"),
        pytest.param(
            "change the background to a beach", answer_of("background", place="a beach"), True, id="no target"
        ),
    ],
)
def test_grammar_allows_runs_of_words_only(sentence: str, answer: dict[str, str], fits: bool) -> None:
    assert accepts(sentence, json.dumps(answer, **COMPACT)) is fits


# --- the node


@pytest.mark.parametrize(
    ("sentence", "said", "target", "place", "told"),
    [
        pytest.param("remove the car", answer_of("remove", target="the car"), "car", "", 0, id="determiner is dropped"),
        pytest.param(
            "remove all of the cars", answer_of("remove", target="all of the cars"), "cars", "", 0, id="long determiner"
        ),
        pytest.param(
            "remove the cup on the table",
            answer_of("remove", target="cup", where="on the table"),
            "cup on the table",
            "on the table",
            0,
            id="where",
        ),
        pytest.param(
            "remove the cup around me",
            answer_of("remove", target="cup", where="around me"),
            "cup",
            "around me",
            1,
            id="where that can't be searched",
        ),
        pytest.param(
            "put the dog on a beach",
            answer_of("background", target="dog", place="a beach"),
            "dog",
            "a beach",
            0,
            id="background",
        ),
    ],
)
def test_node_finishes_the_answer(
    tmp_path: Path, sentence: str, said: dict[str, str], target: str, place: str, told: int
) -> None:
    run = toy_run(tmp_path, models=OneModel("chat", Scripted(said)))
    edit = parse_edit(sentence, run=run)
    assert (edit.target, edit.place, len(run.said)) == (target, place, told)


def test_model_is_shown_instructions_examples_and_the_sentence(tmp_path: Path) -> None:
    model = Scripted(answer_of("remove", target="lamp"))
    parse_edit("  remove\nthe   lamp ", run=toy_run(tmp_path, models=OneModel("chat", model)))
    (messages,) = model.asked
    assert messages[0]["role"] == "system"
    assert [message["role"] for message in messages[1:]] == ["user", "assistant"] * len(language.SHOTS) + ["user"]
    assert messages[-1]["content"] == "remove the lamp"
    for asked, shown in zip(messages[1:-1:2], messages[2::2], strict=True):
        assert accepts(asked["content"], shown["content"]), "an example breaks the grammar that it teaches"


@pytest.mark.parametrize(
    ("sentence", "said", "error", "words"),
    [
        pytest.param("", None, BadInput, "it is empty", id="empty"),
        pytest.param(" \n\t ", None, BadInput, "it is empty", id="blank"),
        pytest.param("?!… --", None, BadInput, "nothing to replace", id="no word"),
        pytest.param("x" * 1001, None, BadInput, "1,001 characters", id="too long"),
        pytest.param("hello there", {"action": "other"}, BadInput, "nothing to replace", id="other"),
        pytest.param(
            "remove the car", answer_of("remove", target="truck"), BadInput, "truck", id="not in the sentence"
        ),
        pytest.param("remove the car", answer_of("remove"), BadInput, "no target", id="empty target"),
        pytest.param("change the background", answer_of("background"), BadInput, "no place", id="no place"),
        pytest.param("remove the car", '{"action":"remove","tar', GraftError, "can be read", id="broken off"),
        pytest.param("remove the car", {"action": "explode"}, GraftError, "can be read", id="unknown action"),
        pytest.param("remove the car", ["remove"], GraftError, "can be read", id="not an object"),
    ],
)
def test_node_refuses(tmp_path: Path, sentence: str, said: Any, error: type[GraftError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        parse_edit(sentence, run=toy_run(tmp_path, models=OneModel("chat", Scripted(said))))
    assert caught.value.cure


def test_a_hundred_thousand_characters_are_refused_at_once(tmp_path: Path) -> None:
    start = time.perf_counter()
    with pytest.raises(BadInput, match="100,000 characters"):
        parse_edit("replace the car with " + "a" * 99_979, run=toy_run(tmp_path))
    assert time.perf_counter() - start < 0.1


def test_cancelling_stops_the_model(tmp_path: Path) -> None:
    run = toy_run(tmp_path, models=OneModel("chat", Scripted(answer_of("remove", target="car"))))
    run.stop.set()
    with pytest.raises(Cancelled):
        parse_edit("remove the car", run=run)
