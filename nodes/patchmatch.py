"""For every patch that touches a hole, a similar patch of what is known: PatchMatch (Barnes et al., SIGGRAPH 2009), without loops over pixels.

Two changes make it fast in numpy. All pixels are updated at once (neighbours' answers are taken over in several step widths, as in jump flooding),
and patches are compared by their first principal components, a few dozen numbers instead of hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HALF = 3
"""A patch is a square of 2 × HALF + 1 pixels."""
COMPONENTS = 20
STEPS = (1, 3)
COHERENCE = 1.35
"""How much worse a neighbour's answer may be and still be taken over: pieces copied whole look real, patchwork looks like mud."""
UPRIGHT = 8.0
"""What a patch from another height costs: UPRIGHT² for the whole height of the picture, where a patch that differs by a tenth of white
costs 1.5. Pictures stand upright: a street goes on beside the hole, not above it. Too dear, and the next thing beside the hole is copied whole."""


@dataclass
class Level:
    """One size of the picture, padded by HALF pixels on every side.

    values: float32 (H, W, C), colours and whatever else is compared. hole, avoid: bool (H, W). source, target: flat indices of the centres of patches
    that are wholly known, and of those that touch the hole. usable: bool (H * W), True at sources.
    """

    values: np.ndarray
    hole: np.ndarray
    avoid: np.ndarray
    source: np.ndarray
    target: np.ndarray
    usable: np.ndarray

    @property
    def width(self) -> int:
        return self.hole.shape[1]


def make_level(values: np.ndarray, hole: np.ndarray, avoid: np.ndarray) -> Level:
    """A level from float32 (h, w, C) and bool (h, w) twice; patches that touch what is to be avoided are no sources."""
    values = np.pad(values, ((HALF, HALF), (HALF, HALF), (0, 0)), mode="symmetric").astype(np.float32)
    hole, avoid = np.pad(hole, HALF, mode="symmetric"), np.pad(avoid, HALF, mode="symmetric")
    inner = np.zeros_like(hole)
    inner[HALF:-HALF, HALF:-HALF] = True
    touched = _touched(hole)
    usable = (inner & ~touched & ~_touched(avoid)).ravel()
    return Level(values, hole, avoid, np.flatnonzero(usable), np.flatnonzero((inner & touched).ravel()), usable)


def _touched(area: np.ndarray) -> np.ndarray:
    """The centres of all patches that have a pixel in common with the area, bool (H, W)."""
    import cv2

    return np.asarray(cv2.dilate(area.astype(np.uint8), np.ones((2 * HALF + 1,) * 2, np.uint8)) > 0)


def shifts(width: int) -> np.ndarray:
    """Flat index distances of a patch's pixels from its centre, row by row."""
    reach = np.arange(-HALF, HALF + 1)
    return (reach[:, None] * width + reach).ravel()


def patches(level: Level, centres: np.ndarray) -> np.ndarray:
    """The patches around flat indices (N,) as float32 (N, pixels × C)."""
    flat = level.values.reshape(-1, level.values.shape[2])
    return flat[centres[:, None] + shifts(level.width)].reshape(len(centres), -1)


