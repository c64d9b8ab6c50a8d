"""Why: who watches the server wants one answer: does it run jobs? It says no (503) when the worker process is not there."""

from __future__ import annotations

import asyncio
import time

from aiohttp import web

from .errors import answer
from .routes import Call, handles
from .shapes import record, table, text
from .show import QUEUE

HEALTH = record(
    ("ok", "version", "uptime", "worker", "queue"),
    ok={"type": "boolean"}, version=text(), uptime={"type": "number"}, worker=table(), queue=QUEUE,
)  # fmt: skip


@handles("GET", "/api/health", answers={200: HEALTH, 503: HEALTH})
async def health(call: Call) -> web.StreamResponse:
    """Whether jobs are run, by what, and how many wait; `worker.models` are the models in its memory: kind, name, bytes, device, used."""
    room = call.room
    worker = room.worker_state()
    ok = bool(worker["alive"])
    queue = await asyncio.to_thread(room.queue, call.user)
    data = {
        "ok": ok,
        "version": room.version,
        "uptime": time.monotonic() - room.began,
        "worker": worker,
        "queue": queue,
    }
    return answer(data, 200 if ok else 503)
