"""Who may come in: the user's own page and tools; no page of another site, nobody without a token elsewhere, no user into another's things."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from api.auth import Access, add_user, make_access, read_users
from api.lock import only_one
from graph import GraftError, Settings
from server import make_app

from .helpers import HandWorker, chain, png, refused, room, run, serving

FOREIGN: list[Any] = [
    pytest.param({"Host": "evil.example"}, 403, "evil.example", id="DNS rebinding"),
    pytest.param({"Host": "127.0.0.1.evil.example"}, 403, "not called", id="a name that begins like ours"),
    pytest.param({"Host": "localhost@evil.example"}, 400, "Host", id="a host with a user"),
    pytest.param({"Host": "10.0.0.7"}, 403, "not called", id="another address"),
    pytest.param({"Host": ""}, 400, "Host", id="no host"),
    pytest.param({"Origin": "http://evil.example"}, 403, "evil.example", id="another site's page"),
    pytest.param({"Origin": "null"}, 403, "null", id="a page without an origin"),
    pytest.param({"Origin": "http://localhost:1"}, 403, "localhost:1", id="another port of this machine"),
    pytest.param({"Origin": "http://[::1"}, 403, "[::1", id="a broken origin"),
    pytest.param({"Origin": "file://"}, 403, "file", id="a page from the disk"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, "another site", id="an image tag on another site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, 403, "another site", id="another port, no origin"),
]


@pytest.mark.parametrize(("headers", "status", "word"), FOREIGN)
def test_other_sites_get_nothing(tmp_path: Path, headers: dict[str, str], status: int, word: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            await refused(await client.get("/api/queue", headers=headers), status, word)
            await refused(await client.post("/api/jobs", json={"workflow": chain()}, headers=headers), status, word)
            upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
            key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
            await refused(await client.get("/api/events", headers={**upgrade, **key, **headers}), status, word)
            assert room(client).worker.woken == 0

    run(test)


def test_the_own_page_and_tools_come_in(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            port = client.port
            for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "LOCALHOST"):
                headers = {"Host": host, "Origin": f"http://{host.lower()}", "Sec-Fetch-Site": "same-origin"}
                assert (await client.get("/api/queue", headers=headers)).status == 200, host
            assert (await client.get("/api/queue", headers={"Sec-Fetch-Site": "none"})).status == 200
            assert (await client.get("/", headers={"Sec-Fetch-Site": "cross-site"})).status == 200

    run(test)


def test_a_token_is_demanded_and_becomes_a_cookie(tmp_path: Path) -> None:
    async def test() -> None:
        access, token = make_access(tmp_path, "0.0.0.0")
        assert token is not None
        async with serving(tmp_path, access) as client:
            for path in ("/", "/api/queue", "/api/nowhere", "/api/files/outputs/x", "/api/openapi.json"):
                error = await refused(await client.get(path), 401, "token")
                assert "?token=" in error["cure"]
            await refused(await client.get("/api/queue", headers={"Authorization": "Bearer wrong"}), 401, "not known")
            await refused(await client.get("/api/queue", headers={"Authorization": f"Basic {token}"}), 401)
            await refused(await client.get("/api/queue", headers={"Host": "evil.example"}), 403)
            good = {"Authorization": f"Bearer {token}", "Host": "192.168.1.5:8765"}
            assert (await client.get("/api/queue", headers=good)).status == 200
            await refused(await client.get("/?token=wrong", allow_redirects=False), 401)
            entered = await client.get("/", params={"token": token}, allow_redirects=False)
            assert (entered.status, entered.headers["Location"]) == (303, "/")
            cookie = entered.headers["Set-Cookie"]
            assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", f"graft-{client.port}="))
            name, _, rest = cookie.partition("=")
            kept = {"Cookie": f"{name}={rest.partition(';')[0]}"}
            assert (await client.get("/api/queue", headers=kept)).status == 200
            foreign = {**kept, "Origin": "http://evil.example"}
            await refused(await client.post("/api/queue/pause", headers=foreign), 403)

    run(test)


def test_the_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    _, first = make_access(tmp_path, "0.0.0.0")
    _, again = make_access(tmp_path, "0.0.0.0")
    assert first == again
    assert first is not None
    assert len(first) >= 40
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert make_access(tmp_path, "127.0.0.1") == (Access(), None)
    assert make_access(tmp_path, "localhost", "chosen-by-the-user")[1] == "chosen-by-the-user"
    (tmp_path / "token").write_text("short")
    with pytest.raises(GraftError, match="too short"):
        make_access(tmp_path, "0.0.0.0")


def test_named_users_see_their_own_things_only(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "data").mkdir()
        tokens = {name: add_user(tmp_path / "data", name) for name in ("ada", "ben")}
        ada, ben = ({"Authorization": f"Bearer {tokens[name]}"} for name in ("ada", "ben"))
        access, printed = make_access(tmp_path / "data", "127.0.0.1")
        assert printed is None
        async with serving(tmp_path, access) as client:
            await refused(await client.get("/api/queue"), 401)
            made = await client.post("/api/jobs", json={"workflow": chain()}, headers=ada)
            (job,) = (await made.json())["jobs"]
            assert job["user"] == "ada"
            for method, path in (
                ("GET", ""),
                ("GET", "/workflow"),
                ("POST", "/cancel"),
                ("POST", "/retry"),
                ("PATCH", ""),
            ):
                data = {"json": {"priority": -1}} if method == "PATCH" else {}
                await refused(await client.request(method, f"/api/jobs/{job['id']}{path}", headers=ben, **data), 404)
            assert (await (await client.get("/api/jobs", headers=ben)).json())["jobs"] == []
            assert (await (await client.get("/api/queue", headers=ben)).json())["counts"]["pending"] == 0
            assert len((await (await client.get("/api/jobs", headers=ada)).json())["jobs"]) == 1
            (stored,) = (await (await client.post("/api/files?name=x.png", data=png(), headers=ada)).json())["files"]
            assert (await client.get(stored["url"], headers=ada)).status == 200
            await refused(await client.get(stored["url"], headers=ben), 404)
            reader = {"nodes": {"r": {"type": "apitoy.read", "inputs": {"path": stored["path"]}}}}
            assert (await client.post("/api/jobs", json={"workflow": reader}, headers=ada)).status == 201
            await refused(await client.post("/api/jobs", json={"workflow": reader}, headers=ben), 422, "no file")
            theirs = str(next((tmp_path / "data" / "users" / "ada" / "files").glob("*.png")))
            for path in (theirs, "/etc/hostname", "../../ada/files/" + stored["path"], "data/users.json"):
                reader["nodes"]["r"]["inputs"]["path"] = path
                await refused(await client.post("/api/jobs", json={"workflow": reader}, headers=ben), 422, "no file")
            await client.put("/api/workflows/plan", json=chain(), headers={**ada, "If-None-Match": "*"})
            await refused(await client.get("/api/workflows/plan", headers=ben), 404)
            await refused(await client.post("/api/queue/pause", headers=ben), 403)
            await refused(await client.patch("/api/settings", json={"server": {"offline": True}}, headers=ben), 403)
            await refused(await client.post("/api/jobs", json={"workflow": chain(), "priority": 1}, headers=ben), 403)

    run(test)


def test_events_of_a_job_go_to_its_owner_alone(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "data").mkdir()
        tokens = {name: add_user(tmp_path / "data", name) for name in ("ada", "ben")}
        ada, ben = ({"Authorization": f"Bearer {tokens[name]}"} for name in ("ada", "ben"))
        async with serving(tmp_path, make_access(tmp_path / "data", "127.0.0.1")[0]) as client:
            async with (
                client.ws_connect("/api/events", headers=ada) as one,
                client.ws_connect("/api/events", headers=ben) as two,
            ):
                await client.post("/api/jobs", json={"workflow": chain()}, headers=ada)
                room(client).worker.run_next([{"type": "said", "node": "n0", "text": "secret"}])
                room(client).hub.publish([{"type": "queue", "paused": False}])
                seen = {name: await events_until(socket, "queue") for name, socket in (("ada", one), ("ben", two))}
            assert [event["type"] for event in seen["ada"]] == ["hello", "added", "job", "said", "job", "queue"]
            assert [event["type"] for event in seen["ben"]] == ["hello", "queue"]

    run(test)


async def events_until(socket: aiohttp.ClientWebSocketResponse, kind: str) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != kind:
        seen += await socket.receive_json(timeout=10)
    return seen


def test_names_and_files_of_users_that_are_refused(tmp_path: Path) -> None:
    for name in ("", "../x", "Ada", "a b", "a" * 33, "-x"):
        with pytest.raises(GraftError, match="user"):
            add_user(tmp_path, name)
    token = add_user(tmp_path, "ada")
    assert token not in (tmp_path / "users.json").read_text()
    assert add_user(tmp_path, "ada") != token
    for text in ("[]", '{"ada": 1}', '{"../x": "' + "0" * 64 + '"}', '{"": "' + "0" * 64 + '"}', "{"):
        (tmp_path / "users.json").write_text(text)
        with pytest.raises(GraftError):
            read_users(tmp_path)


def test_two_servers_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with only_one(tmp_path):
        code = "import sys; from pathlib import Path; from api.lock import only_one\nwith only_one(Path(sys.argv[1])): pass"
        second = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert f"another server (process {os.getpid()})" in second.stderr
        assert "--data" in second.stderr
    with only_one(tmp_path):
        pass

    async def test() -> None:
        async with serving(tmp_path / "s"):
            runner = web.AppRunner(make_app(Settings(data=tmp_path / "s" / "data"), make_worker=HandWorker))
            with pytest.raises(GraftError, match="another server"):
                await runner.setup()
            await runner.cleanup()

    run(test)
