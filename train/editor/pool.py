"""The editor's views, drawn once and kept as latents in shards, so that drawing and training can be broken off.

A shard's number decides its seeds. The first ones hold only views of one object: what is to be done is learned faster
where it is plain which object is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from train.editor.phrases import instruction
from train.editor.views import STATES, TWO, draw_view
from train.painter.vae import encode, load_vae, to_tensor

WORK = Path(__file__).parent.parent / "work" / "editor"
SHARD = 1000  # views
DRAWN = 96  # pixels at which views are drawn
ALONE = 3  # shards without two whole objects
TRAIN_SEED = 110_000_000
SHARES = {"recolor": 0.36, "replace": 0.42, "remove": 0.22}
RECOLOURED = 3  # of the states are of one kind


def _path(shard: int, side: int) -> Path:
    return WORK / f"latents-{side}-{shard:03d}.pt"


def draw_shard(shard: int, side: int) -> None:
    """Draw and encode one shard, unless it is there: float16 latents (N, 6, 4, side/4, side/4), scaled, and the kinds
    and colours of the states.
    """
    path = _path(shard, side)
    if path.exists():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    vae = load_vae().eval().to(memory_format=torch.channels_last)
    latents: list[Tensor] = []
    looks: list[list[tuple[str, str]]] = []
    for first in range(0, SHARD, 50):
        numbers = range(TRAIN_SEED + shard * SHARD + first, TRAIN_SEED + shard * SHARD + first + 50)
        views = [draw_view(seed, DRAWN, 0.0 if shard < ALONE else TWO) for seed in numbers]
        x = to_tensor(np.concatenate([view.images for view in views]))
        if side != DRAWN:
            x = F.interpolate(x, (side, side), mode="bicubic", antialias=True).clamp(-1, 1)
        latents.append(encode(vae, x).unflatten(0, (len(views), STATES + 1)))
        looks += [list(zip(view.kinds, view.colours, strict=True)) for view in views]
    part = path.with_suffix(".part")
    torch.save((torch.cat(latents), looks), part)
    part.replace(path)
    print(f"drew shard {shard} at {side} pixels", flush=True)


@dataclass(frozen=True)
class Edits:
    """A batch. before, after: float32 (N, 4, S, S) scaled latents. words: N sentences."""

    before: Tensor
    after: Tensor
    words: list[str]


class Pool:
    """Encoded shards; new ones join when they have been written."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.parts: list[tuple[Tensor, list[list[tuple[str, str]]]]] = []

    def refresh(self) -> None:
        """Take in the shards that have been encoded by now, in order."""
        while (path := _path(len(self.parts), self.side)).exists():
            self.parts.append(torch.load(path, weights_only=True))

    def draw(self, rng: Random, count: int) -> Edits:
        """So many edits, each of another view, from any state to any other that the action allows."""
        before, after, words = [], [], []
        for action in rng.choices(list(SHARES), list(SHARES.values()), k=count):
            latents, looks = rng.choice(self.parts)
            i = rng.randrange(len(looks))
            if action == "recolor":
                old, new = rng.sample(range(RECOLOURED), 2)
            elif action == "remove":
                old, new = rng.randrange(STATES), STATES
            else:
                new = rng.randrange(STATES)
                old = rng.choice([s for s in range(STATES) if looks[i][s][0] != looks[i][new][0]])
            before.append(latents[i, old])
            after.append(latents[i, new])
            words.append(instruction(rng, looks[i][old], None if new == STATES else looks[i][new]))
        return Edits(torch.stack(before).float(), torch.stack(after).float(), words)
