"""Which pieces of a heat map are meant: tells things apart, drops specks, and chooses by colour, place and number.

Works on the model's own grid, which is small; only what was chosen is scaled to the picture. Evidence is log-odds: they
can be scaled bilinearly without the steps that scaled probabilities or labels show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Pictures

from nodes.segment import colours
from nodes.segment.phrases import Phrase

NOWHERE = -20.0
"""Log-odds outside a part."""
LEAST_AREA, LEAST_BESIDE = 0.0005, 0.03
"""Shares of the picture, and of the greatest part, under which a piece is a speck, not a thing."""
CLEAR_FIT, LEAST_FIT = 0.6, 0.05
"""A part has the colour asked for when it fits at least 0.6 times as well as the best one, and the best one 0.05."""
LINK = 0.6
"""Share of the threshold that a pixel needs to link two pieces."""
DIPS = (0.55, 0.7, 0.8, 0.88, 0.93, 0.97)
"""Probabilities below which a part may be cut, when the pieces also differ in colour."""
LEAST_PIECE = 0.12
"""Share of a part that a piece cut from it must have."""
MOST_PIECES = 64
"""A heat map in more pieces than this is noise; the smallest of them are left out."""
ENOUGH_PIXELS = 20_000


@dataclass(frozen=True)
class Part:
    """One thing found.

    region: bool (h, w) on the model's grid. evidence: log-odds float32 (h, w), NOWHERE away from the region.
    mass: sum of its pixels' probabilities, in grid cells: how large and how certain it is.
    """

    region: np.ndarray
    evidence: np.ndarray
    mass: float


def sigmoid(evidence: np.ndarray) -> np.ndarray:
    """Log-odds to probabilities, float32."""
    return (1 / (1 + np.exp(-np.clip(evidence, -30, 30)))).astype(np.float32)


def log_odds(probability: float | np.ndarray) -> np.ndarray:
    """Probabilities to log-odds, float32; 0 and 1 become large but finite."""
    p = np.clip(np.asarray(probability, np.float32), 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p)).astype(np.float32)


def scaled(evidence: np.ndarray, height: int, width: int) -> np.ndarray:
    """A float32 map (h, w) at another size, bilinear."""
    picture = Pictures.fromarray(np.ascontiguousarray(evidence, np.float32))
    return np.asarray(picture.resize((width, height), Pictures.Resampling.BILINEAR))


def extent(region: np.ndarray) -> tuple[int, int, int, int]:
    """xyxy of the cells that are true, right and bottom exclusive."""
    rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def split(evidence: np.ndarray, threshold: float) -> list[Part]:
    """The pieces of log-odds (h, w) that are at least `threshold` probable, greatest mass first.

    Pieces that hang together by weaker evidence (a sail on a thin mast) are one, as in the hysteresis of edge detectors.
    """
    from scipy import ndimage

    numbered, _ = ndimage.label(evidence >= log_odds(LINK * threshold), np.ones((3, 3), int))
    numbered[evidence < log_odds(threshold)] = 0
    sizes = np.bincount(numbered.ravel())
    sizes[0] = 0
    largest = [number for number in np.argsort(-sizes, kind="stable")[:MOST_PIECES] if sizes[number]]
    return in_order([part_of(evidence, numbered == number) for number in largest])


def in_order(parts: list[Part]) -> list[Part]:
    """Greatest mass first; what is a speck in the picture, or beside the greatest, is left out."""
    parts = sorted((part for part in parts if part.region.any()), key=lambda part: -part.mass)
    return [p for p in parts if p.mass >= max(LEAST_AREA * p.region.size, LEAST_BESIDE * parts[0].mass)]


def part_of(evidence: np.ndarray, region: np.ndarray) -> Part:
    """A part whose evidence reaches one cell beyond its region, so that its border can be interpolated."""
    from scipy import ndimage

    near = ndimage.binary_dilation(region, np.ones((3, 3), bool))
    inside = np.where(near, evidence, NOWHERE).astype(np.float32)
    return Part(region, inside, float(sigmoid(evidence[region]).sum()))


def colour_fit(part: Part, small: np.ndarray, phrase: Phrase) -> float:
    """How well the part's pixels fit the phrase's colours, 0..1. small: the picture on the grid, uint8 (h, w, 3)."""
    pixels, weight = _pixels(part, small)
    return colours.fit(pixels, weight, phrase.colours, phrase.tone)


def cut_by_colour(part: Part, small: np.ndarray, phrase: Phrase) -> list[Part]:
    """The part, or the pieces it falls into where the model is less certain and the colour asked for begins or ends.

    Two touching cars are one part to a model that knows labels only. Neither sign is enough alone: a thing may have several
    colours, and a model may doubt a thin place.
    """
    from scipy import ndimage

    whole = colour_fit(part, small, phrase)
    for dip in DIPS:
        numbered, count = ndimage.label(part.region & (part.evidence >= log_odds(dip)), np.ones((3, 3), int))
        sizes = np.bincount(numbered.ravel(), minlength=count + 1)
        cores = [number for number in range(1, count + 1) if sizes[number] >= LEAST_PIECE * part.region.sum()]
        if len(cores) < 2:
            continue
        nearest = ndimage.distance_transform_edt(~np.isin(numbered, cores), return_distances=False, return_indices=True)
        owner = np.where(part.region, numbered[tuple(nearest)], 0)
        pieces = [part_of(part.evidence, owner == number) for number in cores]
        fits = [colour_fit(piece, small, phrase) for piece in pieces]
        if max(fits) >= 1.25 * whole and min(fits) <= 0.4 * max(fits):
            return [smaller for piece in pieces for smaller in cut_by_colour(piece, small, phrase)]
    return [part]


def main_colour(part: Part, small: np.ndarray) -> str:
    """The basic colour that most of the part's pixels have."""
    shares = colours.shares(*_pixels(part, small))
    return max(shares, key=lambda name: shares[name])


