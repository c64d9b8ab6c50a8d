"""Why: what the node browser shows of a node is what the node really did. This runs the graphs of node_examples.py through the engine, with the
starter models and the pictures in workflows/examples, and writes public/nodes/: small pictures, and examples.json with the graphs and with what went
into and came out of each node. Run it anew when a node, its example or a starter model has changed:

    .venv/bin/python web/make-examples.py [type …]
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import node_examples  # noqa: E402

import graph  # noqa: E402
import nodes  # noqa: E402, F401
from nodes.models import Shelf  # noqa: E402

WORKFLOWS = HERE.parent / "workflows"
OUT = HERE / "public" / "nodes"
SIDE = 256  # pixels, the longer one
LIMIT = 6000  # bytes of a picture
PICTURES = ("image", "mask", "heat")
LONGEST = 160  # characters of a text that is shown


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / "examples.json"
    wanted = sys.argv[1:] or list(node_examples.EXAMPLES)
    rows = json.loads(file.read_text(encoding="utf-8")) if sys.argv[1:] and file.exists() else {}
    with closing(Shelf(graph.Settings.from_environment())) as shelf:
        for type_ in wanted:
            rows[type_] = example(type_, shelf)
            print(type_, *(row.get("picture") or row["text"] for row in rows[type_]["out"]), flush=True)
    rows = {type_: rows[type_] for type_ in node_examples.EXAMPLES if type_ in rows}
    file.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    used = {row["picture"] for entry in rows.values() for row in entry["in"] + entry["out"] if "picture" in row}
    for path in OUT.glob("*.webp"):
        if path.name not in used:
            path.unlink()


def example(type_: str, shelf: Any) -> dict[str, Any]:
    """What is kept of one example; its pictures are written."""
    flow = node_examples.graph(type_)
    given, made = run(type_, flow, shelf)
    spec = graph.registry[type_]
    show = node_examples.EXAMPLES[type_].get("show", list(spec.outputs))
    mine = next(node for node in reversed(flow.values()) if node["type"] == type_)
    for name, value in mine["inputs"].items():
        if not is_link(value):
            given[name] = [value]
    ins = [row for name in mine["inputs"] if (row := told(name, given.get(name, []), spec.inputs[name].type.name))]
    outs: list[dict[str, Any]] = []
    for name in show:
        row = told(name, made.get(name, []), spec.outputs[name].type.name)
        if row and "image" in row:
            first = not any("picture" in other for other in outs)
            row = kept(row, f"{type_}.webp" if first else f"{type_}.{name}.webp")
        outs += [row] if row else []
    return {"nodes": flow, "in": [kept(row) if "image" in row else row for row in ins], "out": outs}


def is_link(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"node", "output"}


def run(type_: str, flow: dict[str, Any], shelf: Any) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Run a graph; what the node of that type was given, and what it made, by socket, item by item where it stands in a stream."""
    given: dict[str, list[Any]] = {}
    made: dict[str, list[Any]] = {}
    spec = graph.registry[type_]
    known = {**graph.registry, type_: dataclasses.replace(spec, function=watched(spec, given, made))}
    workflow = graph.build({"format": 1, "nodes": flow}, folder=WORKFLOWS, name=type_)
    runner = graph.Runner(known, shelf)
    with tempfile.TemporaryDirectory() as out:
        runner.run(runner.plan(workflow), Path(out), lambda event: None, stop=threading.Event())
    return given, made


def watched(spec: graph.NodeSpec, given: dict[str, list[Any]], made: dict[str, list[Any]]) -> Any:
    """The node's function, which notes what passes."""

    def passing(name: str, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            given.setdefault(name, []).append(item)
            yield item

    def note(answer: Any) -> None:
        if isinstance(answer, graph.Drop):
            return
        for name, value in zip(spec.outputs, tuple(answer) if spec.many else (answer,), strict=True):
            made.setdefault(name, []).append(value)

    def noted(items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            note(item)
            yield item

    def call(**inputs: Any) -> Any:
        for name, value in inputs.items():
            if name in spec.inputs and spec.inputs[name].collects:
                inputs[name] = passing(name, value)
            elif name in spec.inputs and value is not None:
                given.setdefault(name, []).append(value)
        answer = spec.function(**inputs)
        if spec.source:
            return noted(answer)
        note(answer)
        return answer

    return call


def told(name: str, values: list[Any], kind: str) -> dict[str, Any] | None:
    """A socket's values as one picture or one text; None where there were none."""
    if kind.removeprefix("list of ") in PICTURES and kind not in PICTURES:
        kind, values = kind.removeprefix("list of "), [picture for several in values for picture in several]
    if not values:
        return None
    if kind == "anything":
        kind = "image" if isinstance(values[0], np.ndarray) else kind
    if kind in PICTURES:
        row = {"name": name, "type": kind, "image": strip([picture(value, kind) for value in values])}
        return row if len(values) > 1 else {**row, "pixels": list(values[0].shape[1::-1])}
    text = " · ".join(text_of(value) for value in values)
    return {"name": name, "type": kind, "text": text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"}


def text_of(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    if isinstance(value, np.ndarray):
        return " · ".join(", ".join(f"{number:.0f}" for number in row) for row in value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return " · ".join(str(entry.get("do", "")).replace("_", " ") for entry in value)
    if isinstance(value, list) and value and isinstance(value[0], list):
        return " · ".join(", ".join(f"{number:g}" for number in row) for row in value)
    if isinstance(value, Path) or (isinstance(value, str) and value.startswith("/")):
        path = Path(value)
        return str(path.relative_to(WORKFLOWS)) if path.is_relative_to(WORKFLOWS) else path.name
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def picture(value: np.ndarray, kind: str) -> Image.Image:
    """An array as a picture of at most SIDE pixels."""
    if kind == "heat":
        value = graph.registry["mask.heat_to_image"].function(value, "turbo")
    image = Image.fromarray(np.ascontiguousarray(value)).convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return image


def strip(images: list[Image.Image]) -> Image.Image:
    """Several pictures, two and two."""
    if len(images) == 1:
        return images[0]
    half = SIDE // 2 - 2
    tiles = [image.copy() for image in images[:4]]
    for tile in tiles:
        tile.thumbnail((half, half))
    high = max(tile.height for tile in tiles)
    rows = (len(tiles) + 1) // 2
    sheet = Image.new("RGB", (SIDE, rows * (high + 4) - 4), "white")
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % 2 * (half + 4), index // 2 * (high + 4)))
    return sheet


def kept(row: dict[str, Any], name: str | None = None) -> dict[str, Any]:
    """The row with its picture written to a file: under a name, or one that says what is in it, so that inputs alike are one file."""
    image: Image.Image = row.pop("image")
    data = webp(image)
    name = name or f"in.{hashlib.sha256(data).hexdigest()[:8]}.webp"
    (OUT / name).write_bytes(data)
    return {**row, "picture": name, "size": list(image.size)}


def webp(image: Image.Image) -> bytes:
    """As good as the limit allows."""
    for quality in range(90, 5, -5):
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= LIMIT:
            return file.getvalue()
    raise SystemExit(f"a picture of {image.size} does not fit into {LIMIT} bytes")


if __name__ == "__main__":
    main()
