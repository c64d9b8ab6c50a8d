"""Why: `graft serve` is the server at somebody's hands: it says where to open it and with what token, refuses what can't work in words,
and on ctrl-C lets the running job's process go and closes every socket before it ends."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from aiohttp import web

from api.auth import Access, add_user, is_loopback, make_access
from graph import GraftError, Settings
from server import make_app

GRACE = 2.0  # seconds that open requests get at the end
MIN_TOKEN = 16  # characters of a token that somebody chose


class _Parser(argparse.ArgumentParser):
    """argparse, with errors as ours."""

    def error(self, message: str) -> NoReturn:
        raise GraftError(message, f"'{self.prog} --help' shows what can be given")


@dataclass(frozen=True)
class Door:
    """Where the server listens, and who may come in. token: to be printed, None where none is needed or users have theirs."""

    settings: Settings
    access: Access
    token: str | None


def serve(arguments: Sequence[str]) -> int:
    """Run the server until it is stopped; returns the exit code. GraftError says why it can't start."""
    given = _parser().parse_args(list(arguments))
    settings = _settings(given)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if given.add_user:
        token = add_user(settings.data, given.add_user)
        print(f"the token of {given.add_user}, shown this once: {token}")
        return 0
    if given.token is not None and len(given.token) < MIN_TOKEN:
        raise GraftError(
            f"the token has {len(given.token)} characters", f"give at least {MIN_TOKEN}, or leave --token out"
        )
    page = _build_page(settings)
    access, shown = make_access(settings.data, settings.host, given.token)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    asyncio.run(_run(Door(settings, access, shown), page))
    return 0


def _build_page(settings: Settings) -> subprocess.Popen[bytes]:
    """Build the editor where it is not of these sources: after an update. Meanwhile the server gets ready."""
    return subprocess.Popen([sys.executable, settings.root / "setup" / "page.py"], stdout=subprocess.DEVNULL)


async def _built(page: subprocess.Popen[bytes]) -> None:
    if await asyncio.to_thread(page.wait) != 0:
        print("the API works without it, and the next start tries again", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="graft serve", description="Open the editor and the API.", allow_abbrev=False)
    default = Settings()
    parser.add_argument("--host", "--listen", default=default.host, metavar="ADDRESS",
                        help=f"where to listen ({default.host}); anything but the loopback demands a token")  # fmt: skip
    parser.add_argument("--port", type=int, default=default.port, help=f"{default.port}; 0 takes a free one")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where queue, uploads and saved graphs lie (data/)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where results go (output/)")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps (the best there is)")
    parser.add_argument("--token", help="demand this token instead of the one in data/token")
    parser.add_argument("--add-user", metavar="NAME", help="make a named user, print the token and stop")
    return parser


def _settings(given: argparse.Namespace) -> Settings:
    settings = Settings.from_environment()
    if not 0 <= given.port <= 65535:
        raise GraftError(f"there is no port {given.port}", "give one from 0 to 65535")
    changed = {name: getattr(given, name) for name in ("data", "out", "device") if getattr(given, name) is not None}
    return replace(settings, host=given.host, port=given.port, **changed)


async def _run(door: Door, page: subprocess.Popen[bytes]) -> None:
    settings = door.settings
    runner = web.AppRunner(make_app(settings, door.access), access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    _calm_collector()
    try:
        await _built(page)
        site = web.TCPSite(runner, settings.host, settings.port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            cure = "stop what listens there, or give another --port or --host"
            raise GraftError(
                f"{settings.host}:{settings.port} can't be listened on ({error.strerror})", cure
            ) from error
        _greet(door, runner)
        await _stopped()
        print("stopping …", file=sys.stderr, flush=True)
    finally:
        await runner.cleanup()


def _calm_collector() -> None:
    """A graph of a hundred thousand nodes is a million objects, none of them garbage: look for circles less often, and never among
    what was there from the start. Halves the time until such a graph is accepted."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def _greet(door: Door, runner: web.AppRunner) -> None:
    host, port = runner.addresses[0][:2]
    shown = "localhost" if is_loopback(host) else f"[{host}]" if ":" in host else host
    query = f"/?token={door.token}" if door.token else "/"
    print(f"Graft is at http://{shown}:{port}{query}", flush=True)
    if door.access.named:
        print(f"users: {', '.join(sorted(door.access.keys.values()))}; each opens it with /?token=…", flush=True)
    if not is_loopback(door.settings.host):
        print(
            "traffic is not encrypted: beyond your own network put a proxy with TLS before it",
            file=sys.stderr,
            flush=True,
        )


async def _stopped() -> None:
    """Wait for ctrl-C or a polite kill; a second one ends the process as usual."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
            stack.callback(loop.remove_signal_handler, number)
        await stop.wait()


if __name__ == "__main__":
    try:
        sys.exit(serve(sys.argv[1:]))
    except GraftError as problem:
        sys.exit(str(problem))
