"""Nodes, models, settings, health, the front page, and what holds for every answer."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags
from PIL import Image as Pillow

import graph
from api.auth import Access, digest, make_access
from graph import GraftError, Settings
from tests.test_house import HEAVY

from .helpers import HandWorker, png, refused, room, run, serving

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


def photo(path: str, **more: Any) -> dict[str, Any]:
    """A picture read, made soft, and more."""
    nodes = {
        "photo": {"type": "image.load", "inputs": {"path": path}},
        "soft": {"type": "image.blur", "inputs": {"image": {"node": "photo", "output": "image"}}},
        "seeds": {"type": "stream.seeds", "inputs": {"count": 12}},
    }
    return {"workflow": {"nodes": {**nodes, **more}}}


def turned(width: int, height: int) -> bytes:
    """A JPEG that lies on its side."""
    file, exif = io.BytesIO(), Pillow.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Pillow.new("RGB", (width, height)).save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "size"),
    [
        pytest.param(png(31, 17), [31, 17], id="PNG"),
        pytest.param(png(31, 17)[:60], [31, 17], id="its pixels are not looked at"),
        pytest.param(turned(31, 17), [17, 31], id="as it is shown"),
        pytest.param(b"no picture", None, id="no picture"),
    ],
)
def test_check_tells_sizes_and_counts(tmp_path: Path, data: bytes, size: list[int] | None) -> None:
    async def test() -> None:
        async with serving(tmp_path, known=graph.registry) as client:
            room(client).roots("")["files"].joinpath("a.png").write_bytes(data)
            told = await (await client.post("/api/check", json=photo("files/a.png"))).json()
            assert told["problems"] == []
            sizes = {"image": size} if size else {}
            assert told["guesses"]["soft"] == {"sizes": sizes, "count": 1}
            assert told["guesses"]["seeds"] == {"sizes": {}, "count": 12}

    run(test)


def test_check_guesses_of_what_lacks_a_file_but_not_of_what_is_wrong(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path, known=graph.registry) as client:
            lacks = await (await client.post("/api/check", json=photo("none.png"))).json()
            assert len(lacks["problems"]) == 1
            assert lacks["guesses"]["seeds"]["count"] == 12
            circle = {"type": "image.blur", "inputs": {"image": {"node": "x", "output": "image"}}}
            wrong = await (await client.post("/api/check", json=photo("none.png", x=circle))).json()
            assert wrong["guesses"] == {}

    run(test)


def test_check_reads_no_other_users_picture(tmp_path: Path) -> None:
    async def test() -> None:
        access = Access(keys={digest("ann's own token"): "ann", digest("bob's own token"): "bob"})
        async with serving(tmp_path, access, known=graph.registry) as client:
            path = room(client).roots("bob")["files"] / "a.png"
            path.write_bytes(png(31, 17))
            for name, sizes in (("ann", {}), ("bob", {"image": [31, 17]})):
                headers = {"Authorization": f"Bearer {name}'s own token"}
                told = await (await client.post("/api/check", json=photo(str(path)), headers=headers)).json()
                assert told["guesses"]["photo"]["sizes"].get("image") == sizes.get("image"), name

    run(test)


@pytest.mark.parametrize("path", ["/", "/api/nodes", "/api/health", "/api/files/files/a.png", "/api/openapi.json"])
def test_head_tells_what_get_would(tmp_path: Path, path: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            room(client).roots("")["files"].joinpath("a.png").write_bytes(png())
            got, head = await client.get(path), await client.head(path)
            assert head.status == got.status == 200
            names = ("Content-Type", "ETag", *([] if path == "/api/health" else ["Content-Length"]))
            assert [head.headers.get(name) for name in names] == [got.headers.get(name) for name in names]
            assert await got.read()
            assert await head.read() == b""
            assert (await client.head("/api/nodes/none")).status == 404

    run(test)


def test_the_page_and_its_parts_are_for_all_and_nothing_else_is(tmp_path: Path) -> None:
    async def test() -> None:
        access, token = make_access(tmp_path, "0.0.0.0")
        dist = tmp_path / "page"
        (dist / "assets").mkdir(parents=True)
        (dist / "index.html").write_text("<title>Graft</title>")
        (dist / "assets" / "a-1.js").write_text("let a")
        (dist / "secret").write_text("no")
        async with serving(tmp_path, access) as client:
            page = await client.get("/")
            assert (page.status, await page.text()) == (200, "<title>Graft</title>")
            assert "default-src 'self'" in page.headers["Content-Security-Policy"]
            script = await client.get("/assets/a-1.js")
            assert (script.status, await script.text()) == (200, "let a")
            assert script.content_type.endswith("/javascript")
            assert "immutable" in script.headers["Cache-Control"]
            assert (await client.head("/assets/a-1.js")).status == 200
            await refused(await client.get("/assets/none.js"), 404)
            await refused(await client.get("/assets/..%2Fsecret"), 400)
            await refused(await client.get("/api/queue"), 401, "token")
            await refused(await client.post("/"), 401, "token")
            assert (await client.get("/", params={"token": token}, allow_redirects=False)).status == 303

    run(test)
