"""Sentences with their answers: a phrasing, its slots filled, the small noise of typing on top.

Every word of an answer is a run of words of the sentence, for the parser only ever copies. An answer holds the
fields that its action uses (`FIELDS`), in order.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from random import Random

from train.parser import notation
from train.parser import phrasings as say
from train.parser.nouns import Nouns, held_out
from train.parser.slots import Piece, Slots, maybe

FIELDS = {
    "replace": ("target", "where", "replacement", "color", "style"),
    "recolor": ("target", "where", "color"),
    "remove": ("target", "where"),
    "background": ("target", "place", "style"),
    "other": (),
}
TABLES = {
    "replace": say.REPLACE,
    "recolor": say.RECOLOR,
    "remove": say.REMOVE,
    "background": say.BACKGROUND,
    "other": {"say": say.OTHER},
}
SHARES = {"replace": 36, "recolor": 17, "remove": 18, "background": 17, "other": 12}
FORMS = {"do": 54, "doing": 7, "say": 39}
LINES = {(action, form): notation.lines(block) for action, table in TABLES.items() for form, block in table.items()}
SHORT = 4  # words and slots


def _weight(line: str) -> int:
    """How often a line is drawn: by the digits of the number of its phrasings, and plain lines six times as often."""
    plain = len(re.sub(r"\([^()]*\)", "x", line).split()) <= SHORT
    return (notation.count(line).bit_length() + 1) * (6 if plain else 1)


WEIGHTS = {key: [_weight(line) for line in block] for key, block in LINES.items()}
BEFORE = {
    "do": notation.extras(say.BEFORE_DO),
    "doing": notation.extras(say.BEFORE_DOING),
    "say": notation.extras(say.BEFORE_SAY),
}
AFTER = notation.extras(say.AFTER)
QUESTION = re.compile(r"\b(can|could|would|will|may|might|what|how|is|are|do|why|should)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Example:
    """One sentence and what it asks for."""

    sentence: str
    action: str
    fields: dict[str, str]
    phrasing: str

    def answer(self) -> str:
        """The compact JSON that the model writes."""
        keys = {"action": self.action, **{name: self.fields.get(name, "") for name in FIELDS[self.action]}}
        return json.dumps(keys, ensure_ascii=False, separators=(",", ":"))


def _typed(rng: Random, text: str) -> str:
    """A slip of the fingers in one longer word."""
    found = list(re.finditer(r"[a-z]{5,}", text))
    if not found:
        return text
    match = rng.choice(found)
    at = rng.randrange(match.start() + 1, match.end() - 1)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return rng.choice((swapped, swapped, text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]))


def _noisy(rng: Random, pieces: list[Piece]) -> list[Piece]:
    """Letter case, apostrophes and slips, piece by piece so that answers still copy."""
    if maybe(rng, 0.03):
        at = rng.randrange(len(pieces))
        if not pieces[at][1]:
            pieces[at] = (_typed(rng, pieces[at][0]), "")
    if maybe(rng, 0.12):
        pieces = [(re.sub(r"(?<=[A-Za-z])'(?=(m|d|t|ll|re|ve)\b)", "", text), field) for text, field in pieces]
    dice = rng.random()
    if dice < 0.40:
        return [(text.lower(), field) for text, field in pieces]
    if dice < 0.41:
        return [(text.upper(), field) for text, field in pieces]
    if dice < 0.93:
        for at, (text, field) in enumerate(pieces):
            if text.strip():
                pieces[at] = (text[:1].upper() + text[1:], field)
                break
    return pieces


def _pieces(rng: Random, slots: Slots, phrasing: str, action: str) -> list[Piece]:
    pieces: list[Piece] = []
    parts = re.split(r"\{(\w)\}", phrasing)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pieces.append((part, ""))
        elif action == "other":
            pieces += [(text, "") for text, _ in slots.fill(part, action, parts[index - 1], parts[index + 1])]
        else:
            pieces += slots.fill(part, action, parts[index - 1], parts[index + 1])
    return pieces


def for_test(phrasing: str) -> bool:
    """One phrasing in ten is kept for the test; the shortest, which everybody uses, are always trained on."""
    return len(phrasing.split()) > SHORT and held_out(phrasing)


def example(rng: Random, nouns: Nouns, test_phrasing: bool = False, action: str = "") -> Example:
    """Draw one sentence; phrasings that hash to the test are met only with `test_phrasing`."""
    action = action or rng.choices(list(SHARES), list(SHARES.values()))[0]
    forms = TABLES[action]
    while True:  # a short line has no phrasing for the test, so the line is drawn anew too
        form = rng.choices(list(forms), [FORMS[form] for form in forms])[0]
        phrasing = notation.choose(rng.choices(LINES[action, form], WEIGHTS[action, form])[0], rng)
        if for_test(phrasing) == test_phrasing:
            break
    slots = Slots(rng, nouns)
    before = {"do": 0.55, "doing": 1.0, "say": 0.15 if action != "other" else 0.05}[form]
    opening = notation.choose(rng.choice(BEFORE[form]), rng) + " " if maybe(rng, before) else ""
    pieces = [(opening, ""), *_pieces(rng, slots, phrasing, action), *slots.tail(action)]
    if maybe(rng, 0.2):
        pieces.append((notation.choose("X" + rng.choice(AFTER), rng)[1:], ""))
    asks = QUESTION.match(opening or phrasing) is not None
    dice = rng.random()
    pieces.append(("?" if asks and dice < 0.6 else "." if dice < 0.35 else "!" if dice < 0.39 else "", ""))
    pieces = _noisy(rng, [(text, field) for text, field in pieces if text])
    sentence = "".join(text for text, _ in pieces)
    sentence = re.sub(r"([?.!,;])[.?!]$", r"\1", " ".join(sentence.split()))
    fields = {field: " ".join(text.split()) for text, field in pieces if field}
    return Example(sentence, action, fields, phrasing)
