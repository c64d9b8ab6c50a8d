"""The captioner: transformers' BLIP with a small vision transformer, a small decoder of text, and a tokenizer of its own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

from train.captioner.words import SPECIAL, vocabulary
from train.scenes import COLOURS, KINDS

SIDE, PATCH, WIDTH, HEADS = 96, 12, 128, 4
CELLS = SIDE // PATCH
LENGTH = 48
"""Pieces of words, at most."""
MEAN, DEVIATION = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)


def make_processor() -> BlipProcessor:
    """The preprocessing of pictures and words."""
    words = BertTokenizer(vocab={word: number for number, word in enumerate(vocabulary())}, model_max_length=LENGTH)
    side = {"height": SIDE, "width": SIDE}
    return BlipProcessor(BlipImageProcessor(size=side, image_mean=list(MEAN), image_std=list(DEVIATION)), words)


def make_model() -> BlipForConditionalGeneration:
    """A new BlipForConditionalGeneration of 1.1 M parameters."""
    begin = len(vocabulary())  # a number behind the tokenizer's last, as in the published ones
    shared: dict[str, Any] = {"hidden_size": WIDTH, "num_attention_heads": HEADS}
    text = shared | {
        "vocab_size": begin + 1, "encoder_hidden_size": WIDTH, "intermediate_size": WIDTH, "num_hidden_layers": 2, "bos_token_id": begin,
        "eos_token_id": SPECIAL.index("[SEP]"), "sep_token_id": SPECIAL.index("[SEP]"), "pad_token_id": 0, "max_position_embeddings": LENGTH,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    vision = shared | {
        "image_size": SIDE, "patch_size": PATCH, "intermediate_size": 240, "num_hidden_layers": 5, "initializer_range": 0.02,
    }  # fmt: skip
    model = BlipForConditionalGeneration(BlipConfig(text_config=text, vision_config=vision, projection_dim=16))
    nn.init.normal_(model.vision_model.embeddings.class_embedding, std=0.02)
    return model


def begin(vision: Any, pictures: Tensor) -> None:
    """A start from which little data is enough: patches by their principal components, places by sines, and attention to what is alike (Trockman and
    Kolter 2023). pictures: uint8 (N, S, S, 3), from which the components are taken.
    """
    embed = vision.embeddings
    scaled = nn.functional.interpolate(normalised(pictures), (SIDE, SIDE), mode="area")
    patches = nn.functional.unfold(scaled, PATCH, stride=PATCH).transpose(1, 2).flatten(0, 1)
    middle = patches.mean(0)
    spread, axes = torch.linalg.eigh((patches - middle).T @ (patches - middle) / len(patches))
    best = axes[:, -WIDTH:].T / (spread[-WIDTH:, None].sqrt() + 0.05)
    at = torch.arange(CELLS)[:, None] * (torch.pi / CELLS) * torch.arange(1, WIDTH // 4 + 1) / 4
    line = torch.cat([at.sin(), at.cos()], 1)
    grid = torch.cat([line[:, None].expand(-1, CELLS, -1), line[None].expand(CELLS, -1, -1)], 2)
    with torch.no_grad():
        mixed = nn.init.orthogonal_(torch.empty(WIDTH, WIDTH)) @ best
        embed.patch_embedding.weight.copy_(0.5 * mixed.view_as(embed.patch_embedding.weight))
        embed.patch_embedding.bias.copy_(-0.5 * mixed @ middle)
        embed.position_embedding.zero_()
        embed.position_embedding[0, 1:] = 0.5 * grid.flatten(0, 1)
        for layer in vision.encoder.layers:
            asked = layer.self_attn.qkv.weight
            asked[:WIDTH].normal_(0, 0.06)
            asked[WIDTH : 2 * WIDTH] = asked[:WIDTH]


class Student(nn.Module):
    """The model under training, with two answers for each patch that it does not need later: what covers it, and in which colour."""

    def __init__(self) -> None:
        super().__init__()
        self.blip = make_model()
        self.kind, self.colour = nn.Linear(WIDTH, 1 + len(KINDS)), nn.Linear(WIDTH, 1 + len(COLOURS))

    def forward(self, pictures: Tensor, words: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the next pieces (N, L, V), of the kinds (N, P, 17) and of the colours (N, P, 12)."""
        seen = self.blip.vision_model(pixel_values=pictures).last_hidden_state
        told = self.blip.text_decoder(
            input_ids=words, attention_mask=(words != 0).long(), encoder_hidden_states=seen, use_cache=False
        )
        return told.logits, self.kind(seen[:, 1:]), self.colour(seen[:, 1:])


def normalised(pictures: Tensor) -> Tensor:
    """uint8 (N, S, S, 3) as the model takes it, float32 (N, 3, S, S)."""
    scaled = pictures.permute(0, 3, 1, 2).float() / 255
    return (scaled - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]