@dataclass
class Basis:
    """Principal components of a level's patches, and all known patches in them and in their height: features float32 (H * W, K + 1)."""

    mean: np.ndarray
    axes: np.ndarray
    features: np.ndarray

    def of(self, level: Level, centres: np.ndarray) -> np.ndarray:
        """The patches around flat indices (N,), float32 (N, K + 1)."""
        parts = [
            (patches(level, part) - self.mean) @ self.axes
            for part in np.array_split(centres, len(centres) // 20000 + 1)
        ]
        return np.column_stack([np.concatenate(parts), heights(level, centres)])


def heights(level: Level, centres: np.ndarray) -> np.ndarray:
    """The last feature of a patch, float32 (N,): where it is between top and bottom."""
    return (UPRIGHT / level.hole.shape[0] * (centres // level.width)).astype(np.float32)


def make_basis(level: Level, rng: np.random.Generator) -> Basis:
    """Principal components from a sample of the known patches (Tipping & Bishop's probabilistic reading is not needed: plain PCA)."""
    import cv2

    count = min(3000, len(level.source))
    sample = patches(level, rng.choice(level.source, count, replace=False))
    mean = sample.mean(0)
    _, vectors = np.linalg.eigh((sample - mean).T @ (sample - mean))
    axes = np.ascontiguousarray(vectors[:, : -COMPONENTS - 1 : -1], dtype=np.float32)
    height, width, channels = level.values.shape
    features = np.empty((height * width, axes.shape[1] + 1), np.float32)
    kernels = axes.reshape(2 * HALF + 1, 2 * HALF + 1, channels, -1)
    offset = mean @ axes
    planes = [np.ascontiguousarray(level.values[..., channel]) for channel in range(channels)]
    for component in range(axes.shape[1]):
        total = sum(
            cv2.filter2D(plane, cv2.CV_32F, kernels[:, :, channel, component]) for channel, plane in enumerate(planes)
        )
        features[:, component] = total.ravel() - offset[component]
    features[:, -1] = heights(level, np.arange(height * width))
    return Basis(mean, axes, features)


def search(level: Level, basis: Basis, near: np.ndarray, rng: np.random.Generator, rounds: int) -> np.ndarray:
    """Improve an answer by `rounds` of propagation and random search; changes `near` and returns the squared distances (targets,).

    near: int64 (H * W), at every target the flat index of a source.
    """
    target, features, width = level.target, basis.features, level.width
    wanted = basis.of(level, target)
    best = near[target]
    error = _error(features, wanted, best)
    directions = [step * unit for step in STEPS for unit in (1, -1, width, -width)]
    for _ in range(rounds):
        for shift in directions:
            # A neighbour's answer, moved along with it, is often right here too.
            candidate = near[np.clip(target + shift, 0, near.size - 1)] - shift
            best, error = _better(level, features, wanted, best, error, candidate, COHERENCE)
            near[target] = best
        radius = max(level.hole.shape)
        while radius >= 1:
            rows, columns = rng.integers(-radius, radius + 1, (2, len(target)))
            best, error = _better(level, features, wanted, best, error, best + rows * width + columns)
            radius //= 3
        near[target] = best
    return error


def _error(features: np.ndarray, wanted: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    difference = features[candidate]
    difference -= wanted
    return np.einsum("ij,ij->i", difference, difference)


def _better(
    level: Level, features: np.ndarray, wanted: np.ndarray, best: np.ndarray, error: np.ndarray, candidate: np.ndarray, favour: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Take over the candidates (targets,) that are sources and nearer, or farther by no more than the factor `favour`."""
    there = (candidate >= 0) & (candidate < level.usable.size)
    there[there] = level.usable[candidate[there]]
    there &= candidate != best
    rows = np.flatnonzero(there)
    new = _error(features, wanted[rows], candidate[rows])
    won = new < favour * error[rows]
    best, error = best.copy(), error.copy()
    best[rows[won]] = candidate[rows[won]]
    error[rows[won]] = new[won]
    return best, error


def vote(level: Level, near: np.ndarray, error: np.ndarray, sharp: bool = False) -> None:
    """Set the hole's values to the mean of what all patches over a pixel say, good ones first (Wexler et al., PAMI 2007).

    Patches nearer to the hole's border count more, for they know more. `sharp`: the better patches count alone, which keeps grain.
    """
    import cv2

    inward = cv2.distanceTransform(level.hole.astype(np.uint8), cv2.DIST_L2, 3).ravel()
    spread = max(float(np.quantile(error, 0.75)), 1e-6)
    if sharp:
        spread /= 8
    trust = np.zeros(near.size, np.float32)
    trust[level.target] = np.exp(-error / (2 * spread)) * 1.3 ** -np.minimum(inward[level.target], 60) + 1e-12
    inside = np.flatnonzero(level.hole.ravel() & _inner(level))
    flat = level.values.reshape(-1, level.values.shape[2])
    total = np.zeros((len(inside), flat.shape[1]), np.float32)
    weight = np.zeros(len(inside), np.float32)
    for shift in shifts(level.width):
        centre = inside + shift
        share = trust[centre]
        total += flat[np.maximum(near[centre] - shift, 0)] * share[:, None]
        weight += share
    flat[inside] = total / weight[:, None]


def _inner(level: Level) -> np.ndarray:
    inner = np.zeros(level.hole.shape, bool)
    inner[HALF:-HALF, HALF:-HALF] = True
    return inner.ravel()


def peel(level: Level, rng: np.random.Generator) -> np.ndarray:
    """A first answer for the smallest level: fill the hole ring by ring from outside, comparing known pixels alone. Returns `near`.

    Exhaustive, so only for small levels (Newson et al., IPOL 2017, section 3.4: a smooth first guess would stay smooth).
    """
    import cv2

    source = level.source if len(level.source) <= 6000 else np.sort(rng.choice(level.source, 6000, replace=False))
    known_patches = patches(level, source)
    channels = level.values.shape[2]
    flat = level.values.reshape(-1, channels)
    unknown = level.hole.copy()
    near = np.full(unknown.size, -1, np.int64)
    inner = _inner(level).reshape(unknown.shape)
    while (unknown & inner).any():
        wider = (
            cv2.erode(
                unknown.astype(np.uint8), np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=1
            )
            > 0
        )
        ring = np.flatnonzero((unknown & ~wider & inner).ravel())
        if not ring.size:  # cut off by the padding: take all that is left
            ring = np.flatnonzero((unknown & inner).ravel())
        near[ring] = source[_nearest(level, known_patches, source, ring, unknown)]
        flat[ring] = flat[near[ring]]
        unknown.ravel()[ring] = False
    rest = level.target[near[level.target] < 0]
    near[rest] = source[_nearest(level, known_patches, source, rest, unknown)]
    return near


def _nearest(
    level: Level, known: np.ndarray, source: np.ndarray, centres: np.ndarray, unknown: np.ndarray
) -> np.ndarray:
    """For patches with unknown pixels, the row of `known` (S, pixels × C), the patches around `source`, that is nearest in the others."""
    channels = level.values.shape[2]
    high = heights(level, source)
    answers = []
    for part in np.array_split(centres, len(centres) // 500 + 1):
        counts = np.repeat(~unknown.ravel()[part[:, None] + shifts(level.width)], channels, axis=1).astype(np.float32)
        wanted = patches(level, part) * counts
        away = (heights(level, part)[:, None] - high) ** 2
        answers.append(np.argmin(counts @ (known**2).T - 2 * wanted @ known.T + away, axis=1))
    return np.concatenate(answers)
