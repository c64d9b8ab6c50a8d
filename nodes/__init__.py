"""The families, one name each; importing this module fills the registry. A new family is one more line."""

from __future__ import annotations

from importlib import import_module

FAMILIES = (
    "image",
    "mask",
    "value",
    "flow",
    "language",
    "segment",
    "diffusion",
    "control",
    "edit",
    "paint",
    "stream",
    "augment",
    "improve",
    "move",
    "video",
    "tag",
    "look",
)

for _family in FAMILIES:
    import_module(f"nodes.{_family}")
