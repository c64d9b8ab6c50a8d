"""Why: the bare address is what a person opens: it shows the editor where one is built, and says where everything is where not."""

from __future__ import annotations

from aiohttp import web

from .errors import answer
from .routes import Call

POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"


async def front(call: Call) -> web.StreamResponse:
    page = call.room.settings.root / "web" / "dist" / "index.html"
    if page.is_file():
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
            "Content-Type": "text/html; charset=utf-8",
        }
        return web.FileResponse(page, headers=headers)
    return answer({"name": "Graft", "version": call.room.version, "api": "/api/openapi.json"})
