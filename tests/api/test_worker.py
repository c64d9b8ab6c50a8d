"""The server over the real worker process: whatever a node does, the server answers, says what happened and goes on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import graph
from graph import Settings
from graph.worker import Worker
from tests.graph import job_toys

from .helpers import run, serving
from .test_access import events_until

KNOWN = {name: spec for name, spec in graph.registry.items() if spec.family == "job"}


def toy_worker(path: Path, settings: Settings, on_events: Any, on_state: Any) -> Worker:
    return Worker(path, settings, setup=job_toys.SETUP, on_events=on_events, on_state=on_state)


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"nodes": {"n": {"type": f"job.{kind}", "inputs": inputs}}}


async def post(client: Any, workflow: dict[str, Any]) -> str:
    made = await client.post("/api/jobs", json={"workflow": workflow})
    assert made.status == 201, await made.text()
    (job,) = (await made.json())["jobs"]
    return str(job["id"])


async def until(socket: Any, job: str, *status: str) -> list[dict[str, Any]]:
    """Events up to the one that tells one of these statuses of the job."""
    seen: list[dict[str, Any]] = []
    while not any(event.get("job") == job and event.get("status") in status for event in seen):
        seen += await socket.receive_json(timeout=30)
    return seen


def test_a_node_that_kills_its_process_harms_no_other(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path, known=KNOWN, make_worker=toy_worker) as client,
            client.ws_connect("/api/events") as socket,
        ):
            deadly, fine = await post(client, node("die", how="segfault")), await post(client, node("ok", a=1))
            await until(socket, deadly, "failed")
            error = (await (await client.get(f"/api/jobs/{deadly}")).json())["error"]
            assert error["node"] == "n"
            assert "SIGSEGV" in error["what"]
            seen = await until(socket, fine, "done", "failed")
            assert {"worker", "job"} <= {event["type"] for event in seen}
            done = await (await client.get(f"/api/jobs/{fine}")).json()
            assert (done["status"], done["outputs"][0]["value"]) == ("done", 2)
            health = await (await client.get("/api/health")).json()
            assert (health["ok"], health["worker"]["restarts"]) == (True, 1)

    run(test)


def test_cancel_over_http_acts_within_a_second(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path, known=KNOWN, make_worker=toy_worker) as client,
            client.ws_connect("/api/events") as socket,
        ):
            for kind in ("slow", "hang"):
                marker = tmp_path / kind
                job = await post(client, node(kind, marker=str(marker)))
                while not marker.exists():
                    assert (await client.get(f"/api/jobs/{job}")).status == 200
                began = time.monotonic()
                assert (await client.post(f"/api/jobs/{job}/cancel")).status == 200
                await until(socket, job, "cancelled")
                assert time.monotonic() - began < 3  # a second where the machine is not shared
                assert (await (await client.get(f"/api/jobs/{job}")).json())["status"] == "cancelled"

    run(test)


def test_progress_goes_out_with_the_time_left(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path, known=KNOWN, make_worker=toy_worker) as client,
            client.ws_connect("/api/events") as socket,
        ):
            job = await post(client, node("slow", marker=str(tmp_path / "m")))
            seen = await events_until(socket, "progress")
            while seen[-1]["type"] != "progress" or not seen[-1]["left"]:
                seen += await socket.receive_json(timeout=30)
            assert (seen[-1]["node"], seen[-1]["total"]) == ("n", 100_000)
            assert seen[-1]["rate"] > 0
            await client.post(f"/api/jobs/{job}/cancel")
            await until(socket, job, "cancelled")

    run(test)


def test_what_a_node_made_is_told_and_can_be_fetched_later(tmp_path: Path) -> None:
    async def test() -> None:
        async with (
            serving(tmp_path, known=KNOWN, make_worker=toy_worker) as client,
            client.ws_connect("/api/events") as socket,
        ):
            job = await post(client, node("ok", a=1))
            seen: list[dict[str, Any]] = []
            while not any(event["type"] == "made" for event in seen):
                seen += await socket.receive_json(timeout=30)
            told = next(event for event in seen if event["type"] == "made")
            assert (told["job"], told["node"], list(told["outputs"].values())) == (job, "n", [{"value": 2}])
            rows = (await (await client.get(f"/api/jobs/{job}/made")).json())["made"]
            assert rows == [{"node": "n", "outputs": told["outputs"]}]

    run(test)
