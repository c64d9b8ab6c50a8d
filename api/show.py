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
        "cancelling": {"type": "boolean"},
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
        "quiet": {"type": "boolean"},
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
    folders = room.roots(job.user)
    data["values"] = {place: roots.posted(folders, value) for place, value in job.values.items()}
    data["outputs"] = _outputs(folders, job.outputs)
    if whole:
        data["reasons"] = [_reason(folders, row) for row in job.reasons]
    return data


def event(room: Room, data: dict[str, Any]) -> dict[str, Any]:
    """An event of the worker as it is sent: paths as addresses, like those of jobs."""
    if data.get("type") == "job" and data.get("outputs"):
        return {**data, "outputs": _outputs(room.roots(data.get("user") or ""), data["outputs"])}
    if data.get("type") == "made":
        return {**data, "outputs": made(_folders_of(room, data), data["job"], data["outputs"])}
    if data.get("type") in ("wrote", "dropped") and ("path" in data or "file" in data):
        folders = _folders_of(room, data)
        return _reason(folders, data) if "file" in data else {**data, **_place(folders, data["path"])}
    return data


def _folders_of(room: Room, data: Mapping[str, Any]) -> Mapping[str, Path]:
    job = room.jobs.get(data["job"]) if room.access.named else None
    return room.roots(job.user if job else "")


def made(folders: Mapping[str, Path], job: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a node made, by output: a small value as it is, or the size of a picture and the address of a small one."""
    rows = {}
    for name, row in outputs.items():
        rest = {key: roots.posted(folders, value) for key, value in row.items() if key != "picture"}
        rows[name] = {**rest, "thumbnail": f"/api/jobs/{job}/made/{row['picture']}"} if "picture" in row else rest
    return rows


def _outputs(folders: Mapping[str, Path], outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_output(folders, entry) for entry in outputs]


def _output(folders: Mapping[str, Path], entry: dict[str, Any]) -> dict[str, Any]:
    """A written file as its address; a plain value as it is, but for the path of a file in the roots."""
    place = _place(folders, entry["path"]) if "path" in entry else {}
    value = {"value": roots.posted(folders, entry["value"])} if "value" in entry else {}
    return {**entry, **place, **value}


def _reason(folders: Mapping[str, Path], row: Mapping[str, Any]) -> dict[str, Any]:
    """Why an item went no further; the file that it is as its address."""
    rest = {key: value for key, value in row.items() if key != "file"}
    return {**rest, **_place(folders, row["file"])} if "file" in row else rest


def _place(folders: Mapping[str, Path], path: str) -> dict[str, str | None]:
    place = roots.name_of(folders, path)
    return {"path": place or Path(path).name, "url": f"/api/files/{quote(place)}" if place else None}
