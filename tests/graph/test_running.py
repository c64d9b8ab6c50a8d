"""Runs as a terminal or a server makes them: lanes at once, twins once, explanations, links that name files."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Annotated, Any

import pytest

import graph
from graph import File, Lanes, LayeredStore, MemoryStore, Record, Run, Runner, keys_in, keys_of, node, tokens_of
from graph.folder_store import FolderStore

from .helpers import calls, flow, link

together = threading.Barrier(8, timeout=10)


@node(family="lane", output="n")
def meets(n: int) -> int:
    """Comes to an end only when eight of them run at once."""
    together.wait()
    return n


waiting = 0


@node(family="lane", output="n")
async def fetch(n: int, *, run: Run) -> int:
    """The same on the event loop."""
    global waiting
    waiting += 1
    while waiting < 8:
        await asyncio.sleep(0)
    return n


@node(family="lane", heavy=True, output="n")
def think(n: int) -> int:
    """Heavy."""
    calls.append(f"think {n}")
    return n + 1


@node(family="lane", output="text")
def name_of(text: str) -> str:
    """Names a file."""
    return text


@node(family="lane", heavy=True, output="text")
def look(path: Annotated[str, File()], *, run: Run) -> str:
    """Reads a file."""
    calls.append("look")
    return run.find(path).read_text()


def eight(kind: str) -> graph.Workflow:
    return flow(**{f"n{i}": (kind, {"n": i}) for i in range(8)})


def run(workflow: graph.Workflow, lanes: Lanes | None, out: Path, store: Any = None) -> graph.Result:
    runner = Runner(graph.registry, None, lanes=lanes, store=store)
    calls.clear()
    return runner.run(runner.plan(workflow), out, lambda event: None)


@pytest.mark.parametrize("kind", ["lane.meets", "lane.fetch"])
def test_eight_waits_happen_at_once(kind: str, tmp_path: Path) -> None:
    lanes = Lanes(8)
    result = run(eight(kind), lanes, tmp_path)
    assert [result.values[f"n{i}"]["n"] for i in range(8)] == list(range(8))
    lanes.close()


def test_nodes_that_do_the_same_run_once(tmp_path: Path) -> None:
    workflow = flow(
        a=("lane.think", {"n": 1}),
        b=("lane.think", {"n": 1}),
        c=("lane.think", {"n": link("a", "n")}),
        d=("lane.think", {"n": link("b", "n")}),
        e=("lane.think", {"n": 2}),
    )
    result = run(workflow, None, tmp_path, MemoryStore(1 << 20))
    assert sorted(calls) == ["think 1", "think 2", "think 2"]
    assert result.values["c"] == result.values["d"] == {"n": 3}
    assert (result.ran, result.cached) == (3, 1)  # b is not even asked for


def test_a_heavy_answer_survives_the_process(tmp_path: Path) -> None:
    def store() -> LayeredStore:
        return LayeredStore(MemoryStore(1 << 20), FolderStore(tmp_path / "cache", 1 << 20))

    workflow = flow(a=("toy.add", {"a": 1}), b=("lane.think", {"n": link("a")}))
    assert run(workflow, None, tmp_path, store()).ran == 2
    again = run(workflow, None, tmp_path, store())
    assert (again.ran, again.cached, again.values["b"]) == (0, 1, {"n": 3})


def test_a_file_that_is_named_by_a_node_is_never_taken_from_the_store(tmp_path: Path) -> None:
    store = MemoryStore(1 << 20)
    (tmp_path / "a.txt").write_text("one")
    workflow = flow(n=("lane.name_of", {"text": str(tmp_path / "a.txt")}), r=("lane.look", {"path": link("n", "text")}))
    assert run(workflow, None, tmp_path, store).values["r"] == {"text": "one"}
    (tmp_path / "a.txt").write_text("two")
    assert run(workflow, None, tmp_path, store).values["r"] == {"text": "two"}


def test_explain_says_what_would_run_and_why(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    store = LayeredStore(MemoryStore(1 << 20), FolderStore(tmp_path / "cache", 1 << 20))
    runner = Runner(graph.registry, None, store=store)

    def workflow(n: int) -> graph.Workflow:
        return flow(
            read=("lane.look", {"path": str(path)}),
            a=("lane.think", {"n": n}),
            b=("lane.think", {"n": link("a", "n")}),
            w=("toy.keep", {"a": link("b", "n")}),
        )

    def explain(n: int) -> dict[str, str]:
        plan = runner.plan(workflow(n), ("read", "w"))
        return record(n).explain(plan, tokens_of(plan, runner.fingerprint(Path())), store)

    def record(n: int) -> Record:
        return Record(tmp_path / "records", workflow(n))

    assert explain(1)["a"] == "runs: it was not there in the last run"
    plan = runner.plan(workflow(1), ("read", "w"))
    runner.run(plan, tmp_path, lambda event: None)
    record(1).write(tokens_of(plan, runner.fingerprint(Path())))
    assert explain(1) == {
        "read": "is there already",
        "a": "is there already",
        "b": "is there already",
        "w": "runs: it writes, which is never left out",
    }
    assert (explain(5)["a"], explain(5)["b"]) == ("runs: n changed", "runs: a changed")
    path.write_text("two")
    assert explain(1)["read"] == "runs: the file changed"
    store.memory.clear()
    for file in (tmp_path / "cache").rglob("*"):
        if file.is_file():
            file.unlink()
    assert explain(1)["a"] == "runs: nothing changed, but it is no longer kept"


def test_one_look_at_the_files_gives_keys_and_explanation(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    workflow = flow(
        a=("lane.think", {"n": 1}),
        b=("lane.think", {"n": link("a", "n")}),
        known=("lane.look", {"path": str(tmp_path / "a.txt")}),
        name=("lane.name_of", {"text": str(tmp_path / "a.txt")}),
        unknown=("lane.look", {"path": link("name", "text")}),
    )
    runner = Runner(graph.registry, None, store=MemoryStore(1 << 20))
    plan = runner.plan(workflow)
    fingerprint = runner.fingerprint(Path())
    keys = keys_in(tokens_of(plan, fingerprint))
    assert keys == keys_of(plan, fingerprint)
    assert keys.keys() == {"a", "b", "known", "name"}
    assert runner.run(plan, tmp_path, lambda event: None, keys=keys).ran == 5
    again = runner.run(plan, tmp_path, lambda event: None)  # makes its own, which are the same
    assert (again.ran, again.values["known"]) == (1, {"text": "one"})
