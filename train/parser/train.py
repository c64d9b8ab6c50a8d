"""Train the starter parser: `python -m train.parser.train --out DIR`; run it again to go on where it stopped.

Sentences are drawn fresh for every step, so the network never meets one twice; the loss is on the answer only. Muon (Jordan, 2024) turns the matrices,
AdamW the rest. At the end (and at every checkpoint) `parser-q8_0.gguf` lies in the folder.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.parser import nouns as noun_lists
from train.parser.export import write_gguf
from train.parser.model import Llama, Shape
from train.parser.sentences import FIELDS, Example, example
from train.parser.vocabulary import ANSWER, BOS, Vocabulary

BATCH, POOL, LONGEST = 80, 16, 200  # sequences a step; steps sorted by length together; pieces

PEAKS = 0.02, 4e-3  # learning rates of Muon and AdamW


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised by five Newton-Schulz steps (Jordan, 2024)."""

    def __init__(self, params: list[Tensor], lr: float, momentum: float = 0.95, decay: float = 0.01) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            shapes: dict[torch.Size, list[Tensor]] = {}
            for weight in group["params"]:
                shapes.setdefault(weight.shape, []).append(weight)
            for weights in shapes.values():
                updates = []
                for weight in weights:
                    buffer = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                    buffer.lerp_(weight.grad, 1 - group["momentum"])
                    updates.append(weight.grad.lerp(buffer, group["momentum"]))
                for weight, update in zip(weights, orthogonal(torch.stack(updates)), strict=True):
                    weight.mul_(1 - group["lr"] * group["decay"])
                    weight.add_(update, alpha=-group["lr"] * max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5)


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest semi-orthogonal matrices, roughly; (N, rows, columns)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = (matrices.mT if tall else matrices).bfloat16()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.mT if tall else x).to(matrices.dtype)


def encode(vocabulary: Vocabulary, item: Example) -> tuple[list[int], int]:
    """Ids of sentence and answer, and where the answer begins."""
    prompt = [BOS, *vocabulary.encode(item.sentence), ANSWER]
    return prompt + vocabulary.encode_answer(
        item.action, [(name, item.fields.get(name, "")) for name in FIELDS[item.action]]
    ), len(prompt)


