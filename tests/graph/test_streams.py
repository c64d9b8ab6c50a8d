"""Streams: per item, in order, bounded, nested, broadcast, dropped, collected; with and without threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import graph
from graph import BadInput, Drop, Dropped, Lanes, Run, node

from .helpers import flow, link

made: list[str] = []


class Marks:
    """What items have come to, for threads that go on only after that."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._changed = threading.Condition()

    def set(self, mark: str) -> None:
        with self._changed:
            self.seen.append(mark)
            self._changed.notify_all()

    def wait(self, until: Callable[[list[str]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: until(self.seen), timeout=20)


marks = Marks()


@node(family="flowing", output="n")
def numbers(count: int = 5, start: int = 0) -> Iterator[int]:
    """A source."""
    for n in range(start, start + count):
        made.append(f"made {n}")
        yield n


@node(family="flowing", output="n")
def double(n: int) -> int:
    """Per item."""
    made.append(f"double {n}")
    return 2 * n


@node(family="flowing", output="n")
def plus(a: int, b: int) -> int:
    """Two inputs."""
    return a + b


@node(family="flowing", output="n")
def odd_only(n: int) -> int | Drop:
    """A gate."""
    return n if n % 2 else Drop(f"{n} is even")


@node(family="flowing", output="n")
def fails_at(n: int, at: int = 3) -> int:
    """Fails for one item."""
    if n == at:
        raise BadInput("n", f"{n} is not to be borne", "leave it out")
    return n


@node(family="flowing", output="all")
def gather(items: Iterable[int]) -> list[int]:
    """Collects."""
    return list(items)


@node(family="flowing", output="n")
def total(items: Iterable[int]) -> int:
    """Collects into one number."""
    return sum(items)


@node(family="flowing", output="n")
def first(items: Iterable[int], count: int = 2) -> Iterator[int]:
    """A stream made from a stream."""
    for _, n in zip(range(count), items, strict=False):
        yield n


@node(family="flowing", output="n")
def every(items: Iterable[int], step: int = 50) -> Iterator[int]:
    """Skips a lot."""
    for index, n in enumerate(items):
        if index % step == 0:
            yield n


class Two(NamedTuple):
    left: int
    right: int


@node(family="flowing")
def pairs(left: Iterable[int], right: Iterable[int]) -> Iterator[Two]:
    """Zip."""
    for a, b in zip(left, right, strict=False):
        yield Two(a, b)


@node(family="flowing", output="n")
def slow(n: int) -> int:
    """Of each three items the first is done last."""
    if n % 3 == 0:
        marks.wait(lambda seen: {f"done {n + 1}", f"done {n + 2}"} <= {*seen})
    marks.set(f"done {n}")
    return n


@node(family="flowing", writes=True, output="n")
def write(n: int, *, run: Run) -> int:
    """Writes a file per item."""
    path = run.out / f"{n}.txt"
    path.write_text(str(n))
    run.wrote(path)
    return n


busy = threading.Lock()


@node(family="flowing", heavy=True, output="n")
def heavy(n: int, count: int = 8) -> int:
    """One at a time, although another item has been sent after it."""
    assert busy.acquire(blocking=False)
    marks.wait(lambda seen: seen.count("sent") >= min(count, seen.count("left") + 2))
    busy.release()
    marks.set("left")
    made.append(f"heavy {n} on {threading.current_thread().name}")
    return n + 1


def n(node: str, output: str = "n") -> dict[str, str]:
    return link(node, output)


@pytest.fixture(params=["one thread", "lanes"])
def lanes(request: Any) -> Iterator[Lanes | None]:
    made.clear()
    marks.seen.clear()
    if request.param == "one thread":
        yield None
        return
    lanes = Lanes(3)
    yield lanes
    lanes.close()


def run(workflow: graph.Workflow, lanes: Lanes | None, out: Path = Path(), targets: Any = None, **more: Any) -> Any:
    plan = graph.plan(workflow, graph.registry, targets)
    events: list[graph.Event] = []
    workshop = lambda name: Run(name, out, Path(), tell=events.append)  # noqa: E731
    result = graph.execute(plan, workshop, listener=events.append, lanes=lanes, **more)
    return result, events


def value(workflow: graph.Workflow, lanes: Lanes | None, target: str, output: str = "all") -> Any:
    return run(workflow, lanes, targets=(target,))[0].values[target][output]


TABLE = [
    pytest.param({"s": ("flowing.numbers", {}), "g": ("flowing.gather", {"items": n("s")})}, [0, 1, 2, 3, 4], id="collect a source"),
    pytest.param(
        {"s": ("flowing.numbers", {}), "d": ("flowing.double", {"n": n("s")}), "g": ("flowing.gather", {"items": n("d")})},
        [0, 2, 4, 6, 8], id="per item",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 3}), "ten": ("flowing.plus", {"a": 4, "b": 6}),
            "p": ("flowing.plus", {"a": n("s"), "b": n("ten")}), "g": ("flowing.gather", {"items": n("p")}),
        },
        [10, 11, 12], id="broadcast",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 3}), "d": ("flowing.double", {"n": n("s")}),
            "p": ("flowing.plus", {"a": n("s"), "b": n("d")}), "g": ("flowing.gather", {"items": n("p")}),
        },
        [0, 3, 6], id="branches meet item by item",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 4}), "o": ("flowing.odd_only", {"n": n("s")}), "d": ("flowing.double", {"n": n("o")}),
            "g": ("flowing.gather", {"items": n("d")}),
        },
        [2, 6], id="a gate drops",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 3}), "t": ("flowing.numbers", {"count": 2, "start": n("s")}),
            "p": ("flowing.plus", {"a": n("s"), "b": n("t")}), "i": ("flowing.total", {"items": n("p")}),
            "g": ("flowing.gather", {"items": n("i")}),
        },
        [1, 5, 9], id="nested",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 1000}), "d": ("flowing.double", {"n": n("s")}), "f": ("flowing.first", {"items": n("d")}),
            "e": ("flowing.plus", {"a": n("f"), "b": 1}), "g": ("flowing.gather", {"items": n("e")}),
        },
        [1, 3], id="a stream of a stream",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 3}), "t": ("flowing.numbers", {"count": 3, "start": 10}),
            "z": ("flowing.pairs", {"left": n("s"), "right": n("t")}), "p": ("flowing.plus", {"a": n("z", "left"), "b": n("z", "right")}),
            "g": ("flowing.gather", {"items": n("p")}),
        },
        [10, 12, 14], id="zip of two sources",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 300}), "e": ("flowing.every", {"items": n("s")}),
            "z": ("flowing.pairs", {"left": n("s"), "right": n("e")}), "p": ("flowing.plus", {"a": n("z", "left"), "b": n("z", "right")}),
            "g": ("flowing.gather", {"items": n("p")}),
        },
        [0, 51, 102, 153, 204, 255], id="a channel grows rather than starve another",
    ),
    pytest.param(
        {
            "s": ("flowing.numbers", {"count": 4}), "sum": ("flowing.total", {"items": n("s")}),
            "p": ("flowing.plus", {"a": n("s"), "b": n("sum")}), "g": ("flowing.gather", {"items": n("p")}),
        },
        [6, 7, 8, 9], id="two passes",
    ),
    pytest.param(
        {"a": ("flowing.plus", {"a": 1, "b": 2}), "g": ("flowing.gather", {"items": n("a")})}, [3], id="one value is a stream of one"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("nodes", "expected"), TABLE)
