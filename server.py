"""Why: the route table and what every request passes through, in one place; what they do stands in api/."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

import nodes  # noqa: F401 - fills the registry
from api import events, files, health, jobs, models, openapi, packs, workflows  # noqa: F401 - each declares its handlers
from api import nodes as node_types  # noqa: F401
from api import settings as settings_api
from api.auth import Access, guard
from api.errors import Handler, as_json
from api.front import FOLDERS, front, is_page, part
from api.room import Events, MakeWorker, Room, Runner, opened
from api.routes import ROUTES, Route, endpoint
from graph import NodeSpec, Settings, registry

Context = Callable[[web.Application], AsyncIterator[None]]
ROOM = web.AppKey("room", Room)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "Graft",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGE = [
    Route("GET", "/", front, {}, {}, None, (), {}, {}),
    Route("GET", f"/{{folder:{'|'.join(FOLDERS)}}}/{{path:.+}}", part, {}, {}, None, (), {}, {}),
]


def make_app(
    settings: Settings,
    access: Access | None = None,
    *,
    known: Mapping[str, NodeSpec] = registry,
    make_worker: MakeWorker | None = None,
) -> web.Application:
    """The server as an aiohttp application. access: who may come in; by default the loopback, without a token. known: the node types."""
    access = access or Access()
    app = web.Application(
        middlewares=[_safe_headers, as_json, guard(access, lambda request: is_page(settings.page, request))],
        client_max_size=64 << 10,
    )
    app.cleanup_ctx.append(_room(settings, access, known, make_worker or worker))
    app.on_shutdown.append(_close_sockets)
    for route in [*PAGE, *ROUTES]:
        handler = endpoint(route, lambda request: request.app[ROOM])
        app.router.add_route(route.method, route.path, handler)
        if route.method == "GET" and 101 not in route.answers:  # a WebSocket has no head alone
            app.router.add_route("HEAD", route.path, handler)
    return app


def worker(path: Path, settings: Settings, on_events: Events, on_state: Callable[[dict[str, Any]], None]) -> Runner:
    """The real worker process."""
    from graph.worker import Worker

    return Worker(path, settings, on_events=on_events, on_state=on_state)


def _room(settings: Settings, access: Access, known: Mapping[str, NodeSpec], make_worker: MakeWorker) -> Context:
    async def context(app: web.Application) -> AsyncIterator[None]:
        whole = replace(settings, data=settings.data.absolute(), out=settings.out.absolute())
        async with opened(settings_api.overlaid(whole), access, known, make_worker) as room:
            app[ROOM] = room
            yield

    return context


async def _close_sockets(app: web.Application) -> None:
    app[ROOM].hub.close()


@web.middleware
async def _safe_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-cache")
    return response
