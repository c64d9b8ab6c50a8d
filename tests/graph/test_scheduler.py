from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import graph
from graph import Cached, Cancelled, Failed, Finished, MemoryStore, NodeFailed, Started

from .helpers import flow, link, run

HERE = Path()


def started(events: list[graph.Event]) -> list[str]:
    return [event.node for event in events if isinstance(event, Started)]


def chain(length: int) -> graph.Workflow:
    nodes = {"n0": ("toy.add", {"a": 0})}
    nodes |= {f"n{i}": ("toy.add", {"a": link(f"n{i - 1}")}) for i in range(1, length)}
    return flow(**nodes)


def test_a_chain_of_ten_thousand_runs_without_recursion() -> None:
    result, _ = run(chain(10_000))
    assert result.values["n9999"] == {"integer": 10_000}
    assert result.ran == 10_000


def test_a_chain_of_switches_runs_without_recursion() -> None:
    nodes = {"n0": ("toy.add", {"a": 6})}
    for i in range(1, 3_000):
        source = link(f"n{i - 1}", "integer" if i == 1 else "anything")
        nodes[f"n{i}"] = ("toy.pick", {"condition": True, "yes": source})
    result, _ = run(flow(**nodes))
    assert result.values["n2999"]["anything"] == 7


def test_only_what_is_needed_runs() -> None:
    workflow = flow(
        a=("toy.add", {}), b=("toy.add", {"a": link("a")}), other=("toy.add", {}), save=("toy.keep", {"a": link("b")})
    )
    _, events = run(workflow)
    assert started(events) == ["a", "b", "save"]
    _, events = run(workflow, targets=("a",))
    assert started(events) == ["a"]


def test_the_branch_not_taken_is_not_run() -> None:
    workflow = flow(
        shared=("toy.add", {}),
        good=("toy.add", {"a": link("shared")}),
        bad=("toy.fail", {"a": link("shared")}),
        way=("toy.pick", {"condition": True, "yes": link("good"), "no": link("bad")}),
    )
    result, events = run(workflow)
    assert result.values["way"]["anything"] == 2
    assert "bad" not in started(events)


def test_a_condition_may_itself_be_computed() -> None:
    nodes = {"n": ("toy.add", {"a": 0, "b": 1}), "other": ("toy.add", {})}
    workflow = flow(**nodes, way=("toy.pick", {"condition": link("n"), "yes": link("other")}))
    with pytest.raises(graph.BadInput, match=r"way\.condition: expected true or false, got 1"):
        run(workflow)


def test_a_value_is_freed_after_its_last_consumer() -> None:
    """The picture is gone before the last node runs, also where a branch that is never taken could have used it."""
    seen: list[bool] = []
    held: list[weakref.ref[np.ndarray]] = []

    @graph.node(family="toy")
    def make_big() -> graph.Image:
        """Big."""
        array = np.zeros((64, 64, 3), np.uint8)
        held.append(weakref.ref(array))
        return graph.Image(array)

    @graph.node(family="toy")
    def width_of(image: graph.Image) -> int:
        """Width."""
        return image.shape[1]

    @graph.node(family="toy")
    def look(a: int) -> int:
        """Look whether the picture is still there."""
        gc.collect()
        seen.append(held[-1]() is not None)
        return a

    workflow = flow(
        big=("toy.make_big", {}),
        width=("toy.width_of", {"image": link("big", "image")}),
        unused=("toy.width_of", {"image": link("big", "image")}),
        way=("toy.pick", {"condition": True, "yes": link("width"), "no": link("unused")}),
        number=("toy.pick", {"condition": True, "yes": link("way", "anything")}),
        last=("toy.look", {"a": link("number", "anything")}),
    )
    result, _ = run(workflow)
    assert result.values["last"] == {"integer": 64}
    assert seen == [False]


def test_a_second_run_takes_answers_from_the_store_and_runs_nothing_behind_them() -> None:
    store = MemoryStore(1 << 20)
    workflow = flow(a=("toy.add", {"a": 3}), b=("toy.add", {"a": link("a")}), c=("toy.add", {"a": link("b")}))
    run(workflow, store=store)
    result, events = run(workflow, store=store)
    assert result.values["c"] == {"integer": 6}
    assert (result.ran, result.cached) == (0, 1)
    assert [event.node for event in events if isinstance(event, Cached)] == ["c"]
    changed = workflow.with_values({("c", "b"): 5})
    result, events = run(changed, store=store)
    assert result.values["c"] == {"integer": 10}
    assert started(events) == ["c"]


