"""Why: two claims are made of the queue: that it is fast, and that no death of any process loses a job or ends one twice. Both are measured here.

python -m bench.jobs              two hundred tiny jobs of five nodes: jobs a second, queue and worker process included
python -m bench.jobs --kill 200   kill -9 of the worker or the server at 200 random moments, then every job is accounted for
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import graph
from graph import Settings, node
from graph.jobs import Jobs
from graph.settings import ROOT
from graph.worker import Kit, Worker

SETUP = "bench.jobs:setup"
PATIENCE = 60.0  # seconds without which nothing is given up


@node(family="bench")
def add(a: int = 0, b: int = 1) -> int:
    """The sum of two numbers.

    a: the first.
    b: the second.
    """
    return a + b


@node(family="bench", writes=True)
def note(a: int, path: str, line: str, seconds: float = 0.003) -> int:
    """Works for a moment and adds a line to a file.

    a: what it waits for.
    path: the file.
    line: what is added.
    seconds: how long it takes.
    """
    time.sleep(seconds)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)
    return a


def setup(settings: Settings) -> Kit:
    return Kit({name: spec for name, spec in graph.registry.items() if spec.family == "bench"})


def chain(length: int, last: dict[str, Any] | None = None) -> str:
    """A workflow of ``length`` sums, each of the one before, and ``last`` behind them."""
    before = {f"n{i - 1}": {"node": f"n{i - 1}", "output": "integer"} for i in range(1, length + 1)}
    nodes: dict[str, Any] = {
        f"n{i}": {"type": "bench.add", "inputs": {"a": before[f"n{i - 1}"]} if i else {}} for i in range(length)
    }
    if last is not None:
        nodes["last"] = {"type": "bench.note", "inputs": {**last, "a": before[f"n{length - 1}"]}}
    return json.dumps({"format": 1, "nodes": nodes})


# --- throughput ----------------------------------------------------------------------------------------------------------


def throughput(count: int, rounds: int) -> dict[str, Any]:
    """Jobs a second, from the first add to the event of the last end: the same graph again and again, and a batch of different values."""
    rates: dict[str, list[float]] = {"same": [], "batch": [], "adding": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ended = _Ends()
        jobs = Jobs(folder / "jobs.sqlite")
        settings = Settings(data=folder, out=folder / "out")
        worker = Worker(
            folder / "jobs.sqlite", settings, setup=SETUP, on_events=ended.hear, on_state=lambda state: None
        )
        worker.start()
        jobs.add(chain(5))
        ended.wait(1)
        for turn in range(rounds):
            began = time.perf_counter()
            for _ in range(count):
                jobs.add(chain(5))
                worker.wake()
            rates["adding"].append(count / (time.perf_counter() - began))
            ended.wait(count)
            rates["same"].append(count / (time.perf_counter() - began))
            began = time.perf_counter()
            jobs.add_batch(chain(5), [{"n0.b": turn * count + row} for row in range(count)])
            worker.wake()
            ended.wait(count)
            rates["batch"].append(count / (time.perf_counter() - began))
        large = _large(jobs, worker, ended, 10_000)
        worker.stop()
        jobs.close()
    return {name: [round(rate) for rate in rated] for name, rated in rates.items()} | large


def _large(jobs: Jobs, worker: Worker, ended: _Ends, nodes: int) -> dict[str, Any]:
    """A chain of many nodes, first and again: seconds, events and their bytes as JSON."""
    figures: dict[str, Any] = {}
    for turn in ("first", "again"):
        ended.events.clear()
        began = time.perf_counter()
        jobs.add(chain(nodes))
        worker.wake()
        ended.wait(1)
        figures[f"{nodes} nodes, {turn}"] = {
            "seconds": round(time.perf_counter() - began, 3),
            "events": len(ended.events),
            "bytes": len(json.dumps(ended.events)),
        }
    return figures


class _Ends:
    """Counts the jobs that have ended, by their events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._count = threading.Semaphore(0)

    def hear(self, events: list[dict[str, Any]]) -> None:
        self.events += events
        for event in events:
            if event["type"] == "job" and event["status"] != "running":
                self._count.release()

    def wait(self, count: int) -> None:
        for _ in range(count):
            if not self._count.acquire(timeout=PATIENCE):
                raise TimeoutError("no further job has ended")


