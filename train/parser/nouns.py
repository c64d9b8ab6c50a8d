"""Nouns for the parser's sentences, split once and for all into those it trains on and those it is tested with.

The split goes by a hash of the word, so no list can leak between the two whatever order it is read in. WordNet (Debian's wordnet-base) is read when the
training data are made and never shipped; a quarter of the nouns are invented letter strings, which teaches copying.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from train.parser.words import EVERYDAY

WORDNET = Path("/usr/share/wordnet")
# Lexicographer files of things one can see: animal, artifact, body, food, object, person, plant.
VISIBLE = frozenset({5, 6, 8, 13, 17, 18, 20})
# Sounds that a made-up word is put together from; what comes up often in English stands here more than once.
SOUNDS = """
b bl br c ch cl cr d dr f fl fr g gl gr h j k kl l m n p pl pr qu r s sc sh sk sl sm sn sp st str t th tr v w wh x y z
a e i o u a e i o u ai au ea ee ei ie oa oo ou y
- - - b ck d ff g k l ll lt m mp n nd ng nk nt p r rd rk rn rt s sk ss st t th x z
"""
ONSETS, VOWELS, CODAS = (line.replace("-", "").split(" ") for line in SOUNDS.strip().splitlines())


def held_out(word: str, share: int = 10) -> bool:
    """True for the one word in `share` that training never sees; case does not matter."""
    return hashlib.sha256(word.lower().encode()).digest()[0] % share == 0


def is_test(noun: str) -> bool:
    """A compound belongs to the test when its head (last word) does."""
    return held_out(noun.split()[-1])


def is_train(noun: str) -> bool:
    """A compound is trained on when none of its words is held out."""
    return not any(held_out(word) for word in noun.split())


def invented(rng: Random, test: bool) -> str:
    """A pronounceable word of one to three syllables that means nothing."""
    while True:
        word = "".join(
            rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(rng.choice((1, 2, 2, 3)))
        )
        if 3 <= len(word) <= 12 and held_out(word) == test:
            return word


def wordnet_nouns(folder: Path = WORDNET) -> tuple[list[str], list[str]]:
    """Lower-case nouns of one or two words whose first sense is a thing one can see: those met in ordinary texts, and the rest."""
    data, index = folder / "data.noun", folder / "index.noun"
    if not index.exists():
        raise FileNotFoundError(f"{index} is missing: install WordNet, e.g. `apt-get install wordnet-base`")
    visible = {line[:8] for line in data.read_text().splitlines() if line[:1] != " " and int(line[9:11]) in VISIBLE}
    common: list[str] = []
    rare: list[str] = []
    for line in index.read_text().splitlines():
        if line.startswith(" "):
            continue
        parts = line.split()
        word = parts[0].replace("_", " ")
        senses = int(parts[2])
        first, met = parts[-senses], int(parts[-senses - 1])
        if first in visible and re.fullmatch(r"(?!(genus|family|order|class) )[a-z]{3,13}( [a-z]{3,11})?", word):
            (common if met else rare).append(word)
    return common, rare


@dataclass(frozen=True)
class Nouns:
    """A bag of nouns of one side of the split."""

    everyday: tuple[str, ...]
    common: tuple[str, ...]
    rare: tuple[str, ...]
    test: bool

    def draw(self, rng: Random) -> str:
        """A noun: a quarter invented, 40 % everyday, 25 % common and 10 % rare ones of WordNet."""
        dice = rng.random()
        if dice < 0.25:
            return invented(rng, self.test)
        return rng.choice(self.everyday if dice < 0.65 else self.common if dice < 0.90 else self.rare)


def load(test: bool, folder: Path | None = WORDNET) -> Nouns:
    """The nouns of one side; `folder=None` leaves WordNet out (everyday and invented words only)."""
    side = is_test if test else is_train
    everyday = tuple(filter(side, EVERYDAY))
    common, rare = wordnet_nouns(folder) if folder else (everyday, everyday)
    return Nouns(everyday, tuple(filter(side, common)), tuple(filter(side, rare)), test)


def plural(noun: str) -> str:
    """A plain English plural; irregular ones are left wrong, nobody trains on grammar here."""
    if re.search(r"(s|x|z|ch|sh)$", noun):
        return noun + "es"
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + "s"
