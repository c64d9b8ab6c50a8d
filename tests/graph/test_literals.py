"""Boxes, points, curves and lists of records: written in a file as plain lists, checked by entry, given to nodes as arrays and dataclasses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph
from graph import Boxes, Curve, File, Image, Model, OnPicture, Points, Slider, node

from .helpers import flow, link, run

CORNER = cast(Points, ((0, 0, 1),))
STRAIGHT = cast(Curve, ((0, 0), (1, 1)))
SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@dataclass(frozen=True)
class Effect:
    """What all effects are."""


@dataclass(frozen=True)
class Blur(Effect):
    """Make it soft.

    radius: how far, in pixels.
    """

    radius: Annotated[float, Slider(0, 50)] = 2.0
    border: Literal["wrap", "cut"] = "cut"


@dataclass(frozen=True)
class StickOn(Effect):
    """Put another picture on it."""

    picture: Annotated[str, File("image")]
    at: Points = CORNER


@dataclass(frozen=True)
class Weights:
    """Weights and how much of them."""

    name: Annotated[str, Model("inpaint")]
    strength: Annotated[float, Slider(0, 2)] = 1.0


got: list[Any] = []


@node(family="literal")
def draw(image: Image, boxes: Annotated[Boxes, OnPicture("image")], curve: Curve = STRAIGHT) -> str:
    """Takes boxes and a curve."""
    got.append((boxes, curve))
    return repr(boxes.tolist())


@node(family="literal")
def apply(effects: list[Blur | StickOn] = (), stack: list[Weights] = ()) -> str:  # type: ignore[assignment]
    """Takes lists of records."""
    got.append((effects, stack))
    return "done"


@node(family="literal")
def mark(places: Points) -> Points:
    """Gives what it takes."""
    got.append(places)
    return places


@node(family="literal")
def untidy(what: Any) -> Any:
    """Gives a list as it came."""
    return what


@node(family="literal")
def numbers(count: int = 3) -> Iterator[int]:
    """A stream."""
    yield from range(count)


@node(family="literal")
def each(number: int, places: Points, stack: list[Weights] = ()) -> float:  # type: ignore[assignment]
    """Runs once per item."""
    return float(places[0, 0]) + number + len(stack)


@node(family="literal")
def gather(items: Iterable[float]) -> Any:
    """All of them."""
    return list(items)


BOXES = [[1, 2, 3.5, 4], [0, 0, 1, 1]]


def fed(**inputs: Any) -> graph.Workflow:
    return flow(photo=("toy.picture", {}), it=("literal.draw", {"image": link("photo", "image"), **inputs}))


def only_problem(workflow: graph.Workflow, **more: Any) -> str:
    (found,) = graph.problems(workflow, graph.registry, **more)
    return found.what


def test_lists_in_the_file_reach_the_node_as_read_only_arrays() -> None:
    got.clear()
    run(fed(boxes=BOXES, curve=[[0, 0.1], [0.5, 1], [1, 0]]))
    boxes, curve = got[0]
    assert boxes.dtype == curve.dtype == np.float32
    assert boxes.tolist() == BOXES
    assert curve.shape == (3, 2)
    assert not boxes.flags.writeable
    run(fed(boxes=[]))
    assert got[1][0].shape == (0, 4)
    assert got[1][1].tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        pytest.param([[0, 0, 1]], "entry 1: expected [left, top, right, bottom] (pixels), got [0, 0, 1]", id="three"),
        pytest.param([[0, 0, 1, 1], [5, 0, 2, 9]], "entry 2: left 5 is not less than right 2", id="turned"),
        pytest.param([[0, 9, 2, 9]], "entry 1: top 9 is not less than bottom 9", id="flat"),
        pytest.param([[0, 0, 1, True]], "entry 1: expected [left", id="truth"),
        pytest.param([[0, 0, 1, 1e300]], "entry 1: expected [left", id="too large for pixels"),
        pytest.param([[0, 0, 1, 10**400]], "entry 1: expected [left", id="too large for a number"),
        pytest.param("0,0,1,1", "expected a list of [left, top, right, bottom], got '0,0,1,1'", id="text"),
        pytest.param({"a": 1}, "expected a list of [left, top, right, bottom]", id="table"),
        pytest.param(None, "expected boxes, got nothing", id="nothing"),
    ],
)
def test_a_wrong_box_is_named(boxes: Any, message: str) -> None:
    assert only_problem(fed(boxes=boxes)).startswith(message)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        pytest.param([[0, 0]], "expected at least two points of a curve, got 1", id="one"),
        pytest.param([[0, 0], [1, 1.5]], "entry 2: expected 0 to 1, got 1.5", id="outside"),
        pytest.param([[0, 0], [0.5, 0.2], [0.5, 1]], "entry 3: its x 0.5 does not lie behind", id="upright"),
    ],
)
def test_a_wrong_curve_is_named(curve: Any, message: str) -> None:
    assert only_problem(fed(boxes=BOXES, curve=curve)).startswith(message)


def test_points_belong_or_do_not() -> None:
    got.clear()
    run(flow(it=("literal.mark", {"places": [[3, 4, 1], [5, 6, 0]]})))
    assert got[0].tolist() == [[3, 4, 1], [5, 6, 0]]
    wrong = flow(it=("literal.mark", {"places": [[3, 4, 2]]}))
    assert only_problem(wrong) == "entry 1: expected 1 (belongs to it) or 0 (does not) as the third, got 2"


def test_a_list_that_comes_over_a_link_is_read_and_checked_too() -> None:
    got.clear()
    nodes = {
        "from": ("literal.untidy", {"what": [[1, 2, 1]]}),
        "it": ("literal.mark", {"places": link("from", "anything")}),
    }
    run(flow(**nodes))
    assert got[0].tolist() == [[1, 2, 1]]
    nodes["from"] = ("literal.untidy", {"what": [[1, 2]]})
    with pytest.raises(graph.GraftError, match="entry 1: expected \\[x, y, 1 or 0\\]"):
        run(flow(**nodes))


def test_a_node_that_gives_a_list_for_an_array_is_a_defect() -> None:
    @node(family="literal")
    def lies() -> Boxes:
        """Gives what is no array."""
        return [[0, 0, 1, 1]]  # type: ignore[return-value]

    with pytest.raises(graph.NodeFailed, match="expected boxes float32"):
        run(flow(it=("literal.lies", {})))
    del graph.registry["literal.lies"]


def test_records_reach_the_node_as_dataclasses() -> None:
    got.clear()
    effects = [{"do": "blur", "radius": 3}, {"do": "stick_on", "picture": "a.png"}, {"do": "blur"}]
    run(flow(it=("literal.apply", {"effects": effects, "stack": [{"name": "auto"}, {"do": "weights", "name": "b"}]})))
    (blur, stick, plain), stack = got[0]
    assert blur == Blur(3, "cut")
    assert plain == Blur()
    assert stick.picture == "a.png"
    assert stick.at.tolist() == [[0, 0, 1]]
    assert stack == [Weights("auto"), Weights("b")]


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        pytest.param(
            [{"do": "blur"}, {"do": "blur", "radius": 99}], "entry 2: radius: expected 0 to 50, got 99", id="range"
        ),
        pytest.param([{"do": "blurr"}], "entry 1: there is no effect 'blurr' (did you mean 'blur')", id="kind"),
        pytest.param([{"do": ["blur"]}], "entry 1: there is no effect '['blur']' (did you mean 'blur')", id="odd kind"),
        pytest.param([{"radius": 3}], "entry 1: 'do' is missing; it is one of blur, stick_on", id="no kind"),
        pytest.param([{"do": "blur", "radus": 3}], "entry 1: blur has no 'radus' (did you mean 'radius')", id="field"),
        pytest.param([{"do": "stick_on"}], "entry 1: picture: the text is missing", id="missing"),
        pytest.param(
            [{"do": "blur", "border": "cot"}], "entry 1: border: expected one of 'wrap', 'cut', got 'cot'", id="choice"
        ),
        pytest.param([3], 'entry 1: expected a table such as {"do": "blur", "radius": …}, got 3', id="number"),
        pytest.param(
            [{"do": "stick_on", "picture": "a", "at": [[0]]}], "entry 1: at: entry 1: expected [x, y", id="inside"
        ),
        pytest.param({"do": "blur"}, "expected a list of effect, got", id="no list"),
    ],
)
def test_a_wrong_record_is_named(effects: Any, message: str) -> None:
    assert only_problem(flow(it=("literal.apply", {"effects": effects}))).startswith(message)


def test_files_and_weights_in_records_are_found() -> None:
    effects = [{"do": "blur"}, {"do": "stick_on", "picture": "gone.png"}]
    workflow = flow(it=("literal.apply", {"effects": effects, "stack": [{"name": "nobody"}]}))
    found = graph.problems(
        workflow, graph.registry, missing=lambda path: "look again", weights=lambda kind, name: f"no {kind} '{name}'"
    )
    assert [problem.what for problem in found] == [
        "entry 2: picture: there is no file 'gone.png'",
        "entry 1: name: no inpaint 'nobody'",
    ]


def test_files_in_records_are_named_so_that_they_are_found_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("a")
    raw = {"nodes": {"it": {"type": "literal.apply", "inputs": {"effects": [{"do": "stick_on", "picture": "a.png"}]}}}}
    workflow = graph.portable(graph.build(raw, folder=tmp_path), graph.registry, tmp_path / "shipped")
    assert workflow.nodes["it"].inputs["effects"] == [{"do": "stick_on", "picture": str(tmp_path / "a.png")}]
    assert raw["nodes"]["it"]["inputs"]["effects"] == [{"do": "stick_on", "picture": "a.png"}]  # type: ignore[index]


def key_of(workflow: graph.Workflow, mark: str = "") -> bytes:
    plan = graph.plan(workflow, graph.registry)
    return graph.keys_of(plan, lambda hint, value: mark)["it"]


def test_keys_follow_the_value_and_not_the_way_it_is_written() -> None:
    assert key_of(fed(boxes=[[0, 0, 1, 1]])) == key_of(fed(boxes=[[0.0, 0, 1.0, 1]]))
    assert key_of(fed(boxes=[[0, 0, 1, 1]])) != key_of(fed(boxes=[[0, 0, 1, 2]]))
    assert key_of(fed(boxes=BOXES)) == key_of(fed(boxes=BOXES, curve=[[0, 0], [1, 1]]))

    def apply(*effects: Any) -> graph.Workflow:
        return flow(it=("literal.apply", {"effects": list(effects)}))

    assert key_of(apply({"do": "blur", "radius": 2.0})) == key_of(apply({"do": "blur"}))
    assert key_of(apply({"do": "blur", "radius": 2.0})) != key_of(apply({"do": "blur", "radius": 2.5}))
    assert key_of(apply()) == key_of(flow(it=("literal.apply", {})))
    stuck = apply({"do": "stick_on", "picture": "a.png"})
    assert key_of(stuck, "old") != key_of(stuck, "new")
    assert key_of(stuck) != key_of(apply({"do": "stick_on", "picture": "a.png", "at": [[0, 1, 1]]}))


def test_literals_are_read_along_a_stream() -> None:
    inputs = {"number": link("count"), "places": [[4, 0, 1]], "stack": [{"name": "auto"}]}
    workflow = flow(
        count=("literal.numbers", {}),
        it=("literal.each", inputs),
        all=("literal.gather", {"items": link("it", "number")}),
    )
    result, _ = run(workflow)
    assert result.values["all"]["anything"] == [5.0, 6.0, 7.0]


def test_the_schema_tells_the_widgets() -> None:
    table = json.loads(json.dumps(graph.schema(graph.registry["literal.draw"])))["inputs"]
    assert table["boxes"]["widget"] == {"kind": "boxes", "on": "image"}
    assert table["curve"]["widget"] == {"kind": "curve"}
    assert table["curve"]["default"] == [[0, 0], [1, 1]]
    (weights,) = json.loads(json.dumps(graph.schema(graph.registry["literal.apply"])))["inputs"]["stack"]["widget"][
        "of"
    ]
    assert weights["name"] == "weights"
    assert weights["title"] == "Weights"
    assert weights["help"] == "Weights and how much of them."
    assert weights["fields"]["name"]["widget"] == {"kind": "model", "of": "inpaint"}
    effects = graph.schema(graph.registry["literal.apply"])["inputs"]["effects"]
    assert effects["type"] == "list of effect"
    assert [kind["name"] for kind in effects["widget"]["of"]] == ["blur", "stick_on"]
    assert effects["widget"]["of"][0]["fields"]["radius"]["help"] == "how far, in pixels."


def test_what_can_be_no_record_is_refused() -> None:
    @dataclass
    class Soft:
        """Not frozen."""

    @dataclass(frozen=True)
    class Wrong:
        """A default that is not allowed."""

        size: Annotated[int, Slider(0, 3)] = 9

    @dataclass(frozen=True)
    class Held:
        """Holds a picture."""

        image: Image

    def sample(value) -> int:  # type: ignore[no-untyped-def]
        """Sample."""
        return 0

    for kind, message in [(Soft, "frozen"), (Wrong, "default of 'size'"), (Held, "can't be written in a file")]:
        kind.__annotations__ = {
            name: {"image": Image}.get(name, Annotated[int, Slider(0, 3)]) for name in kind.__annotations__
        }
        sample.__annotations__ = {"value": list[kind], "return": int}  # type: ignore[valid-type]
        with pytest.raises(TypeError, match=message):
            node(family="wrong")(sample)
    sample.__annotations__ = {"value": Annotated[Boxes, OnPicture("elsewhere")], "return": int}
    with pytest.raises(TypeError, match="a picture"):
        node(family="wrong")(sample)


number = st.floats(-1e4, 1e4, width=32) | st.integers(-1000, 1000)
box = st.tuples(number, number, st.floats(1, 500, width=32), st.floats(1, 500, width=32)).map(
    lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]]
)
blur = st.fixed_dictionaries(
    {"do": st.just("blur")}, optional={"radius": st.floats(0, 50), "border": st.sampled_from(["wrap", "cut"])}
)
stick = st.fixed_dictionaries({"do": st.just("stick_on"), "picture": st.text()})


@SETTINGS
@given(st.lists(box, max_size=5), st.lists(blur | stick, max_size=4))
def test_what_is_good_survives_the_file_and_reaches_the_node(boxes: list[list[float]], effects: list[Any]) -> None:
    raw = {"nodes": {"photo": {"type": "toy.picture"},
                     "it": {"type": "literal.draw", "inputs": {"image": link("photo", "image"), "boxes": boxes}},
                     "effects": {"type": "literal.apply", "inputs": {"effects": effects}}}}  # fmt: skip
    text = graph.dump(graph.build(raw))
    workflow = graph.parse(text)
    assert graph.dump(workflow) == text
    assert graph.problems(workflow, graph.registry) == []
    read = graph.registry["literal.draw"].inputs["boxes"].read(workflow.nodes["it"].inputs["boxes"])
    assert np.array_equal(read, np.array(boxes, np.float32).reshape(-1, 4))
    made = graph.registry["literal.apply"].inputs["effects"].read(workflow.nodes["effects"].inputs["effects"])
    assert [type(entry).__name__ for entry in made] == [
        {"blur": "Blur"}.get(entry["do"], "StickOn") for entry in effects
    ]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["do", "radius", "picture", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@SETTINGS
@given(plain)
def test_any_json_at_all_is_read_or_told(value: Any) -> None:
    for kind, socket in [
        ("draw", "boxes"),
        ("draw", "curve"),
        ("mark", "places"),
        ("apply", "effects"),
        ("apply", "stack"),
    ]:
        entry = graph.registry[f"literal.{kind}"].inputs[socket]
        list(entry.names(value))
        entry.renamed(value, lambda hint, name: name)
        if entry.problem(value) is None:
            entry.read(value)
