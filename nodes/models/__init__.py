"""The shelf: where a node gets a loaded model from, by kind and name. Importing it costs no torch; loading does."""

from __future__ import annotations

from .finding import KINDS, Found
from .shelf import Shelf

__all__ = ["KINDS", "Found", "Shelf"]
