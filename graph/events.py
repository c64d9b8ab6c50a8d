"""Why: a run tells what happens as plain data, so that a terminal, a socket and a test can listen alike. A listener is any callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Event:
    node: str


@dataclass(frozen=True)
class Started(Event):
    """The node's function is about to be called."""


@dataclass(frozen=True)
class Progress(Event):
    """``done`` of ``total`` steps."""

    done: int
    total: int
    note: str = ""


@dataclass(frozen=True)
class Preview(Event):
    """An unfinished picture, uint8 (H, W, 3)."""

    image: Any


@dataclass(frozen=True)
class Said(Event):
    """Something the user should know, such as a fallback."""

    text: str


@dataclass(frozen=True)
class Wrote(Event):
    """A file has been written."""

    path: Path


@dataclass(frozen=True)
class Kept(Event):
    """A file that an earlier run has written for the same item counts as a result of this one."""

    path: Path


@dataclass(frozen=True)
class Cached(Event):
    """The answer was there already; neither this node nor what only it needs is run."""


@dataclass(frozen=True)
class Finished(Event):
    """The node is done, after ``seconds``."""

    seconds: float


@dataclass(frozen=True)
class Expected(Event):
    """A source will give ``total`` items."""

    total: int


@dataclass(frozen=True)
class Dropped(Event):
    """The node let an item go no further: a gate's ``reason``, or with ``failed`` the error over which it was passed. ``item`` counts
    from 0; None where there is no stream. ``key``: what names the item where it can be taken back (decisions.py), ``file``: the file that it is; "" else."""

    item: int | None
    reason: str
    failed: bool = False
    key: str = ""
    file: str = ""


@dataclass(frozen=True)
class Failed(Event):
    """The node raised ``error``; the run ends."""

    error: Exception


Listener = Callable[[Event], None]