def test_writers_always_run() -> None:
    store = MemoryStore(1 << 20)
    workflow = flow(a=("toy.add", {}), save=("toy.keep", {"a": link("a")}))
    run(workflow, store=store)
    _, events = run(workflow, store=store)
    assert started(events) == ["save"]


@pytest.mark.parametrize(
    ("how", "error", "text"),
    [
        pytest.param("bad", graph.BadInput, "f.a: 7 is too much. Give less.", id="foreseen"),
        pytest.param("defect", NodeFailed, "f: failed with ValueError: a defect", id="a defect"),
        pytest.param("exit", NodeFailed, "f: failed with SystemExit: 3", id="a node that exits"),
        pytest.param(
            "wrong", NodeFailed, "its output 'integer' is wrong: expected a whole number", id="a wrong answer"
        ),
    ],
)
def test_an_error_names_the_node(how: str, error: type[Exception], text: str) -> None:
    workflow = flow(f=("toy.fail", {"a": 7, "how": how}), save=("toy.keep", {"a": link("f")}))
    with pytest.raises(error) as caught:
        run(workflow)
    assert text in str(caught.value)


def test_a_failure_is_told_to_the_listener() -> None:
    events: list[graph.Event] = []
    plan = graph.plan(flow(f=("toy.fail", {"a": 7})), graph.registry)
    with pytest.raises(graph.BadInput):
        graph.execute(plan, lambda name: graph.Run(name, HERE, HERE), listener=events.append)
    assert isinstance(events[-1], Failed)


def test_cancel_stops_before_the_next_node() -> None:
    stop = threading.Event()
    workflow = chain(5)
    plan = graph.plan(workflow, graph.registry)
    done: list[str] = []

    def listen(event: graph.Event) -> None:
        if isinstance(event, Finished):
            done.append(event.node)
            if event.node == "n2":
                stop.set()

    with pytest.raises(Cancelled):
        graph.execute(plan, lambda name: graph.Run(name, HERE, HERE, stop=stop), listener=listen)
    assert done == ["n0", "n1", "n2"]


def test_threads_give_the_same_answer_and_run_at_once() -> None:
    meet = threading.Barrier(4, timeout=20)

    @graph.node(family="toy")
    def meet_others(a: int) -> int:
        """Goes on only when four are here."""
        meet.wait()
        return a

    nodes = {f"w{i}": ("toy.meet_others", {"a": i}) for i in range(4)}
    workflow = flow(
        **nodes,
        sum=("toy.add", {"a": link("w3"), "b": link("w1")}),
        other=("toy.add", {"a": link("w2"), "b": link("w0")}),
    )
    plan = graph.plan(workflow, graph.registry)
    with ThreadPoolExecutor(4) as pool:
        result = graph.execute(
            plan, lambda name: graph.Run(name, HERE, HERE), submit=lambda spec, call: pool.submit(call)
        )
    assert result.values == {"sum": {"integer": 4}, "other": {"integer": 2}}


def test_an_error_waits_for_the_calls_that_had_begun() -> None:
    began, release, ended = threading.Event(), threading.Event(), threading.Event()

    @graph.node(family="toy")
    def slow(a: int) -> int:
        """Ends after the other has failed."""
        began.set()
        release.wait(20)
        ended.set()
        return a

    @graph.node(family="toy")
    def break_now(a: int) -> int:
        """Fails while the other is at work, and lets it go."""
        began.wait(20)
        release.set()
        raise graph.BadInput("a", "no", "stop")

    plan = graph.plan(flow(s=("toy.slow", {"a": 1}), f=("toy.break_now", {"a": 1})), graph.registry)
    with ThreadPoolExecutor(2) as pool, pytest.raises(graph.BadInput):
        graph.execute(plan, lambda name: graph.Run(name, HERE, HERE), submit=lambda spec, call: pool.submit(call))
    assert ended.is_set()


def test_arrays_come_out_read_only() -> None:
    result, _ = run(flow(p=("toy.picture", {})))
    with pytest.raises(ValueError, match="read-only"):
        result.values["p"]["image"][0, 0] = 1
