"""Why: what a node is like is told in three places (terminal, server, documentation), always from the same declaration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .declare import InputSpec, NodeSpec
from .records import Records
from .sockets import File, Model, OnPicture, Seed, Slider, Text, fits


def schema(spec: NodeSpec) -> dict[str, Any]:
    """A node type as plain JSON data: what an editor needs to draw it and a program to call it."""
    return {
        "type": spec.id,
        "title": spec.title,
        "family": spec.family,
        "summary": spec.summary,
        "help": spec.help,
        "tags": list(spec.tags),
        "version": spec.version,
        "heavy": spec.heavy,
        "writes": spec.writes,
        "source": spec.source,
        "inputs": {name: _input(entry) for name, entry in spec.inputs.items()},
        "outputs": {name: {"type": entry.type.name} for name, entry in spec.outputs.items()},
    }


def type_rows(specs: Iterable[NodeSpec]) -> dict[str, Any]:
    """The socket types of these nodes by name: the shape that goes with the colour, and the other types that an input of it takes."""
    types = {
        kind.name: kind
        for spec in specs
        for kind in [entry.type for entry in spec.inputs.values()] + [entry.type for entry in spec.outputs.values()]
    }
    return {
        name: {
            "shape": kind.shape,
            "takes": sorted(other for other, source in types.items() if other != name and fits(source, kind)),
        }
        for name, kind in sorted(types.items())
    }


def page(spec: NodeSpec) -> str:
    """A node's help as text for a terminal."""
    lines = [f"{spec.id}: {spec.summary}", *(["", spec.help] if spec.help else []), "", "inputs"]
    for entry in spec.inputs.values():
        lines.append(f"  {entry.name} ({_wish(entry)}){'' if entry.required else f' = {entry.default!r}'}")
        lines.extend([f"      {entry.help}"] if entry.help else [])
    lines.append("outputs")
    lines.extend(f"  {entry.name} ({entry.type.name})" for entry in spec.outputs.values())
    return "\n".join(lines)


def _wish(entry: InputSpec) -> str:
    text = entry.type.name
    if entry.type.choices:
        text = "one of " + ", ".join(map(str, entry.type.choices))
    if isinstance(entry.hint, Slider):
        text += f", {entry.hint.low:g} to {entry.hint.high:g}"
    if entry.type.of is not None:
        text += ": " + ", ".join(entry.type.of.kinds)
    return text + (", may be left out" if entry.optional else "")


def _input(entry: InputSpec) -> dict[str, Any]:
    data: dict[str, Any] = {"type": entry.type.name, "help": entry.help}
    if not entry.required:
        data["default"] = entry.default
    if entry.optional:
        data["optional"] = True
    if entry.lazy:
        data["lazy"] = True
    if entry.collects:
        data["collects"] = True
    if entry.type.choices:
        data["choices"] = list(entry.type.choices)
    widget = _widget(entry)
    if widget is not None:
        data["widget"] = widget
    return data


def _widget(entry: InputSpec) -> dict[str, Any] | None:
    """How a value is asked for, where its type alone does not say it."""
    match entry.hint:
        case Slider(low, high, step):
            return {"kind": "slider", "low": low, "high": high, "step": step}
        case Text(multiline):
            return {"kind": "text", "multiline": multiline}
        case File(kind):
            return {"kind": "file", "of": kind}
        case Model(kind):
            return {"kind": "model", "of": kind}
        case Seed():
            return {"kind": "seed"}
    if entry.type.name in ("boxes", "points"):
        return {"kind": entry.type.name, "on": entry.hint.of if isinstance(entry.hint, OnPicture) else None}
    if entry.type.name == "curve":
        return {"kind": "curve"}
    return _records(entry.type.of) if entry.type.of is not None else None


def _records(records: Records) -> dict[str, Any]:
    kinds = [
        {
            "name": kind.name,
            "title": kind.title,
            "help": kind.help,
            "fields": {name: _input(field) for name, field in kind.fields.items()},
        }
        for kind in records.kinds.values()
    ]
    return {"kind": "records", "of": kinds}
