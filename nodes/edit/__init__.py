"""Edits by words: an instruction, another prompt for the same picture, a conversation; and which word has painted what."""

from __future__ import annotations

from . import conversation, instruct, reword, words

__all__ = ["conversation", "instruct", "reword", "words"]
