"""Why: which weights can be chosen, and which can be fetched, is asked by every model picker. The shelf answers from the disk, without loading
anything; a download is begun here and followed by events."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from graph import GraftError, did_you_mean
from nodes.models import KINDS, catalogue, finding, hub, inventory

from .downloads import DOWNLOAD, Download
from .errors import ApiError, answer
from .routes import Call, handles
from .shapes import array, record, table, text

OFFER = record(
    ("name", "title", "bytes", "licence", "memory", "good", "here", "recommended"),
    name=text(1000), title=text(1000), bytes={"type": "integer"}, licence=text(1000), memory={"type": "integer"},
    good=text(1000), here={"type": "boolean"}, recommended={"type": "boolean"},
)  # fmt: skip
KIND = record(
    ("noun", "wanted", "limits", "names", "problem", "sizes", "offers"),
    noun=text(), wanted=text(1000), limits=text(1000), names=array(text(1000)), problem={"type": ["string", "null"]},
    sizes=table({"type": "integer"}), offers=array(OFFER),
)  # fmt: skip
ONE = record(("download",), download=DOWNLOAD)


@handles("GET", "/api/models", answers={200: record(("kinds",), kinds=table(KIND))})
async def list_models(call: Call) -> web.StreamResponse:
    """For each kind of model: the names that can be chosen here with their sizes in bytes, what stands against "auto", and what can be fetched.

    Of an offer, `bytes` is the download, `memory` what the weights take while they work, `here` whether they are on the disk already,
    `recommended` whether they suit this machine's memory best.
    """
    return answer({"kinds": await asyncio.to_thread(_kinds, call)})


@handles("GET", "/api/models/downloads", answers={200: record(("downloads",), downloads=array(DOWNLOAD))})
async def list_downloads(call: Call) -> web.StreamResponse:
    """The downloads that run, and the last ones that ended."""
    return answer({"downloads": call.room.downloads.rows()})


@handles(
    "POST",
    "/api/models/downloads",
    body=record(("kind", "name"), kind=text(), name=text(1000)),
    answers={202: ONE},
)
async def start_download(call: Call) -> web.StreamResponse:
    """Fetch weights from the Hugging Face hub.

    `name` is 'org/repo', 'org/repo@revision' or 'org/repo:file', for one of the kinds that GET /api/models lists. Weights that are under way are
    not begun twice. Events of the type download tell how it goes; `done` and `total` are bytes.
    """
    return answer({"download": (await _begin(call)).row()}, 202)


@handles("DELETE", "/api/models/downloads/{id}", where={"id": text()}, answers={200: ONE})
async def end_download(call: Call) -> web.StreamResponse:
    """Stop a download within a second; what has come is kept for the next time. One that has ended is forgotten."""
    download = call.room.downloads.get(call["id"])
    if download is None:
        raise ApiError(404, f"there is no download '{call['id']}'", "GET /api/models/downloads lists them")
    await call.room.downloads.end(download)
    return answer({"download": download.row()})


async def _begin(call: Call) -> Download:
    kind, name, downloads = call.body["kind"], call.body["name"], call.room.downloads
    if kind not in KINDS:
        raise ApiError(400, f"there is no kind '{kind}'", did_you_mean(kind, KINDS, f"use one of {', '.join(KINDS)}"))
    if finding.HUB_NAME.fullmatch(name) is None:
        cure = "give 'org/repo', 'org/repo@revision' or 'org/repo:file' of the Hugging Face hub"
        raise ApiError(400, f"'{name}' can't be downloaded", cure)
    offer = catalogue.offer_of(name)
    if call.room.access.named and offer is None:
        raise ApiError(403, f"'{name}' is not among the models that can be fetched here", "ask who runs this server")
    held = await asyncio.to_thread(_size_here, call, kind, name)
    running = downloads.running(kind, name)
    if running is not None:
        return running
    if held is not None:
        return downloads.have(kind, name, held)
    if call.room.shelf.offline or hub.is_offline():
        raise ApiError(409, "downloads are switched off", "unset GRAFT_OFFLINE and HF_HUB_OFFLINE, or see the settings")
    if downloads.full:
        raise ApiError(409, "too many downloads wait already", "wait for them, or stop some")
    return downloads.start(kind, name, offer.bytes if offer else 0)


def _size_here(call: Call, kind: str, name: str) -> int | None:
    """Bytes of weights that are on the disk, None when they are not."""
    try:
        found = call.room.shelf.here(kind, name)
    except GraftError:  # something of that name is here and can't be used; the download's own error says more
        return None
    return None if found is None else inventory.size_of(found.path)


def _kinds(call: Call) -> dict[str, Any]:
    shelf, rows = call.room.shelf, {}
    for name, kind in KINDS.items():
        sizes = shelf.sizes(name)
        rows[name] = {
            "noun": kind.noun, "wanted": kind.wanted, "limits": kind.limits, "names": shelf.names(name),
            "problem": shelf.problems(name, "auto"), "sizes": sizes,
            "offers": [catalogue.as_row(offer, here=offer.name in sizes) for offer in catalogue.offers(name)],
        }  # fmt: skip
    return rows
