"""Packs over HTTP: turned on by the hash that was shown, followed by the schema and by the worker alike."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import graph
from api.auth import Access, digest
from graph import Settings
from graph.worker import Worker

from .helpers import refused, run, serving
from .test_worker import until

GOOD = '''
from graph import node

@node(heavy=True, output="n")
def times(n: int) -> int:
    """A multiple."""
    return {factor} * n
'''
FLOW = {"nodes": {"x": {"type": "mine.times", "inputs": {"n": 3}}}}


@pytest.fixture
def pack(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "custom_nodes").mkdir()
    path = tmp_path / "custom_nodes" / "mine.py"
    path.write_text(GOOD.format(factor=2))
    before, modules = dict(graph.registry), set(sys.modules)
    yield path
    graph.registry.clear()
    graph.registry.update(before)
    for name in set(sys.modules) - modules:
        if name.startswith("custom_nodes"):
            del sys.modules[name]


async def listed(client: Any) -> dict[str, Any]:
    (pack,) = (await (await client.get("/api/packs")).json())["packs"]
    return dict(pack)


async def turn(client: Any, **body: Any) -> Any:
    return await client.post("/api/packs/mine", json=body)


def test_a_pack_is_turned_on_by_what_was_shown(tmp_path: Path, pack: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path, root=tmp_path) as client:
            shown = await listed(client)
            assert (shown["state"], shown["nodes"], shown["follow"]) == ("off", [], False)
            await refused(await turn(client, on=True), 400, "seen")
            await refused(await turn(client, on=True, seen="0" * 64), 409, "has changed")
            await refused(await client.post("/api/packs/mime", json={"on": False}), 404, "did you mean 'mine'")
            assert (await client.get("/api/nodes/mine.times")).status == 404
            on = await turn(client, on=True, seen=shown["hash"])
            assert (await on.json())["nodes"] == ["mine.times"]
            assert (await client.get("/api/nodes/mine.times")).status == 200
            assert (await (await turn(client, on=False)).json())["state"] == "off"
            assert (await client.get("/api/nodes/mine.times")).status == 404

    run(test)


def test_the_schema_follows_what_changes(tmp_path: Path, pack: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path, root=tmp_path) as client:
            await turn(client, on=True, seen=(await listed(client))["hash"], follow=True)
            first = await client.get("/api/nodes")
            tags = {"If-None-Match": first.headers["ETag"]}
            assert (await client.get("/api/nodes", headers=tags)).status == 304
            assert (await (await client.post("/api/check", json={"workflow": FLOW})).json())["problems"] == []
            pack.write_text(GOOD.format(factor=2).replace("n: int", "m: int").replace("* n", "* m"))
            second = await client.get("/api/nodes", headers=tags)
            assert list((await second.json())["nodes"]["mine.times"]["inputs"]) == ["m"]
            assert second.headers["ETag"] != first.headers["ETag"]
            await refused(await client.post("/api/jobs", json={"workflow": FLOW}), 422, "it has m")
            pack.write_text("import no_such_thing")
            assert "mine.times" not in (await (await client.get("/api/nodes")).json())["nodes"]
            broken = await listed(client)
            assert (broken["state"], broken["follow"]) == ("broken", True)
            assert "no_such_thing" in broken["error"]

    run(test)


def test_a_changed_pack_that_is_not_followed_is_off(tmp_path: Path, pack: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path, root=tmp_path) as client:
            await turn(client, on=True, seen=(await listed(client))["hash"])
            assert (await client.post("/api/jobs", json={"workflow": FLOW})).status == 201
            pack.write_text(GOOD.format(factor=3))
            await refused(await client.post("/api/jobs", json={"workflow": FLOW}), 422, "mine.times")
            assert (await listed(client))["state"] == "changed"

    run(test)


def test_only_the_owner_decides(tmp_path: Path, pack: Path) -> None:
    async def test() -> None:
        access = Access(keys={digest("ann's own token"): "ann", digest("the owner's token"): ""})
        async with serving(tmp_path, access, root=tmp_path) as client:
            ann, owner = ({"Authorization": f"Bearer {token}"} for token in ("ann's own token", "the owner's token"))
            shown = (await (await client.get("/api/packs", headers=ann)).json())["packs"][0]
            body = {"on": True, "seen": shown["hash"]}
            await refused(await client.post("/api/packs/mine", json=body, headers=ann), 403, "owner")
            assert (await client.post("/api/packs/mine", json=body, headers=owner)).status == 200

    run(test)


def test_the_worker_runs_what_the_files_say_now(tmp_path: Path, pack: Path) -> None:
    """Also where the answer of the old files is in the cache, and the new ones are as long and written within the same second."""

    def worker(path: Path, settings: Settings, on_events: Any, on_state: Any) -> Worker:
        return Worker(path, settings, on_events=on_events, on_state=on_state)

    async def test() -> None:
        async with (
            serving(tmp_path, root=tmp_path, make_worker=worker) as client,
            client.ws_connect("/api/events") as socket,
        ):
            await turn(client, on=True, seen=(await listed(client))["hash"], follow=True)
            for factor in (2, 2, 7):
                pack.write_text(GOOD.format(factor=factor))
                made = await client.post("/api/jobs", json={"workflow": FLOW, "targets": ["x"]})
                (job,) = (await made.json())["jobs"]
                await until(socket, job["id"], "done", "failed")
                done = await (await client.get(f"/api/jobs/{job['id']}")).json()
                assert [entry["value"] for entry in done["outputs"]] == [3 * factor], done

    run(test)
