"""Why: a folder of a million pictures must go through a graph in the memory of a few. A driver pulls items from a source, a few ahead, takes each
through its plan on its own thread, and hands the answers on in the order of the source. Nodes that collect read from channels which
hold a few items (channels.py); a full channel holds the driver back.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from .cache import Values
from .calls import call, lent, outputs_of
from .channels import Channel, Over, Tap
from .context import Context
from .decisions import Item
from .declare import InputSpec
from .errors import BadInput, Cancelled, GraftError, NodeFailed
from .events import Dropped, Event, Expected, Finished, Progress, Started
from .item_keys import ItemKeys
from .line import Line, Walk, is_straight
from .plan import Plan
from .regions import Unit
from .scheduler import Loop
from .sockets import Drop
from .workflow import Link

TOLD = 0.1  # seconds between two reports of progress
PATIENCE = 0.02  # seconds that items which are done may wait for others


@dataclass(frozen=True)
class Passed:
    """One item behind its plan. reached: the values of the ends that it came to. why: what kept it from the others; failed: an error did."""

    reached: Mapping[str, Values]
    why: str = ""
    failed: bool = False


class UnitRun:
    """One run of a unit: its drivers and collectors, each on a thread of its own where there is more than one of them."""

    def __init__(
        self, unit: Unit, plan: Plan, values: Mapping[str, Values], context: Context, wanted: set[str]
    ) -> None:
        self.unit, self.plan, self.values, self.context = unit, plan, values, context
        self.collectors = [name for name in unit.collectors if name in wanted]
        self.answers: dict[str, Values] = {name: {} for name in (*unit.collectors, *unit.sinks)}
        self.error: BaseException | None = None
        self.over = threading.Event()
        self.taps = {axis: Tap(ended=self.ended) for axis in unit.plans}
        self.channels: dict[tuple[str, str], Channel] = {}
        for feed in unit.feeds:
            if feed.collector in wanted or plan.specs[feed.collector].source:
                inputs = plan.specs[feed.collector].inputs
                beside = any(entry.gaps for entry in inputs.values())
                gaps = inputs[feed.socket].gaps
                self.channels[feed.collector, feed.socket] = Channel(self.taps[feed.axis], feed, gaps, beside)

    def ended(self) -> bool:
        return self.over.is_set() or self.context.stop.is_set()

    def run(self) -> dict[str, Values]:
        """The answers of the collectors. Raises the first error of any part, or Cancelled."""
        parts: list[Callable[[], None]] = [Driver(self, axis).run for axis in self.unit.plans]
        parts += [lambda name=name: self._collect(name) for name in self.collectors]  # type: ignore[misc]
        threads = [threading.Thread(target=self._guarded, args=(part,), name="graft-stream") for part in parts[1:]]
        for thread in threads:
            thread.start()
        self._guarded(parts[0])
        for thread in threads:
            thread.join()
        if self.context.stop.is_set():
            raise Cancelled
        if self.error is not None:
            raise self.error
        return self.answers

    def _guarded(self, part: Callable[[], None]) -> None:
        try:
            part()
        except Over:
            pass  # what ended the unit has its own say
        except BaseException as error:
            if self.error is None:
                self.error = error
            self.over.set()
            for tap in self.taps.values():
                with tap.changed:
                    tap.changed.notify_all()

    def inputs_of(self, name: str) -> dict[str, Any]:
        """The values that a source or a collector is called with; what it collects comes from its channels."""
        spec, given = self.plan.specs[name], self.plan.workflow.nodes[name].inputs
        inputs: dict[str, Any] = {}
        for socket, entry in spec.inputs.items():
            value = given.get(socket, entry.default)
            channel = self.channels.get((name, socket))
            if channel is not None:
                inputs[socket] = checked(entry, channel)
                continue
            if isinstance(value, Link):
                value = self.values[value.node][value.output]
                if (wrong := entry.problem(value)) is not None:
                    raise blame(BadInput(socket, wrong, "change what is linked to it"), name)
            inputs[socket] = entry.handed(entry.read(value))
        return inputs

    def _collect(self, name: str) -> None:
        context, spec = self.context, self.plan.specs[name]
        context.tell(Started(name))
        began = time.perf_counter()
        try:
            # never on the lane of heavy nodes: it waits for items that may need that lane
            values = call(name, spec, self.inputs_of(name), context.workshop(name))
        except GraftError as error:
            raise blame(error, name) from None
        finally:
            for (collector, _), channel in self.channels.items():
                if collector == name:
                    channel.close()
        if self.ended():
            raise Over
        assert isinstance(values, Mapping)
        self.answers[name] = values
        context.ran(name, time.perf_counter() - began)
        whole = not any(channel.failed for (collector, _), channel in self.channels.items() if collector == name)
        if whole and (key := context.keys.get(name)) is not None and context.store is not None and not spec.writes:
            context.store.put(key, values, heavy=spec.heavy, seconds=time.perf_counter() - began)


class Driver:
    """Pulls the items of one source and takes them through their plan."""

    def __init__(self, unit: UnitRun, axis: str) -> None:
        self.unit, self.axis, self.context = unit, axis, unit.context
        self.plan = unit.unit.plans[axis]
        self.tap = unit.taps[axis]
        self.forgives = any(channel.gaps for channel in self.tap.channels)
        self.has_sinks = any(name == axis or name in self.plan.order for name in unit.unit.sinks)
        inside = self._inside()
        dear = any(self.plan.specs[name].heavy or self.plan.specs[name].writes for name in inside)
        self.line = Line(self.plan) if is_straight(self.plan) else None
        self.keys = self._keys(inside) if self.context.keyed and dear else None
        asked = {link.node for name in inside for link in _links(self.plan, name)} - inside
        self.broadcast = {name: unit.values[name] for name in asked if name in unit.values}
        self.done = self.dropped = self.failed = self.total = 0
        self.told = 0.0

    def _inside(self) -> set[str]:
        """All nodes per item, those of nested streams too."""
        found: set[str] = set()
        todo = [self.plan]
        while todo:
            plan = todo.pop()
            found.update(name for name in plan.order if name in plan.specs and name not in plan.units)
            for unit in plan.units.values():
                found.update(unit.collectors, unit.plans)
                todo.extend(unit.plans.values())
        return found

    def _keys(self, inside: set[str]) -> ItemKeys:
        outer = {name: key for name, key in self.context.keys.items() if name not in inside}
        names = [name for name in self.plan.order if name not in self.plan.units and name not in self.plan.unit_of]
        return ItemKeys(self.axis, names, self.plan, self.context.fingerprint, outer)

    def run(self) -> None:
        spec = self.plan.specs[self.axis]
        self.context.tell(Started(self.axis))
        began = time.perf_counter()
        window: deque[Future[Passed]] = deque()
        ahead = self.context.ahead
        try:
            with closing(self._items()) as items:
                for index, item in enumerate(items):
                    values = outputs_of(self.axis, spec, item)
                    window.append(self.context.begin(lambda i=index, v=values: self._through(i, v)))  # type: ignore[misc]
                    if len(window) > ahead:
                        self._make_room(window)
                    if not self.has_sinks and all(channel.closed for channel in self.tap.channels):
                        break
            while window:
                self._deliver(window.popleft().result())
        finally:
            for future in window:  # let every call that has begun come to its end
                future.cancel() or future.exception()
            for channel in self.tap.channels:
                channel.finish()
        self._tell(last=True)
        self.context.tell(Finished(self.axis, time.perf_counter() - began))

    def _make_room(self, window: deque[Future[Passed]]) -> None:
        """Hand on the first item, and with it all that are done in turn. Waits a moment for half of them, for each waking takes the
        interpreter from a thread that works."""
        if len(window) > 2:
            wait((window[len(window) // 2],), timeout=PATIENCE)
        self._deliver(window.popleft().result())
        while window and window[0].done():
            self._deliver(window.popleft().result())

    def _items(self) -> Generator[Any, None, None]:
        """The source's own items; an error of the source is told as the node's."""
        spec, run = self.plan.specs[self.axis], self.context.workshop(self.axis)
        run = replace(run, tell=self._hear)
        try:
            inputs = self.unit.inputs_of(self.axis)
            with lent(spec, run) as mine:
                for item in spec.function(**inputs, run=mine) if spec.wants_run else spec.function(**inputs):
                    if self.unit.ended():
                        raise Over
                    yield item
        except GraftError as error:
            raise blame(error, self.axis) from None
        except (Over, Cancelled, GeneratorExit):
            raise
        except BaseException as error:
            raise NodeFailed(self.axis, error, traceback.format_exc()) from error
        finally:
            for (taker, _), channel in self.unit.channels.items():
                if taker == self.axis:
                    channel.close()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Expected):
            self.total = event.total
        self.context.tell(event)

    def _through(self, index: int, values: Values) -> Passed:
        """Take one item through its plan."""
        if self.unit.ended():
            raise Over
        item = Item(self.plan.specs[self.axis], values, self.context.item)
        context = self.context.for_item(index, self.keys.of(values, item) if self.keys else {}, item)
        try:
            passed = self._passed(context, {**self.broadcast, self.axis: values})
        except GraftError as error:
            if self.context.stop_on_error and not self.forgives:
                raise
            self.context.tell(Dropped(error.node or self.axis, index, str(error), failed=True))
            return Passed({self.axis: values}, str(error), failed=True)
        reached = {name: passed.values[name] for name in self.plan.targets if name not in passed.gone}
        self.dropped += len(reached) < len(self.plan.targets)
        reached[self.axis] = values
        return Passed(reached, ", ".join(context.lost))

    def _passed(self, context: Context, given: Mapping[str, Values]) -> Walk | Loop:
        """Run the plan of one item, along the line where it is one."""
        way = Walk(self.line, context, given) if self.line is not None else Loop(self.plan, context, given)
        try:
            way.spin()
        finally:
            self.context.count(way.ran, way.cached)
        return way

    def _deliver(self, item: Passed) -> None:
        self.failed += item.failed
        for channel in self.tap.channels:
            link = channel.feed.link
            if item.failed and not channel.beside:
                continue
            channel.failed |= item.failed
            if link.node in item.reached:
                channel.put(item.reached[link.node][link.output])
            elif channel.gaps:
                channel.put(Drop(item.why))
        self.done += 1
        self._tell()

    def _tell(self, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self.told < TOLD:
            return
        self.told = now
        notes = [f"{self.dropped} dropped"] * (self.dropped > 0) + [f"{self.failed} failed"] * (self.failed > 0)
        self.context.tell(Progress(self.axis, self.done, max(self.done, self.total), ", ".join(notes)))


def _links(plan: Plan, name: str) -> Iterator[Link]:
    """The links that lead to a node."""
    return (value for value in plan.workflow.nodes[name].inputs.values() if isinstance(value, Link))


def checked(entry: InputSpec, items: Iterable[Any]) -> Iterator[Any]:
    """The items, each of the type that the socket takes."""
    for item in items:
        if entry.gaps and isinstance(item, Drop):
            yield item
            continue
        if (wrong := entry.problem(item)) is not None:
            raise BadInput(entry.name, wrong, "change what is linked to it")
        yield entry.read(item)


def blame(error: GraftError, name: str) -> GraftError:
    """The error with the node's name in it."""
    error.node = error.node or name
    return error
