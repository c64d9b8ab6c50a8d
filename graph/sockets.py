"""Why: what may flow along a link is said once, here: a NewType for signatures and one row of a table for checks, colours and
shapes. Arrays are numpy and read-only, so that a value can be shared by all its consumers without a copy.

A hint in ``Annotated`` says how a value is asked for (slider, text area, file picker) and, by that, what is allowed.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NewType, TypeGuard

import numpy as np

from . import literals
from .controls import Control, Controls
from .literals import named as _named

if TYPE_CHECKING:
    from .records import Records

Image = NewType("Image", np.ndarray)
"""uint8 RGB (H, W, 3), read-only."""
Mask = NewType("Mask", np.ndarray)
"""uint8 (H, W), 0..255, soft edges allowed; white marks what is to be changed."""
Heat = NewType("Heat", np.ndarray)
"""float32 (H, W), 0..1: how much each pixel looks like what was asked for."""
Boxes = NewType("Boxes", np.ndarray)
"""float32 (N, 4), xyxy in pixels. In a file: [[left, top, right, bottom], …]."""
Points = NewType("Points", np.ndarray)
"""float32 (N, 3): x and y in pixels, and 1 (this place belongs to the thing) or 0 (it does not). In a file: [[x, y, 1], …]."""
Curve = NewType("Curve", np.ndarray)
"""float32 (N, 2): control points of a curve, x and y from 0 to 1, x rising; at least two. In a file: [[0, 0], [1, 1]]."""
Color = NewType("Color", str)
"""A colour as "#rrggbb"."""


@dataclass(frozen=True)
class Slider:
    """A number within ``low``..``high``; ``step`` is for the widget alone."""

    low: float
    high: float
    step: float | None = None


@dataclass(frozen=True)
class Text:
    """Free text; ``multiline`` asks for a text area."""

    multiline: bool = False


@dataclass(frozen=True)
class File:
    """The path of a file that the node reads; what lies there is part of the cache key."""

    kind: str = "file"


@dataclass(frozen=True)
class Model:
    """The name of weights on the shelf, for ``kind`` ("inpaint", "segment", "chat")."""

    kind: str


@dataclass(frozen=True)
class Seed:
    """The seed of a random generator, 0 .. 2**53 - 1 (what JSON carries exactly in every reader)."""


@dataclass(frozen=True)
class OnPicture:
    """Boxes or points that are drawn on the picture which comes in at the input ``of``."""

    of: str


@dataclass(frozen=True)
class Lazy:
    """This input is made only when the node's ``needs`` function asks for it."""


@dataclass(frozen=True)
class Drop:
    """What a gate returns in place of its value: the item goes no further on any way behind the gate; ``reason`` is for the report."""

    reason: str


Check = Callable[[Any], str | None]


@dataclass(frozen=True)
class SocketType:
    """One kind of value. ``check`` answers what is wrong with a value, or None. Colour and shape are for the canvas: the shape
    tells sockets apart without colour. ``read`` makes the value of what a file holds, where the two differ (values pass unchanged),
    and raises ValueError; ``of`` says what a list of records may hold."""

    name: str
    colour: str
    shape: str
    check: Check
    choices: tuple[Any, ...] = ()
    literal: bool = True
    read: Callable[[Any], Any] | None = None
    of: Records | None = None

    def problem(self, literal: Any) -> str | None:
        """What is wrong with a value or with what a file holds for it, or None."""
        if self.read is None:
            return self.check(literal)
        try:
            self.read(literal)
        except ValueError as error:
            return str(error)
        return None


def _array(dtype: str, dims: int, wish: str) -> Check:
    wanted = np.dtype(dtype)

    def check(value: Any) -> str | None:
        if not isinstance(value, np.ndarray):
            return f"expected {wish}, got {_named(value)}"
        if value.dtype != wanted or value.ndim != dims or (dims == 3 and value.shape[2] != 3):
            return f"expected {wish}, got {value.dtype} {value.shape}"
        return None

    return check


def _table(columns: int, wish: str) -> Check:
    def check(value: Any) -> str | None:
        good = is_array(value) and value.dtype == np.float32 and value.ndim == 2 and value.shape[1] == columns
        return None if good else f"expected {wish} float32 (N, {columns}), got {_named(value)}"

    return check


def _drawn(name: str, colour: str, shape: str, columns: int, read: Callable[[Any], np.ndarray]) -> SocketType:
    """The row of a table of numbers that a file holds as a list."""
    check = _table(columns, name)

    def value_of(literal: Any) -> np.ndarray:
        if not is_array(literal):
            return read(literal)
        wrong = check(literal)
        if wrong is not None:
            raise ValueError(wrong)
        return literal

    return SocketType(name, colour, shape, check, read=value_of)


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) else f"expected a text, got {_named(value)}"


