"""Segment Anything: small checkpoints under the true names, good and broken; each picture is looked at once; a network written by others agrees."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf
from nodes.models.sam import Clicks, load_sam

SIDE, PATCH, WINDOW = 128, 16, 3
Make = Callable[..., Any]


def small_sam(width: int = 32, depth: int = 4, heads: int = 2, multi: int = 3) -> Any:
    """A Sam of random weights with the published names: windows in all blocks but every second."""
    from functools import partial

    import torch
    from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

    torch.manual_seed(0)
    grid = SIDE // PATCH
    model = Sam(
        ImageEncoderViT(
            img_size=SIDE, patch_size=PATCH, embed_dim=width, depth=depth, num_heads=heads, out_chans=32, use_rel_pos=True,
            norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), window_size=WINDOW, global_attn_indexes=tuple(range(1, depth, 2)),
        ),
        PromptEncoder(32, (grid, grid), (SIDE, SIDE), 16),
        MaskDecoder(
            transformer_dim=32, transformer=TwoWayTransformer(2, 32, 8, 64), num_multimask_outputs=multi, iou_head_hidden_dim=24
        ),
    )  # fmt: skip
    torch.manual_seed(5)
    for tensor in model.parameters():
        torch.nn.init.normal_(tensor, std=0.3)
    for part in model.modules():
        if "Norm" in type(part).__name__:
            torch.nn.init.ones_(part.weight)
    return model.eval()


@pytest.fixture(scope="module")
def weights() -> dict[str, Any]:
    return dict(small_sam().state_dict())


@pytest.fixture
def checkpoint(tmp_path: Path, weights: dict[str, Any]) -> Path:
    import torch

    torch.save(weights, tmp_path / "tiny.pth")
    return tmp_path / "tiny.pth"


def picture(height: int = 60, width: int = 90, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


ONE = np.array([[30, 20, 1]], np.float32)
TWO = np.array([[30, 20, 1], [70, 50, 0]], np.float32)
BOX = np.array([10, 5, 60, 50], np.float32)


@pytest.mark.parametrize("shape", [{}, {"depth": 2, "heads": 4}, {"width": 48, "heads": 3, "depth": 3}, {"multi": 2}])
def test_the_shapes_of_the_weights_say_how_large_the_network_is(shape: dict[str, int], tmp_path: Path) -> None:
    import torch

    model = small_sam(**shape)
    torch.save(model.state_dict(), tmp_path / "a.pth")
    loaded = load_sam(tmp_path / "a.pth", "cpu").model
    pixels = torch.rand(1, 3, SIDE, SIDE)
    with torch.inference_mode():
        assert torch.equal(loaded.image_encoder(pixels), model.image_encoder(pixels))
    assert [block.window_size for block in loaded.image_encoder.blocks] == [
        block.window_size for block in model.image_encoder.blocks
    ]


@pytest.mark.parametrize(("points", "box"), [(ONE, None), (TWO, None), (ONE, BOX), (ONE[:0], BOX)])
def test_answers_are_those_of_metas_own_predictor(points: np.ndarray, box: Any, checkpoint: Path) -> None:
    from segment_anything import SamPredictor

    ours = load_sam(checkpoint, "cpu")
    mask, score = ours.mask(picture(), points, box)
    theirs = SamPredictor(ours.model)
    theirs.set_image(picture())
    masks, scores, _ = theirs.predict(
        points[:, :2] if len(points) else None,
        points[:, 2] if len(points) else None,
        box,
        multimask_output=len(points) == 1 and box is None,
    )
    assert mask.shape == (60, 90)
    assert 0 < mask.mean() < 1
    assert (mask == masks[scores.argmax()]).mean() > 0.995
    assert score == pytest.approx(float(scores.max()), abs=1e-3)


def test_one_point_takes_the_best_of_three(checkpoint: Path) -> None:
    ours = load_sam(checkpoint, "cpu")
    answers: list[Any] = []
    ours.model.mask_decoder.register_forward_hook(lambda module, given, answer: answers.append(answer[1]))
    _, score = ours.mask(picture(), ONE, None)
    (scores,) = answers
    assert scores.shape == (1, 3)
    assert score == float(scores.max()) > float(scores.min())


def test_a_picture_is_looked_at_once_and_the_oldest_is_forgotten(checkpoint: Path) -> None:
    ours = load_sam(checkpoint, "cpu")
    first = ours.mask(picture(), ONE, None)
    for _ in range(3):
        ours.mask(picture(), TWO, None)
    again = ours.mask(picture().copy(), ONE, None)
    assert ours.encoded == 1
    assert np.array_equal(first[0], again[0])
    assert ours.knows(picture())
    assert not ours.knows(picture(seed=1))

    size = next(iter(ours._seen.values()))[0].nbytes
    small = Clicks(ours.model, kept=2 * size)
    for seed in (0, 1, 0, 2):
        small.mask(picture(seed=seed), ONE, None)
    assert [small.knows(picture(seed=seed)) for seed in (0, 1, 2)] == [True, False, True]
    assert small.encoded == 3


def test_pictures_of_one_shape_and_other_pixels_are_not_confused(checkpoint: Path) -> None:
    ours = load_sam(checkpoint, "cpu")
    turned = picture().reshape(90, 60, 3)
    ours.mask(picture(), ONE, None)
    ours.mask(turned, ONE, None)
    assert ours.encoded == 2


@pytest.mark.parametrize(
    "wrap", [lambda w: w, lambda w: {"model": w}, lambda w: {f"module.{k}": v for k, v in w.items()}]
)
def test_the_wrappings_of_training_scripts_are_taken_off(wrap: Make, tmp_path: Path, weights: dict[str, Any]) -> None:
    import torch

    torch.save(wrap(weights), tmp_path / "a.pth")
    assert load_sam(tmp_path / "a.pth", "cpu").model.image_encoder.img_size == SIDE


def test_safetensors_under_the_same_names(tmp_path: Path, weights: dict[str, Any], checkpoint: Path) -> None:
    from safetensors.torch import save_file

    save_file(weights, tmp_path / "a.safetensors")
    ours, theirs = (
        load_sam(path, "cpu").mask(picture(), TWO, None) for path in (tmp_path / "a.safetensors", checkpoint)
    )
    assert np.array_equal(ours[0], theirs[0])


def test_a_folder_of_transformers_answers_as_transformers_does(tmp_path: Path) -> None:
    """Another implementation of the same network, under other names: what it makes of a picture and a point must come out the same."""
    import torch
    from transformers import SamConfig, SamModel

    torch.manual_seed(1)
    vision = {
        "hidden_size": 32, "output_channels": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": SIDE,
        "patch_size": PATCH, "window_size": WINDOW, "global_attn_indexes": [1], "mlp_dim": 128, "num_pos_feats": 16,
    }  # fmt: skip
    decoder = {"hidden_size": 32, "mlp_dim": 64, "num_attention_heads": 8, "iou_head_hidden_dim": 24}
    prompt = {"hidden_size": 32, "image_size": SIDE, "patch_size": PATCH, "image_embedding_size": SIDE // PATCH}
    theirs = SamModel(SamConfig(vision_config=vision, mask_decoder_config=decoder, prompt_encoder_config=prompt)).eval()
    for tensor in theirs.parameters():
        torch.nn.init.normal_(tensor, std=0.2)
    theirs.save_pretrained(tmp_path)
    ours = load_sam(tmp_path, "cpu").model
    pixels = torch.randn(1, 3, SIDE, SIDE)
    with torch.inference_mode():
        seen = ours.image_encoder(pixels)
        assert torch.allclose(seen, theirs.get_image_embeddings(pixels), atol=1e-4)
        given = theirs(
            pixel_values=pixels, input_points=torch.tensor([[[[40.0, 60.0]]]]), input_labels=torch.tensor([[[1]]])
        )
        sparse, dense = ours.prompt_encoder((torch.tensor([[[40.0, 60.0]]]), torch.tensor([[1.0]])), None, None)
        masks, scores = ours.mask_decoder(
            seen, ours.prompt_encoder.get_dense_pe(), sparse, dense, multimask_output=True
        )
    assert torch.allclose(masks, given.pred_masks[0], atol=1e-3)
    assert torch.allclose(scores, given.iou_scores[0], atol=1e-3)


class Program:
    """What a harmful checkpoint holds: code that runs when it is opened as a pickle."""

    ran = False

    def __reduce__(self) -> Any:
        return setattr, (Program, "ran", True)


def harmful(path: Path, weights: dict[str, Any]) -> None:
    import torch

    torch.save({**weights, "x": Program()}, path)


def harmful_and_old(path: Path, weights: dict[str, Any]) -> None:
    path.write_bytes(pickle.dumps({"x": Program()}, protocol=2))


def cut(path: Path, weights: dict[str, Any]) -> None:
    import torch

    torch.save(weights, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def saved(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path, dict[str, Any]], None]:
    def save(path: Path, weights: dict[str, Any]) -> None:
        import torch

        torch.save(change(dict(weights)), path)

    return save


BROKEN: dict[str, tuple[Any, str]] = {
    "code": (harmful, "holds more than weights"),
    "code, bare pickle": (harmful_and_old, "holds more than weights"),
    "half of it": (cut, "cut short"),
    "empty": (lambda path, weights: path.write_bytes(b""), "cut short"),
    "a text": (lambda path, weights: path.write_text("404: Not Found"), "cut short"),
    "a list": (saved(lambda weights: [1, 2]), "holds a list"),
    "another network": (saved(lambda weights: {"conv1.weight": weights["mask_decoder.iou_token.weight"]}), "no checkpoint of Segment"),
    "one tensor gone": (saved(lambda w: {k: v for k, v in w.items() if "not_a_point" not in k}), "not_a_point_embed"),
    "one tensor too many": (saved(lambda w: {**w, "more.weight": w["mask_decoder.iou_token.weight"]}), "more.weight"),
    "another shape": (saved(lambda w: {**w, "image_encoder.neck.2.weight": w["image_encoder.neck.0.weight"]}), "neck.2.weight"),
    "no tensor": (saved(lambda w: {**w, "image_encoder.pos_embed": "a"}), "no checkpoint of Segment"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_files_are_named_and_run_nothing(name: str, tmp_path: Path, weights: dict[str, Any]) -> None:
    write, said = BROKEN[name]
    path = tmp_path / "broken.pth"
    write(path, weights)
    with pytest.raises(BadInput, match=said) as caught:
        load_sam(path, "cpu")
    assert "broken.pth" in str(caught.value)
    assert caught.value.cure
    assert not Program.ran


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))


def test_without_weights_auto_says_what_to_get(shelf: Shelf) -> None:
    for name in ("auto", "starter"):
        with pytest.raises(MissingWeights) as caught:
            shelf.get("sam", name)
        for part in (
            "facebook/sam-vit-base",
            "sam_vit_b_01ec64.pth",
            str(shelf.models / "sam"),
            "segment.grab",
            "375 MB",
        ):
            assert part in str(caught.value)
    assert shelf.names("sam") == ["auto"]
    assert "facebook/sam-vit-base" in (shelf.problems("sam") or "")


def test_the_shelf_finds_a_pth_and_keeps_it(shelf: Shelf, weights: dict[str, Any]) -> None:
    import torch

    (shelf.models / "sam").mkdir(parents=True)
    torch.save(weights, shelf.models / "sam" / "tiny.pth")
    assert shelf.names("sam") == ["auto", "tiny.pth"]
    assert shelf.problems("sam") is None
    model = shelf.get("sam")
    model.mask(picture(), ONE, None)
    assert shelf.get("sam", "tiny") is model
    assert shelf.get("sam", str(shelf.models / "sam" / "tiny.pth")).encoded == 1
    shelf.close()
    assert not model.knows(picture())


def test_other_kinds_still_refuse_a_pth(shelf: Shelf, weights: dict[str, Any]) -> None:
    import torch

    torch.save(weights, shelf.models.parent / "tiny.pth")
    with pytest.raises(BadInput, match="pickled"):
        shelf.get("segment", str(shelf.models.parent / "tiny.pth"))
