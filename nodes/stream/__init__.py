"""Streams: where items come from, how two streams meet, what is kept of them, and what becomes of all of them together."""

from __future__ import annotations

from nodes.stream import meeting, sinks, sources

__all__ = ["meeting", "sinks", "sources"]