def _integer(value: Any) -> str | None:
    return (
        None
        if isinstance(value, int) and not isinstance(value, bool)
        else f"expected a whole number, got {_named(value)}"
    )


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"expected a number, got {_named(value)}"
    return None if literals.finite(value) else f"expected a finite number, got {_named(value)}"


def _switch(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"expected true or false, got {_named(value)}"


def _controls(value: Any) -> str | None:
    if not isinstance(value, tuple) or not all(isinstance(entry, Control) for entry in value):
        return f"expected a tuple of Control, got {_named(value)}"
    for index, entry in enumerate(value):
        if (wrong := _IMAGE(entry.image)) is not None:
            return f"entry {index + 1}: {wrong}"
    return None


def _colour(value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return None
    return f"expected a colour such as '#ff8800', got {_named(value)}"


_IMAGE = _array("uint8", 3, "an image uint8 (H, W, 3)")
ANYTHING = SocketType("anything", "#9aa0a6", "circle", lambda value: None)
_TYPES: dict[Any, SocketType] = {
    Image: SocketType("image", "#4c8dff", "square", _IMAGE, literal=False),
    Mask: SocketType("mask", "#e8e8e8", "diamond", _array("uint8", 2, "a mask uint8 (H, W)"), literal=False),
    Heat: SocketType("heat", "#ff7a45", "triangle", _array("float32", 2, "a heat map float32 (H, W)"), literal=False),
    Boxes: _drawn("boxes", "#f2c744", "hexagon", 4, literals.boxes),
    Points: _drawn("points", "#ff6fae", "cross", 3, literals.points),
    Curve: _drawn("curve", "#8f9bff", "wave", 2, literals.curve),
    Controls: SocketType("controls", "#5fd3bc", "hexagon", _controls, literal=False),
    Color: SocketType("color", "#d36cff", "circle", _colour),
    str: SocketType("text", "#55c17a", "circle", _text),
    int: SocketType("integer", "#36b3b3", "circle", _integer),
    float: SocketType("number", "#2aa7d6", "circle", _number),
    bool: SocketType("switch", "#b9855a", "circle", _switch),
    Any: ANYTHING,
}


def socket_type(annotation: Any) -> SocketType:
    """The row for a Python annotation (without ``Annotated`` and ``None``); TypeError names what can't be a socket."""
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return _choice(typing.get_args(annotation))
    if origin is list:
        return _list(socket_type(typing.get_args(annotation)[0]))
    for known, row in _TYPES.items():  # not by hash: what someone wrote as an annotation may have none
        if known is annotation:
            return row
    raise TypeError(f"{annotation!r} is no socket type; use one of {', '.join(row.name for row in _TYPES.values())}")


def _choice(choices: tuple[Any, ...]) -> SocketType:
    def check(value: Any) -> str | None:
        if any(value == choice and type(value) is type(choice) for choice in choices):
            return None
        return f"expected one of {', '.join(map(repr, choices))}, got {_named(value)}"

    return SocketType("choice", "#55c17a", "circle", check, choices)


def _list(item: SocketType) -> SocketType:
    def check(value: Any) -> str | None:
        if not isinstance(value, list | tuple):
            return f"expected a list, got {_named(value)}"
        for index, entry in enumerate(value):
            if (wrong := item.check(entry)) is not None:
                return f"entry {index + 1}: {wrong}"
        return None

    def read(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"expected a list, got {_named(value)}")
        for index, entry in enumerate(value):
            if (wrong := item.problem(entry)) is not None:
                raise ValueError(f"entry {index + 1}: {wrong}")
        return [item.read(entry) if item.read else entry for entry in value]

    return SocketType(f"list of {item.name}", item.colour, "square", check, read=read if item.read else None)


def split_optional(annotation: Any) -> tuple[Any, bool]:
    """``X | None`` → (X, True); everything else → (itself, False)."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        rest = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(rest) == 1 and len(rest) < len(typing.get_args(annotation)):
            return rest[0], True
    return annotation, False


def hint_problem(hint: Any, value: Any) -> str | None:
    """What a hint forbids about a value that is already of the right type, or None."""
    if isinstance(hint, Slider) and not hint.low <= value <= hint.high:
        return f"expected {hint.low:g} to {hint.high:g}, got {value}"
    if isinstance(hint, Seed) and not 0 <= value < 2**53:
        return f"expected a seed from 0 to {2**53 - 1}, got {value}"
    return None


# Text may feed a choice or a colour: the value is checked when it comes. A whole number is a number.
_FITS = {("integer", "number"), ("text", "choice"), ("text", "color"), ("choice", "text"), ("color", "text")}


def fits(source: SocketType, target: SocketType) -> bool:
    """Whether a link from ``source`` to ``target`` can carry a value."""
    if "anything" in (source.name, target.name) or source.name == target.name:
        return True
    return (source.name, target.name) in _FITS


def is_array(value: Any) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray)
