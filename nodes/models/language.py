"""Chat models in GGUF behind one small interface: messages and a grammar go in, the text that the grammar allows comes out.

Any model that llama.cpp runs is asked through its own chat template; nothing here knows which one it is. llama.cpp writes to the terminal and may end
the process on a broken file, so files are looked through first (`gguf.py`) and its voice is off.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from graph import BadInput, GraftError

from . import gguf

LONGEST_CONTEXT = 4096
"""Pieces of text that a model keeps in mind here; more costs memory and no edit needs it."""
SMALL = 100_000_000
"""Bytes of a file up to which threads wait for each other longer than they compute."""
Message = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}."""


class Chat:
    """A loaded chat model. `answer` may be called from any thread, one at a time; close it, or let it go out of use."""

    def __init__(self, llama: Any, name: str) -> None:
        self.name = name
        self._llama = llama
        self._lock = threading.Lock()
        # llama.cpp must be closed before the interpreter takes modules apart; finalize runs then at the latest.
        self._finalizer = weakref.finalize(self, llama.close)

    def answer(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_token: Callable[[], None] | None = None
    ) -> str:
        """The likeliest text that the GBNF grammar allows; always the same for the same messages.

        on_token() is called for every piece and may raise to stop. Raises GraftError when the messages do not fit into the model's context, when its
        chat template refuses them, or when the text has no end within max_tokens.
        """
        pieces: list[str] = []
        with self._lock:
            if not self._finalizer.alive:
                raise GraftError(f"the model '{self.name}' has been put away", "load it again")
            bound = self._bound(grammar)
            try:
                for piece, reason in self._stream(list(messages), bound, max_tokens):
                    pieces.append(piece)
                    if on_token is not None:
                        on_token()
                    if reason == "length":
                        raise GraftError(
                            f"the model '{self.name}' did not come to an end in {max_tokens} pieces",
                            "write a shorter sentence",
                        )
            except ValueError as error:
                raise GraftError(
                    f"the model '{self.name}' can't be asked this: {error}",
                    "write a shorter sentence, or choose another chat model",
                ) from None
            except RuntimeError as error:
                raise GraftError(f"the model '{self.name}' failed: {error}", "choose another chat model") from None
        return "".join(pieces)

    def close(self) -> None:
        """Free the memory; harmless when done twice."""
        with self._lock:
            self._finalizer()

    def _bound(self, grammar: str) -> Any:
        """The grammar as llama-cpp-python wants it, tried first: sampling by one that llama.cpp can't read ends the process."""
        import llama_cpp

        sampler = llama_cpp.llama_sampler_init_grammar(self._llama._model.vocab, grammar.encode(), b"root")
        if not sampler:
            raise GraftError("llama.cpp can't read the grammar", "report this with the sentence that was asked")
        llama_cpp.llama_sampler_free(sampler)
        return llama_cpp.LlamaGrammar.from_string(grammar, verbose=False)

    def _stream(self, messages: list[Message], grammar: Any, max_tokens: int) -> Iterator[tuple[str, str | None]]:
        for chunk in self._start(messages, grammar, max_tokens):
            choice = chunk["choices"][0]
            yield choice["delta"].get("content") or "", choice["finish_reason"]

    def _start(self, messages: list[Message], grammar: Any, max_tokens: int) -> Iterator[Any]:
        def start(shown: list[Message]) -> Iterator[Any]:
            return self._llama.create_chat_completion(
                shown, grammar=grammar, max_tokens=max_tokens, temperature=0.0, seed=0, stream=True
            )

        try:
            return start(messages)
        except Exception as error:  # templates raise what they like: jinja2's errors, ValueError, TypeError
            if messages[0]["role"] != "system":
                raise ValueError(f"its chat template refuses ({error})") from None
        return self._start(without_system(messages), grammar, max_tokens)


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The same talk for templates that know no system role (Gemma's, say): its text opens the first message."""
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def load_chat(path: Path, device: str = "auto") -> Chat:
    """Load a GGUF chat model, on the accelerator unless `device` is "cpu" or llama.cpp was built without one. BadInput when the file can't be used."""
    header = gguf.inspect(path)
    trained = header.of_architecture("context_length")
    context = min(LONGEST_CONTEXT, trained) if isinstance(trained, int) and trained > 0 else LONGEST_CONTEXT
    import llama_cpp

    layers = -1 if device != "cpu" and llama_cpp.llama_supports_gpu_offload() else 0
    threads = None if path.stat().st_size > SMALL else 1
    try:
        llama = llama_cpp.Llama(
            str(path),
            n_ctx=context,
            n_batch=min(512, context),
            n_gpu_layers=layers,
            n_threads=threads,
            n_threads_batch=threads,
            seed=0,
            verbose=False,
        )
    except Exception as error:  # a broken chat template raises jinja2's errors, broken weights ValueError
        what = f"'{path.name}' can't be loaded by llama.cpp ({str(error).replace(str(path), path.name)})"
        raise BadInput(
            "model",
            what,
            "it may be cut off, or newer than this llama-cpp-python: get the file again, or give another chat model",
        ) from None
    return Chat(llama, path.name)
