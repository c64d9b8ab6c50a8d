"""A judge that names the kind and the colour of the object in a box: it measures the painter, so it never sees
anything painted.

A small convolutional network trained only on drawn crops, with one answer for the kind and one for the colour.
`python -m train.judge` trains it and prints how often it is right about held-out drawings.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from train.scenes import COLOURS, KINDS, draw_scene
from train.scenes.scene import Box

WEIGHTS = Path(__file__).resolve().parent.parent / "bench" / "judge.safetensors"
SIDE = 64  # pixels of what the judge sees
COLOUR_NAMES = tuple(COLOURS)
SCENE_SEED, HELD_OUT_SEED = 50_000_000, 60_000_000


@dataclass(frozen=True)
class Verdict:
    """What stands in the box, and how sure the judge is, 0..1."""

    kind: str
    colour: str
    kind_sure: float
    colour_sure: float


def look(image: np.ndarray, box: Box) -> np.ndarray:
    """uint8 (64, 64, 3): the square around a box (xyxy, pixels) of an RGB picture; grey where the square leaves the
    picture.
    """
    half = 0.55 * max(box[2] - box[0], box[3] - box[1])
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    corners = (x - half, y - half, x + half, y + half)
    left, top, right, foot = (
        math.floor(corners[0]),
        math.floor(corners[1]),
        math.ceil(corners[2]),
        math.ceil(corners[3]),
    )
    square = Image.new("RGB", (right - left, foot - top), (128, 128, 128))
    square.paste(Image.fromarray(image), (-left, -top))
    inner = (corners[0] - left, corners[1] - top, corners[2] - left, corners[3] - top)
    return np.array(square.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=inner))


class Judge(nn.Module):
    """uint8 (N, 64, 64, 3) to logits of the kind (N, 16) and of the colour (N, 11)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((3, 24), (24, 48), (48, 96), (96, 128)):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(4, after), nn.SiLU()]
        self.trunk = nn.Sequential(*layers)
        self.kind = nn.Linear(128 * 2, len(KINDS))
        self.colour = nn.Linear(128 * 2, len(COLOURS))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The two sets of logits."""
        features = self.trunk(images.permute(0, 3, 1, 2).float() / 127.5 - 1)
        pooled = torch.cat([features.mean((2, 3)), features.amax((2, 3))], 1)
        return self.kind(pooled), self.colour(pooled)

    @torch.no_grad()
    def name(self, image: np.ndarray, box: Box) -> Verdict:
        """Name what stands in the box of an RGB picture, uint8 (H, W, 3)."""
        kind, colour = (logits[0].softmax(0) for logits in self(torch.from_numpy(look(image, box))[None]))
        k, c = int(kind.argmax()), int(colour.argmax())
        return Verdict(KINDS[k], COLOUR_NAMES[c], float(kind[k]), float(colour[c]))


def load_judge(path: Path = WEIGHTS) -> Judge:
    """The trained judge."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `python -m train.judge` to train it (two minutes)")
    judge = Judge()
    judge.load_state_dict({name: weight.float() for name, weight in load_file(path).items()})
    return judge.eval()


def _examples(shards: list[int], seed: int, copies: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """Squares, kinds and colours of drawn crops; the box is moved and scaled a little, as painted boxes are."""
    from train.painter.pool import load_pool

    pool, rng = load_pool(shards), np.random.default_rng(seed)
    chosen = [i for i, label in enumerate(pool.labels) if label[3] != "around"] * copies
    squares = []
    for i in chosen:
        rows, columns = np.flatnonzero(pool.holes[i].any(1)), np.flatnonzero(pool.holes[i].any(0))
        box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]) + rng.normal(0, 1.5, 4)
        squares.append(look(pool.images[i], tuple(box)))
    kinds = torch.tensor([KINDS.index(pool.labels[i][0]) for i in chosen])
    colours = torch.tensor([COLOUR_NAMES.index(pool.labels[i][1]) for i in chosen])
    return torch.from_numpy(np.stack(squares)), kinds, colours


def _scenes(count: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Squares, kinds and colours of the nearest objects of drawn scenes, with what stands behind and beside them."""
    rng, squares, names = np.random.default_rng(seed), [], []
    for i in range(count):
        scene = draw_scene(seed + i, 144, (1, 4))
        nearest = scene.objects[-1]
        box = np.array(nearest.box)
        side = max(box[2] - box[0], box[3] - box[1])
        box += side * (0.05 * np.array([-1, -1, 1, 1]) * rng.uniform(0, 2) + rng.normal(0, 0.03, 4))
        squares.append(look(scene.image, tuple(box)))
        names.append((KINDS.index(nearest.kind), COLOUR_NAMES.index(nearest.colour)))
    kinds, colours = torch.tensor(names).T
    return torch.from_numpy(np.stack(squares)), kinds, colours


def train_judge(seconds: float, shards: int, scenes: int, path: Path = WEIGHTS) -> None:
    """Train for so many processor-seconds, save half-precision weights, print how often it is right on held-out drawings."""
    torch.manual_seed(1)
    parts = zip(_examples(list(range(shards)), seed=1), _scenes(scenes, seed=SCENE_SEED), strict=True)
    images, kinds, colours = (torch.cat(pair) for pair in parts)
    judge = Judge()
    optimiser = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=1e-2)
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        optimiser.param_groups[0]["lr"] = 2e-3 * (0.5 + 0.5 * math.cos(math.pi * spent / seconds)) + 1e-5
        chosen = torch.randint(0, len(images), (64,))
        x = images[chosen].float() + 6 * torch.rand(64, 1, 1, 1) * torch.randn(64, SIDE, SIDE, 3)
        if torch.rand(()) < 0.5:  # painted things are softer than drawn ones
            x = F.interpolate(F.avg_pool2d(x.permute(0, 3, 1, 2), 2), scale_factor=2, mode="bilinear").permute(
                0, 2, 3, 1
            )
        kind, colour = judge(x)
        loss = F.cross_entropy(kind, kinds[chosen], label_smoothing=0.02) + F.cross_entropy(
            colour, colours[chosen], label_smoothing=0.02
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: weight.half() for name, weight in judge.state_dict().items()}, path)
    judge = load_judge(path)
    for what, held_out in {"crops": _examples([-1], seed=2), "scenes": _scenes(500, HELD_OUT_SEED)}.items():
        with torch.no_grad():
            kind, colour = judge(held_out[0])
        kind_right, colour_right = (
            (kind.argmax(1) == held_out[1]).float().mean(),
            (colour.argmax(1) == held_out[2]).float().mean(),
        )
        print(f"judge: {kind_right:.1%} of kinds, {colour_right:.1%} of colours right in {len(kind)} held-out {what}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="processor time to train")
    parser.add_argument("--shards", type=int, default=2, help="how many times 4,000 crops to train on")
    parser.add_argument("--scenes", type=int, default=6000, help="how many scenes to train on beside them")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    train_judge(chosen.seconds, chosen.shards, chosen.scenes)
