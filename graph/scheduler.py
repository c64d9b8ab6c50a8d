"""Why: results are *demanded*, from the wanted nodes backwards, and only what is demanded runs: nothing behind an answer that is
already there, nothing behind the branch of a switch that is not taken. A value is let go after the last node that could use it.

The loop's state has five named parts: nodes that are wanted, that wait for sources, that are ready, that are running, and values
that are held. The executor is an argument, a function that takes a call and returns its Future: the caller's thread, the lanes, a process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .cache import Values
from .calls import call, call_network
from .context import Context
from .decisions import judged
from .errors import BadInput, Cancelled, GraftError
from .events import Cached, Event, Failed, Finished, Listener, Started
from .lanes import Lanes, at_once
from .plan import Plan, merge_twins
from .regions import Unit
from .sockets import Drop
from .workflow import Link

NOTHING: Values = {}


@dataclass(frozen=True)
class Result:
    """values: the outputs of each target by name, none for a target that a gate kept from being made. ran, cached: how many nodes ran, and
    how many answers were there already, items counted one by one."""

    values: Mapping[str, Values]
    ran: int
    cached: int


def run(
    plan: Plan, workshop: Any, *, listener: Listener = lambda event: None, lanes: Lanes | None = None, **more: Any
) -> Result:
    """Run a plan and return the values of its targets.

    workshop: makes what the node of that name gets after ``*``. keys, store: answers from earlier runs are taken from the
    store and new ones put there. lanes: threads to run on; without them all happens in this thread. The further arguments are those of
    Context. Raises the first node's GraftError (with the node's name in it), or Cancelled, once every call that had begun has ended.
    """
    if lanes is not None:
        more.setdefault("submit", lanes.submit)
    more["keys"] = more.get("keys") or {}
    stop = workshop("").stop
    context = Context(workshop, _in_turn(listener), lanes=lanes, stop=stop, **more)
    loop = Loop(merge_twins(plan, context.keys), context, {})
    loop.spin()
    context.count(loop.ran, loop.cached)
    return Result({name: loop.values[name] for name in plan.targets}, context.counts.ran, context.counts.cached)


def _in_turn(listener: Listener) -> Listener:
    """A listener that hears one event at a time, whichever threads they come from."""
    lock = threading.RLock()

    def tell(event: Event) -> None:
        with lock:
            listener(event)

    return tell


class Loop:
    """The state of one run of a plan, or of one item of a stream. given: values from outside of the plan."""

    def __init__(self, plan: Plan, context: Context, given: Mapping[str, Values]) -> None:
        self.plan, self.context = plan, context
        self.wanted: list[str] = list(reversed(plan.targets))
        self.waiting: dict[str, set[str]] = {}
        self.ready: list[str] = []
        self.passed: list[tuple[str, Values, bool]] = []  # done without being called
        self.running: dict[Future[Any], tuple[str, float]] = {}
        self.values: dict[str, Values] = dict(given)
        self.gone: set[str] = set()
        self.chosen: dict[str, set[str]] = {}
        self.answers: dict[str, Values] = {}
        self.turns: dict[str, bytes] = {}
        self.gated: dict[str, Mapping[str, Any]] = {}  # what came in to gates that a person may have overruled
        self.uses = {name: len(consumers) for name, consumers in plan.consumers.items()}
        for name in plan.targets:
            self.uses[name] += 1
        self.ran = self.cached = 0

    def spin(self) -> None:
        """Start what is ready, demand what is wanted, settle what has ended, until nothing is left. Depth first, in the order of
        the targets, so that values are used up early."""
        try:
            while self.passed or self.wanted or self.ready or self.running:
                if self.passed:
                    self._finish(*self.passed.pop())
                elif self.ready:
                    self._start(self.ready.pop())
                elif self.wanted:
                    self._demand(self.wanted.pop())
                else:
                    done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._settle(future, *self.running.pop(future))
        except KeyboardInterrupt:
            self.context.stop.set()
            self._abandon()
            raise

    # --- demand

    def _demand(self, name: str) -> None:
        """Ask for a node's value: from the store, or by waiting for its sources."""
        if name in self.waiting:
            return
        held = self._held(name)
        if held is None:
            self._wait_for(name)
            return
        self.waiting[name] = set()
        self.cached += 1
        self.context.tell(Cached(name))
        self.context.show(name, held)
        self._finish(name, held)

    def _held(self, name: str) -> Values | None:
        if name not in self.context.keys:  # units have none, and no spec
            return None
        return self.context.held(name, self.plan.specs[name], self.turns)

    def _sources(self, name: str) -> Iterable[str]:
        """The nodes whose values ``name`` needs, as far as is known: lazy inputs only once they have been chosen."""
        plan = self.plan
        if name in plan.units or name in plan.unit_of or name in plan.twins:
            return plan.sources[name]
        spec = plan.specs[name]
        if spec.needs is None:
            return plan.sources[name]
        asked = self.chosen.get(name, ())
        return {
            value.node
            for socket, value in plan.workflow.nodes[name].inputs.items()
            if isinstance(value, Link) and (not spec.inputs[socket].lazy or socket in asked)
        }

    def _wait_for(self, name: str) -> None:
        """Put ``name`` among the waiting and want the sources that it lacks, or go on where it lacks none."""
        missing = {source for source in self._sources(name) if source not in self.values}
        self.waiting[name] = missing
        self.wanted.extend(source for source in missing if source not in self.waiting)
        if not missing:
            self._advance(name)

    def _advance(self, name: str) -> None:
        """All that ``name`` waited for is there: it is ready, unless its values tell that lazy inputs are needed too."""
        plan = self.plan
        if self.gone and any(source in self.gone for source in self._sources(name)):
            self.passed.append((name, NOTHING, True))
        elif name in plan.unit_of:
            self.passed.append((name, self.answers.pop(name, NOTHING), False))
        elif name in plan.twins:
            self.cached += 1
            self.context.tell(Cached(name))
            self.passed.append((name, self.values[plan.twins[name]], False))
        elif name in plan.units or (spec := plan.specs[name]).needs is None or name in self.chosen:
            self.ready.append(name)
        else:
            with self._blamed_on(name):
                eager = {socket: value for socket, value in self._inputs(name).items() if not spec.inputs[socket].lazy}
                self.chosen[name] = spec.needs(**eager)
            self._wait_for(name)

    def _inputs(self, name: str) -> dict[str, Any]:
        """The values that the node's function is called with; a lazy input that was not chosen is None."""
        spec, given = self.plan.specs[name], self.plan.workflow.nodes[name].inputs
        inputs: dict[str, Any] = {}
        for socket, entry in spec.inputs.items():
            value = given.get(socket, entry.default)
            if isinstance(value, Link):
                if entry.lazy and socket not in self.chosen.get(name, ()):
                    value = None
                else:
                    value = self.values[value.node][value.output]
                    wrong = entry.problem(value)
                    if wrong is not None:
                        raise BadInput(socket, wrong, "change what is linked to it")
            inputs[socket] = entry.handed(entry.read(value))
        return inputs

    # --- run

    def _start(self, name: str) -> None:
        if self.context.stop.is_set():
            self._abandon()
            raise Cancelled
        began = time.perf_counter()
        if name in self.plan.units:
            self._keep(self._start_unit(self.plan.units[name]), name, began)
            return
        run = self.context.workshop(name)
        if run.stop.is_set():
            self._abandon()
            raise Cancelled
        spec = self.plan.specs[name]
        with self._blamed_on(name):
            inputs = self._inputs(name)
        if name in self.plan.workflow.keep:
            self.gated[name] = inputs
        self.context.tell(Started(name))
        work = (
            (lambda: call_network(name, spec, inputs, run)) if spec.network else (lambda: call(name, spec, inputs, run))
        )
        # of items there are others, on other threads: their heavy nodes must meet on their own lane
        lane = spec.network or (spec.heavy and self.context.index is not None)
        alone = not lane and not self.running and not self.ready and not self.wanted
        self._keep(at_once(work) if alone else self.context.submit(spec, work), name, began)

    def _start_unit(self, unit: Unit) -> Future[Any]:
        from .streams import UnitRun

        ends = [
            name for name in (*unit.collectors, *unit.sinks) if name not in self.values and self.uses.get(name, 0) > 0
        ]
        wanted = {name for name in ends if name in self.waiting or self._held(name) is None}
        run = UnitRun(unit, self.plan, dict(self.values), self.context, wanted)
        if self.context.lanes is None or (not self.running and not self.ready and not self.wanted):
            return at_once(run.run)
        future: Future[Any] = Future()
        threading.Thread(target=lambda: _fulfil(future, run), name="graft-unit").start()
        return future

    def _keep(self, future: Future[Any], name: str, began: float) -> None:
        if future.done():
            self._settle(future, name, began)
        else:
            self.running[future] = (name, began)

    def _settle(self, future: Future[Any], name: str, began: float) -> None:
        with self._blamed_on("" if name in self.plan.units else name):
            values = future.result()
        if name in self.plan.units:
            self.answers.update(values)
            for collector, made in values.items():
                self.context.show(collector, made)
            self._finish(name, NOTHING)
            return
        seconds, spec = time.perf_counter() - began, self.plan.specs[name]
        self.ran += 1
        if self.context.lanes is not None:
            self.context.lanes.learn(spec, seconds)
        self.context.tell(Finished(name, seconds))
        values = judged(name, spec, self.gated.pop(name, NOTHING), values, self.context.item, self.plan.workflow.keep)
        if isinstance(values, Drop):
            self.context.drop(name, spec, values.reason)
            self._finish(name, NOTHING, gone=True)
            return
        self.context.remember(name, spec, values, seconds, self.turns)
        self.context.show(name, values)
        self._finish(name, values)

    # --- let go

    def _finish(self, name: str, values: Values, gone: bool = False) -> None:
        self.values[name] = values
        if gone:
            self.gone.add(name)
        self._let_go(self.plan.sources[name])
        for consumer in self.plan.consumers[name]:
            missing = self.waiting.get(consumer)
            if missing is not None and name in missing:
                missing.remove(name)
                if not missing:
                    self._advance(consumer)

    def _let_go(self, names: Iterable[str]) -> None:
        """One possible consumer less for each: a value that nothing can use is freed, and a node that nothing can ask for
        any more lets go of its sources in turn."""
        todo = list(names)
        while todo:
            name = todo.pop()
            if name not in self.uses:
                continue
            self.uses[name] -= 1
            if self.uses[name] > 0:
                continue
            if name in self.values:
                self.values[name] = NOTHING
            elif name not in self.waiting:
                self.waiting[name] = set()
                todo.extend(self.plan.sources[name])

    @contextmanager
    def _blamed_on(self, name: str) -> Iterator[None]:
        """What is raised inside ends the run, with the node's name in it, once every call that had begun has ended."""
        try:
            yield
        except (GraftError, Cancelled) as error:
            self._abandon()
            if isinstance(error, GraftError):
                error.node = error.node or name
                if self.context.index is None:
                    self.context.tell(Failed(error.node, error))
            raise

    def _abandon(self) -> None:
        """Let every call that has begun come to its end; its answer is not used."""
        if self.running:
            wait(self.running)
            self.running.clear()


def _fulfil(future: Future[Any], run: Any) -> None:
    try:
        future.set_result(run.run())
    except BaseException as error:
        future.set_exception(error)
