"""Long child processes side by side, each with a log file, and one status line that tells how far they are.

A child runs in its own process group, so that stopping it stops its compilers as well, and it holds the set-up's lock:
when the parent is killed, the next set-up waits until nobody writes into `.venv` any more.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICK = 0.05  # seconds between two looks at the children
MOVE_EVERY = 0.5  # seconds between two moves of the status line
LINE_EVERY = 20.0  # seconds between two status lines where no terminal shows a moving one


class SetupError(Exception):
    """The set-up can't go on; the message is one sentence that ends in the cure."""


@dataclass
class Job:
    """A child process; `note` turns its log so far, and the seconds it has run, into words for the status line."""

    name: str
    command: Sequence[object]
    log: Path
    note: Callable[[str, float], str]
    env: Mapping[str, str] = field(default_factory=dict)
    lock_fd: int = -1
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.env},
                process_group=0,
                pass_fds=(self.lock_fd,) if self.lock_fd >= 0 else (),
            )

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def status(self) -> str:
        return f"{self.name}: {self.note(self.text(), time.monotonic() - self.started)}"

    def code(self) -> int | None:
        return self.process.poll() if self.process else None

    def stop(self) -> None:
        """Ask the whole process group to end, then end it."""
        if self.process is None or self.process.poll() is not None:
            return
        for signal_, patience in ((signal.SIGINT, 5.0), (signal.SIGKILL, None)):
            try:
                os.killpg(self.process.pid, signal_)
                self.process.wait(patience)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


def run_together(jobs: Sequence[Job]) -> None:
    """Run all jobs at once; raise SetupError for the first that fails, after stopping the others."""
    line = StatusLine()
    running = list(jobs)
    try:
        for job in jobs:
            job.start()
        while running:
            time.sleep(TICK)
            if line.is_due():
                line.show([job.status() for job in running])
            for job in [job for job in running if job.code() is not None]:
                running.remove(job)
                if job.code() != 0:
                    raise SetupError(explain(job))
                line.keep(f"{job.name}: done in {duration(time.monotonic() - job.started)}")
    finally:
        line.clear()
        for job in running:
            job.stop()


class StatusLine:
    """One moving line on a terminal; elsewhere (a file, CI) a line now and then."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.began = self.last = time.monotonic()

    def is_due(self) -> bool:
        return time.monotonic() - self.last >= (MOVE_EVERY if self.terminal else LINE_EVERY)

    def show(self, parts: Sequence[str]) -> None:
        self.last = time.monotonic()
        text = f"  {duration(self.last - self.began):>10}  " + "  |  ".join(parts)
        if self.terminal:
            width = shutil.get_terminal_size().columns
            print(f"\r\033[K{text[: width - 1]}", end="", file=sys.stderr, flush=True)
        else:
            say(text)

    def keep(self, text: str) -> None:
        self.clear()
        say(f"  {text}")

    def clear(self) -> None:
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Print for the person: on stderr, since stdout belongs to the command that comes after the set-up."""
    print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


CAUSES = (
    (
        r"No space left on device",
        "the disk is full: free some space and start ./graft again, it goes on where it stopped",
    ),
    (
        r"NewConnectionError|Temporary failure in name resolution|ConnectTimeout|ReadTimeout|ProxyError|SSLError"
        r"|from versions: none",
        "the Python package index can't be reached: check the network (or pip's proxy and index settings) and "
        "start ./graft again, it goes on where it stopped",
    ),
    (r"Permission denied", "a file can't be written: check who owns .venv and the pip cache"),
    (
        r"fatal error: Killed|Killed signal terminated program",
        "the compiler ran out of memory: set CMAKE_BUILD_PARALLEL_LEVEL=1",
    ),
)


def explain(job: Job) -> str:
    """One sentence on why a job failed, from its log."""
    text = job.text()
    for pattern, sentence in CAUSES:
        if re.search(pattern, text):
            return f"{job.name}: {sentence} (log: {job.log})"
    errors = (
        re.findall(r"^.*(?:ERROR|error|Error):? .*$", text, re.MULTILINE) or text.splitlines()[-1:] or ["no output"]
    )
    return f"{job.name} failed: {errors[0].strip()[:300]} (the whole story is in {job.log})"
