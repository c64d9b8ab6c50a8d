"""Why: nodes run foreign code: models, C libraries, whatever a user plugged in. It runs here, in a process that may die without harm. This
side takes jobs from the queue by itself and writes their ends by itself, so that no death of the server loses or repeats one.

Started as ``python -m graph.worker.main <events> <board>`` (two file descriptors). Standard input brings what to do, a line each: first the
Boot, then "wake", "cancel <job>", "quit". When it ends, the server has gone, and this process ends at once.
"""

from __future__ import annotations

import ctypes
import faulthandler
import fcntl
import functools
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import networkx  # noqa: F401  at once, while nobody waits for it

from ..cache import MemoryStore
from ..errors import Cancelled, GraftError
from ..events import Dropped, Event, Kept, Wrote
from ..folder_store import FolderStore, LayeredStore
from ..jobs import Job, Jobs, Lost, Status, event_of
from ..lanes import Lanes
from ..running import Runner
from ..scheduler import Result
from .kit import Plans, find_setup, run_job
from .outbox import Outbox, absolute, error_of
from .resident import give_back, watch_memory
from .shown import Shown
from .wire import Board, Boot, Message, pack

IDLE = 1.0  # seconds after which the queue is looked at unasked: other programs may add jobs too
LISTED = 1000  # files of a job that are listed one by one
LONGEST = 20_000  # characters of a text among a job's outputs


class Child:
    """The process: takes one job after the other."""

    def __init__(self, boot: Boot, send: Callable[[list[Message]], None], board: Board) -> None:
        self.boot, self.settings = boot, boot.settings
        self.kit = find_setup(boot.setup)(boot.settings)
        self.outbox = Outbox(send, jpeg=self.kit.jpeg, board=board)
        self.shown = Shown(self.settings.data / "made", self.kit.jpeg, self.outbox.tell)
        self.jobs = Jobs(boot.jobs)
        self.memory = MemoryStore(self.settings.cache_bytes)
        folder = FolderStore(self.settings.data / "cache", self.settings.disk_bytes, self._trouble)
        self.lanes = Lanes()
        runner = Runner(self.kit.registry, self.kit.models, lanes=self.lanes, store=LayeredStore(self.memory, folder))
        self.plans = Plans(runner, self.jobs.workflow_of)
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._current: Job | None = None
        self._stop = threading.Event()
        self._quitting = False
        self._putting_away: Future[None] | None = None
        self._told: list[Message] = []
        watch_memory(self.settings.worker_bytes, board, self._make_room)

    # --- what the server says; called from the thread that listens to it

    def obey(self, words: list[str]) -> None:
        """One line from the server."""
        with self._lock:
            if words[0] == "quit":
                self._quitting = True
                self._stop.set()
            elif words[0] == "cancel" and self._current is not None and self._current.id == words[1]:
                self._stop.set()
        self._woken.set()

    # --- the loop

    def serve(self) -> None:
        """Take jobs until told to quit."""
        self._inherit()
        self.outbox.tell({"type": "ready"})
        self.outbox.flush()
        self.outbox.start()
        job: Job | None = None
        while job is not None or not self._quitting:
            self._woken.clear()
            job = job or self._claim()
            if job is None:
                self._woken.wait(IDLE)
            else:
                job = self._run(job)
        self.shown.close()
        self.outbox.close()

    def _inherit(self) -> None:
        """Nobody else runs now: what is still marked as running lost its process."""
        for id in self.jobs.interrupt():
            job = self.jobs.get(id)
            if job is not None:
                self.outbox.tell(event_of(job))

    def _claim(self) -> Job | None:
        with self._lock:
            self._current = None
            if self._quitting:
                return None
            self._current = self.jobs.claim(self.boot.name)
            self._stop = threading.Event()
            return self._current

    def _run(self, job: Job) -> Job | None:
        """Run one job and write down its end, whatever happens. Returns the next one, which is claimed in the same breath."""
        began = time.perf_counter()
        files: dict[str, list[Path]] = {}
        lost = Lost()
        hear = self.outbox.begin(job.id, event_of(job))
        self.outbox.push()  # the first node may hold up all threads of this process

        def listener(event: Event) -> None:
            if isinstance(event, Wrote | Kept):
                files.setdefault(event.node, []).append(event.path)
            if isinstance(event, Dropped):
                self.outbox.inside(event)
                if not lost.add(event.node, event.item, event.reason, event.failed, event.key, event.file):
                    return
            hear(event)

        status: Status = "done"
        error: Message | None = None
        result: Result | None = None
        try:
            show = functools.partial(self.shown.hear, job.id)
            result = run_job(job, self.plans, self.kit, self.settings, listener, self._stop, self.outbox.inside, show)
        except Cancelled:
            status = "interrupted" if self._quitting else "cancelled"
        except BaseException as raised:  # a node that raises KeyboardInterrupt ends its job, not the worker
            status, error = "failed", error_of(raised, self.outbox.latest)
        return self._finish(job, status, error, outputs_of(files, result), result, lost, time.perf_counter() - began)

    def _finish(
        self, job: Job, status: Status, error: Message | None, outputs: list[Message], result: Result | None, lost: Lost,
        seconds: float,
    ) -> Job | None:  # fmt: skip
        ended = replace(
            job, status=status, error=error, outputs=outputs, node=(error or {}).get("node") or None, seconds=seconds,
            ended=time.time(), ran=result.ran if result else 0, cached=result.cached if result else 0,
            dropped=lost.dropped, failed=lost.failed,
        )  # fmt: skip
        with self.jobs.together():
            self.jobs.finish(
                job.id, status, error=error, outputs=outputs, node=ended.node, ran=ended.ran, cached=ended.cached,
                seconds=seconds, lost=lost,
            )  # fmt: skip
            if status != "done":  # it may have been cancelled in the meantime
                ended = self.jobs.get(job.id) or ended
            following = self._claim()
        self._tell_loaded()
        self.outbox.end(event_of(ended))
        return following

    # --- memory

    def _make_room(self) -> None:
        """Let go of what can be made again. Models go by way of the lane that uses them, so never while a node works with one."""
        self.memory.clear()
        if self._putting_away is None or self._putting_away.done():
            self._putting_away = self.lanes.pool("heavy").submit(self._put_away)

    def _put_away(self) -> None:
        self.kit.put_away()
        give_back()
        self._tell_loaded()

    def _tell_loaded(self) -> None:
        """Say which models are in memory, where that has changed."""
        rows = self.kit.loaded()
        if rows != self._told:
            self._told = rows
            self.outbox.tell({"type": "models", "models": rows})

    def _trouble(self, text: str) -> None:
        job = self._current
        self.outbox.tell({"job": job.id if job else "", "type": "said", "node": "", "text": text})


