"""Small weights of what looks at pictures, in the true formats: an ONNX tagger with its table, and transformers folders of BLIP, BLIP-2, CLIP, ViT and
ResNet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

TAGS: tuple[tuple[str, int], ...] = (
    ("general", 9), ("sensitive", 9), ("questionable", 9), ("explicit", 9),
    ("blue_theme", 0), ("green_theme", 0), ("red_theme", 0), ("^_^", 0), ("ball_(toy)", 0), ("miku_(blue)", 4), ("reimu_(red)", 4),
)  # fmt: skip
BLUE, GREEN, RED = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
STEEP = 0.2
"""By which a mean colour (0..255) above or below 127.5 is multiplied before the sigmoid."""
WEIGHTS: tuple[tuple[float, ...], ...] = (BLUE, GREEN, (0, 0, 0), (0, 0, 0), BLUE, GREEN, RED, GREEN, GREEN, BLUE, RED)
LABELS = ("tabby, tabby cat", "dog", "red car")
SIDE = 32
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] a red blue green picture of the".split()  # noqa: SIM905
BEGIN = len(WORDS)
"""What BLIP begins a sentence with: a number behind the tokenizer's last, as in the published ones."""


def tagger(
    folder: Path, side: int = 448, tags: Sequence[tuple[str, int]] = TAGS, layout: str = "NHWC", rows: int | None = None
) -> Path:
    """model.onnx and selected_tags.csv as the WD14 family has them: each tag's likelihood is a sigmoid over one mean colour (blue, green, red)."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir(parents=True, exist_ok=True)
    matrix = np.array(WEIGHTS[: rows or len(WEIGHTS)], np.float32).T * STEEP
    shape = ["batch_size", side, side, 3] if layout == "NHWC" else ["batch_size", 3, side, side]
    graph = helper.make_graph(
        [
            helper.make_node(
                "ReduceMean", ["input"], ["mean"], axes=[1, 2] if layout == "NHWC" else [2, 3], keepdims=0
            ),
            helper.make_node("Sub", ["mean", "middle"], ["centred"]),
            helper.make_node("MatMul", ["centred", "head"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["output"]),
        ],
        "tagger",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", matrix.shape[1]])],
        [numpy_helper.from_array(matrix, "head"), numpy_helper.from_array(np.float32([127.5]), "middle")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    table = [
        "tag_id,name,category,count",
        *(f"{900 + n},{name},{category},{9999 - n}" for n, (name, category) in enumerate(tags)),
    ]
    (folder / "selected_tags.csv").write_text("\n".join(table) + "\n")
    return folder / "model.onnx"


def _transformer(**more: Any) -> dict[str, Any]:
    return {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, **more}


def blip(folder: Path, steps: int = 0) -> Path:
    """BlipForConditionalGeneration; after some steps of training it tells a red, a green and a blue picture apart."""
    import torch
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

    torch.manual_seed(0)
    words = BertTokenizer(vocab={word: number for number, word in enumerate(WORDS)})
    text = _transformer(
        vocab_size=BEGIN + 1, encoder_hidden_size=32, bos_token_id=BEGIN, eos_token_id=3, sep_token_id=3, pad_token_id=0,
        max_position_embeddings=32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config = BlipConfig(text_config=text, vision_config=_transformer(image_size=SIDE, patch_size=8), projection_dim=16)
    model = BlipForConditionalGeneration(config)
    processor = BlipProcessor(BlipImageProcessor(size={"height": SIDE, "width": SIDE}), words)
    if steps:
        _train(model, processor, steps)
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def plain(colour: tuple[int, int, int], height: int = 40, width: int = 60) -> np.ndarray:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


COLOURS = {"red": (230, 20, 20), "green": (20, 200, 30), "blue": (20, 30, 230)}


def _train(model: Any, processor: Any, steps: int) -> None:
    import torch

    inputs = processor(
        images=[plain(colour) for colour in COLOURS.values()],
        text=[f"a {name} picture" for name in COLOURS],
        return_tensors="pt",
    )
    ids = inputs["input_ids"].clone()
    ids[:, 0] = BEGIN
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(steps):
        loss = model(pixel_values=inputs["pixel_values"], input_ids=ids, labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def blip2(folder: Path) -> Path:
    """Blip2ForConditionalGeneration with an OPT, random."""
    import torch
    from transformers import (
        Blip2Config,
        Blip2ForConditionalGeneration,
        Blip2Processor,
        BlipImageProcessor,
        GPT2Tokenizer,
        OPTConfig,
    )

    torch.manual_seed(0)
    letters = ["</s>", "<pad>", *"abcdefghijklmnopqrstuvwxyz?:QĠ"]
    words = GPT2Tokenizer(
        vocab={letter: number for number, letter in enumerate(letters)}, merges=[], unk_token="</s>", bos_token="</s>", eos_token="</s>",
        pad_token="<pad>",
    )  # fmt: skip
    processor = Blip2Processor(BlipImageProcessor(size={"height": SIDE, "width": SIDE}), words, num_query_tokens=4)
    image_token = words.convert_tokens_to_ids("<image>")
    text = OPTConfig(
        vocab_size=len(words), hidden_size=32, word_embed_proj_dim=32, ffn_dim=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64, bos_token_id=0, eos_token_id=0, pad_token_id=1,
    )  # fmt: skip
    config = Blip2Config(
        vision_config=_transformer(image_size=SIDE, patch_size=8),
        qformer_config=_transformer(encoder_hidden_size=32, vocab_size=32, cross_attention_frequency=1),
        text_config=text.to_dict(),
        num_query_tokens=4,
        image_token_index=image_token,
    )
    model = Blip2ForConditionalGeneration(config).eval()
    for tensor in model.parameters():
        torch.nn.init.normal_(tensor, std=0.4)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def clip(folder: Path) -> Path:
    """CLIPModel that sees the middle square of a picture, as the published ones."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor

    from tests.weights import tokenizer

    torch.manual_seed(0)
    words = tokenizer(folder.parent / f"{folder.name}-words")
    special = {
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    text = _transformer(vocab_size=len(words), max_position_embeddings=words.model_max_length, **special)
    model = CLIPModel(
        CLIPConfig(text_config=text, vision_config=_transformer(image_size=SIDE, patch_size=8), projection_dim=16)
    )
    for tensor in model.parameters():
        if tensor.ndim > 1:
            torch.nn.init.normal_(tensor, std=0.3)
    model.eval().save_pretrained(folder)
    crop = {"height": SIDE, "width": SIDE}
    CLIPProcessor(CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size=crop), words).save_pretrained(folder)
    return folder


