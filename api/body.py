"""Why: a body comes from a stranger. It is measured before it is kept, and what two readers could read in two ways (a key twice,
NaN, half a surrogate, broken UTF-8) is refused rather than guessed at."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator
from typing import Any, Protocol

from aiohttp import web

from .errors import ApiError

MAX_JSON = 16 << 20  # bytes; a hundred thousand nodes take about nine megabytes
MAX_DEPTH = 64
IN_THREAD = 64 << 10  # bytes above which parsing would hold up the loop noticeably

RAW = web.RequestKey("raw", bytes)
"""The body as it came, for who keeps it byte by byte."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Chunks(Protocol):
    async def readany(self) -> bytes: ...


async def read_json(request: web.Request) -> Any:
    """The body as JSON. ApiError 400, 413 or 415 says why it is not taken."""
    if request.content_type != "application/json":
        raise ApiError(
            415, f"the body is {request.content_type[:60]}, not JSON", "send it with 'Content-Type: application/json'"
        )
    refuse_packed(request)
    data = await _bytes_of(request, MAX_JSON)
    request[RAW] = data
    return parse(data) if len(data) <= IN_THREAD else await asyncio.to_thread(parse, data)


def refuse_packed(request: web.Request) -> None:
    """A packed body may unpack to any size."""
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise ApiError(415, f"the body is packed ({packed[:20]})", "send it without Content-Encoding")


async def _bytes_of(request: web.Request, limit: int) -> bytes:
    parts = [part async for part in limited(request.content, limit, request.content_length)]
    return b"".join(parts)


async def limited(content: Chunks, limit: int, told: int | None = None) -> AsyncIterator[bytes]:
    """The chunks of a body; ApiError 413 before more than ``limit`` bytes are taken."""
    taken = told or 0
    if taken <= limit:
        taken = 0
        while chunk := await content.readany():
            taken += len(chunk)
            if taken > limit:
                break
            yield chunk
    if taken > limit:
        raise ApiError(413, f"the body has more than {limit / 2**20:g} MB", "send less at once")


def parse(data: bytes) -> Any:
    """Strict JSON: UTF-8, no key twice, no NaN, finite numbers, at most MAX_DEPTH levels. ApiError 400 names the place."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise ApiError(400, f"the body is no UTF-8 (byte {error.start})", "send the JSON as UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ApiError(400, f"the body is no JSON: {error.msg} in {where}", "mend that place") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # a whole number of more than 4,300 digits
        raise ApiError(400, "the body holds a number that is too long", "shorten it") from None
    _check_depth(value)
    if _SURROGATE.search(data):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise ApiError(400, "the body holds half a character (a lone surrogate)", "send whole characters") from None
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [
            child
            for entry in level
            if type(entry) in (dict, list)
            for child in (entry.values() if type(entry) is dict else entry)
        ]
    if any(type(entry) in (dict, list) for entry in level):
        raise _too_deep()


def _too_deep() -> ApiError:
    return ApiError(400, f"the body is nested more than {MAX_DEPTH} levels deep", "flatten it")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ApiError(400, f"the body has the key '{twice:.60}' twice in one object", "keep one of them")
    return found


def _no_constant(name: str) -> Any:
    raise ApiError(400, f"the body holds {name}, which is not JSON", "send a finite number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ApiError(400, f"the number {text[:30]} is too large", "send a finite number")
    return number
