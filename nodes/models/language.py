"""Chat models in GGUF behind one small interface: messages and a grammar go in, the text that the grammar allows comes out.

Any model that llama.cpp runs is asked through its own chat template (`prompting.py`); what it worked out about an opening is kept (`openings.py`).
llama.cpp writes to the terminal and may end the process on a broken file, so files are looked through first (`gguf.py`) and its voice is off.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graph import BadInput, GraftError, MissingWeights

from . import catalogue, gguf, hub, openings, prompting
from .prompting import Message, without_system

__all__ = ["Chat", "Message", "Reply", "follows_instructions", "load_chat", "without_system"]

LONGEST_CONTEXT = 4096
"""Pieces of text that a model keeps in mind here; more costs memory and no edit needs it."""
SMALL = 100_000_000
"""Bytes of a file up to which threads wait for each other longer than they compute."""
OnPiece = Callable[[int, int], None]


class Reply(NamedTuple):
    """What a model wrote. thoughts: its reasoning, cut off. The counts are of pieces of text (tokens): of the whole prompt, of those of it that had to
    be evaluated because no earlier talk shares them, and of those written."""

    text: str
    thoughts: str
    prompt: int
    evaluated: int
    written: int


class Chat:
    """A loaded chat model. `answer` and `reply` may be called from any thread, one at a time; close it, or let it go out of use.

    listens: whether it hears instructions at all (see Template.listens). context: pieces of text that it can hold.
    """

    def __init__(self, llama: Any, name: str, template: prompting.Template) -> None:
        self.name = name
        self.context: int = llama.n_ctx()
        self.listens = template.listens
        self._llama, self._template = llama, template
        self._openings = openings.Openings()
        self._lock = threading.Lock()
        # llama.cpp must be closed before the interpreter takes modules apart; finalize runs then at the latest.
        self._finalizer = weakref.finalize(self, llama.close)

    def answer(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_token: Callable[[], None] | None = None
    ) -> str:
        """The likeliest text that the GBNF grammar allows; always the same for the same messages. on_token() is called for every piece and may raise."""
        check = None if on_token is None else lambda done, total: on_token()
        return self.reply(messages, grammar, most=max_tokens, on_piece=check).text

    def reply(
        self,
        messages: Sequence[Message],
        grammar: str | None = None,
        *,
        most: int,
        seed: int = 0,
        temperature: float = 0.0,
        think: bool = False,
        on_piece: OnPiece | None = None,
    ) -> Reply:
        """What the model says to the messages, within `most` pieces of text; the same for the same arguments.

        grammar: GBNF that the answer is bound to, the reasoning before it is not. temperature: 0 takes the likeliest piece each time. think: whether a
        model that can reason first should. on_piece(written, most) is called before each batch of the prompt and for every piece, and may raise to stop.
        Raises GraftError when the messages do not fit into the context, when the chat template refuses them, or when the text has no end within `most`.
        """
        with self._lock:
            if not self._finalizer.alive:
                raise GraftError(f"the model '{self.name}' has been put away", "load it again")
            bound = None if grammar is None else self._bound(grammar)
            self._llama.set_seed(seed)
            step = on_piece or (lambda done, total: None)
            try:
                return self._reply(list(messages), bound, most, temperature, think, step)
            except ValueError as error:
                raise GraftError(
                    f"the model '{self.name}' can't be asked this: {error}",
                    "write a shorter sentence, or choose another chat model",
                ) from None
            except RuntimeError as error:
                self._llama.reset()
                raise GraftError(f"the model '{self.name}' failed: {error}", "choose another chat model") from None

    def pieces(self, text: str) -> int:
        """How many pieces (tokens) a text has for this model."""
        with self._lock:
            return len(self._llama.tokenize(text.encode(), add_bos=False, special=False))

    def close(self) -> None:
        """Free the memory; harmless when done twice."""
        with self._lock:
            self._openings.clear()
            self._finalizer()

    def _bound(self, grammar: str) -> Any:
        """The grammar as llama-cpp-python wants it, tried first: sampling by one that llama.cpp can't read ends the process."""
        import llama_cpp

        sampler = llama_cpp.llama_sampler_init_grammar(self._llama._model.vocab, grammar.encode(), b"root")
        if not sampler:
            raise GraftError("llama.cpp can't read the grammar", "report this with the sentence that was asked")
        llama_cpp.llama_sampler_free(sampler)
        return llama_cpp.LlamaGrammar.from_string(grammar, verbose=False)

    def _reply(
        self, messages: list[Message], bound: Any, most: int, temperature: float, think: bool, step: OnPiece
    ) -> Reply:
        text = self._template.prompt(messages, think=think)
        prompt = self._tokens(text)
        if len(prompt) >= self.context:
            raise ValueError(f"it takes {len(prompt):,} pieces of text, and its context holds {self.context:,}")
        most = min(most, self.context - len(prompt))
        evaluated = self._read(prompt, self._opening(messages, prompt, think), lambda: step(0, most))
        close = (self._template.thoughts or ("", ""))[1]
        thought: list[int] = []
        if think and bound is not None and close:
            thought = self._write(prompt, None, most, temperature, step, close, text)
        written = self._write([*prompt, *thought], bound, most - len(thought), temperature, step, "", text)
        said = prompting.split(self._text([*thought, *written], prompt), text)
        if not said[2]:
            raise self._endless(most)
        return Reply(said[0], said[1], len(prompt), evaluated, len(thought) + len(written))

    def _tokens(self, prompt: str) -> list[int]:
        return list(self._llama.tokenize(prompt.encode(), add_bos=False, special=True))

    def _text(self, tokens: Sequence[int], before: Sequence[int]) -> str:
        special = (
            self._template.thoughts is not None
        )  # the tags of some models are special pieces, which are left out else
        raw: bytes = self._llama.detokenize(list(tokens), prev_tokens=list(before), special=special)
        return raw.decode("utf-8", "ignore")

    def _opening(self, messages: list[Message], prompt: list[int], think: bool) -> int:
        """How many pieces at the beginning do not depend on the last message."""
        try:
            other = self._template.prompt([*messages[:-1], {**messages[-1], "content": "?"}], think=think)
        except ValueError:
            return 0
        return openings.common(np.array(prompt), np.array(self._tokens(other)))

    def _read(self, prompt: list[int], opening: int, check: Callable[[], None]) -> int:
        """Evaluate the prompt but for its last piece, which `generate` evaluates; how many pieces had to be evaluated, that one included."""
        llama, tokens = self._llama, np.array(prompt, np.intc)
        known = self._openings.restore(llama, tokens)
        ends = [*range(known, len(prompt) - 1, llama.n_batch), len(prompt) - 1]
        if openings.SHORTEST <= opening < len(prompt) and known < opening:
            ends = sorted({*ends, opening})
        for start, end in pairwise(ends):
            check()
            llama.eval(prompt[start:end])
            if end == opening:
                self._openings.keep(llama)
        return len(prompt) - known

    def _write(
        self, prompt: list[int], bound: Any, most: int, temperature: float, step: OnPiece, until: str, shown: str
    ) -> list[int]:
        """The pieces that the model writes: to the end of its answer, or until it has written a text. GraftError when that does not come."""
        import llama_cpp

        vocabulary, written = self._llama._model.vocab, list[int]()
        pieces: Iterator[int] = self._llama.generate(prompt, temp=temperature, repeat_penalty=1.0, grammar=bound)
        for token in pieces:
            if llama_cpp.llama_vocab_is_eog(vocabulary, token):
                return written
            written.append(token)
            step(len(written), most)
            if until and until in self._text(written[-16:], prompt):
                return written
            if len(written) >= most:
                break
        raise self._endless(most)

    def _endless(self, most: int) -> GraftError:
        return GraftError(
            f"the model '{self.name}' did not come to an end in {most} pieces",
            "write a shorter sentence, allow it a longer answer, or choose another chat model",
        )


