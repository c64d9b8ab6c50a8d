"""Why: a stream must cost little more than the work itself, and no more memory for a million items than for a thousand. Pictures go through
load → resize → sharpness → gate → save, once by the engine and once by a script as a good programmer writes it by hand, in the same run.

`python -m bench.streams --count 10000` prints pictures a second of both, their ratio, and the engine's memory as it goes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event as Flag

import numpy as np
from PIL import Image as Pillow

import graph
import nodes  # noqa: F401 - fills the registry
from graph import Lanes, Runner

SIDE, LEAST = 256, 50.0


def draw(folder: Path, count: int) -> None:
    """``count`` pictures of 256×256, some of them blurred; a hundred different ones, linked again and again."""
    rng = np.random.default_rng(0)
    made = folder / "made"
    made.mkdir(parents=True)
    for index in range(100):
        size = 8 if index % 4 == 0 else 64
        small = Pillow.fromarray(rng.integers(0, 255, (size, size, 3), dtype=np.uint8))
        small.resize((SIDE, SIDE), Pillow.Resampling.BICUBIC).save(made / f"{index:03d}.jpg", quality=90)
    for index in range(count):
        group = folder / "in" / f"{index // 1000:03d}"
        group.mkdir(parents=True, exist_ok=True)
        os.link(made / f"{index % 100:03d}.jpg", group / f"{index:06d}.jpg")


def by_hand(source: Path, out: Path) -> int:
    """The script that the engine is measured against; returns how many pictures it kept."""
    import cv2

    cv2.setNumThreads(1)

    def one(path: Path) -> bool:
        with Pillow.open(path) as picture:
            image = np.asarray(picture.convert("RGB"))
        small = np.asarray(Pillow.fromarray(image).resize((128, 128), Pillow.Resampling.LANCZOS))
        if cv2.Laplacian(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var() < LEAST:
            return False
        target = out / path.relative_to(source).with_suffix(".jpg")
        target.parent.mkdir(parents=True, exist_ok=True)
        Pillow.fromarray(small).save(target, quality=92, optimize=True, subsampling=0)  # as image.save does
        return True

    paths = sorted(source.rglob("*.jpg"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(one, paths))


def workflow(source: Path) -> graph.Workflow:
    link = lambda node, output: {"node": node, "output": output}  # noqa: E731
    table = {
        "files": {"type": "stream.folder", "inputs": {"path": str(source)}},
        "load": {"type": "image.load", "inputs": {"path": link("files", "path")}},
        "small": {"type": "image.resize", "inputs": {"image": link("load", "image"), "width": 128, "height": 128}},
        "sharp": {"type": "image.sharpness", "inputs": {"image": link("small", "image")}},
        "gate": {
            "type": "stream.gate",
            "inputs": {"item": link("small", "image"), "measure": link("sharp", "sharpness"), "least": LEAST},
        },
        "save": {
            "type": "image.save",
            "inputs": {
                "image": link("gate", "item"), "name": link("files", "name"), "format": "jpeg", "keep_workflow": False,
            },
        },
    }  # fmt: skip
    return graph.build({"format": 1, "nodes": table})


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def by_engine(source: Path, out: Path) -> tuple[int, list[tuple[int, int]]]:
    """How many pictures were kept, and (items, bytes of memory) as the run went on."""
    kept = 0
    memory: list[tuple[int, int]] = []

    def listener(event: graph.Event) -> None:
        nonlocal kept
        if isinstance(event, graph.Wrote):
            kept += 1
        elif isinstance(event, graph.Progress) and event.node == "files":
            memory.append((event.done, resident()))

    with closing(Lanes()) as lanes:
        runner = Runner(graph.registry, None, lanes=lanes)
        runner.run(runner.plan(workflow(source)), out, listener, stop=Flag())
    return kept, memory


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=3000)
    arguments.add_argument(
        "--no-script", action="store_true", help="the engine alone: for memory over very many pictures"
    )
    given = arguments.parse_args()
    count = given.count
    figures: dict[str, float] = {"pictures": count}
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        draw(folder, count)
        began = time.perf_counter()
        wanted = None if given.no_script else by_hand(folder / "in", folder / "hand")
        hand = time.perf_counter() - began
        began = time.perf_counter()
        kept, memory = by_engine(folder / "in", folder / "engine")
        engine = time.perf_counter() - began
    figures |= {"kept": kept, "engine per second": round(count / engine, 1)}
    if wanted is not None:
        assert kept == wanted, (kept, wanted)
        figures |= {"script per second": round(count / hand, 1), "ratio": round(hand / engine, 3)}
    settled = [held for done, held in memory if done >= min(1000, count // 2)]
    print(json.dumps(figures | {"memory after 1000, MB": settled[0] >> 20, "at most, MB": max(settled) >> 20}))


if __name__ == "__main__":
    main()
