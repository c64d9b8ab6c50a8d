"""What can be drawn: the kinds of object, their colours, names and usual proportions.

Everything that a model learns to name stands in these tables, so a new colour is one line here; a new kind also needs
its drawing.
"""

from __future__ import annotations

from random import Random

RGB = tuple[int, int, int]

COLOURS: dict[str, RGB] = {
    "red": (208, 38, 40),
    "orange": (242, 134, 28),
    "yellow": (247, 212, 46),
    "green": (52, 156, 66),
    "blue": (42, 92, 208),
    "purple": (132, 62, 178),
    "pink": (246, 142, 184),
    "brown": (126, 78, 44),
    "black": (42, 42, 47),
    "white": (240, 240, 237),
    "gray": (138, 141, 146),
}

# kind: usual width / height, size beside the other kinds, colours it has when nothing is said, names
_TABLE: dict[str, tuple[float, float, tuple[str, ...], tuple[str, ...]]] = {
    "car": (2.0, 1.1, ("red", "blue", "white", "black", "gray", "yellow", "green"), ("car", "automobile", "auto")),
    "bicycle": (1.6, 1.0, ("red", "blue", "black", "green", "orange", "purple"), ("bicycle", "bike")),
    "dog": (1.25, 0.9, ("brown", "black", "white", "gray", "orange"), ("dog", "puppy")),
    "cat": (0.9, 0.85, ("orange", "black", "gray", "white", "brown"), ("cat", "kitten")),
    "tree": (0.8, 1.25, ("green", "green", "green", "orange", "pink", "yellow"), ("tree",)),
    "house": (1.15, 1.3, ("white", "yellow", "red", "brown", "blue", "gray"), ("house", "cottage", "home")),
    "chair": (0.65, 0.95, ("brown", "red", "blue", "green", "white", "black"), ("chair", "seat")),
    "cup": (1.1, 0.7, ("white", "blue", "red", "yellow", "green", "pink"), ("cup", "mug")),
    "apple": (0.92, 0.7, ("red", "red", "green", "yellow"), ("apple",)),
    "ball": (1.0, 0.75, ("red", "blue", "yellow", "orange", "green", "pink"), ("ball", "beach ball")),
    "boat": (1.1, 1.1, ("white", "red", "blue", "brown", "yellow"), ("boat", "sailboat")),
    "bird": (1.35, 0.75, ("blue", "red", "yellow", "black", "white", "brown"), ("bird",)),
    "flower": (0.7, 0.85, ("red", "pink", "yellow", "purple", "white", "orange"), ("flower", "blossom")),
    "lamp": (0.6, 1.1, ("yellow", "white", "orange", "green", "red", "blue"), ("lamp",)),
    "sofa": (1.9, 1.15, ("red", "blue", "gray", "brown", "green", "purple"), ("sofa", "couch")),
    "book": (1.35, 0.75, ("red", "blue", "green", "brown", "purple", "black"), ("book",)),
}

KINDS: tuple[str, ...] = tuple(_TABLE)
ASPECT: dict[str, float] = {kind: row[0] for kind, row in _TABLE.items()}
SIZE: dict[str, float] = {kind: row[1] for kind, row in _TABLE.items()}
NATURAL: dict[str, tuple[str, ...]] = {kind: row[2] for kind, row in _TABLE.items()}
SYNONYMS: dict[str, tuple[str, ...]] = {kind: row[3] for kind, row in _TABLE.items()}

OUTDOOR_KINDS = ("car", "bicycle", "dog", "cat", "tree", "house", "boat", "bird", "flower", "ball", "apple")
INDOOR_KINDS = ("dog", "cat", "chair", "cup", "apple", "ball", "flower", "lamp", "sofa", "book", "bird")

DARK: RGB = (38, 38, 44)
GLASS: RGB = (178, 216, 236)
WOOD: RGB = (122, 80, 46)
CREAM: RGB = (248, 246, 240)
STEEL: RGB = (178, 181, 188)


def shade(colour: RGB, factor: float) -> RGB:
    """The colour, darker (factor < 1) or brighter (factor > 1)."""
    r, g, b = (int(min(255, max(0, v * factor))) for v in colour)
    return r, g, b


def mix(a: RGB, b: RGB, t: float) -> RGB:
    """Between a (t = 0) and b (t = 1)."""
    r, g, blue = (int(x * (1 - t) + y * t) for x, y in zip(a, b, strict=True))
    return r, g, blue


def tint(colour: RGB, t: float) -> RGB:
    """The colour mixed with white."""
    return mix(colour, (255, 255, 255), t)


def jitter(colour: RGB, amount: float, rng: Random) -> RGB:
    """The colour, each channel moved by a normal error of `amount` levels."""
    r, g, b = (int(min(255, max(0, v + rng.gauss(0, amount)))) for v in colour)
    return r, g, b


def is_light(colour: RGB) -> bool:
    """Whether white details would not show on it."""
    return sum(colour) > 640


def article(words: str) -> str:
    """The words with "a" or "an" before them."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
