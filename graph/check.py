"""Why: an artist who has made four mistakes wants to hear of four, before anything runs. So every problem of a workflow is
gathered, each with its node and socket, what came, what was expected, and the nearest name where a name is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .decisions import passing
from .declare import InputSpec, NodeSpec
from .errors import GraftError, Problem, did_you_mean
from .expand import expand
from .levels import levels
from .plan import graph_of, with_ancestors
from .sockets import File, Model, fits
from .workflow import Link, Node, Workflow

WeightsProblem = Callable[[str, str], str | None]
"""(kind, name) → why these weights can't be used (an Objection where a download would mend it), or None."""


def problems(
    workflow: Workflow,
    registry: Mapping[str, NodeSpec],
    missing: Callable[[str], str] | None = None,
    weights: WeightsProblem | None = None,
    targets: Iterable[str] | None = None,
) -> list[Problem]:
    """Everything that keeps a workflow from running, in the file's order; an empty list when nothing does.

    targets: look only at what these nodes need: beside a node that is not known here, all else can still run.
    missing: the cure for a path at which no file lies, "" where one does (paths are not checked without it).
    weights: says what is wrong with a model's name (names are not checked without it).
    """
    found: list[Problem] = []
    if not workflow.nodes:
        found.append(Problem("the workflow has no nodes", "add one"))
    parameters = list(_parameter_problems(workflow, registry))
    try:
        workflow = expand(workflow, registry)
    except GraftError as error:
        return [*found, Problem(error.what, error.cure, error.node, error.socket)]
    if targets is not None:
        needed = with_ancestors(graph_of(workflow), [name for name in targets if name in workflow.nodes])
        workflow = replace(workflow, nodes={name: node for name, node in workflow.nodes.items() if name in needed})
    for name, node in workflow.nodes.items():
        found.extend(_node_problems(name, node, workflow, registry, missing, weights))
    found.extend(parameters)
    found.extend(_keep_problems(workflow, registry))
    circles = list(_cycle_problems(workflow))
    found.extend(circles or _stream_problems(workflow, registry))
    return found


def _node_problems(
    name: str,
    node: Node,
    workflow: Workflow,
    registry: Mapping[str, NodeSpec],
    missing: Callable[[str], str] | None,
    weights: WeightsProblem | None,
) -> Iterator[Problem]:
    spec = registry.get(node.type)
    if spec is None:
        cure = did_you_mean(node.type, registry, "'graft nodes' lists what there is")
        yield Problem(f"there is no node type '{node.type}'", cure, name)
        return
    for socket, value in node.inputs.items():
        entry = spec.inputs.get(socket)
        if entry is None:
            cure = did_you_mean(socket, spec.inputs, f"it has {', '.join(spec.inputs) or 'none'}")
            yield Problem(f"{node.type} has no input '{socket}'", cure, name, socket)
        elif isinstance(value, Link):
            yield from _link_problems(name, entry, value, workflow, registry)
        else:
            yield from _value_problems(name, entry, value, missing, weights)
    for socket, entry in spec.inputs.items():
        if socket in node.inputs:
            continue
        if entry.required:
            yield _left_out(name, entry)
        elif entry.names_things:
            yield from _value_problems(name, entry, entry.default, None, weights)


def _left_out(name: str, entry: InputSpec) -> Problem:
    if isinstance(entry.hint, File):
        return Problem(f"no {entry.hint.kind} is chosen", "choose one, or link its path", name, entry.name)
    cure = "give a value or a link" if entry.type.literal else "link it"
    if entry.type.name == "mask":
        cure = "link one, or paint one in the editor"
    return Problem(f"the {entry.type.name} is missing", cure, name, entry.name)


