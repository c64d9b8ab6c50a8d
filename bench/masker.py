"""How well `segment.mask_from_words` finds things in drawn scenes that no training has seen, with the starter masker.

Prints one JSON object: mean IoU of plain names ("car", or "cars" where there are two), mean IoU with colour words ("red
car" beside a car of another colour), the share of questions for absent things that were answered with a mask, and
seconds for one picture.

python -m bench.masker [scenes] [side in pixels]
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np

from graph import BadInput, Run, Settings
from nodes.models import Shelf
from nodes.segment import mask_from_words
from train.scenes import COLOURS, KINDS, SYNONYMS, Drawn, Scene, draw_scene

HELD_OUT_SEED = 620_000
ABSENT_PER_SCENE = 3


def iou(found: np.ndarray, wanted: np.ndarray) -> float:
    """Intersection over union of two masks, uint8 (H, W)."""
    a, b = found > 127, wanted > 127
    return float((a & b).sum() / max(1, (a | b).sum()))


def plain_questions(scene: Scene, rng: Random) -> Iterator[tuple[str, str, np.ndarray]]:
    """(kind, words, mask wanted) for each kind in the scene, by any of its names."""
    by_kind: dict[str, list[Drawn]] = defaultdict(list)
    for drawn in scene.objects:
        by_kind[drawn.kind].append(drawn)
    for kind, several in by_kind.items():
        name = rng.choice(SYNONYMS[kind])
        words = f"the {name}" if len(several) == 1 else f"all {kind}s"
        yield kind, words, np.maximum.reduce([drawn.mask for drawn in several])


def colour_scene(seed: int, side: int) -> Scene:
    """2–4 objects of one or two kinds, the first kind at least twice, no two of a kind in one colour."""
    rng = Random(seed)
    kinds = rng.sample(KINDS, 2)
    for attempt in range(1000):
        scene = draw_scene(seed + attempt * 1_000_003, side, (2, 4), kinds, tuple(COLOURS))
        names = [(drawn.kind, drawn.colour) for drawn in scene.objects]
        counts = [sum(kind == k for k, _ in names) for kind in kinds]
        if max(counts) >= 2 and len(set(names)) == len(names):
            return scene
    raise RuntimeError("no such scene in a thousand")


def measure(scenes: int, side: int) -> dict[str, object]:
    """All figures of this benchmark."""
    settings = Settings()
    run = Run(node="bench", out=Path("."), folder=Path("."), models=Shelf(settings))
    rng = Random(0)
    plain: dict[str, list[float]] = defaultdict(list)
    coloured: list[float] = []
    alarms: list[bool] = []
    seconds: list[float] = []

    def ask(scene: Scene, words: str) -> np.ndarray | None:
        began = time.process_time()
        try:
            return mask_from_words(scene.image, words, model="starter", run=run).mask
        except BadInput:
            return None
        finally:
            seconds.append(time.process_time() - began)

    for i in range(scenes):
        scene = draw_scene(HELD_OUT_SEED + i, side, (2, 4))
        for kind, words, wanted in plain_questions(scene, rng):
            found = ask(scene, words)
            plain[kind].append(0.0 if found is None else iou(found, wanted))
        absent = [kind for kind in KINDS if all(drawn.kind != kind for drawn in scene.objects)]
        alarms += [ask(scene, kind) is not None for kind in rng.sample(absent, ABSENT_PER_SCENE)]
        scene = colour_scene(HELD_OUT_SEED + 500_000 + i, side)
        for drawn in scene.objects:
            if sum(other.kind == drawn.kind for other in scene.objects) > 1:
                found = ask(scene, f"the {drawn.colour} {drawn.kind}")
                coloured.append(0.0 if found is None else iou(found, drawn.mask))
    everything = [value for values in plain.values() for value in values]
    return {
        "scenes": scenes,
        "side": side,
        "plain_iou": round(float(np.mean(everything)), 4),
        "plain_found": round(float(np.mean([value > 0.5 for value in everything])), 4),
        "plain_iou_by_kind": {kind: round(float(np.mean(plain[kind])), 3) for kind in KINDS if plain[kind]},
        "colour_iou": round(float(np.mean(coloured)), 4),
        "colour_right": round(float(np.mean([value > 0.5 for value in coloured])), 4),
        "questions": [len(everything), len(coloured), len(alarms)],
        "false_alarms": round(float(np.mean(alarms)), 4),
        "cpu_seconds": round(float(np.median(seconds)), 3),
    }


if __name__ == "__main__":
    count, pixels = (
        (int(v) for v in (*sys.argv[1:], "200", "512")[:2]) if len(sys.argv) != 2 else (int(sys.argv[1]), 512)
    )
    print(json.dumps(measure(count, pixels), indent=1))
