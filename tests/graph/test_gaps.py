"""A node that takes gaps: what did not come through stands in its place, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import graph
from graph import BadInput, Drop, Dropped, MemoryStore, Run, node
from graph.cache import keys

from .helpers import link

calls: list[int] = []


@node(family="gapped", output="n")
def up_to(count: int = 4) -> Iterator[int]:
    """A source."""
    yield from range(count)


@node(family="gapped", output="n")
def fails_at(n: int, at: int = 2) -> int:
    """Fails for one item."""
    calls.append(n)
    if n == at:
        raise BadInput("n", f"{n} is not to be borne", "leave it out")
    return n


@node(family="gapped", output="n")
def odd_only(n: int) -> int | Drop:
    """A gate."""
    return n if n % 2 else Drop(f"{n} is even")


@node(family="gapped", output="all")
def told(items: Iterable[int | Drop], beside: Iterable[int] | None = None) -> list[str]:
    """Collects with gaps."""
    words = [f"({item.reason})" if isinstance(item, Drop) else str(item) for item in items]
    return [*words, "|", *map(str, beside)] if beside is not None else words


@node(family="gapped", output="all")
def strict(items: Iterable[int]) -> list[int]:
    """Collects without gaps."""
    return list(items)


def run(store: MemoryStore | None = None, **given: Any) -> tuple[dict[str, Any], list[graph.Event]]:
    table = {
        name: {
            "type": f"gapped.{kind}",
            "inputs": {k: link(v[1:], "n") if isinstance(v, str) else v for k, v in inputs.items()},
        }
        for name, (kind, inputs) in given.items()
    }
    workflow = graph.build({"format": 1, "nodes": table})
    assert graph.problems(workflow, graph.registry) == []
    events: list[graph.Event] = []
    plan = graph.plan(workflow, graph.registry, ("all",))
    made = keys(plan, lambda hint, name: "")
    make = lambda name: Run(name, None, None, tell=events.append)  # type: ignore[arg-type]  # noqa: E731
    return dict(graph.execute(plan, make, listener=events.append, keys=made, store=store).values["all"]), events


FAILING = {"s": ("up_to", {}), "f": ("fails_at", {"n": "@s"})}
REASON = "(f.n: 2 is not to be borne. Leave it out.)"


def test_an_item_that_fails_leaves_a_gap_with_the_reason() -> None:
    values, events = run(**FAILING, all=("told", {"items": "@f"}))
    assert values["all"] == ["0", "1", REASON, "3"]
    assert [(event.item, event.failed) for event in events if isinstance(event, Dropped)] == [(2, True)]


def test_what_a_gate_keeps_back_leaves_a_gap_too() -> None:
    values, _ = run(s=("up_to", {}), g=("odd_only", {"n": "@s"}), all=("told", {"items": "@g"}))
    assert values["all"] == ["(0 is even)", "1", "(2 is even)", "3"]


def test_what_is_known_of_a_failed_item_comes_beside_it() -> None:
    values, _ = run(**FAILING, all=("told", {"items": "@f", "beside": "@s"}))
    assert values["all"] == ["0", "1", REASON, "3", "|", "0", "1", "2", "3"]


def test_without_gaps_an_error_ends_the_run() -> None:
    with pytest.raises(BadInput, match="not to be borne"):
        run(**FAILING, all=("strict", {"items": "@f"}))


def test_an_answer_with_gaps_from_errors_is_not_kept_and_one_from_gates_is() -> None:
    store = MemoryStore(1 << 20)
    for _ in range(2):
        calls.clear()
        run(store, **FAILING, all=("told", {"items": "@f"}))
        assert calls == [0, 1, 2, 3]
    for expected in ([0, 1, 2, 3], []):
        calls.clear()
        gate = {"s": ("up_to", {}), "f": ("fails_at", {"n": "@s", "at": 9}), "g": ("odd_only", {"n": "@f"})}
        run(store, **gate, all=("told", {"items": "@g"}))
        assert calls == expected


def test_one_value_is_a_stream_of_one_and_none_is_none() -> None:
    values, _ = run(s=("up_to", {}), n=("strict", {"items": "@s"}), all=("told", {"items": "@s"}))
    assert values["all"] == ["0", "1", "2", "3"]
    entry = graph.registry["gapped.told"].inputs["beside"]
    assert entry.handed(None) is None
    assert list(entry.handed(5)) == [5]


def test_what_a_collector_made_is_shown() -> None:
    nodes = {
        "s": {"type": "gapped.up_to", "inputs": {}},
        "all": {"type": "gapped.strict", "inputs": {"items": link("s", "n")}},
    }
    plan = graph.plan(graph.build({"format": 1, "nodes": nodes}), graph.registry, ("all",))
    shown: list[tuple[str, Any]] = []
    graph.execute(
        plan, lambda name: Run(name, None, None), made=lambda name, values: shown.append((name, dict(values)))  # type: ignore[arg-type]
    )  # fmt: skip
    assert ("all", {"all": [0, 1, 2, 3]}) in shown
