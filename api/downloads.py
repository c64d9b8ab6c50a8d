"""Why: weights are fetched while people go on working, may be stopped within a second, and must not take the server with them when a line or a
library breaks. So each download is a process of its own that can be killed at any moment; what it got is kept for the next one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .shapes import choice, record, text

AT_ONCE = 2
"""Downloads that run; more of them wait for each other, for they would share one line."""
KEPT, MOST = 50, 100  # ended ones that are remembered; ones under way
DOWNLOAD = record(
    ("id", "kind", "name", "done", "total", "state", "problem", "cure"),
    id=text(), kind=text(), name=text(1000), done={"type": "integer"}, total={"type": "integer"},
    state=choice("running", "done", "failed", "cancelled"), problem=text(10_000), cure=text(10_000),
)  # fmt: skip
Publish = Callable[[list[dict[str, Any]]], None]


@dataclass
class Download:
    """One download. done, total: bytes; total is what the catalogue says until the hub has told. problem, cure: why it failed, "" before."""

    kind: str
    name: str
    total: int = 0
    done: int = 0
    state: str = "running"
    problem: str = ""
    cure: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(6))

    def row(self) -> dict[str, Any]:
        """As it is sent."""
        return {
            "id": self.id, "kind": self.kind, "name": self.name, "done": self.done, "total": self.total, "state": self.state,
            "problem": self.problem, "cure": self.cure,
        }  # fmt: skip


class Downloads:
    """All downloads of this server. publish: sends events to every page. root: the checkout, whose code the processes run."""

    def __init__(self, publish: Publish, root: Path) -> None:
        self._publish, self._root = publish, root
        self._known: dict[str, Download] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    def rows(self) -> list[dict[str, Any]]:
        """All that are remembered, the newest last."""
        return [download.row() for download in self._known.values()]

    def get(self, name: str) -> Download | None:
        return self._known.get(name)

    def running(self, kind: str, name: str) -> Download | None:
        """The download of these weights that is under way."""
        return next((d for d in self._known.values() if (d.kind, d.name, d.state) == (kind, name, "running")), None)

    @property
    def full(self) -> bool:
        """Whether no more can be taken on."""
        return len(self._tasks) >= MOST

    def start(self, kind: str, name: str, total: int) -> Download:
        """Begin a download; an ended one of the same weights is forgotten."""
        for old in [d for d in self._known.values() if (d.kind, d.name) == (kind, name) and d.state != "running"]:
            del self._known[old.id]
        download = self._remember(Download(kind, name, total))
        task = asyncio.create_task(self._run(download))
        self._tasks[download.id] = task
        task.add_done_callback(lambda task: self._tasks.pop(download.id, None))
        self._tell(download)
        return download

    def have(self, kind: str, name: str, size: int) -> Download:
        """A download that had nothing to do: the weights are here."""
        return self._remember(Download(kind, name, size, size, "done"))

    async def end(self, download: Download) -> None:
        """Stop a download; one that has ended is forgotten."""
        task = self._tasks.get(download.id)
        if task is None or download.state != "running":
            self._known.pop(download.id, None)
            return
        download.state = "cancelled"
        task.cancel()
        await asyncio.wait([task])
        self._tell(download)

    async def close(self) -> None:
        """Stop all."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _remember(self, download: Download) -> Download:
        self._known[download.id] = download
        ended = [d.id for d in self._known.values() if d.state != "running"]
        for old in ended[: max(0, len(ended) - KEPT)]:
            del self._known[old]
        return download

    async def _run(self, download: Download) -> None:
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "nodes.models", download.kind, download.name,
                cwd=self._root, stdin=DEVNULL, stdout=PIPE, start_new_session=True,
            )  # fmt: skip
            try:
                await self._follow(download, process)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if download.state == "running":
            download.state, download.problem = "failed", f"the download ended with the code {process.returncode}"
            download.cure = "start it again: what has come is kept"
        self._tell(download)

    async def _follow(self, download: Download, process: Process) -> None:
        """Take over what the process tells, a line of JSON at a time."""
        assert process.stdout is not None
        async for line in process.stdout:
            for name, value in json.loads(line).items():
                setattr(download, name, value)
            if download.state == "running":
                self._tell(download)

    def _tell(self, download: Download) -> None:
        self._publish([{"type": "download", **download.row()}])
