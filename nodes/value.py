"""Small values that graphs need: texts, numbers and the choices between them.

A value node exists so that one text or number can feed several nodes, appear as an option of the graph, or be put
together from parts.
"""

from __future__ import annotations

import difflib
import math
import operator
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from graph import BadInput, Color, Text, node
from nodes.pixels import parse_colour

MAX_TEXT = 200_000
"""The longest text a node here makes, in characters."""

Operation = Literal["+", "-", "*", "/", "mod", "power", "min", "max"]
OPERATIONS: dict[str, Callable[[float, float], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "mod": operator.mod, "power": operator.pow,
    "min": min, "max": max,
}  # fmt: skip
RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "≠": operator.ne,
}  # fmt: skip

_HOLE = re.compile(
    r"\{\{|\}\}|([ \t]*,?[ \t]*)\{([^{}]*)\}|[{}]"
)  # an escaped brace; a hole with the gap before it; a stray brace


@node(output="text", tags=("string", "prompt", "words"))
def text(text: Annotated[str, Text(multiline=True)] = "") -> str:
    """A text, to be used in one place or many.

    text: any text, also of several lines.
    """
    return text


@node(output="number", tags=("float", "value"))
def number(number: float = 0.0) -> float:
    """A number, with or without a fraction.

    number: any number.
    """
    return number


@node(output="integer", tags=("int", "whole number", "seed"))
def integer(integer: int = 0) -> int:
    """A whole number, such as a count, a size in pixels or a seed.

    integer: any whole number.
    """
    return integer


@node(output="number", tags=("math", "add", "plus", "minus", "times", "divide", "power", "arithmetic"))
def calculate(a: float = 0.0, operation: Operation = "+", b: float = 0.0) -> float:
    """Calculate with two numbers.

    a: the first number.
    operation: + - * / as usual; "mod" is the rest of a division, "power" a to the b, "min" and "max" the smaller and the larger.
    b: the second number.
    """
    try:
        result = OPERATIONS[operation](a, b)
    except ZeroDivisionError as error:
        raise BadInput("b", f"{a:g} {operation} {b:g} can't be calculated", "give another number than 0") from error
    except OverflowError as error:
        raise BadInput("a", f"{a:g} {operation} {b:g} is too large", "give smaller numbers") from error
    if isinstance(result, complex) or not math.isfinite(result):
        raise BadInput("a", f"{a:g} {operation} {b:g} is no number", "give other numbers")
    return float(result)


@node(output="answer", tags=("less", "greater", "equal", "condition", "if", "threshold"))
def compare(a: float = 0.0, relation: Literal["<", "<=", ">", ">=", "=", "≠"] = ">", b: float = 0.0) -> bool:
    """Whether one number is larger than, smaller than or equal to another: for switches, and for the end of a loop.

    a: the first number.
    relation: how they should stand to each other.
    b: the second number.
    """
    return RELATIONS[relation](a, b)


@node(output="colour", tags=("color", "paint"))
def colour(colour: str = "white") -> Color:
    """A colour from a word or a code.

    colour: a name such as "dark orange", or a code such as #ff8800.
    """
    return Color("#{:02x}{:02x}{:02x}".format(*parse_colour(colour)))


@node(output="text", tags=("choice", "if", "select"))
def switch(on: bool, yes: str = "", no: str = "") -> str:
    """One of two texts, by a switch.

    on: which text goes on: `yes` when on, `no` when off.
    yes: the text when the switch is on.
    no: the text when the switch is off.
    """
    return yes if on else no


@node(output="text", tags=("select", "index", "list"))
def choice(texts: list[str], number: int = 1) -> str:
    """One text of a list, by its number.

    texts: the texts to choose from.
    number: which one: 1 is the first, -1 the last.
    """
    if number == 0 or abs(number) > len(texts):
        raise BadInput(
            "number",
            f"there is no text number {number} in a list of {len(texts)}",
            f"choose 1 to {len(texts)}" if texts else "fill the list",
        )
    return texts[number - 1 if number > 0 else number]


