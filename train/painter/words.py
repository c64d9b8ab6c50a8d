"""The painter's words: a CLIP tokenizer with a small vocabulary of its own, and a small CLIP text model.

Every word of the captions becomes one token; any other word falls to shorter pieces, down to single bytes, so nothing
is ever unknown.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path

import torch
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from train.scenes.backgrounds import ON_PLACE
from train.scenes.palette import COLOURS, SYNONYMS

LENGTH = 24  # tokens of a caption, with start and end
WIDTH = 128
START, END = "<|startoftext|>", "<|endoftext|>"
COMMON = (
    "a an the it its with of and to by for from at in on under over beside behind photo picture image drawing "
    "scene empty nothing small big large little old new light dark bright colour color grey car bike standing "
    "there here this that one two"
)


def _byte_letters() -> list[str]:
    """The 256 printable characters by which byte-pair vocabularies write bytes (GPT-2's table), in byte order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, spare = [], 256
    for byte in range(256):
        letters.append(chr(byte) if byte in printable else chr(spare))
        spare += byte not in printable
    return letters


def known_words() -> list[str]:
    """The words that become one token each."""
    text = [*COLOURS, *(name for names in SYNONYMS.values() for name in names), *ON_PLACE.values(), COMMON]
    return sorted(set(" ".join(text).split()))


def _merges(words: list[str]) -> list[tuple[str, str]]:
    """Byte-pair merges (Sennrich et al., 2016), most frequent first, until every word is one piece."""
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges: list[tuple[str, str]] = []
    while counts := Counter(pair for p in pieces.values() for pair in itertools.pairwise(p)):
        best = max(sorted(counts), key=lambda pair: counts[pair])
        merges.append(best)
        for parts in pieces.values():
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == best:
                    parts[i : i + 2] = [best[0] + best[1]]
                i += 1
    return merges


def make_tokenizer(folder: Path) -> CLIPTokenizer:
    """Write the painter's tokenizer and load it."""
    return write_tokenizer(folder, known_words(), LENGTH)


def write_tokenizer(folder: Path, words: list[str], length: int) -> CLIPTokenizer:
    """Write a tokenizer's files (also vocab.json and merges.txt, which older readers want) and load it.

    words: sorted; each becomes one token. length: tokens of a text, with start and end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    letters, merges = _byte_letters(), _merges(words)
    tokens = dict.fromkeys(
        [*letters, *(letter + "</w>" for letter in letters), *(a + b for a, b in merges), START, END]
    )
    vocabulary = {token: number for number, token in enumerate(tokens)}
    special = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": length,
        "do_lower_case": True,
        "errors": "replace",
    }
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps(settings | special | {"add_prefix_space": False}, indent=1)
    )
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=1))
    return CLIPTokenizer.from_pretrained(folder)


def make_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """An untrained text model for the tokenizer."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=LENGTH,
            projection_dim=WIDTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


class Encoder:
    """Captions to hidden states; every distinct caption is tokenized once and encoded once a batch."""

    def __init__(self, tokenizer: CLIPTokenizer, model: CLIPTextModel) -> None:
        self.tokenizer, self.model, self.length = tokenizer, model, model.config.max_position_embeddings
        self.ids: dict[str, list[int]] = {}

    def __call__(self, captions: list[str]) -> Tensor:
        """float32 (N, tokens, WIDTH)."""
        for caption in set(captions) - self.ids.keys():
            filled = self.tokenizer(caption, padding="max_length", max_length=self.length, truncation=True)
            self.ids[caption] = filled["input_ids"]
        distinct = sorted(set(captions))
        states = self.model(torch.tensor([self.ids[c] for c in distinct]))[0]
        place = {caption: i for i, caption in enumerate(distinct)}
        return states[[place[c] for c in captions]]
