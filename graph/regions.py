"""Why: what runs per item is one thing to the scheduler, a unit, which starts when all that is broadcast into it is there and ends with
the answers of the nodes that collect. So a plan with streams is a plan of nodes and units, and within a unit each item has a plan of
its own, made once, which may hold units again where streams are nested.

Streams that one node collects together (zip), or of which one is made from the other (take, shuffle), must flow at the same time and form
one unit. Where items need what is known only after all of them were collected (each picture less their mean), the source runs twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from .errors import GraftError
from .levels import Level, behind, levels
from .plan import Plan
from .workflow import Link


@dataclass(frozen=True)
class Feed:
    """The socket ``socket`` of ``collector`` sees the output ``link`` of every item of the stream ``axis``."""

    collector: str
    socket: str
    link: Link
    axis: str


@dataclass(frozen=True)
class Unit:
    """Streams that flow together. plans: for each source the plan of one item. feeds: what is collected. collectors: the nodes that do,
    sources among them left out. sinks: nodes per item that are there for what they write."""

    name: str
    plans: Mapping[str, Plan]
    feeds: tuple[Feed, ...]
    collectors: tuple[str, ...]
    sinks: tuple[str, ...]


def contract(plan: Plan) -> Plan:
    """A plan in which all that stands behind a source is put into units. Raises GraftError where streams wait for each other."""
    level, problems = levels(plan.order, plan.workflow, plan.specs)
    if problems:
        raise GraftError(problems[0].what, problems[0].cure, node=problems[0].node, socket=problems[0].socket)
    return _Contraction(plan, level, ()).plan_of(plan.order, plan.targets)


class _Contraction:
    """One level of a plan."""

    def __init__(self, plan: Plan, level: Mapping[str, Level], here: Level) -> None:
        self.plan, self.level, self.here = plan, level, here

    def axis_of(self, name: str) -> str | None:
        """The source of this level behind which a node stands, if any."""
        depth = len(self.here)
        return self.level[name][depth] if len(self.level[name]) > depth else None

    def feeds_of(self, name: str) -> Iterable[Feed]:
        """What a node of this level collects."""
        spec = self.plan.specs[name]
        for socket, value in self.plan.workflow.nodes[name].inputs.items():
            if not isinstance(value, Link) or not spec.inputs[socket].collects:
                continue
            out = behind(value.node, self.level, self.plan.specs)
            if len(out) == len(self.here) + 1 and out[:-1] == self.here:
                yield Feed(name, socket, value, out[-1])

    def plan_of(self, names: Iterable[str], targets: Iterable[str]) -> Plan:
        """The plan of ``names``, all at this level or deeper, that makes ``targets``."""
        names, targets = tuple(names), tuple(targets)
        plain = [name for name in names if self.axis_of(name) is None]
        feeds = {name: found for name in plain if (found := tuple(self.feeds_of(name)))}
        axes = [name for name in plain if self.plan.specs[name].source]
        edges: dict[str, set[str]] = {name: set() for name in plain if name not in axes}
        units: dict[str, Unit] = {}
        unit_of: dict[str, str] = {}
        for group in self._groups(axes, feeds):
            for unit, outside in self._units(group, names, targets, feeds):
                units[unit.name] = unit
                edges[unit.name] = outside
                unit_of.update(dict.fromkeys((*unit.collectors, *unit.sinks), unit.name))
        for name in edges:
            if name not in units and name not in unit_of:
                edges[name] = set(self.plan.sources[name])
        edges.update({name: {unit} for name, unit in unit_of.items()})
        inside = {name: tuple(source for source in found if source in edges) for name, found in edges.items()}
        return self._ordered(inside, targets, units, unit_of)

    def _ordered(
        self, sources: dict[str, tuple[str, ...]], targets: tuple[str, ...], units: dict[str, Unit], unit_of: dict[str, str]
    ) -> Plan:  # fmt: skip
        import networkx as nx  # a tenth of a second: not before there is a graph

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(sources)
        graph.add_edges_from((source, name) for name, found in sources.items() for source in found)
        try:
            order = tuple(nx.topological_sort(graph))
        except nx.NetworkXUnfeasible:
            cure = "save the one first, and load it in a second graph"
            raise GraftError("two streams wait for each other's end", cure) from None
        consumers = {name: tuple(graph.succ[name]) for name in order}
        return replace(
            self.plan, targets=targets, order=order, sources=sources, consumers=consumers, units=units, unit_of=unit_of
        )

    def _groups(self, axes: list[str], feeds: Mapping[str, tuple[Feed, ...]]) -> list[list[str]]:
        """Sources whose streams flow at the same time: collected by one node, or made one from the other."""
        import networkx as nx  # a tenth of a second: not before there is a graph

        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(axes)
        for name, found in feeds.items():
            together = [feed.axis for feed in found] + ([name] if name in graph else [])
            graph.add_edges_from(pairwise(together))
        return [sorted(group, key=axes.index) for group in nx.connected_components(graph)]

    def _units(
        self, group: list[str], names: tuple[str, ...], targets: tuple[str, ...], feeds: Mapping[str, tuple[Feed, ...]]
    ) -> Iterable[tuple[Unit, set[str]]]:  # fmt: skip
        """The passes of one group, each with the nodes of this level that it needs from outside."""
        collectors = [
            name
            for name, found in feeds.items()
            if any(feed.axis in group for feed in found) and not self.plan.specs[name].source
        ]
        items = [name for name in names if self.axis_of(name) in group]
        rank = self._ranks(names, collectors)
        inner = set(items)
        used = {feed.link.node for found in feeds.values() for feed in found}
        sinks = [
            name
            for name in (*items, *(axis for axis in group if axis in targets))
            if name in targets or (name not in used and not any(c in inner or c in feeds for c in self.plan.consumers[name]))
        ]  # fmt: skip
        for number in sorted({rank[name] for name in (*collectors, *sinks)}):
            mine = tuple(name for name in collectors if rank[name] == number)
            ends = tuple(name for name in sinks if rank[name] == number)
            yield self._unit(
                f"{group[0]} (stream{f', pass {number + 1}' if number else ''})", group, mine, ends, inner, feeds
            )

    def _ranks(self, names: tuple[str, ...], collectors: list[str]) -> dict[str, int]:
        """How many passes must be over before each node can run."""
        done = set(collectors)
        rank: dict[str, int] = {}
        for name in names:
            rank[name] = max(
                (rank[source] + (source in done) for source in self.plan.sources[name] if source in rank), default=0
            )
        return rank

    def _unit(
        self, name: str, group: list[str], collectors: tuple[str, ...], sinks: tuple[str, ...], inner: set[str],
        feeds: Mapping[str, tuple[Feed, ...]],
    ) -> tuple[Unit, set[str]]:  # fmt: skip
        """One unit of the sources that its collectors and sinks need, and what it needs from outside."""
        needed = {*collectors, *sinks}
        todo = list(needed)
        members = set(group) | inner
        while todo:
            for source in self.plan.sources[todo.pop()]:
                if source in members and source not in needed:
                    needed.add(source)
                    todo.append(source)
        axes = [axis for axis in group if axis in needed or any(self.axis_of(item) == axis for item in needed & inner)]
        needed |= set(axes)
        mine = tuple(feed for taker in (*collectors, *axes) for feed in feeds.get(taker, ()))
        plans = {}
        for axis in axes:
            region = [
                item for item in self.plan.order if item in needed and item in inner and self.axis_of(item) == axis
            ]
            ends = dict.fromkeys(item for item in sinks if item in region)
            ends.update(
                dict.fromkeys(feed.link.node for feed in mine if feed.axis == axis and feed.link.node in region)
            )
            plans[axis] = _Contraction(self.plan, self.level, (*self.here, axis)).plan_of(region, ends)
        outside = {source for item in needed for source in self.plan.sources[item] if source not in members}
        return Unit(name, plans, mine, collectors, sinks), outside
