"""Depth from one picture by transformers: Depth Anything and DPT answer with inverse depth, others with metres; here all answer the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures

from graph import GraftError

from .vision import load_folder, quiet, shown

WANTED = ("DepthAnythingForDepthEstimation", "DPTForDepthEstimation", "GLPNForDepthEstimation")
LEAST, NARROWEST = 32, 8
"""The least side, in pixels, and the most times longer than wide that the models' own preprocessing can bring to its grid."""
LEAST_METRES = 0.05
"""Nearer than this no place is taken to be: its inverse would outshine all others."""


class DepthModel:
    """A loaded model. metres: whether it answers with distances; else with their inverse, up to scale and shift."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor
        self.metres = in_metres(model.config)

    def nearness(self, image: np.ndarray) -> np.ndarray:
        """Inverse depth of a picture uint8 (H, W, 3), float32 (h, w) on the model's own grid, the nearest place 1 and the farthest 0 (all 0 where
        everything is equally far)."""
        import torch

        picture, part = _fit(np.asarray(shown(image)))
        with torch.inference_mode(), quiet():
            pixels = self.processor(images=[Pictures.fromarray(picture)], return_tensors="pt")["pixel_values"]
            outputs = self.model(pixel_values=pixels.to(self.model.device, self.model.dtype))
        found: np.ndarray = outputs.predicted_depth[0].float().cpu().numpy()
        found = found[: max(1, round(part[0] * found.shape[0])), : max(1, round(part[1] * found.shape[1]))]
        if not np.isfinite(found).all():
            raise GraftError(
                "the depth model answered with not-a-number",
                "its weights may be broken, or need full precision: try GRAFT_DEVICE=cpu",
            )
        near = 1 / np.maximum(found, LEAST_METRES) if self.metres else found
        low, high = float(near.min()), float(near.max())
        flat = high - low <= 1e-6 * max(1.0, abs(high))
        return np.zeros_like(near) if flat else (near - low) / (high - low)


def _fit(picture: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """The picture large and wide enough for a model, its edge repeated where it is too narrow; and the shares of height and width that are its own."""
    height, width = picture.shape[:2]
    scale = -(-LEAST // min(height, width))
    large = picture.repeat(scale, 0).repeat(scale, 1) if scale > 1 else picture
    least = -(-max(large.shape[:2]) // NARROWEST)
    missing = [max(0, least - side) for side in large.shape[:2]]
    if not any(missing):
        return large, (1.0, 1.0)
    padded = np.pad(large, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
    return padded, (large.shape[0] / padded.shape[0], large.shape[1] / padded.shape[1])


def in_metres(config: Any) -> bool:
    """Whether a model of this configuration answers with distances."""
    if config.model_type == "depth_anything":
        return str(config.depth_estimation_type) == "metric"
    backbone = getattr(config, "backbone_config", None)
    # The DPT heads on DINOv2 were published for NYU and KITTI alone, in metres; all others are MiDaS.
    return config.model_type == "glpn" or (
        config.model_type == "dpt" and getattr(backbone, "model_type", "") == "dinov2"
    )


def load_depth_map(path: Path, device: str = "auto") -> DepthModel:
    """Load a folder for depth estimation; BadInput that names it when it is broken or of another family."""
    cure = "give a folder of transformers such as depth-anything/Depth-Anything-V2-Small-hf or Intel/dpt-large"
    return DepthModel(*load_folder(path, device, WANTED, "depth model", cure, "AutoImageProcessor"))
