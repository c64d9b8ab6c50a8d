"""Which words of two prompts belong together: the part of Prompt-to-Prompt (Hertz et al. 2022) that needs no model, only the tokenizer's pieces.

An edit is told to the attention as a matrix and a vector over the places of the text (77 for CLIP): ``take`` (L, L), how much of the map of each place of the
source goes to each place of the target, and ``share`` (L,), how much of the target's map is taken from there at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph import BadInput, did_you_mean

How = Literal["auto", "swap", "refine"]


@dataclass(frozen=True)
class Word:
    """A word of a prompt, and its places among the tokens (0 is the sign for the beginning)."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """A prompt as a model reads it. ids: of all tokens with the signs for beginning and end. words: in order. length: places that the model has."""

    ids: tuple[int, ...]
    words: tuple[Word, ...]
    length: int

    def places(self, phrase: str, socket: str) -> tuple[int, ...]:
        """Where the words of a phrase stand, each time that the whole phrase does; BadInput where it is not there."""
        asked = phrase.lower().split()
        texts = [word.text for word in self.words]
        found = [
            place
            for start in range(len(texts) - len(asked) + 1 if asked else 0)
            if texts[start : start + len(asked)] == asked
            for word in self.words[start : start + len(asked)]
            for place in word.places
        ]
        if not found:
            cure = did_you_mean(phrase.lower(), texts, f"the words are {', '.join(texts) or 'none'}")
            raise BadInput(socket, f"'{phrase[:60]}' is not in the prompt", cure)
        return tuple(dict.fromkeys(found))


def read(tokenizer: Any, prompt: str) -> Reading:
    """Take a prompt to pieces as CLIP's tokenizer does; what is beyond its length is not read."""
    length = int(tokenizer.model_max_length)
    ids = [int(token) for token in tokenizer(prompt, truncation=True, max_length=length).input_ids]
    if tokenizer.eos_token_id in ids[1:]:
        ids = ids[: ids.index(tokenizer.eos_token_id, 1) + 1]
    pieces = tokenizer.convert_ids_to_tokens(ids)
    words: list[Word] = []
    places: list[int] = []
    for place in range(1, len(ids) - 1):
        places.append(place)
        if pieces[place].endswith("</w>") or place == len(ids) - 2:
            text = tokenizer.decode([ids[p] for p in places]).strip().lower()
            words.append(Word(text, tuple(places)))
            places = []
    return Reading(tuple(ids), tuple(words), length)


def align(source: Reading, target: Reading, how: How) -> tuple[np.ndarray, np.ndarray]:
    """``take`` (L, L) and ``share`` (L,), float32. "swap" wants as many words in both; "auto" swaps where there are, else refines."""
    same = len(source.words) == len(target.words)
    if how == "swap" and not same:
        what = (
            f"it has {len(target.words)} words and the source {len(source.words)}, so they can't be swapped one by one"
        )
        raise BadInput("target", what, "write as many words in both, or set how to 'refine'")
    return _swapped(source, target) if same and how != "refine" else _refined(source, target)


def _swapped(source: Reading, target: Reading) -> tuple[np.ndarray, np.ndarray]:
    """Word by word; a word of more pieces than the one in its place shares its map among them."""
    take = np.zeros((source.length, source.length), np.float32)
    take[0, 0] = 1.0
    for old, new in zip(source.words, target.words, strict=True):
        if len(old.places) == len(new.places):
            take[list(old.places), list(new.places)] = 1.0
        else:
            take[np.ix_(old.places, new.places)] = 1.0 / len(new.places)
    _tail(take, len(source.ids) - 1, len(target.ids) - 1)
    return take, np.ones(source.length, np.float32)


def _refined(source: Reading, target: Reading) -> tuple[np.ndarray, np.ndarray]:
    """Token by token by the best alignment; tokens that only the target has keep their own map."""
    take = np.zeros((source.length, source.length), np.float32)
    share = np.zeros(source.length, np.float32)
    for new, old in enumerate(matched(source.ids, target.ids)):
        if old is not None:
            take[old, new] = share[new] = 1.0
    _tail(take, len(source.ids), len(target.ids))
    share[len(target.ids) :] = 1.0
    return take, share


def _tail(take: np.ndarray, old: int, new: int) -> None:
    """Behind the words: the sign for the end on that for the end, filling on filling."""
    last = len(take) - 1
    for place in range(new, len(take)):
        take[min(old + place - new, last), place] = 1.0


def matched(source: Sequence[int], target: Sequence[int]) -> list[int | None]:
    """For each entry of the target the same entry of the source, None for what is new: the alignment of Needleman and Wunsch (1970), in which a match
    counts 1, a mismatch -1 and a gap nothing."""
    score = np.zeros((len(source) + 1, len(target) + 1), int)
    for i, old in enumerate(source, 1):
        for j, new in enumerate(target, 1):
            score[i, j] = max(score[i - 1, j], score[i, j - 1], score[i - 1, j - 1] + (1 if old == new else -1))
    found: list[int | None] = [None] * len(target)
    i, j = len(source), len(target)
    while i and j:
        if source[i - 1] == target[j - 1] and score[i, j] == score[i - 1, j - 1] + 1:
            i, j = i - 1, j - 1
            found[j] = i
        elif score[i, j] == score[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return found
