"""The editor itself: a denoiser that sees the picture and the sentence, as InstructPix2Pix does (Brooks et al., 2023).

Eight input channels: noisy latents 4, latents of the picture before 4, these as they come from the autoencoder, not
scaled. 5 % of the samples have no sentence, 5 % no picture, 5 % neither, for guidance by both. v-prediction and noise
schedule are the painter's. What the edit changes weighs more than the rest, which only has to be copied.
"""

from __future__ import annotations

import math
import time
from datetime import datetime
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from safetensors.torch import load_file
from torch import Tensor, nn

from train.editor.pool import WORK, Pool
from train.editor.words import SHIPPED, make_text_encoder, make_tokenizer
from train.painter.unet import make_scheduler
from train.painter.vae import load_vae
from train.painter.words import WIDTH, Encoder

STATE = WORK / "training.pt"
BATCH = 32
PEAK_RATE = 1.2e-3
SAVE_EVERY = 120  # seconds
SAME = 0.2  # weight of the error where the edit changes nothing
CHANGED = 0.12  # a difference of latents that counts as a change
DROPPED = 0.05  # share of the samples without the sentence, without the picture, without both


def make_unet(side: int) -> UNet2DConditionModel:
    """An untrained denoiser that answers zero."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=side // 4,
        in_channels=8,
        out_channels=4,
        block_out_channels=(64, 128, 128),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        mid_block_type=None,
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=(2, 4, 4),
        norm_num_groups=8,
    )
    nn.init.zeros_(unet.conv_out.weight)
    nn.init.zeros_(unet.conv_out.bias)
    return unet


@torch.no_grad()
def start_from_painter(unet: UNet2DConditionModel, scaling: float) -> int:
    """Take over what fits of the painter's weights; returns how many numbers did."""
    painter = load_file(SHIPPED / "unet" / "diffusion_pytorch_model.safetensors")
    taken = 0
    for name, weight in unet.state_dict().items():
        if name == "conv_in.weight":
            weight[:, :4] = painter[name][:, :4].float()
            weight[:, 4:] = painter[name][:, 5:].float() * scaling  # the painter's picture channels are scaled
        elif name in painter and painter[name].shape == weight.shape:
            weight.copy_(painter[name].float())
        else:
            continue
        taken += weight.numel()
    return taken


def changed(before: Tensor, after: Tensor) -> Tensor:
    """float32 (N, 1, S, S): 1 where the edit changes something or is next to it."""
    differs = ((after - before).abs().amax(1, keepdim=True) > CHANGED).float()
    return F.max_pool2d(differs, 3, 1, 1)


