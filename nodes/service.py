"""Why: the worker process is told by name where its nodes come from. This is that place: all families, the shelf of models, and how a preview
becomes a JPEG."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image as Pillow

import graph
from graph import Settings, Workflow
from graph.worker import Kit
from nodes.models import Shelf
from nodes.packs import Packs

PREVIEW_QUALITY = 80


def setup(settings: Settings) -> Kit:
    """What a worker works with: every node of the house, and of the packs that are on."""
    import nodes  # noqa: F401 - importing it fills the registry

    shelf, packs = Shelf(settings), Packs(settings)
    packs.follow()

    def saved(workflow: Workflow) -> Workflow:
        return graph.portable(workflow, graph.registry, settings.root / "workflows")

    return Kit(graph.registry, shelf, shelf.make_room, jpeg, saved, packs.follow, shelf.loaded)


def jpeg(image: Any, side: int) -> bytes:
    """A preview's bytes. image: uint8 (H, W, 3). side: pixels of the longer side, at most."""
    picture = Pillow.fromarray(image)
    picture.thumbnail((side, side), reducing_gap=2.0)
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=PREVIEW_QUALITY)
    return file.getvalue()
