"""A line and the loop mean the same: random plans of one item through both, with gates, hits and writers, give the same values and calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph
from graph import Drop, Kept, MemoryStore, Run, Wrote, node
from graph import streams as streams_module
from graph.line import is_straight

from .helpers import flow, link

called: list[str] = []


@node(family="lined", output="n")
def source(count: int = 4) -> Iterator[int]:
    """A source."""
    yield from range(count)


@node(family="lined", output="n")
def plus(a: int, b: int = 1) -> int:
    """A sum."""
    called.append(f"plus {a} {b}")
    return a + b


@node(family="lined", output="n", heavy=True)
def dear(a: int) -> int:
    """Dear, so that items have keys."""
    called.append(f"dear {a}")
    return a * 10


@node(family="lined", output="n")
def gate(a: int) -> int | Drop:
    """Lets no third go on."""
    return Drop(f"{a} is a third") if a % 3 == 0 else a


@node(family="lined", output="n", writes=True)
def write(a: int, *, run: Run) -> int:
    """A file for each."""
    path = run.out / f"{run.node}-{a}.txt"
    path.write_text(str(a))
    run.wrote(path)
    return a


LINKS = {"plus": ("a", "b"), "dear": ("a",), "gate": ("a",), "write": ("a",)}


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """A source and up to eight nodes, each linked to any before it, no two alike: those run once along a line, but twice in the loop if they drop."""
    nodes: dict[str, Any] = {"s": ("lined.source", {"count": draw(st.integers(1, 5))})}
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(sorted(LINKS)))
        made = (
            f"lined.{kind}",
            {socket: link(draw(st.sampled_from(sorted(nodes))), "n") for socket in LINKS[kind]},
        )
        if made not in nodes.values():
            nodes[f"{kind}{number}"] = made
    return nodes


def everything(nodes: dict[str, Any], out: Path, store: MemoryStore) -> Any:
    """Run twice over one store and manifest: what was called and told, each time."""
    workflow, seen = flow(**nodes), []
    for _ in range(2):
        called.clear()
        events: list[graph.Event] = []
        plan = graph.plan(workflow, graph.registry, tuple(nodes))
        journal = graph.Journal(out)
        result = graph.execute(
            plan, lambda name, hear=events.append: Run(name, out, Path(), tell=hear), listener=events.append,
            keys=graph.keys_of(plan, lambda hint, name: ""), store=store, journal=journal,
        )  # fmt: skip
        journal.close()
        drops = sorted((e.node, e.item, e.reason) for e in events if isinstance(e, graph.Dropped))
        files = [sorted(e.path.name for e in events if isinstance(e, kind)) for kind in (Wrote, Kept)]
        seen.append((sorted(called), result.ran, result.cached, drops, files))
    return seen


@settings(deadline=None)
@given(plans())
def test_a_line_does_what_the_loop_does(tmp_path_factory: pytest.TempPathFactory, nodes: dict[str, Any]) -> None:
    line = everything(nodes, tmp_path_factory.mktemp("line"), MemoryStore(1 << 20))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams_module, "is_straight", lambda plan: False)
        loop = everything(nodes, tmp_path_factory.mktemp("loop"), MemoryStore(1 << 20))
    assert line == loop


def test_of_nodes_alike_one_runs(tmp_path: Path) -> None:
    alike = {"a": link("s", "n"), "b": 7}
    nodes = {
        "s": ("lined.source", {"count": 2}), "p": ("lined.plus", alike), "q": ("lined.plus", alike),
        "x": ("lined.dear", {"a": link("p", "n")}), "y": ("lined.dear", {"a": link("q", "n")}),
        "w": ("lined.write", {"a": link("y", "n")}),
    }  # fmt: skip
    (first, *_), (second, *_) = everything(nodes, tmp_path, MemoryStore(1 << 20))
    assert first == ["dear 7", "dear 8", "plus 0 7", "plus 1 7"]
    assert second == []
    assert sorted(path.name for path in tmp_path.glob("w-*")) == ["w-70.txt", "w-80.txt"]


def test_choices_and_nested_streams_are_no_line() -> None:
    plan = graph.plan(flow(s=("lined.source", {}), t=("lined.source", {"count": link("s", "n")})), graph.registry)
    (unit,) = plan.units.values()
    assert not is_straight(unit.plans["s"])
    assert is_straight(graph.plan(flow(p=("lined.plus", {"a": 1})), graph.registry))
