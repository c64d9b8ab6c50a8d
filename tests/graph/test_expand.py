"""Graphs in graphs, loops, and nodes that are switched off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import graph
import nodes.flow  # noqa: F401 - the switch of the loops
from graph import GraftError, Run, node

from .helpers import link

rounds: list[int] = []


@node(family="loop", output="n")
def grow(n: int, by: int = 1) -> int:
    """One round."""
    rounds.append(n)
    return n + by


@node(family="loop", output="good")
def enough(n: int, least: int = 3) -> bool:
    """Whether to stop."""
    return n >= least


def flat(raw: dict[str, Any], folder: Path = Path()) -> graph.Workflow:
    return graph.build({"format": 1, **raw}, folder=folder)


def value(raw: dict[str, Any], target: str, output: str = "integer", folder: Path = Path()) -> Any:
    rounds.clear()
    workflow = flat(raw, folder)
    assert graph.problems(workflow, graph.registry) == []
    plan = graph.plan(workflow, graph.registry, (target,))
    return graph.execute(plan, lambda name: Run(name, Path(), folder)).values[target][output]


PLUS_TEN = {
    "inputs": {"number": "a.a"},
    "outputs": {"sum": "b.integer"},
    "nodes": {
        "a": {"type": "toy.add", "inputs": {"a": 0, "b": 4}},
        "b": {"type": "toy.add", "inputs": {"a": link("a"), "b": 6}},
    },
}
CALLS = {
    "one": {"type": "graph.call", "graph": "#ten", "inputs": {"number": 1}},
    "two": {"type": "graph.call", "graph": "#ten", "inputs": {"number": link("one", "sum")}},
    "end": {"type": "toy.add", "inputs": {"a": link("two", "sum"), "b": 0}},
}


def test_a_graph_is_used_like_a_node() -> None:
    assert value({"graphs": {"ten": PLUS_TEN}, "nodes": CALLS}, "end") == 21


def test_a_graph_may_lie_in_a_file_and_hold_graphs(tmp_path: Path) -> None:
    (tmp_path / "ten.json").write_text(json.dumps(PLUS_TEN))
    twenty = {
        "inputs": {"x": "one.number"},
        "outputs": {"y": "two.sum"},
        "nodes": {
            "one": {"type": "graph.call", "graph": "ten.json", "inputs": {}},
            "two": {"type": "graph.call", "graph": "ten.json", "inputs": {"number": link("one", "sum")}},
        },
    }
    outer = {
        "q": {"type": "graph.call", "graph": twenty, "inputs": {"x": 5}},
        "end": {"type": "toy.add", "inputs": {"a": link("q", "y"), "b": 0}},
    }
    assert value({"nodes": outer}, "end", folder=tmp_path) == 25


def repeat(**more: Any) -> dict[str, Any]:
    body = {
        "inputs": {"start": "g.n"},
        "outputs": {"n": "g.n", "good": "e.good"},
        "nodes": {
            "g": {"type": "loop.grow", "inputs": {"n": 0}},
            "e": {"type": "loop.enough", "inputs": {"n": link("g", "n")}},
        },
    }
    loop = {"type": "graph.repeat", "graph": body, "carry": {"n": "start"}, "inputs": {"start": 0}, **more}
    return {"nodes": {"loop": loop, "end": {"type": "toy.add", "inputs": {"a": link("loop", "n"), "b": 0}}}}


@pytest.mark.parametrize(
    ("more", "expected", "ran"),
    [
        pytest.param({"times": 5, "until": "good"}, 3, [0, 1, 2], id="until it is good"),
        pytest.param({"times": 2, "until": "good"}, 2, [0, 1], id="at most so many rounds"),
        pytest.param({"times": 4}, 4, [0, 1, 2, 3], id="always so many"),
        pytest.param({"times": 1, "until": "good"}, 1, [0], id="once"),
    ],
)
def test_loops(more: dict[str, Any], expected: int, ran: list[int]) -> None:
    assert value(repeat(**more), "end") == expected
    assert rounds == ran


SWITCHED = {
    "a": {"type": "toy.add", "inputs": {"a": 1, "b": 1}},
    "b": {"type": "toy.add", "inputs": {"a": link("a"), "b": 10}},
    "c": {"type": "toy.add", "inputs": {"a": link("b"), "b": 100}},
}


def test_a_bypassed_node_passes_its_input_through() -> None:
    switched = {**SWITCHED, "b": {**SWITCHED["b"], "mode": "bypass"}}
    assert value({"nodes": switched}, "c") == 102


def test_a_muted_node_takes_what_needs_it_along() -> None:
    switched = {
        **SWITCHED,
        "d": {"type": "toy.split", "inputs": {"a": link("b")}},
        "b": {**SWITCHED["b"], "mode": "mute"},
    }
    workflow = flat({"nodes": switched})
    assert graph.problems(workflow, graph.registry) == []
    plan = graph.plan(workflow, graph.registry)
    assert set(plan.targets) == {"a", "c"}  # toy.add can do without its link, toy.split can't
    assert graph.execute(plan, lambda name: Run(name, Path(), Path())).values["c"] == {"integer": 100}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        pytest.param({"nodes": {"x": {"type": "graph.call", "graph": "no.json"}}}, "no.json", id="no such file"),
        pytest.param({"nodes": {"x": {"type": "graph.call", "graph": "#no"}}}, "no graph '#no'", id="no such graph"),
        pytest.param({"nodes": {"x": {"type": "graph.call"}}}, "names no graph", id="no name"),
        pytest.param(
            {"graphs": {"me": {"outputs": {"o": "x.o"}, "nodes": {"x": {"type": "graph.call", "graph": "#me"}}}},
             "nodes": {"x": {"type": "graph.call", "graph": "#me"}}}, "used within itself", id="within itself",
        ),
        pytest.param(
            {"nodes": {"x": {"type": "graph.call", "graph": PLUS_TEN, "inputs": {"nummer": 1}}}}, "no input 'nummer'", id="no such input"
        ),
        pytest.param({"nodes": {"x": {"type": "graph.call", "graph": {"nodes": {}}}}}, "gives nothing", id="no outputs"),
        pytest.param(repeat(times=0), "'times' is 0", id="no rounds"),
        pytest.param(repeat(times=1000), "'times' is 1000", id="too many rounds"),
        pytest.param(repeat(until="god"), "gives no 'god'", id="until what"),
    ],
)  # fmt: skip
def test_wrong_graphs_are_told_with_their_node(raw: dict[str, Any], told: str) -> None:
    (problem,) = graph.problems(flat(raw), graph.registry)
    assert told in problem.what
    assert problem.node.startswith(("x", "loop"))
    with pytest.raises(GraftError):
        graph.plan(flat(raw), graph.registry)


def test_a_node_that_is_not_known_does_not_keep_the_rest_from_running() -> None:
    switched = {**SWITCHED, "strange": {"type": "pack.gone", "inputs": {"a": link("a")}}}
    workflow = flat({"nodes": switched})
    assert [problem.node for problem in graph.problems(workflow, graph.registry)] == ["strange"]
    assert graph.problems(workflow, graph.registry, targets=("c",)) == []
    assert value({"nodes": SWITCHED}, "c") == 112


def test_a_loop_over_ten_thousand_nodes_is_flat() -> None:
    body = {
        "inputs": {"start": "n0.a"},
        "outputs": {"n": "n99.integer"},
        "nodes": {
            "n0": {"type": "toy.add", "inputs": {"a": 0}},
            **{f"n{i}": {"type": "toy.add", "inputs": {"a": link(f"n{i - 1}")}} for i in range(1, 100)},
        },
    }
    loop = {"type": "graph.repeat", "graph": body, "times": 100, "carry": {"n": "start"}, "inputs": {"start": 0}}
    raw = {"nodes": {"loop": loop, "end": {"type": "toy.add", "inputs": {"a": link("loop", "n"), "b": 0}}}}
    assert value(raw, "end") == 10_000
