"""How good the exported tagger is on unseen scenes, through onnxruntime, at the threshold that tag.picture starts with."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from train.scenes import draw_scene
from train.tagger.export import FOLDER
from train.tagger.pool import HELD_OUT_SEED, SIDE, draw, load_pool
from train.tagger.tags import TAGS, as_row, tags_of
from train.tagger.views import view

THRESHOLD = 0.35
SEED = HELD_OUT_SEED + 1_000_000
GROUPS = {
    "all": slice(1, None), "states": slice(1, 9), "counts": slice(9, 14), "places": slice(14, 26), "counts of a kind": slice(26, 74),
    "kinds": slice(74, 90), "colours with kinds": slice(90, None),
}  # fmt: skip


def on_white(image: np.ndarray) -> np.ndarray:
    """uint8 (128, 128, 3): the picture in the middle of a white square, bicubically reduced, as this family's demo does it."""
    height, width = image.shape[:2]
    square = Image.new("RGB", (max(height, width),) * 2, (255, 255, 255))
    square.paste(Image.fromarray(image), ((square.width - width) // 2, (square.width - height) // 2))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def plain(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Scenes as the training drew them, of other seeds, with their tags."""
    for seed in range(SEED, SEED + count):
        scene = draw(seed)
        yield on_white(scene.image), as_row(tags_of([(o.kind, o.colour) for o in scene.objects], scene.background, []))


def large(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Scenes of 512 × 512 with 1 to 4 things, with their tags."""
    for seed in range(SEED + 500_000, SEED + 500_000 + count // 4):
        scene = draw_scene(seed, 512, (1, 4))
        yield on_white(scene.image), as_row(tags_of([(o.kind, o.colour) for o in scene.objects], scene.background, []))


def spoilt(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Held-out scenes, cropped and spoilt as in training; some show a pattern only."""
    held, rng = load_pool([-1]), np.random.default_rng(11)
    for index in range(min(count, len(held))):
        seen = view(held, index, rng)
        yield seen.picture, seen.tags


def evaluate(count: int) -> dict[str, dict[str, float]]:
    """Micro F1 by group of tags, and the mean of the F1 of all tags that occur."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(FOLDER / "model.onnx"), options, providers=["CPUExecutionProvider"])
    with (FOLDER / "selected_tags.csv").open(encoding="utf-8") as opened:
        if tuple(row["name"] for row in csv.DictReader(opened)) != TAGS:
            raise SystemExit("selected_tags.csv does not fit the training: export again")
    sets: dict[str, Callable[[int], Iterator[tuple[np.ndarray, np.ndarray]]]] = {
        "scenes": plain, "scenes of 512": large, "spoilt": spoilt,
    }  # fmt: skip
    result = {}
    for name, make in sets.items():
        right, found, wanted = (np.zeros(len(TAGS)) for _ in range(3))
        for picture, tags in make(count):
            given = picture[None, :, :, ::-1].astype(np.float32)
            likely, true = session.run(None, {"input": given})[0][0] >= THRESHOLD, tags > 0
            right, found, wanted = right + (likely & true), found + likely, wanted + true
        result[name] = figures(right, found, wanted)
        print(name, " ".join(f"{group} {value:.4f}" for group, value in result[name].items()), flush=True)
        each = 2 * right / np.maximum(found + wanted, 1)
        worst = sorted((each[i], TAGS[i]) for i in range(1, len(TAGS)) if wanted[i] >= 5)[:8]
        print("    worst", " ".join(f"{tag} {value:.2f}" for value, tag in worst), flush=True)
    return result


def figures(right: np.ndarray, found: np.ndarray, wanted: np.ndarray) -> dict[str, float]:
    """Micro F1 of each group, precision and recall of all, macro F1 over the tags that occur."""
    made = {
        name: float(2 * right[s].sum() / (found[s] + wanted[s]).sum()) for name, s in GROUPS.items() if wanted[s].any()
    }
    made["precision"], made["recall"] = (
        float(right[1:].sum() / found[1:].sum()),
        float(right[1:].sum() / wanted[1:].sum()),
    )
    there = wanted[1:] > 0
    made["macro"] = float((2 * right[1:] / np.maximum(found[1:] + wanted[1:], 1))[there].mean())
    return made
