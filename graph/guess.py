"""Why: an artist wants to see "512×512" and "×12" on a wire while he draws, not after a run. Most of it follows from the graph: a node gives
pictures as large as those it gets, unless it says otherwise with ``size=``; a source says with ``count=`` how many items it will give.

Both are functions of a table: each input's value, for pictures and masks (width, height), for streams that are collected their count; they
answer None where nobody can know. Nothing is read but the heads of files, and nothing is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .declare import InputSpec, NodeSpec
from .expand import expand
from .levels import behind, levels
from .plan import graph_of
from .sockets import File
from .workflow import Link, Workflow

PICTURES = ("image", "mask", "heat")
Size = tuple[int, int]


@dataclass(frozen=True)
class Guess:
    """sizes: (width, height) of each output that is a picture and whose size is known. count: how many items pass, all levels together; None
    where that is not known, 1 outside of streams."""

    sizes: Mapping[str, Size] = field(default_factory=dict)
    count: int | None = 1


def unknown(wish: Mapping[str, Any]) -> None:
    """For ``size=`` of a node whose pictures are as large as what it finds in them."""


def guess(
    workflow: Workflow, registry: Mapping[str, NodeSpec], header: Callable[[str], Size | None]
) -> dict[str, Guess]:
    """What is known before a run of each node of a workflow that ``check.problems`` found in order. header: the size of a picture file."""
    import networkx as nx  # a tenth of a second: not before there is a graph

    flat = expand(workflow, registry)
    order = list(nx.topological_sort(graph_of(flat)))
    specs = {name: registry[node.type] for name, node in flat.nodes.items() if node.type in registry}
    found, _ = levels(order, flat, specs)
    guesses: dict[str, Guess] = {}
    items: dict[str, int | None] = {}  # of a source, how many it gives each time
    for name in order:
        if name not in found:
            continue
        spec = specs[name]
        wish = _wish(flat, name, spec, guesses, items, specs)
        if spec.source:
            items[name] = _asked(spec.count, wish)
        guesses[name] = Guess(_sizes(spec, wish, header), _passing(behind(name, found, specs), items))
    return guesses


def _passing(level: tuple[str, ...], items: Mapping[str, int | None]) -> int | None:
    total = 1
    for source in level:
        count = items.get(source)
        if count is None:
            return None
        total *= count
    return total


def _wish(
    workflow: Workflow, name: str, spec: NodeSpec, guesses: Mapping[str, Guess], items: Mapping[str, int | None],
    specs: Mapping[str, NodeSpec],
) -> dict[str, Any]:  # fmt: skip
    """What is known of each input; what is not is left out."""
    wish: dict[str, Any] = {}
    for socket, entry in spec.inputs.items():
        value = workflow.nodes[name].inputs.get(socket, entry.default)
        if not isinstance(value, Link):
            if entry.type.name not in PICTURES:
                wish[socket] = value
        elif value.node in guesses:
            known = guesses[value.node]
            if entry.collects:
                wish[socket] = items.get(value.node, known.count)
            elif value.output in known.sizes:
                wish[socket] = known.sizes[value.output]
    return wish


def _asked(question: Callable[[Mapping[str, Any]], Any] | None, wish: Mapping[str, Any]) -> Any:
    if question is None:
        return None
    try:
        return question(wish)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):  # something that it asks for is not known
        return None


def _sizes(spec: NodeSpec, wish: Mapping[str, Any], header: Callable[[str], Size | None]) -> dict[str, Size]:
    """The size of each output that is a picture, all of them alike."""
    pictures = [name for name, output in spec.outputs.items() if output.type.name in (*PICTURES, "anything")]
    if not pictures:
        return {}
    size = _asked(spec.size, wish) if spec.size is not None else _usual(spec, wish, header)
    return dict.fromkeys(pictures, size) if size is not None else {}


def _usual(spec: NodeSpec, wish: Mapping[str, Any], header: Callable[[str], Size | None]) -> Size | None:
    """As large as the first picture that comes in; else as the file that is read; else as width and height say."""
    if any(entry.type.name in PICTURES and entry.required for entry in spec.inputs.values()):
        first = next(name for name, entry in spec.inputs.items() if entry.type.name in PICTURES and entry.required)
        return wish.get(first)
    for name, entry in spec.inputs.items():
        if _is_picture_file(entry) and isinstance(wish.get(name), str):
            return header(wish[name])
    for name, entry in spec.inputs.items():
        if entry.type.name in (*PICTURES, "anything") and isinstance(wish.get(name), tuple):
            found: Size = wish[name]
            return found
    if isinstance(wish.get("width"), int) and isinstance(wish.get("height"), int):
        return wish["width"], wish["height"]
    return None


def _is_picture_file(entry: InputSpec) -> bool:
    return isinstance(entry.hint, File) and entry.hint.kind == "image"
