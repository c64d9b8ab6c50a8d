"""Semantic, instance and panoptic segmentation: small folders of each architecture in the true format answer as transformers' own pipeline does."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from graph import BadInput
from nodes.models.panoptic import LARGEST, check_task, regions, tasks
from nodes.models.segment import load_segment
from tests import weights_segment as small
from tests.models.test_segment import save_segformer

MAKERS: dict[str, Any] = {
    "mask2former": small.mask2former,
    "maskformer": small.maskformer,
    "eomt": small.eomt,
    "oneformer": small.oneformer,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: make(tmp_path_factory.mktemp(name) / name) for name, make in MAKERS.items()}
    made["segformer"] = tmp_path_factory.mktemp("segformer")
    save_segformer(made["segformer"])
    return made


@pytest.fixture(scope="module")
def models(folders: dict[str, Path]) -> dict[str, Any]:
    return {name: load_segment(folder, "cpu") for name, folder in folders.items()}


@pytest.mark.parametrize("task", ["panoptic", "instance", "semantic"])
@pytest.mark.parametrize("name", list(MAKERS))
def test_regions_are_those_of_the_pipeline(name: str, task: Any, models: dict[str, Any]) -> None:
    image = small.noise(60, 90)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of settings that one of them has no use for
        theirs = models[name].pipe(Image.fromarray(image), subtask=task, threshold=0.3)
    theirs = [(one["label"], one["score"], np.asarray(one["mask"]) > 0) for one in theirs]
    ours = [(small.NAMES[one.label], one.score, one.mask) for one in regions(models[name], image, task, 0.3)]
    assert all(0 <= score <= 1 and mask.shape == (60, 90) for _, score, mask in ours)
    if task == "instance" and name in ("mask2former", "maskformer"):  # the pipeline draws them over each other
        for label, score, mask in theirs:
            (whole,) = (mine for named, sure, mine in ours if (named, sure) == (label, score))
            assert not (mask & ~whole).any()
        assert len(ours) == len(theirs)
        return
    told = [row for row in theirs if row[2].any()]
    assert {(label, mask.tobytes()) for label, _, mask in ours} == {(label, mask.tobytes()) for label, _, mask in told}
    if task != "semantic":
        assert [score for _, score, _ in ours] == sorted((score for _, score, _ in told), reverse=True)


def test_things_of_mask2former_keep_what_others_cover(models: dict[str, Any]) -> None:
    import torch

    pipe, image = models["mask2former"].pipe, small.noise(60, 90)
    with torch.inference_mode():
        outputs = pipe.model(**pipe.image_processor(Image.fromarray(image), return_tensors="pt"))
    (expected,) = pipe.image_processor.post_process_instance_segmentation(
        outputs, threshold=0.3, target_sizes=[(60, 90)], return_binary_maps=True
    )
    ours = regions(models["mask2former"], image, "instance", 0.3)
    wanted = {
        (row["score"], mask.numpy().astype(bool).tobytes())
        for row, mask in zip(expected["segments_info"], expected["segmentation"], strict=True)
    }
    assert {(one.score, one.mask.tobytes()) for one in ours} == wanted
    assert (np.sum([one.mask for one in ours], 0) > 1).any()


def test_the_small_models_find_something(models: dict[str, Any]) -> None:
    """The comparison above would agree on nothing, too."""
    image = small.noise(60, 90)
    counts = {name: [len(regions(models[name], image, task, 0.3)) for task in tasks(models[name])] for name in MAKERS}
    assert all(count[2] >= 1 for count in counts.values())
    assert counts["mask2former"][0] >= 1
    assert counts["mask2former"][1] >= 3
    assert counts["eomt"][1] >= 2


def test_a_class_has_the_mean_likelihood_of_its_pixels(models: dict[str, Any]) -> None:
    import torch

    model, image = models["segformer"], small.noise(64, 64)
    with torch.inference_mode():
        logits = model.pipe.model(**model.pipe.image_processor(Image.fromarray(image), return_tensors="pt")).logits
    likely = torch.nn.functional.interpolate(logits, (64, 64), mode="bilinear")[0].softmax(0).numpy()
    for region in regions(model, image, "semantic", 0.5):
        assert region.score == pytest.approx(float(likely[region.label][region.mask].mean()), abs=1e-4)
        assert (likely.argmax(0) == region.label)[region.mask].mean() > 0.98


@pytest.mark.parametrize("name", ["mask2former", "segformer"])
@pytest.mark.parametrize("size", [(1, 1), (9000, 12000)])
def test_any_size_comes_to_a_grid(name: str, size: tuple[int, int], models: dict[str, Any]) -> None:
    found = regions(models[name], np.zeros((*size, 3), np.uint8), "semantic", 0.5)
    height = max(1, round(size[0] * min(1, LARGEST / max(size))))
    assert found
    assert found[0].mask.shape[0] == height
    assert sum(int(region.mask.sum()) for region in found) == found[0].mask.size


def test_tasks_are_what_the_model_can_do(models: dict[str, Any]) -> None:
    assert tasks(models["segformer"]) == ("semantic",)
    assert check_task(models["segformer"], "auto") == "semantic"
    assert check_task(models["oneformer"], "auto") == "panoptic"
    with pytest.raises(BadInput, match="can't do instance segmentation") as caught:
        check_task(models["segformer"], "instance")
    assert "Choose semantic" in str(caught.value)


def test_oneformer_is_told_its_task_and_asks_no_network(
    folders: dict[str, Path], models: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    words = models["oneformer"].pipe.tokenizer
    monkeypatch.setattr(
        models["oneformer"].pipe, "tokenizer", lambda text, **more: told.append(text[0]) or words(text, **more)
    )
    for task in ("semantic", "instance", "panoptic"):
        regions(models["oneformer"], small.noise(40, 40), task, 0.3)  # type: ignore[arg-type]
    assert told == [f"the task is {task}" for task in ("semantic", "instance", "panoptic")]
    assert models["oneformer"].pipe.image_processor.metadata["class_names"] == list(small.NAMES)


def test_words_find_things_with_oneformer_too(models: dict[str, Any]) -> None:
    (sight,) = models["oneformer"].look(small.noise(40, 40), [(1,)], 0.3)
    assert sight.evidence.shape == (40, 40)


def test_memory_that_does_not_suffice_is_answered_once_by_a_smaller_grid(
    models: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, said = models["segformer"].pipe.image_processor, []
    whole = prepare.post_process_semantic_segmentation

    def short(outputs: Any, target_sizes: list[tuple[int, int]], **more: Any) -> Any:
        if max(target_sizes[0]) > 512:
            raise MemoryError
        return whole(outputs, target_sizes=target_sizes, **more)

    monkeypatch.setattr(prepare, "post_process_semantic_segmentation", short)
    (first, *_) = regions(models["segformer"], small.noise(1200, 900), "semantic", 0.5, said.append)
    assert first.mask.shape == (512, 384)
    assert "a grid of 512 pixels" in said[-1]
