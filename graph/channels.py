"""Why: items of a stream come as fast as they are made, and nodes that collect them take them as fast as they can. A channel between the two holds a few,
and holds back who is faster.

Where a full channel would hold back another node that starves behind the same driver, for good, the full one may grow (Parks, 1995).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .regions import Feed

AHEAD = 4  # items that a channel holds
POLL = 0.2  # seconds after which a waiting thread looks whether the run was stopped


class Over(Exception):
    """The unit has ended because of something elsewhere."""


@dataclass
class Tap:
    """What the channels of one driver share."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    channels: list[Channel] = field(default_factory=list)
    ended: Callable[[], bool] = lambda: False


class Channel:
    """Items from a driver to one input of one node, in order. Iterating ends with the stream, or raises Over. gaps: a Drop stands in the place
    of an item that did not come. beside: another input of the node has such gaps, so what is known of a failed item comes here too."""

    def __init__(self, tap: Tap, feed: Feed, gaps: bool = False, beside: bool = False) -> None:
        self.tap, self.feed, self.gaps, self.beside = tap, feed, gaps, beside
        self.failed = False
        self.items: deque[Any] = deque()
        self.starving = self.closed = self.finished = False
        tap.channels.append(self)

    def put(self, value: Any) -> None:
        """Hand on an item; waits while the channel is full, unless another one of the same driver starves."""
        with self.tap.changed:
            while (
                not self.closed and len(self.items) >= AHEAD and not any(other.starving for other in self.tap.channels)
            ):
                self._wait()
            if not self.closed:
                self.items.append(value)
                self.starving = False  # its reader may wake late
                self.tap.changed.notify_all()

    def finish(self) -> None:
        """No more items come."""
        with self.tap.changed:
            self.finished = True
            self.tap.changed.notify_all()

    def close(self) -> None:
        """The reader wants no more."""
        with self.tap.changed:
            self.closed = True
            self.items.clear()
            self.tap.changed.notify_all()

    def __iter__(self) -> Iterator[Any]:
        while True:
            with self.tap.changed:
                while not self.items:
                    if self.finished or self.closed:
                        return
                    self.starving = True
                    self.tap.changed.notify_all()
                    try:
                        self._wait()
                    finally:
                        self.starving = False
                value = self.items.popleft()
                self.tap.changed.notify_all()
            yield value

    def _wait(self) -> None:
        self.tap.changed.wait(POLL)
        if self.tap.ended():
            raise Over
