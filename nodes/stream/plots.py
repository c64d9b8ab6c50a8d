"""Values to be compared: typed as a person types them, given one by one, so that everything behind runs once for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from graph import BadInput, Run, Text, node

MOST = 10_000
"""The most values that one text may spell."""

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_ONE = re.compile(_NUMBER)
_RANGES = tuple(
    re.compile(rf"({_NUMBER})\s*{between}\s*({_NUMBER})(?:\s*{step}\s*({_NUMBER}))?")
    for between, step in ((r"(?:\.{2,3}|…)", "step"), ("[-–]", ":"))
)
_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


def _count(wish: Mapping[str, Any]) -> int | None:
    try:
        return len(_read(wish["values"], wish["kind"]))
    except BadInput:
        return None


@node(family="stream", output="value", tags=("list", "range", "compare", "plot", "settings", "iterate"), count=_count)
def values(
    values: Annotated[str, Text(multiline=True)],
    kind: Literal["numbers", "texts", "on or off"] = "numbers",
    *,
    run: Run,
) -> Iterator[Any]:
    """Give values, one after the other: link it to a setting, and what is behind runs once for each of them.

    Numbers stand one a line or with a comma and a blank between them (10, 20, 30); a range is 1-9:2, or 1..9, or 0.2..0.8 step 0.2, both
    ends counted. Link it together with another one through stream.cross, and show what came with image.xy_grid.

    values: the values; texts stand one a line. None may stand twice.
    kind: what they are: numbers, texts (prompts, choices, names of models), or "on" and "off" for switches.
    """
    found = _read(values, kind)
    run.expect(len(found))
    yield from found


def _read(text: str, kind: str) -> list[Any]:
    found = [value for line in text.splitlines() if line.strip() for value in _READERS[kind](line.strip())]
    if not found:
        raise BadInput("values", "there is no value in it", "write one value a line")
    if len(found) > MOST:
        raise BadInput("values", f"these are more than {MOST} values", "give fewer of them")
    seen: set[Any] = set()
    for value in found:
        if value in seen:
            raise BadInput("values", f"{value!r} stands twice", "leave one of them out: they would give the same")
        seen.add(value)
    return found


def _numbers(line: str) -> list[int | float]:
    for pattern in _RANGES:
        spelled = pattern.fullmatch(line)
        if spelled:
            return _range(line, *spelled.groups())
    parts = [part for part in re.split(r"\s*;\s*|,\s+", line.rstrip(",;")) if part]
    wrong = next((part for part in parts if not _ONE.fullmatch(part)), None)
    if wrong is not None:
        raise BadInput(
            "values", f"{wrong[:40]!r} is no number", "write 10, 20, 30 (a blank behind each comma), or a range: 1-9:2"
        )
    return [_number(part) for part in parts]


def _range(line: str, first: str, last: str, by: str | None) -> list[int | float]:
    start, end = Decimal(first), Decimal(last)
    if by is None and not all(isinstance(_number(part), int) for part in (first, last)):
        raise BadInput("values", f"the range {line!r} says no step", "add one: 0.2..0.8 step 0.2")
    step = abs(Decimal(by)) if by is not None else Decimal(1)
    if not step or abs(end - start) / step >= MOST:
        raise BadInput("values", f"the range {line!r} has no end or too many values", "give a larger step")
    way = step if end >= start else -step
    whole = all(isinstance(_number(part), int) for part in (first, last, by or "1"))
    made = (start + way * index for index in range(int(abs(end - start) / step) + 1))
    return [int(value) if whole else float(value) for value in made]


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)


def _switch(line: str) -> list[bool]:
    parts = [part.lower() for part in re.split(r"[\s,;]+", line) if part]
    wrong = next((part for part in parts if part not in _SWITCH), None)
    if wrong is not None:
        raise BadInput("values", f"{wrong[:40]!r} is neither on nor off", "write on and off, one a line")
    return [_SWITCH[part] for part in parts]


def _text(line: str) -> list[str]:
    return [line.replace("\\n", "\n")]


_READERS: dict[str, Callable[[str], list[Any]]] = {"numbers": _numbers, "texts": _text, "on or off": _switch}
