"""Grounding DINO: a small folder in the true format answers as transformers' own post-processing does; broken folders are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf
from nodes.models.grounding import Grounding, load_grounding
from tests import weights_segment as small
from tests.weights_look import copy

PHRASES = ["a red car", "the dog"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.grounding(tmp_path_factory.mktemp("grounding") / "dino")


@pytest.fixture(scope="module")
def model(folder: Path) -> Grounding:
    return load_grounding(folder, "cpu")


@pytest.mark.parametrize(("height", "width"), [(60, 90), (1, 1), (90, 60)])
def test_boxes_scores_and_labels_are_those_of_transformers(
    height: int, width: int, folder: Path, model: Grounding
) -> None:
    import torch
    from PIL import Image
    from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

    image = small.noise(height, width)
    processor = AutoProcessor.from_pretrained(folder)
    theirs = AutoModelForZeroShotObjectDetection.from_pretrained(folder).eval()
    inputs = processor(images=Image.fromarray(image), text="a red car. the dog.", return_tensors="pt")
    with torch.inference_mode():
        outputs = theirs(**inputs)
    threshold = float(outputs.logits.sigmoid().amax(-1).median())
    (expected,) = processor.post_process_grounded_object_detection(
        outputs, inputs["input_ids"], threshold=threshold, text_threshold=0.4, target_sizes=[(height, width)]
    )
    found = model.find(image, PHRASES, threshold, 0.4)
    order = expected["scores"].argsort(descending=True, stable=True)
    assert 0 < len(found.boxes) < 12
    assert np.array_equal(found.boxes, expected["boxes"][order].numpy())
    assert np.array_equal(found.scores, expected["scores"][order].numpy())
    tidied = [[w for w in expected["text_labels"][i].split() if w not in (".", "[SEP]", "[CLS]")] for i in order]
    assert [label.split() for label in found.labels] == tidied
    assert found.peak == pytest.approx(float(outputs.logits.sigmoid().max()))


def test_a_label_without_a_sure_word_is_the_phrase_of_the_surest(model: Grounding) -> None:
    import torch

    found = model.find(small.noise(60, 90), PHRASES, 0.0, 1.1)
    assert len(found.labels) == 12
    assert set(found.labels) <= set(PHRASES)
    ids = torch.tensor([2, 6, 8, 10, 5, 14, 11, 5, 3])  # [CLS] a red car . the dog . [SEP]
    likely = torch.zeros(2, 24)
    likely[0, 3], likely[1, 6] = 0.2, 0.3
    assert model._surest(likely, ids, PHRASES) == PHRASES


def test_nothing_above_the_threshold_is_no_box_and_the_peak_is_told(model: Grounding) -> None:
    found = model.find(small.noise(40, 40), PHRASES, 1.0, 0.3)
    assert found.boxes.shape == (0, 4)
    assert found.labels == ()
    assert 0 < found.peak < 1


def test_more_words_than_it_reads_are_refused(model: Grounding) -> None:
    with pytest.raises(BadInput, match="pieces of words together, and this model reads 24"):
        model.find(small.noise(40, 40), ["a red dog with a collar"] * 5, 0.3, 0.3)


def test_a_large_picture_gives_boxes_in_its_own_pixels(model: Grounding) -> None:
    found = model.find(np.zeros((9000, 12000, 3), np.uint8), PHRASES, 0.0, 0.3)
    assert found.boxes[:, [0, 2]].max() > 4096


@pytest.mark.parametrize("damage", ["cut", "tensor", "other", "processor", "json"])
def test_broken_folders_are_named(damage: str, folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    broken = copy(folder, tmp_path)
    weights, config = broken / "model.safetensors", broken / "config.json"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:20_000])
    elif damage == "tensor":
        tensors = load_file(weights)
        del tensors["model.level_embed"]
        save_file(tensors, weights, {"format": "pt"})
    elif damage == "other":
        config.write_text(config.read_text().replace("GroundingDinoForObjectDetection", "DetrForObjectDetection"))
    elif damage == "processor":
        (broken / "processor_config.json").unlink()
        (broken / "tokenizer.json").unlink()
        (broken / "tokenizer_config.json").unlink()
    else:
        config.write_text("{")
    said = "it is DetrForObjectDetection" if damage == "other" else "can't be loaded"
    with pytest.raises(BadInput, match=said) as caught:
        load_grounding(broken, "cpu")
    assert str(broken) in str(caught.value)
    assert caught.value.cure


def test_without_weights_it_says_what_to_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    with pytest.raises(MissingWeights) as caught:
        shelf.get("grounding")
    for part in ("IDEA-Research/grounding-dino-tiny", "690 MB", str(tmp_path / "models" / "grounding")):
        assert part in str(caught.value)
    small.grounding(tmp_path / "models" / "grounding" / "mine")
    assert shelf.get("grounding") is shelf.get("grounding", "mine")
