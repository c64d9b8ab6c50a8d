"""Training of the tagger: binary cross-entropy of the tags, helped by what covers each cell and where the things' middles are."""

from __future__ import annotations

import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from train.tagger.network import KIND_COUNT, PAIR_COUNT, Network, peaks_of
from train.tagger.pool import WORK, Pool, load_pool, ready
from train.tagger.tags import TAGS
from train.tagger.views import View, view

BATCH, RATE, WARM_UP, AVERAGE = 32, 1.6e-3, 60, 0.99
SAVED = WORK / "tagger.pt"
THRESHOLD = 0.35
EACH = PAIR_COUNT // KIND_COUNT


def batch_of(views: list[View]) -> tuple[Tensor, ...]:
    """Pictures, blue first, float (N, 3, 128, 128); tags; cells; middles; counts; whether colours can be told."""
    pictures = torch.from_numpy(np.stack([v.picture for v in views])[..., ::-1].copy())
    return (
        pictures.permute(0, 3, 1, 2).float(),
        torch.from_numpy(np.stack([v.tags for v in views])),
        torch.from_numpy(np.stack([v.cells for v in views])),
        torch.from_numpy(np.stack([v.centres for v in views])),
        torch.from_numpy(np.stack([v.counts for v in views])),
        torch.tensor([v.coloured for v in views]),
    )


def loss_of(model: Network, batch: tuple[Tensor, ...]) -> Tensor:
    """The sum of the four errors."""
    pictures, tags, cells, centres, counts, coloured = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits, maps = model(pictures.contiguous(memory_format=torch.channels_last))
    logits, maps = logits.float(), maps.float()
    named = F.binary_cross_entropy_with_logits(logits, tags, reduction="sum") / len(tags)
    nothing = torch.zeros_like(maps[:, :1])
    pairs = torch.cat([nothing, maps[:, :PAIR_COUNT]], 1)[coloured]
    kinds = torch.cat([nothing, maps[:, PAIR_COUNT:-KIND_COUNT]], 1)
    of_kind = (cells + EACH - 1) // EACH
    middles = maps[:, -KIND_COUNT:]
    found = F.binary_cross_entropy_with_logits(middles, centres, reduction="sum") / len(tags)
    counted = F.smooth_l1_loss(peaks_of(middles.sigmoid()).sum((2, 3)), counts, reduction="sum") / len(tags)
    covered = F.cross_entropy(pairs, cells[coloured]) + F.cross_entropy(kinds, of_kind)
    return named + 2.5 * covered + 0.5 * found + counted


def rate_at(step: int, steps: int) -> float:
    """Warm-up, then a cosine down to nothing."""
    return RATE * min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / steps))) + 1e-6


def averaged(mean: torch.nn.Module, model: torch.nn.Module, step: int) -> None:
    """Move the averaged weights (and batch-norm statistics) towards the present ones."""
    keep = min(AVERAGE, (1 + step) / (10 + step))
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - keep)
            else:
                old.copy_(new)


def train(steps: int) -> None:
    """Train to the end, saving every 100 steps; a second call goes on from there."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, mean = (Network().to(memory_format=torch.channels_last).train() for _ in range(2))
    mean.load_state_dict(model.state_dict())
    weights = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW([{"params": weights, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0.0}])
    start = 0
    if SAVED.exists():
        state = torch.load(SAVED, weights_only=True)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    shards = ready()
    pool, held, smooth, began = load_pool(shards), load_pool([-1]), None, time.process_time()
    for step in range(start, steps):
        if step % 200 == 0 and ready() != shards:
            shards = ready()
            pool = load_pool(shards)
        rng = np.random.default_rng(1_000_000 + step)
        batch = batch_of([view(pool, int(i), rng) for i in rng.integers(0, len(pool), BATCH)])
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, steps)
        loss = loss_of(model, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        averaged(mean, model, step)
        smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
        if (step + 1) % 50 == 0:
            print(f"step {step + 1}/{steps} loss {smooth:.3f} {time.process_time() - began:.0f} cpu-s", flush=True)
        if (step + 1) % 200 == 0 or step + 1 == steps:
            state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({**state, "step": step + 1}, SAVED.with_suffix(".part"))
            SAVED.with_suffix(".part").replace(SAVED)
            print("    F1 " + score(mean, held, 600), flush=True)


@torch.inference_mode()
def score(model: Network, held: Pool, count: int) -> str:
    """Micro F1 of the tags on held-out scenes, spoilt like the others, and of groups of tags."""
    model.eval()
    rng = np.random.default_rng(7)
    views = [view(held, i, rng) for i in range(count)]
    right, found, wanted = (np.zeros(len(TAGS)) for _ in range(3))
    for i in range(0, count, 100):
        pictures, tags, *_ = batch_of(views[i : i + 100])
        likely = model(pictures)[0].sigmoid().numpy() >= THRESHOLD
        true = tags.numpy() > 0
        right, found, wanted = right + (likely & true).sum(0), found + likely.sum(0), wanted + true.sum(0)
    model.train()
    groups = {
        "all": slice(1, None),
        "states": slice(1, 9),
        "counts": slice(9, 14),
        "where": slice(14, 26),
        "of kind": slice(26, 74),
    }
    groups |= {"kinds": slice(74, 90), "pairs": slice(90, None)}
    return " ".join(f"{name} {2 * right[s].sum() / (found[s] + wanted[s]).sum():.4f}" for name, s in groups.items())
