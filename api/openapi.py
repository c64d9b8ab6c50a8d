"""Why: the description of the API is made from the handlers' own declarations, so it can't say anything else than they do."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from .errors import answer
from .routes import ROUTES, Call, Route, handles
from .shapes import array, record

_TEXT = {"type": "string"}
PROBLEM = record(
    ("node", "socket", "what", "cure"), node=_TEXT, socket=_TEXT, what=_TEXT, cure=_TEXT,
    weights=record(("kind", "name"), kind=_TEXT, name=_TEXT),
)  # fmt: skip
ERROR = record(
    ("error",),
    error=record(
        ("what", "cure"), what=_TEXT, cure=_TEXT,
        problems=array(PROBLEM),
    ),
)  # fmt: skip
_WORDS = {101: "switching to WebSocket", 201: "made", 204: "done; nothing is sent", 206: "a part", 304: "unchanged",
          416: "no such part", 503: "not ready"}  # fmt: skip


@handles("GET", "/api/openapi.json", answers={200: {"type": "object"}})
async def get_openapi(call: Call) -> web.StreamResponse:
    """The description of this API, as OpenAPI 3.1."""
    return answer(document(ROUTES, call.room.version))


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of declared handlers."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Graft", "version": version, "description": "Node graphs that change pictures with words."},
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(route: Route) -> dict[str, Any]:
    summary, _, text = inspect.cleandoc(route.function.__doc__ or "").partition("\n\n")
    found: dict[str, Any] = {
        "operationId": route.function.__name__,
        "tags": [route.subject],
        "summary": " ".join(summary.split()),
        "parameters": [
            *(_parameter("path", name, schema, True) for name, schema in route.path_schema.items()),
            *(_parameter("query", name, schema, False) for name, schema in route.query.items()),
            *(_parameter("header", name, schema, False) for name, schema in route.headers.items()),
        ],
        "responses": {str(status): _response(status, shape) for status, shape in route.answers.items()},
    }
    found["responses"]["4XX"] = found["responses"]["507"] = {
        "description": "refused: what is wrong, and the cure",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    if text:
        found["description"] = " ".join(text.split())
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    elif route.raw:
        found["requestBody"] = {"required": True, "content": {kind: {"schema": _upload(kind)} for kind in route.raw}}
    return found


def _parameter(place: str, name: str, schema: Any, required: bool) -> dict[str, Any]:
    return {"in": place, "name": name, "required": required, "schema": schema}


def _upload(kind: str) -> dict[str, Any]:
    data = {"type": "string", "format": "binary"}
    return {"type": "object", "properties": {"file": data}} if kind.startswith("multipart") else data


def _response(status: int, shape: Any) -> dict[str, Any]:
    words = _WORDS.get(status, "the answer")
    if isinstance(shape, str):
        return {
            "description": words,
            **({"content": {shape: {}}} if "/" in shape and status < 300 and status != 101 else {}),
        }
    return {"description": words, "content": {"application/json": {"schema": shape}}}