# --- kill -9 -------------------------------------------------------------------------------------------------------------


def serve(folder: Path) -> None:
    """A server without its sockets: the queue and the worker, until it is killed."""

    def note_pid(state: dict[str, Any]) -> None:
        part = folder / "worker.part"
        part.write_text(str(state["pid"] or ""))
        part.replace(folder / "worker.pid")

    settings = Settings(data=folder, out=folder / "out")
    worker = Worker(folder / "jobs.sqlite", settings, setup=SETUP, on_events=lambda events: None, on_state=note_pid)
    worker.start()
    sys.stdin.read()
    worker.stop()


def kill_loop(folder: Path, kills: int, seed: int, say: Callable[[str], None] = lambda text: None) -> dict[str, int]:
    """Kill the worker or the server ``kills`` times while jobs run, let the rest run to its end, and count what became of each job."""
    rng = Random(seed)
    jobs = Jobs(folder / "jobs.sqlite")
    log, sent, retried = folder / "log", 0, set[str]()
    server = _server(folder)
    hit: Counter[str] = Counter()
    for turn in range(kills):
        count = rng.randint(5, 25)
        rows = [{"last.line": str(sent + row)} for row in range(count)]
        jobs.add_batch(chain(2, {"path": str(log), "line": ""}), rows)
        sent += count
        if rng.random() < 0.8:  # else at any moment, also while everything starts
            goal = jobs.counts()["done"] + rng.randint(1, 10)
            _until(lambda goal=goal: jobs.counts()["done"] >= goal or not _left(jobs))  # type: ignore[misc]
        time.sleep(rng.uniform(0, 0.02) if rng.random() < 0.8 else rng.uniform(0, 0.5))
        hit["running"] += jobs.counts()["running"]
        if rng.random() < 0.5:
            hit["worker"] += _kill_worker(folder)
        else:
            _end(server)
            hit["server"] += 1
            server = _server(folder)
        _retry(jobs, retried)
        say(f"{turn + 1} of {kills}: {jobs.counts()}")
    _until(lambda: _retry(jobs, retried) == 0 and not _left(jobs))
    _end(server)
    report = {**account(jobs, log, sent), "retried": len(retried), **{f"killed: {name}": n for name, n in hit.items()}}
    jobs.close()
    return report


def account(jobs: Jobs, log: Path, sent: int) -> dict[str, int]:
    """jobs: how many were sent. lost: not done by any attempt. twice: done by more than one attempt, or worked on more often than there were
    attempts: then one attempt ran twice."""
    attempts: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for job in jobs.list(limit=1_000_000):
        attempts[job.values["last.line"]] += 1
        done[job.values["last.line"]] += job.status == "done"
    lines = Counter(log.read_text().split())
    names = [str(number) for number in range(sent)]
    return {
        "jobs": sent,
        "lost": sum(done[name] == 0 or lines[name] == 0 for name in names),
        "twice": sum(done[name] > 1 or lines[name] > attempts[name] for name in names),
    }


def _server(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.jobs", "--serve", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.communicate(timeout=PATIENCE)


def _kill_worker(folder: Path) -> int:
    """Kill the worker that was last heard of, if it lives."""
    try:
        pid = int((folder / "worker.pid").read_text())
        if b"graph.worker.main" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError):  # there is none at this moment
        return 0
    return 1


def _retry(jobs: Jobs, retried: set[str]) -> int:
    """Queue again what was broken off; returns how many those were."""
    broken = [
        job
        for status in ("interrupted", "failed")
        for job in jobs.list(status=status, limit=1_000_000)  # type: ignore[arg-type]
        if job.id not in retried
    ]
    for job in broken:
        jobs.retry(job.id)
        retried.add(job.id)
    return len(broken)


def _left(jobs: Jobs) -> int:
    counts = jobs.counts()
    return counts["pending"] + counts["running"]


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("the queue stands still")
        time.sleep(0.02)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the queue and the worker: throughput, and what kill -9 does to them")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kill", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
    elif given.kill:
        with tempfile.TemporaryDirectory() as place:
            print(json.dumps(kill_loop(Path(place), given.kill, given.seed, print)))
    else:
        print(json.dumps(throughput(given.count, given.rounds), indent=1))
