"""A small registry of toy nodes, declared as real ones are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

import graph
from graph import BadInput, Event, File, Image, Lazy, Model, Run, Slider, Workflow, node

calls: list[str] = []


class Both(NamedTuple):
    low: int
    high: int


@node(family="toy")
def add(a: int = 0, b: Annotated[int, Slider(-100, 100)] = 1) -> int:
    """Add two numbers.

    a: the first,
      which may be long.
    b: the second.
    """
    return a + b


@node(family="toy")
def split(a: int) -> Both:
    """Two outputs."""
    return Both(a // 10, a % 10)


@node(family="toy")
def picture(size: int = 4, kind: Literal["plain", "wild"] = "plain") -> Image:
    """A picture."""
    return Image(np.zeros((size, size, 3), np.uint8))


@node(family="toy")
def read(path: Annotated[str, File()], model: Annotated[str, Model("inpaint")] = "auto") -> str:
    """Reads a file."""
    return Path(path).read_text()


@node(family="toy", needs=lambda condition: {"yes" if condition else "no"})
def pick(condition: bool, yes: Annotated[Any, Lazy()] = None, no: Annotated[Any, Lazy()] = None) -> Any:
    """One way or the other."""
    return yes if condition else no


@node(family="toy")
def fail(a: int, how: str = "bad") -> int:
    """Fails in the way that is asked for."""
    if how == "bad":
        raise BadInput("a", f"{a} is too much", "give less")
    if how == "exit":
        raise SystemExit(3)
    if how == "wrong":
        return "text"  # type: ignore[return-value]
    raise ValueError("a defect")


@node(family="toy", writes=True)
def keep(a: int, *, run: Run) -> int:
    """Writes."""
    run.wrote(run.out / str(a))
    return a


def link(node: str, output: str = "integer") -> dict[str, str]:
    return {"node": node, "output": output}


def flow(**nodes: Any) -> Workflow:
    """A workflow of nodes given as name=(type, inputs)."""
    return graph.build(
        {"format": 1, "nodes": {name: {"type": kind, "inputs": inputs} for name, (kind, inputs) in nodes.items()}}
    )


def run(
    workflow: Workflow, *, targets: tuple[str, ...] | None = None, store: Any = None, **more: Any
) -> tuple[graph.Result, list[Event]]:
    """Plan and run, and return the result with all events."""
    plan = graph.plan(workflow, graph.registry, targets)
    events: list[Event] = []
    keys = graph.keys_of(plan, lambda hint, value: "") if store is not None else None
    workshop = lambda name: Run(name, Path("out"), Path(), tell=events.append, **more)  # noqa: E731
    return graph.execute(plan, workshop, listener=events.append, keys=keys, store=store), events
