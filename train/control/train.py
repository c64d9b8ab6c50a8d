"""The ControlNet (Zhang, Rao and Agrawala, 2023) of the starter painter: a small copy of its encoder without attention
that reads edges and adds what it knows to the painter's own; the painter itself does not change.

Most samples are painted from words and edges alone, as with the painter's four-channel view; some into a hole. Half of
the samples have no words, so that the edges must be read.
"""

from __future__ import annotations

import math
import time
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from train.control.edges import hint
from train.painter import pool
from train.painter.unet import SHIPPED, encode_shard, make_scheduler
from train.painter.words import Encoder
from train.scenes.crops import caption

WORK = pool.WORK.parent / "control"
STATE = WORK / "training.pt"
BATCH = 16
PEAK_RATE = 1e-3
SAVE_EVERY = 120  # seconds
INTO_HOLES, WORDLESS = 0.25, 0.4  # shares of the samples


def make_net() -> ControlNetModel:
    """An untrained ControlNet of the painter's widths that adds nothing."""
    torch.manual_seed(0)
    return ControlNetModel(
        in_channels=4,
        conditioning_channels=3,
        down_block_types=("DownBlock2D", "DownBlock2D", "DownBlock2D"),
        mid_block_type="UNetMidBlock2D",
        block_out_channels=(64, 128, 192),
        layers_per_block=1,
        cross_attention_dim=128,
        attention_head_dim=(2, 4, 4),
        norm_num_groups=8,
        conditioning_embedding_out_channels=(16, 32, 64),
    )


@torch.no_grad()
def start_from_painter(net: ControlNetModel, unet: UNet2DConditionModel) -> int:
    """Take over what the ControlNet shares with the painter's encoder; returns how many numbers."""
    theirs, taken = unet.state_dict(), 0
    for name, weight in net.state_dict().items():
        if name == "conv_in.weight":
            weight.copy_(theirs[name][:, :4])
        elif name in theirs and theirs[name].shape == weight.shape:
            weight.copy_(theirs[name])
        else:
            continue
        taken += weight.numel()
    return taken


