"""The starter parser's vocabulary: a tiny SentencePiece-style BPE that llama.cpp reads as tokenizer model "llama".

Two choices serve copying. A space is always a piece of its own, so a word is cut the same way in the sentence and in the answer. Pieces hold letters only,
so commas and capitals never change how a word is cut. The JSON around the answers is made of whole pieces, shorter than 32 bytes, for llama-cpp-python's
detokenizer loses longer ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SPACE = "\u2581"
SPECIAL = ("<unk>", "<s>", "</s>", "<|answer|>")
UNKNOWN, BOS, EOS, ANSWER = range(4)
BYTES = len(SPECIAL)  # ids 4..259 are the byte pieces
ACTIONS = ("replace", "recolor", "remove", "background", "other")
SCAFFOLD = (
    '{"action":"', '","target":"', '","where":"', '","replacement":"', '","color":"', '","style":"', '","place":"', '"}',
)  # fmt: skip
CHUNK = re.compile(r"[A-Za-z]+|.", re.DOTALL)


def chunks(text: str) -> list[str]:
    """The parts of a text that are cut into pieces independently."""
    return CHUNK.findall(text.replace(" ", SPACE))


def learn_merges(texts: Iterable[str], merges: int) -> list[str]:
    """Byte-pair pieces in the order in which they were merged (Sennrich et al., 2016)."""
    seen = Counter(chunk for text in texts for chunk in chunks(text) if len(chunk) > 1)
    counts = dict(seen.most_common(5000))  # the long tail changes no merge and costs minutes
    parts = {word: list(word) for word in counts}
    pieces: list[str] = []
    while len(pieces) < merges:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, split in parts.items():
            for pair in pairwise(split):
                pairs[pair] += counts[word]
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        pieces.append("".join(best))
        for word, split in parts.items():
            if pieces[-1] in word:
                parts[word] = _merge(split, best)
    return list(dict.fromkeys(pieces))


def _merge(split: list[str], pair: tuple[str, str]) -> list[str]:
    out: list[str] = []
    for piece in split:
        if out and (out[-1], piece) == pair:
            out[-1] += piece
        else:
            out.append(piece)
    return out


@dataclass
class Vocabulary:
    """Pieces with their scores; the higher score is merged first."""

    pieces: list[str]
    scores: list[float]
    ids: dict[str, int] = field(init=False)
    _known: dict[str, list[int]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.ids = {piece: index for index, piece in enumerate(self.pieces)}

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> Vocabulary:
        """A vocabulary of `size` pieces: specials, bytes, JSON, printable ASCII, then merges."""
        fixed = [*SPECIAL, *(f"<0x{value:02X}>" for value in range(256)), *SCAFFOLD]
        letters = [chr(code) for code in range(33, 127)] + [SPACE]
        room = size - len(fixed) - len(letters) - len(ACTIONS)
        merged = [piece for piece in learn_merges(texts, room + len(ACTIONS)) if piece not in ACTIONS][:room]
        # Actions are reached by generation only: their low score keeps sentences from being cut through them out of order.
        pieces = [*fixed, *letters, *merged, *ACTIONS]
        start = len(fixed) + len(letters)
        return cls(
            pieces,
            [0.0] * len(fixed) + [-1e4] * len(letters) + [float(start - index) for index in range(start, len(pieces))],
        )

    def encode(self, text: str) -> list[int]:
        """Piece ids of a sentence, cut as llama.cpp cuts it."""
        out: list[int] = []
        for chunk in chunks(text):
            if chunk not in self._known:
                if len(self._known) > 200_000:
                    self._known.clear()
                self._known[chunk] = self._cut(chunk)
            out += self._known[chunk]
        return out

    def _cut(self, chunk: str) -> list[int]:
        split = list(chunk)
        while len(split) > 1:
            pairs = [left + right for left, right in pairwise(split)]
            best = max(
                range(len(pairs)),
                key=lambda at: self.scores[self.ids[pairs[at]]] if pairs[at] in self.ids else float("-inf"),
            )
            if pairs[best] not in self.ids:
                break
            split[best : best + 2] = [pairs[best]]
        return [
            token
            for piece in split
            for token in ([self.ids[piece]] if piece in self.ids else [BYTES + byte for byte in piece.encode()])
        ]

    def encode_answer(self, action: str, values: Sequence[tuple[str, str]]) -> list[int]:
        """Piece ids of the compact JSON answer, end of text included."""
        out = [self.ids['{"action":"'], self.ids[action]]
        for name, value in values:
            out += [self.ids[f'","{name}":"'], *self.encode(value)]
        return [*out, self.ids['"}'], EOS]
