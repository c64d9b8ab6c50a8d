"""Why: some inputs are a list of steps, each of a kind with settings of its own (a blur with its radius, weights with their strength). Such a kind is a
frozen dataclass, declared once: its fields are read like the inputs of a node, its docstring is the help, and the file holds plain tables.

    {"do": "blur", "radius": 3}          "do" may be left out where the list has one kind only
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import did_you_mean
from .literals import named
from .sockets import File, Model, SocketType

if TYPE_CHECKING:
    from .declare import InputSpec

Name = tuple[str, File | Model, str]
"""Where in a value, what it is, and what it is called."""
Change = Callable[[File | Model, str], str]


@dataclass(frozen=True)
class RecordKind:
    """One kind of entry: the dataclass that a node gets, and its fields by name."""

    name: str
    title: str
    help: str
    fields: Mapping[str, InputSpec]
    make: Callable[..., Any]


def classes_of(annotation: Any) -> tuple[type, ...]:
    """The dataclasses of ``list[A | B]``; () for every other annotation."""
    if typing.get_origin(annotation) is not list:
        return ()
    (inner,) = typing.get_args(annotation)
    union = typing.get_origin(inner) in (types.UnionType, typing.Union)
    parts = typing.get_args(inner) if union else (inner,)
    found = tuple(part for part in parts if isinstance(part, type) and dataclasses.is_dataclass(part))
    return found if len(found) == len(parts) else ()


def name_of(kind: type) -> str:
    """MotionBlur → "motion_blur"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()


def row(classes: tuple[type, ...], kinds: tuple[RecordKind, ...]) -> SocketType:
    """The socket type of a list of these records."""
    base = next((part for part in classes[0].__mro__[1:-1] if all(issubclass(kind, part) for kind in classes)), None)
    called = name_of(base if base is not None and len(classes) > 1 else classes[0])
    if base is None and len(classes) > 1:
        called = " or ".join(kind.name for kind in kinds)
    records = Records({kind.name: kind for kind in kinds}, classes, called.replace("_", " "))
    return SocketType(f"list of {records.called}", "#c08457", "square", records.check, read=records.read, of=records)


@dataclass(frozen=True)
class Records:
    """What such a list may hold."""

    kinds: Mapping[str, RecordKind]
    classes: tuple[type, ...]
    called: str

    def check(self, value: Any) -> str | None:
        """What is wrong with a value that a node gave, or None."""
        good = isinstance(value, list | tuple) and all(isinstance(entry, self.classes) for entry in value)
        return None if good else f"expected a list of {self.called}, got {named(value)}"

    def read(self, value: Any) -> list[Any]:
        """A literal as the list of dataclasses that a node gets. ValueError names the entry and its field."""
        if not isinstance(value, list | tuple):
            raise ValueError(f"expected a list of {self.called}, got {named(value)}")
        made = []
        for index, entry in enumerate(value):
            try:
                made.append(entry if isinstance(entry, self.classes) else self._made(entry))
            except ValueError as error:
                raise ValueError(f"entry {index + 1}: {error}") from None
        return made

    def names(self, value: Any) -> Iterator[Name]:
        """The files and weights that the entries of a literal name, also by default."""
        for index, entry in enumerate(value if isinstance(value, list | tuple) else ()):
            kind = self._kind(entry)
            for field in kind.fields.values() if kind else ():
                for where, hint, text in field.names(entry.get(field.name, field.default)):
                    yield f"entry {index + 1}: {field.name}: {where}", hint, text

    def renamed(self, value: Any, change: Change) -> Any:
        """The same literal with the files and weights that it names called otherwise."""
        if not isinstance(value, list | tuple):
            return value
        entries = []
        for entry in value:
            kind = self._kind(entry)
            fields = {name: kind.fields[name] for name in entry if name in kind.fields} if kind else {}
            changed = {name: field.renamed(entry[name], change) for name, field in fields.items()}
            entries.append({**entry, **changed} if changed else entry)
        return value if entries == list(value) else entries

    @property
    def names_things(self) -> bool:
        """Whether any entry may name a file or weights."""
        return any(field.names_things for kind in self.kinds.values() for field in kind.fields.values())

    def _kind(self, entry: Any) -> RecordKind | None:
        if not isinstance(entry, dict):
            return None
        only = next(iter(self.kinds)) if len(self.kinds) == 1 else None
        name = entry.get("do", only)
        return self.kinds.get(name) if isinstance(name, str) else None

    def _made(self, entry: Any) -> Any:
        if not isinstance(entry, dict):
            raise ValueError(f"expected a table such as {self._sample()}, got {named(entry)}")
        kind = self._kind(entry)
        if kind is None:
            raise ValueError(self._unknown(entry))
        given = {name: value for name, value in entry.items() if name != "do"}
        for name in given:
            if name not in kind.fields:
                cure = did_you_mean(name, kind.fields, f"it has {', '.join(kind.fields) or 'none'}")
                raise ValueError(f"{kind.name} has no '{name:.60}' ({cure})")
        for name, field in kind.fields.items():
            if name not in given and field.required:
                raise ValueError(f"{name}: the {field.type.name} is missing")
            if name in given and (wrong := field.problem(given[name])) is not None:
                raise ValueError(f"{name}: {wrong}")
        return kind.make(**{name: field.read(given.get(name, field.default)) for name, field in kind.fields.items()})

    def _unknown(self, entry: Mapping[str, Any]) -> str:
        if "do" not in entry:
            return f"'do' is missing; it is one of {', '.join(self.kinds)}"
        cure = did_you_mean(str(entry["do"]), self.kinds, f"'do' is one of {', '.join(self.kinds)}")
        return f"there is no {self.called} '{entry['do']!s:.60}' ({cure})"

    def _sample(self) -> str:
        kind = next(iter(self.kinds.values()))
        first = next(iter(kind.fields), "")
        parts = ([f'"do": "{kind.name}"'] if len(self.kinds) > 1 else []) + ([f'"{first}": …'] if first else [])
        return "{" + ", ".join(parts) + "}"
