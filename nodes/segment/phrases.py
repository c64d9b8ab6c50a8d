"""From words as people say them to what is asked for: "the red cars on the left and a dog" asks for two things.

A phrase keeps apart what a model of labels can't know: colours, place, number. What a person means by one: "the car"
asks for one car, the likeliest; "cars", "all cars", "every car", "two cars" ask for all of them; "the sky" for all sky,
because it has no pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from graph import BadInput
from nodes.segment.colours import TONES, colour_word
from nodes.segment.synonyms import IRREGULAR, STUFF

LONGEST = 500
"""Characters. More than this is no list of things but a text that got into the wrong socket."""

ARTICLES = frozenset(
    ("a", "an", "the", "this", "that", "my", "our", "your", "his", "her", "its", "their", "one", "single")
)
PLURAL_ARTICLES = frozenset(
    (
        "all",
        "every",
        "each",
        "both",
        "any",
        "some",
        "these",
        "those",
        "two",
        "three",
        "four",
        "five",
        "six",
        "several",
        "many",
    )
)
PLACES = {
    "left": "left", "leftmost": "left", "right": "right", "rightmost": "right", "top": "top", "topmost": "top",
    "upper": "top", "highest": "top", "bottom": "bottom", "lower": "bottom", "lowest": "bottom", "middle": "middle",
    "centre": "middle", "center": "middle", "central": "middle", "biggest": "biggest", "largest": "biggest",
    "big": "biggest", "large": "biggest", "huge": "biggest", "smallest": "smallest", "small": "smallest",
    "tiny": "smallest", "little": "smallest",
}  # fmt: skip
RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}

_SIDE = r"(?P<side>left|right|top|bottom|middle|centre|center)"
_RANKED = re.compile(rf"\b(?P<rank>{'|'.join(RANKS)})\b(?P<noun>.*?)\bfrom (?:the )?{_SIDE}\b")
_PLACED = re.compile(
    rf"\b(?:on|at|in|to|near) the (?:far |very )?{_SIDE}(?:[ -]?hand)?(?: side| corner| edge)?"
    r"(?: of the (?:picture|image|photo))?\b"
)
_SPLIT = re.compile(r"\s*(?:[,;\n&+]|\band\b|\bor\b|\bplus\b)\s*")
_AFTER = re.compile(
    r" (?:on|in|at|near|by|with|behind|under|beside|next|above|below|that|which|who|wearing|parked|standing|sitting) "
)


@dataclass(frozen=True)
class Phrase:
    """One thing asked for.

    text: what an open-vocabulary model is asked. noun: the thing without colours, place and number, as written.
    colours: basic names. tone: "light", "dark" or "". place: "left", "right", "top", "bottom", "middle", "biggest",
    "smallest" or "". rank: 1 = the first from that place. many: all of them are meant.
    """

    text: str
    noun: str
    colours: tuple[str, ...] = ()
    tone: str = ""
    place: str = ""
    rank: int = 1
    many: bool = False

    @property
    def names(self) -> list[str]:
        """What the thing may be called, the fullest first: "old sports car by the sea", "old sports car", "sports car",
        "car".
        """
        head = _AFTER.split(f" {self.noun} ", maxsplit=1)[0].split()
        return list(dict.fromkeys([self.noun, *(" ".join(head[i:]) for i in range(len(head)))]))


def parse(words: str, is_name: Callable[[str], bool] = lambda text: False) -> list[Phrase]:
    """The things that the words ask for, at least one; BadInput when there is none.

    is_name: says that a text with "and" or a comma in it is one name after all.
    """
    text = " ".join(re.sub(r"(?<!\w)['’]|['’](?!\w)|[\"“”‘.!?()\[\]]", " ", words.lower().replace("\n", ",")).split())
    if not text:
        raise BadInput("words", "there is no word in it", "write what to look for, such as 'car' or 'the red car'")
    if len(words) > LONGEST:
        raise BadInput(
            "words", f"it has {len(words)} characters", f"name the things alone, in at most {LONGEST} characters"
        )
    pieces = [text] if is_name(text) else [piece for piece in _SPLIT.split(text) if piece]
    phrases: list[Phrase] = []
    waiting: tuple[str, ...] = ()
    for piece in pieces:
        tokens = [token for token in re.split(r"[\s-]+", piece) if token not in ARTICLES]
        if len(pieces) > 1 and piece is not pieces[-1] and tokens and all(colour_word(token) for token in tokens):
            waiting += tuple(colour_word(token)[0] for token in tokens)  # type: ignore[index]  # "black and white cat"
            continue
        phrase = _phrase(piece, waiting)
        if phrase is not None:
            phrases.append(phrase)
            waiting = ()
    if not phrases:
        raise BadInput(
            "words", f"'{words[:60]}' names no thing", "write what to look for, such as 'car' or 'the red car'"
        )
    return phrases


def _phrase(piece: str, colours_before: tuple[str, ...]) -> Phrase | None:
    """One piece between commas; None when no noun is left of it."""
    place, rank = "", 1
    if match := _RANKED.search(piece):
        place, rank = PLACES[match["side"]], RANKS[match["rank"]]
        piece = f"{piece[: match.start()]} {match['noun']} {piece[match.end() :]}"
    elif match := _PLACED.search(piece):
        place = PLACES[match["side"]]
        piece = f"{piece[: match.start()]} {piece[match.end() :]}"
    tokens, many = piece.split(), False
    while len(tokens) > 1 and (tokens[0] in ARTICLES | PLURAL_ARTICLES | {"of"} or tokens[0].isdigit()):
        many |= tokens[0] in PLURAL_ARTICLES or (tokens[0].isdigit() and tokens[0] != "1")
        tokens = tokens[1:]
    if len(tokens) > 1 and not place and tokens[0].removesuffix("-hand") in PLACES:
        place = PLACES[tokens.pop(0).removesuffix("-hand")]
    if not tokens or tokens[0] in ARTICLES | PLURAL_ARTICLES:
        return None
    text = " ".join([*(f"{colour} and" for colour in colours_before), *tokens])
    colours, tone, noun = _take_colours(tokens)
    head = _AFTER.split(f" {noun} ", maxsplit=1)[0].split()
    many |= bool(head) and (singular(head[-1]) != head[-1] or singular(head[-1]) in STUFF)
    return Phrase(text, noun, tuple(dict.fromkeys(colours_before + colours)), tone, place, rank, many)


def _take_colours(tokens: list[str]) -> tuple[tuple[str, ...], str, str]:
    """Colours and tone before the noun, and what is left. The last word is the noun even when it is a colour ("an
    orange").
    """
    spread = [part for token in tokens for part in (_hyphens(token))]
    colours: list[str] = []
    tone, start = "", 0
    while start < len(spread) - 1:
        word = spread[start]
        named = colour_word(word)
        if named:
            colours.append(named[0])
            tone = tone or named[1]
        elif word in TONES and colour_word(spread[start + 1]) and start + 2 < len(spread):
            tone = TONES[word]
        else:
            break
        start += 1
    return tuple(colours), tone, " ".join(spread[start:])


def _hyphens(token: str) -> list[str]:
    """ "light-blue" as two words; other words with a hyphen stay whole."""
    parts = token.split("-")
    return parts if any(colour_word(part) for part in parts) else [token]


def singular(word: str) -> str:
    """The singular of an English noun ("buses" → "bus"); the word itself when it is one."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "news")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]
