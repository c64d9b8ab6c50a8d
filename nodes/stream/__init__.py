"""Streams: where items come from, how two streams meet, what is kept of them, and what becomes of all of them together."""

from __future__ import annotations

from nodes.stream import meeting, plots, sinks, sources

__all__ = ["meeting", "plots", "sinks", "sources"]
