"""Nodes, models, settings, health, the front page, and what holds for every answer."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import graph
from graph import GraftError, Settings
from tests.test_house import HEAVY

from .helpers import HandWorker, refused, room, run, serving

ROOT = Path(__file__).resolve().parents[2]


def test_the_schema_of_all_nodes_is_sent_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path, known=graph.registry) as client:
            got = await client.get("/api/nodes", headers={"Accept-Encoding": "gzip"})
            nodes = (await got.json())["nodes"]
            assert len(nodes) > 60
            assert nodes["image.load"] == graph.schema(graph.registry["image.load"])
            assert got.headers["Content-Encoding"] == "gzip"
            assert int(got.headers["Content-Length"]) < 60_000
            seen = {"If-None-Match": got.headers["ETag"]}
            assert (await client.get("/api/nodes", headers=seen)).status == 304
            plain = await client.get("/api/nodes", headers={"Accept-Encoding": "identity"})
            assert (await plain.json())["nodes"] == nodes
            one = await client.get("/api/nodes/image.load")
            assert await one.json() == nodes["image.load"]
            await refused(await client.get("/api/nodes/image.lod"), 404, "image.load")

    run(test)


def test_models_come_from_the_shelf(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "models" / "chat").mkdir(parents=True)
        (tmp_path / "models" / "chat" / "mine.gguf").write_bytes(b"GGUF")
        async with serving(tmp_path) as client:
            kinds = (await (await client.get("/api/models")).json())["kinds"]
            assert kinds["chat"]["names"] == ["auto", "starter", "mine.gguf"]
            assert kinds["chat"]["problem"] is None

    run(test)


def test_settings_are_kept_and_take_effect_at_the_next_start(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            body = {"editor": {"theme": "dark", "grid": 8}, "server": {"worker_bytes": 1 << 30, "device": "cpu"}}
            told = await (await client.patch("/api/settings", json=body)).json()
            assert told["restart"] == ["device", "worker_bytes"]
            assert told["editor"] == {"theme": "dark", "grid": 8}
            await client.patch("/api/settings", json={"editor": {"grid": None}})
            assert room(client).settings.worker_bytes == 0
        async with serving(tmp_path) as client:
            told = await (await client.get("/api/settings")).json()
            assert (told["editor"], told["restart"]) == ({"theme": "dark"}, [])
            assert room(client).settings.worker_bytes == 1 << 30

    run(test)


BAD_SETTINGS: list[Any] = [
    pytest.param({"server": {"device": "cuda; rm"}}, 400, "device", id="device"),
    pytest.param({"server": {"worker_bytes": -1}}, 400, "worker_bytes", id="negative bytes"),
    pytest.param({"server": {"worker_bytes": None}}, 400, "worker_bytes", id="null"),
    pytest.param({"server": {"data": "/etc"}}, 400, "data", id="a setting that is none"),
    pytest.param({"editor": []}, 400, "editor", id="a list"),
    pytest.param({"editor": {"x": "y" * 70_000}}, 413, "64 KB", id="too much"),
]


@pytest.mark.parametrize(("body", "status", "word"), BAD_SETTINGS)
def test_settings_that_are_refused(tmp_path: Path, body: Any, status: int, word: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            await refused(await client.patch("/api/settings", json=body), status, word)
            assert not (tmp_path / "data" / "settings.json").exists()

    run(test)


def test_a_spoiled_settings_file_is_told_at_the_start(tmp_path: Path) -> None:
    from api.settings import overlaid

    (tmp_path / "settings.json").write_text('{"device": 3}')
    with pytest.raises(GraftError, match="device"):
        overlaid(Settings(data=tmp_path))
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(GraftError, match="no JSON"):
        overlaid(Settings(data=tmp_path))


def test_health_tells_the_truth(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            fine = await client.get("/api/health")
            told = await fine.json()
            assert (fine.status, told["ok"], told["queue"]["paused"]) == (200, True, False)
            assert told["version"] in (ROOT / "pyproject.toml").read_text()
            room(client).worker.running = False
            assert (await client.get("/api/health")).status == 503

    run(test)


def test_every_answer_is_json_and_safe(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            assert (await (await client.get("/")).json())["api"] == "/api/openapi.json"
            await refused(await client.get("/nowhere"), 404)
            await refused(await client.get("/api/jobs?limit=0"), 400, "limit")
            await refused(await client.get("/api/jobs?limt=3"), 400, "limit")
            await refused(await client.get("/api/jobs?limit=1&limit=2"), 400, "twice")
            await refused(await client.get("/api/jobs?status=lost"), 400, "pending")
            wrong = await client.put("/api/jobs")
            await refused(wrong, 405, "Allow")
            assert "POST" in wrong.headers["Allow"]
            for path in ("/", "/nowhere", "/api/queue", "/api/files"):
                headers = (await client.get(path)).headers
                assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
                assert "Access-Control-Allow-Origin" not in headers

    run(test)


def test_a_defect_is_logged_and_told_without_its_insides(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(HandWorker):
        def wake(self) -> None:
            raise RuntimeError("secret insides")

    async def test() -> None:
        async with serving(tmp_path, make_worker=Broken) as client:
            error = await refused(await client.post("/api/queue/pause"), 500, "number")
            assert "secret" not in json.dumps(error)
            assert "secret insides" in caplog.text

    run(test)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from api import uploads

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def test() -> None:
        async with serving(tmp_path) as client:
            monkeypatch.setattr(uploads, "_take", full)
            await refused(await client.post("/api/files", data=b"x"), 507, "free some space")

    run(test)


def test_the_server_does_not_import_what_is_heavy() -> None:
    code = "import sys, server, cli_serve; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(ast.literal_eval(found.stdout)) & HEAVY