def test_streams(nodes: dict[str, Any], expected: list[int], lanes: Lanes | None) -> None:
    assert value(flow(**nodes), lanes, "g") == expected


def test_items_are_handed_on_in_the_order_of_the_source() -> None:
    marks.seen.clear()
    lanes = Lanes(3)
    workflow = flow(
        s=("flowing.numbers", {"count": 9}), w=("flowing.slow", {"n": n("s")}), g=("flowing.gather", {"items": n("w")})
    )
    assert value(workflow, lanes, "g") == list(range(9))
    assert marks.seen.index("done 0") > marks.seen.index("done 2")
    lanes.close()


def test_two_collectors_share_one_pass(lanes: Lanes | None) -> None:
    workflow = flow(
        s=("flowing.numbers", {}),
        d=("flowing.double", {"n": n("s")}),
        g=("flowing.gather", {"items": n("d")}),
        t=("flowing.total", {"items": n("d")}),
    )
    result, _ = run(workflow, lanes)
    assert result.values["g"]["all"] == [0, 2, 4, 6, 8]
    assert result.values["t"]["n"] == 20
    assert made.count("made 3") == made.count("double 3") == 1


def test_no_more_is_made_than_is_wanted(lanes: Lanes | None) -> None:
    workflow = flow(
        s=("flowing.numbers", {"count": 10_000}),
        f=("flowing.first", {"items": n("s"), "count": 3}),
        g=("flowing.gather", {"items": n("f")}),
    )
    assert value(workflow, lanes, "g") == [0, 1, 2]
    assert len(made) < 60


