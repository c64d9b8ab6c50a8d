"""A picture divided by kinds of things: semantic, instance and panoptic segmentation with the labels that a model was trained on, chosen by name."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from graph import BadInput, Boxes, Image, Mask, Model, Run, Slider, Text, did_you_mean, node
from nodes.models.panoptic import Region, check_task, regions
from nodes.segment.labels import SHOWN, Labels
from nodes.segment.overlay import drawn, texts_of
from nodes.segment.synonyms import FINDS
from nodes.segment.things import at_full_size, boxes_of, check_room, names_in, union


class Divided(NamedTuple):
    """mask: all of the chosen classes together. masks: one for each thing or class. boxes: (N, 4), around each, xyxy in pixels. labels: the model's names
    of them. scores: of a thing how sure the model is, of a class how likely its pixels are in the mean, 0..1. picture: all of it over the picture."""

    mask: Mask
    masks: list[Mask]
    boxes: Boxes
    labels: list[str]
    scores: list[float]
    picture: Image


@node(
    family="segment",
    heavy=True,
    tags=("mask2former", "maskformer", "oneformer", "eomt", "segformer", "semantic", "instance", "panoptic", "coco", "ade20k", "label"),
)  # fmt: skip
def classes(
    image: Image,
    names: Annotated[str, Text()] = "",
    task: Literal["auto", "semantic", "instance", "panoptic"] = "auto",
    threshold: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.5,
    model: Annotated[str, Model("segment")] = "auto",
    *,
    run: Run,
) -> Divided:
    """Divide a picture into kinds of things (semantic, instance or panoptic segmentation), and keep those that are named.

    image: of any size; masks have the same height and width. Regions are told apart on a grid of at most 1024 pixels a side.
    names: labels to keep, separated by commas, such as "person, car"; synonyms do as well. Empty keeps all; segment.class_names lists them.
    task: semantic gives one region for each class, instance one for each thing, panoptic both; auto is the fullest that the model can do. A model
        does best what it was trained for.
    threshold: least score of a thing; of no use in semantic segmentation, where each pixel gets its likeliest class.
    model: any segmentation model of transformers with labels; CLIPSeg has none.
    """
    loaded = _with_labels(run.models.get("segment", model, run.say))
    wanted = _chosen(loaded.labels, names)
    doing = check_task(loaded, task)
    run.progress(0, 2, "dividing the picture")
    found = [region for region in regions(loaded, image, doing, threshold, run.say) if region.label in wanted]
    if not found:
        raise _nothing(names, doing, threshold)
    run.progress(1, 2)
    check_room(len(found), image, "image", "make the picture smaller with image.resize, or name fewer classes")
    answer = _given(image, found, loaded.labels)
    run.progress(2, 2)
    return answer


@node(family="segment", output="names", heavy=True, tags=("labels", "list", "classes", "categories", "vocabulary"))
def class_names(
    search: str = "",
    model: Annotated[str, Model("segment")] = "auto",
    *,
    run: Run,
) -> list[str]:
    """List the labels that a segmentation model knows, in its own order.

    search: keep those with this text in them; empty keeps all.
    model: any segmentation model of transformers with labels.
    """
    labels = list(_with_labels(run.models.get("segment", model, run.say)).labels)
    found = [label for label in labels if search.strip().lower() in label.lower()]
    if not found:
        near = did_you_mean(search, labels)
        raise BadInput(
            "search", f"none of the {len(labels)} labels has '{search[:60]}' in it", near or "leave it empty"
        )
    return found


def _with_labels(loaded: Any) -> Any:
    if loaded.kind != "labels":
        cure = "choose a model such as facebook/mask2former-swin-large-coco-panoptic, or use segment.mask_from_words"
        raise BadInput("model", "this model knows no labels: it is asked in free words", cure)
    return loaded


def _chosen(labels: tuple[str, ...], names: str) -> set[int]:
    """The numbers of the labels that are named, of all when none is; BadInput names what the model does not know, all of it at once."""
    known, chosen, unknown = Labels(labels), set[int](), []
    for name in names_in(names, "names", "person, car"):
        found = [index for index, label in enumerate(labels) if label.lower() == name] or known.indices(name)
        chosen |= set(found)
        if not found:
            unknown.append(name)
    if unknown:
        listed = ", ".join(sorted(labels)[:SHOWN]) + (f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else "")
        what = f"this model has no label {', '.join(repr(name) for name in unknown)}; it knows {listed}"
        words = [*labels, *(word for word in FINDS if known.indices(word))]
        near = "; ".join(filter(None, (did_you_mean(name, words) for name in unknown)))
        raise BadInput("names", what, near or "choose one of them, or another model")
    return chosen or set(range(len(labels)))


def _nothing(names: str, task: str, threshold: float) -> BadInput:
    what = f"nothing of '{names.strip()}' was found" if names.strip() else "nothing was found"
    if task == "semantic":
        return BadInput("names", f"{what}: no pixel is rather that than anything else", "name other classes, or none")
    return BadInput("names", f"{what} with a score of {threshold:g}", "lower the threshold, or name other classes")


def _given(image: np.ndarray, found: list[Region], labels: tuple[str, ...]) -> Divided:
    masks = [at_full_size(region.mask, image) for region in found]
    names, scores = [labels[region.label] for region in found], [region.score for region in found]
    picture = drawn(image, masks, None, texts_of(names, scores))
    return Divided(union(masks, image), masks, boxes_of(masks), names, scores, picture)
