"""All things of a picture, by Segment Anything's own mask generator (SamAutomaticMaskGenerator of Meta's package): a grid of points is asked one after the
other, and what is certain, steady and not there twice is kept.

What is changed is only around it: the picture's embedding is the one that clicks use and keep, each batch of points is told, and batches are as
large as memory allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import memory
from .sam import Clicks

Step = Callable[[int, int], None]

LARGEST = 2048
"""Longest side on which outlines are found, in pixels; the network itself sees 1024. Larger pictures get these outlines, scaled."""
ROOM = 1 << 30
"""Bytes that the answers of one batch of points may take."""
BATCH = 64
"""Points asked at once, at most."""


@dataclass(frozen=True)
class Grid:
    """How everything is looked for, by the names of Meta's package. points_per_side: of the grid. pred_iou_thresh: how good the model must think an outline
    is. stability_score_thresh: how little it may change when the level at which it is cut is moved. min_mask_region_area: holes and islands of fewer
    pixels are mended. crop_n_layers: how often the picture is looked at again in pieces, 2 and 4 to a side, for small things."""

    points_per_side: int = 32
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    min_mask_region_area: int = 0
    crop_n_layers: int = 0


@dataclass(frozen=True)
class Outline:
    """One thing. mask: bool (h, w) on the grid of `outlines`. score: how good the model thinks the outline is, about 0 to 1. stability: 0 to 1."""

    mask: np.ndarray
    score: float
    stability: float

    @property
    def area(self) -> int:
        """Pixels of the grid."""
        return int(self.mask.sum())


def outlines(
    clicks: Clicks, image: np.ndarray, grid: Grid, progress: Step = lambda done, total: None, say: Any = None
) -> list[Outline]:
    """All things, largest first. image: uint8 (h, w, 3), at most LARGEST long. progress: hears of each batch of points; what it raises stops the work.

    When memory does not suffice it is tried once more with smaller batches, which is said.
    """
    from segment_anything.utils.amg import rle_to_mask

    points = grid.points_per_side**2 * sum(4**layer for layer in range(grid.crop_n_layers + 1))
    answers = clicks.model.mask_decoder.num_mask_tokens - 1
    each = image.shape[0] * image.shape[1] * answers * 8  # float32 logits and what is made of them on the way
    batch = max(1, min(BATCH, ROOM // each))

    def found() -> list[dict[str, Any]]:
        generator = _generator(clicks, grid, batch, lambda done: progress(min(done, points), points))
        rows: list[dict[str, Any]] = generator.generate(image)
        return rows

    def smaller() -> str | None:
        nonlocal batch
        if batch == 1:
            return None
        batch = max(1, batch // 8)
        return f"{batch} points at once"

    rows = memory.answered(found, smaller, say, str(clicks.model.device))
    made = [
        Outline(
            rle_to_mask(one["segmentation"]).astype(bool), float(one["predicted_iou"]), float(one["stability_score"])
        )
        for one in rows
    ]
    return sorted(made, key=lambda outline: -outline.area)


def _generator(clicks: Clicks, grid: Grid, batch: int, told: Callable[[int], None]) -> Any:
    """Meta's generator, which takes embeddings from `clicks` and says after each batch how many points it has asked."""
    from segment_anything import SamAutomaticMaskGenerator, SamPredictor

    class Predictor(SamPredictor):  # type: ignore[misc]
        def set_image(self, image: np.ndarray, image_format: str = "RGB") -> None:
            self.reset_image()
            self.features, self.input_size = clicks.seen(image)
            self.original_size, self.is_image_set = image.shape[:2], True

    class Generator(SamAutomaticMaskGenerator):  # type: ignore[misc]
        asked = 0

        def _process_batch(self, points: np.ndarray, *others: Any) -> Any:
            data = super()._process_batch(points, *others)
            self.asked += len(points)
            told(self.asked)
            return data

    made = Generator(
        clicks.model,
        points_per_side=grid.points_per_side,
        points_per_batch=batch,
        pred_iou_thresh=grid.pred_iou_thresh,
        stability_score_thresh=grid.stability_score_thresh,
        crop_n_layers=grid.crop_n_layers,
        min_mask_region_area=grid.min_mask_region_area,
        output_mode="uncompressed_rle",
    )
    made.predictor = Predictor(clicks.model)
    return made
