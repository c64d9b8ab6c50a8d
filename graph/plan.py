"""Why: before anything runs, the graph is reduced to what the wanted results need, put in order, and each node's consumers are
counted, so that the loop of the scheduler has nothing left to search for. Nothing here recurses: chains of ten thousand nodes are ordinary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .declare import NodeSpec
from .errors import GraftError
from .expand import expand
from .workflow import Link, Workflow

if TYPE_CHECKING:
    import networkx as nx

    from .regions import Unit


@dataclass(frozen=True)
class Plan:
    """The needed part of a workflow. ``order`` has sources before consumers; ``sources`` and ``consumers`` list each neighbour once.

    Where there are streams, ``order`` holds what runs once, and each Unit of ``units`` stands for all that runs per item; ``unit_of``
    tells of a node that ends a stream to which unit it belongs. ``twins`` names for a node the one that does just the same. ``nodes``
    are all needed nodes, in order, those per item too.
    """

    workflow: Workflow
    specs: Mapping[str, NodeSpec]
    targets: tuple[str, ...]
    order: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]
    consumers: Mapping[str, tuple[str, ...]]
    units: Mapping[str, Unit] = field(default_factory=dict)
    unit_of: Mapping[str, str] = field(default_factory=dict)
    twins: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()


def graph_of(workflow: Workflow) -> nx.DiGraph[str]:
    """An edge from each source to each consumer; links to nodes that do not exist are left out."""
    import networkx as nx  # a tenth of a second: not before there is a graph

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
    import networkx as nx  # a tenth of a second: not before there is a graph

    workflow = expand(workflow, registry)
    graph = graph_of(workflow)
    specs = {name: registry[node.type] for name, node in workflow.nodes.items() if node.type in registry}
    wanted = tuple(targets) if targets is not None else _default_targets(graph, specs)
    for name in wanted:
        if name not in graph:
            raise GraftError(f"there is no node '{name}' to run")
    needed = with_ancestors(graph, wanted)
    part = graph if len(needed) == len(graph) else graph.subgraph(needed).copy()  # a view is several times slower
    order = tuple(nx.topological_sort(part))
    plan = Plan(
        workflow,
        {name: specs[name] for name in order},
        wanted,
        order,
        {name: tuple(graph.pred[name]) for name in order},
        {name: tuple(node for node in graph.succ[name] if node in needed) for name in order},
        nodes=order,
    )
    if not any(spec.source for spec in plan.specs.values()):
        return plan
    from .regions import contract

    return contract(plan)


def merge_twins(plan: Plan, keys: Mapping[str, bytes]) -> Plan:
    """The plan with nodes of one key, which would give the same answer, waiting for the first of them."""
    if len(set(keys.values())) == len(keys):
        return plan
    first: dict[bytes, str] = {}
    twins: dict[str, str] = {}
    for name in plan.order:
        spec = plan.specs.get(name)
        if name in keys and spec is not None and not (spec.writes or spec.source or name in plan.unit_of):
            twin = first.setdefault(keys[name], name)
            if twin != name:
                twins[name] = twin
    if not twins:
        return plan
    sources = {**plan.sources, **{name: (twin,) for name, twin in twins.items()}}
    consumers: dict[str, list[str]] = {name: [] for name in plan.order}
    for name in plan.order:
        for source in sources[name]:
            if source in consumers:
                consumers[source].append(name)
    return replace(plan, sources=sources, consumers={k: tuple(v) for k, v in consumers.items()}, twins=twins)


def _default_targets(graph: nx.DiGraph[str], specs: Mapping[str, NodeSpec]) -> tuple[str, ...]:
    writers = tuple(name for name in graph if name in specs and specs[name].writes)
    return writers or tuple(name for name in graph if not graph.succ[name])


def with_ancestors(graph: nx.DiGraph[str], targets: Iterable[str]) -> set[str]:
    """One walk backwards over all targets together (nx.ancestors would walk once for each)."""
    needed = set(targets)
    todo = list(needed)
    while todo:
        for source in graph.pred[todo.pop()]:
            if source not in needed:
                needed.add(source)
                todo.append(source)
    return needed
