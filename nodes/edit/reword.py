"""Other words for a picture that is there: the way back to its noise, and from there Prompt-to-Prompt."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Image, Mask, Model, Run, Slider, Text, node
from nodes.additions import Loras, additions
from nodes.edit.instruct import changed_places, scaled, working_size
from nodes.edit.words import Weight, announce, change_of
from nodes.models import prompt_to_prompt
from nodes.models.alignment import How
from nodes.models.prompt_to_prompt import Settings
from nodes.pixels import frozen, lay_over


class Reworded(NamedTuple):
    """image: as large as what came in. changed: white where it may differ."""

    image: Image
    changed: Mask


@node(
    family="edit",
    heavy=True,
    title="Swap words of a picture",
    tags=("prompt-to-prompt", "ddim inversion", "direct inversion", "real image", "word swap", "invert", "cross attention"),
)  # fmt: skip
def reword(
    image: Image,
    source: Annotated[str, Text(multiline=True)],
    target: Annotated[str, Text(multiline=True)],
    how: How = "auto",
    weights: list[Weight] | None = None,
    blend: str = "",
    cross_steps: Annotated[float, Slider(0.0, 1.0, 0.05)] = 0.6,
    self_steps: Annotated[float, Slider(0.0, 1.0, 0.05)] = 0.5,
    steps: Annotated[int, Slider(1, 150)] = 50,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    resolution: Annotated[int, Slider(0, 4096, 8)] = 0,
    keep: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.1,
    model: Annotated[str, Model("diffusion")] = "auto",
    loras: Loras = [],  # noqa: B006
    *,
    run: Run,
) -> Reworded:
    """Change a picture by changing the words that describe it: DDIM inversion (Song et al. 2021), then Prompt-to-Prompt (Hertz et al. 2022).

    The way back to the noise is kept, and guidance is not let off it (after Direct Inversion, Ju et al. 2023), so that it is the picture itself whose
    attention is followed, and the same words change nothing. Nothing is random.

    image: of any size; the answer has the same.
    source: what the picture shows, such as "a red car on a road".
    target: what it is to show, such as "a blue car on a road".
    how: "swap" replaces word by word; "refine" keeps the words that both have; "auto" swaps where there are as many.
    weights: words of the target that are to count for more or less.
    blend: words, separated by commas; where given, only what the picture before or after shows of them changes.
    cross_steps: share of the steps, from the first, in which the maps of words are taken over; more keeps more of the shape.
    self_steps: share of the steps in which the maps of places are taken over; more keeps more of the layout.
    steps: there and back each; fewer than 30 lose the way.
    guidance: how closely to follow the target; 0 takes the value that the model recommends.
    resolution: long side of the picture that the model works on, in pixels; 0 takes the model's own.
    keep: places that have changed by less than this share of the full range stay as they were, bit for bit; 0 takes all that was painted.
    model: a text-to-image model of Stable Diffusion 1.x, 2.x or XL.
    loras: changes to the model, several at once.
    """
    for socket, text in (("source", source), ("target", target)):
        if not text.strip():
            raise BadInput(socket, "it is empty", "describe the picture as it is, and as it is to be")
    loaded = run.models.get("diffusion", model, say=run.say)
    announce(loaded, (source, target), run)
    settings = Settings("", steps, guidance or None, loras=additions(run, loras, (), None)["loras"])
    small = scaled(image, working_size(image.shape, resolution or loaded.size, loaded.multiple))
    change = change_of(how, cross_steps, self_steps, weights, blend)
    pair = prompt_to_prompt.edit_picture(loaded, small, source, target, change, settings, run.progress, run.say)
    # Against what the model makes of the picture itself: both went through its autoencoder.
    places = changed_places(pair.source, pair.edited, keep)
    size = image.shape[1], image.shape[0]
    weight = scaled(places, size)
    result = lay_over(image, scaled(pair.edited, size), weight)
    return Reworded(Image(frozen(result)), Mask(frozen(np.where(weight > 0, 255, 0).astype(np.uint8))))