def _pixels(part: Part, small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colours (n, 3) and probabilities (n,) of the part's inner cells, thinned out when there are very many."""
    from scipy import ndimage

    inner = ndimage.binary_erosion(part.region)
    where = inner if inner.any() else part.region
    step = max(1, int(where.sum()) // ENOUGH_PIXELS)
    return small[where][::step], sigmoid(part.evidence[where])[::step]


def choose(parts: list[Part], small: np.ndarray, phrase: Phrase, many: bool) -> list[Part]:
    """The parts that the phrase means, out of all that carry its name; none when no part has the colour asked for.

    many: all that fit are meant, not the one of greatest mass.
    """
    if not parts:
        return []
    if phrase.colours:
        parts = in_order([piece for part in parts for piece in cut_by_colour(part, small, phrase)])
        fits = [colour_fit(part, small, phrase) for part in parts]
        best = max(fits)
        if best < LEAST_FIT:
            return []
        parts = [part for part, fit in zip(parts, fits, strict=True) if fit >= CLEAR_FIT * best]
    if phrase.place:
        ranked = sorted(parts, key=lambda part: _distance_from(phrase.place, part, small))
        return ranked[phrase.rank - 1 : phrase.rank] if not many else _on_side(ranked, phrase.place, small)
    return parts if many else parts[:1]


def _distance_from(place: str, part: Part, small: np.ndarray) -> float:
    """Less is nearer to the place."""
    x0, y0, x1, y1 = extent(part.region)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    away = float(np.hypot((x - small.shape[1] / 2) / small.shape[1], (y - small.shape[0] / 2) / small.shape[0]))
    area = float(part.region.sum())
    return {"left": x, "right": -x, "top": y, "bottom": -y, "middle": away, "biggest": -area, "smallest": area}[place]


def _on_side(ranked: list[Part], place: str, small: np.ndarray) -> list[Part]:
    """Several by place: "the cars on the left" are all in that half, "the big cars" all of about the biggest's size."""
    height, width = small.shape[:2]
    if place in ("biggest", "smallest"):
        first = ranked[0].region.sum()
        return [part for part in ranked if first / 2 <= part.region.sum() <= 2 * first]
    limits = {"left": width / 2, "right": -width / 2, "top": height / 2, "bottom": -height / 2, "middle": 0.25}
    return [part for part in ranked if _distance_from(place, part, small) < limits[place]] or ranked[:1]
