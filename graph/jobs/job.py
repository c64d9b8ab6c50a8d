"""Why: a job is a workflow with the values laid over it, and what became of it. The queue keeps it, the worker runs it, the server shows it;
they all speak of the same frozen object, and of the same event when it changes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import GraftError

Status = Literal["pending", "running", "done", "failed", "cancelled", "interrupted"]
OnError = Literal["stop", "skip"]
STATUSES: tuple[Status, ...] = ("pending", "running", "done", "failed", "cancelled", "interrupted")
ENDED: tuple[Status, ...] = ("done", "failed", "cancelled", "interrupted")
MOST_ROWS = 100_000  # of one batch
MOST_REASONS, LONGEST_REASON = 1000, 500  # that are kept of a job, characters of each


@dataclass(frozen=True)
class Job:
    """One job as it stands.

    id: hexadecimal, not to be guessed. number: grows with each job, whatever the clock does. priority, position: the highest priority
    goes first, among equals the lowest position. workflow: the hash of its text. folder: where its relative paths start. out: where results go, "" for
    the usual folder. targets: the nodes that are wanted, None for all that write. values: "node.socket" → value, laid over the workflow.
    created, started, ended: seconds since 1970, by a clock that may be set back. attempt: 1, and one more for each retry. worker: who ran it.
    node: where it failed. cancelling: the user wants it stopped, but it runs still. error: {"what", "cure", "node", "socket"}, with
    "problems" (a list of the same) where the workflow is not valid. outputs: {"node", "path"} for each written file, {"node", "more"}
    for the number of those that are not listed, {"node", "output", "value"} for plain values. ran, cached: counts of nodes. on_error: whether
    an item of a stream that fails ends the job or is passed over. dropped, failed: how many items a gate let go no further, and how many
    were passed over; reasons: {"node", "item", "reason", "failed"} of the first of them, with the "key" by which one can be taken back and the whole path
    of the "file" that it is, where they are known; left out of lists of jobs. quiet: the editor asked for it to help
    with something else; no list shows it to people, and what it wrote goes when it is forgotten.
    """

    id: str
    number: int
    status: Status
    title: str = ""
    user: str = ""
    batch: str | None = None
    priority: int = 0
    position: float = 0.0
    attempt: int = 1
    worker: str | None = None
    node: str | None = None
    cancelling: bool = False
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    seconds: float = 0.0
    ran: int = 0
    cached: int = 0
    workflow: str = ""
    folder: str = ""
    out: str = ""
    targets: list[str] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    outputs: list[dict[str, Any]] = field(default_factory=list)
    on_error: OnError = "stop"
    dropped: int = 0
    failed: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    quiet: bool = False

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


@dataclass
class Lost:
    """Items of a job's streams that went no further: how many, and why the first of them did."""

    dropped: int = 0
    failed: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)

    def add(self, node: str, item: int | None, reason: str, failed: bool, key: str = "", file: str = "") -> bool:
        """Count one; whether it was still among those that are told."""
        self.dropped, self.failed = self.dropped + (not failed), self.failed + failed
        if len(self.reasons) >= MOST_REASONS:
            return False
        row = {"node": node, "item": item, "reason": reason[:LONGEST_REASON], "failed": failed}
        self.reasons.append({**row, **({"key": key} if key else {}), **({"file": file} if file else {})})
        return True


def event_of(job: Job) -> dict[str, Any]:
    """The event that tells of a job's new status."""
    return {
        "job": job.id, "type": "job", "status": job.status, "number": job.number, "title": job.title, "user": job.user,
        "batch": job.batch, "priority": job.priority, "attempt": job.attempt, "node": job.node, "created": job.created,
        "started": job.started, "ended": job.ended, "seconds": job.seconds, "ran": job.ran, "cached": job.cached,
        "cancelling": job.cancelling, "error": job.error, "outputs": job.outputs, "dropped": job.dropped, "failed": job.failed,
        "quiet": job.quiet,
    }  # fmt: skip


def product(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """A row for every combination of the columns' values; the last column changes fastest. Raises GraftError when there are too many."""
    count = 1
    for values in columns.values():
        count *= len(values)
    if count > MOST_ROWS:
        raise GraftError(f"all combinations of the columns are {count} rows", f"stay at {MOST_ROWS} or below")
    return [dict(zip(columns, row, strict=True)) for row in itertools.product(*columns.values())]


def zipped(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The first row takes the first value of each column, and so on. Raises GraftError for columns of different length."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise GraftError(
            f"the columns are not of one length: {told}", "give each as many values, or ask for their product"
        )
    if max(lengths.values(), default=0) > MOST_ROWS:
        raise GraftError(f"the columns have {max(lengths.values())} rows", f"stay at {MOST_ROWS} or below")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
