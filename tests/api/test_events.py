"""The stream of events: numbered, in order, replayed after a break; and a slow reader holds up nobody."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from api import hub as hubs
from api.hub import Hub

from .helpers import chain, refused, room, run, serving
from .test_access import events_until


def test_a_client_that_comes_back_gets_what_it_missed(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            async with client.ws_connect("/api/events") as socket:
                (hello,) = await socket.receive_json()
                await client.post("/api/jobs", json={"workflow": chain()})
                (added,) = await events_until(socket, "added")
            room(client).worker.run_next([{"type": "finished", "nodes": [["n0", 0.1], ["n1", 0.2]]}])
            again = f"/api/events?cursor={added['seq']}&epoch={hello['epoch']}"
            async with client.ws_connect(again) as socket:
                seen = await events_until(socket, "job")
                while seen[-1].get("status") != "done":
                    seen += await socket.receive_json(timeout=10)
            assert [event["type"] for event in seen] == ["hello", "job", "finished", "job"]
            assert [event["seq"] for event in seen[1:]] == [added["seq"] + n for n in (1, 2, 3)]
            for cursor, epoch in ((10**6, hello["epoch"]), (0, "another")):
                async with client.ws_connect(f"/api/events?cursor={cursor}&epoch={epoch}") as socket:
                    assert [event["type"] for event in await socket.receive_json()] == ["hello", "reset"]

    run(test)


def test_only_a_websocket_is_answered(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            await refused(await client.get("/api/events"), 426, "WebSocket")
            await refused(await client.get("/api/events?cursor=-1"), 400, "cursor")
            await refused(await client.get("/api/events?cursor=x"), 400, "integer")
            async with client.ws_connect("/api/events") as socket:
                await socket.receive_json()
                await socket.send_str("[" * 70_000)
                assert (await socket.receive(timeout=10)).type.name in ("CLOSE", "ERROR", "CLOSED")
            assert (await client.get("/api/queue")).status == 200

    run(test)


def test_sockets_are_closed_when_the_server_stops(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            socket = await client.ws_connect("/api/events")
            await socket.receive_json()
            await client.server.close()
            message = await socket.receive(timeout=10)
            assert (message.type.name, message.data) == ("CLOSE", 1001)

    run(test)


async def frames(client: Any, count: int) -> list[dict[str, Any]]:
    import json

    seen: list[dict[str, Any]] = []
    while len(seen) < count:
        text = await asyncio.wait_for(client.frame(), 10)
        assert text is not None
        seen += json.loads(text)
    return seen


def test_many_threads_publish_and_all_is_seen_in_order() -> None:
    async def test() -> None:
        hub = Hub(lambda job: "")
        client, _ = hub.join("", None, None)

        def work(name: int) -> None:
            for number in range(200):
                hub.publish([{"type": "said", "job": "j", "thread": name, "number": number}])

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        seen = await frames(client, 800)
        assert [event["seq"] for event in seen] == list(range(1, 801))
        for name in range(4):
            assert [event["number"] for event in seen if event["thread"] == name] == list(range(200))
        for thread in threads:
            thread.join()

    run(test)


def test_a_slow_reader_loses_previews_first_and_then_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "LAGGING", 4000)
    monkeypatch.setattr(hubs, "LOST", 20_000)

    async def test() -> None:
        hub = Hub(lambda job: "")
        slow, _ = hub.join("", None, None)
        quick, _ = hub.join("", None, None)
        hub.publish([{"type": "preview", "job": "j", "node": "n", "image": b"x" * 600} for _ in range(10)])
        hub.publish([{"type": "finished", "job": "j", "nodes": []}])
        seen = await frames(quick, 1)
        assert seen[-1]["type"] == "finished"
        seen = await frames(slow, 1)
        assert [event["type"] for event in seen] == ["finished"]
        hub.publish([{"type": "said", "job": "j", "text": "x" * 30_000}])
        assert await slow.frame() is None
        assert slow.lost
        assert (await frames_of_new(hub))["seq"] == 12

    async def frames_of_new(hub: Hub) -> dict[str, Any]:
        client, greeting = hub.join("", hub.newest, hub.epoch)
        assert [event["type"] for event in greeting] == ["hello"]
        hub.publish([{"type": "queue"}])
        return {"seq": (await frames(client, 1))[0]["seq"] - 1}

    run(test)


def test_the_ring_forgets_the_oldest_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "RING_EVENTS", 5)

    async def test() -> None:
        hub = Hub(lambda job: "")
        client, _ = hub.join("", None, None)
        hub.publish([{"type": "said", "job": "j", "number": number} for number in range(8)])
        hub.publish([{"type": "preview", "job": "j", "node": "n", "image": bytes([255, 216])} for _ in range(3)])
        await frames(client, 11)
        assert [event["type"] for event in hub.join("", 2, hub.epoch)[1]] == ["hello", "reset"]
        back, greeting = hub.join("", 3, hub.epoch)
        assert [event["type"] for event in greeting] == ["hello"]
        seen = await frames(back, 6)
        assert [event["seq"] for event in seen] == [4, 5, 6, 7, 8, 11]  # of the previews the last alone
        assert seen[-1]["image"] == "data:image/jpeg;base64,/9g="
        hub.publish([{"type": "job", "job": "j", "status": "done"}])
        await frames(client, 1)
        seen = await frames(hub.join("", 4, hub.epoch)[0], 5)
        assert {event["type"] for event in seen} == {"said", "job"}

    run(test)


def test_nan_and_odd_text_can_be_sent() -> None:
    async def test() -> None:
        hub = Hub(lambda job: "")
        client, _ = hub.join("", None, None)
        hub.publish([{"type": "said", "job": "j", "value": float("nan"), "text": "\ud800 é"}])
        (event,) = await frames(client, 1)
        assert event["value"] is None
        assert event["text"] == "\ud800 é"

    run(test)
