"""Why: whatever goes wrong, the caller gets JSON that names what is wrong and ends in the cure, with a status that says whose fault
it is. Nothing a client can send is a 500; a 500 is a defect of ours, logged with its traceback under the number that the client sees."""

from __future__ import annotations

import errno
import json
import logging
import math
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from graph import GraftError, NotValid, Problem, fetchable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = logging.getLogger("graft.api")

_CURES = {
    404: "GET /api/openapi.json lists the addresses",
    405: "use one of the methods in the header Allow",
    413: "send less at once",
}
_FULL = {errno.ENOSPC, errno.EDQUOT}


class ApiError(Exception):
    """A request that can't be served. ``status`` is the HTTP status."""

    def __init__(
        self,
        status: int,
        what: str,
        cure: str = "",
        *,
        problems: Iterable[Problem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, what, cure)
        self.status, self.what, self.cure = status, what, cure
        self.problems = None if problems is None else list(problems)
        self.headers = dict(headers or {})


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON; a node may put out NaN, which JSON has not, so it is told as null."""
    return web.Response(body=encode(data), status=status, headers=headers, content_type="application/json")


def encode(data: Any) -> bytes:
    return encode_text(data).encode("utf-8", "replace")


def encode_text(data: Any) -> str:
    """The shortest JSON text, without NaN."""
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(finite(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def finite(data: Any) -> Any:
    """The same with None for NaN and infinities."""
    if isinstance(data, float) and not math.isfinite(data):
        return None
    if isinstance(data, dict):
        return {key: finite(value) for key, value in data.items()}
    return [finite(value) for value in data] if isinstance(data, list | tuple) else data


def problem_row(problem: Problem | GraftError) -> dict[str, Any]:
    row = {"node": problem.node, "socket": problem.socket, "what": problem.what, "cure": problem.cure}
    return {**row, **fetchable(problem)}


def refusal(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"what": error.what, "cure": error.cure}
    if error.problems is not None:
        body["problems"] = [problem_row(problem) for problem in error.problems]
    return answer({"error": body}, error.status, error.headers)


@web.middleware
async def as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into its JSON."""
    try:
        return await handler(request)
    except ApiError as error:
        return refusal(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return refusal(ApiError(error.status, error.reason.lower(), _CURES.get(error.status, ""), headers=headers))
    except GraftError as error:
        return refusal(from_graft(error))
    except (HttpProcessingError, web.RequestPayloadError) as error:  # a body that breaks HTTP's own rules
        return refusal(ApiError(400, f"the body can't be read ({str(error)[:80]!r})", "send it whole"))
    except ConnectionError:  # the client has gone; nobody reads an answer
        raise
    except Exception as error:
        return refusal(_defect(error, request))


def from_graft(error: GraftError) -> ApiError:
    """A request that the engine refused: what the user can mend is the client's fault, never ours."""
    if isinstance(error, NotValid):
        return ApiError(422, error.what, "mend what is listed", problems=error.problems)
    where = ".".join(part for part in (error.node, error.socket) if part)
    return ApiError(400, f"{where}: {error.what}" if where else error.what, error.cure)


def _defect(error: Exception, request: web.Request) -> ApiError:
    if isinstance(error, OSError) and error.errno in _FULL:
        return ApiError(507, "the disk is full", "free some space on the disk that holds the data folder")
    number = secrets.token_hex(4)
    log.error("defect %s: %s %s", number, request.method, request.path, exc_info=error)
    if isinstance(error, OSError):
        return ApiError(500, f"the disk refused ({error.strerror})", "see that the data folder can be written to")
    return ApiError(500, f"the server met a defect (number {number})", "please report it with the lines of the log")
