"""From a name to the labels of a model. Every set of labels has its own habits ("car;auto;automobile", "tree-merged",
"wall-brick"), and people have theirs; this room decides which labels a name asks for, and what to say when it asks
for none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph import BadInput, did_you_mean
from nodes.segment.phrases import Phrase, singular
from nodes.segment.synonyms import FINDS, FOREGROUND, SURROUNDINGS

SHOWN = 40
"""How many labels an error lists; ADE20K has 150, LVIS 1,203."""


class Labels:
    """The labels of one model, by all the names that find them."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._named: dict[str, set[int]] = {}
        for index, label in enumerate(labels):
            for name in spoken(label):
                self._named.setdefault(name, set()).add(index)

    def indices(self, name: str) -> tuple[int, ...]:
        """The labels that a name asks for, in the model's order: those called so, else those of its synonyms; maybe
        none.
        """
        if name == FOREGROUND:
            return self._in_front()
        for word in (name, _last_singular(name)):
            found = self._named.get(word, set()) or set().union(
                *(self._named.get(same, set()) for same in FINDS.get(word, ()))
            )
            if found:
                return tuple(sorted(found))
        return ()

    def _in_front(self) -> tuple[int, ...]:
        """The labels of all things that can stand before a background."""
        around = {index for name in SURROUNDINGS for index in self._named.get(name, ())}
        return tuple(index for index in range(len(self.labels)) if index not in around)

    def of(self, phrase: Phrase) -> tuple[tuple[int, ...], str]:
        """The labels for a phrase, and which of its names found them; BadInput when it has none."""
        for name in phrase.names:
            found = self.indices(name)
            if found:
                return found, name
        raise self._unknown(phrase)

    def _unknown(self, phrase: Phrase) -> BadInput:
        names = sorted({label.strip() for label in self.labels})
        listed = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        what = (
            f"nothing that looks like '{phrase.noun}' was found: this model has no label for it "
            f"(so the heat map's peak is 0.00); it knows {listed}"
        )
        known = [*self._named, *(word for word in FINDS if self.indices(word))]
        near = next(filter(None, (did_you_mean(name, known) for name in phrase.names)), "")
        other = "for things beyond its labels choose an open-vocabulary model, such as a CLIPSeg folder, as model"
        return BadInput("words", what, f"{near}; or {other}" if near else other)


def spoken(label: str) -> set[str]:
    """All names of a label, in small letters: "wall-brick" → wall brick, brick wall, wall; "bed;cot" → bed, cot; with
    singulars.
    """
    names: set[str] = set()
    for part in re.split(r"[;,/]", label.lower().replace("_", " ")):
        pieces = [piece.strip() for piece in part.split("-")]
        pieces = [piece for piece in pieces if piece and piece not in ("merged", "other", "stuff")] or [part.strip()]
        names.add(" ".join(pieces))
        if len(pieces) == 2:
            names |= {f"{pieces[1]} {pieces[0]}", pieces[0]}
    names.discard("")
    return names | {_last_singular(name) for name in names}


def _last_singular(name: str) -> str:
    """The name with its last word in the singular: "stop signs" → "stop sign"."""
    head, _, last = name.rpartition(" ")
    return f"{head} {singular(last)}".strip()
