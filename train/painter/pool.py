"""The painter's training crops, drawn once and kept in shards, so that several processes can draw and training can
resume.

A shard is one .npz file of 4,000 crops; its number decides its seeds. Shard -1 is held out: nothing trains on it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from train.scenes.crops import caption, draw_crops

WORK = Path(__file__).parent.parent / "work" / "painter"
SIDE = 96  # pixels of a crop
SHARD = 4000
PER_PLACE = 4
TRAIN_SEED, HELD_OUT_SEED = 10_000_000, 90_000_000


@dataclass(frozen=True)
class Pool:
    """images: uint8 (N, S, S, 3). holes: bool (N, S, S). labels: N tuples of kind, colour, place, style."""

    images: np.ndarray
    holes: np.ndarray
    labels: list[tuple[str, str, str, str]]

    def __len__(self) -> int:
        return len(self.labels)

    def caption(self, index: int, rng: Random) -> str:
        """Words for a crop; other words each time."""
        return caption(rng, *self.labels[index])


def _path(shard: int) -> Path:
    return WORK / ("held-out.npz" if shard < 0 else f"pool-{shard:03d}.npz")


def draw_shard(shard: int, crops: int = SHARD) -> None:
    """Draw one shard unless it is there; a half-written file is never left under its name."""
    path = _path(shard)
    if path.exists():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    first = HELD_OUT_SEED if shard < 0 else TRAIN_SEED + shard * SHARD
    drawn = [crop for i in range(crops // PER_PLACE) for crop in draw_crops(first + i, PER_PLACE, SIDE)]
    part = path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(
        part,
        images=np.stack([c.image for c in drawn]),
        holes=np.stack([c.hole for c in drawn]),
        labels=np.array([(c.kind, c.colour, c.place, c.style) for c in drawn]),
    )
    part.replace(path)
    print(f"drew {path.name}: {len(drawn)} crops", flush=True)


def load_pool(shards: list[int]) -> Pool:
    """Join shards; draws the missing ones."""
    parts = []
    for shard in shards:
        draw_shard(shard, SHARD if shard >= 0 else 1000)
        with np.load(_path(shard)) as file:
            parts.append((file["images"], file["holes"], [tuple(row) for row in file["labels"].tolist()]))
    return Pool(
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        [row for p in parts for row in p[2]],
    )
