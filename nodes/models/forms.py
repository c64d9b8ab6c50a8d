"""Answers with a form: a NamedTuple or a JSON schema becomes a grammar (GBNF) that lets a chat model write nothing else, and what it wrote is read back.

The grammar comes from llama.cpp's own converter (llama_cpp.llama_grammar). It can't bind everything a schema can say (a number's range, say), so the
answer is looked through again by the same schema.
"""

from __future__ import annotations

import json
import types
import typing
from typing import Any, Literal, Union

from graph import BadInput, GraftError

_KINDS: dict[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
_TYPES: dict[str, Any] = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict, "null": type(None),
}  # fmt: skip


def schema_of(form: Any) -> dict[str, Any]:
    """The JSON schema of a NamedTuple class, or of what its fields may be: str, bool, int, float, list[…], Literal[…], … | None, another NamedTuple.

    TypeError (a defect of the caller) for anything else. Fields stand in their order and none may be missing.
    """
    if form in _KINDS:
        return {"type": _KINDS[form]}
    origin, inside = typing.get_origin(form), typing.get_args(form)
    if origin is typing.Annotated:
        return schema_of(inside[0])
    if origin is Literal:
        return {"enum": list(inside)}
    if origin is list:
        return {"type": "array", "items": schema_of(inside[0])}
    if origin in (Union, types.UnionType):
        return {"anyOf": [{"type": "null"} if part is type(None) else schema_of(part) for part in inside]}
    if isinstance(form, type) and issubclass(form, tuple) and hasattr(form, "_fields"):
        fields = {name: schema_of(kind) for name, kind in typing.get_type_hints(form, include_extras=True).items()}
        return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    raise TypeError(f"no JSON schema can be made of {form!r}")


def read_schema(text: str) -> dict[str, Any]:
    """A JSON schema as a person writes it; BadInput on `schema` when it is none."""
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise BadInput("schema", f"it is not JSON: {error}", "write a JSON schema such as " + EXAMPLE) from None
    if not isinstance(schema, dict) or not schema:
        raise BadInput("schema", "it is not a JSON schema", "write for example " + EXAMPLE)
    return schema


EXAMPLE = '{"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}'


def grammar_of(schema: dict[str, Any]) -> str:
    """GBNF of all JSON that a schema allows; BadInput on `schema` when llama.cpp's converter can't make it. References to other addresses are refused."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    order = list(schema.get("properties", {})) if isinstance(schema.get("properties"), dict) else []
    try:
        grammar: str = json_schema_to_gbnf(json.dumps(schema), prop_order=order)
    except RecursionError:
        raise BadInput("schema", "it is nested too deep", "make it simpler") from None
    except Exception as error:  # the converter asserts, looks up and raises what it likes
        raise BadInput(
            "schema", f"no grammar can be made of it: {type(error).__name__}: {error}", "write for example " + EXAMPLE
        ) from None
    return grammar


def read_as(form: Any, answer: str, name: str) -> Any:
    """What the model called `name` wrote, as a NamedTuple (form: its class) or as plain values (form: a schema). GraftError when it does not fit."""
    schema = form if isinstance(form, dict) else schema_of(form)
    try:
        value = json.loads(answer)
    except ValueError as error:
        raise _unfit(name, answer, f"which is not JSON: {error}") from None
    wrong = problem(value, schema)
    if wrong:
        raise _unfit(name, answer, wrong)
    return value if isinstance(form, dict) else _built(form, value)


def _unfit(name: str, answer: str, why: str) -> GraftError:
    return GraftError(
        f"the model '{name}' answered {answer[:200]!r}, {why}", "ask in other words, or choose another chat model"
    )


def problem(value: Any, schema: Any, where: str = "it") -> str:
    """What is wrong with a value by a schema: its kind, its choices, its range, what is lacking; "" when nothing is. Other rules are the grammar's."""
    if not isinstance(schema, dict):
        return ""
    if "anyOf" in schema or "oneOf" in schema:
        found = [problem(value, part, where) for part in schema.get("anyOf", schema.get("oneOf"))]
        return "" if "" in found else found[0]
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        return f"where {where} is {value!r}, which is none of the choices"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return f"where {where} is {value!r}, and not of the kind {' or '.join(kinds)}"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"where {where} is {value}, out of its range"
    if isinstance(value, list):
        return next(
            (wrong for n, part in enumerate(value) if (wrong := problem(part, schema.get("items"), f"{where}[{n}]"))),
            "",
        )
    if isinstance(value, dict):
        lacking = [name for name in schema.get("required", []) if name not in value]
        inner = schema.get("properties", {})
        return (
            f"where {lacking[0]} is lacking"
            if lacking
            else next((wrong for name, part in value.items() if (wrong := problem(part, inner.get(name), name))), "")
        )
    return ""


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES.get(kind, object)) and (kind == "boolean" or not isinstance(value, bool))


def _built(form: Any, value: Any) -> Any:
    """The NamedTuple of an object, and of those inside it."""
    origin, inside = typing.get_origin(form), typing.get_args(form)
    if origin is typing.Annotated:
        return _built(inside[0], value)
    if origin is list:
        return [_built(inside[0], part) for part in value]
    if origin in (Union, types.UnionType):
        fitting = [part for part in inside if part is not type(None) and not problem(value, schema_of(part))]
        return _built(fitting[0], value) if fitting else value
    if isinstance(value, dict):
        hints = typing.get_type_hints(form, include_extras=True)
        return form(**{name: _built(hints[name], part) for name, part in value.items()})
    return value