class Trainer:
    """The ControlNet, its average, the painter, and what is needed to go on after a break."""

    def __init__(self, shards: int, end: float) -> None:
        self.end = end
        for shard in range(shards):
            encode_shard(shard)
        self.parts = [
            torch.load(pool.WORK / f"latents-{pool.SIDE}-{i:03d}.pt", weights_only=True) for i in range(shards)
        ]
        self.images = [pool.load_pool([i]).images for i in range(shards)]
        self.unet = UNet2DConditionModel.from_pretrained(SHIPPED / "unet", torch_dtype=torch.float32).requires_grad_(
            False
        )
        text = CLIPTextModel.from_pretrained(SHIPPED / "text_encoder", dtype=torch.float32).requires_grad_(False)
        self.words = Encoder(CLIPTokenizer.from_pretrained(SHIPPED / "tokenizer"), text.eval())
        self.net = make_net()
        start_from_painter(self.net, self.unet)
        self.net, self.unet = (m.to(memory_format=torch.channels_last) for m in (self.net, self.unet.eval()))
        self.unet.set_attn_processor(AttnProcessor())  # far faster backwards on a processor than the fused one
        self.weights = list(self.net.parameters())
        self.average = [w.detach().clone() for w in self.weights]
        self.optimiser = torch.optim.AdamW(self.weights, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=1e-2, fused=True)
        kept = make_scheduler().alphas_cumprod
        self.signal, self.noise = kept.sqrt(), (1 - kept).clamp_min(0).sqrt()
        self.step, self.seconds, self.began = 0, 0.0, time.time()
        self.resume()

    def resume(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        if not STATE.exists():
            return
        state = torch.load(STATE, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.step, self.seconds = state["average"], state["step"], state["seconds"]
        if time.time() < state["end"]:  # else a new schedule
            self.began = state["began"]
        print(f"control: going on at step {self.step}", flush=True)

    def save(self) -> None:
        """Write the checkpoint; the old one stays until the new one is whole."""
        state = {"net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(), "average": self.average}
        state |= {"step": self.step, "seconds": self.seconds, "began": self.began, "end": self.end}
        part = STATE.with_suffix(".part")
        torch.save(state, part)
        part.replace(STATE)

    def _samples(self, rng: Random) -> tuple[Tensor, Tensor, Tensor, Tensor, list[str]]:
        """Latents, latents with grey holes, masks, hints float32 (N, 3, S, S) in 0..1, and captions of one batch."""
        chosen = []
        while len(chosen) < BATCH:
            part = rng.randrange(len(self.parts))
            i = rng.randrange(len(self.parts[part][3]))
            if self.parts[part][3][i][3] != "around":
                chosen.append((part, i))
        x, seen, mask = (torch.stack([self.parts[part][k][i] for part, i in chosen]).float() for k in range(3))
        hints = torch.from_numpy(np.stack([hint(rng, self.images[part][i]) for part, i in chosen])).float() / 255
        words = ["" if rng.random() < WORDLESS else caption(rng, *self.parts[part][3][i]) for part, i in chosen]
        free = torch.tensor([rng.random() >= INTO_HOLES for _ in chosen])
        seen[free], mask[free] = 0.0, 0.0
        return x, seen, mask, hints[:, None].expand(-1, 3, -1, -1), words

    def loss(self, rng: Random, power: float) -> Tensor:
        """One batch: the error of the painter's predicted velocity when it is told the edges."""
        x, seen, mask, hints, captions = self._samples(rng)
        even = (torch.arange(BATCH) + torch.rand(BATCH)) / BATCH
        t = (1000 * even**power).long().clamp_max(999)
        noise = torch.randn_like(x)
        a, s = self.signal[t][:, None, None, None], self.noise[t][:, None, None, None]
        noisy = (a * x + s * noise).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            words = self.words(captions)
            down, middle = self.net(noisy, t, words, hints.contiguous(), return_dict=False)
            answer = self.unet(
                torch.cat([noisy, mask, seen], 1).contiguous(memory_format=torch.channels_last),
                t,
                words,
                down_block_additional_residuals=down,
                mid_block_additional_residual=middle,
            ).sample
        return ((answer.float() - (a * noise - s * x)) ** 2).mean()

    def update(self, rng: Random, rate: float, power: float) -> float:
        """One step; returns the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = self.loss(rng, power)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(0.995, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(self.average, [w.detach() for w in self.weights], 1 - keep)
        return loss.item()


def train(end: datetime, shards: int, peak: float = PEAK_RATE) -> Path:
    """Train on so many of the painter's shards until `end`, with a rate that falls from `peak` to nothing by then."""
    WORK.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(shards, end.timestamp())
    rng = Random(trainer.step)
    torch.manual_seed(trainer.step)
    smooth, last_save, last, first = 1.0, time.time(), time.time(), trainer.step
    while (now := time.time()) < end.timestamp():
        share = (now - trainer.began) / (end.timestamp() - trainer.began)
        warm = min(1.0, (trainer.step - first + 1) / 50)
        rate = peak * warm * (0.5 + 0.5 * math.cos(math.pi * share)) + 1e-5
        loss = trainer.update(rng, rate, power=0.4 + 0.5 * share)
        smooth += 0.02 * (loss - smooth)
        trainer.seconds += time.time() - now
        if time.time() - last > 30:
            last, samples = time.time(), trainer.step * BATCH
            print(
                f"control step {trainer.step}: {samples} samples, {trainer.seconds:.0f} s, loss {smooth:.4f}",
                flush=True,
            )
        if time.time() - last_save > SAVE_EVERY:
            last_save = time.time()
            trainer.save()
    trainer.save()
    return STATE
