"""Why: who has no weights yet must be told which to get, how large they are and what they may be used for, before anything is
downloaded. The rows stand in catalogue.toml, so that another model is another row and no code."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .finding import HUB_NAME, KINDS

FILE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True)
class Offer:
    """Weights that can be fetched. name: as the shelf takes it. bytes: of the download. memory: bytes that they take while they work. good: what
    for. least: bytes of memory of a machine from which they are the recommended ones of their kind, None for never."""

    kind: str
    name: str
    title: str
    bytes: int
    licence: str
    memory: int
    good: str
    least: int | None = None


@cache
def offers(kind: str) -> tuple[Offer, ...]:
    """What can be fetched for a kind, in the order of the file; nothing for a kind that has no rows."""
    return tuple(offer for offer in _rows(FILE) if offer.kind == kind)


def offer_of(name: str) -> Offer | None:
    """The row with this name, whatever its kind."""
    return next((offer for kind in KINDS for offer in offers(kind) if offer.name == name), None)


def recommended(kind: str, memory: int) -> Offer | None:
    """The offer for a machine with so many bytes of memory: the one that asks for most of what is there. None where none fits."""
    fitting = [offer for offer in offers(kind) if offer.least is not None and offer.least <= memory]
    return max(fitting, key=lambda offer: offer.least or 0, default=None)


@cache
def machine_memory() -> int:
    """Bytes that a model can use here: all of the largest NVIDIA card where there is one, else half of the machine's: without a card large
    models are slow, and pictures and other programs need memory too."""
    query = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, check=True, timeout=10).stdout
        return max(int(line) for line in told.split()) << 20
    except (OSError, subprocess.SubprocessError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def as_row(offer: Offer, *, here: bool) -> dict[str, Any]:
    """An offer as plain data. here: whether its weights are on this disk; recommended: whether it is the one for this machine."""
    return {
        "name": offer.name, "title": offer.title, "bytes": offer.bytes, "licence": offer.licence, "memory": offer.memory,
        "good": offer.good, "here": here, "recommended": offer == recommended(offer.kind, machine_memory()),
    }  # fmt: skip


def guess_kind(name: str) -> str:
    """The kind that a name on the hub is for, as far as the name alone tells; "" where it does not."""
    offer = offer_of(name)
    if offer is not None:
        return offer.kind
    return "chat" if "gguf" in name.lower() and HUB_NAME.fullmatch(name) else ""


def _rows(file: Path) -> list[Offer]:
    with file.open("rb") as opened:
        tables = tomllib.load(opened)
    return [Offer(kind, least=row.pop("from", None), **row) for kind, rows in tables.items() for row in rows]
