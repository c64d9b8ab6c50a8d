"""What the captioner says: one sentence for a scene, things from left to right, like ones together; and the words that it can read and write."""

from __future__ import annotations

import string
from collections.abc import Sequence

from train.scenes import COLOURS, KINDS
from train.scenes.backgrounds import ON_PLACE
from train.scenes.palette import article

NUMBERS = ("", "a", "two", "three", "four", "five")
PREFIXES = ("a photograph of", "a photo of", "a picture of", "a drawing of", "an image of", "there is", "this is")
LEFT, RIGHT = 0.36, 0.64
"""Where the middle of a lone thing must lie, in shares of the width, for its side to be told."""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def sentence(things: Sequence[tuple[str, str, float]], place: str) -> str:
    """The caption. things: (kind, colour, middle in 0..1 across) of each. place: "" for none, as in a pattern."""
    where = ON_PLACE[place] if place else ""
    if not things:
        return f"nothing {where}".strip()
    counts: dict[tuple[str, str], int] = {}
    for kind, colour, _ in sorted(things, key=lambda thing: thing[2]):
        counts[colour, kind] = counts.get((colour, kind), 0) + 1
    names = [
        article(f"{colour} {kind}") if many == 1 else f"{NUMBERS[many]} {colour} {kind}s"
        for (colour, kind), many in counts.items()
    ]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    middle = things[0][2]
    side = "" if len(things) > 1 or LEFT <= middle <= RIGHT else f" on the {'left' if middle < LEFT else 'right'}"
    return f"{listed}{side} {where}"


def vocabulary() -> list[str]:
    """The pieces of words, in order: special ones, letters (so that any word can be read), then whole words."""
    whole = {"left", "right", "nothing", "and", "on", "the", "an", ",", "grey", *NUMBERS[1:]}
    for text in (*COLOURS, *KINDS, *(f"{kind}s" for kind in KINDS), *ON_PLACE.values(), *PREFIXES):
        whole |= set(text.split())
    letters = [*string.ascii_lowercase, *",.'-"]
    pieces = [*letters, *(f"##{letter}" for letter in string.ascii_lowercase)]
    return [*SPECIAL, *pieces, *sorted(whole - set(pieces))]
