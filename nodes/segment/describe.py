"""From descriptions to things: Grounding DINO says where something of that description is, Segment Anything which pixels it is (Grounded SAM, Ren et al.
2024). Unlike `mask_from_words` each thing keeps its own mask, box, label and score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from graph import BadInput, Boxes, Image, Mask, Model, Run, Slider, Text, node
from nodes.pixels import frozen
from nodes.segment.overlay import drawn, texts_of
from nodes.segment.things import check_room, names_in, union

NO_POINTS = np.zeros((0, 3), np.float32)
FEWER = "make the picture smaller with image.resize, or raise the threshold"


class Described(NamedTuple):
    """mask: all things together. masks: one for each thing, most certain first. boxes: (N, 4), xyxy in pixels. labels: the words of the description that
    each stands for. scores: of each box, 0..1. picture: the things over the picture."""

    mask: Mask
    masks: list[Mask]
    boxes: Boxes
    labels: list[str]
    scores: list[float]
    picture: Image


@node(
    family="segment",
    heavy=True,
    tags=("grounding dino", "grounded sam", "open vocabulary", "detect", "text", "phrase", "object detection", "zero-shot", "select"),
)  # fmt: skip
def by_description(
    image: Image,
    words: Annotated[str, Text()],
    threshold: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.3,
    text_threshold: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.25,
    overlap: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.8,
    outline: Literal["exact", "boxes"] = "exact",
    model: Annotated[str, Model("grounding")] = "auto",
    sam: Annotated[str, Model("sam")] = "auto",
    *,
    run: Run,
) -> Described:
    """Find all things that fit descriptions, each by itself (Grounding DINO for boxes, Segment Anything for their outlines).

    image: of any size; masks have the same height and width.
    words: one or more descriptions, separated by commas, full stops or lines: "a red car, the dog with a collar".
    threshold: least score of a box.
    text_threshold: how surely a word must be meant to stand in a label; it changes labels, not boxes.
    overlap: of boxes with one label that share more than this of their area (intersection over union) the most certain stays; 1 keeps all.
    outline: exact gives the pixels of each thing and needs Segment Anything; boxes marks all of each box and does without.
    model: which Grounding DINO to use.
    sam: which Segment Anything model to use for exact outlines.
    """
    phrases = names_in(words, "words", "a red car, a dog")
    if not phrases:
        raise BadInput("words", "there is no word in it", "write what to look for, such as 'a red car, a dog'")
    clicks = run.models.get("sam", sam, run.say) if outline == "exact" else None
    loaded = run.models.get("grounding", model, run.say)
    run.progress(0, 2, "looking for what is described")
    found = loaded.find(image, phrases, threshold, text_threshold, run.say)
    boxes = np.clip(found.boxes, 0, np.float32([image.shape[1], image.shape[0]] * 2))
    kept = [n for n in _single(boxes, found.labels, overlap) if (boxes[n, 2:] - boxes[n, :2] > 0).all()]
    if not kept:
        what = f"nothing fits {_quoted(phrases)}: the best score of all is {found.peak:.2f}"
        raise BadInput("words", what, "describe it otherwise, or lower the threshold")
    check_room(len(kept), image, "image", FEWER)
    boxes = boxes[kept]
    masks = [frozen(_mask(clicks, image, box, run, done, len(kept))) for done, box in enumerate(boxes)]
    run.progress(1 + len(kept), 1 + len(kept))
    labels, scores = [found.labels[n] for n in kept], [float(found.scores[n]) for n in kept]
    return Described(
        union(masks, image),
        [Mask(mask) for mask in masks],
        Boxes(frozen(boxes)),
        labels,
        scores,
        drawn(image, masks, boxes, texts_of(labels, scores)),
    )


def _quoted(phrases: Sequence[str]) -> str:
    return ", ".join(f"'{phrase}'" for phrase in phrases[:5]) + (" …" if len(phrases) > 5 else "")


def _single(boxes: np.ndarray, labels: Sequence[str], overlap: float) -> list[int]:
    """Which boxes stay when of those of one label that overlap the first does (non-maximum suppression)."""
    kept: list[int] = []
    for n, box in enumerate(boxes):
        if all(labels[n] != labels[other] or _iou(box, boxes[other]) <= overlap for other in kept):
            kept.append(n)
    return kept


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    inner = np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None).prod()
    return float(inner / max((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - inner, 1e-9))


def _mask(clicks: Any, image: np.ndarray, box: np.ndarray, run: Run, done: int, total: int) -> np.ndarray:
    """The pixels of a thing in a box, uint8 (H, W): its outline, or without `clicks` all of the box."""
    run.progress(1 + done, 1 + total, "" if clicks is None else "outlining")
    mask = np.zeros(image.shape[:2], np.uint8)
    if clicks is None:
        left, top, right, bottom = np.rint(box).astype(int)
        mask[top : max(bottom, top + 1), left : max(right, left + 1)] = 255
        return mask
    pixels, _ = clicks.mask(image, NO_POINTS, box)
    mask[pixels] = 255
    return mask
