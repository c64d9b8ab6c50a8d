"""Why: the bare address is what a person opens: it shows the editor where one is built, and says where everything is where not."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from . import roots
from .errors import answer
from .routes import Call

POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"
FOLDERS = ("assets", "templates", "nodes")
"""What the page is made of beside index.html. The names in assets/ change with their content."""


def is_page(built: Path, request: web.Request) -> bool:
    """Whether the page itself is asked for, which holds nobody's data."""
    if request.method not in ("GET", "HEAD"):
        return False
    first = request.path.split("/", 2)[1]
    return first in FOLDERS or (request.path == "/" and (built / "index.html").is_file())


async def front(call: Call) -> web.StreamResponse:
    page = call.room.settings.page / "index.html"
    if page.is_file():
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
            "Content-Type": "text/html; charset=utf-8",
        }
        return web.FileResponse(page, headers=headers)
    return answer({"name": "Graft", "version": call.room.version, "api": "/api/openapi.json"})


async def part(call: Call) -> web.StreamResponse:
    """A script, style or picture of the page; packed where a packed copy lies beside it. ApiError 404 for all else."""
    folder, path = call["folder"], call["path"]
    found = roots.inside(call.room.settings.page / folder, path)
    lasting = "public, max-age=31536000, immutable" if folder == "assets" else "public, max-age=3600"
    return web.FileResponse(found, headers={"Cache-Control": lasting})
