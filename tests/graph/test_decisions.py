"""What a gate has rejected and a person has taken back: it goes on, it alone runs again, and the decision can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest

import graph
from graph import Drop, Dropped, File, Kept, MemoryStore, Run, Workflow, Wrote, node
from graph import streams as streams_module
from graph.decisions import passing

from .helpers import link

called: list[str] = []


class Numbered(NamedTuple):
    n: int
    index: int


class Named(NamedTuple):
    path: Annotated[str, File()]
    index: int


class Two(NamedTuple):
    n: int
    score: float


@node(family="taken")
def source(first: int = 0, count: int = 6) -> Iterator[Numbered]:
    """Numbers, each with its place."""
    for index in range(count):
        yield Numbered(first + index, index)


@node(family="taken")
def files(folder: str) -> Iterator[Named]:
    """The files of a folder."""
    for index, path in enumerate(sorted(Path(folder).iterdir())):
        yield Named(str(path), index)


@node(family="taken", output="n", heavy=True)
def dear(a: int) -> int:
    """Dear, so that items have keys."""
    called.append(f"dear {a}")
    return a


@node(family="taken", output="n", heavy=True)
def after(a: int) -> int:
    """Dear, behind the gate."""
    called.append(f"after {a}")
    return a * 10


@node(family="taken", output="item")
def odd(item: Any) -> Any | Drop:
    """Lets odd numbers pass."""
    return item if item % 2 else Drop(f"{item} is even")


@node(family="taken", output="n", heavy=True)
def total(items: Iterable[int]) -> int:
    """The sum of a stream."""
    return sum(items)


@node(family="taken", output="path")
def large(path: str) -> str | Drop:
    """Lets files of more than three bytes pass."""
    return path if Path(path).stat().st_size > 3 else Drop("too small")


@node(family="taken")
def scored(a: int) -> Two | Drop:
    """Gives a score as well, which no input could stand for."""
    return Drop("never")


@node(family="taken", output="n", writes=True)
def write(a: Any, *, run: Run) -> int:
    """A file for each."""
    called.append(f"write {a}")
    path = run.out / f"{Path(str(a)).name}.txt"
    path.write_text(str(a))
    run.wrote(path)
    return 0


STRAIGHT = {
    "s": ("taken.source", {}),
    "d": ("taken.dear", {"a": link("s", "n")}),
    "g": ("taken.odd", {"item": link("d", "n")}),
    "a": ("taken.after", {"a": link("g", "item")}),
    "w": ("taken.write", {"a": link("a", "n")}),
}


def flow(nodes: dict[str, Any], keep: dict[str, dict[str, str]] | None = None) -> Workflow:
    table = {name: {"type": kind, "inputs": inputs} for name, (kind, inputs) in nodes.items()}
    return graph.build({"format": 1, "nodes": table, **({"keep": keep} if keep is not None else {})})


def run(workflow: Workflow, out: Path, store: MemoryStore | None = None) -> tuple[list[str], list[Dropped], list[str]]:
    """What was called, what was dropped, and the files that count as results."""
    called.clear()
    events: list[graph.Event] = []
    runner = graph.Runner(graph.registry, None, store=store if store is not None else MemoryStore(1 << 20))
    runner.run(runner.plan(workflow), out, events.append)
    drops = [event for event in events if isinstance(event, Dropped)]
    return called[:], drops, sorted(event.path.name for event in events if isinstance(event, Wrote | Kept))


def key_of(drops: list[Dropped], reason: str) -> str:
    (key,) = {drop.key for drop in drops if drop.reason == reason}
    assert len(key) == 16
    return key


@pytest.mark.parametrize("straight", [True, False])
def test_an_item_that_is_taken_back_runs_alone_and_can_be_given_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, straight: bool
) -> None:
    if not straight:
        monkeypatch.setattr(streams_module, "is_straight", lambda plan: False)
    store = MemoryStore(1 << 20)
    first, drops, written = run(flow(STRAIGHT), tmp_path, store)
    assert [drop.reason for drop in drops] == ["0 is even", "2 is even", "4 is even"]
    assert written == ["10.txt", "30.txt", "50.txt"]
    assert "dear 2" in first
    taken = {"g": {key_of(drops, "2 is even"): "two"}}
    again, drops, written = run(flow(STRAIGHT, taken), tmp_path, store)
    assert again == ["after 2", "write 20"]
    assert [drop.reason for drop in drops] == ["0 is even", "4 is even"]
    assert written == ["10.txt", "20.txt", "30.txt", "50.txt"]
    undone, drops, written = run(flow(STRAIGHT), tmp_path, store)
    assert undone == []
    assert [drop.reason for drop in drops] == ["0 is even", "2 is even", "4 is even"]
    assert written == ["10.txt", "30.txt", "50.txt"]


def test_an_item_is_known_by_what_it_is_not_by_its_place(tmp_path: Path) -> None:
    _, drops, _ = run(flow(STRAIGHT), tmp_path)
    key = key_of(drops, "4 is even")
    longer = {**STRAIGHT, "s": ("taken.source", {"first": -7, "count": 13})}
    _, drops, written = run(flow(longer, {"g": {key: ""}}), tmp_path)
    assert "40.txt" in written
    assert "4 is even" not in [drop.reason for drop in drops]
    assert "2 is even" in [drop.reason for drop in drops]


def test_a_file_is_known_by_its_name_and_size_wherever_it_lies(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    nodes = {"g": ("taken.large", {"path": link("s", "path")}), "w": ("taken.write", {"a": link("g", "path")})}
    for folder in (here, there):
        folder.mkdir()
        for name, text in {"a": "12", "b": "1234", "c": "3"}.items():
            (folder / name).write_text(text)
    (there / "0").write_text("new")
    _, drops, _ = run(flow({"s": ("taken.files", {"folder": str(here)}), **nodes}), tmp_path / "out")
    assert {drop.file for drop in drops} == {str(here / "a"), str(here / "c")}
    keep = {"g": {drop.key: "a" for drop in drops if drop.file.endswith("/a")}}
    moved = {"s": ("taken.files", {"folder": str(there)}), **nodes}
    _, drops, written = run(flow(moved, keep), tmp_path / "out2")
    assert written == ["a.txt", "b.txt"]
    (there / "a").write_text("123")
    _, drops, written = run(flow(moved, keep), tmp_path / "out3")
    assert written == ["b.txt"], "another file of the same name was not looked at by anybody"


def test_what_collects_is_made_anew(tmp_path: Path) -> None:
    store = MemoryStore(1 << 20)
    nodes = {name: STRAIGHT[name] for name in "sdg"}
    nodes["w"] = ("taken.write", {"a": link("sum", "n")})
    nodes["sum"] = ("taken.total", {"items": link("g", "item")})
    _, drops, written = run(flow(nodes), tmp_path, store)
    assert written == ["9.txt"]
    _, _, written = run(flow(nodes, {"g": {key_of(drops, "4 is even"): ""}}), tmp_path, store)
    assert written == ["13.txt"]


def test_a_decision_that_can_not_be_obeyed_is_told() -> None:
    nodes = {"s": ("taken.source", {}), "g": ("taken.scored", {"a": link("s", "n")})}
    (problem,) = graph.problems(flow(nodes, {"g": {"0" * 16: ""}, "gone": {"1" * 16: ""}}), graph.registry)
    assert (problem.node, "taken back" in problem.what) == ("g", True)
    assert passing(graph.registry["taken.scored"]) == {}
    assert passing(graph.registry["taken.odd"]) == {"item": "item"}


def test_what_can_not_be_taken_back_has_no_key(tmp_path: Path) -> None:
    nodes = {"s": ("taken.source", {"count": 1}), "g": ("taken.scored", {"a": link("s", "n")})}
    _, (drop,), _ = run(flow({**nodes, "w": ("taken.write", {"a": link("g", "n")})}), tmp_path)
    assert (drop.reason, drop.key) == ("never", "")
    _, (drop,), _ = run(
        flow({"g": ("taken.odd", {"item": 2}), "w": ("taken.write", {"a": link("g", "item")})}), tmp_path
    )
    assert (drop.item, drop.key) == (None, "")


def test_decisions_within_a_graph_hold_there(tmp_path: Path) -> None:
    _, drops, _ = run(flow(STRAIGHT), tmp_path)
    key = key_of(drops, "2 is even")
    inner = {
        "nodes": {"g": {"type": "taken.odd", "inputs": {"item": 0}}}, "inputs": {"item": "g.item"}, "outputs": {"item": "g.item"},
    }  # fmt: skip
    nodes = {
        "s": {"type": "taken.source"},
        "d": {"type": "taken.dear", "inputs": {"a": link("s", "n")}},
        "sub": {"type": "graph.call", "graph": "#only", "inputs": {"item": link("d", "n")}},
        "w": {"type": "taken.write", "inputs": {"a": link("sub", "item")}},
    }
    for raw in (
        {"nodes": nodes, "graphs": {"only": inner}, "keep": {"sub/g": {key: ""}}},
        {"nodes": nodes, "graphs": {"only": {**inner, "keep": {"g": {key: ""}}}}},
    ):
        _, drops, written = run(graph.build(raw), tmp_path)
        assert written == ["1.txt", "2.txt", "3.txt", "5.txt"]
        assert {drop.node for drop in drops} == {"sub/g"}


@pytest.mark.parametrize("keep", [[], {"g": ["0" * 16]}, {"g": {"0" * 16: 1}}])
def test_what_is_no_list_of_items_is_refused(keep: Any) -> None:
    with pytest.raises(graph.BadFile, match=r"keep|kept"):
        flow(STRAIGHT, keep)
