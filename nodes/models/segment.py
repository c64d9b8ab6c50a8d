"""Segmentation models behind one small interface: a picture and names go in, evidence for each name comes out, on the
model's own grid.

Two kinds, told apart by what the weights are: models with a fixed set of labels, loaded and run by transformers'
image-segmentation pipeline (semantic ones such as UperNet or SegFormer, and ones that tell things apart such as
Mask2Former, MaskFormer or DETR), and open-vocabulary models that are asked in words (CLIPSeg, Lüddecke and Ecker 2022).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from PIL import Image as Pictures

from graph import BadInput

from . import memory
from .device import pick_device, pick_dtype
from .panoptic import one_former
from .vision import quiet

LARGEST = 768
"""Longest side of the grid on which things are told apart, in pixels; edges finer than this come from scaling."""
CERTAIN = 6.0
"""Log-odds for a pixel that a model's own post-processing gave to a thing (p = 0.998)."""


@dataclass(frozen=True)
class Sight:
    """What a model sees of one name. evidence: float32 (h, w), log-odds of each pixel.

    pieces: one such map for each separate thing, of the same size, most certain first; None when the model can't tell
    things apart.
    """

    evidence: np.ndarray
    pieces: list[np.ndarray] | None


class Segmenter(Protocol):
    """kind: "labels" is asked with tuples of numbers into `labels`, "words" with phrases."""

    kind: Literal["labels", "words"]
    labels: tuple[str, ...]

    def look(self, image: np.ndarray, asked: Sequence[Any], threshold: float) -> list[Sight]:
        """One Sight for each name. image: uint8 (H, W, 3). threshold: least probability of a separate thing."""
        ...


class LabelSegmenter:
    """Any model of transformers' image-segmentation pipeline."""

    kind: Literal["labels", "words"] = "labels"

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe
        named: dict[int, str] = pipe.model.config.id2label
        self.labels = tuple(str(named[index]) for index in sorted(named))

    def look(self, image: np.ndarray, asked: Sequence[tuple[int, ...]], threshold: float) -> list[Sight]:
        """Ask for labels, by their numbers; several numbers are one name."""
        import torch

        with torch.inference_mode():
            outputs = self.pipe.forward(self.pipe.preprocess(Pictures.fromarray(image)))
        if "logits" in outputs and outputs["logits"].ndim == 4:
            logits = outputs["logits"][0].float().cpu()
            return [Sight(_against_rest(logits, labels), None) for labels in asked]
        return self._things(image, outputs, asked, threshold)

    def classes(self, image: np.ndarray) -> np.ndarray:
        """The number of the likeliest label of each pixel, int64 (h, w), on a grid of at most LARGEST pixels a side. image: uint8 (H, W, 3).

        As transformers' own semantic post-processing has it: models that answer with queries add up what these say for each label.
        """
        import torch
        from torch.nn.functional import interpolate

        with torch.inference_mode():
            outputs = self.pipe.forward(self.pipe.preprocess(Pictures.fromarray(image)))
            if "logits" in outputs and outputs["logits"].ndim == 4:
                evidence = outputs["logits"][0].float().cpu()
            else:
                evidence = torch.einsum("qc,qhw->chw", *_queries(outputs))
            shrink = min(1.0, LARGEST / max(image.shape[:2]))
            size = [max(1, round(side * shrink)) for side in image.shape[:2]]
            best: np.ndarray = interpolate(evidence[None], size, mode="bilinear")[0].argmax(0).numpy()
        return best

    def _things(
        self, image: np.ndarray, outputs: Any, asked: Sequence[tuple[int, ...]], threshold: float
    ) -> list[Sight]:
        """Models that answer with queries, each a class and a mask; the pipeline's own post-processing tells things apart."""
        from torch.nn.functional import interpolate

        likeness, masks = _queries(outputs)
        shrink = min(1.0, LARGEST / max(image.shape[:2]))
        size = [max(1, round(side * shrink)) for side in image.shape[:2]]
        outputs["target_size"] = [tuple(size)]
        with quiet():
            found = self.pipe.postprocess(outputs, threshold=threshold)
        sights = []
        for labels in asked:
            heat = (likeness[:, list(labels)].sum(-1)[:, None, None] * masks).amax(0).logit(1e-6)
            names = {self.labels[label] for label in labels}
            ours = [thing for thing in found if thing["label"] in names]
            pieces = [_from_mask(thing["mask"]) for thing in sorted(ours, key=lambda thing: -(thing["score"] or 0.0))]
            sights.append(Sight(interpolate(heat[None, None], size, mode="bilinear")[0, 0].numpy(), pieces))
        return sights


