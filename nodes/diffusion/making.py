"""Whole pictures from words: from nothing, or over another picture."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from graph import BadInput, Controls, Heat, Image, Model, Run, Seed, Slider, Text, node

from ..models.diffusion.job import Job
from ..pixels import check_area, frozen
from .common import Embeddings, Loras, Scheduler, additions, announce, check_steps, scaled, working_size


@node(
    heavy=True,
    family="diffusion",
    tags=("generate", "stable diffusion", "txt2img", "draw", "create", "ksampler", "sdxl", "lcm", "turbo"),
)
def text_to_image(
    prompt: Annotated[str, Text(multiline=True)],
    negative: Annotated[str, Text(multiline=True)] = "",
    width: Annotated[int, Slider(0, 4096, 8)] = 0,
    height: Annotated[int, Slider(0, 4096, 8)] = 0,
    control: Controls | None = None,
    steps: Annotated[int, Slider(1, 150)] = 20,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    scheduler: Scheduler = "auto",
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("diffusion")] = "auto",
    loras: Loras = [],  # noqa: B006
    embeddings: Embeddings = [],  # noqa: B006
    *,
    run: Run,
) -> Image:
    """Paint what the words say: latent diffusion (Rombach et al. 2022) with classifier-free guidance (Ho and Salimans 2022).

    Works with checkpoints of Stable Diffusion 1.x, 2.x and XL, their turbo and LCM kinds, and with inpainting checkpoints.

    prompt: what to paint, in plain English; "(word:1.3)" counts 1.3 times, "(word)" 1.1 times, "[word]" less. Long prompts are read in parts.
    negative: what must not appear.
    width: in pixels; 0 takes the model's own, or the proportions of the first picture that steers it.
    height: in pixels; 0 takes the model's own, as the width.
    control: pictures that steer it, from control.guide.
    steps: more take longer and give finer pictures, up to about 50; a turbo or LCM model needs 1 to 8.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    scheduler: the way from noise to the picture; "auto" is the model's own, "lcm" is for LCM LoRAs.
    seed: the same seed gives the same picture.
    model: weights on the shelf, a path, or 'org/repo' on the Hugging Face hub.
    loras: changes to the model, several at once.
    embeddings: learned words, which the prompt then calls by the names of their files.
    """
    check_area(width or 1, height or 1)
    painter = run.models.get("diffusion", model, say=run.say)
    announce(painter, prompt, run)
    usual = (painter.size, painter.size)
    if control and not (width or height):  # so that what steers it is not stretched
        usual = working_size(control[0].image.shape[1], control[0].image.shape[0], painter, 0)
    size = tuple(_to_step(wish or own, painter.multiple) for wish, own in zip((width, height), usual, strict=True))
    if (width or size[0], height or size[1]) != size:
        run.say(f"this model paints sizes in steps of {painter.multiple} pixels: the picture is {size[0]}×{size[1]}")
    job = Job(
        prompt, negative, seed, steps, guidance or None, scheduler, width=size[0], height=size[1],
        **additions(run, loras, embeddings, control),
    )  # fmt: skip
    return Image(frozen(painter.make(job, on_step=run.progress, on_preview=run.preview, say=run.say)))


def _to_step(length: int, step: int) -> int:
    return max(step, round(length / step) * step)


@node(
    heavy=True,
    family="diffusion",
    tags=("img2img", "restyle", "style", "variation", "repaint", "sdedit", "stable diffusion"),
)
def image_to_image(
    image: Image,
    prompt: Annotated[str, Text(multiline=True)],
    negative: Annotated[str, Text(multiline=True)] = "",
    strength: Annotated[float, Slider(0.05, 1.0)] = 0.6,
    control: Controls | None = None,
    steps: Annotated[int, Slider(1, 150)] = 30,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    scheduler: Scheduler = "auto",
    resolution: Annotated[int, Slider(0, 4096, 8)] = 0,
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("diffusion")] = "auto",
    loras: Loras = [],  # noqa: B006
    embeddings: Embeddings = [],  # noqa: B006
    *,
    run: Run,
) -> Image:
    """Repaint a picture as the words say, keeping its layout: noise is added and taken away again (SDEdit, Meng et al. 2022).

    image: any size; it is scaled to what the model can paint, and the answer back to its size.
    prompt: what the picture is to show, in plain English; "(word:1.3)" counts 1.3 times. Long prompts are read in parts.
    negative: what must not appear.
    strength: how much is painted anew: 0.3 changes the surface, 0.6 things and style, 1 nearly everything.
    control: pictures that steer it, from control.guide.
    steps: of these the share `strength` is made.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    scheduler: the way from noise to the picture; "auto" is the model's own, "lcm" is for LCM LoRAs.
    resolution: side of a square, in pixels, of whose area the model paints; 0 takes the model's own.
    seed: the same seed gives the same picture.
    model: weights on the shelf, a path, or 'org/repo' on the Hugging Face hub.
    loras: changes to the model, several at once.
    embeddings: learned words, which the prompt then calls by the names of their files.
    """
    check_steps(steps, strength)
    painter = run.models.get("diffusion", model, say=run.say)
    announce(painter, prompt, run)
    more = additions(run, loras, embeddings, control)
    return _repainted(
        image,
        painter,
        resolution,
        run,
        prompt,
        negative,
        seed,
        steps,
        guidance or None,
        scheduler,
        strength=strength,
        **more,
    )


@node(heavy=True, family="diffusion", tags=("depth2img", "restyle", "shape", "3d", "stable diffusion"))
def depth_to_image(
    image: Image,
    prompt: Annotated[str, Text(multiline=True)],
    negative: Annotated[str, Text(multiline=True)] = "",
    depth: Heat | None = None,
    strength: Annotated[float, Slider(0.05, 1.0)] = 0.8,
    steps: Annotated[int, Slider(1, 150)] = 30,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    scheduler: Scheduler = "auto",
    resolution: Annotated[int, Slider(0, 4096, 8)] = 0,
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("depth")] = "auto",
    loras: Loras = [],  # noqa: B006
    embeddings: Embeddings = [],  # noqa: B006
    *,
    run: Run,
) -> Image:
    """Repaint a picture as the words say, keeping the shapes in space: a model that sees the depth of each pixel (Stable Diffusion 2 depth).

    image: any size; it is scaled to what the model can paint, and the answer back to its size.
    prompt: what the picture is to show, in plain English; "(word:1.3)" counts 1.3 times. Long prompts are read in parts.
    negative: what must not appear.
    depth: 1 is near, 0 far, of any size; without one the model's own depth estimator looks at the picture.
    strength: how much is painted anew; even 1 keeps the shapes.
    steps: of these the share `strength` is made.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    scheduler: the way from noise to the picture; "auto" is the model's own, "lcm" is for LCM LoRAs.
    resolution: side of a square, in pixels, of whose area the model paints; 0 takes the model's own.
    seed: the same seed gives the same picture.
    model: weights on the shelf, a path, or 'org/repo' on the Hugging Face hub.
    loras: changes to the model, several at once.
    embeddings: learned words, which the prompt then calls by the names of their files.
    """
    check_steps(steps, strength)
    painter = run.models.get("depth", model, say=run.say)
    announce(painter, prompt, run)
    if painter.channels != 5:
        what = f"this model does not see depth: its UNet takes {painter.channels} channels, and such a one 5"
        raise BadInput("model", what, "choose a depth-to-image model such as sd2-community/stable-diffusion-2-depth")
    more = additions(run, loras, embeddings, None)
    return _repainted(
        image, painter, resolution, run, prompt, negative, seed, steps, guidance or None, scheduler, strength=strength, depth=depth, **more
    )  # fmt: skip


def _repainted(image: np.ndarray, painter: Any, resolution: int, run: Run, *asked: Any, **more: Any) -> Image:
    """The picture made by a job with these settings, at the model's size and back."""
    size = working_size(image.shape[1], image.shape[0], painter, resolution)
    job = Job(*asked, picture=scaled(image, size), **more)
    painted = painter.make(job, on_step=run.progress, on_preview=run.preview, say=run.say)
    return Image(frozen(scaled(painted, (image.shape[1], image.shape[0]))))
