"""Drawn scenes with exact labels, kept in shards, drawn once, so that training can resume.

A shard is one .npz file of 2,000 scenes; its number decides its seeds. Shard -1 is held out: nothing trains on it.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from train.scenes import COLOURS, KINDS, NATURAL, PLACES, Scene, draw_background, draw_scene

WORK = Path(__file__).parent.parent / "work" / "tagger"
SIDE = 128
"""Pixels of a kept picture; one that is no square is squeezed into it, and its proportions are kept beside it."""
GRID = 16
"""Cells along a side, for each of which the object that covers it is kept."""
MOST = 5
"""Objects of a scene, at most."""
SHARD = 2000
TRAIN_SEED, HELD_OUT_SEED = 210_000_000, 290_000_000
COLOUR_NAMES = tuple(COLOURS)


@dataclass(frozen=True)
class Pool:
    """N scenes.

    images: uint8 (N, 128, 128, 3). cells: int8 (N, 16, 16), number of the object that covers the cell, -1 for none. things: int8 (N, 5, 2), kind and
    colour by number, -1 where there are fewer. boxes: float32 (N, 5, 4), xyxy in 0..1. places: int8 (N). stretch: float32 (N), width / height.
    """

    images: np.ndarray
    cells: np.ndarray
    things: np.ndarray
    boxes: np.ndarray
    places: np.ndarray
    stretch: np.ndarray

    def __len__(self) -> int:
        return len(self.places)


def draw(seed: int) -> Scene:
    """A scene of 0 to 5 things: 128 to 320 pixels a side, often with things of one kind, two in five no square."""
    rng = Random(seed)
    side = rng.choices((128, 192, 256, 320), (0.6, 0.22, 0.12, 0.06))[0]
    stretch = 2 ** rng.uniform(-0.5, 0.5) if rng.random() < 0.4 else 1.0
    size = round(side / stretch**0.5), round(side * stretch**0.5)
    if rng.random() < 0.05:
        place = draw_background(rng, *size)
        return Scene(np.clip(place.pixels, 0, 255).round().astype(np.uint8), (), place.name, "")
    few, colours = rng.random() < 0.35, None
    kinds = rng.sample(KINDS, rng.randint(1, 2)) if few else None
    if kinds and rng.random() < 0.5:
        colours = rng.sample(COLOUR_NAMES, 2) if rng.random() < 0.5 else NATURAL[kinds[0]]
    most = rng.choices((1, 2, 3, 4, 5), (0.14, 0.32, 0.28, 0.2, 0.06))[0]
    return draw_scene(seed, size, (most, most), kinds, colours)


def cells_of(scene: Scene) -> np.ndarray:
    """int8 (16, 16): the object that covers most of each cell, if at least a third of it."""
    shares = [
        np.asarray(Image.fromarray(one.mask).resize((GRID, GRID), Image.Resampling.BOX), np.float32) / 255
        for one in scene.objects
    ]
    if not shares:
        return np.full((GRID, GRID), -1, np.int8)
    stack = np.stack(shares)
    return np.where(stack.max(0) > 1 / 3, stack.argmax(0), -1).astype(np.int8)


def _row(scene: Scene) -> dict[str, np.ndarray]:
    height, width = scene.image.shape[:2]
    things, boxes = np.full((MOST, 2), -1, np.int8), np.zeros((MOST, 4), np.float32)
    for i, one in enumerate(scene.objects):
        things[i] = KINDS.index(one.kind), COLOUR_NAMES.index(one.colour)
        boxes[i] = np.array(one.box) / (width, height, width, height)
    picture = Image.fromarray(scene.image).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return {
        "images": np.asarray(picture),
        "cells": cells_of(scene),
        "things": things,
        "boxes": boxes,
        "places": np.int8(PLACES.index(scene.background)),
        "stretch": np.float32(width / height),
    }


def _path(shard: int) -> Path:
    return WORK / ("held-out.npz" if shard < 0 else f"scenes-{shard:03d}.npz")


def draw_shard(shard: int) -> None:
    """Draw one shard unless it is there; a half-written file is never left under its name."""
    path = _path(shard)
    if path.exists():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    first = HELD_OUT_SEED if shard < 0 else TRAIN_SEED + shard * SHARD
    rows = [_row(draw(first + i)) for i in range(SHARD)]
    part = path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, **{name: np.stack([row[name] for row in rows]) for name in rows[0]})
    part.replace(path)
    print(f"drew {path.name}: {len(rows)} scenes", flush=True)


def ready() -> list[int]:
    """The numbers of the shards that are drawn, the held-out one left out."""
    return sorted(int(path.stem.rpartition("-")[2]) for path in WORK.glob("scenes-[0-9][0-9][0-9].npz"))


def load_pool(shards: list[int]) -> Pool:
    """Join shards; draws the missing ones."""
    parts = []
    for shard in shards:
        draw_shard(shard)
        with np.load(_path(shard)) as file:
            parts.append({name: file[name] for name in file.files})
    return Pool(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m train.tagger.pool", description="draw the scenes of the tagger")
    parser.add_argument("--shards", type=int, default=12)
    draw_shard(-1)
    for number in range(parser.parse_args().shards):
        draw_shard(number)
