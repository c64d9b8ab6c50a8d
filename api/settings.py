"""Why: what a person sets in the editor must still be set tomorrow. Two kinds: how the page looks (each user's own, any JSON), and
what the server and its worker may use, which takes effect when they start next; until then both values are told."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from graph import GraftError, Settings
from nodes.disk import write_atomic

from . import shapes
from .errors import ApiError, answer
from .routes import Call, handles
from .shapes import array, integer, record, table, text

MAX_EDITOR = 64 << 10  # bytes of JSON
SERVER: dict[str, shapes.Schema] = {
    "device": text(20, pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$"),
    "offline": {"type": "boolean"},
    "cache_bytes": integer(0, 1 << 50),
    "disk_bytes": integer(0, 1 << 50),
    "worker_bytes": integer(0, 1 << 50),
    "memory": integer(0, 1 << 50),
}
SETTINGS = record(
    ("editor", "server", "restart"), editor=table(), server=record(tuple(SERVER), **SERVER), restart=array(text())
)


@handles("GET", "/api/settings", answers={200: SETTINGS})
async def get_settings(call: Call) -> web.StreamResponse:
    """The settings. `restart` names those that take effect when the server starts next."""
    return answer(await asyncio.to_thread(_told, call))


@handles("PATCH", "/api/settings", body=record(editor=table(), server=record(**SERVER)), answers={200: SETTINGS})
async def patch_settings(call: Call) -> web.StreamResponse:
    """Change what is given: keys of `editor` (null takes one away) and of `server`."""
    if call.room.access.named and "server" in call.body:
        raise ApiError(403, "the server's settings are its owner's", "ask who runs it")
    async with call.room.settings_lock:
        await asyncio.to_thread(_patch, call)
    return answer(await asyncio.to_thread(_told, call))


def overlaid(settings: Settings) -> Settings:
    """``settings`` with what was set through here; GraftError when the file was spoiled."""
    kept = _read(settings.data / "settings.json")
    wrong = list(shapes.problems(record(**SERVER), kept))
    if wrong:
        raise GraftError(f"{settings.data / 'settings.json'}: {wrong[0]}", "mend or delete it")
    return dataclasses.replace(settings, **kept)


def _told(call: Call) -> dict[str, Any]:
    used = {name: getattr(call.room.settings, name) for name in SERVER}
    kept = _read(call.room.settings.data / "settings.json")
    restart = sorted(name for name, value in kept.items() if used.get(name) != value)
    return {"editor": _read(_editor_file(call)), "server": {**used, **kept}, "restart": restart}


def _patch(call: Call) -> None:
    if "server" in call.body:
        path = call.room.settings.data / "settings.json"
        write_atomic(path, json.dumps({**_read(path), **call.body["server"]}, indent=1).encode())
    if "editor" in call.body:
        path = _editor_file(call)
        merged = {**_read(path), **call.body["editor"]}
        data = json.dumps({name: value for name, value in merged.items() if value is not None}, indent=1).encode()
        if len(data) > MAX_EDITOR:
            raise ApiError(413, f"the editor's settings have more than {MAX_EDITOR >> 10} KB", "keep less")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)


def _editor_file(call: Call) -> Path:
    return call.room.home(call.user) / "editor.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise GraftError(f"{path} is no JSON: {error}", "mend or delete it") from error
    return found if isinstance(found, dict) else {}
