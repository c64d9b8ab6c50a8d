from __future__ import annotations

from typing import Annotated, Any

import pytest

import graph
from graph import Run, Seed, Slider, node

from . import helpers


def test_a_declaration_is_read_from_signature_and_docstring() -> None:
    spec = graph.registry["toy.add"]
    assert spec.function is helpers.add
    assert spec.summary == "Add two numbers."
    assert spec.inputs["a"].help == "the first, which may be long."
    assert spec.inputs["b"].default == 1
    assert list(spec.outputs) == ["integer"]
    assert list(graph.registry["toy.split"].outputs) == ["low", "high"]


def test_the_schema_is_plain_data() -> None:
    import json

    table = json.loads(json.dumps(graph.schema(graph.registry["toy.add"])))
    assert table["inputs"]["b"] == {
        "type": "integer",
        "help": "the second.",
        "default": 1,
        "widget": {"kind": "slider", "low": -100, "high": 100, "step": None},
    }
    assert "one of plain, wild" in graph.page(graph.registry["toy.picture"])


def test_what_can_be_no_node_is_refused() -> None:
    def untyped(a) -> int:  # type: ignore[no-untyped-def]
        """No type."""

    def odd(a: dict[str, int]) -> int:
        """No socket type."""

    def extra(a: int, *, run: Run, other: int = 1) -> int:
        """More after the star."""

    def out_of_range(a: Annotated[int, Slider(0, 1)] = 2) -> int:
        """A default that is not allowed."""

    def lazy(a: Annotated[int, graph.Lazy()]) -> int:
        """Lazy, without needs."""

    for function, message in [
        (untyped, "'a' has no type"),
        (odd, "no socket type"),
        (extra, "after \\* comes only 'run: Run'"),
        (out_of_range, "expected 0 to 1, got 2"),
        (lazy, "declared with needs="),
    ]:
        with pytest.raises(TypeError, match=message):
            node(family="wrong")(function)


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        pytest.param(int, [0, -5, 10**30], [1.0, True, "1", None, [1]], id="integer"),
        pytest.param(float, [0, 1.5], [True, "1", float("nan"), float("inf")], id="number"),
        pytest.param(bool, [True, False], [0, 1, "true"], id="switch"),
        pytest.param(str, ["", "a"], [1, None, ["a"]], id="text"),
        pytest.param(graph.Color, ["#00ff7F"], ["red", "#fff", "#00ff7f\n", 3], id="colour"),
        pytest.param(list[list[float]], [[], [[1, 2.5]]], [[1], "ab", [["x"]]], id="points"),
        pytest.param(int | None, [None, 3], ["3"], id="optional"),
        pytest.param(Annotated[int, Seed()], [0, 2**53 - 1], [-1, 2**53], id="seed"),
    ],
)
def test_literals_are_checked_strictly(annotation: Any, good: list[Any], bad: list[Any]) -> None:
    def sample(value) -> int:  # type: ignore[no-untyped-def]
        """Sample."""

    sample.__annotations__ = {"value": annotation, "return": int}
    node(family="wrong")(sample)
    entry = graph.registry.pop("wrong.sample").inputs["value"]
    assert [value for value in good if entry.problem(value)] == []
    assert [value for value in bad if entry.problem(value) is None] == []


def test_types_say_their_shape_and_what_they_take() -> None:
    rows = graph.type_rows(graph.registry.values())
    assert rows["image"] == {"shape": "square", "takes": ["anything"]}
    assert "integer" in rows["number"]["takes"]
    assert "number" not in rows["integer"]["takes"]
    assert set(rows["anything"]["takes"]) == rows.keys() - {"anything"}
