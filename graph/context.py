"""Why: what a run needs at every depth of nested streams (the workshop, the listener, the stores, the lanes) is one object, handed down."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .cache import Fingerprint, Store, Values
from .decisions import Item, passing
from .declare import NodeSpec
from .events import Cached, Dropped, Event, Finished, Kept, Listener, Progress, Said, Started, Wrote
from .lanes import Lanes, at_once, callers_thread
from .workshop import Run

if TYPE_CHECKING:
    from .journal import Journal

Answer = TypeVar("Answer")
Submit = Callable[[NodeSpec, Callable[[], Any]], "Future[Any]"]


def _no_fingerprint(hint: Any, name: str) -> str:
    return ""


@dataclass
class Counts:
    """What happened in a run, per item and all."""

    ran: int = 0
    cached: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Context:
    """workshop: makes what a node gets after ``*``. keys, store: answers from earlier runs. journal: what writers of streams have written
    already. index: which item this is about, None outside of streams; item: what it is. written: its files, by node. inside: is told when a node per
    item starts and ends, by the thread that sees to the item, so that a program that watches for crashes knows where it is; it must be
    quick. made: is told what each node answered, now or in an earlier run, but not of nodes per item; it must be quick too. lost: why gates
    let the item go no further."""

    make: Callable[[str], Run]
    listener: Listener
    submit: Submit = callers_thread
    lanes: Lanes | None = None
    keys: Mapping[str, bytes] = field(default_factory=dict)
    store: Store | None = None
    fingerprint: Fingerprint = _no_fingerprint
    journal: Journal | None = None
    stop_on_error: bool = True
    stop: threading.Event = field(default_factory=threading.Event)
    counts: Counts = field(default_factory=Counts)
    index: int | None = None
    said: set[tuple[str, str]] = field(default_factory=set)
    written: dict[str, list[str]] = field(default_factory=dict)
    inside: Listener | None = None
    made: Callable[[str, Values], None] | None = None
    item: Item | None = None
    lost: list[str] = field(default_factory=list)

    @property
    def keyed(self) -> bool:
        """Whether items are worth a key."""
        return self.store is not None or self.journal is not None

    @property
    def ahead(self) -> int:
        """How many items are under way at once: those of the outermost stream share the threads."""
        return 4 * self.lanes.threads if self.lanes is not None and self.index is None else 0

    def workshop(self, name: str) -> Run:
        run = replace(self.make(name), asker=self.asked)
        return run if self.index is None else replace(run, tell=self.tell, item=self.index)

    def asked(self, run: Run, kind: str, inputs: Mapping[str, Any]) -> Values:
        """What another node answers that a node asks for."""
        from .asking import ask

        return ask(run, kind, inputs, self)

    def tell(self, event: Event) -> None:
        """Pass an event on. Of nodes per item only what is rare: a million starts would drown all else."""
        if self.index is not None and isinstance(event, Started | Finished | Cached | Progress):
            if self.inside is not None:
                self.inside(event)
            return
        if isinstance(event, Said):
            if (event.node, event.text) in self.said:
                return
            self.said.add((event.node, event.text))
        if isinstance(event, Wrote) and self.index is not None:
            self.written.setdefault(event.node, []).append(os.path.abspath(event.path))
        self.listener(event)

    def held(self, name: str, spec: NodeSpec, turns: dict[str, bytes]) -> Values | None:
        """A node's answer from an earlier run, if it is there: of a writer from the journal, of others from the store. turns: where to note which
        of several items alike this is, for ``remember``."""
        key = self.keys.get(name)
        if key is None:
            return None
        if not spec.writes:
            return self.store.get(key, heavy=spec.heavy) if self.store is not None else None
        if self.index is None or self.journal is None:
            return None
        turns[name] = self.journal.turn(key)
        held = self.journal.get(turns[name])
        if held is None:
            return None
        for file in held.files:
            self.tell(Kept(name, Path(file)))
        return held.values

    def remember(self, name: str, spec: NodeSpec, values: Values, seconds: float, turns: Mapping[str, bytes]) -> None:
        """Keep what a node answered after ``seconds``, for later runs."""
        key = self.keys.get(name)
        if key is None:
            return
        if not spec.writes:
            if self.store is not None:
                self.store.put(key, values, heavy=spec.heavy, seconds=seconds)
        elif self.journal is not None and name in turns:
            self.journal.put(turns[name], name, values, self.written.get(name, ()))

    def show(self, name: str, values: Values) -> None:
        """Tell what a node answered, to whom it may interest."""
        if self.made is not None and self.index is None:
            self.made(name, values)

    def ran(self, name: str, seconds: float) -> None:
        self.count(1, 0)
        self.tell(Finished(name, seconds))

    def count(self, ran: int, cached: int) -> None:
        with self.counts.lock:
            self.counts.ran += ran
            self.counts.cached += cached

    def for_item(self, index: int, keys: Mapping[str, bytes], item: Item) -> Context:
        """The context of one item, whose thread waits for each of its nodes; ``keys`` are those of its nodes."""
        submit = self.lanes.inside if self.lanes is not None else callers_thread
        return replace(self, index=index, keys=keys, written={}, lost=[], submit=submit, item=item)

    def drop(self, name: str, spec: NodeSpec, reason: str) -> None:
        """Tell that a gate let the item go no further, and by which key it can be taken back, if it can."""
        item = self.item
        self.lost.append(reason)
        key = item.key if item is not None and passing(spec) else ""
        self.tell(Dropped(name, self.index, reason, key=key, file=item.file if item is not None else ""))

    def begin(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Begin an item: on a thread of the items' pool, or here where it is one of a nested stream."""
        if self.ahead:
            assert self.lanes is not None
            return self.lanes.pool("items").submit(work)
        return at_once(work)
