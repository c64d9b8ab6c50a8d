"""Why: a page shows what happens while it happens, and after a break what it missed. One WebSocket carries it all, in frames that are
JSON arrays of events; each event has its `seq`, and a client that comes back tells the last one it saw."""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import WSCloseCode, web

from .errors import ApiError
from .hub import Client
from .routes import Call, handles
from .shapes import integer, text

MAX_SOCKETS = 1000
HEARTBEAT = 30.0  # seconds between pings; a client that does not answer is let go


@handles(
    "GET",
    "/api/events",
    query={"cursor": integer(0, 2**53), "epoch": text(32)},
    answers={101: "application/json", 426: "error"},
)
async def stream(call: Call) -> web.StreamResponse:
    """All events, as a WebSocket.

    The first frame is [{"type": "hello", "cursor": newest, "epoch": …}]. Give `cursor` (the `seq` of the last event you saw) and
    `epoch` to get what you missed; [{"type": "reset"}] says that it is gone, so fetch the jobs anew. Types: added, job, cached,
    started, finished, progress, expected, preview, made, said, wrote, failed, dropped, queue, packs, worker, download.
    """
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=1 << 16, compress=False)
    if not socket.can_prepare(call.request):
        raise ApiError(426, "this address is a WebSocket", "connect with ws://", headers={"Upgrade": "websocket"})
    if len(call.room.hub.clients) >= MAX_SOCKETS:
        raise ApiError(503, f"{MAX_SOCKETS} sockets are open already", "close some")
    await socket.prepare(call.request)
    client, greeting = call.room.hub.join(call.user, call.query.get("cursor"), call.query.get("epoch"))
    writer = asyncio.create_task(_write(socket, client, json.dumps(greeting)))
    try:
        async for _ in socket:  # reading is what notices that the client has gone; it has nothing to say
            pass
    finally:
        call.room.hub.leave(client)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer
    return socket


async def _write(socket: web.WebSocketResponse, client: Client, first: str) -> None:
    with contextlib.suppress(ConnectionError):
        await socket.send_str(first)
        while (frame := await client.frame()) is not None:
            await socket.send_str(frame)
        if client.lost:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too slow: connect again with your cursor")
        else:
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the server stops")
