"""Toy nodes that behave badly, for the worker's process to run; it gets them by the name ``tests.graph.job_toys:setup``."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import graph
from graph import BadInput, Drop, Run, Settings, node
from graph.worker import Kit

SETUP = "tests.graph.job_toys:setup"
_kept: list[bytearray] = []


@node(family="job")
def ok(a: int = 0) -> int:
    """Adds one."""
    return a + 1


@node(family="job", writes=True)
def log(path: str, line: str = "") -> int:
    """Adds a line to a file, whole or not at all."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)
    return 0


@node(family="job")
def slow(marker: str, a: int = 0, *, run: Run) -> int:
    """Goes on until it is cancelled, and looks often whether it is."""
    Path(marker).touch()
    for step in range(100_000):
        run.progress(step, 100_000)
        time.sleep(0.005)
    return a


@node(family="job")
def hang(marker: str, a: int = 0) -> int:
    """Sleeps in C, holding all other threads of the process up."""
    Path(marker).touch()
    ctypes.PyDLL(None).sleep(600)
    return a


@node(family="job")
def die(how: str, a: int = 0) -> int:
    """Ends in the way that is asked for."""
    match how:
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "kill":
            os.kill(os.getpid(), 9)
        case "SystemExit":
            raise SystemExit(4)
        case "KeyboardInterrupt":
            raise KeyboardInterrupt
        case "ValueError":
            raise ValueError("a defect")
        case "BadInput":
            raise BadInput("a", f"{a} is too much", "give less")
    return a


@node(family="job", heavy=True)
def allocate(megabytes: int) -> int:
    """Holds memory, also after its end, as a model does; touches each page of it."""
    for _ in range(megabytes // 16):
        _kept.append(bytearray(np.ones(16 << 20, np.uint8).tobytes()))
        time.sleep(0.02)
    return megabytes


@node(family="job", writes=True)
def save(name: str, a: int = 0, *, run: Run) -> int:
    """Writes a file and shows a preview of it."""
    (run.out / name).write_text(str(a))
    run.wrote(run.out / name)
    run.preview(np.full((600, 800, 3), a, np.uint8))
    return a


@node(family="job", output="n")
def numbers(count: int) -> Iterator[int]:
    """A stream."""
    yield from range(count)


@node(family="job", output="n")
def small(n: int, bad: int = -1, gate: int = 1_000_000) -> int | Drop:
    """Adds one to an item; ends the process at the one that is called bad, and lets none through from ``gate`` on."""
    if n == bad:
        os.kill(os.getpid(), 9)
    return n + 1 if n < gate else Drop("too large")


@node(family="job", output="n")
def thirds(n: int) -> int:
    """Can't take every third item."""
    if n % 3 == 0:
        raise BadInput("n", f"{n} is a third", "give another")
    return n


@node(family="job")
def hold(marker: str, a: int = 0) -> int:
    """Holds all threads of its process up until there is a file of that name, which takes only C."""
    libc = ctypes.PyDLL(None)
    while libc.access(marker.encode(), 0) != 0:
        libc.usleep(1000)
    return a


@node(family="job")
def total(n: Iterable[int]) -> int:
    """Adds all up."""
    return sum(n)


@node(family="job")
def read_input(a: int = 0) -> str:
    """What standard input has to say."""
    import sys

    return sys.stdin.read()


def setup(settings: Settings) -> Kit:
    if settings.device == "broken":
        raise RuntimeError("no such device")
    return Kit(graph.registry, None, _kept.clear, lambda image, side: b"jpeg %d" % side, loaded=loaded)


def loaded() -> list[dict[str, Any]]:
    return [{"kind": "toy", "name": "kept", "bytes": len(kept), "device": "cpu", "used": False} for kept in _kept]
