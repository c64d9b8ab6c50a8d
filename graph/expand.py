"""Why: a saved graph is used in another as if it were a node, a step is repeated until it is good enough, a node is switched off for a while; and
the rest of the engine need know nothing of it. Before anything else a workflow is made flat: what is inside of ``scene`` is called
``scene/sky``, the third round of ``mend`` is ``mend/3/…``, and keys, caching, streams and errors work as for any other nodes.

In the file:
    {"type": "graph.call", "graph": "sharpen.json", "inputs": {"picture": …}}          a file, beside this one
    {"type": "graph.call", "graph": "#sharpen", …}   with   "graphs": {"sharpen": {…}}   at the top: kept in this file
    {"type": "graph.repeat", "graph": …, "times": 5, "until": "good", "carry": {"picture": "picture"}, "inputs": {…}}
    {"type": "image.blur", "mode": "mute"}  or  "bypass"
What a graph gives is named by its table "outputs": {"picture": "paint.image"}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .declare import NodeSpec
from .errors import GraftError, did_you_mean
from .workflow import Link, Node, Workflow, build, load

CALL, REPEAT = "graph.call", "graph.repeat"
DEEPEST, LARGEST, ROUNDS = 16, 1_000_000, 100
MODES = ("mute", "bypass")


def expand(workflow: Workflow, registry: Mapping[str, NodeSpec]) -> Workflow:
    """The same workflow without graphs in it, and without nodes that are switched off. Raises GraftError that names the node."""
    if all(node.extra is None for node in workflow.nodes.values()):
        return workflow
    nodes: dict[str, Node] = {}
    outputs: dict[Link, Link] = {}
    keep: dict[str, frozenset[str]] = {}
    _lay_out(_Part(workflow, "", {}, ()), nodes, outputs, keep)
    flat = {name: _resolved(node, outputs) for name, node in nodes.items()}
    return replace(workflow, nodes=_switched(flat, registry), keep=keep)


@dataclass(frozen=True)
class _Part:
    """A workflow to be laid out under ``prefix``; ``given`` are the values of its own inputs, ``inside`` the graphs that it is in."""

    workflow: Workflow
    prefix: str
    given: Mapping[str, Any]
    inside: tuple[str, ...]


def _lay_out(first: _Part, nodes: dict[str, Node], outputs: dict[Link, Link], keep: dict[str, frozenset[str]]) -> None:
    """Fill ``nodes`` with all nodes of a part and of those in it, ``outputs`` with what stands for the outputs of graphs, and ``keep`` with what
    their gates let pass."""
    todo = [first]
    while todo:
        part = todo.pop()
        for gate, items in part.workflow.keep.items():
            keep[part.prefix + gate] = keep.get(part.prefix + gate, frozenset()) | items
        given: dict[tuple[str, str], Any] = {}
        for name, value in part.given.items():
            parameter = part.workflow.parameters.get(name)
            if parameter is None:
                cure = did_you_mean(
                    name, part.workflow.parameters, f"it has {', '.join(part.workflow.parameters) or 'none'}"
                )
                raise GraftError(f"the graph has no input '{name}'", cure, node=part.prefix.rstrip("/"))
            given[parameter.node, parameter.socket] = value
        for name, node in part.workflow.nodes.items():
            whole = part.prefix + name
            inputs = {socket: _under(part.prefix, value) for socket, value in node.inputs.items()}
            inputs |= {socket: value for (owner, socket), value in given.items() if owner == name}
            if node.type == CALL:
                todo.append(_called(part, whole, node, inputs, outputs))
            elif node.type == REPEAT:
                todo.extend(_repeated(part, whole, node, inputs, nodes, outputs))
            else:
                nodes[whole] = replace(node, inputs=inputs)
        if len(nodes) > LARGEST:
            raise GraftError(f"with the graphs in it the workflow has more than {LARGEST:,} nodes", "make it smaller")


def _under(prefix: str, value: Any) -> Any:
    return Link(prefix + value.node, value.output) if isinstance(value, Link) and prefix else value


def _called(part: _Part, whole: str, node: Node, inputs: dict[str, Any], outputs: dict[Link, Link]) -> _Part:
    graph, inside = _graph(part, whole, node)
    for output, (inner, socket) in _outputs(graph, whole).items():
        outputs[Link(whole, output)] = Link(f"{whole}/{inner}", socket)
    return _Part(graph, f"{whole}/", inputs, inside)


def _repeated(
    part: _Part, whole: str, node: Node, inputs: dict[str, Any], nodes: dict[str, Node], outputs: dict[Link, Link]
) -> Iterator[_Part]:
    """The rounds of a loop, one after the other. After each a switch takes its results where it was good enough, else those of the rounds
    behind it; switches are lazy, so that a round which is not needed is not made."""
    graph, inside = _graph(part, whole, node)
    extra = node.extra or {}
    times, until, carry = extra.get("times", 3), extra.get("until", ""), extra.get("carry", {})
    if type(times) is not int or not 1 <= times <= ROUNDS:
        raise GraftError(f"'times' is {times!r:.40}", f"give a whole number from 1 to {ROUNDS}", node=whole)
    given = _outputs(graph, whole)
    for name in [*carry, *([until] if until else [])]:
        if name not in given:
            raise GraftError(
                f"the graph gives no '{name}'", did_you_mean(name, given, f"it gives {', '.join(given)}"), node=whole
            )
    for number in range(1, times + 1):
        prefix = f"{whole}/{number}/"
        yield _Part(graph, prefix, inputs, inside)
        results = {name: Link(prefix + inner, socket) for name, (inner, socket) in given.items()}
        inputs = {**inputs, **{socket: results[name] for name, socket in carry.items()}}
        here = whole if number == 1 else f"{whole}/{number - 1}"
        for name, link in results.items():
            if number == times or not until:
                outputs[Link(here, name)] = link
                continue
            choice = f"{prefix}until/{name}"
            otherwise = Link(f"{whole}/{number}", name)
            nodes[choice] = Node("flow.switch", {"condition": results[until], "yes": link, "no": otherwise})
            outputs[Link(here, name)] = Link(choice, "result")
        if not until and number < times:
            for name in results:
                outputs[Link(here, name)] = Link(f"{whole}/{number}", name)


def _graph(part: _Part, whole: str, node: Node) -> tuple[Workflow, tuple[str, ...]]:
    """The graph that a node stands for, and the graphs that it is in then."""
    name = (node.extra or {}).get("graph")
    try:
        if isinstance(name, dict):
            graph, mark = build(name, folder=part.workflow.folder, name=whole), f"in {whole}"
        elif isinstance(name, str) and name.startswith("#"):
            table = part.workflow.raw.get("graphs", {})
            if not isinstance(table, dict) or name[1:] not in table:
                raise GraftError(
                    f"there is no graph '{name}' in the file", did_you_mean(name[1:], table or {}, "add it to 'graphs'")
                )
            raw = {**table[name[1:]], "graphs": table}
            graph, mark = build(raw, folder=part.workflow.folder, name=name), f"{part.workflow.folder}{name}"
        elif isinstance(name, str) and name:
            graph = load(part.workflow.folder / name)
            mark = str((part.workflow.folder / name).resolve())
        else:
            raise GraftError("it names no graph", 'give "graph": "file.json"')
    except GraftError as error:
        error.node = error.node or whole
        raise
    if mark in part.inside or len(part.inside) >= DEEPEST:
        raise GraftError(f"the graph '{name!s:.60}' is used within itself", "take it out there", node=whole)
    return graph, (*part.inside, mark)


def _outputs(graph: Workflow, whole: str) -> dict[str, tuple[str, str]]:
    """What a graph gives: name → (node, output)."""
    table = graph.raw.get("outputs", {})
    found: dict[str, tuple[str, str]] = {}
    for name, place in table.items() if isinstance(table, dict) else ():
        node, dot, output = str(place).rpartition(".")
        if not dot or node not in graph.nodes:
            raise GraftError(
                f"the graph's output '{name}' names '{place}', which is not there", "name a 'node.output'", node=whole
            )
        found[name] = node, output
    if not found:
        raise GraftError(
            "the graph gives nothing: it has no table 'outputs'", 'add "outputs": {"image": "node.output"}', node=whole
        )
    return found


def _resolved(node: Node, outputs: Mapping[Link, Link]) -> Node:
    """The node with links to outputs of graphs led to the nodes that make them."""
    changed = {}
    for socket, value in node.inputs.items():
        target = value
        while isinstance(target, Link) and target in outputs:
            target = outputs[target]
        if target is not value:
            changed[socket] = target
    return replace(node, inputs={**node.inputs, **changed}) if changed else node


def _switched(nodes: dict[str, Node], registry: Mapping[str, NodeSpec]) -> dict[str, Node]:
    """The nodes without those that are bypassed, which pass a value of the same type through, and without those that are muted, with what
    can't be made without them."""
    passing = {name: _through(node, registry) for name, node in nodes.items() if node.mode == "bypass"}
    muted = {name for name, node in nodes.items() if node.mode == "mute"}
    if not passing and not muted:
        return nodes
    kept = {name: node for name, node in nodes.items() if name not in passing and name not in muted}
    todo = True
    while todo:
        todo = False
        for name, node in list(kept.items()):
            inputs, lost = _without(node, passing, muted, registry)
            if lost:
                muted.add(name)
                del kept[name]
                todo = True
            elif inputs != node.inputs:
                kept[name] = replace(node, inputs=inputs)
    return kept


