"""Words become numbers once: what the text encoders make of a prompt is kept, so that another seed costs no encoding."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .. import weighting
from ..weighting import Piece

KEPT = 64
"""Encoded texts that are kept; one of SD XL takes 0.6 MB."""
MOST = 10
"""Pieces of a prompt that are read (750 tokens for CLIP); more would fill the memory with words."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """What a UNet is given for a text. outputs: (1, tokens, width). pooled: (1, width) for SD XL, else None."""

    outputs: Any
    pooled: Any = None


class Words:
    """The text encoders of one model. encoded: how often one has worked."""

    def __init__(self, parts: dict[str, Any]) -> None:
        names = [("tokenizer", "text_encoder"), ("tokenizer_2", "text_encoder_2")]
        self._pairs = [(parts[t], parts[e]) for t, e in names if parts.get(t) is not None and parts.get(e) is not None]
        self._is_xl = "text_encoder_2" in parts
        self._kept: OrderedDict[Hashable, Encoded] = OrderedDict()
        self.encoded = 0

    @property
    def encoders(self) -> list[Any]:
        """The text encoders, in the order in which their outputs are laid side by side."""
        return [encoder for _, encoder in self._pairs]

    def room(self, pair: int = 0) -> int:
        """Tokens that an encoder reads at once, without start and end."""
        tokenizer, encoder = self._pairs[pair]
        return int(min(tokenizer.model_max_length, encoder.config.max_position_embeddings)) - 2

    def count(self, prompt: str, embeddings: Sequence[Any] = ()) -> int:
        """In how many pieces a prompt is read."""
        return min(MOST, len(self._pieces(0, prompt, embeddings)))

    def left_out(self, prompt: str) -> str:
        """The end of a prompt that is not read because it is too long; "" when all of it is."""
        rest = [number for piece in self._pieces(0, prompt, ())[MOST:] for number in piece.ids]
        return str(self._pairs[0][0].decode(rest)).strip() if rest else ""

    def encode(self, prompt: str, count: int, embeddings: Sequence[Any] = (), state: Hashable = ()) -> Encoded:
        """A prompt in ``count`` pieces, empty ones behind. state: what else changes the encoders now (LoRAs)."""
        key = prompt, count, tuple(each.number for each in embeddings), state
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._encode(prompt, count, embeddings)
        self._kept[key] = made
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    def forget(self) -> None:
        """Encode all anew from now on."""
        self._kept.clear()

    def _pieces(self, pair: int, prompt: str, embeddings: Sequence[Any]) -> list[Piece]:
        tokenizer = self._pairs[pair][0]

        def ids_of(text: str) -> list[int]:
            return list(tokenizer(text, add_special_tokens=False, truncation=False).input_ids) if text.strip() else []

        def learned(text: str) -> Iterator[tuple[str, Sequence[Any]]]:
            return split_at_learned(text, embeddings, pair)

        return weighting.pieces(prompt, ids_of, self.room(pair), learned if embeddings else None)

    def _encode(self, prompt: str, count: int, embeddings: Sequence[Any]) -> Encoded:
        import torch

        sides, pooled = [], None
        for pair, (tokenizer, encoder) in enumerate(self._pairs):
            pieces = self._pieces(pair, prompt, embeddings)[:count]
            pieces += [Piece() for _ in range(count - len(pieces))]
            outputs = []
            for piece in pieces:
                output, summary = self._read(tokenizer, encoder, piece)
                outputs.append(output)
                if len(outputs) == 1 and summary is not None:
                    pooled = summary
            sides.append(torch.cat(outputs, dim=1))
        return Encoded(sides[0] if len(sides) == 1 else torch.cat(sides, dim=-1), pooled)

    def _read(self, tokenizer: Any, encoder: Any, piece: Piece) -> tuple[Any, Any]:
        """(outputs (1, tokens, width), summary of the whole or None) of one piece."""
        import torch

        self.encoded += 1
        room = self.room() if len(self._pairs) == 1 else self.room(self._pairs.index((tokenizer, encoder)))
        end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
        spare = room - len(piece.ids)
        ids = [tokenizer.bos_token_id, *piece.ids, end, *[end if pad is None else pad] * spare]
        device = encoder.device
        mask = None
        if getattr(encoder.config, "use_attention_mask", False):
            mask = torch.tensor([[1] * (len(piece.ids) + 2) + [0] * spare], device=device)
        with _learned(encoder, {place + 1: vector for place, vector in piece.vectors.items()}):
            made = encoder(torch.tensor([ids], device=device), attention_mask=mask, output_hidden_states=self._is_xl)
        outputs = made.hidden_states[-2] if self._is_xl else made[0]
        if not piece.is_plain:
            weights = [1.0, *piece.weights, 1.0, *[1.0] * spare]
            outputs = weighting.weighted(outputs, torch.tensor(weights, device=device))
        return outputs, made[0] if self._is_xl and made[0].ndim == 2 else None


@contextmanager
def _learned(encoder: Any, vectors: dict[int, Any]) -> Iterator[None]:
    """While inside, these places of a text have learned vectors in place of their tokens' own; the encoder's weights stay as they are."""
    if not vectors:
        yield
        return

    def put(module: Any, given: Any, output: Any) -> Any:
        output = output.clone()
        for place, vector in vectors.items():
            output[0, place] = vector.to(output)
        return output

    handle = encoder.get_input_embeddings().register_forward_hook(put)
    try:
        yield
    finally:
        handle.remove()


def split_at_learned(text: str, embeddings: Sequence[Any], pair: int) -> Iterator[tuple[str, Sequence[Any]]]:
    """The text in turns of ordinary words and a learned word's vectors for one encoder; the longest word wins where several fit."""
    import re

    by_word = {word.lower(): each for each in embeddings for word in each.words}
    if not by_word:
        yield text, ()
        return
    longest_first = sorted(by_word, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)
    start = 0
    for match in pattern.finditer(text):
        yield text[start : match.start()], by_word[match.group().lower()].vectors[pair]
        start = match.end()
    yield text[start:], ()
