"""Why: a picture that takes a minute should be seen growing. Decoding every step with the model's own autoencoder would cost as much as a step; but
what an autoencoder puts into a cell of its latent picture is nearly a linear function of the cell's colour. That function is fitted here once per
model, by least squares, and one small matrix product then gives a picture of one pixel a cell.

The fit: a picture of smooth random colours (fixed, so that the same model always gives the same map) is encoded, its cells' mean colours are the
targets, and the channels of the latent picture with a constant the predictors. It needs no data and works for every autoencoder.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

CELLS = 16
"""Side of the picture that the map is fitted on, in cells: 256 of them for a handful of unknowns."""
APART, SHARE = 0.25, 0.03
"""Seconds between two previews at least, and the greatest share of the time that they may take."""
Show = Callable[[np.ndarray], None]


class LatentColours:
    """What the latents of one autoencoder look like. matrix: float32 (channels + 1, 3), from latents as the denoiser sees them, and a constant, to
    red, green and blue in 0..1."""

    def __init__(self, vae: Any) -> None:
        self.matrix = _fit(vae)

    def __call__(self, latents: Any) -> np.ndarray:
        """Latents (1, channels, h, w) as a picture, uint8 (h, w, 3)."""
        cells = latents[0].detach().float().permute(1, 2, 0).cpu().numpy()
        colours = cells @ self.matrix[:-1] + self.matrix[-1]
        return np.rint(np.clip(np.nan_to_num(colours), 0.0, 1.0) * 255).astype(np.uint8)


def _fit(vae: Any) -> np.ndarray:
    """The least-squares map of an autoencoder; nothing random of the process is touched."""
    import cv2
    import torch

    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    picture = _random_colours(CELLS * factor)
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None] * 2 - 1
    with torch.inference_mode():
        latents = _encoded(vae, pixels)
        if not bool(torch.isfinite(latents).all()):  # the encoder of SD XL overflows in half precision
            kept = vae.dtype
            latents = _encoded(vae.float(), pixels)
            vae.to(kept)
    latents = (latents - (vae.config.shift_factor or 0.0)) * vae.config.scaling_factor
    cells = latents[0].float().permute(1, 2, 0).cpu().numpy().reshape(CELLS * CELLS, -1)
    colours = cv2.resize(picture, (CELLS, CELLS), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    predictors = np.concatenate([cells, np.ones((len(cells), 1), np.float32)], axis=1)
    matrix: np.ndarray = np.linalg.lstsq(predictors, colours, rcond=None)[0].astype(np.float32)
    return matrix


def _encoded(vae: Any, pixels: Any) -> Any:
    return vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist.mode()


def _random_colours(side: int) -> np.ndarray:
    """float32 (side, side, 3) in 0..1: blots of all colours in two sizes, as smooth as photographs are."""
    import cv2

    numbers = np.random.default_rng(0)
    layers = [
        cv2.resize(numbers.random((cells, cells, 3), np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        for cells in (CELLS // 4, CELLS // 2)
    ]
    return np.clip(0.6 * layers[0] + 0.4 * layers[1] + 0.6 * (layers[0] - 0.5), 0.0, 1.0).astype(np.float32)


class Previews:
    """Shows one picture while it is painted, seldom enough to cost next to nothing.

    picture: uint8 (height, width, 3), what stays around the hole; hole: uint8 (height, width). spent: seconds that the previews took so far.
    """

    def __init__(
        self, colours: Callable[[], LatentColours], picture: np.ndarray, hole: np.ndarray, show: Show,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self._colours, self._picture, self._show, self._clock = colours, picture, show, clock
        self._inside = (hole > 0)[..., None]
        self._began = clock()
        self._last = float("-inf")
        self.spent, self.shown = 0.0, 0

    def step(self, latents: Any) -> None:
        """One step is made; ``latents`` (1, channels, h, w) are what the model takes the finished picture for by now."""
        import cv2

        now = self._clock()
        if now - self._last < APART or self.spent > SHARE * (now - self._began):
            return
        colours = self._colours()
        began = self._clock()
        height, width = self._picture.shape[:2]
        cells = colours(latents)
        painted = cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
        self._show(np.where(self._inside, painted, self._picture))
        self._last = self._clock()
        self.spent, self.shown = self.spent + self._last - began, self.shown + 1


@contextmanager
def watching(scheduler: Any, step: Callable[[Any], None]) -> Iterator[None]:
    """While inside, ``step`` hears after each step of a scheduler of diffusers what it takes the finished latents for; of a scheduler that does
    not tell, the unfinished ones."""
    make = scheduler.step

    @functools.wraps(make)  # pipelines look at its signature
    def watched(*values: Any, **options: Any) -> Any:
        result = make(*values, **options)
        if isinstance(result, tuple):
            step(result[1] if len(result) > 1 and result[1] is not None else result[0])
        return result

    scheduler.step = watched
    try:
        yield
    finally:
        del scheduler.step
