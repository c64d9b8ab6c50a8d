"""Why: several threads and processes change one SQLite file at once, and every trouble with it must reach the user as a sentence. What is
particular to SQLite is said here; the queue above speaks of jobs only."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .errors import GraftError

BUSY = 20.0  # seconds that one process waits for another's transaction


class Database:
    """The file ``path``, made with ``schema`` when it is not there; ``version`` is the schema's, ``upgrades`` what leads from each older one to
    the next. One connection for all threads.

    Raises GraftError, here and in every method, when the file can't be used.
    """

    def __init__(
        self, path: Path, schema: str, version: int, upgrades: Mapping[int, str] = MappingProxyType({})
    ) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
            try:
                self._open(schema, version, upgrades)
            except BaseException:
                self._base.close()
                raise

    def ask(self, sql: str, given: Any = ()) -> list[Any]:
        """Run one statement, in a transaction of its own unless one is open, and return its rows."""
        with self._lock, self._explained():
            return self._base.execute(sql, given).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is asked inside happens, or nothing of it. Within another one it is a part that can fail by itself."""
        with self._lock:  # of this thread, so that a transaction that is open is its own
            with self._explained():
                inner = self._base.in_transaction
            self.ask("SAVEPOINT inner" if inner else "BEGIN IMMEDIATE")
            try:
                yield
                self.ask("RELEASE inner" if inner else "COMMIT")
            except BaseException:
                if self._base.in_transaction:  # some errors of the disk end it by themselves
                    self._base.execute("ROLLBACK TO inner" if inner else "ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def _open(self, schema: str, version: int, upgrades: Mapping[int, str]) -> None:
        until = time.monotonic() + BUSY
        while True:
            try:
                self._base.execute("PRAGMA journal_mode = WAL")
                break
            except (
                sqlite3.OperationalError
            ) as error:  # another process does the same at this moment; for this SQLite does not wait
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.01)
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("PRAGMA wal_autocheckpoint = 4000")
        with self.transaction():
            (found,) = self.ask("PRAGMA user_version")[0]
            if found > version:
                raise GraftError(f"{self.path} was written by a newer Graft", "update Graft, or move the file away")
            for change in [schema] if found == 0 else [upgrades[step] for step in range(found, version)]:
                for statement in change.split(";\n"):
                    self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {version}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise GraftError(f"the file {self.path} can't be used: {error}", _cure(str(error))) from error


def _cure(text: str) -> str:
    table = {
        "full": "make room on the disk",
        "readonly": "see that you may write to it",
        "unable to open": "see that you may write to it and its folder",
        "Errno": "see that you may write to it and its folder",
        "locked": "end the program that holds it",
    }
    return next(
        (cure for word, cure in table.items() if word in text), "move it away; a new one is made at the next start"
    )
