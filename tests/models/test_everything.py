"""Everything by Segment Anything: the same outlines as Meta's own generator gives, told step by step, from the embedding that clicks use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph import Cancelled, GraftError
from nodes.models import everything
from nodes.models.everything import Grid, outlines
from nodes.models.sam import Clicks, load_sam
from tests import weights_segment as small


@pytest.fixture(scope="module")
def clicks(tmp_path_factory: pytest.TempPathFactory) -> Clicks:
    return load_sam(small.sam(tmp_path_factory.mktemp("sam")), "cpu")


GRIDS = {
    "all": Grid(8, 0, 0),
    "good ones": Grid(8, 0.5, 0),
    "steady ones": Grid(8, 0, 0.05),
    "mended": Grid(8, 0, 0, 20),
    "in pieces": Grid(4, 0, 0, 0, 1),
}


@pytest.mark.parametrize("name", list(GRIDS))
def test_outlines_are_those_of_metas_own_generator(name: str, clicks: Clicks) -> None:
    from segment_anything import SamAutomaticMaskGenerator

    grid = GRIDS[name]
    theirs = SamAutomaticMaskGenerator(
        clicks.model,
        points_per_side=grid.points_per_side,
        pred_iou_thresh=grid.pred_iou_thresh,
        stability_score_thresh=grid.stability_score_thresh,
        min_mask_region_area=grid.min_mask_region_area,
        crop_n_layers=grid.crop_n_layers,
    ).generate(small.blocks())
    ours = outlines(clicks, small.blocks(), grid)
    assert len(ours) == len(theirs) > 0
    wanted = sorted((one["segmentation"].tobytes(), one["predicted_iou"], one["stability_score"]) for one in theirs)
    assert sorted((one.mask.tobytes(), one.score, one.stability) for one in ours) == wanted
    assert [one.area for one in ours] == sorted((one["area"] for one in theirs), reverse=True)


def test_small_batches_change_nothing_but_what_is_told(clicks: Clicks, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    whole = outlines(clicks, small.blocks(), Grid(6, 0, 0), lambda *step: told.append(step))
    assert told == [(36, 36)]
    monkeypatch.setattr(everything, "BATCH", 8)
    told.clear()
    parts = outlines(clicks, small.blocks(), Grid(6, 0, 0), lambda *step: told.append(step))
    assert told == [(8, 36), (16, 36), (24, 36), (32, 36), (36, 36)]
    assert [one.area for one in parts] == [one.area for one in whole]
    assert sum(np.array_equal(one.mask, other.mask) for one, other in zip(parts, whole, strict=True)) >= len(whole) - 1


def test_batches_get_smaller_for_larger_pictures(clicks: Clicks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everything, "ROOM", 128 * 96 * 3 * 8 * 5)
    told: list[int] = []
    outlines(clicks, small.blocks(), Grid(4, 0, 0), lambda done, total: told.append(done))
    assert told == [5, 10, 15, 16]


def test_the_picture_is_looked_at_once_for_clicks_and_everything(clicks: Clicks) -> None:
    fresh = Clicks(clicks.model)
    outlines(fresh, small.blocks(), Grid(4, 0, 0))
    outlines(fresh, small.blocks(), Grid(5, 0, 0))
    fresh.mask(small.blocks(), np.array([[30, 20, 1]], np.float32), None)
    assert fresh.encoded == 1


def test_it_stops_between_batches(clicks: Clicks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everything, "BATCH", 4)
    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        outlines(clicks, small.blocks(), Grid(8, 0, 0), stop)
    assert told == [4, 8]
    assert outlines(clicks, small.blocks(), Grid(4, 0, 0))


def test_a_picture_of_one_pixel(clicks: Clicks) -> None:
    for outline in outlines(clicks, np.zeros((1, 1, 3), np.uint8), Grid(2, 0, 0)):
        assert outline.mask.shape == (1, 1)


def test_memory_that_does_not_suffice_is_answered_once_by_smaller_batches(
    clicks: Clicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from segment_anything import SamAutomaticMaskGenerator

    whole, batches = SamAutomaticMaskGenerator._process_batch, []

    def short(self: Any, points: np.ndarray, *others: Any) -> Any:
        batches.append(len(points))
        if len(points) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, points, *others)

    monkeypatch.setattr(SamAutomaticMaskGenerator, "_process_batch", short)
    said: list[str] = []
    assert outlines(clicks, small.blocks(), Grid(8, 0, 0), say=said.append)
    assert batches[0] == 64
    assert set(batches[1:]) == {8}
    assert "8 points at once" in said[-1]
    monkeypatch.setattr(everything, "BATCH", 1024)
    with pytest.raises(GraftError, match="not enough memory"):
        outlines(clicks, small.blocks(), Grid(32, 0, 0))
