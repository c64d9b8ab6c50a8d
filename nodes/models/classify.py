"""Classification of pictures by any model of transformers, and why: Grad-CAM (Selvaraju et al. 2017) by hooks of our own, and attention maps."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import numpy as np

from graph import BadInput

from .clip import class_attention
from .vision import load_folder, seen_part, shown, spread

Method = Literal["grad-cam", "rollout", "last layer"]
MOST_EXTRA = 8
"""Tokens beside the patches: the class, a distilled one, registers."""


class Classifier:
    """A loaded model. labels: its classes by number. exclusive: whether exactly one is true, so that the shares add up to 1."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor
        named: dict[int, str] = model.config.id2label
        self.labels = tuple(str(named[index]) for index in sorted(named))
        self.exclusive = model.config.problem_type != "multi_label_classification"

    def shares(self, image: np.ndarray) -> np.ndarray:
        """How likely each label is, float32 (C,), of a picture uint8 (H, W, 3)."""
        import torch

        with torch.inference_mode():
            logits = self.model(pixel_values=self._pixels(image)).logits[0].float()
            likely: np.ndarray = (logits.softmax(0) if self.exclusive else logits.sigmoid()).cpu().numpy()
        return likely

    def why(self, image: np.ndarray, label: int, method: Method) -> np.ndarray:
        """What speaks for a label, by its number: float32 (H, W), 0..1; attention maps are the same for all labels."""
        pixels = self._pixels(image)
        cells = grad_cam(self.model, pixels, label) if method == "grad-cam" else self._attention(pixels, method)
        size = image.shape[1], image.shape[0]
        return spread(cells, seen_part(self.processor, size), size)

    def _attention(self, pixels: Any, how: Literal["rollout", "last layer"]) -> np.ndarray:
        import torch

        usual = self.model.config._attn_implementation
        try:
            self.model.set_attn_implementation("eager")  # the others don't tell their attention
            with torch.inference_mode():
                layers = getattr(self.model(pixel_values=pixels, output_attentions=True), "attentions", None)
        except (TypeError, ValueError, AttributeError):  # a network without attention does not know the word
            layers = None
        finally:
            if usual:
                self.model.set_attn_implementation(usual)
        return class_attention(layers, how)

    def _pixels(self, image: np.ndarray) -> Any:
        pixels = self.processor(images=[shown(image)], return_tensors="pt")["pixel_values"]
        return pixels.to(self.model.device, self.model.dtype)


def grad_cam(model: Any, pixels: Any, label: int) -> np.ndarray:
    """The class activation map, float32 (h, w) ≥ 0, of the last layer that still has places: channels weighted by the mean of the label's gradient.

    pixels: (1, 3, H, W). Layers with places are blocks of convolutions, (1, C, h, w), and norms over patches, (1, T, C); the last one on which the
    label depends in all places is taken (in a ViT the norm before the last attention: behind it only the class token counts).
    """
    import torch

    layers: list[Any] = []

    def keep(module: Any, given: Any, made: Any) -> None:
        if torch.is_tensor(made) and made.requires_grad and _has_places(module, made):
            made.retain_grad()
            layers.append(made)

    hooks = [module.register_forward_hook(keep) for module in model.modules()]
    try:
        with torch.enable_grad():
            model(pixel_values=pixels.clone().requires_grad_()).logits[0, label].backward()
    finally:
        for hook in hooks:
            hook.remove()
    for made in reversed(layers):
        if made.grad is None:
            continue
        values, slopes = _places(made.detach()).float(), _places(made.grad).float()
        if float(slopes.abs().amax()) > 0:
            found: np.ndarray = (slopes.mean((1, 2), keepdim=True) * values).sum(0).relu().cpu().numpy()
            return found
    what = "it has no layer of places on which the label depends"
    raise BadInput("model", what, "choose a network of convolutions or a ViT")


def _has_places(module: Any, made: Any) -> bool:
    import torch

    if made.ndim == 4:
        is_map = min(made.shape[2:]) > 1 and any(isinstance(part, torch.nn.Conv2d) for part in module.modules())
        return bool(is_map)
    tokens = made.shape[1] if made.ndim == 3 else 0
    side = math.isqrt(tokens)
    return side > 1 and tokens - side * side <= MOST_EXTRA and "Norm" in type(module).__name__


def _places(made: Any) -> Any:
    """(1, C, h, w) or (1, T, C) → (C, h, w), without the tokens that are no places."""
    if made.ndim == 4:
        return made[0]
    side = math.isqrt(made.shape[1])
    return made[0, made.shape[1] - side * side :].T.reshape(-1, side, side)


def load_classify(path: Path, device: str = "auto") -> Classifier:
    """Load a folder for image classification; BadInput that names it when it is broken or of another family."""
    cure = "give a folder whose class ends in ForImageClassification, such as google/vit-base-patch16-224 or microsoft/resnet-50"
    found = load_folder(
        path, device, ("ForImageClassification",), "model for image classification", cure, "AutoImageProcessor"
    )
    return Classifier(*found)
