"""Clips: a film is a stream of pictures, so that every node for pictures works on it frame by frame, with bounded memory.

Frames agree with each other when nothing random differs between them: a seed that is typed in (and not fed by a stream) is the same for each
frame, so that diffusion nodes start all of them from the same noise.
"""

from __future__ import annotations

from . import following, reading, writing

__all__ = ["following", "reading", "writing"]
