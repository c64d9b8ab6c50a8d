"""Why: behind a node that returns a stream everything runs once per item. Which nodes those are, which of several nested streams they
belong to, and where two streams would meet that have nothing to do with each other, is known before anything runs.

A level is the tuple of the sources that a node stands behind, the outermost first; () is no stream at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .declare import NodeSpec
from .errors import Problem
from .workflow import Link, Workflow

Level = tuple[str, ...]


def levels(
    order: Iterable[str], workflow: Workflow, specs: Mapping[str, NodeSpec]
) -> tuple[dict[str, Level], list[Problem]]:
    """The level of each node of ``order`` (sources before consumers), and where streams do not match."""
    found: dict[str, Level] = {}
    problems: list[Problem] = []
    for name in order:
        spec = specs.get(name)
        if spec is None:
            continue
        deepest: Level = ()
        for socket, value in workflow.nodes[name].inputs.items():
            if not isinstance(value, Link) or value.node not in found or socket not in spec.inputs:
                continue
            level = behind(value.node, found, specs)
            if spec.inputs[socket].collects:
                level = level[:-1]  # one value collects as a stream of one
            longer, shorter = (level, deepest) if len(level) > len(deepest) else (deepest, level)
            if longer[: len(shorter)] != shorter:
                problems.append(_apart(name, socket, longer, shorter))
            deepest = longer
        found[name] = deepest
    return found, problems


def behind(name: str, found: Mapping[str, Level], specs: Mapping[str, NodeSpec]) -> Level:
    """The level of what comes out of a node."""
    return (*found[name], name) if specs[name].source else found[name]


def _apart(name: str, socket: str, one: Level, other: Level) -> Problem:
    first, second = next((a, b) for a, b in zip(one, other, strict=False) if a != b)
    what = f"items of '{first}' and of '{second}' come together here, and nothing says which belongs to which"
    return Problem(what, "put stream.zip (in pairs) or stream.cross (each with each) between them", name, socket)
