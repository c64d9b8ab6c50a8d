"""Why: a handler's declaration is the only place that says its path, query, body and answers. Requests are read and refused by it,
and the OpenAPI document is printed from it.

    @handles("GET", "/api/jobs", query={"limit": integer(1, 1000)}, answers={200: JOBS})
    async def list_jobs(call: Call) -> web.StreamResponse: ...
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from graph import did_you_mean

from . import shapes
from .body import read_json
from .errors import ApiError, Handler

if TYPE_CHECKING:
    from .room import Room

USER = web.RequestKey("user", str)


@dataclass(frozen=True)
class Call:
    """One request, read and checked. ``user`` is "" where nobody is named."""

    request: web.Request
    room: Room
    user: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None

    def __getitem__(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]


Function = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Route:
    """One declared handler. ``raw``: media types of a body that the handler reads by itself. ``answers``: a schema, or a media type."""

    method: str
    path: str
    function: Function
    path_schema: Mapping[str, shapes.Schema]
    query: Mapping[str, shapes.Schema]
    body: shapes.Schema | None
    raw: tuple[str, ...]
    headers: Mapping[str, shapes.Schema]
    answers: Mapping[int, shapes.Schema | str]

    @property
    def subject(self) -> str:
        return self.function.__module__.rpartition(".")[2]


ROUTES: list[Route] = []
"""Filled as the modules of handlers are imported."""

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def handles(
    method: str,
    path: str,
    *,
    where: Mapping[str, shapes.Schema] | None = None,
    query: Mapping[str, shapes.Schema] | None = None,
    body: shapes.Schema | None = None,
    raw: tuple[str, ...] = (),
    headers: Mapping[str, shapes.Schema] | None = None,
    answers: Mapping[int, shapes.Schema | str],
) -> Callable[[Function], Function]:
    """Declare a handler. where: the parts of the path, by name."""

    def declare(function: Function) -> Function:
        ROUTES.append(
            Route(method, path, function, where or {}, query or {}, body, raw, headers or {}, dict(answers)),
        )
        return function

    return declare


def endpoint(route: Route, room_of: Callable[[web.Request], Room]) -> Handler:
    """The aiohttp handler of a route: reads the request by its declaration, then calls the function."""

    async def handle(request: web.Request) -> web.StreamResponse:
        _check_path(route, request)
        query = _query(route, request)
        body = None
        if route.body is not None:
            body = await read_json(request)
            refuse_if(shapes.problems(route.body, body))
        return await route.function(Call(request, room_of(request), request[USER], query, body))

    return handle


def refuse_if(problems: Any) -> None:
    """ApiError 400 with the first few of ``problems``, where there are any."""
    found = [problem for problem, _ in zip(problems, range(10), strict=False)]
    if found:
        raise ApiError(400, "; ".join(found), "GET /api/openapi.json says what can be sent")


def _check_path(route: Route, request: web.Request) -> None:
    for name, schema in route.path_schema.items():
        value: Any = request.match_info[name]
        if schema.get("type") == "integer":
            value = _from_text(schema, value)
        refuse_if(shapes.problems(schema, value, name))


def _query(route: Route, request: web.Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in request.query.items():
        schema = route.query.get(name)
        if schema is None:
            known = ", ".join(route.query) or "none"
            cure = did_you_mean(name[:60], route.query, f"known are {known}")
            raise ApiError(400, f"there is no parameter '{name:.60}'", cure)
        if name in found:
            raise ApiError(400, f"the parameter '{name}' is given twice", "keep one of them")
        found[name] = _from_text(schema, text)
        refuse_if(shapes.problems(schema, found[name], name))
    for name, schema in route.query.items():
        if "default" in schema:
            found.setdefault(name, schema["default"])
    return found


def _from_text(schema: shapes.Schema, text: str) -> Any:
    """A word of the address as what the schema asks for; as it is where it is none."""
    kind = schema.get("type")
    if kind == "boolean":
        return _TRUTH.get(text.lower(), text)
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", text, re.ASCII):
        return float(text)
    return _whole(text)


def _whole(text: str) -> str:
    """aiohttp keeps bytes that are no UTF-8 as lone surrogates, which no file name and no database takes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ApiError(400, "the address is no UTF-8", "send it percent-encoded as UTF-8") from None
    return text
