"""What can be added to a diffusion model for one picture, as nodes ask for it: another way from noise to the picture, LoRAs, learned words, ControlNets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from graph import Controls, Model, Run, Slider

from .models.diffusion.job import Guide

Scheduler = Literal[
    "auto", "ddim", "ddpm", "euler", "euler_ancestral", "heun", "dpm2", "dpmpp_2s", "dpmpp_2m", "dpmpp_2m_karras", "dpmpp_2m_sde",
    "dpmpp_2m_sde_karras", "unipc", "lms", "pndm", "lcm", "tcd",
]  # fmt: skip
"""The names of nodes/models/diffusion/schedulers.py."""


@dataclass(frozen=True)
class Lora:
    """A small change to the model, learned apart from it: a style, a thing, a person, or the art of needing few steps.

    model: made for the same family as the model (SD 1.x, 2.x or XL).
    weight: 1 is as it was learned, less is weaker, below 0 is the opposite.
    """

    model: Annotated[str, Model("lora")] = "auto"
    weight: Annotated[float, Slider(-2.0, 2.0)] = 1.0


@dataclass(frozen=True)
class Embedding:
    """A word that was learned from pictures (textual inversion); it is called in the prompt by the name of its file.

    model: made for the same family as the model (SD 1.x, 2.x or XL).
    """

    model: Annotated[str, Model("embedding")] = "auto"


Loras = list[Lora]
Embeddings = list[Embedding]


def additions(
    run: Run, loras: Sequence[Lora], embeddings: Sequence[Embedding], control: Controls | None
) -> dict[str, Any]:
    """The same as a job takes them, with the weights loaded."""

    def loaded(kind: str, name: str) -> Any:
        return run.models.get(kind, name, say=run.say)

    guides = tuple(Guide(loaded("control", c.model), c.image, c.weight, c.start, c.end) for c in control or ())
    for guide in guides:
        for note in guide.net.notes:
            run.say(note)
    return {
        "loras": tuple((loaded("lora", lora.model), lora.weight) for lora in loras),
        "embeddings": tuple(loaded("embedding", word.model) for word in embeddings),
        "guides": guides,
    }
