"""Why: what was asked for, what became of it and with which values must still be known after a restart, to be shown, repeated or forgotten.
Here the table of jobs is described, read and pruned; queue.py makes a queue of it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from ..database import Database
from ..errors import GraftError
from .job import ENDED, STATUSES, Job, Status

VERSION = 3

_SCHEMA = """
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, title TEXT NOT NULL, user TEXT NOT NULL,
  batch TEXT, priority INTEGER NOT NULL, position REAL NOT NULL, attempt INTEGER NOT NULL, worker TEXT, node TEXT,
  cancelling INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, started REAL, ended REAL, seconds REAL NOT NULL DEFAULT 0,
  ran INTEGER NOT NULL DEFAULT 0, cached INTEGER NOT NULL DEFAULT 0, workflow TEXT NOT NULL, folder TEXT NOT NULL, "out" TEXT NOT NULL,
  targets TEXT NOT NULL, "values" TEXT NOT NULL, error TEXT NOT NULL DEFAULT 'null', outputs TEXT NOT NULL DEFAULT '[]',
  on_error TEXT NOT NULL DEFAULT 'stop', dropped INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  reasons TEXT NOT NULL DEFAULT '[]', quiet INTEGER NOT NULL DEFAULT 0);
CREATE INDEX queue ON jobs(priority DESC, position, number) WHERE status = 'pending';
CREATE INDEX at_work ON jobs(worker) WHERE status = 'running';
CREATE INDEX by_status ON jobs(status, user);
CREATE INDEX by_batch ON jobs(batch) WHERE batch IS NOT NULL;
CREATE INDEX by_workflow ON jobs(workflow);
CREATE TABLE workflows (hash TEXT PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE flags (name TEXT PRIMARY KEY) WITHOUT ROWID
"""
_UPGRADES = {
    1: """ALTER TABLE jobs ADD COLUMN on_error TEXT NOT NULL DEFAULT 'stop';
ALTER TABLE jobs ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN reasons TEXT NOT NULL DEFAULT '[]'""",
    2: "ALTER TABLE jobs ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0",
}
_FIELDS = tuple(field.name for field in fields(Job))
COLUMNS = ", ".join(f'"{name}"' for name in _FIELDS)
LISTED = COLUMNS.replace('"reasons"', "'[]'")  # a thousand reasons each would make a list of jobs heavy
_JSON = tuple(_FIELDS.index(name) for name in ("targets", "values", "error", "outputs", "reasons"))
_SWITCHES = tuple(_FIELDS.index(name) for name in ("cancelling", "quiet"))
QUEUE = "priority DESC, position, number"
_PLACE = "(-priority, position, number)"
_PLACE_OF = f"(SELECT {_PLACE[1:-1]} FROM jobs WHERE number = :%s)"
_ORDERS = {  # what stands before or after the job of a number, the order of the list, and the other way about
    "newest": ("number < :before", "number > :after", "number DESC", "number"),
    "queue": (
        f"{_PLACE} < {_PLACE_OF % 'before'}", f"{_PLACE} > {_PLACE_OF % 'after'}", QUEUE, "priority, position DESC, number DESC",
    ),
}  # fmt: skip
Many = list[Job]


class History:
    """The jobs in the file ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = Database(path, _SCHEMA, VERSION, _UPGRADES)
        self._ask = self._base.ask

    def close(self) -> None:
        self._base.close()

    def get(self, id: str) -> Job | None:
        rows = self._ask(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (id,))
        return job_of(rows[0]) if rows else None

    def workflow_of(self, id: str) -> str:
        """The text of a job's workflow. Raises GraftError when there is no such job."""
        rows = self._ask("SELECT text FROM workflows JOIN jobs ON hash = workflow WHERE id = ?", (id,))
        if not rows:
            raise GraftError(f"there is no job '{id:.40}'", "it may have been removed from the history")
        text: bytes = rows[0][0]
        return text.decode("utf-8", "surrogatepass")

    def list(
        self, *, status: Status | None = None, user: str | None = None, batch: str | None = None, limit: int = 100,
        before: int | None = None, after: int | None = None, order: Literal["newest", "queue"] = "newest",
    ) -> Many:  # fmt: skip
        """Jobs, the newest first; order="queue": the pending ones as they will run. before, after: the number of a job, to turn the page: those
        that were made before or after it, in the queue those that run before or after it, and of more than ``limit`` the nearest to it."""
        wanted = {"status": "pending" if order == "queue" else status, "user": user, "batch": batch}
        terms = [f"{name} = :{name}" for name, value in wanted.items() if value is not None]
        below, above, forth, back = _ORDERS[order]
        terms += [below] if before is not None else []
        terms += [above] if after is not None else []
        where = f"WHERE {' AND '.join(terms)}" if terms else ""
        far, near = (before, after) if order == "queue" else (after, before)
        turned = far is not None and near is None  # the nearest to it are the last of the list
        rows = self._ask(
            f"SELECT {LISTED} FROM jobs {where} ORDER BY {back if turned else forth} LIMIT :limit",
            {**wanted, "before": before, "after": after, "limit": limit},
        )
        return [job_of(row) for row in (reversed(rows) if turned else rows)]

    def remove(self, id: str) -> Job | None:
        """Forget one job that has ended, and return it as it was; None when it has not ended, or there is none."""
        with self._base.transaction():
            gone = self._ask(f"DELETE FROM jobs WHERE id = ? AND status IN {ENDED} RETURNING {COLUMNS}", (id,))
            if gone:
                self._ask("DELETE FROM workflows WHERE hash NOT IN (SELECT workflow FROM jobs)")
        return job_of(gone[0]) if gone else None

    def counts(self, user: str | None = None) -> dict[str, int]:
        """How many jobs have each status."""
        rows = self._ask("SELECT status, count(*) FROM jobs WHERE ?1 IS NULL OR user = ?1 GROUP BY status", (user,))
        return {**dict.fromkeys(STATUSES, 0), **dict(rows)}

    def prune(self, *, keep: int | None = None, older_than: float | None = None, user: str | None = None) -> int:
        """Remove jobs that have ended, but not the newest ``keep`` of them, nor those that ended within ``older_than`` seconds. Returns how many."""
        ended = f"status IN {ENDED} AND (:user IS NULL OR user = :user)"
        terms = [ended]
        if keep is not None:
            terms.append(f"number NOT IN (SELECT number FROM jobs WHERE {ended} ORDER BY number DESC LIMIT :keep)")
        if older_than is not None:
            terms.append("ended < :now - :age")
        with self._base.transaction():
            gone = self._ask(
                f"DELETE FROM jobs WHERE {' AND '.join(terms)} RETURNING number",
                {"user": user, "keep": keep, "now": time.time(), "age": older_than},
            )
            self._ask("DELETE FROM workflows WHERE hash NOT IN (SELECT workflow FROM jobs)")
        return len(gone)


def text_of(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise GraftError(
            f"{value!r:.80} is no JSON: {error}", "give texts, finite numbers, lists and tables"
        ) from error


def job_of(row: Sequence[Any]) -> Job:
    cells = list(row)
    for index in _JSON:
        cells[index] = json.loads(cells[index])
    for index in _SWITCHES:
        cells[index] = bool(cells[index])
    return Job(*cells)
