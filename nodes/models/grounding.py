"""Things found by a description: Grounding DINO (Liu et al. 2023) gives a box to whatever phrases name, without a fixed set of labels. It loads a folder
of transformers, of Grounding DINO itself or of MM-Grounding-DINO, which has the same parts.

It always computes in float32: its deformable attention loses boxes in half precision, and it is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graph import BadInput

from . import memory
from .vision import load_folder, quiet, shown

WANTED = ("GroundingDinoForObjectDetection",)


@dataclass(frozen=True)
class Sighted:
    """boxes: float32 (N, 4), xyxy in pixels, most certain first. labels: the words of the description that each stands for. scores: float32 (N,), 0..1.
    peak: the best score of all, also where it is below the threshold."""

    boxes: np.ndarray
    labels: tuple[str, ...]
    scores: np.ndarray
    peak: float


class Grounding:
    """A loaded model."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor

    def find(
        self, image: np.ndarray, phrases: Sequence[str], threshold: float, text_threshold: float, say: Any = None
    ) -> Sighted:
        """Boxes for phrases. image: uint8 (H, W, 3). threshold: least score of a box. text_threshold: how surely a word must be meant to be in its label.

        Where no word is so sure, the label is the phrase with the surest word.
        """
        import torch

        inputs = self.processor(images=shown(image), text=[list(phrases)], return_tensors="pt").to(self.model.device)
        self._check_length(inputs["input_ids"].shape[1], phrases)
        with torch.inference_mode(), quiet():
            outputs = memory.answered(lambda: self.model(**inputs), lambda: None, say, str(self.model.device))
        (found,) = self.processor.post_process_grounded_object_detection(
            outputs,
            inputs["input_ids"],
            threshold=threshold,
            text_threshold=text_threshold,
            target_sizes=[image.shape[:2]],
        )
        likely = outputs.logits[0].sigmoid()
        kept = likely.max(-1)[0] > threshold
        surest = self._surest(likely[kept], inputs["input_ids"][0], phrases)
        told = found["text_labels"][: len(surest)]  # of no boxes it has one empty label
        labels = [self._tidy(label) or other for label, other in zip(told, surest, strict=True)]
        order = found["scores"].argsort(descending=True, stable=True).cpu().numpy()
        return Sighted(
            found["boxes"].float().cpu().numpy()[order].reshape(-1, 4),
            tuple(labels[index] for index in order),
            found["scores"].float().cpu().numpy()[order],
            float(likely.max()),
        )

    def _check_length(self, length: int, phrases: Sequence[str]) -> None:
        """BadInput for more pieces of words than the model can read; transformers would cut them off without a word."""
        most = int(self.model.config.max_text_len)
        if length > most:
            what = f"{len(phrases)} descriptions are {length} pieces of words together, and this model reads {most}"
            raise BadInput("words", what, "describe fewer things, or use one node for each half of them")

    def _tidy(self, label: str) -> str:
        """The words of a label without the marks between and behind phrases."""
        marks = {".", *self.processor.tokenizer.all_special_tokens}
        return " ".join(word for word in label.split() if word not in marks)

    def _surest(self, likely: Any, ids: Any, phrases: Sequence[str]) -> list[str]:
        """For each box the phrase with the likeliest word. likely: (N, T), 0..1. Phrases are told apart by the full stops between them."""
        stop = self.processor.tokenizer.convert_tokens_to_ids(".")
        ends = (ids == stop).cumsum(0)
        best = likely[:, 1 : len(ids) - 1].argmax(-1) + 1  # without the marks of beginning and end
        return [phrases[min(int(ends[place]), len(phrases) - 1)] for place in best]


def load_grounding(path: Path, device: str = "auto") -> Grounding:
    """Load a transformers folder; runs nothing that lies in it. Raises BadInput when it is broken, incomplete or of another family."""
    import torch

    cure = "give a folder of Grounding DINO, such as IDEA-Research/grounding-dino-tiny, or of MM-Grounding-DINO"
    model, processor = load_folder(
        path, device, WANTED, "Grounding DINO model", cure, "AutoProcessor", dtype=torch.float32
    )
    return Grounding(model, processor)