def _without(
    node: Node, passing: Mapping[str, Mapping[str, Any]], muted: set[str], registry: Mapping[str, NodeSpec]
) -> tuple[dict[str, Any], bool]:  # fmt: skip
    """The inputs of a node without links to nodes that are switched off, and whether it can't do without one of them."""
    spec = registry.get(node.type)
    inputs: dict[str, Any] = {}
    for socket, value in node.inputs.items():
        for _ in range(len(passing) + 1):
            if not isinstance(value, Link) or value.node not in passing:
                break
            value = passing[value.node].get(value.output, Link(value.node, ""))
            if isinstance(value, Link) and not value.output:
                break
        if not isinstance(value, Link) or (value.node not in muted and value.node not in passing):
            inputs[socket] = value
        elif spec is None or socket not in spec.inputs or spec.inputs[socket].required:
            return {}, True
    return inputs, False


def _through(node: Node, registry: Mapping[str, NodeSpec]) -> dict[str, Any]:
    """For each output of a bypassed node the first of its inputs that has the same type."""
    spec = registry.get(node.type)
    if spec is None:
        return {}
    found = {}
    for name, output in spec.outputs.items():
        same = [
            socket
            for socket, entry in spec.inputs.items()
            if entry.type.name == output.type.name and socket in node.inputs
        ]
        if same:
            found[name] = node.inputs[same[0]]
    return found
