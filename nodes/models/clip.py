"""CLIP (Radford et al. 2021): pictures and sentences as directions in one space, and where the picture's side of it looked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from graph import BadInput

from .vision import load_folder, seen_part, shown, spread

BATCH = 64
"""Sentences that are encoded at once."""
How = Literal["rollout", "last layer"]


class Clip:
    """A loaded model. scale: by what cosines are multiplied before the softmax over sentences."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor
        self.scale = float(model.logit_scale.exp())
        self.longest = int(model.config.text_config.max_position_embeddings)

    def likeness(self, image: np.ndarray, texts: Sequence[str], on_step: Callable[[int, int], None]) -> np.ndarray:
        """The cosine between a picture, uint8 (H, W, 3), and each sentence: float32 (N,), -1..1. on_step: hears of (sentences done, all)."""
        import torch

        with torch.inference_mode():
            picture = _unit(self.model.get_image_features(**self._pixels(image)).pooler_output)
            rows = []
            for first in range(0, len(texts), BATCH):
                on_step(first, len(texts))
                inputs = self.processor(
                    text=list(texts[first : first + BATCH]),
                    padding=True,
                    truncation=True,
                    max_length=self.longest,
                    return_tensors="pt",
                )
                words = self.model.get_text_features(**inputs.to(self.model.device)).pooler_output
                rows.append((_unit(words) @ picture[0]).float().cpu().numpy())
        on_step(len(texts), len(texts))
        cosines: np.ndarray = np.concatenate(rows).astype(np.float32)
        return cosines

    def is_too_long(self, text: str) -> bool:
        """Whether the model does not read the end of a sentence."""
        return len(self.processor.tokenizer(text)["input_ids"]) > self.longest

    def attention(self, image: np.ndarray, how: How) -> np.ndarray:
        """Where the class token looks: float32 (H, W), 0..1, of a picture uint8 (H, W, 3)."""
        import torch

        with torch.inference_mode():
            layers = self.model.vision_model(**self._pixels(image), output_attentions=True).attentions
        size = image.shape[1], image.shape[0]
        return spread(class_attention(layers, how), seen_part(self.processor.image_processor, size), size)

    def _pixels(self, image: np.ndarray) -> dict[str, Any]:
        pixels = self.processor.image_processor(images=[shown(image)], return_tensors="pt")["pixel_values"]
        return {"pixel_values": pixels.to(self.model.device, self.model.dtype)}


def _unit(rows: Any) -> Any:
    return rows / rows.norm(dim=-1, keepdim=True)


def class_attention(layers: Any, how: How) -> np.ndarray:
    """How much the class token of a vision transformer takes from each patch, float32 (n, n).

    layers: attention of each layer, (1, heads, T, T). "last layer" is the mean over its heads; "rollout" follows all layers (Abnar and Zuidema
    2020): half of each is the residual way round it. BadInput for models without a class token or with windows.
    """
    import torch

    shapes = {tuple(layer.shape[-2:]) for layer in layers or () if layer is not None}
    tokens = next(iter(shapes))[0] if len(shapes) == 1 else 0
    side = math.isqrt(tokens)
    if not layers or side < 2 or tokens == side * side or len(layers[0]) != 1:
        what = "it has no class token that looks at the whole picture, so there is no attention map"
        raise BadInput("model", what, "choose a ViT, such as google/vit-base-patch16-224, or another method")
    flows = [layer[0].float().mean(0).cpu() for layer in layers]
    flow = flows[-1]
    if how == "rollout":
        flow = torch.eye(tokens)
        for one in flows:
            flow = (one + torch.eye(tokens)) / 2 @ flow
    cells: np.ndarray = flow[0, tokens - side * side :].reshape(side, side).numpy()
    return cells


def load_clip(path: Path, device: str = "auto") -> Clip:
    """Load a folder of CLIP; BadInput that names it when it is broken or of another family."""
    cure = "give a folder of CLIP, such as laion/CLIP-ViT-B-32-laion2B-s34B-b79K or openai/clip-vit-large-patch14"
    model, processor = load_folder(path, device, ("CLIPModel",), "CLIP model", cure, "CLIPProcessor")
    model.set_attn_implementation("eager")  # the others don't tell their attention
    return Clip(model, processor)