@node(output="text", tags=("default", "otherwise", "fallback", "coalesce"))
def first_filled(first: str = "", second: str = "", third: str = "", fourth: str = "") -> str:
    """The first text that is not empty.

    first: taken unless it is empty or only spaces.
    second: taken when the ones before it are empty.
    third: taken when the ones before it are empty.
    fourth: taken when the ones before it are empty.
    """
    return next((text for text in (first, second, third, fourth) if text.strip()), "")


@node(output="text", tags=("map", "case", "switch", "lookup", "dictionary"))
def lookup(word: str, table: Annotated[str, Text(multiline=True)], otherwise: str = "") -> str:
    """Translate a word by a table, such as "night: dark blue sky with stars".

    word: the word to look up; upper and lower case are the same.
    table: one "word: text" on each line.
    otherwise: the text for words that are not in the table; when it is empty, such a word is an error.
    """
    entries: dict[str, str] = {}
    for line_number, line in enumerate(table.splitlines(), start=1):
        key, colon, meaning = line.partition(":")
        if not line.strip():
            continue
        if not colon:
            raise BadInput("table", f"line {line_number} has no colon: {line[:60]!r}", 'write it as "word: text"')
        entries.setdefault(key.strip().lower(), meaning.strip())
    found = entries.get(word.strip().lower(), otherwise)
    if not found and word.strip().lower() not in entries:
        raise BadInput(
            "word",
            f"{word[:60]!r} is not in the table",
            _known(word, list(entries)) + ", add a line for it, or fill `otherwise`",
        )
    return found


@node(output="text", tags=("format", "prompt", "fill", "sentence"))
def template(
    template: Annotated[str, Text(multiline=True)] = "a {colour} {thing}",
    thing: str = "",
    colour: str = "",
    style: str = "",
    place: str = "",
    extra: str = "",
) -> str:
    """A text with holes: "a {colour} {thing}" becomes "a red bicycle".

    A hole whose value is empty disappears together with the space or comma before it. Two braces write one: {{ and }}.

    template: the text; the holes are {thing}, {colour}, {style}, {place} and {extra}.
    thing: fills {thing}.
    colour: fills {colour}.
    style: fills {style}.
    place: fills {place}.
    extra: fills {extra}.
    """
    values = {"thing": thing, "colour": colour, "style": style, "place": place, "extra": extra}

    def fill(found: re.Match[str]) -> str:
        gap, hole = found.groups()
        if hole is None:
            if len(found[0]) == 1:
                raise BadInput(
                    "template",
                    f"a brace stands alone behind {template[: found.start()][-30:]!r}",
                    "close the hole, or write {{ or }} for a brace",
                )
            return found[0][0]
        if hole.strip() not in values:
            raise BadInput("template", f"there is no hole {{{hole[:40]}}}", _known(hole, list(values)))
        value = values[hole.strip()].strip()
        return gap + value if value else ""

    filled = _HOLE.sub(fill, template)
    return _limited(filled.lstrip(" ,") if template.startswith("{") else filled, "template")


@node(output="text", tags=("concatenate", "combine", "append", "prompt"))
def join(first: str = "", second: str = "", third: str = "", fourth: str = "", separator: str = ", ") -> str:
    r"""Put texts one behind the other; empty ones are left out.

    first: the first part.
    second: the second part.
    third: the third part.
    fourth: the fourth part.
    separator: what stands between two parts; \n is a new line.
    """
    return _limited(
        separator.replace("\\n", "\n").join(part for part in (first, second, third, fourth) if part.strip()), "first"
    )


def _known(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word.strip().lower(), known, n=1)
    return (
        f'did you mean "{close[0]}"? Known are {", ".join(known[:12])}'
        if close
        else f"known are {', '.join(known[:12]) or 'none'}"
    )


def _limited(text: str, socket: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadInput(socket, f"the text would have {len(text)} characters", f"stay below {MAX_TEXT}")
    return text
