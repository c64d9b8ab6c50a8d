"""The painter itself: a denoiser of latents that sees the hole, what surrounds it and the words; trained together
with its text model.

Nine input channels as in Stable Diffusion inpainting: noisy latents 4, mask 1, latents of the picture with a grey
hole 4. v-prediction with zero signal at the last step (Lin et al., 2024), so that pure black or white can be painted.
In some of the samples mask and picture are zero: from those the same weights learn to paint without a picture. A
tenth has no words, for guidance.
"""

from __future__ import annotations

import math
import time
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn
from transformers import CLIPTextModel

from train.painter.pool import SIDE, WORK, load_pool
from train.painter.vae import encode, load_vae, to_tensor
from train.painter.words import WIDTH, Encoder, make_text_encoder, make_tokenizer
from train.scenes.crops import caption

STATE = WORK / "unet-training.pt"
SHIPPED = Path(__file__).parent.parent.parent / "models" / "starter" / "painter"
BATCH = 32
PEAK_RATE = 1.2e-3
SAVE_EVERY = 90  # seconds
OUTSIDE = 0.03  # weight of the error outside the hole, where the picture is known
CENTRED_SHARDS = 6  # of these shards, small crops are taken only where the hole is in the middle
FREE = 0.05  # share of the samples without mask and picture


def make_unet() -> UNet2DConditionModel:
    """An untrained denoiser that answers zero."""
    unet = UNet2DConditionModel(
        sample_size=SIDE // 4,
        in_channels=9,
        out_channels=4,
        block_out_channels=(64, 128, 192),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=(2, 4, 4),
        norm_num_groups=8,
    )
    nn.init.zeros_(unet.conv_out.weight)
    nn.init.zeros_(unet.conv_out.bias)
    return unet


def make_scheduler() -> DDIMScheduler:
    """Stable Diffusion's noise schedule with the signal at the last step brought to zero."""
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


def _latents(shard: int, side: int) -> Path:
    return WORK / f"latents-{side}-{shard:03d}.pt"


def encode_shard(shard: int, side: int = SIDE) -> None:
    """Write a shard's float16 latents (N, 4, side/4, side/4), with and without grey holes, its masks (N, 1, side/4,
    side/4) and its labels. Of smaller crops mostly those whose hole is in the middle are kept: shapes are learned several
    times faster where they differ in one thing less, and the full size teaches the rest.
    """
    path = _latents(shard, side)
    if path.exists():
        return
    pool = load_pool([shard])
    chosen = [
        i
        for i, hole in enumerate(pool.holes)
        if shard >= CENTRED_SHARDS or side == SIDE or pool.labels[i][3] == "around" or _is_centred(hole)
    ]
    vae = load_vae().eval().to(memory_format=torch.channels_last)
    x, holes = to_tensor(pool.images[chosen]), torch.from_numpy(pool.holes[chosen])[:, None].float()
    if side != SIDE:
        x = F.interpolate(x, (side, side), mode="bicubic", antialias=True).clamp(-1, 1)
        holes = F.interpolate(holes, (side, side), mode="area").round()
    seen = encode(vae, x * (1 - holes))
    masks = holes[:, :, ::4, ::4].contiguous().half()  # the pipeline shrinks masks by taking every fourth pixel
    part = path.with_suffix(".part")
    torch.save((encode(vae, x), seen, masks, [pool.labels[i] for i in chosen]), part)
    part.replace(path)
    print(f"encoded {len(chosen)} crops of shard {shard} at {side} pixels", flush=True)


def _is_centred(hole: np.ndarray, slack: float = 3.0) -> bool:
    """Whether the middle of the hole's box is the crop's, within `slack` pixels."""
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    middle = (len(hole) - 1) / 2
    return abs((rows[0] + rows[-1]) / 2 - middle) <= slack and abs((columns[0] + columns[-1]) / 2 - middle) <= slack


