"""Why: a graph of ten thousand nodes tells of twenty thousand changes within a second, and nobody looks at each. So what the worker says is
gathered for a moment and merged: a node that came and went within it is one entry of a list, only the newest progress and preview of a node
count, and all of it crosses to the server as one message.

Bytes so grow with the number of nodes, the run pays a microsecond or two for each, and a server that does not read never holds it up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import GraftError, NotValid, Problem, fetchable
from ..events import (
    Cached,
    Dropped,
    Event,
    Expected,
    Failed,
    Finished,
    Listener,
    Preview,
    Progress,
    Said,
    Started,
    Wrote,
)
from .at_work import AtWork
from .wire import Board, Message

PAUSE = 0.02  # seconds between two batches
MOST = 500  # events at which a batch is sent early
BETWEEN_PROGRESS, BETWEEN_PREVIEWS = 0.1, 0.2  # seconds, for each node
SIDE = 512  # pixels of a preview


@dataclass
class _Pace:
    """How a node advances. began, first: when it was first heard of, and how far it was. at: how far it is. sent: when it was last told.
    last: what is to be told."""

    began: float
    first: int
    at: int
    sent: float = float("-inf")
    last: Message | None = None


class Outbox:
    """Gathers and merges the events of one job after the other. ``send`` gets them in batches: from the thread that start() makes, or
    from flush().

    jpeg: makes the bytes of a preview, from uint8 (H, W, 3) and the longest side; without it previews are left out. board: shows at any
    moment which nodes run. ``inside`` hears what nodes do for items; of that nothing is sent.
    """

    def __init__(
        self, send: Callable[[list[Message]], None], *, jpeg: Callable[[Any, int], bytes] | None = None,
        board: Board | None = None, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._send, self._jpeg, self._clock = send, jpeg, clock
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._some, self._many, self._over = threading.Event(), threading.Event(), threading.Event()
        self._job = ""
        self._events: list[Message] = []
        self._open: dict[str, list[Any]] = {}  # the lists of events that can still grow
        self._running: dict[str, bool] = {}  # whether its start has been told
        self._at_work = AtWork(board, self._running)
        self.inside = self._at_work.hear
        self._waiting: list[threading.Event] = []  # for what was told so far to be sent
        self._paces: dict[str, _Pace] = {}
        self._previews: dict[str, Any] = {}
        self._previewed: dict[str, float] = {}
        self._thread: threading.Thread | None = None
        self._tables: dict[type, Callable[[Any], None]] = {
            Started: self._start,
            Finished: self._finish,
            Cached: lambda event: self._merge("cached", "nodes", event.node),
            Progress: self._advance,
            Preview: self._show,
            Said: lambda event: self._told(event, "said", text=event.text),
            Wrote: lambda event: self._told(event, "wrote", path=absolute(event.path)),
            Dropped: lambda event: self._told(
                event, "dropped", item=event.item, reason=event.reason, failed=event.failed,
                **({"key": event.key} if event.key else {}), **({"file": event.file} if event.file else {}),
            ),
            Expected: lambda event: self._told(event, "expected", total=int(event.total)),
            Failed: lambda event: self._told(event, "failed", **error_of(event.error, event.node)),
        }  # fmt: skip

    def begin(self, job: str, *events: Message) -> Listener:
        """A job begins; returns what hears its events. From any thread, but the jobs come one after the other."""
        self._let_go()
        self._job = job
        self.tell(*events)
        return self.hear

    def hear(self, event: Event) -> None:
        tell = self._tables.get(type(event))
        if tell is not None:
            tell(event)

    def end(self, *events: Message) -> None:
        """The job has ended; no node of it runs any more."""
        self._let_go()
        self.tell(*events)

    @property
    def latest(self) -> str:
        """The node that was started last of those that run, "" where none does."""
        with self._lock:
            return next(reversed(self._running), "")

    def tell(self, *events: Message) -> None:
        """Events that keep their place: what comes later is not merged into what came before."""
        with self._lock:
            self._events.extend(events)
            self._open.clear()
            self._wake()

    def _told(self, event: Event, kind: str, **more: Any) -> None:
        self.tell({"job": self._job, "type": kind, "node": event.node, **more})

    def _merge(self, kind: str, name: str, entry: Any) -> None:
        with self._lock:
            self._grow(kind, name, entry)

    def _grow(self, kind: str, name: str, entry: Any) -> None:
        entries = self._open.get(kind)
        if entries is None:
            entries = self._open[kind] = []
            self._events.append({"job": self._job, "type": kind, name: entries})
            self._wake()
        entries.append(entry)

    def _wake(self) -> None:
        self._some.set()
        if len(self._events) >= MOST:
            self._many.set()

    def _let_go(self) -> None:
        with self._lock:
            self._running.clear()
            self._at_work.clear()
            self._paces.clear()
            self._previews.clear()
            self._previewed.clear()
            self._at_work.show()

    def _start(self, event: Started) -> None:
        with self._lock:
            self._running[event.node] = False
            self._at_work.show()
            if not self._some.is_set():
                self._some.set()

    def _finish(self, event: Finished) -> None:
        node = event.node
        with self._lock:
            self._running.pop(node, None)
            self._paces.pop(node, None)
            self._previews.pop(node, None)
            self._at_work.show()
            self._grow("finished", "nodes", [node, round(event.seconds, 6)])

    def _advance(self, event: Progress) -> None:
        now, done, total = self._clock(), int(event.done), int(event.total)
        with self._lock:
            pace = self._paces.get(event.node)
            if pace is None or done < pace.at:
                pace = self._paces[event.node] = _Pace(now, done, done)
            pace.at = done
            seconds, steps = now - pace.began, done - pace.first
            rate = steps / seconds if seconds > 0 and steps > 0 else None
            pace.last = {
                "job": self._job, "type": "progress", "node": event.node, "done": done, "total": total,
                "note": event.note, "rate": rate, "left": max(0, total - done) / rate if rate else None,
            }  # fmt: skip
            self._some.set()

    def _show(self, event: Preview) -> None:
        now = self._clock()
        if self._jpeg is None or now - self._previewed.get(event.node, float("-inf")) < BETWEEN_PREVIEWS:
            return
        image = event.image.copy()  # the node may go on painting into its array
        with self._lock:
            self._previewed[event.node] = now
            self._previews[event.node] = image
            self._some.set()

    # --- what is sent

    def start(self) -> None:
        """Send from a thread of its own from now on."""
        self._thread = threading.Thread(target=self._work, name="graft-outbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Send what is left, and end the thread."""
        self._over.set()
        self._some.set()
        self._many.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def push(self, patience: float = 0.1) -> None:
        """See that what was told so far is sent before anything else happens; but wait no longer than ``patience`` seconds for a server
        that does not read."""
        if self._thread is None:
            self.flush()
            return
        sent = threading.Event()
        with self._lock:
            self._waiting.append(sent)
        self._some.set()
        self._many.set()
        sent.wait(patience)

    def _work(self) -> None:
        held: float | None = None
        while not self._over.is_set():
            self._some.wait(held)
            held = self.flush()
            self._many.wait(PAUSE)

    def flush(self) -> float | None:
        """Send what may be sent now. Returns after how many seconds what is held back may be, or None."""
        with self._sending:
            with self._lock:
                job, events, self._events = self._job, self._events, []
                waiting, self._waiting = self._waiting, []
                self._open = {}
                self._some.clear()
                self._many.clear()
                fresh = [node for node, told in self._running.items() if not told]
                self._running.update(dict.fromkeys(fresh, True))
                if fresh:
                    events.append({"job": job, "type": "started", "nodes": fresh})
                held = self._take_progress(events)
                previews, self._previews = self._previews, {}
            events.extend(self._encoded(job, node, image) for node, image in previews.items())
            if events:
                self._send(events)
            for sent in waiting:
                sent.set()
            return held

    def _take_progress(self, events: list[Message]) -> float | None:
        now = self._clock()
        held: list[float] = []
        for pace in self._paces.values():
            if pace.last is None:
                continue
            if pace.sent + BETWEEN_PROGRESS > now:
                held.append(pace.sent + BETWEEN_PROGRESS - now)
                continue
            events.append(pace.last)
            pace.sent, pace.last = now, None
        return min(held, default=None)

    def _encoded(self, job: str, node: str, image: Any) -> Message:
        assert self._jpeg is not None
        try:
            return {"job": job, "type": "preview", "node": node, "data": self._jpeg(image, SIDE)}
        except Exception as error:  # the node gave something that is no picture; that must not end the run
            return {"job": job, "type": "said", "node": node, "text": f"its preview can't be shown: {error}"}


def error_of(error: BaseException, node: str = "") -> Message:
    """An error as plain data: {"what", "cure", "node", "socket"}, "problems" where there are several, and "weights" {"kind", "name"} where a
    download of these mends it."""
    if isinstance(error, NotValid):
        return {**_row(error, node), "problems": [_row(problem, "") for problem in error.problems]}
    if isinstance(error, GraftError):
        return _row(error, node)
    text = f"failed with {type(error).__name__}: {error}"
    return {"what": text, "cure": "this is a defect: please report it", "node": node, "socket": ""}


def _row(error: GraftError | Problem, node: str) -> Message:
    row = {"what": error.what, "cure": error.cure, "node": error.node or node, "socket": error.socket}
    return {**row, **fetchable(error)}


def absolute(path: Path) -> str:
    return str(path.absolute())
