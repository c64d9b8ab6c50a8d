"""The evaluated openings of talks: instructions and examples are the same each time, so what a model worked out about them is kept and put back.

llama.cpp keeps the keys and values of the last talk alone. A graph whose nodes take turns would have the model read its instructions again at each
turn; here they are read once for each kind of talk. A state is a copy of one sequence of the context (`llama_state_seq_*`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

SHORTEST = 32
"""Pieces of text that are worth a copy."""
MOST, MOST_BYTES = 8, 256_000_000
"""Openings that are kept for a model, and the memory that they may take; the one that was longest unused goes first."""


class _State(NamedTuple):
    tokens: np.ndarray
    data: Any


class Openings:
    """The openings of one loaded model, the last used at the end."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: list[_State] = []
        self._most_bytes = most_bytes

    def restore(self, llama: Any, prompt: np.ndarray) -> int:
        """Make the context hold nothing but a beginning of the prompt, the longest that is known: what it has of it, or a kept opening. Its length."""
        shared = min(common(llama.input_ids[: llama.n_tokens], prompt), len(prompt) - 1)
        fitting = [state for state in self._kept if common(state.tokens, prompt) == len(state.tokens) < len(prompt)]
        best = max(fitting, key=lambda state: len(state.tokens), default=None)
        if best is not None:
            self._kept = [*(state for state in self._kept if state is not best), best]
        if (best is None or len(best.tokens) <= shared) and _cut(llama, shared):
            return shared
        if best is not None and _put_back(llama, best):
            return llama.n_tokens
        llama.reset()
        return 0

    def keep(self, llama: Any) -> None:
        """Copy what the context holds now."""
        import llama_cpp

        tokens = np.array(llama.input_ids[: llama.n_tokens])
        if any(np.array_equal(state.tokens, tokens) for state in self._kept):
            return
        size = llama_cpp.llama_state_seq_get_size(llama.ctx, 0)
        if size > self._most_bytes:
            return
        data = (llama_cpp.ctypes.c_uint8 * size)()
        if llama_cpp.llama_state_seq_get_data(llama.ctx, data, size, 0) != size:
            return
        self._kept.append(_State(tokens, data))
        while len(self._kept) > MOST or sum(len(state.data) for state in self._kept) > self._most_bytes:
            del self._kept[0]

    def clear(self) -> None:
        """Free the memory."""
        self._kept.clear()


def _cut(llama: Any, length: int) -> bool:
    """Forget all behind the first pieces. Models with a running state (Mamba, RWKV and their mixtures) can't forget a part of it: False."""
    if length < llama.n_tokens and not (length and llama._ctx.kv_cache_seq_rm(-1, length, -1)):
        return False
    llama.n_tokens = length
    return True


def _put_back(llama: Any, state: _State) -> bool:
    import llama_cpp

    llama.reset()
    llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(llama.ctx), True)
    if not llama_cpp.llama_state_seq_set_data(llama.ctx, state.data, len(state.data), 0):
        return False
    llama.n_tokens = len(state.tokens)
    llama.input_ids[: llama.n_tokens] = state.tokens
    return True


def common(one: np.ndarray, other: np.ndarray) -> int:
    """How many pieces two talks share from their beginning."""
    length = min(len(one), len(other))
    differing = np.flatnonzero(np.asarray(one[:length]) != np.asarray(other[:length]))
    return int(differing[0]) if len(differing) else length
