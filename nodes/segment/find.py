"""From words to a mask: reads the words, asks the model, chooses among what it found, scales the answer to the picture.

Both kinds of model go the same way. A model of labels is asked for the labels that the words name, and colours choose
among what it found; an open-vocabulary model is asked the words themselves, colours included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from PIL import Image as Pictures

from graph import BadInput, Boxes, Heat, Image, Mask, Model, Run, Slider, node
from nodes.pixels import frozen
from nodes.segment import parts as pieces
from nodes.segment.labels import Labels
from nodes.segment.parts import Part
from nodes.segment.phrases import Phrase, parse


class Found(NamedTuple):
    """mask: 255 on what was found. heat: how much each pixel looks like the words, before anything was chosen.

    boxes: one for each thing that is marked.
    """

    mask: Mask
    heat: Heat
    boxes: Boxes


@dataclass(frozen=True)
class Search:
    """A phrase and what came of it.

    evidence: log-odds float32 (h, w). seen: all things of that name. chosen: those that are meant. small: the picture
    on that grid, uint8 (h, w, 3).
    """

    phrase: Phrase
    threshold: float
    evidence: np.ndarray
    seen: list[Part]
    chosen: list[Part]
    small: np.ndarray


@node(family="segment", heavy=True, tags=("select", "object", "detect", "text", "clipseg", "mask2former", "segformer"))
def mask_from_words(
    image: Image,
    words: str,
    threshold: Annotated[float, Slider(0.0, 1.0, 0.01)] = 0.4,
    pick: Literal["as said", "one", "all"] = "as said",
    model: Annotated[str, Model("segment")] = "auto",
    *,
    run: Run,
) -> Found:
    """Mark the things that the words name.

    Say it as you would to a person: "car", "the red car", "the dog on the left", "the biggest tree", "all cups", "cars
    and bicycles". One thing ("the car") marks the one that is largest and most certain; several ("cars", "all cars",
    "two cars") mark all that fit. With a model that knows labels only, a colour chooses among the things found, and
    names are matched by meaning ("couch" finds sofas).

    image: a picture of any size; the mask has the same height and width.
    words: what to look for, in plain English; several things with commas or "and".
    threshold: how sure the model must be of a pixel before it is marked.
    pick: how many things of a name to mark: as the words say, only the best one, or all.
    model: which segmentation model to use; any that transformers can load, or CLIPSeg for free words.
    """
    loaded = run.models.get("segment", model, run.say)
    run.check()
    labels = Labels(loaded.labels) if loaded.kind == "labels" else None
    phrases = parse(words, lambda text: labels is not None and bool(labels.indices(text)))
    asked = [_labels_for(phrase, labels, run) for phrase in phrases] if labels else [phrase.text for phrase in phrases]
    sights = loaded.look(image, asked, threshold)
    run.check()
    if labels is None:  # the model was asked for the colours; they need not be looked for again
        phrases = [replace(phrase, colours=()) for phrase in phrases]
    searches = [_search(image, *asked, threshold, pick) for asked in zip(phrases, sights, strict=True)]
    _tell(searches, run)
    return _at_full_size(image, searches)


def _labels_for(phrase: Phrase, labels: Labels, run: Run) -> tuple[int, ...]:
    found, name = labels.of(phrase)
    if name != phrase.noun:
        run.say(f"'{phrase.noun}' is taken as '{name}': this model knows things by their labels alone")
    return found


def _search(image: np.ndarray, phrase: Phrase, sight: Any, threshold: float, pick: str) -> Search:
    """Tell the things apart and choose. sight: .evidence (h, w) and .pieces, as nodes.models.segment answers."""
    height, width = sight.evidence.shape
    small = np.asarray(Pictures.fromarray(image).resize((width, height), Pictures.Resampling.BOX))
    if sight.pieces is None:
        seen = pieces.split(sight.evidence, threshold)
    else:
        seen = pieces.in_order([pieces.part_of(e, e >= pieces.log_odds(threshold)) for e in sight.pieces])
    many = phrase.many if pick == "as said" else pick == "all"
    return Search(phrase, threshold, sight.evidence, seen, pieces.choose(seen, small, phrase, many), small)


def _tell(searches: list[Search], run: Run) -> None:
    """Say what was not found, and where one was chosen of several; BadInput when there is nothing at all."""
    missing = [search for search in searches if not search.chosen]
    if len(missing) == len(searches):
        raise _not_found(searches)
    for search in missing:
        run.say(_not_found([search]).what)
    for search in searches:
        phrase, count = search.phrase, len(search.seen)
        if len(search.chosen) == 1 < count and not (phrase.colours or phrase.place):
            run.say(
                f"{count} things look like '{phrase.noun}': the likeliest is marked; for all of them set pick to all"
            )


def _not_found(searches: list[Search]) -> BadInput:
    """The error that names what was looked for and how near the model came."""
    search = max(searches, key=lambda s: float(s.evidence.max()))
    phrase, peak = search.phrase, float(pieces.sigmoid(search.evidence.max()))
    if search.seen and phrase.rank > 1:
        what = f"there is no '{phrase.noun}' number {phrase.rank} from the {phrase.place}: {len(search.seen)} found"
        return BadInput("words", what, "ask for a lower number")
    if search.seen and phrase.colours:
        seen = ", ".join(dict.fromkeys(pieces.main_colour(part, search.small) for part in search.seen))
        what = (
            f"no {' or '.join(phrase.colours)} {phrase.noun} was found: what looks like '{phrase.noun}' is {seen} "
            f"(the heat map's peak is {peak:.2f})"
        )
        return BadInput("words", what, "name one of these colours, or leave the colour out")
    named = ", ".join(f"'{s.phrase.text}'" for s in searches)
    spot = ", in a spot too small to be a thing" if peak >= search.threshold else ""
    return BadInput(
        "words",
        f"nothing that looks like {named} was found: the heat map's peak is {peak:.2f}{spot}",
        "try another word, lower the threshold, or choose another model",
    )


def _at_full_size(image: np.ndarray, searches: list[Search]) -> Found:
    """The chosen parts, scaled to the picture and made one mask."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    boxes: list[tuple[float, float, float, float]] = []
    for search, part in ((s, p) for s in searches for p in s.chosen):
        marked = pieces.scaled(part.evidence, height, width) >= pieces.log_odds(search.threshold)
        if marked.any():
            mask[marked] = 255
            boxes.append(pieces.extent(marked))
    if not boxes:  # what was found is smaller than a pixel of so small a picture
        raise _not_found([replace(search, seen=[]) for search in searches])
    evidence = np.maximum.reduce([pieces.scaled(search.evidence, height, width) for search in searches])
    heat = Heat(frozen(pieces.sigmoid(evidence)))
    return Found(Mask(frozen(mask)), heat, Boxes(frozen(np.array(boxes, np.float32))))
