"""Texts, numbers and the choices between them."""

from __future__ import annotations

from typing import Any

import pytest

from graph import BadInput
from nodes import value


def test_plain_values_pass_through() -> None:
    assert (value.text("a\nb"), value.number(0.5), value.integer(7)) == ("a\nb", 0.5, 7)


@pytest.mark.parametrize(("word", "code"), [("dark orange", "#ff8c00"), ("#ABC", "#aabbcc")])
def test_colour(word: str, code: str) -> None:
    assert value.colour(word) == code


def test_switch() -> None:
    assert [value.switch(on, "yes", "no") for on in (True, False)] == ["yes", "no"]


@pytest.mark.parametrize(("number", "text"), [(1, "a"), (3, "c"), (-1, "c"), (-3, "a")])
def test_choice(number: int, text: str) -> None:
    assert value.choice(["a", "b", "c"], number) == text


@pytest.mark.parametrize(("texts", "number"), [(["a"], 0), (["a"], 2), (["a"], -2), ([], 1)])
def test_choice_outside(texts: list[str], number: int) -> None:
    with pytest.raises(BadInput, match=f"no text number {number}"):
        value.choice(texts, number)


def test_first_filled() -> None:
    assert value.first_filled("", "  ", "c", "d") == "c"
    assert value.first_filled() == ""


TABLE = "Night: dark sky, with stars: many\n\n day :  blue sky\nplain:"


@pytest.mark.parametrize(
    ("word", "otherwise", "text"),
    [
        pytest.param("night", "", "dark sky, with stars: many", id="colon-in-the-text"),
        pytest.param(" DAY ", "", "blue sky", id="capitals-and-spaces"),
        pytest.param("dusk", "red sky", "red sky", id="otherwise"),
        pytest.param("plain", "red sky", "", id="empty-on-purpose"),
    ],
)
def test_lookup(word: str, otherwise: str, text: str) -> None:
    assert value.lookup(word, TABLE, otherwise) == text


@pytest.mark.parametrize(
    ("word", "table", "socket", "cure"),
    [
        pytest.param("nihgt", TABLE, "word", 'did you mean "night"', id="typo"),
        pytest.param("sun", TABLE, "word", "known are night, day, plain", id="unknown"),
        pytest.param("sun", "", "word", "known are none", id="empty-table"),
        pytest.param("sun", "moon", "table", "word: text", id="no-colon"),
    ],
)
def test_lookup_fails_with_a_cure(word: str, table: str, socket: str, cure: str) -> None:
    with pytest.raises(BadInput) as error:
        value.lookup(word, table)
    assert error.value.socket == socket
    assert cure in error.value.cure


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        pytest.param("a {colour} {thing}", {"thing": "bicycle", "colour": "red"}, "a red bicycle", id="filled"),
        pytest.param("a {colour} {thing}", {"thing": "bicycle"}, "a bicycle", id="one-empty"),
        pytest.param("{colour} {thing}", {"thing": "bicycle"}, "bicycle", id="first-empty"),
        pytest.param("a {thing}, {style}, {extra}", {"thing": "car", "extra": "sunny"}, "a car, sunny", id="comma"),
        pytest.param("a {thing}, {style}.", {"thing": "car"}, "a car.", id="last-empty"),
        pytest.param("{ thing }", {"thing": " car "}, "car", id="spaces"),
        pytest.param("{{{thing}}}", {"thing": "car"}, "{car}", id="braces"),
        pytest.param("{thing}", {"thing": "{colour}", "colour": "red"}, "{colour}", id="values-are-not-filled"),
        pytest.param("no holes", {}, "no holes", id="no-holes"),
        pytest.param("a {thing}\non {place}", {"thing": "car", "place": "Mars"}, "a car\non Mars", id="lines"),
    ],
)
def test_template(template: str, values: dict[str, str], text: str) -> None:
    assert value.template(template, **values) == text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        pytest.param("a {color} car", 'Did you mean "colour"', id="typo"),
        pytest.param("a {} car", "Known are thing", id="no-name"),
        pytest.param("a {colour car", "stands alone", id="open"),
        pytest.param("a colour} car", "stands alone", id="closed"),
    ],
)
def test_template_fails_with_a_cure(template: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        value.template(template)


def test_join() -> None:
    assert value.join("a", "", "  ", "b") == "a, b"
    assert value.join("a", "b", separator="\\n") == "a\nb"


def test_texts_stay_bounded() -> None:
    with pytest.raises(BadInput, match="characters"):
        value.join("x" * value.MAX_TEXT, "y")


@pytest.mark.parametrize(
    ("a", "operation", "b", "expected"),
    [
        pytest.param(2, "+", 3, 5.0, id="plus"),
        pytest.param(2, "-", 3, -1.0, id="minus"),
        pytest.param(2, "*", 3, 6.0, id="times"),
        pytest.param(3, "/", 2, 1.5, id="divided"),
        pytest.param(7, "mod", 4, 3.0, id="rest"),
        pytest.param(2, "power", 10, 1024.0, id="power"),
        pytest.param(2, "min", 3, 2.0, id="smaller"),
        pytest.param(2, "max", 3, 3.0, id="larger"),
    ],
)
def test_calculate(a: float, operation: Any, b: float, expected: float) -> None:
    result = value.calculate(a, operation, b)
    assert result == expected
    assert type(result) is float


@pytest.mark.parametrize(
    ("a", "operation", "b"),
    [(1, "/", 0), (1, "mod", 0), (10.0, "power", 400), (-1.0, "power", 0.5), (0.0, "power", -1), (1e308, "*", 10)],
)
def test_what_can_not_be_calculated_is_told(a: float, operation: Any, b: float) -> None:
    with pytest.raises(BadInput, match=r"can't be calculated|is too large|is no number"):
        value.calculate(a, operation, b)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [("<", [True, False, False]), ("<=", [True, True, False]), (">", [False, False, True]), (">=", [False, True, True]),
     ("=", [False, True, False]), ("≠", [True, False, True])],
)  # fmt: skip
def test_compare(relation: Any, expected: list[bool]) -> None:
    assert [value.compare(a, relation, 2.0) for a in (1.0, 2.0, 3.0)] == expected
