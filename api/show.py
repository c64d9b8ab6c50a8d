"""Why: a job looks the same wherever it is shown. Paths of its results are told as the addresses under which they can be fetched; what
lies outside the roots is told by its name alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from graph.jobs import Job

from . import roots
from .shapes import array, record, table

if TYPE_CHECKING:
    from .room import Room

_INNER = {"worker", "folder", "out"}  # paths of this machine, and who ran it
_LONG = {*_INNER, "reasons"}
_TIME = {"type": ["number", "null"]}
_WORD = {"type": ["string", "null"]}
JOB = table(
    required=["id", "number", "status", "title", "user", "priority", "values", "created", "outputs", "attempt"],
    properties={
        "id": {"type": "string"},
        "number": {"type": "integer"},
        "status": {"enum": ["pending", "running", "done", "failed", "cancelled", "interrupted"]},
        "title": {"type": "string"},
        "user": {"type": "string"},
        "batch": _WORD,
        "priority": {"type": "integer"},
        "position": _TIME,
        "targets": {"type": ["array", "null"]},
        "values": {"type": "object"},
        "created": _TIME,
        "started": _TIME,
        "ended": _TIME,
        "attempt": {"type": "integer"},
        "node": _WORD,
        "error": {"type": ["object", "null"]},
        "outputs": array({"type": "object"}),
        "ran": {"type": "integer"},
        "cached": {"type": "integer"},
        "seconds": {"type": "number"},
        "on_error": {"enum": ["stop", "skip"]},
        "dropped": {"type": "integer"},
        "failed": {"type": "integer"},
        "reasons": array({"type": "object"}),
    },
)
QUEUE = record(
    ("paused", "counts"),
    paused={"type": "boolean"},
    counts=table({"type": "integer"}),
)


def shown(room: Room, job: Job, *, whole: bool = False) -> dict[str, Any]:
    """A job as it is sent; ``whole`` with the reasons for all that went no further."""
    left_out = _INNER if whole else _LONG
    data = {entry.name: getattr(job, entry.name) for entry in dataclasses.fields(job) if entry.name not in left_out}
    data["outputs"] = _outputs(room.roots(job.user), job.outputs)
    return data


def event(room: Room, data: dict[str, Any]) -> dict[str, Any]:
    """An event of the worker as it is sent: paths as addresses, like those of jobs."""
    if data.get("type") == "job" and data.get("outputs"):
        return {**data, "outputs": _outputs(room.roots(data.get("user") or ""), data["outputs"])}
    if data.get("type") == "made":
        return {**data, "outputs": made(data["job"], data["outputs"])}
    if data.get("type") == "wrote" and "path" in data:
        job = room.jobs.get(data["job"]) if room.access.named else None
        return {**data, **_place(room.roots(job.user if job else ""), data["path"])}
    return data


def made(job: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a node made, by output: a small value as it is, or the size of a picture and the address of a small one."""
    rows = {}
    for name, row in outputs.items():
        rest = {key: value for key, value in row.items() if key != "picture"}
        rows[name] = {**rest, "thumbnail": f"/api/jobs/{job}/made/{row['picture']}"} if "picture" in row else rest
    return rows


def _outputs(folders: Mapping[str, Path], outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, **(_place(folders, entry["path"]) if "path" in entry else {})} for entry in outputs]


def _place(folders: Mapping[str, Path], path: str) -> dict[str, str | None]:
    place = roots.name_of(folders, path)
    return {"path": place or Path(path).name, "url": f"/api/files/{quote(place)}" if place else None}
