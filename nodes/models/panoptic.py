"""A picture as regions with names, by any model of transformers that has labels: every pixel a class (semantic), every thing by itself (instance), or
both (panoptic). The kinds differ in what the model's own post-processing makes of one forward pass; nothing is done differently from it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from graph import BadInput

from . import memory
from .vision import quiet, shown

Task = Literal["semantic", "instance", "panoptic"]
LARGEST = 1024
"""Longest side of the grid on which regions are told apart, in pixels: with 150 classes it takes half a gigabyte. Finer edges come from scaling."""


@dataclass(frozen=True)
class Region:
    """label: number into the model's labels. score: 0..1, of a thing how sure the model is, of a class how likely its pixels are in the mean.
    mask: bool (h, w), on one grid for all."""

    label: int
    score: float
    mask: np.ndarray


def tasks(segmenter: Any) -> tuple[Task, ...]:
    """What a model can do, the fullest first. segmenter: of nodes.models.segment."""
    able = segmenter.pipe.image_processor
    order: tuple[Task, ...] = ("panoptic", "instance", "semantic")
    return tuple(task for task in order if hasattr(able, f"post_process_{task}_segmentation"))


def regions(segmenter: Any, image: np.ndarray, task: Task, threshold: float, say: Any = None) -> list[Region]:
    """The regions of a picture, uint8 (H, W, 3); things most certain first, classes largest first. threshold: least score of a thing.

    When memory does not suffice it is tried once more on a grid of half the side, which is said.
    """
    largest = LARGEST

    def smaller() -> str:
        nonlocal largest
        largest //= 2
        return f"a grid of {largest} pixels"

    device = str(segmenter.pipe.model.device)
    return memory.answered(lambda: _regions(segmenter.pipe, image, task, threshold, largest), smaller, say, device)


def _regions(pipe: Any, image: np.ndarray, task: Task, threshold: float, largest: int) -> list[Region]:
    import torch

    shrink = min(1.0, largest / max(image.shape[:2]))
    size = (max(1, round(image.shape[0] * shrink)), max(1, round(image.shape[1] * shrink)))
    with torch.inference_mode(), quiet():
        outputs = pipe.forward(pipe.preprocess(shown(image), subtask=task))
        return _classes(pipe, outputs, size) if task == "semantic" else _things(pipe, outputs, size, task, threshold)


def _things(pipe: Any, outputs: Any, size: tuple[int, int], task: Task, threshold: float) -> list[Region]:
    """What the model's own post-processing tells apart, with the settings of transformers' pipeline; where it can, things keep what others cover."""
    function = getattr(pipe.image_processor, f"post_process_{task}_segmentation")
    wishes = {
        "threshold": threshold, "mask_threshold": 0.5, "overlap_mask_area_threshold": 0.5, "return_binary_maps": True
    }  # fmt: skip
    taken = signature(function).parameters
    (found,) = function(
        outputs, target_sizes=[size], **{name: value for name, value in wishes.items() if name in taken}
    )
    belongs = found["segmentation"].cpu().numpy()
    apart = belongs.ndim == 3
    made = [
        Region(one["label_id"], float(one["score"]), belongs[n] > 0 if apart else belongs == one["id"])
        for n, one in enumerate(found["segments_info"])
    ]
    return sorted((region for region in made if region.mask.any()), key=lambda region: -region.score)


def _classes(pipe: Any, outputs: Any, size: tuple[int, int]) -> list[Region]:
    """One region for each class that some pixel has."""
    (found,) = pipe.image_processor.post_process_semantic_segmentation(
        outputs, target_sizes=[size], return_segmentation_scores=True
    )
    scores = found.segmentation_scores.float()
    summed = outputs.get("class_queries_logits") is not None  # else they are logits
    likely = (scores / scores.sum(0).clamp_min(1e-30) if summed else scores.softmax(0)).cpu().numpy()
    belongs = found.segmentation.cpu().numpy()
    made = []
    for label in np.unique(belongs):
        mask = belongs == label
        made.append(Region(int(label), float(likely[label][mask].mean()), mask))
    return sorted(made, key=lambda region: -int(region.mask.sum()))


def one_former(path: Path, model: Any, device: str) -> Any:
    """The pipeline of a OneFormer, which is told its task in words. Its own preprocessing fetches the names of its classes from the hub, although they
    also stand in its configuration: they are taken from there."""
    import json

    from transformers import AutoTokenizer, OneFormerImageProcessor, pipeline

    settings = json.loads((path / "preprocessor_config.json").read_text(encoding="utf-8"))
    prepare = OneFormerImageProcessor.from_pretrained(path, local_files_only=True, class_info_file=None)
    prepare.class_info_file = settings.get("class_info_file") or ""
    prepare.metadata = _metadata(settings.get("metadata"), model)
    words = AutoTokenizer.from_pretrained(path, local_files_only=True)
    return pipeline("image-segmentation", model=model, image_processor=prepare, tokenizer=words, device=device)


def _metadata(given: Any, model: Any) -> dict[str, Any]:
    """Names and numbers of things as OneFormer's preprocessing keeps them. given: of preprocessor_config.json, or nothing."""
    names: dict[int, str] = model.config.id2label
    made: dict[str, Any] = {str(index): name for index, name in names.items()}
    made |= {"class_names": list(names.values()), "thing_ids": list(names)}
    return {**made, **(given if isinstance(given, dict) else {})}


def check_task(segmenter: Any, wish: str) -> Task:
    """The task that is meant; "auto" is the fullest one. BadInput for what the model can't do."""
    able = tasks(segmenter)
    if wish == "auto":
        return able[0]
    for task in get_args(Task):
        if task == wish and task in able:
            return task
    raise BadInput("task", f"this model can't do {wish} segmentation", f"choose {_listed(able)}, or another model")


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names)
