"""Why: nodes crash, hang and eat memory, and none of it may reach the server. So jobs run in a process of their own; this is the server's end
of it, which starts that process, listens to it, and starts it again when it has died.

The process takes jobs from the queue by itself (main.py). All that depends on this end is that somebody hears of them, and that the job
of a process that died is ended in the queue, with an error that names the node.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import GraftError
from ..jobs import Job, Jobs, Lost, event_of
from ..settings import Settings
from .process import Process, cause_of
from .wire import Message

log = logging.getLogger(__name__)
PATIENCE = 0.7  # seconds that a cancelled job has to end by itself
LONG = 10.0  # seconds: the longest pause before the next start
SOUND = 5.0  # seconds that a process must live, where it runs no job, to count as one that works
LISTED = 1000  # written files that are remembered of a job
SETUP = "nodes.service:setup"


class Worker:
    """The worker of a server: always one process, started again whenever it has died.

    on_events: gets batches of events, from this object's thread. on_state: gets ``state`` whenever the process has begun, is ready, or has died.
    Call ``wake`` after adding jobs, and ``cancel`` after ``Jobs.cancel`` said that a job runs.
    """

    def __init__(
        self, jobs_path: Path, settings: Settings, *, setup: str = SETUP, on_events: Callable[[list[Message]], None],
        on_state: Callable[[dict[str, Any]], None],
    ) -> None:  # fmt: skip
        self.jobs_path, self.settings, self.setup = jobs_path, settings, setup
        self._on_events, self._on_state = on_events, on_state
        self._jobs = Jobs(jobs_path)
        self._process: Process | None = None
        self._job: str | None = None
        self._wrote: list[Message] = []
        self._lost = Lost()
        self._restarts, self._since = 0, time.time()
        self._last_error: str | None = None
        self._fruitless = 0  # deaths in a row that came before the process was of any use
        self._doomed: dict[str, float] = {}  # when a cancelled job must have ended
        self._stopping = threading.Event()
        self._deadline = float("inf")
        self._thread = threading.Thread(target=self._supervise, name="graft-worker", daemon=True)

    def start(self) -> None:
        """Start the process; returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End the process; a job that does not end within ``timeout`` seconds is interrupted."""
        self._deadline = time.monotonic() + timeout
        self._stopping.set()
        self._order("quit")
        if self._thread.ident is not None:
            self._thread.join(timeout + 5.0)
        self._jobs.close()

    def wake(self) -> None:
        """There are new jobs, or the queue is no longer paused."""
        self._order("wake")

    def cancel(self, job_id: str) -> None:
        """Stop a job if it is the one that runs: by asking, and when that takes too long by ending the process."""
        self._doomed[job_id] = time.monotonic() + PATIENCE
        self._order(f"cancel {job_id}")

    @property
    def state(self) -> dict[str, Any]:
        """How the process fares. since: when it was started. rss, limit: bytes of memory, 0 for no limit. models: those that are loaded, a
        row each: kind, name, bytes, device, used."""
        process = self._process
        nodes = process.board.nodes() if process is not None and self._job is not None else []
        return {
            "alive": process is not None and process.ready,
            "pid": process.pid if process is not None else None,
            "job": self._job,
            "node": nodes[0] if nodes else None,
            "restarts": self._restarts,
            "since": self._since,
            "rss": process.held if process is not None else 0,
            "limit": self.settings.worker_bytes,
            "models": process.models if process is not None else [],
            "last_error": self._last_error,
        }

    def _order(self, line: str) -> None:
        process = self._process
        if process is not None:
            process.order(line)

    # --- the thread

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            try:
                process = Process(self.jobs_path, self.settings, self.setup)
            except OSError as error:
                self._trouble(f"the worker can't be started: {error}")
                self._stopping.wait(LONG)
                continue
            self._process, self._since = process, time.time()
            if self._stopping.is_set():  # stop() may have come before there was a process to tell
                process.order("quit")
            self._tell_state()
            self._attend(process)
            self._bury(process)
            if not self._stopping.is_set():
                self._restarts += 1
                self._tell_state()
                self._stopping.wait(min(LONG, 0.1 * 2**self._fruitless) if self._fruitless else 0.0)

    def _attend(self, process: Process) -> None:
        """Listen to a process until it ends, and end it where it must be."""
        while (events := process.hear()) is not None:
            if events:
                self._pass_on(process, events)
            if 0 < self.settings.worker_bytes < (held := process.held):
                process.over = held
                process.kill()
            if time.monotonic() > self._deadline:
                process.kill()
            for id, deadline in list(self._doomed.items()):
                if time.monotonic() > deadline:
                    del self._doomed[id]
                    self._end(process, id)

    def _end(self, process: Process, id: str) -> None:
        """The time of a cancelled job is over."""
        try:
            job = self._jobs.get(id)
        except GraftError as error:
            self._trouble(str(error))
            return
        if job is not None and job.status == "running" and job.worker == process.name:
            process.killed_for = id
            process.kill()

    def _pass_on(self, process: Process, events: list[Message]) -> None:
        for event in events:
            if event["type"] == "ready":
                process.ready = True
                self._tell_state()
            elif event["type"] == "models":
                process.models = event["models"]
            elif event["type"] == "broken":
                process.broken = event["what"]
            elif event["type"] == "job":
                process.useful = True
                self._job = event["job"] if event["status"] == "running" else None
                self._wrote, self._lost = [], Lost()
            elif event["type"] == "wrote" and len(self._wrote) < LISTED:
                self._wrote.append({"node": event["node"], "path": event["path"]})
            elif event["type"] == "dropped":
                more = {name: event[name] for name in ("key", "file") if name in event}
                self._lost.add(event["node"], event["item"], event["reason"], event["failed"], **more)
        self._publish([event for event in events if event["type"] not in ("ready", "broken", "models")])

    def _bury(self, process: Process) -> None:
        """End the job of a process that has ended, and tell of both."""
        code = process.bury()
        self._process = None
        while True:
            try:
                ended = [
                    self._give_up(job, process, code)
                    for job in self._jobs.list(status="running")
                    if job.worker == process.name
                ]
                break
            except GraftError as error:  # a full disk: no other job may be started before this one is ended
                self._trouble(str(error))
                if self._stopping.wait(1.0):
                    return
        self._job, self._wrote, self._lost = None, [], Lost()
        self._fruitless = (
            0 if ended or process.useful or time.monotonic() - process.began > SOUND else self._fruitless + 1
        )
        if self._stopping.is_set():
            return
        if process.killed_for is None:
            self._trouble(process.broken or cause_of(process, code)["what"])

    def _give_up(self, job: Job, process: Process, code: int) -> Job:
        """Write down how a job ended whose process has ended, and tell of it."""
        nodes = process.board.nodes()
        error = {**cause_of(process, code), "node": nodes[0] if nodes else "", "socket": ""}
        if len(nodes) > 1:
            error["what"] += f"; at the same time ran {', '.join(nodes[1:6])}"
        found: dict[str, Any] = {"outputs": self._wrote, "lost": self._lost}
        if job.cancelling or process.killed_for == job.id:
            self._jobs.finish(job.id, "cancelled", **found)
        elif self._stopping.is_set() or process.killed_for is not None:
            self._jobs.finish(job.id, "interrupted", node=error["node"] or None, **found)
        else:
            self._jobs.finish(job.id, "failed", error=error, node=error["node"] or None, **found)
            self._publish([{"job": job.id, "type": "failed", **error}])
        now = self._jobs.get(job.id) or job
        self._publish([event_of(now)])
        return now

    def _trouble(self, text: str) -> None:
        if text != self._last_error:
            log.warning("%s", text)
        self._last_error = text
        self._tell_state()

    def _publish(self, events: list[Message]) -> None:
        try:
            if events:
                self._on_events(events)
        except Exception:  # whoever listens must not end the worker
            log.exception("an event could not be passed on")

    def _tell_state(self) -> None:
        try:
            self._on_state(self.state)
        except Exception:
            log.exception("the worker's state could not be passed on")
