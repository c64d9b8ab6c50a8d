"""Why: boxes, points and curves are drawn by hand, so a workflow file may hold them as plain lists of numbers. Here such a list becomes the array that a
node works with, or an error that names the entry; the file keeps the list as it was written."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Row = tuple[float, ...]
RowCheck = Callable[[Row], str | None]
LARGEST = float(np.finfo(np.float32).max)


def boxes(value: Any) -> np.ndarray:
    """[[left, top, right, bottom], …] in pixels as float32 (N, 4), read-only. ValueError names the entry that is wrong."""

    def wrong(row: Row) -> str | None:
        for low, high, less, more in ((0, 2, "left", "right"), (1, 3, "top", "bottom")):
            if not row[low] < row[high]:
                return f"{less} {row[low]:g} is not less than {more} {row[high]:g}"
        return None

    return _rows(value, ("left", "top", "right", "bottom"), "pixels", wrong)


def points(value: Any) -> np.ndarray:
    """[[x, y, 1 or 0], …] in pixels as float32 (N, 3), read-only; 1 says that the place belongs to the thing, 0 that it does not."""

    def wrong(row: Row) -> str | None:
        return None if row[2] in (0, 1) else f"expected 1 (belongs to it) or 0 (does not) as the third, got {row[2]:g}"

    return _rows(value, ("x", "y", "1 or 0"), "pixels", wrong)


def curve(value: Any) -> np.ndarray:
    """[[x, y], …] from 0 to 1 as float32 (N, 2), read-only: at least two points, x rising from each to the next."""

    def wrong(row: Row) -> str | None:
        beyond = next((number for number in row if not 0 <= number <= 1), None)
        return None if beyond is None else f"expected 0 to 1, got {beyond:g}"

    made = _rows(value, ("x", "y"), "0 to 1", wrong)
    if len(made) < 2:
        raise ValueError(f"expected at least two points of a curve, got {len(made)}")
    flat = np.flatnonzero(np.diff(made[:, 0]) <= 0)
    if flat.size:
        place = int(flat[0]) + 2
        raise ValueError(f"entry {place}: its x {made[place - 1, 0]:g} does not lie behind the one before it")
    return made


def named(value: Any) -> str:
    """A value for an error message, never longer than a line."""
    if isinstance(value, np.ndarray):
        return f"an array {value.dtype} {value.shape}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def finite(value: Any) -> bool:
    """Whether it is a number, not a truth, that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _rows(value: Any, columns: tuple[str, ...], unit: str, wrong: RowCheck) -> np.ndarray:
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected a list of [{', '.join(columns)}], got {named(value)}")
    made = np.zeros((len(value), len(columns)), np.float32)
    for index, entry in enumerate(value):
        good = isinstance(entry, list | tuple) and len(entry) == len(columns) and all(map(finite, entry))
        if not good or any(abs(number) > LARGEST for number in entry):
            raise ValueError(f"entry {index + 1}: expected [{', '.join(columns)}] ({unit}), got {named(entry)}")
        made[index] = entry
        problem = wrong(tuple(float(number) for number in made[index]))
        if problem is not None:
            raise ValueError(f"entry {index + 1}: {problem}")
    made.flags.writeable = False
    return made
