"""Why: a million items go through the same few nodes, and mostly those are a straight line: no branch is chosen in it and no stream nested. What
can be known of them before the first item is worked out once, so that an item costs microseconds a node beside the work itself.

The loop of scheduler.py runs every plan, and means the same; this is its shape for one item at a time, on one thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .cache import KEPT, Values, canonical
from .calls import call, call_network
from .context import Context
from .decisions import judged
from .declare import InputSpec, NodeSpec
from .errors import BadInput, Cancelled, GraftError
from .events import Cached, Finished, Started
from .plan import Plan
from .sockets import Drop
from .workflow import Link

NOTHING: Values = {}
Check = Callable[[Any], str | None] | None


@dataclass(frozen=True)
class _Step:
    """fixed: the inputs that are the same for all items. links: socket, node and output of the others, and what checks their values, if they
    need it. twin: a node before it that does just the same. frees: nodes whose values nothing uses after this step."""

    name: str
    spec: NodeSpec
    fixed: Mapping[str, Any]
    links: tuple[tuple[str, str, str, Check], ...]
    collects: tuple[str, ...]
    sources: tuple[str, ...]
    twin: str
    frees: tuple[str, ...]


def is_straight(plan: Plan) -> bool:
    """Whether a plan can be run as a line."""
    return not (plan.units or plan.unit_of or plan.twins or any(plan.specs[name].needs for name in plan.order))


class Line:
    """A plan without choices and nested streams, made ready for many items."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.targets = plan, plan.targets
        twins = _twins(plan)
        sources = {name: (twins[name],) if name in twins else plan.sources[name] for name in plan.order}
        last = {source: name for name in plan.order for source in sources[name]}
        ends = set(plan.targets)
        self.steps = tuple(
            self._step(
                name, sources[name], twins.get(name, ""),
                tuple(source for source in sources[name] if last[source] == name and source not in ends),
            )
            for name in plan.order
        )  # fmt: skip

    def _step(self, name: str, sources: tuple[str, ...], twin: str, frees: tuple[str, ...]) -> _Step:
        spec, given = self.plan.specs[name], self.plan.workflow.nodes[name].inputs
        fixed, links = {}, []
        for socket, entry in spec.inputs.items():
            value = given.get(socket, entry.default)
            if isinstance(value, Link):
                links.append((socket, value.node, value.output, self._check(entry, value)))
            else:
                fixed[socket] = entry.read(value)
        collects = tuple(socket for socket, entry in spec.inputs.items() if entry.collects)
        return _Step(name, spec, fixed, tuple(links), collects, sources, twin, frees)

    def _check(self, entry: InputSpec, link: Link) -> Check:
        """None where the output of the source is of that type, which was checked when it came out, and there is nothing else to check."""
        source = self.plan.specs.get(link.node)
        made = source.outputs.get(link.output) if source is not None else None
        return None if made is not None and made.type is entry.type and entry.hint is None else entry.problem


def _twins(plan: Plan) -> dict[str, str]:
    """For nodes that do just what one before them does, that one."""
    first: dict[Any, str] = {}
    twins: dict[str, str] = {}
    for name in plan.order:
        spec, given = plan.specs[name], plan.workflow.nodes[name].inputs
        if spec.writes:
            continue
        entering: list[tuple[str, Any]] = []
        for socket, entry in spec.inputs.items():
            value = given.get(socket, entry.default)
            known = (twins.get(value.node, value.node), value.output) if isinstance(value, Link) else canonical(value)
            entering.append((socket, known))
        entering.append((KEPT, plan.workflow.keep.get(name)))
        twin = first.setdefault((spec.id, tuple(entering)), name)
        if twin != name:
            twins[name] = twin
    return twins


class Walk:
    """One item on its way along a line. given: the source's values and all that is broadcast. gone: nodes that it did not reach, for a gate
    kept it back."""

    def __init__(self, line: Line, context: Context, given: Mapping[str, Values]) -> None:
        self.line, self.context = line, context
        self.values: dict[str, Values] = dict(given)
        self.gone: set[str] = set()
        self.turns: dict[str, bytes] = {}
        self.ran = self.cached = 0

    def spin(self) -> None:
        """Go to the end. Raises GraftError with the node's name in it, or Cancelled."""
        asked = self._asked()
        for step in self.line.steps:
            if asked is None or step.name in asked:
                self._take(step)
            for name in step.frees:
                self.values[name] = NOTHING

    def _asked(self) -> set[str] | None:
        """The nodes that must run, None for all: from the ends backwards, nothing behind an answer that is already there."""
        context = self.context
        if not context.keys:
            return None
        wanted, asked = set(self.line.targets), set()
        for step in reversed(self.line.steps):
            if step.name not in wanted:
                continue
            if step.twin:
                asked.add(step.name)
                wanted.add(step.twin)
                continue
            held = context.held(step.name, step.spec, self.turns)
            if held is None:
                asked.add(step.name)
                wanted.update(step.sources)
            else:
                self.values[step.name] = held
                self.cached += 1
                context.tell(Cached(step.name))
        return asked

    def _take(self, step: _Step) -> None:
        context, name = self.context, step.name
        if self.gone and not self.gone.isdisjoint(step.sources):
            self._stop_at(name)
            return
        if step.twin:
            self.values[name] = self.values[step.twin]
            self.cached += 1
            context.tell(Cached(name))
            return
        if context.stop.is_set():
            raise Cancelled
        began = time.perf_counter()
        if context.inside is not None:
            context.inside(Started(name))
        try:
            inputs = self._inputs(step)
            answer = judged(
                name, step.spec, inputs, self._called(step, inputs), context.item, self.line.plan.workflow.keep
            )
        except GraftError as error:
            error.node = error.node or name
            raise
        seconds = time.perf_counter() - began
        self.ran += 1
        if context.inside is not None:
            context.inside(Finished(name, seconds))
        if isinstance(answer, Drop):
            context.drop(name, step.spec, answer.reason)
            self._stop_at(name)
            return
        self.values[name] = answer
        context.remember(name, step.spec, answer, seconds, self.turns)

    def _stop_at(self, name: str) -> None:
        self.gone.add(name)
        self.values[name] = NOTHING

    def _inputs(self, step: _Step) -> dict[str, Any]:
        inputs = dict(step.fixed)
        for socket, node, output, check in step.links:
            value = self.values[node][output]
            if check is not None:
                if (wrong := check(value)) is not None:
                    raise BadInput(socket, wrong, "change what is linked to it")
                value = step.spec.inputs[socket].read(value)
            inputs[socket] = value
        for socket in step.collects:
            inputs[socket] = step.spec.inputs[socket].handed(inputs[socket])
        return inputs

    def _called(self, step: _Step, inputs: Mapping[str, Any]) -> Values | Drop:
        name, spec = step.name, step.spec
        run = self.context.workshop(name) if spec.wants_run else None
        if not spec.network and not spec.heavy:
            return call(name, spec, inputs, run)
        work = (
            (lambda: call_network(name, spec, inputs, run)) if spec.network else (lambda: call(name, spec, inputs, run))
        )
        answer: Values | Drop = self.context.submit(spec, work).result()
        return answer
