"""Why: when the worker dies, the board must say which node it was in, also inside a stream, where nodes begin and end by the million and nobody
is told of each."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from ..events import Dropped, Event, Finished, Started
from .wire import Board


class AtWork:
    """Keeps on the board which nodes run. nodes: those that run once, the newest last; whoever changes them calls ``show``."""

    def __init__(self, board: Board | None, nodes: Mapping[str, object]) -> None:
        self._board, self._nodes = board, nodes
        self._items: dict[tuple[int, str], None] = {}  # threads and the nodes that they run for an item
        self._lock = threading.Lock()

    def hear(self, event: Event) -> None:
        """A node starts or ends for an item, in the thread that sees to the item. A few microseconds, for it is called for each item."""
        kind = type(event)
        if self._board is None or kind not in (Started, Finished, Dropped):
            return
        place = threading.get_ident(), event.node
        with self._lock:
            self._items.pop(place, None)  # also where an item that failed has left it
            if kind is Started:
                self._items[place] = None
            self._show(self._board)

    def show(self) -> None:
        if self._board is not None:
            with self._lock:
                self._show(self._board)

    def clear(self) -> None:
        """Nothing runs for an item any more."""
        with self._lock:
            self._items.clear()

    def _show(self, board: Board) -> None:
        """The newest first, those of items before those that drive them."""
        board.show([*(node for _, node in reversed(self._items)), *reversed(list(self._nodes))])
