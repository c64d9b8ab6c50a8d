"""Other words, the same picture: what a text-to-image model would have painted had one word been another, with the layout kept; and the map of each
word, which explains a picture and the edits alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Heat, Image, Mask, Model, Run, Seed, Slider, Text, did_you_mean, node
from nodes.additions import Loras, Scheduler, additions
from nodes.edit.panels import overlay, sheet
from nodes.models import prompt_to_prompt
from nodes.models.alignment import How
from nodes.models.prompt_to_prompt import Change, Settings
from nodes.pixels import frozen


@dataclass(frozen=True)
class Weight:
    """How much a word counts.

    word: a word of the target, or several that stand together.
    weight: by what its attention is multiplied: 1 changes nothing, 3 shows more of it, 0 or less takes it away.
    """

    word: str
    weight: Annotated[float, Slider(-10.0, 10.0, 0.1)] = 2.0


class Edited(NamedTuple):
    """source: of the source prompt alone. edited: of the target, after the attention of the source. changed: where the edit was let through; white
    everywhere without a blend."""

    source: Image
    edited: Image
    changed: Mask


class Explained(NamedTuple):
    """image: what the prompt gives. heat: float32 (H, W), 0..1, the map of the word asked for. overlay: that map over the picture. panels: one
    labelled panel for each word. words: as they stand in the prompt."""

    image: Image
    heat: Heat
    overlay: Image
    panels: Image
    words: list[str]


@node(
    family="edit",
    heavy=True,
    title="Swap words",
    tags=("prompt-to-prompt", "prompt to prompt", "cross attention", "word swap", "refine", "reweight", "attention replace", "variation"),
)  # fmt: skip
def swap_words(
    source: Annotated[str, Text(multiline=True)],
    target: Annotated[str, Text(multiline=True)],
    how: How = "auto",
    weights: list[Weight] | None = None,
    blend: str = "",
    cross_steps: Annotated[float, Slider(0.0, 1.0, 0.05)] = 0.8,
    self_steps: Annotated[float, Slider(0.0, 1.0, 0.05)] = 0.4,
    negative: Annotated[str, Text(multiline=True)] = "",
    steps: Annotated[int, Slider(1, 150)] = 30,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    scheduler: Scheduler = "auto",
    width: Annotated[int, Slider(0, 4096, 8)] = 0,
    height: Annotated[int, Slider(0, 4096, 8)] = 0,
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("diffusion")] = "auto",
    loras: Loras = [],  # noqa: B006
    *,
    run: Run,
) -> Edited:
    """Paint a prompt, and the same picture with other words: Prompt-to-Prompt (Hertz et al. 2022), by text-to-image models with cross-attention.

    Both pictures begin with the same noise. In the first steps the second takes over the attention maps of the first, so that a word's thing changes and
    the layout stays: "a red car on a road" → "a blue car on a road" (swap), "a car" → "a car in the snow" (refine), the same words with weights (reweight).

    source: the prompt of the first picture; words alone, weights in brackets are not read here.
    target: the prompt of the second; the same again where only weights change.
    how: "swap" replaces word by word and wants as many words in both; "refine" keeps the words that both have and lets new ones find their own place; "auto"
        swaps where there are as many.
    weights: words of the target that are to count for more or less.
    blend: words, separated by commas, of source or target; where given, only what either picture shows of them changes (local blend).
    cross_steps: share of the steps, from the first, in which the maps of words are taken over; more keeps more of the shape.
    self_steps: share of the steps in which the maps of places are taken over; more keeps more of the layout.
    negative: what must not appear in either picture.
    steps: more take longer and give finer pictures, up to about 50.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    scheduler: the way from noise to picture; "auto" is the model's own.
    width: of the pictures in pixels; 0 takes the model's own.
    height: of the pictures in pixels; 0 takes the model's own.
    seed: the same seed gives the same pictures.
    model: a text-to-image model of Stable Diffusion 1.x, 2.x or XL.
    loras: changes to the model, several at once.
    """
    for socket, text in (("source", source), ("target", target)):
        if not text.strip():
            raise BadInput(socket, "it is empty", "write what is to be painted")
    loaded = run.models.get("diffusion", model, say=run.say)
    announce(loaded, (source, target), run)
    change = change_of(how, cross_steps, self_steps, weights, blend)
    settings = Settings(
        negative, steps, guidance or None, scheduler, seed, width, height, additions(run, loras, (), None)["loras"]
    )
    pair = prompt_to_prompt.edit(loaded, source, target, change, settings, run.progress, run.say)
    shape = pair.source.shape[:2]
    changed = (
        np.full(shape, 255, np.uint8) if pair.blend is None else np.where(pair.blend > 0.5, 255, 0).astype(np.uint8)
    )
    return Edited(Image(frozen(pair.source)), Image(frozen(pair.edited)), Mask(frozen(changed)))


@node(
    family="edit",
    heavy=True,
    title="Attention of words",
    tags=("daam", "attention map", "cross attention", "explain", "heat map", "prompt", "why", "word", "saliency"),
)
def word_attention(
    prompt: Annotated[str, Text(multiline=True)],
    word: str = "",
    negative: Annotated[str, Text(multiline=True)] = "",
    steps: Annotated[int, Slider(1, 150)] = 30,
    guidance: Annotated[float, Slider(0.0, 30.0)] = 0.0,
    scheduler: Scheduler = "auto",
    width: Annotated[int, Slider(0, 4096, 8)] = 0,
    height: Annotated[int, Slider(0, 4096, 8)] = 0,
    seed: Annotated[int, Seed()] = 0,
    model: Annotated[str, Model("diffusion")] = "auto",
    loras: Loras = [],  # noqa: B006
    *,
    run: Run,
) -> Explained:
    """Paint a prompt and show which word has painted what: the cross-attention of each word, averaged over layers, heads and steps (DAAM, Tang et al. 2022).

    Each map is scaled by itself, from 0 where it is least to 1, so that weak words can be seen too; maps of two words are not to be compared in strength.

    prompt: what to paint, in words alone; fewer words give maps that are easier to read.
    word: the word whose map comes out at `heat` and `overlay`; empty takes the last one.
    negative: what must not appear.
    steps: more take longer and give finer pictures, up to about 50.
    guidance: how closely to follow the words; 0 takes the value that the model recommends.
    scheduler: the way from noise to picture; "auto" is the model's own.
    width: of the picture in pixels; 0 takes the model's own.
    height: of the picture in pixels; 0 takes the model's own.
    seed: the same seed gives the same picture.
    model: a text-to-image model of Stable Diffusion 1.x, 2.x or XL.
    loras: changes to the model, several at once.
    """
    loaded = run.models.get("diffusion", model, say=run.say)
    announce(loaded, (prompt,), run)
    settings = Settings(
        negative, steps, guidance or None, scheduler, seed, width, height, additions(run, loras, (), None)["loras"]
    )
    picture, found = prompt_to_prompt.explain(loaded, prompt, settings, run.progress, run.say)
    names = numbered([name for name, _ in found])
    heats = dict(zip(names, (heat for _, heat in found), strict=True))
    asked = word.strip().lower() or names[-1]
    if asked not in heats:
        what = f"'{word[:60]}' is not in the prompt"
        raise BadInput("word", what, did_you_mean(asked, names, f"the words are {', '.join(names)}"))
    heat = heats[asked]
    return Explained(
        Image(frozen(picture)), Heat(frozen(heat)), Image(frozen(overlay(picture, heat))), Image(sheet(picture, heats)), names
    )  # fmt: skip


def change_of(how: How, cross: float, own: float, weights: list[Weight] | None, blend: str) -> Change:
    """The settings of an edit by words."""
    phrases = tuple(" ".join(part.split()) for part in blend.split(",") if part.strip())
    return Change(how, cross, own, {entry.word: entry.weight for entry in weights or ()}, phrases)


def numbered(names: list[str]) -> list[str]:
    """The same names, "a" and "a (2)" where one comes again: it looks at another place."""
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        seen[name] += 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made


def announce(loaded: object, prompts: tuple[str, ...], run: Run) -> None:
    for note in loaded.notes:  # type: ignore[attr-defined]
        run.say(note)
    if not loaded.paints_freely:  # type: ignore[attr-defined]
        run.say("this model was made to paint into holes: from words alone it paints poorly")
    for prompt in prompts:
        if left_out := prompt_to_prompt.left_out(loaded, prompt):
            run.say(f"the prompt is too long for this model, which does not read its end: '{left_out[:200]}'")
