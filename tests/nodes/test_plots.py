"""Comparing settings: values as they are typed, and the labelled table of what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph
import nodes  # noqa: F401 - fills the registry
from graph import BadInput, Drop, MemoryStore, Said
from graph.cache import keys
from nodes.image.lettering import plot_font
from nodes.image.plotting import xy_grid
from nodes.stream.plots import values
from tests.nodes.test_stream import flow, run


class Quiet:
    """A workshop that remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: list[tuple[int, ...]] = []
        self.expected = 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def preview(self, image: np.ndarray) -> None:
        self.shown.append(image.shape)

    def expect(self, count: int) -> None:
        self.expected = count


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        pytest.param("10, 20, 30", "numbers", [10, 20, 30], id="a list"),
        pytest.param("10; 20;\n30", "numbers", [10, 20, 30], id="semicolons and lines"),
        pytest.param("1-9:2", "numbers", [1, 3, 5, 7, 9], id="a range with a step"),
        pytest.param("-2 - 2", "numbers", [-2, -1, 0, 1, 2], id="a range from below 0"),
        pytest.param("1..3", "numbers", [1, 2, 3], id="two dots"),
        pytest.param("3..1", "numbers", [3, 2, 1], id="backwards"),
        pytest.param("0.2..0.8 step 0.2", "numbers", [0.2, 0.4, 0.6, 0.8], id="decimals are exact"),
        pytest.param("1e-3, .5, -7", "numbers", [0.001, 0.5, -7], id="kinds of numbers"),
        pytest.param("a red car\n\n  10, 20 \n", "texts", ["a red car", "10, 20"], id="texts"),
        pytest.param("two\\nlines", "texts", ["two\nlines"], id="a text of two lines"),
        pytest.param("on, off", "on or off", [True, False], id="switches"),
    ],
)
def test_values_as_they_are_typed(text: str, kind: Any, expected: list[Any]) -> None:
    workshop = Quiet()
    found = list(values(text, kind, run=workshop))  # type: ignore[arg-type]
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]
    assert workshop.expected == len(expected)
    assert graph.registry["stream.values"].count({"values": text, "kind": kind}) == len(expected)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        pytest.param(" \n", "numbers", "no value", id="empty"),
        pytest.param("7,5", "numbers", "blank behind each comma", id="a decimal comma"),
        pytest.param("ten", "numbers", "'ten' is no number", id="a word"),
        pytest.param("0.1..0.9", "numbers", "says no step", id="no step"),
        pytest.param("1-9:0", "numbers", "larger step", id="step 0"),
        pytest.param("1-99999", "numbers", "larger step", id="too long a range"),
        pytest.param("1, 2, 1.0", "numbers", "stands twice", id="twice"),
        pytest.param("maybe", "on or off", "neither on nor off", id="no switch"),
    ],
)
def test_what_is_no_value_is_told(text: str, kind: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        list(values(text, kind, run=Quiet()))  # type: ignore[arg-type]
    assert caught.value.socket == "values"
    assert graph.registry["stream.values"].count({"values": text, "kind": kind}) is None  # type: ignore[misc]


def grey(level: int, width: int = 40, height: int = 30) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def table(images: Any, across: Any, down: Any = None, run: Quiet | None = None, **more: Any) -> np.ndarray:
    return np.asarray(
        xy_grid(iter(images), iter(across), None if down is None else iter(down), run=run or Quiet(), **more)  # type: ignore[arg-type]
    )


def greys(sheet: np.ndarray, level: int) -> tuple[int, int, int]:
    """How many pixels have this level, and the middle of their box (x, y)."""
    rows, columns = np.nonzero((sheet == level).all(2))
    return len(rows), int(columns.mean()), int(rows.mean())


def test_pictures_stand_where_their_values_say_and_not_in_the_order_they_come() -> None:
    made = [(50, 1, "a"), (60, 2, "b"), (70, 2, "a"), (80, 1, "b")]
    sheet = table([grey(m[0]) for m in made], [m[1] for m in made], [m[2] for m in made])
    at = {level: greys(sheet, level)[1:] for level in (50, 60, 70, 80)}
    assert all(greys(sheet, level)[0] == 40 * 30 for level in at)
    assert at[50][0] == at[80][0] < at[60][0] == at[70][0]  # 1 left, 2 right
    assert at[50][1] == at[70][1] < at[60][1] == at[80][1]  # a above, b below


@pytest.mark.parametrize("size", [1, 24, 200, 900])
def test_labels_have_room_whatever_the_size(size: int) -> None:
    sheet = table([grey(90, size, size)] * 2, [10, 20], across_name="guidance")
    rows, columns = np.nonzero((sheet < 80).all(2))  # ink
    assert len(rows) > 60
    assert rows.max() < np.nonzero((sheet == 90).all(2))[0].min()  # over the pictures
    assert columns.min() >= 4
    assert columns.max() < sheet.shape[1] - 4
    assert sheet.shape[1] >= 2 * 96


def test_letters_grow_with_the_cells_and_a_long_text_is_broken_and_cut() -> None:
    small, large = (table([grey(90, side, side)], ["a cat"]) for side in (96, 960))
    tall = [np.ptp(np.nonzero((sheet < 80).all(2))[0]) for sheet in (small, large)]
    assert tall[1] > 2 * tall[0]
    long = table([grey(90, 96, 96)], ["word " * 200])
    assert long.shape[0] < 96 + 150


def test_without_a_second_value_the_pictures_stand_in_rows() -> None:
    nine = [grey(50 + 10 * n, 100, 100) for n in range(9)]
    three = table(nine, range(9))
    five = table(nine, range(9), columns=5)
    assert three.shape[1] < five.shape[1] < table(nine, range(9), columns=9).shape[1]
    assert greys(three, 50)[1] == greys(three, 80)[1] == greys(three, 110)[1]
    assert greys(five, 50)[1] == greys(five, 100)[1]


def test_cells_are_shrunk_on_request() -> None:
    sheet = table([grey(50, 800, 400)], [1], side=200)
    assert greys(sheet, 50)[0] == 200 * 100
    assert greys(table([grey(50, 80, 40)], [1], side=200), 50)[0] == 80 * 40


def test_a_failed_place_says_why_and_a_missing_one_says_so() -> None:
    whole = table([grey(50, 200, 200)] * 4, [1, 2, 1, 2], ["a", "a", "b", "b"])
    holed = table([grey(50, 200, 200), Drop("no memory left"), grey(50, 200, 200)], [1, 2, 1], ["a", "a", "b"])
    assert holed.shape == whole.shape
    assert greys(whole, 50)[0] - greys(holed, 50)[0] == 2 * 200 * 200
    assert ((holed[..., 0] > 120) & (holed[..., 1] < 70)).sum() > 100  # its words


@pytest.mark.parametrize(
    ("images", "across", "down", "socket", "words"),
    [
        pytest.param([], [], None, "images", "no item came", id="nothing"),
        pytest.param([Drop("no disk")] * 2, [1, 2], None, "images", "none of 2.*no disk", id="nothing worked"),
        pytest.param([grey(1)] * 2, [1], None, "across", "ends after 1", id="fewer labels"),
        pytest.param([grey(1)], [1, 2], None, "images", "ends after 1", id="fewer pictures"),
        pytest.param([grey(1)], [1], [], "down", "ends after 0", id="fewer second values"),
        pytest.param([grey(1)] * 2, [1, 1], None, "across", "two pictures came for steps = 1", id="twice in one place"),
        pytest.param([grey(1, 30000, 100)] * 80, range(80), None, "side", "pixels", id="too large"),
    ],
)
def test_what_makes_no_table_is_told(images: Any, across: Any, down: Any, socket: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        table(images, across, down, across_name="steps", columns=50)
    assert caught.value.socket == socket


def test_values_of_any_kind_are_told_apart() -> None:
    wanted = [1, 1.0, True, "1", grey(3), grey(4)]
    assert greys(table([grey(50)] * 6, wanted), 50)[0] == 6 * 40 * 30


def test_letters_that_the_built_in_font_lacks_are_taken_from_another_and_that_is_said() -> None:
    workshop = Quiet()
    table([grey(50, 200, 200)], ["синій дім"], run=workshop)
    assert len(workshop.said) == 1
    assert "'с'" in workshop.said[0]
    said: list[str] = []
    plot_font("\U000f0000", said.append)
    assert "boxes stand in their place" in said[0]


def test_it_can_be_seen_while_it_fills() -> None:
    workshop = Quiet()
    table([grey(50, 900, 900)] * 4, [1, 2, 1, 2], ["a", "a", "b", "b"], run=workshop)
    assert len(workshop.shown) == 4
    assert max(workshop.shown[-1]) < 500


def compared(**changed: Any) -> graph.Workflow:
    return flow(
        x=("stream.values", {"values": "10, 20", **changed}),
        y=("stream.values", {"values": "black\nwhite", "kind": "texts"}),
        both=("stream.cross", {"left": "@y.value", "right": "@x.value"}),
        colour=("value.colour", {"colour": "@both.left"}),
        picture=("image.solid", {"width": 40, "height": 30, "colour": "@colour.colour"}),
        wide=("image.resize", {"image": "@picture.image", "width": "@both.right", "height": 30, "fit": "stretch"}),
        table=(
            "image.xy_grid",
            {"images": "@wide.image", "across": "@both.right", "down": "@both.left", "across_name": "width"},
        ),
    )


def test_a_graph_of_ordinary_nodes_makes_the_table(tmp_path: Path) -> None:
    result, _ = run(compared(), tmp_path, "table")
    sheet = result.values["table"]["image"]
    assert ((sheet == 0).all(2)).sum() == (10 + 20) * 30


def test_a_place_that_fails_does_not_end_the_run(tmp_path: Path) -> None:
    result, events = run(compared(values="10, 0, 20"), tmp_path, "table")
    dropped = [event for event in events if isinstance(event, graph.Dropped)]
    assert [(event.node, event.failed) for event in dropped] == [("wide", True)] * 2
    assert ((result.values["table"]["image"] == 0).all(2)).sum() == (10 + 20) * 30


def test_a_value_that_is_added_makes_its_own_pictures_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nodes that are dear; the others are as quick to make as to find."""
    from dataclasses import replace

    made: list[tuple[int, ...]] = []
    spec = graph.registry["image.resize"]

    def counted(*given: Any, **named: Any) -> Any:
        made.append(named["width"])
        return spec.function(*given, **named)

    monkeypatch.setitem(graph.registry, "image.resize", replace(spec, function=counted, heavy=True))  # type: ignore[arg-type]
    store, before = MemoryStore(1 << 24), []
    for text in ("10, 20", "10, 15, 20", "10, 15, 20"):
        made.clear()
        workflow = compared(values=text)
        plan = graph.plan(workflow, graph.registry, ("table",))
        run(workflow, tmp_path, "table", store=store, keys=keys(plan, lambda hint, name: ""))
        before.append(sorted(made))
    assert before == [[10, 10, 20, 20], [15, 15], []]


def test_nothing_is_said_of_plain_labels(tmp_path: Path) -> None:
    _, events = run(compared(), tmp_path, "table")
    assert not [event for event in events if isinstance(event, Said)]
