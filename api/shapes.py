"""Why: what a request may hold is said once, as JSON schema. The same table is checked against what comes in and printed in the
OpenAPI document, so the two can't differ. Only the part of JSON schema that the handlers use is understood here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from graph import did_you_mean

Schema = dict[str, Any]

_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def record(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object with just these properties."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def table(values: Schema | None = None, **rest: Any) -> Schema:
    """An object with any keys."""
    return {"type": "object", "additionalProperties": values if values is not None else {}, **rest}


def array(items: Schema, **rest: Any) -> Schema:
    return {"type": "array", "items": items, **rest}


def text(longest: int = 200, **rest: Any) -> Schema:
    return {"type": "string", "maxLength": longest, **rest}


def integer(low: int, high: int, **rest: Any) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, **rest}


def choice(*words: str, **rest: Any) -> Schema:
    return {"type": "string", "enum": list(words), **rest}


def problems(schema: Schema, value: Any, place: str = "") -> Iterator[str]:
    """What is wrong with a JSON value, each with its place; nothing when it fits."""
    kinds = schema.get("type")
    if kinds is not None and not _is_one(value, [kinds] if isinstance(kinds, str) else kinds):
        wanted = kinds if isinstance(kinds, str) else " or ".join(kinds)
        yield f"{place or 'the body'} must be {_article(wanted)}, got {_named(value)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        cure = did_you_mean(value, schema["enum"]) if isinstance(value, str) else ""
        words = ", ".join(map(str, schema["enum"]))
        yield f"{place} must be one of {words}, got {_named(value)}{f'; {cure}' if cure else ''}"
    elif isinstance(value, str):
        yield from _text_problems(schema, value, place)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            low, high = schema.get("minimum", "…"), schema.get("maximum", "…")
            yield f"{place} must be {low} to {high}, got {_named(value)}"
    elif isinstance(value, list):
        yield from _list_problems(schema, value, place)
    elif isinstance(value, dict):
        yield from _object_problems(schema, value, place)


def _text_problems(schema: Schema, value: str, place: str) -> Iterator[str]:
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{place} has {len(value)} characters; at most {schema['maxLength']} are allowed"
    elif len(value) < schema.get("minLength", 0):
        yield f"{place} must not be empty"
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{place} must look like {schema['pattern']}, got {_named(value)}"


def _list_problems(schema: Schema, value: list[Any], place: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{place} must have {schema.get('minItems', 0)} to {schema.get('maxItems', '…')} entries, got {len(value)}"
        return
    for index, entry in enumerate(value):
        yield from problems(schema.get("items", {}), entry, f"{place}[{index}]")


def _object_problems(schema: Schema, value: dict[str, Any], place: str) -> Iterator[str]:
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        low, high = schema.get("minProperties", 0), schema.get("maxProperties", "…")
        yield f"{place or 'the body'} must have {low} to {high} entries, got {len(value)}"
    known = schema.get("properties", {})
    rest = schema.get("additionalProperties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place or 'the body'} has no '{name}'"
    if rest == {} and not known:
        return
    for name, entry in value.items():
        where = f"{place}.{name:.60}" if place else f"{name:.60}"
        if name in known:
            yield from problems(known[name], entry, where)
        elif rest is False:
            near = did_you_mean(name[:60], known, f"known are {', '.join(known)}")
            yield f"'{where}' is not known; {near}"
        else:
            yield from problems(rest, entry, where)


def _is_one(value: Any, kinds: list[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _KINDS[kind]) for kind in kinds)


def _article(kind: str) -> str:
    return {"null": "null"}.get(kind, f"{'an' if kind[0] in 'aio' else 'a'} {kind}")


def _named(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    shown = repr(value) if isinstance(value, str) else json.dumps(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
