"""Why: an editor draws every node from its schema. All of them together are made and packed once, so that opening the page costs one
answer; and a graph can be checked as a whole before it is queued."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aiohttp import web

import graph
from graph import GraftError, NodeSpec, did_you_mean

from .checking import build, guesses_of, problems_of
from .errors import ApiError, answer, encode, problem_row
from .routes import Call, handles
from .shapes import array, record, table, text
from .workflows import WORKFLOW

PROBLEM = record(("node", "socket", "what", "cure"), node={"type": "string"}, socket={"type": "string"},
                 what={"type": "string"}, cure={"type": "string"})  # fmt: skip
GUESS = record(("sizes", "count"), sizes=table(array({"type": "integer"})), count={"type": ["integer", "null"]})
NODE = table(
    required=["type", "title", "family", "inputs", "outputs"],
    properties={"type": {"type": "string"}, "inputs": {"type": "object"}, "outputs": {"type": "object"}},
)


TYPE = record(("shape", "takes"), shape={"type": "string"}, takes=array({"type": "string"}))


@dataclass(frozen=True)
class Catalogue:
    """The schema of a registry, as it is sent."""

    registry: Mapping[str, NodeSpec]

    @cached_property
    def plain(self) -> bytes:
        nodes = {name: graph.schema(self.registry[name]) for name in sorted(self.registry)}
        return encode({"nodes": nodes, "types": graph.type_rows(self.registry.values())})

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.plain, 6, mtime=0)

    @cached_property
    def etag(self) -> str:
        return hashlib.sha256(self.plain).hexdigest()[:32]

    @cached_property
    def file_sockets(self) -> Mapping[str, tuple[str, ...]]:
        """For each node type that reads files or weights: the inputs that name them."""
        found = {
            name: tuple(entry.name for entry in spec.inputs.values() if entry.names_things)
            for name, spec in self.registry.items()
        }
        return {name: sockets for name, sockets in found.items() if sockets}


@handles(
    "GET",
    "/api/nodes",
    answers={200: record(("nodes", "types"), nodes=table(NODE), types=table(TYPE)), 304: "unchanged"},
)
async def list_nodes(call: Call) -> web.StreamResponse:
    """The schema of every node type, also of the packs that are on; and of the socket types their shapes, and which others each takes."""
    await asyncio.to_thread(call.room.follow_packs)
    catalogue = call.room.catalogue
    headers = {"ETag": f'"{catalogue.etag}"', "Vary": "Accept-Encoding"}
    if call.request.headers.get("If-None-Match", "").strip() == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    packed = "gzip" in call.request.headers.get("Accept-Encoding", "").lower()
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = catalogue.packed if packed else catalogue.plain
    return web.Response(body=body, content_type="application/json", headers=headers)


@handles("GET", "/api/nodes/{id}", where={"id": text(200)}, answers={200: NODE})
async def get_node(call: Call) -> web.StreamResponse:
    """The schema of one node type."""
    await asyncio.to_thread(call.room.follow_packs)
    registry = call.room.catalogue.registry
    spec = registry.get(call["id"])
    if spec is None:
        cure = did_you_mean(call["id"], registry, "GET /api/nodes lists them")
        raise ApiError(404, f"there is no node type '{call['id']:.100}'", cure)
    return answer(graph.schema(spec))


@handles(
    "POST",
    "/api/check",
    body=record(("workflow",), workflow=WORKFLOW),
    answers={200: record(("problems", "guesses"), problems=array(PROBLEM), guesses=table(GUESS))},
)
async def check(call: Call) -> web.StreamResponse:
    """Everything that keeps a workflow from running, all at once; an empty list when nothing does.

    `guesses` tells of each node what is known before a run: width and height of its pictures by output, and how many items will pass
    (null: not known). It is empty where the graph itself is not in order."""

    def look() -> dict[str, Any]:
        call.room.follow_packs()
        try:
            workflow = build(call.room, call.user, call.body["workflow"])
        except GraftError as error:
            if not error.node:
                raise
            return {"problems": [problem_row(error)], "guesses": {}}
        problems = problems_of(call.room, call.user, workflow)
        guesses = guesses_of(call.room, call.user, workflow, sound=not problems)
        return {"problems": [problem_row(problem) for problem in problems], "guesses": guesses}

    return answer(await asyncio.to_thread(look))
