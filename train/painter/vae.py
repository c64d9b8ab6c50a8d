"""The painter's autoencoder: 96 × 96 pixels become 24 × 24 × 4 numbers and come back; how sharp decides how sharp the
painter can be.

Small autoencoders trained from random weights stay blurred for long, so this one starts near the identity:
convolutions that pass their input through, downsamplers that average, residual branches turned low. From there
minutes are enough.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor, nn

from train.painter.pool import SIDE, WORK, Pool

FOLDER = WORK / "vae"
STATE = WORK / "vae-training.pt"
BATCH = 8


def load_vae() -> AutoencoderKL:
    """The trained autoencoder in float32: this machine's own, else the one that ships."""
    shipped = Path(__file__).parent.parent.parent / "models" / "starter" / "painter" / "vae"
    return AutoencoderKL.from_pretrained(FOLDER if FOLDER.exists() else shipped, torch_dtype=torch.float32)


def to_tensor(images: np.ndarray) -> Tensor:
    """uint8 (N, H, W, 3) to float32 (N, 3, H, W) in -1..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def _pass_through(conv: nn.Conv2d) -> None:
    conv.weight.mul_(0.3)
    middle = conv.kernel_size[0] // 2
    for i in range(min(conv.weight.shape[:2])):
        conv.weight[i, i, middle, middle] += 1


def _average(conv: nn.Conv2d) -> None:
    conv.weight.mul_(0.3)
    for i in range(min(conv.weight.shape[:2])):
        conv.weight[i, i, :2, :2] += 0.25


@torch.no_grad()
def make_vae() -> AutoencoderKL:
    """An untrained autoencoder near the identity: 4 times smaller latents of 4 channels."""
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(16, 32, 64),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
        sample_size=SIDE,
        mid_block_add_attention=False,
    )
    plain = ("upsamplers", "shortcut", "quant")
    for name, part in vae.named_modules():
        if not isinstance(part, nn.Conv2d):
            continue
        if name.endswith("conv2"):
            part.weight.mul_(0.2)
        elif "downsamplers" in name:
            _average(part)
        elif name.endswith(("conv_in", "conv_out")) or any(word in name for word in plain):
            _pass_through(part)
    vae.quant_conv.bias[4:] -= 3  # start with little noise
    return vae


def _loss(vae: AutoencoderKL, x: Tensor) -> Tensor:
    """Smooth L1 + squares + gradients (edges) + a little KL."""
    with torch.autocast("cpu", torch.bfloat16):
        moments = vae.encode(x).latent_dist
        y = vae.decode(moments.sample()).sample
    y = y.float()
    across = ((y[..., 1:] - y[..., :-1]) - (x[..., 1:] - x[..., :-1])).abs().mean()
    down = ((y[..., 1:, :] - y[..., :-1, :]) - (x[..., 1:, :] - x[..., :-1, :])).abs().mean()
    numbers = 4 * (SIDE // 4) ** 2
    return (
        F.smooth_l1_loss(y, x, beta=0.05)
        + F.mse_loss(y, x)
        + 0.25 * (across + down)
        + 4e-4 * moments.kl().float().mean() / numbers
    )


@torch.no_grad()
def quality(vae: AutoencoderKL, pool: Pool, count: int = 96) -> float:
    """Peak signal-to-noise ratio in dB on the first crops of the pool."""
    x = to_tensor(pool.images[:count])
    y = vae.decode(vae.encode(x).latent_dist.mode()).sample.clamp(-1, 1)
    return 10 * math.log10(4 / F.mse_loss(y, x).item())


def train_vae(pool: Pool, held_out: Pool, minutes: float) -> None:
    """Train for that many minutes of this process and save to train/work/painter/vae; a broken run goes on where it
    was saved.
    """
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    vae = make_vae().to(memory_format=torch.channels_last)
    weights = list(vae.parameters())
    average = [w.detach().clone() for w in weights]
    optimiser = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.99), fused=True)
    step, spent = 0, 0.0
    if STATE.exists():
        state = torch.load(STATE, weights_only=False)
        vae.load_state_dict(state["vae"])
        optimiser.load_state_dict(state["optimiser"])
        average, step, spent = state["average"], state["step"], state["spent"]
    started = time.process_time() - spent
    while (spent := time.process_time() - started) < 60 * minutes:
        share = spent / (60 * minutes)
        for group in optimiser.param_groups:
            group["lr"] = 1.6e-3 * min(1, (step + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * share)) + 1e-5
        chosen = rng.integers(0, len(pool), BATCH)
        x = to_tensor(pool.images[chosen])
        if step % 4 == 0:
            x = x * ~torch.from_numpy(pool.holes[chosen])[:, None]
        loss = _loss(vae, x.contiguous(memory_format=torch.channels_last))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        step += 1
        torch._foreach_lerp_(average, [w.detach() for w in weights], 1 - min(0.998, (1 + step) / (10 + step)))
        if step % 500 == 0:
            print(
                f"vae step {step}: {spent:.0f} s, loss {loss.item():.4f}, {quality(vae, held_out):.2f} dB", flush=True
            )
            torch.save(
                {
                    "vae": vae.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "average": average,
                    "step": step,
                    "spent": spent,
                },
                STATE,
            )
    _finish(vae, average, pool, held_out)


@torch.no_grad()
def _finish(vae: AutoencoderKL, average: list[Tensor], pool: Pool, held_out: Pool) -> None:
    for weight, mean in zip(vae.parameters(), average, strict=True):
        weight.copy_(mean)
    latents = vae.encode(to_tensor(pool.images[:512])).latent_dist.mode()
    vae.register_to_config(scaling_factor=float(1 / latents.std()))
    vae.save_pretrained(FOLDER)
    print(
        f"vae: {quality(vae, held_out):.2f} dB on held-out crops, scaling factor {vae.config.scaling_factor:.4f}",
        flush=True,
    )


@torch.no_grad()
def encode(vae: AutoencoderKL, images: Tensor, batch: int = 100) -> Tensor:
    """float32 (N, 3, S, S) in -1..1 to scaled latents float16 (N, 4, S/4, S/4)."""
    parts = []
    for i in range(0, len(images), batch):
        with torch.autocast("cpu", torch.bfloat16):
            mode = vae.encode(images[i : i + batch].contiguous(memory_format=torch.channels_last)).latent_dist.mode()
        parts.append((mode.float() * vae.config.scaling_factor).half())
    return torch.cat(parts)
