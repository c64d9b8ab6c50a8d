"""Why: graphs are saved under names, by several tabs at once, and none may overwrite what it has not seen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial

from aiohttp import web

from .body import RAW
from .errors import ApiError, answer
from .routes import Call, handles
from .saved import MAX_NAME, Text
from .shapes import array, integer, record, table, text

NAME = {"name": text(MAX_NAME, minLength=1)}
WORKFLOW = table(required=["nodes"], description="a workflow: format 1", properties={"nodes": {"type": "object"}})
ROW = record(
    ("name", "bytes", "saved", "shipped"),
    name=text(MAX_NAME), bytes={"type": "integer"}, saved={"type": "number"}, shipped={"type": "boolean"},
)  # fmt: skip
REVISION = record(
    ("revision", "bytes", "saved", "etag"),
    revision={"type": "integer"}, bytes={"type": "integer"}, saved={"type": "number"}, etag=text(),
)  # fmt: skip
IF_MATCH = {"If-Match": text(1000), "If-None-Match": text(1000)}


@handles("GET", "/api/workflows", answers={200: record(("workflows",), workflows=array(ROW))})
async def list_workflows(call: Call) -> web.StreamResponse:
    """The names of the saved graphs, and of those that ship with Graft."""
    return answer({"workflows": await asyncio.to_thread(call.room.saved(call.user).names)})


@handles("GET", "/api/workflows/{name}", where=NAME, answers={200: WORKFLOW, 304: "unchanged"})
async def get_workflow(call: Call) -> web.StreamResponse:
    """A saved graph, byte by byte as it was saved; its ETag is what a later save must name."""
    return _shown(call, await asyncio.to_thread(call.room.saved(call.user).get, call["name"]))


@handles(
    "PUT", "/api/workflows/{name}", where=NAME, body=WORKFLOW, headers=IF_MATCH, answers={200: REVISION, 201: REVISION}
)
async def put_workflow(call: Call) -> web.StreamResponse:
    """Save a graph. `If-Match` names the ETag of what is overwritten, `If-None-Match: *` demands a new name; 412 when it is not so."""
    match, new = _conditions(call.request.headers)
    if match is None and not new:
        raise ApiError(
            428, "the request does not say what it overwrites", "send If-Match with the ETag, or 'If-None-Match: *'"
        )
    put = partial(call.room.saved(call.user).put, call["name"], call.request[RAW], match=match, new=new)
    found, created = await asyncio.to_thread(put)
    return answer(_row(found), 201 if created else 200, {"ETag": f'"{found.etag}"'})


@handles("DELETE", "/api/workflows/{name}", where=NAME, headers={"If-Match": text(1000)}, answers={204: "nothing"})
async def delete_workflow(call: Call) -> web.StreamResponse:
    """Delete a saved graph; its text can still be fetched back as a revision."""
    match, _ = _conditions(call.request.headers)
    await asyncio.to_thread(call.room.saved(call.user).delete, call["name"], match)
    return web.Response(status=204)


@handles(
    "GET",
    "/api/workflows/{name}/revisions",
    where=NAME,
    answers={200: record(("revisions",), revisions=array(REVISION))},
)
async def list_revisions(call: Call) -> web.StreamResponse:
    """Every save of a graph, from the first to the newest."""
    found = await asyncio.to_thread(call.room.saved(call.user).revisions, call["name"])
    return answer({"revisions": [_row(entry) for entry in found]})


@handles(
    "GET",
    "/api/workflows/{name}/revisions/{number}",
    where={**NAME, "number": integer(1, 2**31)},
    answers={200: WORKFLOW, 304: "unchanged"},
)
async def get_revision(call: Call) -> web.StreamResponse:
    """One save of a graph, as it was."""
    return _shown(call, await asyncio.to_thread(call.room.saved(call.user).revision, call["name"], int(call["number"])))


def _row(found: Text) -> dict[str, object]:
    return {"revision": found.number, "bytes": len(found.data), "saved": found.saved, "etag": found.etag}


def _shown(call: Call, found: Text) -> web.Response:
    headers = {"ETag": f'"{found.etag}"', "X-Revision": str(found.number)}
    seen = _tags(call.request.headers.get("If-None-Match"))
    if seen is not None and ("*" in seen or found.etag in seen):
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.data, content_type="application/json", headers=headers)


def _conditions(headers: Mapping[str, str]) -> tuple[set[str] | None, bool]:
    """The etags of If-Match (None without), and whether a free name is demanded. Weak etags match nothing here (RFC 9110, 13.1.1)."""
    new = headers.get("If-None-Match")
    if new is not None and new.strip() != "*":
        raise ApiError(400, "a save takes no If-None-Match but *", "send 'If-None-Match: *' or If-Match")
    match = headers.get("If-Match")
    return (None if match is None else _tags(re.sub(r'W/"[^"]*"', "", match))), new is not None


def _tags(header: str | None) -> set[str] | None:
    if header is None:
        return None
    return {"*"} if header.strip() == "*" else set(re.findall(r'"([^"]*)"', header))
