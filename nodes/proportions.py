"""How wide things usually are for their height, by name: a lamp that takes a car's place needs a tall hole, not a car-shaped one.

Models that know better bring their own table (`graft.json` beside the weights); this one holds everyday things, seen as one usually
photographs them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# width / height
USUAL: dict[str, float] = {
    "airplane": 2.6, "apple": 1.0, "armchair": 1.0, "backpack": 0.75, "ball": 1.0, "balloon": 0.8, "banana": 1.6, "barrel": 0.75,
    "basket": 1.2, "bathtub": 1.9, "bear": 1.4, "bed": 1.6, "bench": 1.9, "bicycle": 1.6, "bike": 1.6, "bird": 1.2, "boat": 1.7,
    "book": 0.8, "bookshelf": 0.7, "bottle": 0.35, "bowl": 1.6, "box": 1.1, "bucket": 0.9, "bus": 2.2, "bush": 1.3, "butterfly": 1.2,
    "cactus": 0.55, "cake": 1.3, "camel": 1.2, "camera": 1.3, "candle": 0.35, "car": 2.1, "castle": 1.3, "cat": 1.0, "chair": 0.65,
    "clock": 1.0, "cow": 1.5, "crocodile": 3.0, "cup": 1.1, "cupboard": 0.8, "deer": 1.0, "desk": 1.6, "dog": 1.15, "dolphin": 2.0,
    "donkey": 1.2, "door": 0.45, "dragon": 1.4, "duck": 1.2, "elephant": 1.3, "fire hydrant": 0.55, "fireplace": 1.1, "fish": 1.9,
    "flower": 0.55, "fountain": 0.9, "fox": 1.4, "fridge": 0.5, "frog": 1.2, "giraffe": 0.55, "goat": 1.2, "guitar": 0.4, "hat": 1.5,
    "helicopter": 2.2, "horse": 1.25, "house": 1.15, "kettle": 1.0, "ladder": 0.3, "lamp": 0.5, "lantern": 0.55, "laptop": 1.4,
    "lion": 1.5, "lorry": 2.0, "mailbox": 0.6, "man": 0.4, "monkey": 0.9, "moped": 1.5, "motorbike": 1.6, "motorcycle": 1.6,
    "mug": 1.1, "mushroom": 0.9, "orange": 1.0, "owl": 0.7, "palm tree": 0.6, "panda": 1.0, "pear": 0.75, "penguin": 0.5, "person": 0.4,
    "piano": 1.3, "picnic table": 1.7, "pig": 1.5, "pillow": 1.4, "plane": 2.6, "plant": 0.7, "pumpkin": 1.15, "rabbit": 0.9,
    "robot": 0.6, "rocket": 0.4, "sailboat": 0.9, "scooter": 1.1, "sculpture": 0.5, "sheep": 1.35, "ship": 2.2, "shoe": 1.8,
    "shrub": 1.2, "skateboard": 2.8, "snowman": 0.6, "sofa": 2.0, "statue": 0.45, "stool": 0.75, "street lamp": 0.25, "suitcase": 0.75,
    "sunflower": 0.5, "table": 1.6, "tank": 2.1, "teapot": 1.3, "telephone": 1.2, "television": 1.6, "tent": 1.5, "tiger": 1.6,
    "tractor": 1.4, "traffic light": 0.35, "train": 3.0, "trash can": 0.65, "tree": 0.75, "truck": 2.0, "turtle": 1.6, "umbrella": 1.1,
    "van": 1.9, "vase": 0.55, "wardrobe": 0.7, "windmill": 0.7, "wolf": 1.4, "woman": 0.4, "zebra": 1.25,
}  # fmt: skip

_AFTER_THE_NOUN = r"\b(?:with|without|on|onto|in|inside|into|of|at|near|under|by|beside|behind|from|made|wearing|holding|that|which|and)\b|[,.;:]"


def usual_proportions(prompt: str, own: Mapping[str, float] | None = None) -> float | None:
    """Width / height of the thing that the prompt names, or None when no name in it is known.

    The thing is the last known name before the first "with", "on", comma ...: "a red mountain bike with a basket" is a bike. Longer names
    win over their parts ("street lamp", not "lamp"). `own` is asked first: the table of the model that will paint.
    """
    table = {**USUAL, **{name.lower(): float(aspect) for name, aspect in (own or {}).items()}}
    parts = [part for part in re.split(_AFTER_THE_NOUN, prompt.lower()) if part.strip()]
    for part in parts:
        words = re.findall(r"[a-z]+", part)
        for end in range(len(words), 0, -1):
            for start in range(max(0, end - 3), end):
                for name in _singulars(" ".join(words[start:end])):
                    if name in table:
                        return table[name]
    return None


def _singulars(phrase: str) -> list[str]:
    """The phrase and what it may be the plural of."""
    forms = [phrase]
    for ending, single in (("ves", "f"), ("ies", "y"), ("es", ""), ("s", "")):
        if phrase.endswith(ending):
            forms.append(phrase[: -len(ending)] + single)
    return forms
