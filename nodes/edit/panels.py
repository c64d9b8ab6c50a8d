"""Heat maps to look at: one labelled panel for each word, the map laid over the picture."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from nodes.pixels import frozen

SIDE = 512
"""Longest side of a panel, in pixels: a sheet of 77 words must stay a picture that can be looked at."""
INK, PAPER = "#1c1f24", "#f4f3ef"


def overlay(picture: np.ndarray, heat: np.ndarray, strength: float = 0.65) -> np.ndarray:
    """uint8 (H, W, 3): the picture in grey, and the heat (H, W), 0..1, over it in colours from blue to red; the hotter, the less shows through."""
    import cv2

    ramp = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_TURBO)[:, 0, ::-1]
    colours = ramp[np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8)].astype(np.float32)
    grey = picture.astype(np.float32).mean(2, keepdims=True)
    weight = strength * (0.35 + 0.65 * np.clip(heat, 0, 1)[..., None])
    return np.rint(grey + (colours - grey) * weight).astype(np.uint8)


def sheet(picture: np.ndarray, heats: Mapping[str, np.ndarray]) -> np.ndarray:
    """The picture and a panel for each word with the word below it, in rows, uint8 (h, w, 3)."""
    named = [("", picture), *((word, overlay(picture, heat)) for word, heat in heats.items())]
    columns = math.ceil(math.sqrt(len(named)))
    scale = min(1.0, SIDE / max(picture.shape[:2]))
    width, height = (max(1, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    # Small models paint small pictures, in which no word could be read.
    times = max(1, -(-160 // max(width, height)))
    width, height = width * times, height * times
    band, gap = max(18, width // 9), max(4, width // 40)
    font = ImageFont.load_default(band * 0.7)
    page = Pictures.new(
        "RGB",
        (gap + columns * (width + gap), gap + math.ceil(len(named) / columns) * (height + band + gap)),
        PAPER,
    )
    draw = ImageDraw.Draw(page)
    for number, (word, panel) in enumerate(named):
        left, top = gap + number % columns * (width + gap), gap + number // columns * (height + band + gap)
        page.paste(Pictures.fromarray(panel).resize((width, height), Pictures.Resampling.BICUBIC), (left, top))
        draw.text((left + width / 2, top + height + band / 2), word, INK, font, anchor="mm")
    return frozen(np.asarray(page))
