"""The notation of `phrasings.py` read and expanded: `(a|b|)` is a choice, capital words are macros, `{T}` stays open for the slots."""

from __future__ import annotations

import re
from functools import cache
from random import Random

from train.parser.phrasings import MACRO, MACROS


def split_top(text: str) -> list[str]:
    """The branches of `a|(b|c)|d` at its outermost level."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


@cache
def parse(line: str) -> tuple[object, ...]:
    """A line as a sequence of strings and of choices (tuples of parsed branches)."""
    for _ in range(3):  # macros may hold macros
        line = re.sub(MACRO, lambda found: MACROS[found[1]], line)
    out: list[object] = []
    while line:
        opened = line.find("(")
        if opened < 0:
            return (*out, line)
        out.append(line[:opened])
        depth, end = 1, opened + 1
        while depth:
            depth += (line[end] == "(") - (line[end] == ")")
            end += 1
        out.append(tuple(parse(branch) for branch in split_top(line[opened + 1 : end - 1])))
        line = line[end:]
    return tuple(out)


def choose(line: str, rng: Random) -> str:
    """One phrasing out of a line, slots still open."""

    def walk(sequence: tuple[object, ...]) -> str:
        return "".join(part if isinstance(part, str) else walk(rng.choice(part)) for part in sequence)

    return re.sub(r" +(?=[ ,;.?!])", "", walk(parse(line))).strip()


def count(line: str) -> int:
    """How many phrasings a line holds."""

    def walk(sequence: tuple[object, ...]) -> int:
        total = 1
        for part in sequence:
            total *= 1 if isinstance(part, str) else sum(walk(branch) for branch in part)
        return total

    return walk(parse(line))


def lines(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines() if line.strip()]


def extras(block: str) -> list[str]:
    """Openers or closers of a sentence; their blanks at the edges count."""
    return block.replace("\n", "").split("|")
