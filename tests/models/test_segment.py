"""Segmentation models: weights in the true formats, made here, good and broken; and the starter masker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput
from nodes.models.segment import load_segment
from nodes.segment import mask_from_words
from tests.nodes.mask_truth import overlap
from tests.toys import OneModel, toy_run
from train.scenes import draw_background, draw_scene

STARTER = Path(__file__).parents[2] / "models" / "starter" / "masker"
NAMES = ("background", "car", "dog")


def save_segformer(folder: Path) -> None:
    from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

    config = SegformerConfig(
        id2label=dict(enumerate(NAMES)), hidden_sizes=[8, 8, 16, 16], depths=[1] * 4, num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
    )  # fmt: skip
    SegformerForSemanticSegmentation(config).save_pretrained(folder)
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)


def save_upernet(folder: Path) -> None:
    from transformers import ResNetConfig, SegformerImageProcessor, UperNetConfig, UperNetForSemanticSegmentation

    stages = ["stage1", "stage2", "stage3", "stage4"]
    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 8, 8], depths=[1] * 4, layer_type="basic", out_features=stages
    )
    config = UperNetConfig(
        backbone_config=backbone,
        hidden_size=8,
        pool_scales=[1, 2],
        use_auxiliary_head=False,
        id2label=dict(enumerate(NAMES)),
    )
    UperNetForSemanticSegmentation(config).save_pretrained(folder)
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)


def save_mask2former(folder: Path) -> None:
    """Every query says "car" with some certainty, so that there are things to tell apart."""
    import torch
    from transformers import (
        Mask2FormerConfig,
        Mask2FormerForUniversalSegmentation,
        Mask2FormerImageProcessor,
        SwinConfig,
    )

    backbone = SwinConfig(
        image_size=64, embed_dim=8, depths=[1] * 4, num_heads=[1, 1, 2, 2], window_size=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = Mask2FormerConfig(
        backbone_config=backbone, hidden_dim=32, feature_size=32, mask_feature_size=32, encoder_layers=1, decoder_layers=2,
        num_attention_heads=2, num_queries=4, encoder_feedforward_dim=16, dim_feedforward=16, id2label=dict(enumerate(NAMES)),
    )  # fmt: skip
    model = Mask2FormerForUniversalSegmentation(config)
    with torch.no_grad():
        model.class_predictor.bias += torch.tensor([0.0, 6.0, 0.0, 0.0])
    model.save_pretrained(folder)
    Mask2FormerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)


def save_clipseg(folder: Path) -> None:
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, CLIPSegProcessor, ViTImageProcessor

    from tests.weights import tokenizer

    words = tokenizer(folder / "words")
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    special = {
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    config = CLIPSegConfig(
        text_config={**small, **special, "vocab_size": len(words), "max_position_embeddings": words.model_max_length},
        vision_config={**small, "image_size": 32, "patch_size": 8},
        projection_dim=16, reduce_dim=16, extract_layers=[0, 1], decoder_num_attention_heads=2, decoder_intermediate_size=16,
    )  # fmt: skip
    CLIPSegForImageSegmentation(config).save_pretrained(folder)
    CLIPSegProcessor(ViTImageProcessor(size={"height": 32, "width": 32}), words).save_pretrained(folder)


SAVERS = {
    "segformer": save_segformer,
    "upernet": save_upernet,
    "mask2former": save_mask2former,
    "clipseg": save_clipseg,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    import torch

    made = {name: tmp_path_factory.mktemp(name) for name in SAVERS}
    for name, folder in made.items():
        torch.manual_seed(0)
        SAVERS[name](folder)
    return made


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("name", list(SAVERS))
def test_true_formats_load_and_answer(name: str, folders: dict[str, Path]) -> None:
    model = load_segment(folders[name], "cpu")
    assert (model.kind, model.labels) == (("words", ()) if name == "clipseg" else ("labels", NAMES))
    for height, width in ((40, 72), (1, 1)):
        sights = model.look(noise(height, width), ["a car", "dog"] if name == "clipseg" else [(1,), (1, 2)], 0.3)
        assert len(sights) == 2
        assert all(s.evidence.dtype == np.float32 and s.evidence.ndim == 2 for s in sights)
        assert np.isfinite(sights[0].evidence).all()
        assert not np.array_equal(sights[0].evidence, sights[1].evidence)
        for piece in sights[0].pieces or []:
            assert piece.shape == sights[0].evidence.shape
    assert (sights[0].pieces is not None) == (name == "mask2former")


@pytest.mark.parametrize("name", list(SAVERS))
def test_the_node_answers_at_the_picture_s_size(name: str, folders: dict[str, Path], tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", load_segment(folders[name], "cpu")))
    found = mask_from_words(noise(90, 61), "cars", 0.01, run=run)
    assert found.mask.shape == found.heat.shape == (90, 61)
    assert found.mask.any()
    assert len(found.boxes) >= 1


@pytest.mark.parametrize("name", ["segformer", "upernet"])
def test_evidence_agrees_with_the_pipeline(name: str, folders: dict[str, Path]) -> None:
    from PIL import Image
    from transformers import pipeline

    image = noise(64, 64)
    by_label = {
        p["label"]: np.asarray(p["mask"]) > 0
        for p in pipeline("image-segmentation", str(folders[name]))(Image.fromarray(image))
    }
    sights = load_segment(folders[name], "cpu").look(image, [(0,), (1,), (2,)], 0.4)
    for label, sight in zip(NAMES, sights, strict=True):
        grown = (
            np.kron(sight.evidence, np.ones((64 // sight.evidence.shape[0],) * 2)) > 0.02
        )  # more likely than all others together
        assert (by_label.get(label, np.zeros((64, 64), bool))[grown]).mean() > 0.9 if grown.any() else True


def test_things_of_mask2former_are_those_of_its_own_post_processing(folders: dict[str, Path]) -> None:
    from PIL import Image

    model: Any = load_segment(folders["mask2former"], "cpu")
    image = noise(48, 64)
    theirs = [np.asarray(thing["mask"]) > 0 for thing in model.pipe(Image.fromarray(image), threshold=0.5)]
    pieces = model.look(image, [(1,)], 0.5)[0].pieces
    assert len(theirs) == len(pieces) > 0
    assert {piece.tobytes() for piece in theirs} == {(piece > 0).tobytes() for piece in pieces}


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        pytest.param("drop", "missing", id="a-tensor-is-missing"),
        pytest.param("truncate", "can't be loaded", id="truncated-weights"),
        pytest.param("no-weights", "can't be loaded", id="no-weights"),
        pytest.param("pickle", "can't be loaded", id="pickled-weights-only"),
        pytest.param("no-processor", "can't be loaded", id="no-processor"),
        pytest.param("no-json", "config.json can't be read", id="config-is-no-json"),
        pytest.param("other", "no segmentation model", id="another-kind-of-model"),
        pytest.param("unknown", "can't be loaded", id="unknown-architecture"),
    ],
)
def test_broken_folders_are_named(damage: str, what: str, folders: dict[str, Path], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "broken"
    shutil.copytree(folders["segformer"], folder)
    spoil(folder, damage)
    with pytest.raises(BadInput, match=what) as caught:
        load_segment(folder, "cpu")
    assert str(folder) in caught.value.what
    assert caught.value.cure
    assert caught.value.socket == "model"


def spoil(folder: Path, damage: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights, config = folder / "model.safetensors", folder / "config.json"
    if damage == "drop":
        tensors = load_file(weights)
        tensors.pop("decode_head.classifier.weight")
        save_file(tensors, weights, {"format": "pt"})
    elif damage == "truncate":
        weights.write_bytes(weights.read_bytes()[:5000])
    elif damage in ("no-weights", "pickle"):
        if damage == "pickle":
            torch.save(load_file(weights), folder / "pytorch_model.bin")
        weights.unlink()
    elif damage == "no-processor":
        (folder / "preprocessor_config.json").unlink()
    elif damage == "no-json":
        config.write_text("{")
    else:
        name = "SegformerForImageClassification" if damage == "other" else "MarvelForSemanticSegmentation"
        config.write_text(config.read_text().replace("SegformerForSemanticSegmentation", name))


# ---- the starter masker ----


@pytest.fixture(scope="module")
def starter() -> OneModel:
    return OneModel("segment", load_segment(STARTER, "cpu"))


def test_the_starter_finds_drawn_things(starter: OneModel, tmp_path: Path) -> None:
    run = toy_run(tmp_path, starter)
    values = []
    for seed in range(700_000, 700_008):
        scene = draw_scene(seed, (300, 420), (1, 3))
        for drawn in scene.objects:
            if sum(other.kind == drawn.kind for other in scene.objects) == 1:
                values.append(overlap(mask_from_words(scene.image, drawn.kind, run=run).mask, drawn.mask))
    assert np.mean(values) > 0.75


def test_the_starter_finds_the_red_one(starter: OneModel, tmp_path: Path) -> None:
    scene = draw_scene(700_100, 384, (2, 2), ["car"], ["red", "blue"])
    assert {drawn.colour for drawn in scene.objects} == {"red", "blue"}
    for drawn in scene.objects:
        found = mask_from_words(scene.image, f"the {drawn.colour} car", run=toy_run(tmp_path, starter))
        assert overlap(found.mask, drawn.mask) > 0.7


def test_the_starter_says_not_there(starter: OneModel, tmp_path: Path) -> None:
    from random import Random

    empty = draw_background(Random(5), 256, 256, "meadow").pixels.round().astype(np.uint8)
    with pytest.raises(BadInput, match=r"nothing that looks like 'car' was found: the heat map's peak is 0\.\d\d"):
        mask_from_words(empty, "car", run=toy_run(tmp_path, starter))
