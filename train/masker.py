"""Trains the starter masker: which pixels of a drawn picture are a car, a bicycle, a dog …

It decides the model (UperNet, Xiao et al. 2018, over a small ResNet: convolutions learn this from a hundred thousand
pictures, transformers do not), the size it sees (256 × 256, whatever the picture's proportions) and the course of the
training: small pictures first, because the names of things can be learned from few pixels, then full size for the
edges.

    python -m train.masker train      goes on from train/work/masker.pt where there is one
    python -m train.masker export     writes models/starter/masker from the last checkpoint
    python -m train.masker evaluate   measures that folder on scenes never trained on
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from train.masker_views import DEVIATION, EDGE, LABELS, MEAN, SIZE, Pool, normalise
from train.scenes import KINDS, draw_scene, label_map

ROOT = Path(__file__).parents[1]
WORK = ROOT / "train" / "work"
FOLDER = ROOT / "models" / "starter" / "masker"

BACKGROUND_WEIGHT, EDGE_WEIGHT = 0.4, 10.0
TRAIN_SEED, HELD_OUT_SEED = 1_000_000_000, 500_000


@dataclass(frozen=True)
class Phase:
    """A stretch of the training: so many steps on batches of pictures of a side in pixels, each scene used `reuse`
    times.
    """

    steps: int
    side: int
    batch: int
    reuse: int


PHASES = (Phase(900, 128, 24, 5), Phase(1050, 192, 16, 4), Phase(1050, SIZE, 16, 4))
STEPS = sum(phase.steps for phase in PHASES)
RATE, WARM_UP, AVERAGE = 1.6e-3, 80, 0.99


def make_model() -> Any:
    """A new UperNetForSemanticSegmentation of 2.1 M parameters; it decides for squares of 4 × 4 pixels."""
    from transformers import ResNetConfig, UperNetConfig, UperNetForSemanticSegmentation

    backbone = ResNetConfig(
        embedding_size=32,
        hidden_sizes=[32, 64, 128, 160],
        depths=[1, 2, 2, 2],
        layer_type="basic",
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = UperNetConfig(
        backbone_config=backbone,
        hidden_size=64,
        pool_scales=[1, 2, 4],
        use_auxiliary_head=False,
        id2label=dict(enumerate(LABELS)),
        label2id={name: i for i, name in enumerate(LABELS)},
    )
    return UperNetForSemanticSegmentation(config)


def loss_of(model: Any, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy plus soft Dice (the first learns names, the second overlaps), at half the resolution of the
    picture.
    """
    with torch.autocast("cpu", torch.bfloat16):
        logits = model.decode_head(model.backbone(pictures).feature_maps)
    logits = F.interpolate(logits.float(), labels.shape[1:], mode="bilinear")
    weight = torch.tensor([BACKGROUND_WEIGHT] + [1.0] * len(KINDS) + [EDGE_WEIGHT])
    named = F.cross_entropy(logits, labels, weight=weight)
    shares = logits.softmax(1)
    right = shares.gather(1, labels[:, None])[:, 0]
    here = torch.zeros(len(labels), len(LABELS)).scatter_add_(1, labels.flatten(1), torch.ones_like(right).flatten(1))
    both = torch.zeros_like(here).scatter_add_(1, labels.flatten(1), right.flatten(1))
    dice = 1 - 2 * both / (here + shares.sum((2, 3))).clamp(min=1)
    present = here[:, 1:] > 0
    return named + 0.3 * dice[:, 1:][present].sum() / present.sum().clamp(min=1)


def rate_at(step: int) -> float:
    """Warm-up, then a cosine down to nothing."""
    return RATE * min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / STEPS)) + 1e-6


def _phases_from(step: int) -> Iterator[tuple[Phase, range]]:
    """The phases that are left, with the steps that are left of each."""
    start = 0
    for phase in PHASES:
        left = range(max(step, start), start + phase.steps)
        start += phase.steps
        if left:
            yield phase, left


def _average(mean: Any, model: Any, step: int) -> None:
    """Move the averaged weights (and batch-norm statistics) towards the present ones."""
    keep = min(AVERAGE, (1 + step) / (10 + step))
    with torch.no_grad():
        for old, new in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - keep)
            else:
                old.copy_(new)


