"""Why: results are *demanded*, from the wanted nodes backwards, and only what is demanded runs: nothing behind an answer that is
already there, nothing behind the branch of a switch that is not taken. A value is let go after the last node that could use it.

The loop's state has five named parts: nodes that are wanted, that wait for sources, that are ready, that are running, and values
that are held.
The executor is an argument, a function that takes a call and returns its Future: the caller's thread, a pool of threads, a process.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .cache import MemoryStore, Values
from .declare import NodeSpec
from .errors import BadInput, Cancelled, GraftError, NodeFailed
from .events import Cached, Failed, Finished, Listener, Started
from .plan import Plan
from .sockets import is_array
from .workflow import Link
from .workshop import Run

Submit = Callable[[Callable[[], Values]], "Future[Values]"]


def callers_thread(call: Callable[[], Values]) -> Future[Values]:
    """The simplest executor: the call is made at once, by whoever asks."""
    future: Future[Values] = Future()
    try:
        future.set_result(call())
    except Exception as error:
        future.set_exception(error)
    return future


@dataclass(frozen=True)
class Result:
    """values: the outputs of each target by name. ran, cached: how many nodes ran, and how many answers were there already."""

    values: Mapping[str, Values]
    ran: int
    cached: int


def run(
    plan: Plan,
    workshop: Callable[[str], Run],
    *,
    listener: Listener = lambda event: None,
    keys: Mapping[str, bytes] | None = None,
    store: MemoryStore | None = None,
    submit: Submit = callers_thread,
) -> Result:
    """Run a plan and return the values of its targets.

    workshop: makes what the node of that name gets after ``*``. keys, store: answers from earlier runs are taken from the
    store and new ones put there. Raises the first node's GraftError (with the node's name in it), or Cancelled, once every
    call that had begun has ended.
    """
    loop = _Loop(plan, workshop, listener, keys or {}, store, submit)
    loop.spin()
    return Result({name: loop.values[name] for name in plan.targets}, loop.ran, loop.cached)


@dataclass
class _Loop:
    plan: Plan
    workshop: Callable[[str], Run]
    listener: Listener
    keys: Mapping[str, bytes]
    store: MemoryStore | None
    submit: Submit
    wanted: list[str] = field(init=False)
    waiting: dict[str, set[str]] = field(default_factory=dict)
    ready: list[str] = field(default_factory=list)
    running: dict[Future[Values], tuple[str, float]] = field(default_factory=dict)
    values: dict[str, Values] = field(default_factory=dict)
    chosen: dict[str, set[str]] = field(default_factory=dict)
    uses: dict[str, int] = field(init=False)
    ran: int = 0
    cached: int = 0

    def __post_init__(self) -> None:
        self.wanted = list(reversed(self.plan.targets))
        self.uses = {name: len(consumers) for name, consumers in self.plan.consumers.items()}
        for name in self.plan.targets:
            self.uses[name] += 1

    def spin(self) -> None:
        """Start what is ready, demand what is wanted, settle what has ended, until nothing is left. Depth first, in the order of
        the targets, so that values are used up early."""
        while self.wanted or self.ready or self.running:
            if self.ready:
                self._start(self.ready.pop())
            elif self.wanted:
                self._demand(self.wanted.pop())
            else:
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._settle(future, *self.running.pop(future))

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
        self.listener(Cached(name))
        self._finish(name, held)

    def _held(self, name: str) -> Values | None:
        if self.store is None or self.plan.specs[name].writes or name not in self.keys:
            return None
        return self.store.get(self.keys[name])

    def _sources(self, name: str) -> set[str]:
        """The nodes whose values ``name`` needs, as far as is known: lazy inputs only once they have been chosen."""
        spec, inputs = self.plan.specs[name], self.plan.workflow.nodes[name].inputs
        asked = self.chosen.get(name, ())
        return {
            value.node
            for socket, value in inputs.items()
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
        spec = self.plan.specs[name]
        if spec.needs is None or name in self.chosen:
            self.ready.append(name)
            return
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
            inputs[socket] = value
        return inputs

    def _start(self, name: str) -> None:
        run = self.workshop(name)
        if run.stop.is_set():
            self._abandon()
            raise Cancelled
        spec = self.plan.specs[name]
        with self._blamed_on(name):
            inputs = self._inputs(name)
        self.listener(Started(name))
        began = time.perf_counter()
        future = self.submit(lambda: call(name, spec, inputs, run))
        if future.done():
            self._settle(future, name, began)
        else:
            self.running[future] = (name, began)

    def _settle(self, future: Future[Values], name: str, began: float) -> None:
        with self._blamed_on(name):
            values = future.result()
        self.ran += 1
        self.listener(Finished(name, time.perf_counter() - began))
        if self.store is not None and name in self.keys and not self.plan.specs[name].writes:
            self.store.put(self.keys[name], values)
        self._finish(name, values)

    def _finish(self, name: str, values: Values) -> None:
        self.values[name] = values
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
            self.uses[name] -= 1
            if self.uses[name] > 0:
                continue
            if name in self.values:
                self.values[name] = {}
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
                self.listener(Failed(name, error))
            raise

    def _abandon(self) -> None:
        """Let every call that has begun come to its end; its answer is not used."""
        if self.running:
            wait(self.running)
            self.running.clear()


def call(name: str, spec: NodeSpec, inputs: Mapping[str, Any], run: Run) -> Values:
    """Call a node's function and return its outputs by name, arrays made read-only. Raises GraftError or Cancelled."""
    try:
        answer = spec.function(**inputs, run=run) if spec.wants_run else spec.function(**inputs)
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except BaseException as error:  # a node that calls exit() must not end the program
        raise NodeFailed(name, error, traceback.format_exc()) from error
    outputs = tuple(answer) if spec.many else (answer,) if spec.outputs else ()
    values = dict(zip(spec.outputs, outputs, strict=True))
    for output, value in values.items():
        wrong = spec.outputs[output].type.check(value)
        if wrong is not None:
            raise NodeFailed(name, TypeError(f"its output '{output}' is wrong: {wrong}"), "")
        if is_array(value):
            value.flags.writeable = False
    return values
