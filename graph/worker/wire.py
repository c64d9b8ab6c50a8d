"""Why: the worker and the server are two processes with a pipe between them, and one of the two may die at any moment. What crosses is said
here: whole messages, of which a torn one is never taken for a whole one, and a page of memory that outlives whoever wrote on it."""

from __future__ import annotations

import base64
import mmap
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..settings import Settings

Message = dict[str, Any]


def pack(events: list[Message]) -> bytes:
    """A message as it goes through the pipe: its length in four bytes, then its content."""
    data = pickle.dumps(events, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(4, "big") + data


class Unpacker:
    """Puts messages together again from the pieces in which a pipe gives them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[list[Message]]:
        self._held += data
        while len(self._held) >= 4:
            end = 4 + int.from_bytes(self._held[:4], "big")
            if len(self._held) < end:
                return
            message = bytes(self._held[4:end])
            del self._held[:end]
            yield pickle.loads(message)


class Board:
    """A page of memory that two processes share. What one has written there the other reads even when the first has died of it: the nodes
    that run at this moment, and the bytes of memory that are held."""

    SIZE = 4096
    START = 10  # bytes: eight for the memory, two for the length of the names

    def __init__(self, descriptor: int) -> None:
        self._page = mmap.mmap(descriptor, self.SIZE)

    def show(self, nodes: Iterable[str]) -> None:
        text = "\0".join(nodes).encode("utf-8", "replace")[: self.SIZE - self.START]
        self._page[8 : self.START + len(text)] = len(text).to_bytes(2, "big") + text

    def nodes(self) -> list[str]:
        """The names that were shown last; the last of very many may be cut."""
        size = int.from_bytes(self._page[8 : self.START], "big")
        text = self._page[self.START : self.START + size].decode("utf-8", "replace")
        return text.split("\0") if text else []

    @property
    def held(self) -> int:
        return int.from_bytes(self._page[:8], "big")

    @held.setter
    def held(self, count: int) -> None:
        self._page[:8] = count.to_bytes(8, "big")

    def close(self) -> None:
        self._page.close()


@dataclass(frozen=True)
class Boot:
    """What a worker is told first. name: its own, unlike any other worker's. setup: "module:function", which makes its Kit."""

    jobs: Path
    settings: Settings
    setup: str
    name: str

    def line(self) -> bytes:
        return base64.b64encode(pickle.dumps(self)) + b"\n"

    @staticmethod
    def read(line: bytes) -> Boot:
        boot = pickle.loads(base64.b64decode(line))
        assert isinstance(boot, Boot)
        return boot