def vit(folder: Path) -> Path:
    """ViTForImageClassification with three labels."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    torch.manual_seed(0)
    model = ViTForImageClassification(
        ViTConfig(**_transformer(image_size=SIDE, patch_size=8), id2label=dict(enumerate(LABELS)))
    )
    for tensor in model.parameters():
        if tensor.ndim > 1:
            torch.nn.init.normal_(tensor, std=0.3)
    model.eval().save_pretrained(folder)
    ViTImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def resnet(folder: Path) -> Path:
    """ResNetForImageClassification with three labels, and the preprocessing of microsoft/resnet-50, which cuts out a middle square."""
    import torch
    from transformers import ConvNextImageProcessor, ResNetConfig, ResNetForImageClassification

    torch.manual_seed(0)
    config = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", id2label=dict(enumerate(LABELS))
    )  # fmt: skip
    ResNetForImageClassification(config).eval().save_pretrained(folder)
    ConvNextImageProcessor(size={"shortest_edge": SIDE}, crop_pct=0.875).save_pretrained(folder)
    return folder


def as_published(folder: Path) -> Path:
    """A folder of BLIP or CLIP as its makers published it, years ago: preprocessor_config.json, the tokenizer's tables, and tensors that later code
    makes itself (positions) or takes from elsewhere (the decoder's last layer)."""
    import json

    import torch
    from safetensors.torch import load_file, save_file

    own = json.loads((folder / "processor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(
        json.dumps({**own["image_processor"], "processor_class": own["processor_class"]})
    )
    table = json.loads((folder / "tokenizer.json").read_text())["model"]
    words = table["vocab"]
    if table["type"] == "WordPiece":
        (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in sorted(words, key=words.__getitem__)))
    else:
        merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in table["merges"]]
        (folder / "vocab.json").write_text(json.dumps(words))
        (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    for name in ("processor_config.json", "tokenizer.json", "generation_config.json"):
        (folder / name).unlink(missing_ok=True)
    tensors = load_file(folder / "model.safetensors")
    if "text_decoder.cls.predictions.bias" in tensors:
        tensors["text_decoder.bert.embeddings.position_ids"] = torch.arange(32)[None]
        tensors["text_decoder.cls.predictions.decoder.bias"] = tensors["text_decoder.cls.predictions.bias"].clone()
    else:
        tensors["text_model.embeddings.position_ids"] = torch.arange(16)[None]
        tensors["vision_model.embeddings.position_ids"] = torch.arange(17)[None]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def all_of(folder: Path) -> dict[str, Path]:
    """One folder of each family, by its name; BLIP is trained to tell three colours."""
    made = {
        name: make(folder / name) for name, make in {"blip2": blip2, "clip": clip, "vit": vit, "resnet": resnet}.items()
    }
    return {"blip": blip(folder / "blip", steps=80), **made}


def noise(height: int = 40, width: int = 60, seed: int = 0) -> np.ndarray:
    """A picture of random pixels."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def copy(folder: Path, to: Path) -> Path:
    """A copy of a folder that a test may spoil."""
    import shutil

    return Path(shutil.copytree(folder, to / "copy"))
