"""Why: the server can read and write files and run long jobs, so who asks is checked before what is asked.

On the loopback the danger is a web page in the user's own browser: a foreign Host (DNS rebinding), Origin or Sec-Fetch-Site is
refused. Elsewhere a token is demanded as well: the one in data/token, or that of a named user in data/users.json. Of tokens only
SHA-256 is compared and, for users, kept: they are 32 random bytes, so a slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from graph import GraftError
from nodes.disk import write_atomic

from .errors import ApiError, Handler
from .routes import USER

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
USER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Access:
    """Who may come in. names: what the server may be called in Host. keys: SHA-256 of a token → the user's name, "" for the owner;
    no keys: nobody is asked. addresses: any IP address is a good name (an address can't be rebound)."""

    names: frozenset[str] = LOOPBACK
    keys: Mapping[str, str] = field(default_factory=dict)
    addresses: bool = False

    @property
    def named(self) -> bool:
        """Whether users have names, and by that files, queue and history of their own."""
        return any(self.keys.values())

    def who(self, token: str) -> str | None:
        """The user whose token this is, None when it is nobody's."""
        given = digest(token)
        found = None
        for key, user in self.keys.items():  # all of them, so that the time tells nothing
            if hmac.compare_digest(key, given):
                found = user
        return found


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def make_access(data: Path, host: str, token: str | None = None) -> tuple[Access, str | None]:
    """The access rules for a server on ``host``, and the token to print (None when none is needed, or users have theirs)."""
    users = read_users(data)
    open_door = is_loopback(host)
    names = LOOPBACK | {host.lower()} | (frozenset() if open_door else {socket.gethostname().lower()})
    if users:
        return Access(names, {key: name for name, key in users.items()}, not open_door), None
    if open_door and token is None:
        return Access(names), None
    token = token or _own_token(data)
    return Access(names, {digest(token): ""}, not open_door), token


def _own_token(data: Path) -> str:
    """The token in data/token, made the first time; readable by its owner alone."""
    path = data / "token"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        found = path.read_text(encoding="ascii").strip()
        if len(found) < 20:
            raise GraftError(f"the token in {path} is too short", "delete the file, and a new one is made") from None
        return found
    token = secrets.token_urlsafe(32)
    with os.fdopen(handle, "w") as file:
        file.write(token + "\n")
    return token


def read_users(data: Path) -> dict[str, str]:
    """name → SHA-256 of the token, from data/users.json; empty when there is none."""
    path = data / "users.json"
    if not path.exists():
        return {}
    try:
        users = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise GraftError(f"{path} is no JSON: {error}", "mend it, or delete it and add the users again") from error
    good = isinstance(users, dict) and all(
        USER_NAME.fullmatch(name) and isinstance(key, str) and re.fullmatch("[0-9a-f]{64}", key)
        for name, key in users.items()
    )
    if not good or len(set(users.values())) != len(users):
        raise GraftError(f"{path} is no table of users", "delete it and add the users again with --add-user")
    return dict(users)


def add_user(data: Path, name: str) -> str:
    """Give ``name`` a new token (an old one is void) and return it; only its hash is kept."""
    if not USER_NAME.fullmatch(name):
        raise GraftError(f"'{name[:60]}' is no user's name", "use up to 32 of a-z, 0-9, - and _")
    token = secrets.token_urlsafe(32)
    users = {**read_users(data), name: digest(token)}
    write_atomic(data / "users.json", json.dumps(users, indent=1).encode())
    os.chmod(data / "users.json", 0o600)
    return token


def guard(access: Access, for_all: Callable[[web.Request], bool] = lambda request: False) -> Middleware:
    """The middleware that lets in who may, and writes the user's name on the request. for_all: what may be had without a token: the page that
    asks for it."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = _check_host(request, access)
        _check_origin(request, host)
        if request.path == "/" and "token" in request.query:
            return _with_cookie(request, access)
        request[USER] = "" if for_all(request) else _user(request, access)
        return await handler(request)

    return check


def _check_host(request: web.Request, access: Access) -> str:
    hosts = request.headers.getall("Host", [])
    name = _name_of(hosts[0]) if len(hosts) == 1 else ""
    if not name:
        raise ApiError(400, "the request has no proper Host", "send the header Host once")
    if name in access.names or is_loopback(name) or (access.addresses and _is_address(name)):
        return hosts[0].lower()
    cure = "open it by the address that the server printed"
    raise ApiError(403, f"this server is not called '{name[:60]}'", cure)


def _check_origin(request: web.Request, host: str) -> None:
    """A page of another site may neither read nor write; what is no browser sends no Origin."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
        raise ApiError(403, f"a page of {origin[:60]} may not use this server", "use the server's own page")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none") and not (request.method in ("GET", "HEAD") and request.path == "/"):
        raise ApiError(403, "another site's page may not use this server", "use the server's own page")


def _user(request: web.Request, access: Access) -> str:
    if not access.keys:
        return ""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip() if kind.lower() == "bearer" else request.cookies.get(_cookie(request), "")
    user = access.who(given) if given else None
    if user is None:
        what = "the token is not known" if given else "a token is needed"
        cure = "open the address with ?token=… that the server printed, or send 'Authorization: Bearer …'"
        raise ApiError(401, what, cure, headers={"WWW-Authenticate": "Bearer"})
    return user


def _with_cookie(request: web.Request, access: Access) -> web.Response:
    token = request.query["token"]
    response = web.Response(status=303, headers={"Location": "/"})
    if access.keys:
        if access.who(token) is None:
            raise ApiError(401, "the token is not known", "open the address that the server printed")
        secure = request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
        response.set_cookie(_cookie(request), token, httponly=True, samesite="Lax", secure=secure, max_age=90 * 86400)
    return response


def _cookie(request: web.Request) -> str:
    """Browsers share cookies between the ports of a host, so its name holds the port."""
    return f"graft-{request.host.rpartition(':')[2] if ':' in request.host else ''}".rstrip("-]")


def _name_of(host: str) -> str:
    """ "localhost:8765" → "localhost", "[::1]:80" → "::1"; "" for what is no host."""
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::\d{1,5})?", host, re.ASCII)
    return (match[1] or match[2]).lower() if match else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
