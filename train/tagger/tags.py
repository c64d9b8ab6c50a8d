"""The tags and when each is true: the table of the file selected_tags.csv, in the network's order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.scenes import COLOURS, KINDS, PLACES
from train.scenes.backgrounds import INDOORS

RATING, GENERAL = 9, 0
STATES = ("drawn", "abstract", "blurred", "noisy", "dark", "bright", "jpeg_artifacts", "monochrome")
COUNTS = ("no_objects", "1object", "2objects", "3objects", "multiple_objects")
PAIRS = tuple(f"{colour}_{kind}" for kind in KINDS for colour in COLOURS)
OF_KIND = tuple(form.format(kind) for kind in KINDS for form in ("1{}", "2{}s", "3+{}s"))
WHERE = (*(place.replace(" ", "_") for place in PLACES), "indoors", "outdoors")
TAGS = ("general", *STATES, *COUNTS, *WHERE, *OF_KIND, *KINDS, *PAIRS)
NUMBER = {name: number for number, name in enumerate(TAGS)}


def tags_of(things: Sequence[tuple[str, str]], place: str, states: Sequence[str]) -> set[str]:
    """The names that are true. things: (kind, colour) of each. place: "" for an abstract picture. states: of STATES, beside drawn and abstract."""
    found = {"general", "drawn" if place else "abstract", *states}
    count = len(things)
    found |= {"no_objects"} if not count else {f"{count}object{'s' * (count > 1)}"} & set(COUNTS)
    found |= {"multiple_objects"} if count > 1 else set()
    if place:
        found |= {place.replace(" ", "_"), "indoors" if place in INDOORS else "outdoors"}
    kinds = [kind for kind, _ in things]
    for kind in set(kinds):
        many = kinds.count(kind)
        found |= {kind, f"1{kind}" if many == 1 else f"2{kind}s" if many == 2 else f"3+{kind}s"}
    if "monochrome" not in states:
        found |= {f"{colour}_{kind}" for kind, colour in things}
    return found


def as_row(names: set[str]) -> np.ndarray:
    """float32 (266,): 1 where a tag is true."""
    row = np.zeros(len(TAGS), np.float32)
    row[[NUMBER[name] for name in names]] = 1
    return row
