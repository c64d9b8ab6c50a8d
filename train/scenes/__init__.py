"""Drawn pictures with exact labels: the world that the starter models learn, and the source of the example pictures.

`draw_scene(seed)` is the door. Everything follows from the seed; nothing is read from disk.
"""

from __future__ import annotations

from train.scenes.backgrounds import PLACES, draw_background
from train.scenes.objects import draw_object
from train.scenes.palette import ASPECT, COLOURS, KINDS, NATURAL, SYNONYMS
from train.scenes.scene import Drawn, Scene, draw_pair, draw_scene, label_map

__all__ = [
    "ASPECT",
    "COLOURS",
    "KINDS",
    "NATURAL",
    "PLACES",
    "SYNONYMS",
    "Drawn",
    "Scene",
    "draw_background",
    "draw_object",
    "draw_pair",
    "draw_scene",
    "label_map",
]