def outputs_of(files: dict[str, list[Path]], result: Result | None) -> list[Message]:
    """What a job made: its files, and the plain values of its targets."""
    outputs: list[Message] = []
    for node, paths in files.items():
        outputs += [{"node": node, "path": absolute(path)} for path in paths[:LISTED]]
        if len(paths) > LISTED:
            outputs.append({"node": node, "more": len(paths) - LISTED})
    for node, values in (result.values if result else {}).items():
        for output, value in values.items():
            if isinstance(value, str | int | float):
                outputs.append({"node": node, "output": output, **_plain(value)})
    return outputs


def _plain(value: str | int | float) -> Message:
    if isinstance(value, str) and len(value) > LONGEST:
        return {"value": value[:LONGEST], "more": len(value) - LONGEST}
    if isinstance(value, float) and not math.isfinite(value):
        return {"value": str(value)}
    return {"value": value}


# --- the process ---------------------------------------------------------------------------------------------------------


def leave(code: int) -> NoReturn:
    """End this process now, whatever its threads do, and what it has started with it."""
    if os.getpgrp() == os.getpid():
        with suppress(OSError):
            os.killpg(0, signal.SIGTERM)  # this process ignores it, see main
    os._exit(code)


def main(arguments: list[str]) -> None:
    """The life of a worker process."""
    _die_with_parent()
    faulthandler.enable()
    orders = os.fdopen(os.dup(0), "rb")
    with open(os.devnull) as nothing:  # a node that reads standard input must not take the orders
        os.dup2(nothing.fileno(), 0)
    boot = Boot.read(orders.readline())
    pipe = int(arguments[0])

    def send(events: Iterable[Message]) -> None:
        data = memoryview(pack(list(events)))
        try:
            while data:
                data = data[os.write(pipe, data) :]
        except BrokenPipeError:
            leave(0)

    try:
        child = Child(boot, send, Board(int(arguments[1])))
        threading.Thread(target=_listen, args=(orders, child), name="graft-orders", daemon=True).start()
        lock = _wait_for_lock(boot.settings.data / "worker.lock")
        child.serve()
        lock.close()
    except BaseException as error:  # of Graft itself, such as a full disk: nodes' errors do not come here
        traceback.print_exc()
        what = str(error) if isinstance(error, GraftError) else f"{type(error).__name__}: {error}"
        send([{"type": "broken", "what": what}])
        leave(1)
    leave(0)


def _listen(orders: Any, child: Child) -> None:
    for line in orders:
        child.obey(line.decode().split())
    leave(0)  # the server has gone


def _wait_for_lock(path: Path) -> Any:
    """Let the worker of a server that has just died go first. A POSIX lock belongs to this process alone: what it forks does not hold it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    fcntl.lockf(file, fcntl.LOCK_EX)
    return file


def _die_with_parent() -> None:
    """Ask Linux to end this process with the thread that started it, even while a C call holds all of Python up."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


if __name__ == "__main__":
    main(sys.argv[1:])
