"""How well a part of a picture fits a colour word: the share of its pixels that a person would call so.

A pixel takes the name of the nearest sample in CIELAB, where equal distances look equally different (CIE 1976). Things
are never of one colour (a red car has windows and tyres), so shares are compared between parts and never asked to be
near 1.
"""

from __future__ import annotations

from functools import cache

import numpy as np

# Samples as people meet them: in shade, as painted, in the light. RGB, 0..255; the middle one is the pure colour.
SAMPLES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "red": ((105, 16, 18), (150, 22, 28), (208, 38, 40), (235, 75, 70)),
    "orange": ((178, 92, 20), (242, 134, 28), (250, 168, 90)),
    "yellow": ((176, 148, 28), (247, 212, 46), (253, 232, 130)),
    "green": ((22, 62, 28), (36, 108, 46), (52, 156, 66), (130, 200, 120)),
    "blue": ((18, 32, 84), (30, 62, 146), (42, 92, 208), (95, 140, 230), (135, 185, 235)),
    "purple": ((62, 26, 84), (92, 42, 124), (132, 62, 178), (175, 120, 212)),
    "pink": ((198, 98, 140), (246, 142, 184), (250, 190, 212), (235, 70, 150)),
    "brown": ((66, 40, 22), (92, 56, 32), (126, 78, 44), (165, 118, 78)),
    "black": ((8, 8, 9), (28, 28, 30), (48, 48, 53)),
    "white": ((216, 217, 218), (240, 240, 237), (255, 255, 255)),
    "gray": ((84, 86, 90), (110, 113, 118), (138, 141, 146), (178, 181, 185)),
}
OTHER_NAMES: dict[str, tuple[str, str]] = {
    "grey": ("gray", ""), "silver": ("gray", "light"), "golden": ("yellow", "dark"), "gold": ("yellow", "dark"),
    "violet": ("purple", ""), "lilac": ("purple", "light"), "lavender": ("purple", "light"), "magenta": ("pink", ""),
    "maroon": ("red", "dark"), "crimson": ("red", ""), "scarlet": ("red", ""), "burgundy": ("red", "dark"),
    "navy": ("blue", "dark"), "azure": ("blue", "light"), "turquoise": ("blue", "light"), "teal": ("green", "dark"),
    "cyan": ("blue", "light"), "lime": ("green", "light"), "olive": ("green", "dark"), "beige": ("brown", "light"),
    "tan": ("brown", "light"), "cream": ("white", ""), "ginger": ("orange", ""), "blonde": ("yellow", ""),
    "blond": ("yellow", ""), "amber": ("orange", ""),
}  # fmt: skip
"""Other colour words → one of the basic names and its tone ("", "light" or "dark")."""

TONES = {"light": "light", "pale": "light", "bright": "light", "dark": "dark", "deep": "dark"}


def colour_word(word: str) -> tuple[str, str] | None:
    """The basic name and tone that a word stands for, or None when it names no colour."""
    return (word, "") if word in SAMPLES else OTHER_NAMES.get(word)


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB, uint8 (..., 3), to CIELAB float32 (D65 white): L 0..100, a and b about −100..100."""
    linear = np.asarray(rgb, np.float32) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)
    xyz = linear @ matrix.T / np.array([0.9505, 1.0, 1.089], np.float32)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)


@cache
def _palette() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Names (n,), their samples in CIELAB (n, 3), and each sample's lightness beside the pure colour's (n,)."""
    names = tuple(name for name, samples in SAMPLES.items() for _ in samples)
    lab = to_lab(np.array([sample for samples in SAMPLES.values() for sample in samples]))
    pure = np.concatenate([[_purest(name)] * len(samples) for name, samples in SAMPLES.items()])
    return names, lab, lab[:, 0] - pure


def _purest(name: str) -> float:
    """Lightness of the colour as such: of its most colourful sample."""
    lab = to_lab(np.array(SAMPLES[name]))
    return float(lab[np.hypot(lab[:, 1], lab[:, 2]).argmax(), 0])


def name_pixels(rgb: np.ndarray) -> np.ndarray:
    """The number of the nearest sample for each pixel: uint8 (..., 3) → int (...)."""
    _, samples, _ = _palette()
    lab = to_lab(rgb)
    # Shade and light change L most; the name of a colour hangs more on its hue.
    scale = np.array([0.6, 1.0, 1.0], np.float32)
    distance = (((lab[..., None, :] - samples) * scale) ** 2).sum(-1)
    return distance.argmin(-1)


def shares(rgb: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    """Share of each basic colour among pixels (n, 3) with weights (n,); the shares add up to 1."""
    names, _, _ = _palette()
    counted = np.bincount(name_pixels(rgb).ravel(), weight.ravel(), len(names)) / max(float(weight.sum()), 1e-9)
    result = dict.fromkeys(SAMPLES, 0.0)
    for name, share in zip(names, counted, strict=True):
        result[name] += float(share)
    return result


def fit(rgb: np.ndarray, weight: np.ndarray, colours: tuple[str, ...], tone: str = "") -> float:
    """How much the pixels (n, 3) with weights (n,) look like the colours together, 0..1.

    tone: "light" or "dark" counts pixels on that side of the pure colour in full, the others by a third.
    """
    names, _, lighter = _palette()
    value = np.array([1.0 if name in colours else 0.0 for name in names])
    if tone:
        value *= np.where((lighter if tone == "light" else -lighter) > 3, 1.0, 1 / 3)
    return float((value[name_pixels(rgb)] * weight).sum() / max(float(weight.sum()), 1e-9))
