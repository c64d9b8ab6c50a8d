"""The weights that a page can choose from, and fetching more of them: by the real process, from a hub on this machine."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.auth import add_user, make_access
from api.hub import Hub
from graph import MissingWeights, NotValid, Problem
from graph.worker.outbox import error_of
from nodes.models import KINDS
from tests import hub
from tests.models.conftest import BIG, asked, manners  # noqa: F401 - fixtures

from .helpers import refused, run, serving

ONE = "me/chat-GGUF:a.Q4_K_M.gguf"


@pytest.fixture
def line(asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:  # noqa: F811
    """The hub for the processes of downloads too."""
    import huggingface_hub.constants

    monkeypatch.setenv("HF_ENDPOINT", huggingface_hub.constants.ENDPOINT)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    for name in ("GRAFT_OFFLINE", "HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return asked


@asynccontextmanager
async def listening(folder: Path, **changed: Any) -> AsyncIterator[tuple[Any, Any]]:
    async with serving(folder, offline=False, **changed) as client, client.ws_connect("/api/events") as socket:
        await socket.receive_json()
        yield client, socket


async def start(client: Any, name: str = ONE, kind: str = "chat") -> dict[str, Any]:
    response = await client.post("/api/models/downloads", json={"kind": kind, "name": name})
    assert response.status == 202, await response.text()
    found: dict[str, Any] = (await response.json())["download"]
    return found


async def until(socket: Any, test: Any) -> list[dict[str, Any]]:
    """The events of downloads, up to the first one that passes."""
    seen: list[dict[str, Any]] = []
    while not any(test(event) for event in seen):
        seen += [event for event in await socket.receive_json(timeout=30) if event["type"] == "download"]
    return seen


async def kind_of(client: Any, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = (await (await client.get("/api/models")).json())["kinds"][kind]
    return found


def test_every_kind_tells_sizes_and_offers(tmp_path: Path, line: list[str]) -> None:
    async def test() -> None:
        own = tmp_path / "models" / "chat" / "mine.gguf"
        own.parent.mkdir(parents=True)
        own.write_bytes(b"x" * 77)
        async with serving(tmp_path) as client:
            kinds = (await (await client.get("/api/models")).json())["kinds"]
            assert set(kinds) == set(KINDS)
            assert kinds["chat"]["names"] == ["auto", "starter", "mine.gguf"]
            assert kinds["chat"]["sizes"]["mine.gguf"] == kinds["chat"]["sizes"]["auto"] == 77
            assert kinds["inpaint"]["sizes"]["starter"] > 1_000_000
            for kind in kinds.values():
                assert kind["offers"]
                assert all(not offer["here"] and offer["bytes"] > 1000 for offer in kind["offers"])

    run(test)


def test_a_download_is_followed_to_its_end_and_can_be_chosen(tmp_path: Path, line: list[str]) -> None:
    async def test() -> None:
        async with listening(tmp_path) as (client, socket):
            begun = await start(client)
            assert (begun["state"], begun["kind"], begun["name"]) == ("running", "chat", ONE)
            seen = await until(socket, lambda event: event["state"] != "running")
            last = {key: value for key, value in seen[-1].items() if key not in ("seq", "type")}
            size = len(BIG) + 4
            assert last == {**begun, "state": "done", "done": size, "total": size}
            assert (await (await client.get("/api/models/downloads")).json())["downloads"] == [last]
            chat = await kind_of(client, "chat")
            assert ONE in chat["names"]
            assert chat["sizes"][ONE] == size
            again = await start(client)  # nothing is left to do
            assert (again["state"], again["done"]) == ("done", size)
            assert line == ["a.Q4_K_M.gguf"]

    run(test)


def test_one_that_is_stopped_ends_at_once_and_goes_on_later(
    tmp_path: Path, line: list[str], manners: hub.Manners  # noqa: F811
) -> None:  # fmt: skip
    async def test() -> None:
        manners.gate.clear()
        async with listening(tmp_path) as (client, socket):
            begun = await start(client)
            assert (await start(client))["id"] == begun["id"]
            seen = await until(socket, lambda event: event["done"] > 200_000)
            assert seen[-1]["total"] == len(BIG) + 4
            began = time.monotonic()
            ended = await (await client.delete(f"/api/models/downloads/{begun['id']}")).json()
            assert time.monotonic() - began < 1
            assert ended["download"]["state"] == "cancelled"
            await until(socket, lambda event: event["state"] == "cancelled")
            assert ONE not in (await kind_of(client, "chat"))["names"]
            manners.gate.set()
            assert (await start(client))["id"] != begun["id"]
            await until(socket, lambda event: event["state"] == "done")
            assert manners.started[-1][1] > 100_000
            (row,) = (await (await client.get("/api/models/downloads")).json())["downloads"]
            await client.delete(f"/api/models/downloads/{row['id']}")
            assert (await (await client.get("/api/models/downloads")).json())["downloads"] == []

    run(test)


def test_one_that_fails_says_why(tmp_path: Path, line: list[str], manners: hub.Manners) -> None:  # noqa: F811
    async def test() -> None:
        manners.gated.add("me/chat-GGUF")
        async with listening(tmp_path) as (client, socket):
            await start(client)
            seen = await until(socket, lambda event: event["state"] == "failed")
            assert "accepted its terms" in seen[-1]["problem"]
            assert "https://huggingface.co/me/chat-GGUF" in seen[-1]["cure"]

    run(test)


def test_a_server_that_stops_takes_its_downloads_along(
    tmp_path: Path, line: list[str], manners: hub.Manners  # noqa: F811
) -> None:  # fmt: skip
    async def test() -> None:
        manners.gate.clear()
        async with listening(tmp_path) as (client, socket):
            await start(client)
            await until(socket, lambda event: event["done"] > 200_000)
        assert time.monotonic() - began < 20

    began = time.monotonic()
    run(test)


def test_progress_of_a_download_does_not_drive_other_events_out() -> None:
    """Five events a second for an hour are more than is kept for those who come back: of a running download only the newest is."""

    async def test() -> None:
        events = Hub(lambda job: None)
        row = {"type": "download", "id": "d", "state": "running"}
        events.publish([{"type": "queue"}, *({**row, "done": done} for done in range(100))])
        while events.newest < 101:
            await asyncio.sleep(0.01)
        client, _ = events.join("", 0, events.epoch)
        frame = json.loads(await client.frame() or "")
        assert [(event["type"], event.get("done")) for event in frame] == [("queue", None), ("download", 99)]
        events.publish([{**row, "state": "done"}])
        while events.newest < 102:
            await asyncio.sleep(0.01)
        client, _ = events.join("", 0, events.epoch)
        frame = json.loads(await client.frame() or "")
        assert [event.get("state") for event in frame] == [None, "done"]

    run(test)


@pytest.mark.parametrize(
    ("kind", "name", "offline", "status", "word"),
    [
        pytest.param("chatt", ONE, False, 400, "did you mean 'chat'", id="no such kind"),
        pytest.param("chat", "plain", False, 400, "org/repo", id="no name of the hub"),
        pytest.param("chat", "../../etc/passwd", False, 400, "can't be downloaded", id="a path"),
        pytest.param("chat", ONE, True, 409, "switched off", id="the switch is off"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, line: list[str], kind: str, name: str, offline: bool, status: int, word: str
) -> None:
    async def test() -> None:
        async with serving(tmp_path, offline=offline) as client:
            response = await client.post("/api/models/downloads", json={"kind": kind, "name": name})
            await refused(response, status, word)
            await refused(await client.delete("/api/models/downloads/none"), 404, "'none'")

    run(test)


def test_named_users_fetch_what_the_catalogue_offers_alone(tmp_path: Path, line: list[str]) -> None:
    async def test() -> None:
        (tmp_path / "data").mkdir()
        headers = {"Authorization": f"Bearer {add_user(tmp_path / 'data', 'ada')}"}
        access, _ = make_access(tmp_path / "data", "127.0.0.1")
        async with serving(tmp_path, access, offline=False) as client:
            body = {"kind": "chat", "name": ONE}
            await refused(await client.post("/api/models/downloads", json=body, headers=headers), 403, "who runs")

    run(test)


def test_weights_that_are_missing_can_be_fetched_by_what_the_refusal_tells(tmp_path: Path, line: list[str]) -> None:
    async def test() -> None:
        nodes = {"n": {"type": "apitoy.read", "inputs": {"path": "pyproject.toml", "model": "me/none"}}}
        async with serving(tmp_path) as client:
            error = await refused(await client.post("/api/jobs", json={"workflow": {"nodes": nodes}}), 422, "me/none")
            (problem,) = [row for row in error["problems"] if row["socket"] == "model"]
            assert problem["weights"] == {"kind": "inpaint", "name": "me/none"}
            nodes["n"]["inputs"]["model"] = "nowhere"
            error = await refused(await client.post("/api/jobs", json={"workflow": {"nodes": nodes}}), 422, "nowhere")
            assert all("weights" not in row for row in error["problems"])

    run(test)


def test_a_job_that_fails_for_weights_names_them() -> None:
    error = MissingWeights("a model", "1 GB", "https://example.org", "fetch it")
    assert "weights" not in error_of(error, "n")
    error.weights = ("chat", "a/b")
    wanted = {"kind": "chat", "name": "a/b"}
    assert error_of(error, "n")["weights"] == wanted
    problem = Problem("gone", weights=("chat", "a/b"))
    assert error_of(NotValid([problem]), "")["problems"][0]["weights"] == wanted
