"""Why: before anything runs, the graph is reduced to what the wanted results need, put in order, and each node's consumers are
counted, so that the loop of the scheduler has nothing left to search for. Nothing here recurses: chains of ten thousand nodes are ordinary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from .declare import NodeSpec
from .errors import GraftError
from .workflow import Link, Workflow


@dataclass(frozen=True)
class Plan:
    """The needed part of a workflow. ``order`` has sources before consumers; ``sources`` and ``consumers`` list each neighbour once."""

    workflow: Workflow
    specs: Mapping[str, NodeSpec]
    targets: tuple[str, ...]
    order: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]
    consumers: Mapping[str, tuple[str, ...]]


def graph_of(workflow: Workflow) -> nx.DiGraph[str]:
    """An edge from each source to each consumer; links to nodes that do not exist are left out."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(workflow.nodes)
    graph.add_edges_from(
        (value.node, name)
        for name, node in workflow.nodes.items()
        for value in node.inputs.values()
        if isinstance(value, Link) and value.node in workflow.nodes
    )
    return graph


def make(workflow: Workflow, registry: Mapping[str, NodeSpec], targets: Iterable[str] | None = None) -> Plan:
    """Plan a workflow that ``check.problems`` found in order.

    targets: the nodes whose values are wanted; by default those that write, and where none does, those nothing consumes.
    """
    graph = graph_of(workflow)
    specs = {name: registry[node.type] for name, node in workflow.nodes.items() if node.type in registry}
    wanted = tuple(targets) if targets is not None else _default_targets(graph, specs)
    for name in wanted:
        if name not in graph:
            raise GraftError(f"there is no node '{name}' to run")
    needed = _with_ancestors(graph, wanted)
    part = graph.subgraph(needed)
    order = tuple(nx.topological_sort(part))
    return Plan(
        workflow,
        {name: specs[name] for name in order},
        wanted,
        order,
        {name: tuple(graph.pred[name]) for name in order},
        {name: tuple(node for node in graph.succ[name] if node in needed) for name in order},
    )


def _default_targets(graph: nx.DiGraph[str], specs: Mapping[str, NodeSpec]) -> tuple[str, ...]:
    writers = tuple(name for name in graph if name in specs and specs[name].writes)
    return writers or tuple(name for name in graph if not graph.succ[name])


def _with_ancestors(graph: nx.DiGraph[str], targets: Iterable[str]) -> set[str]:
    """One walk backwards over all targets together (nx.ancestors would walk once for each)."""
    needed = set(targets)
    todo = list(needed)
    while todo:
        for source in graph.pred[todo.pop()]:
            if source not in needed:
                needed.add(source)
                todo.append(source)
    return needed
