"""Why: an editor is opened many times a day, and graphs grow to sizes at which others fail. Measured here, over HTTP and with a WebSocket
attached as the page has it: how soon the server answers and with how much memory, and chains, trees and many small jobs from the posting
to the last event.

python -m bench.server                          all of it, as JSON lines
python -m bench.server start chain jobs         only some; --nodes 900 10000 100000 chooses the chains
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """A server process of its own, over a folder of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "cli_serve.py", "--port", "0", "--data", str(folder), "--out", str(folder / "out")]
        self.began = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = re.search(r"http://\S+/", self.process.stdout.readline())
        assert found
        self.url = found[0].rstrip("/")

    @property
    def megabytes(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Server, aiohttp.ClientSession]]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            async with aiohttp.ClientSession(server.url) as client:
                while not (await (await client.get("/api/health")).json())["worker"]["alive"]:
                    await asyncio.sleep(0.05)
                yield server, client
        finally:
            server.stop()


def chain(length: int) -> dict[str, Any]:
    """Numbers, each read by the next."""
    nodes: dict[str, Any] = {"n0": {"type": "value.integer", "inputs": {"integer": 1}}}
    for place in range(1, length):
        source = {"node": f"n{place - 1}", "output": "integer"}
        nodes[f"n{place}"] = {"type": "value.integer", "inputs": {"integer": source}}
    return {"format": 1, "nodes": nodes}


def tree(leaves: int) -> dict[str, Any]:
    """So many numbers, each different, added in pairs down to one sum."""
    nodes: dict[str, Any] = {f"n{i}": {"type": "value.integer", "inputs": {"integer": i}} for i in range(leaves)}
    row = [(name, "integer") for name in nodes]
    while len(row) > 1:
        sums = []
        for place in range(0, len(row) - 1, 2):
            name = f"s{len(nodes)}"
            (a, one), (b, other) = row[place : place + 2]
            inputs = {"a": {"node": a, "output": one}, "operation": "+", "b": {"node": b, "output": other}}
            nodes[name] = {"type": "value.calculate", "inputs": inputs}
            sums.append((name, "number"))
        row = sums + row[len(row) - len(row) % 2 :]
    return {"format": 1, "nodes": nodes}


async def run(client: aiohttp.ClientSession, workflow: dict[str, Any]) -> dict[str, Any]:
    """Post a workflow and listen until its job has ended: seconds, and bytes that came over the socket."""
    body = json.dumps({"workflow": workflow}).encode()
    async with client.ws_connect("/api/events", max_msg_size=0) as socket:
        await socket.receive()
        began, got = time.perf_counter(), 0
        posted = await client.post("/api/jobs", data=body, headers={"Content-Type": "application/json"})
        answer = await posted.json()
        assert posted.status == 201, answer
        accepted = time.perf_counter()
        job = answer["jobs"][0]["id"]
        while True:
            text = (await socket.receive(timeout=600)).data
            got += len(text)
            ends = [event for event in json.loads(text) if event.get("job") == job and event.get("ended")]
            if ends:
                break
    assert ends[0]["status"] == "done", ends
    seconds = time.perf_counter() - began
    return {
        "seconds": round(seconds, 3), "accepted": round(accepted - began, 3), "socket_bytes": got, "posted_bytes": len(body),
        "ran": ends[0]["ran"], "cached": ends[0]["cached"],
    }  # fmt: skip


async def start() -> None:
    """From the start of the process to the whole schema."""
    seconds, memory = [], []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            async with aiohttp.ClientSession(server.url) as client:
                nodes = await (await client.get("/api/nodes")).json()
            seconds.append(time.perf_counter() - server.began)
            memory.append(server.megabytes)
            server.stop()
    tell("start", nodes=len(nodes["nodes"]), seconds=round(statistics.median(seconds), 2), best=round(min(seconds), 2),
         megabytes=round(max(memory)))  # fmt: skip


async def chains(lengths: list[int]) -> None:
    """A first run, a rerun, and one with the last node changed."""
    for length in lengths:
        async with served() as (server, client):
            workflow = chain(length)
            first = await run(client, workflow)
            again = await run(client, workflow)
            workflow["nodes"]["leaf"] = {
                "type": "value.integer",
                "inputs": {"integer": {"node": f"n{length - 1}", "output": "integer"}},
            }
            changed = await run(client, workflow)
            tell("chain", nodes=length, first=first, again=again, changed=changed, microseconds=round(first["seconds"] / length * 1e6),
                 megabytes=round(server.megabytes))  # fmt: skip


async def trees(leaves: list[int]) -> None:
    for count in leaves:
        async with served() as (_, client):
            tell("tree", leaves=count, first=await run(client, tree(count)), again=await run(client, tree(count)))


async def jobs(count: int = 200, flight: int = 8) -> None:
    """Small jobs posted with some in flight: jobs a second, without and with fifty further sockets."""
    for sockets in (0, 50):
        async with served() as (_, client), AsyncExitStack() as stack:
            for _ in range(sockets):
                stack.push_async_callback(_listen(await stack.enter_async_context(client.ws_connect("/api/events"))))
            rounds = [await _many(client, count, flight) for _ in range(5)]
            tell("jobs", count=count, further_sockets=sockets, per_second=round(count / statistics.median(rounds)),
                 best=round(count / min(rounds)))  # fmt: skip


def _listen(socket: aiohttp.ClientWebSocketResponse) -> Any:
    """Read all that comes; returns what ends the reading."""

    async def read() -> None:
        async for _ in socket:
            pass

    task = asyncio.create_task(read())

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return end


async def _many(client: aiohttp.ClientSession, count: int, flight: int) -> float:
    body = json.dumps({"workflow": chain(5)}).encode()
    gate = asyncio.Semaphore(flight)
    posted: set[str] = set()
    ended: set[str] = set()

    async def post() -> None:
        async with gate, client.post("/api/jobs", data=body, headers={"Content-Type": "application/json"}) as response:
            posted.add((await response.json())["jobs"][0]["id"])

    async with client.ws_connect("/api/events", max_msg_size=0) as socket:
        await socket.receive()
        began = time.perf_counter()
        posting = [asyncio.create_task(post()) for _ in range(count)]
        while len(ended) < count:
            ended |= {event["job"] for event in await socket.receive_json(timeout=60) if event.get("ended")}
        seconds = time.perf_counter() - began
        await asyncio.gather(*posting)
    assert posted == ended
    return seconds


def tell(name: str, **figures: Any) -> None:
    print(json.dumps({"bench": name, **figures}), flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description="What the server takes, over HTTP and a WebSocket.")
    parser.add_argument("which", nargs="*", help="start, chain, tree, jobs (all)")
    parser.add_argument("--nodes", nargs="+", type=int, default=[900, 10_000, 100_000])
    given = parser.parse_args()
    which = given.which or ["start", "chain", "tree", "jobs"]
    if "start" in which:
        await start()
    if "chain" in which:
        await chains(given.nodes)
    if "tree" in which:
        await trees([1000, 3000])
    if "jobs" in which:
        await jobs()


if __name__ == "__main__":
    asyncio.run(main())
