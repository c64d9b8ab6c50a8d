"""Learned words (textual inversion, Gal et al. 2022): one or more vectors that stand in a prompt where their word stands. The tokenizer and the text
encoder stay as they are: the vectors are put in while a prompt is encoded (see diffusion/words.py)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import BadInput

from . import weights_only

SIDES = ("clip_l", "clip_g")
"""How the two text encoders of SD XL are called in such files, in the model's order."""
_numbers = itertools.count()


class Embedding:
    """A learned word. words: by which of them it can be called in a prompt. vectors: for each text encoder of a model, float (count, width).
    number: no other of this process has it."""

    def __init__(self, name: str, words: tuple[str, ...], vectors: tuple[Any, ...]) -> None:
        self.name, self.words, self.vectors, self.number = name, words, vectors, next(_numbers)

    def check_fits(self, encoders: list[Any]) -> None:
        """BadInput when it was learned with other text encoders."""
        its = [int(vectors.shape[1]) for vectors in self.vectors]
        wanted = [int(encoder.get_input_embeddings().weight.shape[1]) for encoder in encoders]
        if its != wanted:
            widths = " and ".join(map(str, its)), " and ".join(map(str, wanted))
            what = f"'{self.name}' was learned with another model: its vectors have {widths[0]} numbers, this model's words {widths[1]}"
            raise BadInput("embeddings", what, "use one that was made for the same family (SD 1.x, 2.x or XL)")

    def close(self) -> None:
        """Give the memory back."""
        self.vectors = ()


def load_embedding(path: Path, device: str = "auto") -> Embedding:
    """Read a learned word in the form of diffusers ({word: vectors}) or AUTOMATIC1111 (string_to_param, emb_params), of SD XL (clip_l, clip_g).

    BadInput when the file holds none, or holds code.
    """
    found = weights_only.opened(path)
    names = [path.stem]
    if not isinstance(found, Mapping):
        raise _none(path)
    if isinstance(found.get("string_to_param"), Mapping):
        names.append(str(found.get("name") or ""))
        vectors = list(found["string_to_param"].values())[:1]
    elif all(side in found for side in SIDES):
        vectors = [found[side] for side in SIDES]
    elif "emb_params" in found:
        vectors = [found["emb_params"]]
    else:
        vectors = list(found.values())
        names += [str(key) for key in found]
    if len(vectors) not in (1, len(SIDES)) or not all(_is_table(each) for each in vectors):
        raise _none(path)
    tables = tuple((each if each.ndim == 2 else each[None]).detach() for each in vectors)
    return Embedding(path.stem, tuple(dict.fromkeys(name for name in names if name.strip())), tables)


def _none(path: Path) -> BadInput:
    return BadInput("embeddings", f"'{path.name}' holds no learned word", "give a file of textual inversion")


def _is_table(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor) and value.ndim in (1, 2) and value.shape[0] > 0 and value.is_floating_point()