class Trainer:
    """The weights, their average, and what is needed to go on after a break."""

    def __init__(self, side: int, end: float) -> None:
        torch.manual_seed(0)
        self.side, self.end = side, end
        self.parts: list[tuple[Tensor, Tensor, Tensor, list[tuple[str, str, str, str]]]] = []
        self.tokenizer = make_tokenizer(WORK / "tokenizer")
        self.text_model = make_text_encoder(self.tokenizer)
        self.unet = make_unet().to(memory_format=torch.channels_last)
        # the fused attention's backward pass costs half the time on a processor; the plain one does not
        self.unet.set_attn_processor(AttnProcessor())
        self.words = Encoder(self.tokenizer, self.text_model)
        self.weights = [*self.unet.parameters(), *self.text_model.parameters()]
        self.average = [w.detach().clone() for w in self.weights]
        self.optimiser = torch.optim.AdamW(self.weights, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=1e-2, fused=True)
        kept = make_scheduler().alphas_cumprod
        self.signal, self.noise = kept.sqrt(), (1 - kept).clamp_min(0).sqrt()
        self.step, self.seconds = 0, 0.0
        self.began = time.time()
        self.resume()

    def refresh(self, shards: int) -> None:
        """Take in the shards that have been encoded by now, in order."""
        while len(self.parts) < shards and (path := _latents(len(self.parts), self.side)).exists():
            self.parts.append(torch.load(path, weights_only=False))

    def resume(self) -> None:
        """Go on from the last checkpoint; where there is none, from the weights that ship."""
        if not STATE.exists():
            self.start_from(SHIPPED)
            return
        state = torch.load(STATE, weights_only=False)
        self.unet.load_state_dict(state["unet"])
        self.text_model.load_state_dict(state["text"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.step, self.seconds, self.began = (
            state["average"],
            state["step"],
            state["seconds"],
            state["began"],
        )
        if state.get("side") != self.side or time.time() > state.get("end", 0.0):
            self.began = time.time()  # a new phase: the same weights, perhaps at another size, on a schedule of its own
        print(f"unet: going on at step {self.step}, {self.side} pixels", flush=True)

    def start_from(self, folder: Path) -> None:
        """Take the weights of an exported painter, if it is there and of the same architecture."""
        if not (folder / "unet" / "config.json").exists():
            return
        shipped = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32)
        text = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32)
        self.unet.load_state_dict(shipped.state_dict())
        self.text_model.load_state_dict(text.state_dict())
        self.average = [w.detach().clone() for w in self.weights]
        print(f"unet: starting from {folder}; take it away to start from nothing", flush=True)

    def save(self) -> None:
        """Write the checkpoint; the old one stays until the new one is whole."""
        state = {
            "unet": self.unet.state_dict(),
            "text": self.text_model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        state |= {"average": self.average, "step": self.step, "seconds": self.seconds, "began": self.began}
        state |= {"side": self.side, "end": self.end}
        part = STATE.with_suffix(".part")
        torch.save(state, part)
        part.replace(STATE)

    def loss(self, rng: Random, power: float) -> Tensor:
        """One batch: the error of the predicted velocity, far heavier inside the hole.

        power: 1 draws all times evenly; less draws nearer to pure noise, where it is decided what will be seen.
        """
        chosen = [(part := rng.choice(self.parts), rng.randrange(len(part[3]))) for _ in range(BATCH)]
        captions = ["" if rng.random() < 0.1 else caption(rng, *part[3][i]) for part, i in chosen]
        x, seen, mask = (torch.stack([part[k][i] for part, i in chosen]).float() for k in range(3))
        weight = OUTSIDE + (1 - OUTSIDE) * mask
        free = torch.tensor([rng.random() < FREE for _ in chosen])
        seen[free], mask[free], weight[free] = 0.0, 0.0, 0.3
        even = (torch.arange(BATCH) + torch.rand(BATCH)) / BATCH  # one of each part of the range: calmer than chance
        t = (1000 * even**power).long().clamp_max(999)
        noise = torch.randn_like(x)
        a, s = self.signal[t][:, None, None, None], self.noise[t][:, None, None, None]
        batch = torch.cat([a * x + s * noise, mask, seen], 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            answer = self.unet(batch, t, self.words(captions)).sample
        return ((answer.float() - (a * noise - s * x)) ** 2 * weight).sum() / (4 * weight.sum())

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
        if self.step % 4 == 0:
            keep = min(0.99, (1 + self.step / 4) / (10 + self.step / 4))
            torch._foreach_lerp_(self.average, [w.detach() for w in self.weights], 1 - keep)
        return loss.item()


def train_unet(shards: int, end: datetime, side: int = SIDE, peak: float = PEAK_RATE) -> None:
    """Train on crops of `side` pixels until `end` with a rate that falls from `peak` to nothing by then, and save
    train/work/painter/unet-training.pt every minute and a half.

    Shapes are learned at 64 pixels first, where a sample costs less than half, then refined at 96.
    At least the first shard is encoded before; others join when `python -m train.painter encode` has written them.
    """
    encode_shard(0, side)
    trainer = Trainer(side, end.timestamp())
    trainer.refresh(shards)
    if trainer.step == 0:
        trainer.began = time.time()
    rng = Random(trainer.step)
    torch.manual_seed(trainer.step)
    smooth, last_save, last = 1.0, time.time(), time.time()
    while (now := time.time()) < end.timestamp():
        share = (now - trainer.began) / (end.timestamp() - trainer.began)
        warm = min(1.0, (trainer.step + 1) / 100)
        rate = peak * warm * (0.5 + 0.5 * math.cos(math.pi * share)) + 1e-5
        loss = trainer.update(rng, rate, power=0.3 + 0.6 * share)
        smooth += 0.02 * (loss - smooth)
        trainer.seconds += time.time() - now
        if time.time() - last > 30:
            last, samples = time.time(), trainer.step * BATCH
            size = f"{samples} samples of {len(trainer.parts)} shards, {samples / trainer.seconds:.1f}/s"
            print(f"unet step {trainer.step}: {size}, loss {smooth:.4f}", flush=True)
        if time.time() - last_save > SAVE_EVERY:
            last_save = time.time()
            trainer.save()
            trainer.refresh(shards)
    trainer.save()
    print(f"unet: {trainer.step * BATCH} samples in {trainer.seconds:.0f} s, loss {smooth:.4f}", flush=True)
