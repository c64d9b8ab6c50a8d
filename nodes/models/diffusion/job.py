"""What is asked of a diffusion model: one picture, described completely, so that the same job gives the same picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Guide:
    """One ControlNet at work.

    net: what the shelf gave for the kind "control"; its .net is a ControlNetModel of diffusers. picture: uint8 (H, W, 3), made ready for it, of
    any size. weight: 0 has no effect, 1 is usual. start, end: the share of the steps in which it is followed, 0..1.
    """

    net: Any
    picture: np.ndarray
    weight: float = 1.0
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, eq=False)
class Job:
    """One picture to make. What is given decides the task: a hole means inpainting, a picture alone image-to-image (or editing by instruction, or
    repainting by depth, when the model was made for it), neither text-to-image.

    prompt, negative: words with weights, see nodes/models/weighting.py. guidance: None takes the model's usual value. scheduler: see
    schedulers.py; "auto" is the model's own. width, height: pixels, multiples of the model's `multiple`; 0 takes the picture's, else the
    model's own size. picture: uint8 (height, width, 3). hole: uint8 (height, width), white is painted anew. strength: how much of the picture
    is made anew, 0..1. depth: float32 (any size), near is large. image_guidance: how closely an edit follows the picture. guides: ControlNets.
    loras: (what the shelf gave for "lora", weight). embeddings: what it gave for "embedding".
    """

    prompt: str
    negative: str = ""
    seed: int = 0
    steps: int = 20
    guidance: float | None = None
    scheduler: str = "auto"
    width: int = 0
    height: int = 0
    picture: np.ndarray | None = None
    hole: np.ndarray | None = None
    strength: float = 1.0
    depth: np.ndarray | None = None
    image_guidance: float | None = None
    guides: tuple[Guide, ...] = ()
    loras: tuple[tuple[Any, float], ...] = ()
    embeddings: tuple[Any, ...] = ()