def _link_problems(
    name: str, entry: InputSpec, link: Link, workflow: Workflow, registry: Mapping[str, NodeSpec]
) -> Iterator[Problem]:
    source = workflow.nodes.get(link.node)
    if source is None:
        cure = did_you_mean(link.node, workflow.nodes, "link it to a node that is there")
        yield Problem(f"it is linked to '{link.node}', which is not there", cure, name, entry.name)
        return
    spec = registry.get(source.type)
    if spec is None:  # told at the node itself
        return
    output = spec.outputs.get(link.output)
    if output is None:
        cure = did_you_mean(link.output, spec.outputs, f"it has {', '.join(spec.outputs) or 'no output at all'}")
        yield Problem(f"{source.type} has no output '{link.output}'", cure, name, entry.name)
    elif not fits(output.type, entry.type):
        what = f"it takes {entry.type.name}, but '{link.node}.{link.output}' is {output.type.name}"
        yield Problem(what, f"link a node that gives {entry.type.name}", name, entry.name)


def _value_problems(
    name: str, entry: InputSpec, value: Any, missing: Callable[[str], str] | None, weights: WeightsProblem | None
) -> Iterator[Problem]:
    wrong = entry.problem(value)
    if wrong is not None:
        cure = "change it"
        if entry.type.choices and isinstance(value, str):
            cure = did_you_mean(value, map(str, entry.type.choices), cure)
        yield Problem(wrong, cure, name, entry.name)
        return
    for where, hint, named in entry.names(value):
        if isinstance(hint, File) and missing is not None and (cure := missing(named)):
            yield Problem(f"{where}there is no file '{named}'", cure, name, entry.name)
        if isinstance(hint, Model) and weights is not None and (wrong := weights(hint.kind, named)) is not None:
            yield Problem(f"{where}{wrong}", "", name, entry.name, getattr(wrong, "weights", None))


def _parameter_problems(workflow: Workflow, registry: Mapping[str, NodeSpec]) -> Iterator[Problem]:
    for parameter in workflow.parameters.values():
        node = workflow.nodes.get(parameter.node)
        if node is None:
            cure = did_you_mean(parameter.node, workflow.nodes, "name a node that is there")
            yield Problem(f"the graph's input '{parameter.name}' feeds '{parameter.node}', which is not there", cure)
        elif node.type in registry and parameter.socket not in registry[node.type].inputs:
            cure = did_you_mean(parameter.socket, registry[node.type].inputs, "name one of its inputs")
            what = f"the graph's input '{parameter.name}' feeds '{parameter.socket}', which {node.type} has not"
            yield Problem(what, cure, parameter.node)


def _keep_problems(workflow: Workflow, registry: Mapping[str, NodeSpec]) -> Iterator[Problem]:
    """A decision about a node that is not there (any more) says nothing; one that can't be obeyed does."""
    for name in workflow.keep:
        spec = registry.get(workflow.nodes[name].type) if name in workflow.nodes else None
        if spec is not None and not passing(spec):
            what = f"an item is taken back, but {spec.id} has no input that could stand for each of its outputs"
            yield Problem(what, "take the node out of the graph's 'keep'", name)


def _stream_problems(workflow: Workflow, registry: Mapping[str, NodeSpec]) -> list[Problem]:
    import networkx as nx  # a tenth of a second: not before there is a graph

    specs = {name: registry[node.type] for name, node in workflow.nodes.items() if node.type in registry}
    if not any(spec.source for spec in specs.values()):
        return []
    return levels(nx.topological_sort(graph_of(workflow)), workflow, specs)[1]


def _cycle_problems(workflow: Workflow) -> Iterator[Problem]:
    import networkx as nx  # a tenth of a second: not before there is a graph

    graph = graph_of(workflow)
    if nx.is_directed_acyclic_graph(graph):
        return
    ring = [edge[0] for edge in nx.find_cycle(graph)]
    shown = " → ".join([*ring[:12], *(["…"] if len(ring) > 12 else []), ring[0]])
    yield Problem(f"the nodes run in a circle: {shown}", "take one of these links away", ring[0])