def batches(vocabulary: Vocabulary, nouns: noun_lists.Nouns, first: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless (ids, answer mask) of shape (BATCH, T), the same for the same step whenever training is resumed."""
    block = first // POOL
    while True:
        rng = Random(f"parser {block}")
        coded = [encode(vocabulary, example(rng, nouns)) for _ in range(BATCH * POOL)]
        coded = sorted((pair for pair in coded if len(pair[0]) <= LONGEST), key=lambda pair: len(pair[0]))
        groups = [coded[at : at + BATCH] for at in range(0, len(coded), BATCH)][:POOL]
        rng.shuffle(groups)
        groups += [groups[0]] * (POOL - len(groups))
        for group in groups[first % POOL if block == first // POOL else 0 :]:
            length = max(len(ids) for ids, _ in group)
            ids, answer = (
                torch.zeros(len(group), length, dtype=torch.long),
                torch.zeros(len(group), length, dtype=torch.bool),
            )
            for row, (sequence, start) in enumerate(group):
                ids[row, : len(sequence)] = torch.tensor(sequence)
                answer[row, start : len(sequence)] = True
            yield ids, answer
        block += 1


def vocabulary_for(nouns: noun_lists.Nouns, size: int) -> Vocabulary:
    rng = Random("vocabulary")
    return Vocabulary.learn((example(rng, nouns).sentence for _ in range(40_000)), size)


def share(done: float, warm: float = 0.02) -> float:
    """Learning rate over its peak when `done` (0..1) of the time is over: a short rise, a plateau, a linear fall over the last 60 %."""
    return max(0.0, min(1.0, (done + 1e-3) / warm, (1 - done) / 0.6))


def make_optimizers(model: Llama) -> list[torch.optim.Optimizer]:
    """Muon for the matrices, AdamW for the embedding and the norms; in the order of PEAKS."""
    matrices = [weight for name, weight in model.named_parameters() if weight.ndim == 2 and "embd" not in name]
    others = [weight for name, weight in model.named_parameters() if weight.ndim == 1 or "embd" in name]
    return [
        Muon(matrices, lr=PEAKS[0]),
        torch.optim.AdamW(others, lr=PEAKS[1], betas=(0.9, 0.98), weight_decay=0.0),
    ]


def learn(
    network: nn.Module, optimizers: list[torch.optim.Optimizer], scale: float, ids: Tensor, answer: Tensor
) -> float:
    """One step on a batch (B, T), at ``scale`` of the peak learning rates; gives the loss."""
    for optimizer, peak in zip(optimizers, PEAKS, strict=True):
        optimizer.param_groups[0]["lr"] = peak * scale
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = network(ids[:, :-1], answer[:, 1:])
    loss = F.cross_entropy(scores.float(), ids[:, 1:][answer[:, 1:]])
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return loss.item()


@dataclass
class Training:
    """What an interruption must not lose: the network, the state of its optimizers, how many steps were made and how many seconds they took."""

    folder: Path
    vocabulary: Vocabulary
    model: Llama
    optimizers: list[torch.optim.Optimizer]
    step: int = 0
    spent: float = 0.0

    @classmethod
    def begin(cls, folder: Path, nouns: noun_lists.Nouns) -> Training:
        """From the checkpoint in ``folder``; where there is none, from the start."""
        path, shape = folder / "checkpoint.pt", Shape()
        state = torch.load(path, weights_only=True) if path.exists() else None
        vocabulary = Vocabulary(state["pieces"], state["scores"]) if state else vocabulary_for(nouns, shape.vocabulary)
        model = Llama(shape)
        optimizers = make_optimizers(model)
        if not state:
            return cls(folder, vocabulary, model, optimizers)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        return cls(folder, vocabulary, model, optimizers, state["step"], state["spent"])

    def save(self) -> None:
        """Write the checkpoint, so that an interruption never leaves half of one, and the model as llama.cpp reads it."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "spent": self.spent,
            "pieces": self.vocabulary.pieces,
            "scores": self.vocabulary.scores,
            "shape": asdict(self.model.shape),
        }
        path = self.folder / "checkpoint.pt"
        torch.save(state, path.with_suffix(".tmp"))
        os.replace(path.with_suffix(".tmp"), path)
        write_gguf(self.model, self.vocabulary, self.folder / "parser-q8_0.gguf")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--minutes", type=float, default=40.0, help="wall time of the whole training, interruptions not counted"
    )
    parser.add_argument(
        "--again",
        type=float,
        default=0.0,
        help="start the schedule anew from a finished run, at this share of the learning rates",
    )
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    options = read_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.out.mkdir(parents=True, exist_ok=True)
    nouns = noun_lists.load(test=False)
    run = Training.begin(options.out, nouns)
    if options.again:
        run.spent = 0.0
    network = torch.compile(run.model, dynamic=True)  # a third less time; the first step takes a minute
    size = sum(weight.numel() for weight in run.model.parameters())
    print(f"{size:,} parameters, step {run.step}, {run.spent / 60:.1f} of {options.minutes} minutes", flush=True)
    clock, losses = time.monotonic() - run.spent, []
    for ids, answer in batches(run.vocabulary, nouns, run.step):
        run.spent = time.monotonic() - clock
        scale = (options.again or 1.0) * share(run.spent / 60 / options.minutes)
        losses.append(learn(network, run.optimizers, scale, ids, answer))
        run.step += 1
        if run.step % 50 == 0:
            loss = sum(losses) / len(losses)
            print(f"step {run.step} loss {loss:.4f} {run.spent:.0f} s, cpu {time.process_time():.0f} s", flush=True)
            losses = []
        over = run.spent > 60 * options.minutes
        if run.step % 100 == 0 or over:
            run.save()
        if over:
            return


if __name__ == "__main__":
    main()
