"""A server over a temporary folder, with toy nodes and a worker that runs what it is told to, when it is told."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from aiohttp.test_utils import TestClient, TestServer
from PIL import Image as Pillow

import graph
from api.auth import Access
from graph import File, Model, Settings, Slider, node
from graph.jobs import Jobs, event_of
from server import ROOM, make_app


@node(family="apitoy")
def add(a: int = 0, b: Annotated[int, Slider(-100, 100)] = 1) -> int:
    """Add two numbers."""
    return a + b


@node(family="apitoy")
def read(path: Annotated[str, File()], model: Annotated[str, Model("inpaint")] = "auto") -> str:
    """Reads a file."""
    return path


TOYS = {name: spec for name, spec in graph.registry.items() if name.startswith("apitoy.")}


class HandWorker:
    """The worker's interface; jobs are run by hand, with `run_next`, so that a test says when."""

    def __init__(self, path: Path, settings: Settings, on_events: Any, on_state: Any) -> None:
        self.jobs, self.on_events, self.on_state = Jobs(path), on_events, on_state
        self.woken, self.cancelled, self.running = 0, [], False

    def start(self) -> None:
        self.running = True

    def stop(self, timeout: float = 5.0) -> None:
        self.running = False
        self.jobs.close()

    def wake(self) -> None:
        self.woken += 1

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    @property
    def state(self) -> dict[str, Any]:
        return {"alive": self.running, "pid": 1, "job": None, "node": None, "restarts": 0, "last_error": None}

    def claim(self) -> Any:
        job = self.jobs.claim("hand")
        if job is not None:
            self.on_events([event_of(job)])
        return job

    def run_next(self, events: list[dict[str, Any]] | None = None, status: Any = "done", **more: Any) -> Any:
        job = self.claim()
        self.on_events([{"job": job.id, **event} for event in events or []])
        self.jobs.finish(job.id, status, **more)
        self.on_events([event_of(self.jobs.get(job.id))])
        return job


@asynccontextmanager
async def serving(folder: Path, access: Access | None = None, **changed: Any) -> AsyncIterator[TestClient[Any, Any]]:
    """A client of a server whose data, models and results lie under ``folder``. Its settings and more can be ``changed``."""
    make_worker = changed.pop("make_worker", HandWorker)
    known = changed.pop("known", TOYS)
    places = {name: folder / name for name in ("data", "out", "models", "page")}
    settings = replace(Settings(**places, offline=True), **changed)
    app = make_app(settings, access, known=known, make_worker=make_worker)
    async with TestClient(TestServer(app)) as client:
        yield client


def room(client: TestClient[Any, Any]) -> Any:
    return client.server.app[ROOM]


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def chain(length: int = 2, **first: Any) -> dict[str, Any]:
    """n0 → n1 → …, each adding one."""
    nodes: dict[str, Any] = {"n0": {"type": "apitoy.add", "inputs": first}}
    for place in range(1, length):
        nodes[f"n{place}"] = {"type": "apitoy.add", "inputs": {"a": {"node": f"n{place - 1}", "output": "integer"}}}
    return {"format": 1, "nodes": nodes}


def png(width: int = 8, height: int = 6, colour: str = "red", kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


async def refused(response: Any, status: int, *words: str) -> dict[str, Any]:
    """Assert that the answer is an error of ours: its status, its JSON, and that it names ``words``."""
    text = await response.text()
    assert response.status == status, (response.status, text)
    assert response.content_type == "application/json", text
    error: dict[str, Any] = (await response.json())["error"]
    assert error["what"], text
    for word in words:
        assert word in text, (word, text)
    return error
