"""Weighted words: `(word)` counts 1.1 times, `[word]` 1/1.1 times, `(two words:1.3)` 1.3 times; brackets nest, and a backslash makes one an ordinary
letter. This is the notation of AUTOMATIC1111's stable-diffusion-webui, in which most prompts that people share are written; so its rule is followed:
each token's output of the text encoder is multiplied by its weight, and the whole brought back to its former mean.

A text encoder reads a fixed number of tokens (77 with start and end for CLIP). A longer prompt is read in pieces, whose outputs are laid side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

UP, DOWN = 1.1, 1 / 1.1
_PIECES = re.compile(r"\\[()\[\]\\]|\(|\[|:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)|\)|\]|[^\\()\[\]:]+|[\\:]")

Part = tuple[str, float]
"""Words and their weight."""


def parse(prompt: str) -> list[Part]:
    """The prompt in parts of one weight each, in order: 'a (red:1.3) car' → [('a ', 1.0), ('red', 1.3), (' car', 1.0)].

    A bracket that is not closed weighs until the end; one that was not opened is a letter.
    """
    parts: list[list[Any]] = []
    opened: list[tuple[str, int]] = []

    def weigh(start: int, factor: float) -> None:
        for part in parts[start:]:
            part[1] *= factor

    for match in _PIECES.finditer(prompt):
        piece = match.group()
        inner = opened[-1][0] if opened else ""
        if piece in "([":
            opened.append((piece, len(parts)))
        elif match[1] is not None and inner == "(":
            weigh(opened.pop()[1], float(match[1]))
        elif piece == ")" and inner == "(":
            weigh(opened.pop()[1], UP)
        elif piece == "]" and inner == "[":
            weigh(opened.pop()[1], DOWN)
        else:
            parts.append([piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece, 1.0])
    for bracket, start in opened:
        weigh(start, UP if bracket == "(" else DOWN)
    joined: list[Part] = []
    for text, weight in parts:
        if joined and joined[-1][1] == weight:
            joined[-1] = joined[-1][0] + text, weight
        else:
            joined.append((text, weight))
    return joined


@dataclass
class Piece:
    """What a text encoder reads at once, without start and end. ids: one number a token; weights: one a token; vectors: place → a learned
    embedding, float tensor (width,), that stands there in place of the id's own."""

    ids: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    vectors: dict[int, Any] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is weighted."""
        return all(weight == 1.0 for weight in self.weights)


Learned = Callable[[str], Iterator[tuple[str, Sequence[Any]]]]
"""Splits a text at learned words: (text before, vectors of the word or ())."""


def pieces(prompt: str, ids_of: Callable[[str], list[int]], room: int, learned: Learned | None = None) -> list[Piece]:
    """The prompt as the encoder reads it: at least one piece, each of at most ``room`` tokens. A learned word is never torn."""
    made = [Piece()]
    for text, weight in parse(prompt):
        for before, vectors in learned(text) if learned else [(text, ())]:
            for number in ids_of(before):
                _append(made, room, 1).ids.append(number)
                made[-1].weights.append(weight)
            piece = _append(made, room, len(vectors)) if len(vectors) else None
            for vector in vectors:
                assert piece is not None
                if len(piece.ids) == room:  # a word of more vectors than the encoder reads at once
                    piece = _append(made, room, 1)
                piece.vectors[len(piece.ids)] = vector
                piece.ids.append(0)
                piece.weights.append(weight)
    return made


def _append(made: list[Piece], room: int, count: int) -> Piece:
    if len(made[-1].ids) + count > room and made[-1].ids:
        made.append(Piece())
    return made[-1]


def weighted(outputs: Any, weights: Any) -> Any:
    """Encoder outputs (1, tokens, width) with each token times its weight (tokens,), the mean as before."""
    before = outputs.mean()
    changed = outputs * weights[None, :, None].to(outputs)
    after = changed.mean()
    return changed if float(after.abs()) < 1e-6 else changed * (before / after)
