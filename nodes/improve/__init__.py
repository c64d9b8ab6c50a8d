"""Making a poor picture better: what a camera, a wire or a codec has done to it is taken back, each damage by the method made for it."""

from __future__ import annotations

from . import blocks, light, noise, upscale

__all__ = ["blocks", "light", "noise", "upscale"]
