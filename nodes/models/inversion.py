"""From a picture back to the noise from which a model would paint it: DDIM inversion (Song et al. 2021), with the way kept.

With guidance the way forward leaves the way back. So after each step the first of two pictures that are painted together is set onto it again (Direct
Inversion, Ju et al. 2023). What that took is added to the second too, other than there: the same words then give the picture itself, and what the words
do not change stays nearer to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph import GraftError

SCHEDULER = "ddim"
"""The only one whose steps can be gone backwards."""


@dataclass(frozen=True)
class Begin:
    """Where a picture begins. noise: (1, channels, rows, columns). way: the latents after each step forward, the last one those of the picture."""

    noise: Any
    way: tuple[Any, ...]


def invert(
    pipe: Any, picture: np.ndarray, prompt: str, steps: int, own: Any, on_step: Callable[[int, int], None]
) -> Begin:
    """The noise of a picture, uint8 (H, W, 3), for a prompt that describes it. own: the model's scheduler."""
    import diffusers
    import torch

    pipe.scheduler = diffusers.DDIMInverseScheduler.from_config(own.config)
    with torch.inference_mode():
        way = [_encoded(pipe, picture)]

        def after(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
            way.append(values["latents"])
            on_step(step + 1, pipe.num_timesteps)
            return values

        pipe(
            prompt=[prompt], width=picture.shape[1], height=picture.shape[0], num_inference_steps=steps, guidance_scale=1.0,
            latents=way[0], callback_on_step_end=after, output_type="latent",
        )  # fmt: skip
    if not bool(torch.isfinite(way[-1]).all()):
        cure = "the model may need full precision: try GRAFT_DEVICE=cpu"
        raise GraftError("the way back to the noise ended in not-a-number", cure)
    return Begin(way[-1], tuple(reversed(way[:-1])))


def _encoded(pipe: Any, picture: np.ndarray) -> Any:
    """The latents of a picture, as the UNet sees them."""
    import torch

    vae = pipe.vae
    pixels = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
    latents = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist.mode()
    latents = (latents - (vae.config.shift_factor or 0.0)) * vae.config.scaling_factor
    return latents.to(pipe.unet.dtype)