def train() -> None:
    """Train to the end, saving every 100 steps; a second call goes on from there."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, mean = (make_model().to(memory_format=torch.channels_last).train() for _ in range(2))
    mean.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02)
    step, seed, spent = 0, TRAIN_SEED, 0.0
    saved = WORK / "masker.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        step, seed, spent = state["step"], state["seed"], state["spent"]
    began, smooth = time.process_time() - spent, None
    for phase, steps in _phases_from(step):
        pool, rng = Pool(phase.side, seed), Random(steps[0])
        for step in steps:
            for group in optimizer.param_groups:
                group["lr"] = rate_at(step)
            loss = loss_of(model, *pool.batch(rng, phase.batch, phase.reuse))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            _average(mean, model, step)
            smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
            if (step + 1) % 100 == 0 or step + 1 == STEPS:
                spent, seed = time.process_time() - began, pool.seed
                print(f"step {step + 1}/{STEPS} side {phase.side} loss {smooth:.3f} {spent:.0f} cpu-s", flush=True)
                _save(saved, model, mean, optimizer, step + 1, seed, spent)
            if (step + 1) % 500 == 0:
                print(f"    mean IoU of the kinds {_iou_of(mean.eval(), 60).mean():.3f}", flush=True)
    print("done", flush=True)


def _save(path: Path, model: Any, mean: Any, optimizer: Any, step: int, seed: int, spent: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "step": step, "seed": seed, "spent": spent}, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def _held_out(count: int, side: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for i in range(count):
        scene = draw_scene(HELD_OUT_SEED + i, side, (2, 4))
        yield scene.image, label_map(scene)


def _iou_of(model: Any, count: int) -> np.ndarray:
    """IoU of each kind over all pixels of held-out scenes with 2–4 objects, drawn at the model's own size."""
    both, either = np.zeros(len(LABELS)), np.zeros(len(LABELS))
    for image, labels in _held_out(count, SIZE):
        with torch.inference_mode():
            logits = model(normalise(torch.from_numpy(image.copy()).permute(2, 0, 1)[None])).logits
        _count(logits[0].argmax(0).numpy(), labels, both, either)
    return (both / np.maximum(either, 1))[1:EDGE]


def _count(found: np.ndarray, labels: np.ndarray, both: np.ndarray, either: np.ndarray) -> None:
    for c in range(len(LABELS)):
        both[c] += ((found == c) & (labels == c)).sum()
        either[c] += ((found == c) | (labels == c)).sum()


def export() -> None:
    """Write the averaged weights as a transformers folder, in half precision."""
    from transformers import SegformerImageProcessor

    state = torch.load(WORK / "masker.pt", weights_only=True)
    model = make_model()
    model.load_state_dict(state["mean"])
    model.half().save_pretrained(FOLDER)
    (FOLDER / "model.safetensors").chmod(0o644)  # safetensors writes it for its owner alone
    size = {"height": SIZE, "width": SIZE}
    SegformerImageProcessor(size=size, image_mean=list(MEAN), image_std=list(DEVIATION)).save_pretrained(FOLDER)
    print(f"{FOLDER}: step {state['step']} of {STEPS}, {(FOLDER / 'model.safetensors').stat().st_size / 1e6:.1f} MB")


def evaluate(count: int = 200, side: int = 512) -> dict[str, float]:
    """Per-kind IoU of the exported folder through transformers' pipeline, on held-out scenes of 512 pixels."""
    from PIL import Image
    from transformers import pipeline

    torch.set_num_threads(1)
    find = pipeline("image-segmentation", model=str(FOLDER), dtype=torch.float32)
    numbers = {name: i for i, name in enumerate(LABELS)}
    both, either = np.zeros(len(LABELS)), np.zeros(len(LABELS))
    for image, labels in _held_out(count, side):
        found = np.zeros_like(labels)
        for part in find(Image.fromarray(image)):
            found[np.asarray(part["mask"]) > 0] = numbers[part["label"]]
        _count(found, labels, both, either)
    result = dict(zip(LABELS, (both / np.maximum(either, 1)).round(4).tolist(), strict=True))
    print(json.dumps(result | {"mean of the kinds": round(float(np.mean([result[k] for k in KINDS])), 4)}, indent=1))
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="train, export or evaluate the starter masker")
    parser.add_argument("what", choices=("train", "export", "evaluate"))
    {"train": train, "export": export, "evaluate": evaluate}[parser.parse_args().what]()
