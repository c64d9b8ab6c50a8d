"""Captions by BLIP (Li et al. 2022) and BLIP-2 (Li et al. 2023), the models and their preprocessing by transformers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .vision import load_folder, shown

FAMILIES = ("BlipForConditionalGeneration", "Blip2ForConditionalGeneration")
Step = Callable[[int, int], None]


class Captioner:
    """A loaded model. is_second: BLIP-2, which answers a prompt; BLIP goes on writing it."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor
        self.is_second = type(model).__name__.startswith("Blip2")
        if self.is_second:
            processor.num_query_tokens = model.config.num_query_tokens

    def caption(self, image: np.ndarray, prompt: str, longest: int, beams: int, on_step: Step) -> str:
        """What the model writes about a picture, uint8 (H, W, 3): the likeliest of `beams` sentences, at most `longest` pieces of words beyond the prompt.

        on_step: hears of each piece (done, most); may raise to stop.
        """
        import torch

        words = {"text": [prompt]} if prompt else {}
        inputs = self.processor(images=[shown(image)], return_tensors="pt", **words).to(self.model.device)
        inputs["pixel_values"] = inputs["pixel_values"].to(self.model.dtype)
        pieces = 0

        def step(ids: Any, scores: Any, **more: Any) -> Any:
            nonlocal pieces
            pieces = min(pieces + 1, longest)
            on_step(pieces, longest)
            return torch.zeros(len(ids), dtype=torch.bool, device=ids.device)

        with torch.inference_mode():
            made = self.model.generate(
                **inputs, max_new_tokens=longest, num_beams=beams, do_sample=False, stopping_criteria=[step]
            )[0]
        given = inputs["input_ids"][0] if prompt and self.is_second else made[:0]
        if len(given) and torch.equal(
            made[: len(given)], given
        ):  # a decoder repeats what it was given, an encoder with a decoder does not
            made = made[len(given) :]
        return " ".join(self.processor.decode(made, skip_special_tokens=True).split())


def load_caption(path: Path, device: str = "auto") -> Captioner:
    """Load a folder of BLIP or BLIP-2; BadInput that names it when it is broken or of another family."""
    import json

    cure = (
        "give a folder of BLIP or BLIP-2, such as Salesforce/blip-image-captioning-large or Salesforce/blip2-opt-2.7b"
    )
    try:
        second = "Blip2" in json.loads((path / "config.json").read_text(encoding="utf-8"))["architectures"][0]
    except (OSError, ValueError, LookupError, TypeError):  # load_folder says what is wrong with it
        second = False
    processor = "Blip2Processor" if second else "BlipProcessor"
    return Captioner(*load_folder(path, device, FAMILIES, "captioning model", cure, processor))
