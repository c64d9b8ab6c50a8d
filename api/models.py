"""Why: which weights can be chosen is asked by every model picker. The shelf answers from the disk, without loading anything."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from nodes.models import KINDS

from .errors import answer
from .routes import Call, handles
from .shapes import array, record, table, text

KIND = record(
    ("noun", "wanted", "limits", "names", "problem"),
    noun=text(), wanted=text(1000), limits=text(1000), names=array(text(1000)), problem={"type": ["string", "null"]},
)  # fmt: skip


@handles("GET", "/api/models", answers={200: record(("kinds",), kinds=table(KIND))})
async def list_models(call: Call) -> web.StreamResponse:
    """For each kind of model: the names that can be chosen here, what is wanted, and what stands against "auto"."""
    return answer({"kinds": await asyncio.to_thread(_kinds, call)})


def _kinds(call: Call) -> dict[str, Any]:
    shelf = call.room.shelf
    return {
        name: {
            "noun": kind.noun, "wanted": kind.wanted, "limits": kind.limits, "names": shelf.names(name),
            "problem": shelf.problems(name, "auto"),
        }
        for name, kind in KINDS.items()
    }  # fmt: skip
