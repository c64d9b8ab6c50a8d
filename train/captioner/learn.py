"""Training of the captioner: the next piece of the sentence, helped by what covers each patch and in which colour."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from train.captioner.network import CELLS, LENGTH, SIDE, Student, begin, make_processor, normalised
from train.captioner.words import PREFIXES, sentence
from train.scenes import COLOURS, KINDS, PLACES
from train.tagger.learn import averaged
from train.tagger.pool import GRID, TRAIN_SEED, WORK, Pool, load_pool, ready
from train.tagger.views import pattern

BATCH, RATE, WARM_UP = 48, 1.5e-3, 150
SEED = TRAIN_SEED + 1
COLOUR_NAMES = tuple(COLOURS)
SAVED = WORK.parent / "captioner" / "captioner.pt"
EMPTY = 0.025
"""How often a pattern is shown in place of a scene: without it a plain picture would make a sentence that never ends."""


@dataclass(frozen=True)
class Example:
    """picture: uint8 (96, 96, 3). text: the caption. prefix: words before it that are given, not learnt. kinds, colours: int64 (8, 8), 0 for none."""

    picture: np.ndarray
    text: str
    prefix: str
    kinds: np.ndarray
    colours: np.ndarray


def reduced(picture: np.ndarray) -> np.ndarray:
    """uint8 (96, 96, 3): a picture as the model's own preprocessing reduces it."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def example(pool: Pool, index: int, rng: np.random.Generator) -> Example:
    """One look at a scene of the pool: mirrored or not, a part that cuts no thing, in slightly other light; now and then a pattern, with nothing in it."""
    prefix = str(rng.choice(PREFIXES)) if rng.random() < 0.08 else ""
    if rng.random() < EMPTY:
        picture = reduced(pattern(rng))
        bare = np.zeros((CELLS, CELLS), np.int64)
        return Example(picture, sentence([], ""), prefix, bare, bare)
    count = int((pool.things[index, :, 0] >= 0).sum())
    boxes, cells, picture = pool.boxes[index, :count].copy(), pool.cells[index], pool.images[index]
    if rng.random() < 0.5:
        picture, cells = picture[:, ::-1], cells[:, ::-1]
        boxes[:, [0, 2]] = 1 - boxes[:, [2, 0]]
    left, top, right, foot = _window(boxes, rng) if rng.random() < 0.7 else (0.0, 0.0, 1.0, 1.0)
    size = picture.shape[0]
    x0, y0, x1, y1 = (round(v * size) for v in (left, top, right, foot))
    part = reduced(picture[y0:y1, x0:x1])
    light = part * rng.uniform(0.9, 1.08, 3) + rng.normal(0, rng.uniform(0, 4), part.shape)
    middle = (np.arange(CELLS) + 0.5) / CELLS
    columns, rows = ((a + middle * (b - a)) * GRID for a, b in ((x0 / size, x1 / size), (y0 / size, y1 / size)))
    covered = cells[rows.astype(int)][:, columns.astype(int)]
    kinds, colours = (
        np.where(covered < 0, 0, 1 + pool.things[index, np.maximum(covered, 0), which].astype(np.int64))
        for which in (0, 1)
    )
    across = ((boxes[:, 0] + boxes[:, 2]) / 2 - left) / (right - left)
    things = [
        (KINDS[k], COLOUR_NAMES[c], float(x)) for (k, c), x in zip(pool.things[index, :count], across, strict=True)
    ]
    text = sentence(things, PLACES[pool.places[index]])
    return Example(np.clip(light, 0, 255).astype(np.uint8), text, prefix, kinds, colours)


