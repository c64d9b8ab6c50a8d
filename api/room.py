"""Why: what the handlers share (queue, worker, hub, folders, users) is made in one place, in an order in which each can lean on the
one before, and taken down in the opposite one."""

from __future__ import annotations

import asyncio
import time
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from graph import NodeSpec, Settings
from graph.jobs import Job, Jobs, event_of
from nodes.models import Shelf
from nodes.packs import Packs

from . import show
from .auth import Access
from .downloads import Downloads
from .hub import Hub
from .lock import only_one
from .nodes import Catalogue
from .saved import Saved
from .together import Together

Events = Callable[[list[dict[str, Any]]], None]


class Runner(Protocol):
    """What is used of graph.worker.Worker."""

    def start(self) -> None: ...
    def stop(self, timeout: float = 5.0) -> None: ...
    def wake(self) -> None: ...
    def cancel(self, job_id: str) -> None: ...
    @property
    def state(self) -> dict[str, Any]: ...


MakeWorker = Callable[[Path, Settings, Events, Callable[[dict[str, Any]], None]], Runner]


@dataclass
class Room:
    """All that a running server has. settings: with absolute paths. known: the node types that ship; those of packs come and go, so the
    catalogue is made anew whenever they have changed, and whoever has hold of one sees no change in it."""

    settings: Settings
    access: Access
    jobs: Jobs
    hub: Hub
    known: Mapping[str, NodeSpec]
    shelf: Shelf
    packs: Packs
    catalogue: Catalogue = field(init=False)
    worker: Runner = field(init=False)
    adding: Together = field(init=False)
    downloads: Downloads = field(init=False)
    began: float = field(default_factory=time.monotonic)
    decoders: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "picture"))
    settings_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _changes: int = 0
    _following: Lock = field(default_factory=Lock)
    _saved: dict[str, Saved] = field(default_factory=dict)
    _roots: dict[str, dict[str, Path]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(dict(self.known))
        self.adding = Together(self.jobs, lambda: self.worker.wake())
        self.downloads = Downloads(self.hub.publish, self.settings.root)

    @cached_property
    def version(self) -> str:
        with open(self.settings.root / "pyproject.toml", "rb") as file:
            return str(tomllib.load(file)["project"]["version"])

    def follow_packs(self) -> None:
        """Bring the catalogue up to date with the packs that are on. Asks the disk, and runs their code when it has changed."""
        with self._following:
            self.packs.follow()
            if self.packs.changes != self._changes:
                self._changes = self.packs.changes
                self.catalogue = Catalogue({**self.known, **self.packs.nodes()})

    def home(self, user: str) -> Path:
        """Where a user's own things lie."""
        return self.settings.data / "users" / user if user else self.settings.data

    def roots(self, user: str) -> Mapping[str, Path]:
        """The folders that a user may read files from, by the names that the API gives them."""
        if user not in self._roots:
            self._roots[user] = {
                "files": self.home(user) / "files",
                "outputs": self.settings.out / user if user else self.settings.out,
                "examples": self.settings.root / "workflows" / "examples",
            }
        return self._roots[user]

    def saved(self, user: str) -> Saved:
        if user not in self._saved:
            self._saved[user] = Saved(self.home(user) / "workflows", self.settings.root / "workflows")
        return self._saved[user]

    def queue(self, user: str) -> dict[str, Any]:
        """Whether the queue is paused, and how many jobs there are of each status. Asks the disk."""
        return {"paused": self.jobs.paused, "counts": self.jobs.counts(user if self.access.named else None)}

    def worker_state(self) -> dict[str, Any]:
        """The worker's state; among named users without what it is doing for whom."""
        return self.public(self.worker.state)

    def public(self, state: dict[str, Any]) -> dict[str, Any]:
        hidden = {"job", "node", "last_error"} if self.access.named else set()
        return {name: None if name in hidden else value for name, value in state.items()}

    def tell(self, job: Job) -> None:
        """Send a job's status to who may see it."""
        self.publish([event_of(job)])

    def publish(self, events: list[dict[str, Any]]) -> None:
        """Send the worker's events on; called from its thread."""
        self.hub.publish([show.event(self, event) for event in events])


@asynccontextmanager
async def opened(
    settings: Settings, access: Access, registry: Mapping[str, NodeSpec], make_worker: MakeWorker
) -> AsyncIterator[Room]:
    """A room with its worker running. GraftError when another server has the data folder."""
    with only_one(settings.data):
        jobs = await asyncio.to_thread(Jobs, settings.data / "jobs.sqlite")
        try:
            room = Room(settings, access, jobs, _hub(jobs, access), dict(registry), Shelf(settings), Packs(settings))
            room.roots("")["files"].mkdir(parents=True, exist_ok=True)
            for user in filter(None, access.keys.values()):
                room.roots(user)["files"].mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(jobs.interrupt)
            room.worker = make_worker(settings.data / "jobs.sqlite", settings, room.publish, _on_state(room))
            await asyncio.to_thread(room.worker.start)
            try:
                yield room
            finally:
                room.hub.close()
                await room.downloads.close()
                await asyncio.to_thread(room.worker.stop)
                room.decoders.shutdown(wait=False, cancel_futures=True)
        finally:
            await asyncio.to_thread(jobs.close)


def _hub(jobs: Jobs, access: Access) -> Hub:
    def owner(name: str) -> str | None:
        job = jobs.get(name)
        return job.user if job else None

    return Hub(owner, named=access.named)


def _on_state(room: Room) -> Callable[[dict[str, Any]], None]:
    def tell(state: dict[str, Any]) -> None:
        room.hub.publish([{"type": "worker", "worker": room.public(state)}])

    return tell
