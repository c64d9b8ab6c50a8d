"""Why: the pictures on the start page are what the shipped graphs really make. This runs each of them on a server (SERVER, by default
http://localhost:8765) and writes public/templates/<name>.before.webp and .after.webp. Run it anew when a shipped graph or a starter model
has changed:

    .venv/bin/python web/make-templates.py [name …]
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from PIL import Image

HERE = Path(__file__).parent
SERVER = os.environ.get("SERVER", "http://localhost:8765")
OUT = HERE / "public" / "templates"
WIDTH = 720  # pixels; a card is about half as wide
LIMIT = 40_000  # bytes


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    for entry in json.loads((HERE / "src" / "form" / "templates.json").read_text()):
        if not wanted or entry["name"] in wanted:
            make(entry)


def make(entry: dict[str, Any]) -> None:
    name, given = entry["name"], entry.get("shown", {})
    flow = asked(f"/api/workflows/{quote(name)}")
    job = run(flow, given)
    after = result(job)
    if entry.get("grid"):
        made = [row["path"] for row in job["outputs"] if row.get("url") and row["node"] == "save"]
        after = grid(sorted(made))
        before = grid([f"examples/{row['path']}" for row in asked("/api/files?root=examples")["files"]])
    elif "before" in entry:
        flow["nodes"]["save"]["inputs"]["image"] = entry["before"]
        before = result(run(flow, given))
    else:
        before = picture(given.get("picture") or flow["nodes"]["photo"]["inputs"]["path"])
    for kind, image in (("before", before), ("after", after)):
        path = OUT / f"{name}.{kind}.webp"
        path.write_bytes(small(image))
        print(path.name, image.size, path.stat().st_size)


def run(flow: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Run a graph and wait for its end."""
    job = asked("/api/jobs", {"workflow": flow, "values": values})["jobs"][0]
    while job["status"] in ("pending", "running"):
        time.sleep(0.5)
        job = asked(f"/api/jobs/{job['id']}")
    if job["status"] != "done":
        raise SystemExit(f"{flow.get('title')}: {job['status']}: {job['error']}")
    return job


def result(job: dict[str, Any]) -> Image.Image:
    """What stands for the job: an overview where there is one, else its first picture."""
    made = [entry for entry in job["outputs"] if "url" in entry]
    nodes = [entry["node"] for entry in made]
    best = next((nodes.index(name) for name in ("overview", "save") if name in nodes), 0)
    return picture(made[best]["path"])


def picture(path: str) -> Image.Image:
    with urlopen(f"{SERVER}/api/files/{quote(path)}") as answer:
        return Image.open(io.BytesIO(answer.read())).convert("RGB")


def grid(paths: list[str]) -> Image.Image:
    """The first four of some pictures, two and two."""
    half = (WIDTH // 2, WIDTH // 3)
    sheet = Image.new("RGB", (half[0] * 2, half[1] * 2), "white")
    for index, path in enumerate(paths[:4]):
        image = picture(path)
        image.thumbnail(half)
        sheet.paste(image, (index % 2 * half[0], index // 2 * half[1]))
    return sheet


def small(image: Image.Image) -> bytes:
    """As WebP, as good as the limit allows."""
    image = image.copy()
    image.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    for quality in range(88, 20, -6):
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= LIMIT:
            break
    return file.getvalue()


def asked(path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(SERVER + path, data, {"Content-Type": "application/json"})) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
