"""How a person stands, by ViTPose (Xu et al. 2022) of transformers: 17 joints of COCO in a box around the person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from graph import BadInput, GraftError

from .vision import load_folder, quiet

JOINTS = 17
"""Of a person in COCO: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, left before right."""
PEOPLE = 0
"""ViTPose++ has experts for six data sets; the first is COCO's people."""
ROOM = 1.0
"""Of the picture around a box the model sees less than this many times the box's longer side."""


class PoseModel:
    """A loaded ViTPose."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model, processor
        self._experts = int(getattr(model.config.backbone_config, "num_experts", 1))

    def joints(self, image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
        """Joints of the person in a box (xyxy, in pixels) of a picture uint8 (H, W, 3): float64 (17, 3), x and y in pixels and a score 0..1."""
        import torch

        left, top, right, bottom = box
        room = ROOM * max(right - left, bottom - top)
        x, y = max(0, int(left - room)), max(0, int(top - room))
        view = np.ascontiguousarray(image[y : int(bottom + room) + 1, x : int(right + room) + 1])
        asked = [[[left - x, top - y, right - left, bottom - top]]]
        with torch.inference_mode(), quiet():
            inputs = self.processor(images=view, boxes=asked, input_data_format="channels_last", return_tensors="pt")
            pixels = inputs["pixel_values"].to(self.model.device, self.model.dtype)
            extra = {"dataset_index": torch.tensor([PEOPLE], device=pixels.device)} if self._experts > 1 else {}
            outputs = self.model(pixel_values=pixels, **extra)
            outputs.heatmaps = outputs.heatmaps.float()
            found = self.processor.post_process_pose_estimation(outputs, boxes=asked)[0][0]
        places, scores = np.asarray(found["keypoints"], np.float64), np.asarray(found["scores"], np.float64)
        if not np.isfinite(places).all():
            raise GraftError(
                "the pose model answered with not-a-number",
                "its weights may be broken, or need full precision: try GRAFT_DEVICE=cpu",
            )
        return np.column_stack([places[:, 0] + x, places[:, 1] + y, scores.reshape(-1)])


def load_pose(path: Path, device: str = "auto") -> PoseModel:
    """Load a folder of ViTPose; BadInput that names it when it is broken, of another family, or for other joints than people's."""
    cure = "give a folder of ViTPose such as usyd-community/vitpose-base-simple"
    model, processor = load_folder(
        path, device, ("VitPoseForPoseEstimation",), "pose model", cure, "VitPoseImageProcessor"
    )
    count = len(model.config.id2label)
    if count != JOINTS:
        raise BadInput("model", f"'{path}' knows {count} joints, and people have {JOINTS} here (those of COCO)", cure)
    return PoseModel(model, processor)
