"""From messages to the text that a chat model is trained on, and from what it wrote to its answer: by the template in its own file, for nothing here
knows one model from another. Templates are programs of strangers: jinja2's sandbox renders them, without access to anything but the messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Message = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}."""
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
)
"""What stands before and after the reasoning of models that think."""
_MARK = "Zq7"


class Template:
    """A chat template (Jinja2) with the texts that begin and end a talk. `thoughts`: the pair of tags that the template knows, or None."""

    def __init__(self, text: str, begin: str, end: str) -> None:
        from llama_cpp.llama_chat_format import (
            Jinja2ChatFormatter,
        )  # its environment is an ImmutableSandboxedEnvironment

        self._formatter: Any = Jinja2ChatFormatter(text, end, begin)
        self.thoughts = next((pair for pair in THOUGHTS if pair[1] in text), None)

    def prompt(self, messages: Sequence[Message], *, think: bool = False) -> str:
        """The text after which the model writes its answer. ValueError when the template refuses the messages.

        think: whether models that can do either are to reason first; where the template opens the reasoning by itself, it is closed at once for False.
        """
        try:
            text: str = self._formatter(messages=list(messages), enable_thinking=think).prompt
        except Exception as error:  # templates raise what they like: jinja2's errors, ValueError, TypeError
            if messages[0]["role"] != "system" or len(messages) < 2:
                raise ValueError(f"its chat template refuses ({error})") from None
            return self.prompt(without_system(messages), think=think)
        open_, close = self.thoughts or ("", "")
        return f"{text.rstrip()}\n\n{close}\n\n" if open_ and not think and opened(text, open_) else text

    @property
    def listens(self) -> bool:
        """Whether what a system message says reaches the model; a template that passes on the last message alone belongs to a model of one task."""
        told = [{"role": "system", "content": _MARK}, {"role": "user", "content": "Hi"}]
        try:
            return _MARK in self.prompt(told)
        except ValueError:
            return True


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The same talk for templates that know no system role (Gemma's, say): its text opens the first message."""
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def opened(prompt: str, tag: str) -> bool:
    """Whether the prompt ends where the reasoning begins, as that of DeepSeek-R1 does."""
    return prompt.rstrip().endswith(tag)


def split(text: str, prompt: str = "") -> tuple[str, str, bool]:
    """What a model wrote, as (answer, reasoning, whether the reasoning has an end): the answer is empty where it has none."""
    for open_, close in THOUGHTS:
        begins = text.lstrip().startswith(open_)
        if close in text and (begins or open_ not in text):
            thoughts, _, answer = text.partition(close)
            return answer.strip(), thoughts.strip().removeprefix(open_).strip(), True
        if begins or opened(prompt, open_):
            return "", text.strip().removeprefix(open_).strip(), False
    return text.strip(), "", True