def follows_instructions(chat: Any) -> Any:
    """The same model; MissingWeights, with what can be fetched for it, where it hears no instructions, as the starter model that reads edits alone."""
    if chat.listens:
        return chat
    offer = catalogue.recommended("chat", catalogue.machine_memory()) or catalogue.offers("chat")[0]
    error = MissingWeights(
        f"a chat model that follows instructions ('{chat.name}' only reads edits)",
        f"about {hub.amount(offer.bytes)}",
        f"https://huggingface.co/{offer.name.partition(':')[0]}",
        f"./graft models pull {offer.name}, then choose it at model",
    )
    error.weights = ("chat", offer.name)
    raise error


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
        template = _template(llama, header.keys["tokenizer.chat_template"])
    except Exception as error:  # a broken chat template raises jinja2's errors, broken weights ValueError
        what = f"'{path.name}' can't be loaded by llama.cpp ({str(error).replace(str(path), path.name)})"
        raise BadInput(
            "model",
            what,
            "it may be cut off, or newer than this llama-cpp-python: get the file again, or give another chat model",
        ) from None
    return Chat(llama, path.name, template)


def _template(llama: Any, text: str) -> prompting.Template:
    begin, end = (
        "" if token == -1 else llama._model.token_get_text(token) for token in (llama.token_bos(), llama.token_eos())
    )
    return prompting.Template(text, begin, end)
