"""What the masker learns from: drawn scenes with labels, each seen under several crops, in other light, now and then
soft.

It decides what a label is (the kind of thing at a pixel, with edges between things of one kind) and how far a view may
differ from the drawing, so that pictures of any proportions, photographs of screens and things painted by a model are
still understood.
"""

from __future__ import annotations

from random import Random

import numpy as np
import torch

from train.scenes import KINDS, Scene, draw_background, draw_scene

SIZE = 256
"""Side in pixels of the square that the model sees."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LABELS = ("background", *KINDS, "edge")
"""The last is the line where one thing stands before another of its kind: it keeps the two apart."""
EDGE = len(LABELS) - 1


def draw_pair(seed: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A scene of about side² pixels in random proportions: (uint8 (H, W, 3), uint8 labels (H, W)).

    One in sixteen is empty, half of them have only one or two kinds of things, so that they often touch.
    """
    rng = Random(seed)
    stretch = 2 ** rng.uniform(-0.35, 0.35)
    height, width = max(64, round(side / stretch)), max(64, round(side * stretch))
    if rng.random() < 1 / 16:
        pixels = draw_background(rng, height, width, None).pixels
        return np.clip(pixels, 0, 255).astype(np.uint8), np.zeros((height, width), np.uint8)
    kinds = rng.sample(KINDS, rng.randint(1, 2)) if rng.random() < 1 / 2 else None
    scene = draw_scene(seed, (height, width), (1, 5), kinds)
    return scene.image, label(scene)


def label(scene: Scene) -> np.ndarray:
    """uint8 (H, W): numbers into LABELS, with an edge six pixels wide where two things of a kind meet."""
    import cv2

    labels, wide = np.zeros(scene.image.shape[:2], np.uint8), np.ones((7, 7), np.uint8)
    masks = [(drawn.mask > 127).astype(np.uint8) for drawn in scene.objects]
    for drawn, mask in zip(scene.objects, masks, strict=True):
        number = 1 + KINDS.index(drawn.kind)
        if drawn.kind == "boat":  # its sails hang a hair's breadth above the hull
            labels[(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, wide) > 0) & (labels == 0)] = number
        labels[mask > 0] = number
    for i, one in enumerate(masks):
        for j in range(i):
            if scene.objects[i].kind == scene.objects[j].kind:
                labels[(cv2.dilate(one, wide) & cv2.dilate(masks[j], wide)) > 0] = EDGE
    return labels


class Pool:
    """Scenes in memory, each used a few times under other crops, then replaced: drawing costs as much as learning."""

    def __init__(self, side: int, first_seed: int, capacity: int = 384) -> None:
        self.side, self.seed = side, first_seed
        self.pairs = [self._next() for _ in range(capacity)]
        self.oldest, self.debt = 0, 0.0

    def _next(self) -> tuple[np.ndarray, np.ndarray]:
        self.seed += 1
        return draw_pair(self.seed, self.side)

    def batch(self, rng: Random, count: int, reuse: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures, float (count, 3, side, side), normalised; labels, int (count, side / 2, side / 2).

        reuse: how often each scene is used, on average.
        """
        self.debt += count / reuse
        while self.debt >= 1:
            self.pairs[self.oldest] = self._next()
            self.oldest, self.debt = (self.oldest + 1) % len(self.pairs), self.debt - 1
        views = [look(*rng.choice(self.pairs), self.side, rng) for _ in range(count)]
        pictures = torch.from_numpy(np.stack([v[0] for v in views])).permute(0, 3, 1, 2)
        labels = torch.from_numpy(np.stack([v[1] for v in views])).long()
        return normalise(pictures), labels


def normalise(pictures: torch.Tensor) -> torch.Tensor:
    """0..255 (B, 3, H, W) to what the image processor makes of them, channels last (twice as fast on a CPU)."""
    mean, deviation = torch.tensor(MEAN)[:, None, None], torch.tensor(DEVIATION)[:, None, None]
    return ((pictures.float() / 255 - mean) / deviation).contiguous(memory_format=torch.channels_last)


def look(image: np.ndarray, labels: np.ndarray, side: int, rng: Random) -> tuple[np.ndarray, np.ndarray]:
    """One view of a scene: a crop of other proportions, perhaps mirrored, in other light, now and then soft.

    The picture comes out float32 (side, side, 3), the labels uint8 at half that side.
    """
    import cv2

    height, width = labels.shape
    share, stretch = rng.uniform(0.6, 1.0), 2 ** rng.uniform(-0.3, 0.3)
    w, h = min(1.0, share * stretch) * width, min(1.0, share / stretch) * height
    x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
    if rng.random() < 0.5:
        x, w = x + w, -w
    view = _cut(image, x, y, w, h, side, cv2.INTER_LINEAR).astype(np.float32)
    if rng.random() < 0.15:
        small = rng.randint(side * 2 // 5, side * 4 // 5)
        view = cv2.resize(cv2.resize(view, (small, small), interpolation=cv2.INTER_AREA), (side, side))
    return _light(view, rng), _cut(labels, x, y, w, h, side // 2, cv2.INTER_NEAREST)


def _cut(array: np.ndarray, x: float, y: float, w: float, h: float, side: int, how: int) -> np.ndarray:
    """The rectangle at (x, y), w × h (w < 0: mirrored), as side × side; pixel centres stay where they are."""
    import cv2

    a, d = w / side, h / side
    back = np.array([[a, 0, x + a / 2 - 0.5], [0, d, y + d / 2 - 0.5]], np.float64)
    return cv2.warpAffine(array, back, (side, side), flags=how | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)


def _light(view: np.ndarray, rng: Random) -> np.ndarray:
    """Other brightness, contrast and tint, a little noise."""
    gains = np.array([rng.uniform(0.93, 1.07) for _ in range(3)], np.float32) * rng.uniform(0.85, 1.15)
    view = (view - 128) * rng.uniform(0.85, 1.12) + 128
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(view.shape[:2], np.float32)
    return np.clip(view * gains + noise[..., None] * rng.uniform(0, 4), 0, 255)
