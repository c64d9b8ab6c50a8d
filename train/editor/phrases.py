"""How an edit is asked for: plain sentences mostly, the parser's many phrasings now and then."""

from __future__ import annotations

import re
from functools import cache
from random import Random

from train.parser import notation
from train.parser import phrasings as say
from train.scenes.palette import NATURAL, SYNONYMS, article

Look = tuple[str, str]  # kind, colour
PLAIN: dict[str, tuple[str, ...]] = {
    "recolor": (
        "make {T} {C}",
        "make {T} {C}",
        "turn {T} {C}",
        "paint {T} {C}",
        "color {T} {C}",
        "change {T} to {C}",
        "recolor {T} to {C}",
        "change the color of {T} to {C}",
        "{T} should be {C}",
        "turn {T} into {c}",
        "make {T} into {c}",
    ),
    "replace": (
        "replace {T} with {N}",
        "replace {T} with {N}",
        "replace {T} by {N}",
        "turn {T} into {N}",
        "turn {T} into {N}",
        "change {T} into {N}",
        "change {T} to {N}",
        "swap {T} for {N}",
        "swap {T} with {N}",
        "make {T} {N}",
        "put {N} instead of {T}",
        "{N} instead of {T}",
    ),
    "remove": (
        "remove {T}",
        "remove {T}",
        "delete {T}",
        "erase {T}",
        "take away {T}",
        "take {T} away",
        "get rid of {T}",
        "without {T}",
        "no {t}",
    ),
}
TABLES = {"recolor": say.RECOLOR, "replace": say.REPLACE, "remove": say.REMOVE}
FREE = 0.25  # share of the sentences in the parser's phrasings
LONGEST = 90  # letters: what the tokenizer's length holds for sure


@cache
def _lines(action: str) -> tuple[str, ...]:
    """The parser's lines that stand alone, with no slot but the ones filled here."""
    both = notation.lines(TABLES[action]["do"]) + notation.lines(TABLES[action]["say"])
    return tuple(line for line in both if set(re.findall(r"\{(\w)\}", line)) <= set("TtANnCO"))


def _shade(rng: Random, colour: str) -> str:
    return "grey" if colour == "gray" and rng.random() < 0.5 else colour


def _thing(rng: Random, look: Look, unsaid: float) -> str:
    """The name, with its colour or (in that share) without."""
    kind, colour = look
    name = kind if rng.random() < 0.75 else rng.choice(SYNONYMS[kind])
    return name if rng.random() < unsaid else f"{_shade(rng, colour)} {name}"


def instruction(rng: Random, old: Look, new: Look | None) -> str:
    """Words for the edit that makes `new` of `old` (None: takes it away), other words each time.

    A new thing's colour stays unsaid now and then when it is a natural one.
    """
    action = "remove" if new is None else "recolor" if new[0] == old[0] else "replace"
    name = _thing(rng, old, 0.65)
    slots = {"T": f"the {name}", "t": name, "A": article(name), "O": _shade(rng, old[1])}
    if new is not None:
        thing = _thing(rng, new, 0.3 if new[1] in NATURAL[new[0]] else 0.0)
        slots |= {"N": article(thing), "n": thing, "C": _shade(rng, new[1])}
        slots["c"] = article(f"{slots['C']} {new[0]}")
    for _ in range(8):
        free = rng.random() < FREE
        line = notation.choose(rng.choice(_lines(action)), rng) if free else rng.choice(PLAIN[action])
        text = re.sub(r"\{(\w)\}", lambda found: slots[found[1]], line)
        if len(text) <= LONGEST:
            return text
    return re.sub(r"\{(\w)\}", lambda found: slots[found[1]], PLAIN[action][0])
