"""Why: whose code runs on a machine is its owner's decision, so a pack is turned on by the hash of the files that he was shown."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from graph import did_you_mean
from nodes.packs import Pack

from .errors import ApiError, answer
from .routes import Call, handles
from .shapes import array, choice, record, text

BOOLEAN = {"type": "boolean"}
PACK = record(
    ("name", "hash", "state", "follow", "error", "nodes"),
    name=text(), hash=text(64), state=choice("off", "on", "changed", "broken"), follow=BOOLEAN, error=text(10_000),
    nodes=array(text()),
)  # fmt: skip


@handles("GET", "/api/packs", answers={200: record(("packs",), packs=array(PACK))})
async def list_packs(call: Call) -> web.StreamResponse:
    """The node packs in custom_nodes/, and which of them are on.

    `hash` is that of all files of a pack. `state`: `changed` when it was on and its files are others now, so that it is off; `broken` when it can't
    be loaded, and why in `error`. `nodes`: what it adds."""
    found = await asyncio.to_thread(_look, call)
    return answer({"packs": [_shown(call, pack) for pack in found]})


@handles(
    "POST",
    "/api/packs/{name}",
    where={"name": text(200)},
    body=record(("on",), on=BOOLEAN, follow=BOOLEAN, seen=text(64, pattern="^[0-9a-f]{64}$")),
    answers={200: PACK},
)
async def turn_pack(call: Call) -> web.StreamResponse:
    """Turn a pack on or off. To turn it on is to run its code: `seen` must be the `hash` that was shown. `follow`: load it again whenever it
    changes, without asking, as its author wants it."""
    if call.user:
        raise ApiError(403, "which packs are on is the owner's decision", "ask who runs the server")
    pack = await asyncio.to_thread(_turn, call)
    call.room.hub.publish([{"type": "packs"}])
    return answer(_shown(call, pack))


def _look(call: Call) -> list[Pack]:
    found = call.room.packs.refresh()
    call.room.follow_packs()
    return found


def _turn(call: Call) -> Pack:
    packs, name, body = call.room.packs, call["name"], call.body
    found = {pack.name: pack for pack in packs.refresh()}
    if name not in found:
        cure = did_you_mean(name[:100], found, "GET /api/packs lists them")
        raise ApiError(404, f"there is no pack '{name:.100}'", cure)
    if body["on"] and "seen" not in body:
        raise ApiError(
            400, "the body has no 'seen'", "look at the pack's files, then send the hash that GET /api/packs told"
        )
    if body["on"] and body["seen"] != found[name].hash:
        raise ApiError(409, f"the pack '{name}' has changed since you looked at it", "look again, then turn it on")
    pack = packs.turn(name, body["on"], follow=body.get("follow", False), seen=body.get("seen", ""))
    call.room.follow_packs()
    return pack


def _shown(call: Call, pack: Pack) -> dict[str, Any]:
    error = pack.error if not call.user else ""  # it may name what lies on this machine
    return {
        "name": pack.name, "hash": pack.hash, "state": pack.state, "follow": pack.follow, "error": error[:10_000],
        "nodes": list(pack.nodes),
    }  # fmt: skip