def _window(boxes: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """A part of the picture, xyxy in 0..1, at least three quarters of each side, that cuts no object."""
    low = boxes[:, :2].min(0) if len(boxes) else np.array([0.5, 0.5])
    high = boxes[:, 2:].max(0) if len(boxes) else np.array([0.5, 0.5])
    left, top = (float(min(v, 0.13) * rng.random()) for v in np.maximum(low - 0.01, 0))
    right, foot = (float(1 - min(1 - v, 0.13) * rng.random()) for v in np.minimum(high + 0.01, 1))
    return left, top, right, foot


class Batches:
    """Examples as numbers."""

    def __init__(self) -> None:
        self.tokenizer = make_processor().tokenizer
        self.begin = len(self.tokenizer)
        self.known: dict[str, list[int]] = {}

    def pieces(self, text: str) -> list[int]:
        """The numbers of a text's pieces."""
        if text not in self.known:
            self.known[text] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return self.known[text]

    def __call__(self, examples: list[Example]) -> tuple[Tensor, ...]:
        """Pictures, words, the words that should follow (-100 where it does not matter), kinds, colours."""
        rows, wanted = [], []
        end = self.tokenizer.sep_token_id
        for one in examples:
            given, told = self.pieces(one.prefix) if one.prefix else [], self.pieces(one.text)
            row = [self.begin, *given, *told][: LENGTH - 1]
            after = [*([-100] * len(given)), *told, end][: len(row)]
            rows.append(row)
            wanted.append(after)
        longest = max(len(row) for row in rows)
        words = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        follow = torch.tensor([row + [-100] * (longest - len(row)) for row in wanted])
        pictures = normalised(torch.from_numpy(np.stack([one.picture for one in examples])))
        kinds, colours = (
            torch.from_numpy(np.stack([getattr(one, name) for one in examples])).flatten(1)
            for name in ("kinds", "colours")
        )
        return pictures, words, follow, kinds, colours


def loss_of(model: Student, batch: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """What is minimised, and of it the part of the sentence."""
    pictures, words, follow, kinds, colours = batch
    with torch.autocast("cpu", torch.bfloat16):
        told, kind, colour = model(pictures, words)
    said = F.cross_entropy(told.float().flatten(0, 1), follow.flatten())
    covered = F.cross_entropy(kind.float().flatten(0, 1), kinds.flatten())
    painted = F.cross_entropy(colour.float().flatten(0, 1), colours.flatten())
    return said + covered + painted, said


def rate_at(step: int, share: float) -> float:
    """Warm-up, then a cosine down to nothing. share: of the training's time that is over, 0..1."""
    return RATE * min(1.0, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, share))) + 1e-6


class Training:
    """What goes on from one call to the next: the weights, their average, the optimizer, and the steps and seconds that are over."""

    def __init__(self) -> None:
        self.model, self.mean = Student(), Student()
        weights = [p for p in self.model.parameters() if p.ndim > 1]
        rest = [p for p in self.model.parameters() if p.ndim <= 1]
        groups = [{"params": weights, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
        self.step, self.spent = 0, 0.0

    def start(self, pictures: np.ndarray) -> None:
        """Go on from what is saved, else begin with weights that suit these pictures, uint8 (N, S, S, 3)."""
        if not SAVED.exists():
            begin(self.model.blip.vision_model, torch.from_numpy(pictures))
            self.mean.load_state_dict(self.model.state_dict())
            return
        state = torch.load(SAVED, weights_only=True)
        for name in ("model", "mean", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.spent = state["step"], state["spent"]

    def learn(self, batch: tuple[Tensor, ...], rate: float) -> float:
        """One step; the error of the words."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, said = loss_of(self.model, batch)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        averaged(self.mean, self.model, self.step)
        self.step += 1
        return said.item()

    def save(self) -> None:
        """Keep all of it; a half-written file is never left under its name."""
        state = {name: getattr(self, name).state_dict() for name in ("model", "mean", "optimizer")}
        torch.save({**state, "step": self.step, "spent": self.spent}, SAVED.with_suffix(".part"))
        SAVED.with_suffix(".part").replace(SAVED)


def train(minutes: float) -> None:
    """Train for so long in all, saving every 200 steps; a second call goes on from there."""
    SAVED.parent.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    pool, held, batches, now = load_pool(ready()), load_pool([-1]), Batches(), Training()
    now.start(pool.images[:500])
    words: list[float] = []
    before, began = now.spent, time.monotonic()
    while now.spent < 60 * minutes:
        rng = np.random.default_rng(SEED + now.step)
        batch = batches([example(pool, int(i), rng) for i in rng.integers(0, len(pool), BATCH)])
        words.append(now.learn(batch, rate_at(now.step, now.spent / (60 * minutes))))
        now.spent = before + time.monotonic() - began
        if now.step % 50 == 0:
            print(f"step {now.step} {now.spent:.0f} s words {np.mean(words[-50:]):.4f}", flush=True)
        if now.step % 200 == 0:
            now.save()
        if now.step % 400 == 0:
            print("    " + score(now.mean, held, batches, 200), flush=True)
    now.save()
    print("    " + score(now.mean, held, batches, 600), flush=True)


@torch.inference_mode()
def score(model: Student, held: Pool, batches: Batches, count: int) -> str:
    """How many pieces, kinds of patches and whole sentences (every next piece right, the ones before given) are right on held-out scenes."""
    rng, right, pieces, whole, covered, cells = np.random.default_rng(7), 0, 0, 0, 0, 0
    for i in range(0, count, 100):
        pictures, words, follow, kinds, _ = batches([example(held, j, rng) for j in range(i, i + 100)])
        told, kind, _ = model(pictures, words)
        same = (told.argmax(2) == follow) | (follow < 0)
        right, pieces = right + int((same & (follow >= 0)).sum()), pieces + int((follow >= 0).sum())
        whole += int(same.all(1).sum())
        thing = kinds > 0
        covered, cells = covered + int((kind.argmax(2) == kinds)[thing].sum()), cells + int(thing.sum())
    return f"pieces {right / pieces:.4f} sentences {whole / count:.3f} patches {covered / cells:.4f}"
