"""Why: a job that was accepted must be run once, whatever dies in between. So the queue and the history are one SQLite file: a job is in it
before its sender gets an answer, it is claimed in it before anything runs, and its end is written there before anybody hears of it.

Every change is one transaction. The log is written ahead (WAL) and not forced to the disk at each job, so that hundreds of jobs a second are
possible: the death of any process loses nothing; a power cut may lose the last moments, but never the file.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from ..errors import GraftError
from .history import COLUMNS, QUEUE, History, Many, job_of, text_of
from .job import ENDED, MOST_ROWS, Job, Lost, OnError, Status

LARGEST = 1_000_000  # priority
Ids = list[str]


class Jobs(History):
    """The queue and history in the file ``path``. May be used from several threads, and by several processes at once."""

    def together(self) -> AbstractContextManager[None]:
        """All changes inside are one transaction; a change that fails by itself undoes itself alone."""
        return self._base.transaction()

    def add(self, workflow: str, *, values: Mapping[str, Any] | None = None, **more: Any) -> Job:
        """Queue one job behind all of its priority. more: targets, title, user, priority, batch, folder, out, on_error, quiet, as in Job."""
        return self._insert(workflow, [dict(values or {})], **more)[0]

    def add_batch(
        self, workflow: str, table: Sequence[Mapping[str, Any]], *, values: Mapping[str, Any] | None = None, **more: Any
    ) -> Many:
        """Queue one job for each row of values (laid over ``values``), all of them or none; they share a new ``batch`` unless one is given."""
        if len(table) > MOST_ROWS:
            raise GraftError(f"the batch has {len(table)} rows", f"stay at {MOST_ROWS} or below")
        more["batch"] = more.get("batch") or secrets.token_hex(8)
        return self._insert(workflow, [{**(values or {}), **row} for row in table], **more)

    def claim(self, worker: str) -> Job | None:
        """Take the next pending job for ``worker``; None when there is none, or the queue is paused."""
        rows = self._ask(
            f"""UPDATE jobs SET status = 'running', worker = ?, started = ? WHERE number = (
            SELECT number FROM jobs WHERE status = 'pending' AND NOT EXISTS (SELECT 1 FROM flags WHERE name = 'paused')
            ORDER BY {QUEUE} LIMIT 1) RETURNING {COLUMNS}""",
            (worker, time.time()),
        )
        return job_of(rows[0]) if rows else None

    def finish(
        self, id: str, status: Status, *, error: Mapping[str, Any] | None = None, outputs: Iterable[Mapping[str, Any]] = (),
        node: str | None = None, ran: int = 0, cached: int = 0, seconds: float | None = None, lost: Lost | None = None,
    ) -> bool:  # fmt: skip
        """End a running job; False when it was not running any more. What fails while it is being cancelled was cancelled.

        seconds: how long it took; by default as told by the clock. lost: items that were dropped or failed.
        """
        lost = lost or Lost()
        if status not in ENDED:
            raise ValueError(f"a job can't end as {status!r}")
        now = time.time()
        return bool(
            self._ask(
                """UPDATE jobs SET status = CASE WHEN cancelling AND ?1 <> 'done' THEN 'cancelled' ELSE ?1 END, cancelling = 0,
                error = CASE WHEN cancelling AND ?1 <> 'done' THEN 'null' ELSE ?2 END, outputs = ?3, node = ?4, ran = ?5, cached = ?6,
                ended = ?7, seconds = coalesce(?8, max(0, ?7 - started)), dropped = ?10, failed = ?11, reasons = ?12
                WHERE id = ?9 AND status = 'running' RETURNING number""",
                (
                    status,
                    text_of(error),
                    text_of([dict(o) for o in outputs]),
                    node,
                    ran,
                    cached,
                    now,
                    seconds,
                    id,
                    lost.dropped,
                    lost.failed,
                    text_of(lost.reasons),
                ),
            )
        )

    def cancel(self, id: str) -> Job | None:
        """A pending job is cancelled at once, of a running one it is noted that it shall end; None when there is no such job."""
        rows = self._ask(
            f"""UPDATE jobs SET cancelling = (status = 'running'), ended = CASE status WHEN 'pending' THEN ?2 ELSE ended END,
            status = CASE status WHEN 'pending' THEN 'cancelled' ELSE status END
            WHERE id = ?1 AND status IN ('pending', 'running') RETURNING {COLUMNS}""",
            (id, time.time()),
        )
        return job_of(rows[0]) if rows else self.get(id)

    def retry(self, id: str) -> Job | None:
        """Queue the content of a failed, cancelled or interrupted job once more, as a new job; None when there is nothing to retry."""
        with self._base.transaction():
            old = self.get(id)
            if old is None or old.status not in ("failed", "cancelled", "interrupted"):
                return None
            new = replace(
                old, id=secrets.token_hex(12), status="pending", position=self._behind(old.priority), created=time.time(),
                attempt=old.attempt + 1, worker=None, node=None, cancelling=False, started=None, ended=None, seconds=0.0,
                ran=0, cached=0, error=None, outputs=[], dropped=0, failed=0, reasons=[],
            )  # fmt: skip
            return self._write(new)

    def interrupt(self, worker: str | None = None, error: Mapping[str, Any] | None = None) -> Ids:
        """End running jobs (those of ``worker``, or all) whose process has gone: as interrupted, or as failed where there is an ``error``.
        Those that were being cancelled are cancelled. Returns their ids."""
        with self._base.transaction():
            rows = self._ask(
                "SELECT id FROM jobs WHERE status = 'running' AND (?1 IS NULL OR worker = ?1) ORDER BY number",
                (worker,),
            )
            for (id,) in rows:
                self.finish(id, "failed" if error else "interrupted", error=error, node=(error or {}).get("node"))
        return [id for (id,) in rows]

    def pause(self) -> None:
        """Let no further job be claimed, also after a restart."""
        self._ask("INSERT OR IGNORE INTO flags VALUES ('paused')")

    def resume(self) -> None:
        self._ask("DELETE FROM flags WHERE name = 'paused'")

    @property
    def paused(self) -> bool:
        return bool(self._ask("SELECT 1 FROM flags WHERE name = 'paused'"))

    def prioritise(self, id: str, priority: int) -> Job | None:
        """Give a pending job another priority, behind all that have it already; None when it is not pending."""
        _check_priority(priority)
        with self._base.transaction():
            job = self.get(id)
            if job is None or job.status != "pending":
                return None
            return self._place(id, priority, self._behind(priority))

    def move(self, id: str, before: str | None) -> Job | None:
        """Put a pending job right before another one (and so into its priority), or with None to the end of its own priority.
        None when one of them is not pending."""
        with self._base.transaction():
            job, other = self.get(id), self.get(before) if before is not None else None
            if (
                job is None
                or job.status != "pending"
                or (before is not None and (other is None or other.status != "pending"))
            ):
                return None
            if other is None:
                return self._place(id, job.priority, self._behind(job.priority))
            return job if other.id == id else self._place(id, other.priority, self._between(job, other))

    def _insert(
        self, workflow: str, table: Sequence[dict[str, Any]], *, targets: Iterable[str] | None = None, title: str = "",
        user: str = "", priority: int = 0, batch: str | None = None, folder: str = "", out: str = "", on_error: OnError = "stop",
        quiet: bool = False,
    ) -> Many:  # fmt: skip
        _check_priority(priority)
        data = workflow.encode("utf-8", "surrogatepass")
        key = blake2b(data, digest_size=16).hexdigest()
        wanted = list(targets) if targets is not None else None
        title, user = (text.encode("utf-8", "replace").decode() for text in (title, user))
        with self._base.transaction():
            self._ask("INSERT OR IGNORE INTO workflows VALUES (?, ?)", (key, data))
            first = self._behind(priority)
            return [
                self._write(
                    Job(
                        secrets.token_hex(12), 0, "pending", title, user, batch, priority, first + place, created=time.time(),
                        workflow=key, folder=folder, out=out, targets=wanted, values=values, on_error=on_error,
                        quiet=quiet,
                    )
                )
                for place, values in enumerate(table)
            ]  # fmt: skip

    def _write(self, job: Job) -> Job:
        """Insert a new job; it gets its number here."""
        names = (
            "id",
            "status",
            "title",
            "user",
            "batch",
            "priority",
            "position",
            "attempt",
            "created",
            "workflow",
            "folder",
            "out",
            "on_error",
            "quiet",
        )
        numbers = self._ask(
            f"""INSERT INTO jobs ({", ".join(f'"{name}"' for name in names)}, targets, "values")
            VALUES ({"?, " * len(names)}?, ?) RETURNING number""",
            (*(getattr(job, name) for name in names), text_of(job.targets), text_of(job.values)),
        )
        return replace(job, number=numbers[0][0])

    def _behind(self, priority: int) -> float:
        """The position behind all pending jobs of a priority."""
        (last,) = self._ask("SELECT max(position) FROM jobs WHERE status = 'pending' AND priority = ?", (priority,))[0]
        return 1.0 + (last or 0.0)

    def _between(self, job: Job, other: Job) -> float:
        """A position right before ``other``. Where halving has used up the numbers between two, all of that priority are numbered anew."""
        (last,) = self._ask(
            """SELECT max(position) FROM jobs WHERE status = 'pending' AND priority = ? AND id <> ? AND position < ?""",
            (other.priority, job.id, other.position),
        )[0]
        middle = other.position - 1.0 if last is None else (last + other.position) / 2
        if last is None or last < middle < other.position:
            return float(middle)
        for place, waiting in enumerate(self._pending(other.priority)):
            self._ask("UPDATE jobs SET position = ? WHERE number = ?", (float(place), waiting))
        again = self.get(other.id)
        assert again is not None
        return self._between(job, again)

    def _pending(self, priority: int) -> Iterator[int]:
        rows = self._ask(
            f"SELECT number FROM jobs WHERE status = 'pending' AND priority = ? ORDER BY {QUEUE}", (priority,)
        )
        return (number for (number,) in rows)

    def _place(self, id: str, priority: int, position: float) -> Job | None:
        self._ask("UPDATE jobs SET priority = ?, position = ? WHERE id = ?", (priority, position, id))
        return self.get(id)


def _check_priority(priority: int) -> None:
    if not -LARGEST <= priority <= LARGEST:
        raise GraftError(f"the priority {priority} is too far away", f"give one from {-LARGEST} to {LARGEST}")
