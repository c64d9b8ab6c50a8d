"""What is where, in the colours of ADE20K."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Image, Model, Run, node
from nodes.control import ade
from nodes.control.working import picture


class Segments(NamedTuple):
    """image: uint8 (H, W, 3), each pixel in the colour of its class, black where it has none. names: the classes that are there, largest first."""

    image: Image
    names: list[str]


@node(
    family="control",
    heavy=True,
    tags=("controlnet", "preprocessor", "annotator", "seg", "ade20k", "semantic segmentation", "palette", "uniformer"),
)
def segments(image: Image, model: Annotated[str, Model("segment")] = "auto", *, run: Run) -> Segments:
    """Colour every pixel by what it belongs to, in the 150 colours of ADE20K (Zhou et al. 2017), for ControlNet "seg".

    Semantic segmentation: the likeliest class of each pixel. A model whose labels are no classes of ADE20K is taken as far as names agree; what
    has no colour is said and stays black.

    image: uint8 (H, W, 3), any size; the map has the same height and width.
    model: a segmentation model with labels, best one that was trained on ADE20K, such as openmmlab/upernet-convnext-small.
    """
    loaded = run.models.get("segment", model, run.say)
    if loaded.kind != "labels":
        what = "this model is asked in words and has no labels of its own"
        raise BadInput("model", what, "choose one that was trained on ADE20K, such as openmmlab/upernet-convnext-small")
    places = ade.numbers(loaded.labels)
    if not any(place is not None for place in places):
        what = f"none of its {len(places)} labels (such as '{loaded.labels[0]}') is a class of ADE20K"
        raise BadInput("model", what, "choose one that was trained on ADE20K, such as openmmlab/upernet-convnext-small")
    run.progress(0, 1, "looking at the picture")
    found = loaded.classes(image)
    run.progress(1, 1)
    there, counts = np.unique(found, return_counts=True)
    order = [int(there[index]) for index in np.argsort(-counts, kind="stable")]
    lost = [loaded.labels[number] for number in order if places[number] is None]
    if lost:
        run.say(f"ADE20K has no class for {', '.join(lost[:10])}: these places stay black")
    table = np.array([(0, 0, 0) if place is None else ade.COLOURS[place] for place in places], np.uint8)
    names = dict.fromkeys(ade.NAMES[place] for number in order if (place := places[number]) is not None)
    return Segments(picture(table[found], image, hard=True), list(names))