class WordSegmenter:
    """CLIPSeg: one forward pass and one heat map for each phrase."""

    kind: Literal["labels", "words"] = "words"
    labels: tuple[str, ...] = ()

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor

    def look(self, image: np.ndarray, asked: Sequence[str], threshold: float) -> list[Sight]:
        """Ask in words."""
        import torch

        picture = Pictures.fromarray(image)
        # Phrase by phrase: a batch would have to pad them, and CLIPSeg's text encoder reads the padding too.
        return [Sight(self._evidence(picture, text, torch), None) for text in asked]

    def _evidence(self, picture: Pictures.Image, text: str, torch: Any) -> np.ndarray:
        inputs = self.processor(text=[text], images=[picture], truncation=True, return_tensors="pt").to(
            self.model.device
        )
        inputs["pixel_values"] = inputs["pixel_values"].to(self.model.dtype)
        with torch.inference_mode():
            logits = self.model(**inputs).logits
        evidence: np.ndarray = logits.float().cpu().numpy()
        return evidence.reshape(evidence.shape[-2:])


def load_segment(path: Path, device: str = "auto") -> Segmenter:
    """Load a transformers folder: safetensors only, nothing from the network, no code from the folder.

    Raises BadInput that names the folder when it is broken, incomplete, or of a family that can't answer with masks.
    """
    from safetensors import SafetensorError

    architecture = _architecture(path)
    where = pick_device(device)
    try:
        if architecture == "CLIPSegForImageSegmentation":
            from transformers import CLIPSegProcessor

            return WordSegmenter(
                _weights(path, architecture, where), CLIPSegProcessor.from_pretrained(path, local_files_only=True)
            )
        return LabelSegmenter(_pipeline(path, architecture, where))
    except (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, SafetensorError) as error:
        if memory.is_short(error):
            raise
        raise _broken(
            path,
            f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no details'}",
        ) from error


def _architecture(path: Path) -> str:
    """The name of the model's class, from config.json."""
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        names = config.get("architectures") or []
    except (OSError, ValueError, AttributeError) as error:
        raise _broken(path, f"its config.json can't be read ({error})") from error
    if not names or not any(word in names[0] for word in ("Segmentation", "EoMT", "Eomt")):
        given = (
            names[0]
            if names
            else f"of type '{config.get('model_type', 'unknown')}', without 'architectures' in config.json"
        )
        raise BadInput(
            "model",
            f"'{path}' is no segmentation model (it is {given})",
            "give a folder of transformers whose architecture ends in ForSemanticSegmentation, "
            "ForUniversalSegmentation, ForInstanceSegmentation or ForSegmentation, or a CLIPSeg folder",
        )
    return str(names[0])


def _weights(path: Path, architecture: str, device: str) -> Any:
    """The model with all its weights; transformers would fill what is missing with random numbers and only log it."""
    import transformers

    with quiet():
        model, report = getattr(transformers, architecture).from_pretrained(
            path, output_loading_info=True, use_safetensors=True, local_files_only=True, dtype=pick_dtype(device)
        )
    missing = sorted(report["missing_keys"]) + sorted(str(key) for key in report["mismatched_keys"])
    if missing:
        raise ValueError(f"{len(missing)} of its tensors are missing, the first is '{missing[0]}'")
    return model.eval().to(device)


def _pipeline(path: Path, architecture: str, device: str) -> Any:
    from transformers import pipeline

    model = _weights(path, architecture, device)
    if architecture.startswith("OneFormer"):
        return one_former(path, model, device)
    return pipeline("image-segmentation", model=model, image_processor=str(path), device=device)


def _broken(path: Path, why: str) -> BadInput:
    return BadInput(
        "model",
        f"the segmentation model in '{path}' can't be loaded: {why[:300]}",
        "get the folder again with config.json, preprocessor_config.json and safetensors weights, all from one model",
    )


def _against_rest(logits: Any, labels: Sequence[int]) -> np.ndarray:
    """Log-odds (h, w) that a pixel is one of the labels, from logits (C, h, w): exactly what softmax says, but fit for
    scaling.
    """
    import torch

    if len(logits) == 1:
        only: np.ndarray = logits[0].numpy()
        return only
    chosen = torch.zeros(len(logits), dtype=torch.bool)
    chosen[list(labels)] = True
    if bool(chosen.all()):
        return np.full(tuple(logits.shape[1:]), CERTAIN, np.float32)
    difference: np.ndarray = (logits[chosen].logsumexp(0) - logits[~chosen].logsumexp(0)).numpy()
    return difference


def _queries(outputs: Any) -> tuple[Any, Any]:
    """Class probabilities (q, C) without the "nothing" class, and mask probabilities (q, h, w), of a model that answers
    with queries.
    """
    classes = outputs["class_queries_logits"] if "class_queries_logits" in outputs else outputs["logits"]
    masks = outputs["masks_queries_logits"] if "masks_queries_logits" in outputs else outputs["pred_masks"]
    return classes[0].float().cpu().softmax(-1)[:, :-1], masks[0].float().cpu().sigmoid()


def _from_mask(mask: Pictures.Image) -> np.ndarray:
    """Log-odds of a thing from the yes or no of a model's own post-processing."""
    evidence: np.ndarray = np.where(np.asarray(mask) > 127, CERTAIN, -CERTAIN).astype(np.float32)
    return evidence
