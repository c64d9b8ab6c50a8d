"""Why: a run over a million pictures that was broken off goes on where it ended. What the writers of a stream have written is noted, item by
item, in a file beside the results; an item whose writers have all done their work is not even loaded again.

The key says all about an item and about everything done to it, so that a changed picture or slider is done anew. A line of JSON each;
a torn last line, as a crash leaves it, is overlooked.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from hashlib import blake2b
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from .cache import Values

NAME = "manifest.jsonl"


class Journal:
    """The manifest in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._lock = threading.Lock()
        self._done: dict[bytes, tuple[tuple[str, ...], Any]] = {}
        self._seen: set[int] = set()
        self._turns: dict[bytes, int] = {}
        self._file: TextIOWrapper | None = None
        for line in self._lines():
            try:
                row = json.loads(line)
                self._done[bytes.fromhex(row["key"])] = tuple(row["files"]), row["values"]
            except (ValueError, KeyError, TypeError):
                continue

    def _lines(self) -> Iterable[str]:
        try:
            with self.path.open(encoding="utf-8", errors="replace") as file:
                yield from file
        except FileNotFoundError:
            return

    def turn(self, key: bytes) -> bytes:
        """The key of the next item that is made of the same: of ten that are alike each is written once."""
        with self._lock:
            mark = int.from_bytes(key[:8], "big")  # of a million items only a number each is held
            if mark not in self._seen:
                self._seen.add(mark)
                return key
            count = self._turns[key] = self._turns.get(key, 0) + 1
        return blake2b(key + str(count).encode(), digest_size=16).digest()

    def get(self, key: bytes) -> Values | None:
        """What the writer answered, if its files are still there."""
        entry = self._done.get(key)
        if entry is None or not all(map(_written, entry[0])):
            return None
        values: Values = entry[1]
        return values

    def put(self, key: bytes, node: str, values: Values, files: Iterable[str]) -> None:
        """A writer is done with an item and has written these files. Answers that are no plain values are not noted: the item is done again the next time."""
        with self._lock:
            files = tuple(files)
            try:
                line = json.dumps({"key": key.hex(), "node": node, "files": files, "values": dict(values)})
            except TypeError:
                return
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("a", encoding="utf-8")
                if self._file.tell() and self._torn():
                    self._file.write("\n")
            self._file.write(line + "\n")
            self._file.flush()

    def _torn(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) != b"\n"

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _written(path: str) -> bool:
    """Whether a file is there and holds something: a power cut leaves empty ones."""
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False
