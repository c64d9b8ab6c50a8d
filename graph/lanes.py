"""Why: three kinds of work wait for three different things. Pixel work runs on a pool of threads, heavy nodes one at a time on the thread
of their device, network nodes on an event loop; all of them at once. What is over in less time than it takes to hand it over is called at once.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from .cache import Values
from .declare import NodeSpec

LIGHT = 2e-4  # seconds; handing a call to another thread and back costs about a quarter of it
TRIED = 2e-3  # seconds that the first call of a node type is waited for
Answer = TypeVar("Answer")
Call = Callable[[], Any]
"""Calls a node's function: returns its values, or for a network node the coroutine that does."""


def at_once(call: Callable[[], Answer]) -> Future[Answer]:
    """Make a call in this thread."""
    future: Future[Answer] = Future()
    try:
        future.set_result(call())
    except Exception as error:
        future.set_exception(error)
    return future


def callers_thread(spec: NodeSpec, call: Call) -> Future[Values]:
    """The simplest executor: every call is made at once, by whoever asks."""
    return at_once((lambda: asyncio.run(call())) if spec.network else call)


class Lanes:
    """Threads for all runs of a process. ``threads``: how many calls of plain nodes may be under way at once."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seconds: dict[str, float] = {}

    def submit(self, spec: NodeSpec, call: Call) -> Future[Values]:
        """Send a call to its lane."""
        if spec.network:
            return asyncio.run_coroutine_threadsafe(call(), self.loop)
        if spec.heavy:
            return self.pool("heavy").submit(call)
        if self._seconds.get(spec.id, 1.0) < LIGHT:
            return at_once(call)
        future = self.pool("pixels").submit(call)
        if (
            spec.id not in self._seconds
        ):  # nobody knows yet how long it takes: a thousand of them should not be handed over before it shows
            with suppress(TimeoutError):
                future.exception(TRIED)
        return future

    def inside(self, spec: NodeSpec, call: Call) -> Future[Values]:
        """The same for a thread that has nothing else to do than wait for it, such as one that takes an item through its nodes."""
        if spec.network or spec.heavy:
            future = self.submit(spec, call)
            future.exception()  # wait
            return future
        return at_once(call)

    def learn(self, spec: NodeSpec, seconds: float) -> None:
        """A call took so long: the next ones will take about as long."""
        known = self._seconds.get(spec.id)
        self._seconds[spec.id] = seconds if known is None else known + 0.2 * (seconds - known)

    def pool(self, name: str) -> ThreadPoolExecutor:
        """The threads of one lane: "heavy" has one, "pixels" and "items" one a core."""
        with self._lock:
            if name not in self._pools:
                self._pools[name] = ThreadPoolExecutor(1 if name == "heavy" else self.threads, f"graft-{name}")
            return self._pools[name]

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the network lane, on a thread of its own."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_serve, args=(self._loop,), name="graft-network", daemon=True).start()
            return self._loop

    def close(self) -> None:
        """End all threads once their calls are over."""
        with self._lock:
            for pool in self._pools.values():
                pool.shutdown(wait=True, cancel_futures=True)
            self._pools.clear()
            if self._loop is not None:
                asyncio.run_coroutine_threadsafe(_stop(), self._loop)
                self._loop = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _stop() -> None:
    loop = asyncio.get_running_loop()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    loop.call_soon(loop.stop)
