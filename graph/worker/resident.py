"""Why: a process that takes all memory is ended by the system without a word. So the worker knows how much it holds, makes room before it
must."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .wire import Board

TIGHT = 0.85  # share of the limit from which on room is made
EVERY = 0.1  # seconds between two looks
PAGE = resource.getpagesize()


def held_by(process: int | str = "self") -> int:
    """Bytes of memory that a process holds (resident), 0 when it can't be known. ``process``: its number, or "self"."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        if process != "self":
            return 0
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # where there is no /proc: the most it has held
        return peak if sys.platform == "darwin" else peak * 1024


def give_back() -> None:
    """Return memory that was freed to the system; glibc keeps it otherwise."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def watch_memory(limit: int, board: Board, make_room: Callable[[], None]) -> None:
    """Write on the board, from a thread of its own, how much this process holds; above 85 % of ``limit`` bytes (0: no limit) call make_room,
    at most once a second. Whoever reads the board ends the process above the limit: it could not do so itself while a C call allocates."""

    def watch() -> None:
        never = threading.Event()
        rest = 0
        while True:
            board.held = held_by()
            rest = max(0, rest - 1)
            if board.held > TIGHT * limit and not rest:
                rest = round(1 / EVERY)
                make_room()
            never.wait(EVERY)

    if limit > 0:
        threading.Thread(target=watch, name="graft-memory", daemon=True).start()
