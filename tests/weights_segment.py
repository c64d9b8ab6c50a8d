"""Small weights of what divides pictures, in the true formats: transformers folders of Grounding DINO, Mask2Former, MaskFormer, OneFormer and EoMT, a
checkpoint of Segment Anything, and ONNX networks that cut out backgrounds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

NAMES = ("background", "car", "dog", "traffic light")
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] . a an red blue car dog cat tree the with and collar big small".split()  # noqa: SIM905
STAGES = ["stage1", "stage2", "stage3", "stage4"]
SIDE = 64


def _swin(out: Sequence[str] = STAGES, **more: Any) -> Any:
    from transformers import SwinConfig

    return SwinConfig(
        image_size=SIDE, embed_dim=8, depths=[1] * 4, num_heads=[1, 1, 2, 2], window_size=2, out_features=list(out), **more
    )  # fmt: skip


def grounding(folder: Path, seed: int = 0) -> Path:
    """GroundingDinoForObjectDetection of random numbers, whose boxes have scores on both sides of a half."""
    import torch
    from transformers import (
        BertTokenizer,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessor,
        GroundingDinoProcessor,
    )

    torch.manual_seed(seed)
    words = BertTokenizer(vocab={word: number for number, word in enumerate(WORDS)})
    text = {
        "model_type": "bert", "vocab_size": len(WORDS), "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "max_position_embeddings": 64,
    }  # fmt: skip
    config = GroundingDinoConfig(
        backbone_config=_swin(STAGES[1:]), text_config=text, d_model=32, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, encoder_attention_heads=2, decoder_attention_heads=2, num_queries=12, max_text_len=24, num_feature_levels=4,
        encoder_n_points=2, decoder_n_points=2,
    )  # fmt: skip
    model = GroundingDinoForObjectDetection(config).eval()
    for name, tensor in model.named_parameters():
        if tensor.ndim > 1 and "sampling_offsets" not in name:
            torch.nn.init.normal_(tensor, std=0.25)
    model.save_pretrained(folder)
    small = {"shortest_edge": 2 * SIDE, "longest_edge": 3 * SIDE}
    GroundingDinoProcessor(GroundingDinoImageProcessor(size=small), words).save_pretrained(folder)
    return folder


def _lively(model: Any) -> Any:
    """Random weights that answer differently for each query, with some certainty."""
    import torch

    for name, tensor in model.named_parameters():
        if "class_predictor" in name or "queries" in name or "query" in name:
            torch.nn.init.normal_(tensor, std=1.5)
        elif tensor.ndim > 1 and ("mask_embed" in name or "mask_features" in name or "mask_projection" in name):
            torch.nn.init.normal_(tensor, std=0.5)
    return model.eval()


def mask2former(folder: Path) -> Path:
    import torch
    from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, Mask2FormerImageProcessor

    torch.manual_seed(0)
    config = Mask2FormerConfig(
        backbone_config=_swin(), hidden_dim=32, feature_size=32, mask_feature_size=32, encoder_layers=1, decoder_layers=2,
        num_attention_heads=2, num_queries=8, encoder_feedforward_dim=16, dim_feedforward=16, id2label=dict(enumerate(NAMES)),
    )  # fmt: skip
    _lively(Mask2FormerForUniversalSegmentation(config)).save_pretrained(folder)
    Mask2FormerImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def maskformer(folder: Path) -> Path:
    import torch
    from transformers import (
        DetrConfig,
        MaskFormerConfig,
        MaskFormerForInstanceSegmentation,
        MaskFormerImageProcessor,
        MaskFormerSwinConfig,
    )

    torch.manual_seed(0)
    backbone = MaskFormerSwinConfig(
        image_size=SIDE, embed_dim=8, depths=[1] * 4, num_heads=[1, 1, 2, 2], window_size=2, out_features=STAGES
    )
    decoder = DetrConfig(
        d_model=32, decoder_layers=2, decoder_attention_heads=2, decoder_ffn_dim=16, num_queries=8, encoder_layers=1,
        encoder_attention_heads=2, encoder_ffn_dim=16,
    )  # fmt: skip
    config = MaskFormerConfig(
        backbone_config=backbone,
        decoder_config=decoder,
        fpn_feature_size=32,
        mask_feature_size=32,
        id2label=dict(enumerate(NAMES)),
    )
    _lively(MaskFormerForInstanceSegmentation(config)).save_pretrained(folder)
    MaskFormerImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def oneformer(folder: Path) -> Path:
    """With preprocessor_config.json as the published ones have it: the names of the classes stand in it, and are said to lie on the hub."""
    import torch
    from transformers import CLIPTokenizer, OneFormerConfig, OneFormerForUniversalSegmentation, OneFormerImageProcessor

    from tests.weights import tokenizer

    torch.manual_seed(0)
    words: CLIPTokenizer = tokenizer(folder.parent / f"{folder.name}-words")
    config = OneFormerConfig(
        backbone_config=_swin(), hidden_dim=32, conv_dim=32, mask_dim=32, num_queries=8, encoder_layers=1, decoder_layers=2,
        num_attention_heads=2, encoder_feedforward_dim=16, dim_feedforward=16, query_dec_layers=1, text_encoder_width=32,
        text_encoder_vocab_size=len(words), text_encoder_context_length=words.model_max_length, task_seq_len=32,
        text_encoder_num_layers=1, id2label=dict(enumerate(NAMES)),
    )  # fmt: skip
    _lively(OneFormerForUniversalSegmentation(config)).save_pretrained(folder)
    words.save_pretrained(folder)
    OneFormerImageProcessor(size={"height": SIDE, "width": SIDE}, repo_path=None).save_pretrained(folder)
    file = folder / "preprocessor_config.json"
    numbered = {str(number): name for number, name in enumerate(NAMES)}
    file.write_text(
        json.dumps(
            json.loads(file.read_text())
            | {"class_info_file": "coco_panoptic.json", "repo_path": "shi-labs/oneformer_demo", "image_processor_type": "OneFormerImageProcessor"}
            | {"metadata": {**numbered, "class_names": list(NAMES), "thing_ids": [1, 2, 3]}, "num_text": 4}
        )
    )  # fmt: skip
    return folder


def eomt(folder: Path) -> Path:
    import torch
    from transformers import EomtConfig, EomtForUniversalSegmentation, EomtImageProcessor

    torch.manual_seed(0)
    config = EomtConfig(
        hidden_size=32, num_hidden_layers=3, num_attention_heads=2, image_size=SIDE, patch_size=8, num_blocks=1, num_queries=8,
        num_upscale_blocks=1, num_register_tokens=2, id2label=dict(enumerate(NAMES)),
    )  # fmt: skip
    _lively(EomtForUniversalSegmentation(config)).save_pretrained(folder)
    size = {"shortest_edge": SIDE, "longest_edge": SIDE}
    EomtImageProcessor(size=size, do_split_image=False, do_pad=True).save_pretrained(folder)
    return folder


def sam(folder: Path) -> Path:
    """A checkpoint under the published names, with random numbers that outline several places of `blocks`."""
    import torch

    from tests.models.test_sam import small_sam

    model = small_sam()
    torch.manual_seed(0)
    for tensor in model.parameters():
        torch.nn.init.normal_(tensor, std=0.3)
    for part in model.modules():
        if "Norm" in type(part).__name__:
            torch.nn.init.ones_(part.weight)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), folder / "sam.pth")
    return folder / "sam.pth"


def blocks(scale: int = 1) -> np.ndarray:
    """A picture of four blocks of colour, 128 × 96 pixels times the scale."""
    image = np.full((96, 128, 3), (30, 120, 200), np.uint8)
    for rows, columns, colour in (
        (slice(10, 50), slice(10, 60), (220, 40, 30)),
        (slice(40, 90), slice(70, 120), (240, 220, 40)),
        (slice(60, 90), slice(10, 50), (250, 250, 250)),
    ):
        image[rows, columns] = colour
    return np.kron(image, np.ones((scale, scale, 1), np.uint8))


def matting(
    file: Path,
    side: int | str = 32,
    outputs: int = 1,
    ends: str = "sigmoid",
    half: bool = False,
    channels: int = 3,
    gain: float = 6.0,
) -> Path:
    """An ONNX network with the input and output of the published ones, which takes for subject what is more red than blue.

    side: a text leaves it open. outputs: U²-Net gives seven maps. ends: "sigmoid", or "logits" as some exports of BiRefNet do.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    weight = np.zeros((1, channels, 1, 1), np.float16 if half else np.float32)
    weight[0, 0], weight[0, -1] = gain, -gain
    names = [f"output_{n}" for n in range(outputs)]
    steps = [helper.make_node("Conv", ["input", "weight"], ["logits"])]
    last = "Sigmoid" if ends == "sigmoid" else "Identity"
    steps += [helper.make_node(last, ["logits"], [name]) for name in names]
    graph = helper.make_graph(
        steps,
        "matting",
        [helper.make_tensor_value_info("input", kind, ["batch", channels, side, side])],
        [helper.make_tensor_value_info(name, kind, ["batch", 1, side, side]) for name in names],
        [numpy_helper.from_array(weight, "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(model.SerializeToString())
    return file


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A picture of random pixels."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def subject(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a red disc with soft rim and hairs on blue, and its true alpha, float32 (H, W) 0..1."""
    import cv2

    y, x = np.mgrid[:height, :width].astype(np.float32) + 0.5
    reach, middle = 0.3 * min(height, width), (width / 2, height / 2)
    turn = np.arctan2(y - middle[1], x - middle[0])
    alpha = np.clip(reach * (1 + 0.04 * np.sin(9 * turn)) - np.hypot(x - middle[0], y - middle[1]) + 0.5, 0, 1)
    for angle in np.linspace(0, 2 * np.pi, 30, endpoint=False):
        ends = [
            (int(middle[0] + r * reach * np.cos(angle)), int(middle[1] + r * reach * np.sin(angle)))
            for r in (0.9, 1.15)
        ]
        hair = cv2.line(np.zeros((height, width), np.uint8), *ends, 255, 2, cv2.LINE_AA)
        alpha = np.maximum(alpha, hair / np.float32(255))
    front = np.stack([200 + 20 * np.sin(x / 40), 60 + 10 * np.cos(y / 30), 40 + 0 * x], -1)
    behind = np.stack([60 + 0 * x, 120 + 30 * np.sin(y / 50), 190 + 20 * np.cos(x / 60)], -1)
    mixed = alpha[..., None] * front + (1 - alpha[..., None]) * behind
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8), alpha.astype(np.float32)
