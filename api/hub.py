"""Why: events come from the worker's thread as fast as it makes them and go to any number of sockets as fast as each can take them.
The hub numbers them, keeps the last ones for who reconnects, and lets no slow reader hold up a run or fill the memory.

Everything but `publish` and `reader` runs on the loop's thread, so nothing else needs a lock.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import finite

RING_EVENTS, RING_BYTES = 10_000, 8 << 20
PAUSE = 0.02  # seconds between two frames
FRAME = 256 << 10  # characters of a frame, before which it is sent
LAGGING, LOST = (
    1 << 20,
    16 << 20,
)  # characters that wait for one socket: from the first, previews are dropped; from the second, the socket
LOSSY = frozenset({"preview", "progress"})
ENDED = frozenset({"done", "failed", "cancelled", "interrupted"})

Owner = Callable[[str], str | None]
"""The user whose job this is, None when there is no such job."""


@dataclass(frozen=True, slots=True)
class Item:
    """One event, encoded once for all sockets. owner None: for everybody."""

    seq: int
    owner: str | None
    lossy: bool
    text: str


class Client:
    """One socket's share: what waits for it. ``lost`` says that it was too slow."""

    def __init__(self, user: str | None) -> None:
        self.user = user
        self.lost = False
        self.closing = False
        self._waiting: deque[Item] = deque()
        self._size = 0
        self._some = asyncio.Event()

    def put(self, items: list[Item]) -> None:
        for item in items:
            if self.user is not None and item.owner not in (None, self.user):
                continue
            if item.lossy and self._size > LAGGING:
                continue
            self._waiting.append(item)
            self._size += len(item.text)
        if self._size > LAGGING:
            self._drop_lossy()
        if self._size > LOST:
            self.lost = True
        if self._waiting or self.lost:
            self._some.set()

    def close(self) -> None:
        self.closing = True
        self._some.set()

    async def frame(self) -> str | None:
        """The next frame, as soon as there is one; None when the socket must be closed."""
        texts: list[str] = []
        while not texts:
            await self._some.wait()
            if self.lost or self.closing:
                return None
            size = 0
            while self._waiting and size < FRAME:
                texts.append(self._waiting.popleft().text)
                size += len(texts[-1])
            self._size -= size
            if not self._waiting:
                self._some.clear()
        return f"[{','.join(texts)}]"

    def _drop_lossy(self) -> None:
        kept = [item for item in self._waiting if not item.lossy]
        if len(kept) < len(self._waiting):
            self._waiting = deque(kept)
            self._size = sum(len(item.text) for item in kept)


class Hub:
    """All sockets of this server. named: events of a job go to its owner alone."""

    def __init__(self, owner: Owner, *, named: bool = False) -> None:
        self.epoch = secrets.token_hex(8)
        self.newest = 0
        self.clients: set[Client] = set()
        self._owner, self._named = owner, named
        self._owners: dict[str, str | None] = {}
        self._loop = asyncio.get_running_loop()
        self._ring: deque[Item] = deque()
        self._ring_size = 0
        self._forgotten = 0  # the newest event that the ring has let go
        self._previews: dict[
            str, Item
        ] = {}  # the last of each running job and download, kept out of the ring for their size and number
        self._lock = threading.Lock()
        self._arrived: list[dict[str, Any]] = []
        self._texts: list[str] = []
        self._sent = 0.0

    def publish(self, events: list[dict[str, Any]]) -> None:
        """Send events to all who may see them. May be called from any thread; returns at once."""
        texts = [_encode(event) for event in events]
        if self._named:
            for event in events:
                self._learn_owner(event.get("job"))
        with self._lock:
            first = not self._arrived
            self._arrived += events
            self._texts += texts
        if first and events:
            try:
                self._loop.call_soon_threadsafe(self._arrange)
            except RuntimeError:  # the loop is closed: the server has ended
                return

    def join(self, user: str, cursor: int | None, epoch: str | None) -> tuple[Client, list[dict[str, Any]]]:
        """A new socket, what it missed already waiting for it, and the events that it is greeted with.

        cursor: the last ``seq`` that it saw, None when it wants only what comes. epoch: of the server that it saw it from.
        """
        client = Client(user if self._named else None)
        greeting: list[dict[str, Any]] = [{"type": "hello", "cursor": self.newest, "epoch": self.epoch}]
        if cursor is not None:
            if epoch not in (None, self.epoch) or not self._forgotten <= cursor <= self.newest:
                greeting.append({"type": "reset"})
            else:
                missed = [item for item in (*self._ring, *self._previews.values()) if item.seq > cursor]
                client.put(sorted(missed, key=lambda item: item.seq))
        self.clients.add(client)
        return client, greeting

    def leave(self, client: Client) -> None:
        self.clients.discard(client)

    def close(self) -> None:
        for client in self.clients:
            client.close()

    def _arrange(self) -> None:
        self._loop.call_later(max(0.0, self._sent + PAUSE - self._loop.time()), self._flush)

    def _flush(self) -> None:
        with self._lock:
            events, self._arrived = self._arrived, []
            texts, self._texts = self._texts, []
        self._sent = self._loop.time()
        items = [self._item(event, text) for event, text in zip(events, texts, strict=True)]
        for client in self.clients:
            client.put(items)

    def _item(self, event: dict[str, Any], text: str) -> Item:
        self.newest += 1
        job, kind = event.get("job"), event.get("type")
        owner = event["user"] if "user" in event else self._owners.get(job, "") if job else None
        item = Item(self.newest, owner, kind in LOSSY, f'{{"seq":{self.newest},{text[1:]}')
        if kind == "preview":
            self._previews[str(job)] = item
            return item
        if kind == "download":
            download = f"download {event.get('id')}"
            self._previews.pop(download, None)
            if event.get("state") == "running":
                self._previews[download] = item
                return item
        if kind == "job" and event.get("status") in ENDED:
            self._previews.pop(str(job), None)
            self._owners.pop(str(job), None)
        self._ring.append(item)
        self._ring_size += len(item.text)
        while len(self._ring) > RING_EVENTS or self._ring_size > RING_BYTES:
            old = self._ring.popleft()
            self._ring_size -= len(old.text)
            self._forgotten = old.seq
        return item

    def _learn_owner(self, job: str | None) -> None:
        """What belongs to no known job is for nobody's eyes: "" is no user's name."""
        if job is not None and job not in self._owners:
            self._owners[job] = self._owner(job) or ""


def _encode(event: dict[str, Any]) -> str:
    try:
        return json.dumps(event, allow_nan=False, separators=(",", ":"), default=_as_data)
    except ValueError:
        return json.dumps(finite(event), separators=(",", ":"), default=_as_data)


def _as_data(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return "data:image/jpeg;base64," + base64.b64encode(value).decode("ascii")
    return str(value)
