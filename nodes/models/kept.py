"""Why: who keeps models and who waits for one write into the same rows: what is loaded, what is to be loaded, and a load that is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from graph import GraftError

Key = tuple[str, Any]
"""The loader, and where the weights lie."""


@dataclass(eq=False)
class Kept:
    """A loaded model. mark: tells its files from others at the same place. bytes: measured. home: the device it works on. rank: the lowest goes
    first. uses: calls that work with it. pinned: taken by who will not give it back. state: "parked" is moved to the processor's memory, "coming" on
    its way back. gone: no longer kept; closed with the last use."""

    key: Key
    name: str
    kind: str
    mark: str
    model: Any
    seconds: float
    bytes: int
    home: str
    rank: tuple[float, int] = (0.0, 0)
    uses: int = 0
    pinned: bool = False
    state: Literal["ready", "parked", "coming"] = "ready"
    gone: bool = False
    moving: threading.Lock = field(default_factory=threading.Lock)

    @property
    def free(self) -> bool:
        """Whether nobody works with it."""
        return not self.uses and not self.pinned

    @property
    def place(self) -> str:
        """Where its bytes lie."""
        return "cpu" if self.state == "parked" else self.home

    def close(self) -> None:
        close = getattr(self.model, "close", None)
        self.model = None
        if close is not None:
            close()


@dataclass(frozen=True)
class Wish:
    """What is to be loaded. size: bytes that it is guessed to take. load: gives the mark and the model."""

    key: Key
    kind: str
    name: str
    mark: str
    size: int
    load: Callable[[], tuple[str, Any]]


@dataclass(eq=False)
class Load:
    """A load that is under way. waiters: who still waits for it."""

    wish: Wish
    waiters: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    kept: Kept | None = None
    error: BaseException | None = None
    notes: list[str] = field(default_factory=list)


def again(error: BaseException) -> BaseException:
    """The error for one of those who waited: each gets his own, for whoever catches it writes into it which node it was."""
    if not isinstance(error, GraftError):
        return error
    own = error.__class__.__new__(error.__class__)
    own.args = error.args
    own.__dict__.update(error.__dict__)
    own.__cause__ = error.__cause__
    return own