def test_writers_run_per_item_and_report_drops(lanes: Lanes | None, tmp_path: Path) -> None:
    workflow = flow(
        s=("flowing.numbers", {"count": 6}), o=("flowing.odd_only", {"n": n("s")}), w=("flowing.write", {"n": n("o")})
    )
    _, events = run(workflow, lanes, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.txt", "3.txt", "5.txt"]
    drops = sorted((e.item, e.reason) for e in events if isinstance(e, Dropped))
    assert drops == [(0, "0 is even"), (2, "2 is even"), (4, "4 is even")]


def test_an_error_stops_the_run_and_names_node(lanes: Lanes | None) -> None:
    workflow = flow(
        s=("flowing.numbers", {}), f=("flowing.fails_at", {"n": n("s")}), g=("flowing.gather", {"items": n("f")})
    )
    with pytest.raises(BadInput, match=r"f\.n: 3 is not to be borne"):
        run(workflow, lanes)


def test_an_error_is_skipped_and_reported(lanes: Lanes | None) -> None:
    workflow = flow(
        s=("flowing.numbers", {}), f=("flowing.fails_at", {"n": n("s")}), g=("flowing.gather", {"items": n("f")})
    )
    result, events = run(workflow, lanes, stop_on_error=False)
    assert result.values["g"]["all"] == [0, 1, 2, 4]
    (drop,) = [e for e in events if isinstance(e, Dropped)]
    assert (drop.node, drop.item, drop.failed) == ("f", 3, True)


def test_a_gate_without_a_stream_stops_what_is_behind_it(lanes: Lanes | None) -> None:
    workflow = flow(
        o=("flowing.odd_only", {"n": 2}), d=("flowing.double", {"n": n("o")}), e=("flowing.double", {"n": 7})
    )
    result, events = run(workflow, lanes)
    assert result.values == {"d": {}, "e": {"n": 14}}
    assert [(e.node, e.item, e.reason) for e in events if isinstance(e, Dropped)] == [("o", None, "2 is even")]


def test_unrelated_streams_do_not_meet() -> None:
    workflow = flow(
        s=("flowing.numbers", {}), t=("flowing.numbers", {"start": 1}), p=("flowing.plus", {"a": n("s"), "b": n("t")})
    )
    (problem,) = graph.problems(workflow, graph.registry)
    assert "items of 's' and of 't' come together" in problem.what
    assert "stream.zip" in problem.cure


def test_heavy_nodes_of_all_items_share_one_thread() -> None:
    class Watched(Lanes):
        """Tells when a heavy call has been sent to its lane."""

        def submit(self, spec: Any, call: Any) -> Any:
            future = super().submit(spec, call)
            marks.set("sent" if spec.heavy else "")
            return future

    made.clear()
    marks.seen.clear()
    lanes = Watched(4)
    workflow = flow(
        s=("flowing.numbers", {"count": 8}), h=("flowing.heavy", {"n": n("s")}), g=("flowing.gather", {"items": n("h")})
    )
    assert value(workflow, lanes, "g") == list(range(1, 9))
    assert len({line.rpartition(" ")[2] for line in made if line.startswith("heavy")}) == 1
    lanes.close()


def test_what_was_written_is_not_made_again(lanes: Lanes | None, tmp_path: Path) -> None:
    def workflow(count: int) -> graph.Workflow:
        return flow(
            s=("flowing.numbers", {"count": count}),
            d=("flowing.double", {"n": n("s")}),
            w=("flowing.write", {"n": n("d")}),
        )

    def again(count: int) -> list[str]:
        made.clear()
        journal = graph.Journal(tmp_path)
        plan = graph.plan(workflow(count), graph.registry)
        keys = graph.keys_of(plan, lambda hint, name: "")
        run(workflow(count), lanes, tmp_path, keys=keys, journal=journal)
        journal.close()
        return sorted(line for line in made if line.startswith("double"))

    assert again(3) == ["double 0", "double 1", "double 2"]
    assert again(5) == ["double 3", "double 4"]
    (tmp_path / "2.txt").unlink()
    assert again(6) == ["double 1", "double 5"]
    assert again(6) == []


def test_cancel_ends_a_stream(lanes: Lanes | None) -> None:
    stop = threading.Event()

    def listener(event: graph.Event) -> None:
        if isinstance(event, graph.Progress) and event.done:
            stop.set()

    workflow = flow(s=("flowing.numbers", {"count": 10_000_000}), g=("flowing.total", {"items": n("s")}))
    plan = graph.plan(workflow, graph.registry)
    with pytest.raises(graph.Cancelled):
        graph.execute(
            plan, lambda name: Run(name, Path(), Path(), stop=stop, tell=listener), listener=listener, lanes=lanes
        )


def test_a_stream_within_a_large_graph_costs_by_its_own_size() -> None:
    """Items are not given the values of nodes that they have nothing to do with."""
    from graph.streams import Driver, UnitRun

    many = {f"x{i}": ("flowing.plus", {"a": i, "b": 1}) for i in range(50)}
    workflow = flow(
        **many, s=("flowing.numbers", {}), p=("flowing.plus", {"a": n("s"), "b": n("x7")}), g=("flowing.gather", {"items": n("p")})
    )  # fmt: skip
    plan = graph.plan(workflow, graph.registry)
    (unit,) = plan.units.values()
    context = graph.context.Context(lambda name: Run(name, Path(), Path()), lambda event: None)
    values = {f"x{i}": {"n": i + 1} for i in range(50)}
    assert Driver(UnitRun(unit, plan, values, context, {"g"}), "s").broadcast == {"x7": {"n": 8}}
    assert value(workflow, None, "g") == [8, 9, 10, 11, 12]
