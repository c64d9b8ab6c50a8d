"""What the nodes that talk share: the model, the talk, the pace that is shown, and what counts as nonsense."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from graph import BadInput, GraftError, Run
from nodes.models.language import follows_instructions

CHARACTER = r'char ::= [^"\\\x00-\x1F\x7F] | "\\" ["\\/bfnrt]'
"""GBNF of one character inside a JSON string; needed by every grammar that has `char+`."""


def model_of(run: Run, name: str) -> Any:
    """The loaded chat model. MissingWeights where it can't follow instructions."""
    return follows_instructions(run.models.get("chat", name, say=run.say))


def talk(system: str, shots: Sequence[tuple[str, str]], last: str) -> list[dict[str, str]]:
    """System text, examples and what is asked now: the same opening each time, which a model reads only once."""
    messages = [{"role": "system", "content": system}] if system.strip() else []
    for asked, answered in shots:
        messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    return [*messages, {"role": "user", "content": last}]


def pace(run: Run) -> Callable[[int, int], None]:
    """Progress of a text: the tokens written and allowed, how many a second, and how long it can take at most. Raises Cancelled between two tokens."""
    began = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal began
        if done <= 1:
            began = time.monotonic()
            run.progress(done, total, "reading" if done == 0 else "")
            return
        rate = (done - 1) / max(time.monotonic() - began, 1e-6)
        run.progress(done, total, f"{rate:.0f} tokens a second, at most {(total - done) / rate:.0f} s left")

    return tell


def literal(text: str) -> str:
    """A GBNF literal of the text as it stands inside a JSON string."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1]
    return '"' + inside.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(text: str, socket: str) -> str:
    """The text without blanks around it; BadInput when it is empty."""
    if not text.strip():
        raise BadInput(socket, "it is empty", "write what it is about")
    return text.strip()


def read(answer: str, name: str) -> Any:
    """The answer as JSON; GraftError when it is none."""
    try:
        return json.loads(answer)
    except ValueError:
        raise nonsense(name, answer, "which is not JSON") from None


def nonsense(name: str, answer: str, why: str) -> GraftError:
    """The error for an answer that is of no use."""
    return GraftError(
        f"the model '{name}' answered {answer[:200]!r}, {why}",
        "change the seed or the instruction, or choose another chat model",
    )
