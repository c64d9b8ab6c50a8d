"""Why: pictures come in, are looked at and taken away through here. What is sent out is inert: a browser shows pictures and nothing
else, whatever lies in the folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from . import pictures, roots, uploads
from .body import limited, refuse_packed
from .errors import ApiError, answer
from .routes import Call, handles
from .shapes import array, integer, record, table, text

PLACE = {"root": text(20, minLength=1), "path": text(roots.MAX_PATH, minLength=1)}
STORED = table(required=["root", "path", "url", "type", "bytes", "sha256", "known"])
FILE = record(
    ("root", "path", "url", "type", "bytes", "changed"),
    root=text(), path=text(4000), url=text(9000), type=text(), bytes={"type": "integer"}, changed={"type": "number"},
)  # fmt: skip
INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "private, no-cache",
}


@handles(
    "POST",
    "/api/files",
    query={"name": text(roots.MAX_PATH)},
    raw=("multipart/form-data", "application/octet-stream"),
    answers={201: record(("files",), files=array(STORED))},
)
async def upload(call: Call) -> web.StreamResponse:
    """Upload files, as a form (multipart) or one as the plain body under the `name` given. The same bytes are kept once."""
    refuse_packed(call.request)
    request, folder = call.request, call.room.roots(call.user)["files"]
    if request.content_type == "multipart/form-data":
        stored = await _form(call, folder)
    else:
        if request.content_type == "application/x-www-form-urlencoded":
            raise ApiError(
                415, "a form without multipart holds no files", "send multipart/form-data, or the plain bytes"
            )
        chunks = limited(request.content, uploads.MAX_UPLOAD, request.content_length)
        stored = [await uploads.store(folder, call.query.get("name", "upload"), chunks)]
    return answer({"files": [entry.row() for entry in stored]}, 201)


@handles(
    "GET",
    "/api/files",
    query={"root": text(20), "limit": integer(1, 10_000, default=1000), "after": text(roots.MAX_PATH)},
    answers={200: record(("files", "more"), files=array(FILE), more={"type": "boolean"})},
)
async def list_files(call: Call) -> web.StreamResponse:
    """The uploads ("files"), results ("outputs") and examples, by name. `after` is the last path of the page before, of the same root."""
    folders = call.room.roots(call.user)
    if "root" in call.query:
        folders = {call.query["root"]: roots.of(folders, call.query["root"])}
    elif "after" in call.query:
        raise ApiError(400, "'after' goes with 'root'", "say of which root")
    found = await asyncio.to_thread(_listing, folders, call.query.get("after", ""), call.query["limit"] + 1)
    limit = call.query["limit"]
    return answer({"files": found[:limit], "more": len(found) > limit})


@handles(
    "GET", "/api/files/{root}/{path:.+}", where=PLACE, answers={200: "*/*", 206: "*/*", 304: "unchanged", 416: "*/*"}
)
async def get_file(call: Call) -> web.StreamResponse:
    """One file; ranges and ETags are understood. What is no picture is offered for saving."""
    path = await asyncio.to_thread(_find, call)
    kind = uploads.media_type(path)
    headers = {**INERT, "Content-Type": kind}
    if not kind.startswith("image/"):
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(path.name, safe='')}"
    return web.FileResponse(path, headers=headers)


@handles(
    "GET",
    "/api/thumbnails/{root}/{path:.+}",
    where=PLACE,
    query={"size": {"type": "integer", "enum": list(pictures.SIZES), "default": 256}},
    answers={200: "image/webp", 304: "unchanged"},
)
async def get_thumbnail(call: Call) -> web.StreamResponse:
    """A small WebP of a picture, at most `size` pixels wide and high."""
    path = await asyncio.to_thread(_find, call)
    make = partial(pictures.thumbnail, path, call.query["size"], call.room.settings.data / "thumbs")
    small = await asyncio.get_running_loop().run_in_executor(call.room.decoders, make)
    return web.FileResponse(small, headers={**INERT, "Content-Type": "image/webp"})


def _find(call: Call) -> Path:
    return roots.inside(roots.of(call.room.roots(call.user), call["root"]), call["path"])


async def _form(call: Call, folder: Path) -> list[uploads.Stored]:
    stored: list[uploads.Stored] = []
    try:
        reader = await call.request.multipart()
        left = uploads.MAX_UPLOAD
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise ApiError(400, "a form inside a form is not taken", "send the files side by side")
            if part.filename is None:
                continue
            entry = await uploads.store(folder, part.filename, limited(_Part(part), left))
            left -= entry.bytes
            stored.append(entry)
    except (ValueError, AssertionError, RuntimeError) as error:  # what the reader raises on a broken form
        raise ApiError(
            400, f"the form can't be read ({str(error)[:80]})", "send multipart/form-data with a boundary"
        ) from error
    if not stored:
        raise ApiError(400, "the form holds no file", "send at least one, with its filename")
    return stored


class _Part:
    """A part of a form, read as a body is."""

    def __init__(self, part: BodyPartReader) -> None:
        self._part = part

    async def readany(self) -> bytes:
        return await self._part.read_chunk(256 << 10)


def _listing(folders: Mapping[str, Path], after: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for root, folder in folders.items():
        for path, state in _walk(folder):
            if path > after and len(found) < limit:
                found.append({
                    "root": root, "path": path, "url": f"/api/files/{root}/{quote(path)}", "type": uploads.media_type(Path(path)),
                    "bytes": state.st_size, "changed": state.st_mtime,
                })  # fmt: skip
    return found


def _walk(folder: Path) -> list[tuple[str, os.stat_result]]:
    """(relative path, state) of all files under a folder, by path; hidden ones, links and names that can't be sent are left out."""
    found = []
    for top, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            file = Path(top, name)
            if name.startswith(".") or file.is_symlink() or not name.isprintable() or not file.is_file():
                continue
            found.append((file.relative_to(folder).as_posix(), file.stat()))
    return sorted(found, key=lambda entry: entry[0])
