"""What the nodes of this family ask for alike: the way from noise to a picture, additions to a model, and the size at which a model works."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PIL import Image as Pictures

from graph import BadInput, Run

from ..additions import Embedding, Embeddings, Lora, Loras, Scheduler, additions

__all__ = [
    "Embedding", "Embeddings", "Lora", "Loras", "Scheduler", "additions", "announce", "check_steps", "scaled", "working_size",
]  # fmt: skip

LEAST = 8
"""Cells of the latent picture along its shorter side, at least: less gives a network with three halvings nothing to look at."""
LONGEST = 4
"""The longer side of what a model works on, in sides of the square that it paints best, at most: beyond that its memory would run out."""


def announce(model: Any, prompt: str, run: Run) -> None:
    """Say what is to be known about the weights, and what of the prompt they do not read."""
    for note in model.notes:
        run.say(note)
    if left_out := model.words_left_out(prompt):
        run.say(f"the prompt is too long for this model, which does not read its end: '{left_out[:200]}'")


def check_steps(steps: int, strength: float) -> None:
    """BadInput where no step is left to make."""
    if int(steps * strength) < 1:
        what = f"{steps} steps at a strength of {strength:g} leave no step to make"
        raise BadInput("strength", what, "raise the strength or the steps")


def working_size(width: int, height: int, model: Any, resolution: int) -> tuple[int, int]:
    """Width and height at which a model works on a picture: its proportions, the area of the square that the model paints best (or of one with the
    side ``resolution``), in steps that the model can paint."""
    side, step = resolution or model.size, model.multiple
    scale = math.sqrt(side * side / (width * height))
    scale = min(scale, LONGEST * side / max(width, height))
    wide, high = (max(LEAST * step, round(length * scale / step) * step) for length in (width, height))
    return wide, high


def scaled(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture (H, W, 3) at another size (width, height), with Lanczos; itself where it has it already."""
    if image.shape[1::-1] == size:
        return image
    return np.asarray(Pictures.fromarray(image).resize(size, Pictures.Resampling.LANCZOS))
