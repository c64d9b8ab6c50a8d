"""Why: a process can end in many ways, and each must be told to the user as a sentence with a cure. One life of the worker process is an
object here: how it is begun, talked to, heard, ended, and what it died of."""

from __future__ import annotations

import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from ..settings import ROOT, Settings
from .resident import held_by
from .wire import Board, Boot, Message, Unpacker

LOOK = 0.1  # seconds between two looks at the process when it says nothing

_CAUSES = {
    signal.SIGKILL: (
        "the process was killed from outside (SIGKILL), most often because the machine ran out of memory",
        "use smaller pictures or a smaller model, close other programs, or set a memory limit (GRAFT_WORKER_MB)",
    ),
    signal.SIGSEGV: (
        "the process crashed in native code (SIGSEGV)",
        "retry the job; if it happens again, report it: the node, or a library that it uses, has a defect",
    ),
    signal.SIGABRT: (
        "the process was aborted by native code (SIGABRT)",
        "retry the job; if it happens again, report it: the node, or a library that it uses, has a defect",
    ),
}


class Process:
    """One life of the worker process. It ends at the latest with the thread that makes this object."""

    def __init__(self, jobs: Path, settings: Settings, setup: str) -> None:
        self.name = f"worker-{secrets.token_hex(6)}"
        self.began = time.monotonic()
        self.ready = False
        self.useful = False  # it has run a job
        self.broken = ""
        self.models: list[Message] = []  # that it has loaded
        self.over = 0  # bytes that it held when it was ended for holding too much
        self.killed_for: str | None = None
        self._unpacker = Unpacker()
        self._pipe, events = os.pipe()
        with tempfile.TemporaryFile() as page:
            page.truncate(Board.SIZE)
            self.board = Board(page.fileno())
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "graph.worker.main", str(events), str(page.fileno())],
                stdin=subprocess.PIPE, pass_fds=(events, page.fileno()), start_new_session=True, bufsize=0,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in [str(ROOT), *sys.path])},
            )  # fmt: skip
        os.close(events)
        self.pid = self._popen.pid
        assert self._popen.stdin is not None
        self._orders = self._popen.stdin
        with suppress(BrokenPipeError):
            self._orders.write(Boot(jobs, settings, setup, self.name).line())
        os.set_blocking(self._orders.fileno(), False)

    @property
    def held(self) -> int:
        """Bytes of memory that it holds."""
        return max(held_by(self.pid), self.board.held)

    def order(self, line: str) -> None:
        """Tell the process something. Never waits: a process that does not read is full of orders to wake up, and is ended where it must be."""
        with suppress(OSError, ValueError):
            self._orders.write(line.encode() + b"\n")

    def hear(self) -> list[Message] | None:
        """What it has said, after at most a moment; None when it has ended."""
        if not select.select([self._pipe], [], [], LOOK)[0]:
            return None if self._popen.poll() is not None else []
        data = os.read(self._pipe, 1 << 20)
        return [event for message in self._unpacker.feed(data) for event in message] if data else None

    def kill(self) -> None:
        """End it and all that it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def bury(self) -> int:
        """Wait until it has ended; returns its exit code, negative for a signal."""
        try:
            code = self._popen.wait(1.0)
        except subprocess.TimeoutExpired:  # it has closed the pipe, but lives
            self.kill()
            code = self._popen.wait()
        self.kill()
        with suppress(OSError):
            self._orders.close()
        os.close(self._pipe)
        return code


def cause_of(process: Process, code: int) -> dict[str, str]:
    """Why a process ended: {"what", "cure"}."""
    if process.over:
        what = f"the worker held {process.over >> 20} MB of memory and was ended"
        return {"what": what, "cure": "use smaller pictures or a smaller model, or raise the limit (GRAFT_WORKER_MB)"}
    if process.broken:
        return {"what": f"the worker broke: {process.broken}", "cure": "mend that and retry the job"}
    if code >= 0:
        what = f"the node ended the whole process (exit code {code})"
        return {"what": what, "cure": "a node must return or raise: report it to whoever wrote it"}
    if -code in _CAUSES:
        what, cure = _CAUSES[signal.Signals(-code)]
        return {"what": what, "cure": cure}
    name = signal.Signals(-code).name if -code in list(signal.Signals) else f"signal {-code}"
    return {"what": f"the process was ended by {name}", "cure": "retry the job"}
