"""Why: a run over a million pictures that was broken off goes on where it ended. What the writers of a stream have written is noted, item by
item, in a file beside the results; an item whose writers have all done their work is not even loaded again.

The key says all about an item and about everything done to it, so that a changed picture or slider is done anew. The file is SQLite's, so that
several runs may share a folder, none of them reads what a million others noted, and a crash leaves it whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from .cache import Values
from .database import Database

NAME = "manifest.sqlite"
SCHEMA = """
CREATE TABLE written (key BLOB PRIMARY KEY, node TEXT NOT NULL, files TEXT NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID
"""
TURNS = "CREATE TEMP TABLE turns (key BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID"
TURN = "INSERT INTO temp.turns VALUES (?, 0) ON CONFLICT (key) DO UPDATE SET count = count + 1 RETURNING count"


class Held(NamedTuple):
    """What a writer did with an item in an earlier run: its outputs, and the files that it wrote."""

    values: Values
    files: tuple[str, ...]


class Journal:
    """The manifest in ``folder``; for one run. Raises GraftError when the file can't be used."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._base = Database(self.path, SCHEMA, 1)
        self._base.ask(TURNS)
        self._fresh = not self._base.ask("SELECT 1 FROM written LIMIT 1")  # most runs: nothing to be asked item by item

    def turn(self, key: bytes) -> bytes:
        """The key of the next item that is made of the same: of ten that are alike each is written once."""
        ((count,),) = self._base.ask(TURN, (key,))
        return key if count == 0 else blake2b(key + str(count).encode(), digest_size=16).digest()

    def get(self, key: bytes) -> Held | None:
        """What the writer did with the item, if its files are still there."""
        if self._fresh:
            return None
        rows = self._base.ask("SELECT answer, files FROM written WHERE key = ?", (key,))
        if not rows:
            return None
        values, files = map(json.loads, rows[0])
        return Held(values, tuple(files)) if all(map(_written, files)) else None

    def put(self, key: bytes, node: str, values: Values, files: Iterable[str]) -> None:
        """A writer is done with an item and has written these files. Answers that are no plain values are not noted: the item is done again the next time."""
        try:
            answer = json.dumps(dict(values))
        except TypeError:
            return
        row = (key, node, json.dumps(list(files)), answer)
        self._base.ask("INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?)", row)

    def close(self) -> None:
        self._base.close()


def _written(path: str) -> bool:
    """Whether a file is there and holds something: a power cut leaves empty ones."""
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False