class Trainer:
    """The weights, their average, and what is needed to go on after a break."""

    def __init__(self, side: int, end: float) -> None:
        self.side, self.end = side, end
        self.pool = Pool(side)
        self.tokenizer = make_tokenizer(WORK / "tokenizer")
        self.text_model = make_text_encoder(self.tokenizer)
        self.scaling = float(load_vae().config.scaling_factor)
        self.unet = make_unet(side)
        taken = start_from_painter(self.unet, self.scaling)
        print(f"editor: {taken / sum(p.numel() for p in self.unet.parameters()):.0%} of the denoiser from the painter")
        self.unet = self.unet.to(memory_format=torch.channels_last)
        self.unet.set_attn_processor(AttnProcessor())  # far faster backwards on a processor than the fused one
        self.words = Encoder(self.tokenizer, self.text_model)
        self.weights = [*self.unet.parameters(), *self.text_model.parameters()]
        self.average = [w.detach().clone() for w in self.weights]
        self.optimiser = torch.optim.AdamW(self.weights, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=1e-2, fused=True)
        kept = make_scheduler().alphas_cumprod
        self.signal, self.noise = kept.sqrt(), (1 - kept).clamp_min(0).sqrt()
        self.step, self.seconds, self.samples = 0, 0.0, {}
        self.began = time.time()
        self.resume()

    def resume(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        if not STATE.exists():
            return
        state = torch.load(STATE, weights_only=True)
        self.unet.load_state_dict(state["unet"])
        self.text_model.load_state_dict(state["text"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.step, self.seconds, self.samples = (
            state[name] for name in ("average", "step", "seconds", "samples")
        )
        # another size, or a schedule that has ended: the same weights on a new schedule
        if state["side"] == self.side and time.time() < state["end"]:
            self.began = state["began"]
        print(f"editor: going on at step {self.step}, {self.side} pixels", flush=True)

    def save(self) -> None:
        """Write the checkpoint; the old one stays until the new one is whole."""
        state = {"unet": self.unet.state_dict(), "text": self.text_model.state_dict(), "average": self.average}
        state |= {"optimiser": self.optimiser.state_dict(), "step": self.step, "seconds": self.seconds}
        state |= {"samples": self.samples, "began": self.began, "side": self.side, "end": self.end}
        part = STATE.with_suffix(".part")
        torch.save(state, part)
        part.replace(STATE)

    def loss(self, rng: Random, power: float) -> Tensor:
        """One batch: the error of the predicted velocity. power: 1 draws all times evenly, less draws noisier ones."""
        edits = self.pool.draw(rng, BATCH)
        weight = SAME + (1 - SAME) * changed(edits.before, edits.after)
        seen = edits.before / self.scaling
        dice = torch.tensor([rng.random() for _ in range(BATCH)])
        seen[(dice >= DROPPED) & (dice < 3 * DROPPED)] = 0.0
        words = ["" if d < 2 * DROPPED else text for text, d in zip(edits.words, dice.tolist(), strict=True)]
        even = (torch.arange(BATCH) + torch.rand(BATCH)) / BATCH  # one of each part of the range: calmer than chance
        t = (1000 * even**power).long().clamp_max(999)
        x, noise = edits.after, torch.randn_like(edits.after)
        a, s = self.signal[t][:, None, None, None], self.noise[t][:, None, None, None]
        batch = torch.cat([a * x + s * noise, seen], 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            answer = self.unet(batch, t, self.words(words)).sample
        return ((answer.float() - (a * noise - s * x)) ** 2 * weight).sum() / (4 * weight.sum())

    def update(self, rng: Random, rate: float, power: float) -> float:
        """One step; returns the loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        if len(self.words.ids) > 50_000:
            self.words.ids.clear()
        loss = self.loss(rng, power)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimiser.step()
        self.step += 1
        self.samples[self.side] = self.samples.get(self.side, 0) + BATCH
        if self.step % 4 == 0:
            keep = min(0.99, (1 + self.step / 4) / (10 + self.step / 4))
            torch._foreach_lerp_(self.average, [w.detach() for w in self.weights], 1 - keep)
        return loss.item()


def train(end: datetime, side: int, peak: float = PEAK_RATE) -> Path:
    """Train on views of `side` pixels until `end`, with a rate that falls from `peak` to nothing by then."""
    trainer = Trainer(side, end.timestamp())
    trainer.pool.refresh()
    if not trainer.pool.parts:
        raise FileNotFoundError(f"no views of {side} pixels: run `python -m train.editor draw --side {side}` first")
    rng = Random(trainer.step)
    torch.manual_seed(trainer.step)
    smooth, last_save, last = 1.0, time.time(), time.time()
    first = trainer.step
    while (now := time.time()) < end.timestamp():
        share = (now - trainer.began) / (end.timestamp() - trainer.began)
        warm = min(1.0, (trainer.step - first + 1) / 100)
        rate = peak * warm * (0.5 + 0.5 * math.cos(math.pi * share)) + 1e-5
        loss = trainer.update(rng, rate, power=0.3 + 0.6 * share)
        smooth += 0.02 * (loss - smooth)
        trainer.seconds += time.time() - now
        if time.time() - last > 30:
            last = time.time()
            size = f"{trainer.samples} samples of {len(trainer.pool.parts)} shards, {trainer.seconds:.0f} s"
            print(f"editor step {trainer.step}: {size}, loss {smooth:.4f}", flush=True)
        if time.time() - last_save > SAVE_EVERY:
            last_save = time.time()
            trainer.save()
            trainer.pool.refresh()
    trainer.save()
    return STATE
