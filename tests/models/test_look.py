"""BLIP, BLIP-2, CLIP and classifiers, small ones in the true format: answers are those of transformers used directly, and maps of
attention and Grad-CAM those of their definitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from graph import BadInput
from nodes.models import vision
from nodes.models.caption import load_caption
from nodes.models.classify import load_classify
from nodes.models.clip import load_clip
from tests import weights_look as small
from tests.weights_look import copy, noise


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return small.all_of(tmp_path_factory.mktemp("look"))


LOADERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "blip": ("caption", load_caption), "blip2": ("caption", load_caption), "clip": ("clip", load_clip),
    "vit": ("classify", load_classify), "resnet": ("classify", load_classify),
}  # fmt: skip


def nothing(done: int, total: int) -> None:
    """Hears of steps."""


# captions


@pytest.mark.parametrize("name", list(small.COLOURS))
def test_blip_says_what_it_was_taught(name: str, weights: dict[str, Path]) -> None:
    loaded = load_caption(weights["blip"], "cpu")
    image = small.plain(small.COLOURS[name])
    assert loaded.caption(image, "", 10, 3, nothing) == f"a {name} picture"
    assert loaded.caption(image, "A", 10, 1, nothing) == f"a {name} picture"
    assert loaded.caption(image, "", 2, 1, nothing) == f"a {name}"


@pytest.mark.parametrize("prompt", ["", "Question: what is it?"])
def test_blip2_answers_as_transformers_does(prompt: str, weights: dict[str, Path]) -> None:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model, processor = (
        maker.from_pretrained(weights["blip2"]) for maker in (AutoModelForImageTextToText, AutoProcessor)
    )
    inputs = processor(
        images=[Pictures.fromarray(noise())], return_tensors="pt", **({"text": [prompt]} if prompt else {})
    )
    made = model.generate(**inputs, max_new_tokens=6, num_beams=2, do_sample=False)[0]
    behind = inputs["input_ids"].shape[1] if prompt else 0
    expected = processor.decode(made[behind:], skip_special_tokens=True).strip()
    answer = load_caption(weights["blip2"], "cpu").caption(noise(), prompt, 6, 2, nothing)
    assert answer == expected != ""


def test_each_piece_is_a_step_and_a_step_may_stop_it(weights: dict[str, Path]) -> None:
    loaded, steps = load_caption(weights["blip"], "cpu"), []

    def stop(done: int, total: int) -> None:
        steps.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loaded.caption(noise(), "", 9, 2, stop)
    assert steps == [(1, 9), (2, 9)]


# CLIP


def test_cosines_are_those_of_transformers(weights: dict[str, Path]) -> None:
    from transformers import CLIPModel, CLIPProcessor

    texts = ["car", "bike", "a car by a bike"] * 30
    model, processor = CLIPModel.from_pretrained(weights["clip"]), CLIPProcessor.from_pretrained(weights["clip"])
    inputs = processor(
        text=texts, images=[Pictures.fromarray(noise())], padding=True, truncation=True, return_tensors="pt"
    )
    expected = (model(**inputs).logits_per_image[0] / model.logit_scale.exp()).detach().numpy()
    loaded = load_clip(weights["clip"], "cpu")
    found = loaded.likeness(noise(), texts, nothing)
    assert np.abs(found - expected).max() < 1e-5
    assert len(set(found.round(5))) == 3
    assert loaded.is_too_long("car " * 20)
    assert not loaded.is_too_long("car")


def test_attention_is_that_of_its_definition(weights: dict[str, Path]) -> None:
    import torch

    loaded = load_clip(weights["clip"], "cpu")
    with torch.no_grad():
        pixels = loaded.processor.image_processor(images=[Pictures.fromarray(noise())], return_tensors="pt")[
            "pixel_values"
        ]
        first, second = (
            one[0].mean(0).numpy() for one in loaded.model.vision_model(pixels, output_attentions=True).attentions
        )
    one = np.eye(17)
    rollout = (0.5 * second + 0.5 * one) @ (0.5 * first + 0.5 * one)
    for how, row in (("last layer", second[0, 1:]), ("rollout", rollout[0, 1:])):
        heat = loaded.attention(noise(), how)
        assert heat.shape == (40, 60)
        assert heat.dtype == np.float32
        assert (heat[:, :10] == 0).all()  # CLIP sees the middle 40 × 40
        assert (heat[:, 50:] == 0).all()
        cells = (row / row.max()).reshape(4, 4)
        expected = np.asarray(
            Pictures.fromarray(cells.astype(np.float32)).resize((40, 40), Pictures.Resampling.BILINEAR)
        )
        assert np.abs(heat[:, 10:50] - expected).max() < 1e-4


# classes


@pytest.mark.parametrize("name", ["vit", "resnet"])
def test_shares_are_those_of_transformers(name: str, weights: dict[str, Path]) -> None:
    from transformers import pipeline

    expected = {
        row["label"]: row["score"]
        for row in pipeline("image-classification", str(weights[name]))(Pictures.fromarray(noise()))
    }
    loaded = load_classify(weights[name], "cpu")
    assert loaded.labels == small.LABELS
    found = loaded.shares(noise())
    assert dict(zip(loaded.labels, found.tolist(), strict=True)) == pytest.approx(expected, abs=1e-5)
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_several_classes_at_once_get_a_sigmoid_each(weights: dict[str, Path], tmp_path: Path) -> None:
    folder = copy(weights["vit"], tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "problem_type": "multi_label_classification"}))
    many, one = load_classify(folder, "cpu").shares(noise()), load_classify(weights["vit"], "cpu").shares(noise())
    odds = np.log(many / (1 - many))
    assert np.allclose(np.exp(odds) / np.exp(odds).sum(), one, atol=1e-4)


def test_grad_cam_before_mean_and_linear_is_the_class_activation_map(weights: dict[str, Path]) -> None:
    """Zhou et al. 2016: for such a network the channels' weights are the classifier's own."""
    import torch

    loaded = load_classify(weights["resnet"], "cpu")
    image, maps = noise(64, 64), set()
    with torch.no_grad():
        pixels = loaded._pixels(image)
        features = loaded.model.resnet(pixels).last_hidden_state[0]
    for label in range(3):
        cam = torch.einsum("c,chw->hw", loaded.model.classifier[1].weight[label], features).relu().numpy()
        left, top, right, bottom = (round(64 * share) for share in vision.seen_part(loaded.processor, (64, 64)))
        heat = loaded.why(image, label, "grad-cam")
        small_map = Pictures.fromarray((cam / max(cam.max(), 1e-9)).astype(np.float32))
        expected = np.asarray(small_map.resize((right - left, bottom - top), Pictures.Resampling.BILINEAR))
        assert np.abs(heat[top:bottom, left:right] - expected).max() < 1e-3
        maps.add(heat.tobytes())
    assert len(maps) > 1


def test_grad_cam_of_a_vit_is_at_the_norm_before_its_last_attention(weights: dict[str, Path]) -> None:
    loaded = load_classify(weights["vit"], "cpu")
    kept: list[Any] = []
    norm = [part for name, part in loaded.model.named_modules() if name.endswith("layernorm_before")][-1]
    hook = norm.register_forward_hook(lambda module, given, made: (made.retain_grad(), kept.append(made))[0])
    pixels = loaded._pixels(noise(32, 32)).requires_grad_()
    loaded.model(pixels).logits[0, 2].backward()
    hook.remove()
    values, slopes = kept[0].detach()[0, 1:], kept[0].grad[0, 1:]
    cam = (values * slopes.mean(0)).sum(1).relu().reshape(4, 4).numpy()
    expected = np.asarray(
        Pictures.fromarray((cam / cam.max()).astype(np.float32)).resize((32, 32), Pictures.Resampling.BILINEAR)
    )
    heat = loaded.why(noise(32, 32), 2, "grad-cam")
    assert np.abs(heat - expected).max() < 1e-4
    assert heat.max() > 0.9
    assert all(not part._forward_hooks for part in loaded.model.modules())
    assert all(tensor.grad is None for tensor in loaded.model.parameters())


def test_attention_of_a_vit_and_none_of_a_resnet(weights: dict[str, Path]) -> None:
    loaded = load_classify(weights["vit"], "cpu")
    before = loaded.shares(noise())
    heats = [loaded.why(noise(), 0, how) for how in ("rollout", "last layer")]
    assert (heats[0] != heats[1]).any()
    assert [heat.max() > 0.9 for heat in heats] == [True, True]
    assert np.array_equal(loaded.shares(noise()), before)
    with pytest.raises(BadInput, match="no class token"):
        load_classify(weights["resnet"], "cpu").why(noise(), 0, "rollout")


# sizes


@pytest.mark.parametrize(
    ("name", "size", "part"),
    [
        ("clip", (60, 40), (1 / 6, 0, 5 / 6, 1)), ("clip", (40, 80), (0, 0.25, 1, 0.75)), ("vit", (60, 40), (0, 0, 1, 1)),
        ("vit", (12000, 9000), (0, 0, 1, 1)), ("clip", (12000, 9000), (1 / 8, 0, 7 / 8, 1)), ("clip", (1, 1), (0, 0, 1, 1)),
    ],
)  # fmt: skip
def test_what_a_model_sees_of_a_picture_is_found_out(
    name: str, size: tuple[int, int], part: tuple[float, ...], weights: dict[str, Path]
) -> None:
    loaded = LOADERS[name][1](weights[name], "cpu")
    prepare = loaded.processor.image_processor if name == "clip" else loaded.processor
    assert vision.seen_part(prepare, size) == pytest.approx(part, abs=0.03)


@pytest.mark.parametrize("size", [(1, 1), (9000, 12000), (30, 1)])
def test_pictures_of_any_size(size: tuple[int, int], weights: dict[str, Path]) -> None:
    image = np.full((*size, 3), 90, np.uint8)
    assert load_caption(weights["blip"], "cpu").caption(image, "", 3, 1, nothing)
    assert np.isfinite(load_clip(weights["clip"], "cpu").likeness(image, ["car"], nothing)).all()
    heat = load_classify(weights["resnet"], "cpu").why(image, 0, "grad-cam")
    assert heat.shape == size
    assert np.isfinite(heat).all()


def test_far_too_narrow_pictures_are_refused(weights: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match="too narrow"):
        load_clip(weights["clip"], "cpu").likeness(np.zeros((1, 10_000, 3), np.uint8), ["car"], nothing)
