"""Why: a picture in the documentation is what a graph really made. This runs each family's graph on the starter models, or on no model at all, and puts
what went in beside what came out:

    .venv/bin/python -m docs.pictures [name …]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import graph
import nodes  # noqa: F401 - fills the registry
from nodes.models import Shelf

DOCS = Path(__file__).parent
WORKFLOWS = DOCS.parent / "workflows"
HEIGHT, GAP = 240, 6  # pixels
Nodes = dict[str, Any]


def link(place: str) -> dict[str, str]:
    node, _, output = place.partition(".")
    return {"node": node, "output": output}


def node(type_: str, **inputs: Any) -> dict[str, Any]:
    """A node of a graph; "@photo.image" is a link."""
    linked = {k: link(v[1:]) if isinstance(v, str) and v.startswith("@") else v for k, v in inputs.items()}
    return {"type": type_, "inputs": linked}


PHOTO = {"photo": node("image.load", path="examples/street.png")}
CONTROL: Nodes = {
    **PHOTO,
    **{name: node(f"control.{name}", image="@photo.image") for name in ("canny", "soft_edges", "lines", "scribble")},
}
SEGMENT: Nodes = {
    **PHOTO,
    "words": node("segment.mask_from_words", image="@photo.image", words="car"),
    "found": node("mask.overlay", image="@photo.image", mask="@words.mask"),
    "box": node("mask.box", x=262, y=258, width=340, height=230),
    "grabbed": node("segment.grab", image="@photo.image", box="@box.boxes"),
    "cut": node("mask.cut_out", image="@photo.image", mask="@grabbed.mask"),
}
FRAMES: Nodes = {
    "first": node("stream.take", items="@mixed.image", count=1),
    "middle": node("stream.take", items="@mixed.image", count=1, skip=11),
    "last": node("stream.take", items="@mixed.image", count=1, skip=23),
    "two": node("stream.join", first="@first.item", second="@middle.item"),
    "three": node("stream.join", first="@two.item", second="@last.item"),
    "frames": node("stream.contact_sheet", images="@three.item", columns=3, side=224),
}
POOR: Nodes = {
    "photo": node("image.load", path="examples/street.png"),
    "dull": node("image.adjust", image="@photo.image", contrast=0.55, brightness=0.9),
    "poor": node("augment.apply", image="@dull.image", steps=[{"do": "jpeg", "worst": 12, "probability": 1.0}], seed=5),
    "blocks": node("improve.deblock", image="@poor.image"),
}
LOOK: Nodes = {
    "photo": node("image.load", path="examples/garden.png"),
    "said": node("look.caption", image="@photo.image"),
    "caption": node("image.text_on_picture", image="@photo.image", text="@said.caption", size=28.0),
    "seen": node("tag.picture", image="@photo.image"),
    "tags": node("image.text_on_picture", image="@photo.image", text="@seen.tags", size=28.0),
}
SHOWN: dict[str, tuple[str | Nodes, Nodes, tuple[str, ...]]] = {
    "compared": ("compare_settings", {}, ("table.image",)),
    "segmented": (SEGMENT, {}, ("photo.image", "found.image", "cut.image")),
    "controls": (CONTROL, {}, ("photo.image", "canny.image", "soft_edges.image", "lines.image", "scribble.image")),
    "swapped": ("swap_word_attention", {}, ("pair.image", "why.panels")),
    "described": (LOOK, {}, ("caption.image", "tags.image")),
    "improved": ("improve_photo", POOR, ("poor.image", "local.image")),
    "moved": ("move_object", {}, ("photo.image", "move.image")),
    "followed": ("colour_in_clip", FRAMES, ("frames.image",)),
}
"""For each picture: a shipped graph or one made here, what is added to it, and which outputs stand side by side."""


def made(flow: str | Nodes, more: Nodes, shown: tuple[str, ...]) -> list[np.ndarray]:
    """What the outputs are."""
    raw = json.loads((WORKFLOWS / f"{flow}.json").read_text(encoding="utf-8")) if isinstance(flow, str) else None
    nodes_ = {**(raw["nodes"] if raw else flow), **more}  # type: ignore[dict-item]
    workflow = graph.build({"format": 1, "nodes": nodes_}, folder=WORKFLOWS, name=str(flow)[:40])
    with tempfile.TemporaryDirectory() as folder:
        runner = graph.Runner(graph.registry, Shelf(graph.Settings(models=Path(folder), offline=True)))
        plan = runner.plan(workflow, {place.partition(".")[0] for place in shown})
        values = runner.run(plan, Path(folder), lambda event: None).values
    return [values[place.partition(".")[0]][place.partition(".")[2]] for place in shown]


def strip(images: list[np.ndarray]) -> Image.Image:
    """Side by side, all of one height."""
    small = []
    for image in images:
        picture = Image.fromarray(image)
        height = HEIGHT if len(images) > 1 else min(picture.height, 3 * HEIGHT)
        small.append(picture.resize((round(picture.width * height / picture.height), height), Image.Resampling.LANCZOS))
    page = Image.new("RGB", (sum(one.width + GAP for one in small) - GAP, max(one.height for one in small)), "white")
    left = 0
    for one in small:
        page.paste(one, (left, 0))
        left += one.width + GAP
    return page


def main(names: list[str]) -> None:
    for name, (flow, more, shown) in SHOWN.items():
        if not names or name in names:
            path = DOCS / f"{name}.webp"
            strip(made(flow, more, shown)).save(path, quality=84, method=6)
            print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
