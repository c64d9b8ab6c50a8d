"""Saved graphs: nothing is overwritten unseen, and what is overwritten can be fetched back."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from .helpers import chain, refused, room, run, serving

NEW = {"If-None-Match": "*"}


def test_a_stale_save_is_refused_and_an_overwritten_one_fetched_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            url = "/api/workflows/my street"
            first = await client.put(url, json=chain(1), headers=NEW)
            assert first.status == 201, await first.text()
            tag = first.headers["ETag"]
            await refused(await client.put(url, json=chain(2)), 428, "If-Match")
            await refused(await client.put(url, json=chain(2), headers=NEW), 412, "already")
            second = await client.put(url, json=chain(2), headers={"If-Match": tag})
            assert (second.status, (await second.json())["revision"]) == (200, 2)
            stale = await client.put(url, json=chain(3), headers={"If-Match": tag})
            await refused(stale, 412, "meanwhile")
            assert stale.headers["ETag"] == second.headers["ETag"]
            await refused(
                await client.put(url, json=chain(3), headers={"If-Match": f"W/{second.headers['ETag']}"}), 412
            )
            assert await (await client.get(url)).json() == chain(2)
            revisions = (await (await client.get(f"{url}/revisions")).json())["revisions"]
            assert [row["revision"] for row in revisions] == [1, 2]
            assert await (await client.get(f"{url}/revisions/1")).json() == chain(1)
            assert await (await client.get(f"{url}/revisions/2")).json() == chain(2)
            await refused(await client.get(f"{url}/revisions/3"), 404, "no revision 3")
            await refused(await client.delete(url, headers={"If-Match": tag}), 412)
            assert (await client.delete(url, headers={"If-Match": second.headers["ETag"]})).status == 204
            await refused(await client.get(url), 404)
            assert await (await client.get(f"{url}/revisions/2")).json() == chain(2)
            back = await client.put(url, json=chain(5), headers=NEW)
            assert (back.status, (await back.json())["revision"]) == (201, 3)

    run(test)


def test_bytes_stay_as_they_were_sent(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            data = (
                '{ "nodes": {"ä": {"type":"unknown.kind", "at": [1.50, 2e1], "later": null}},\n "format":1 }'.encode()
            )
            headers = {"Content-Type": "application/json"}
            made = await client.put("/api/workflows/x", data=data, headers={**headers, **NEW})
            assert made.status == 201, await made.text()
            got = await client.get("/api/workflows/x")
            assert await got.read() == data
            same = await client.put("/api/workflows/x", data=data, headers={**headers, "If-Match": got.headers["ETag"]})
            assert (await same.json())["revision"] == 1
            assert (await client.get("/api/workflows/x", headers={"If-None-Match": got.headers["ETag"]})).status == 304

    run(test)


def test_of_many_saves_at_once_one_wins(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            tag = (await client.put("/api/workflows/x", json=chain(1), headers=NEW)).headers["ETag"]
            saves = [client.put("/api/workflows/x", json=chain(n), headers={"If-Match": tag}) for n in range(2, 12)]
            statuses = [response.status for response in await asyncio.gather(*saves)]
            assert sorted(statuses) == [200] + [412] * 9
            assert len((await (await client.get("/api/workflows/x/revisions")).json())["revisions"]) == 2

    run(test)


def test_what_ships_can_be_read_and_run_but_not_changed(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            rows = (await (await client.get("/api/workflows")).json())["workflows"]
            shipped = [row["name"] for row in rows if row["shipped"]]
            assert "replace_object" in shipped
            got = await client.get("/api/workflows/replace_object")
            assert (await got.json())["nodes"]
            await refused(await client.delete("/api/workflows/replace_object"), 403, "ships")
            own = await client.put("/api/workflows/replace_object", json=chain(1), headers=NEW)
            assert own.status == 201
            assert await (await client.get("/api/workflows/replace_object")).json() == chain(1)
            made = await client.post("/api/jobs", json={"name": "replace_object"})
            assert made.status == 201, await made.text()
            assert room(client).saved("").shipped.joinpath("replace_object.json").is_file()

    run(test)


BAD_NAMES = [
    "..", "%2e%2e", "..%2fx", "a%2fb", "%2fetc", "a%00", "a%5cb", ".hidden", "CON", "nul.txt", "a.", "%20a", "a:b", "x" * 101, "a{n}",
    "%0a", "a%22", "*",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_no_names(tmp_path: Path, name: str) -> None:
    async def test() -> None:
        from yarl import URL

        async with serving(tmp_path) as client:
            before = sorted(os.walk(tmp_path / "data"))
            for method in ("GET", "PUT", "DELETE"):
                data: dict[str, Any] = {"json": chain(), "headers": NEW} if method == "PUT" else {}
                response = await client.request(method, URL(f"/api/workflows/{name}", encoded=True), **data)
                assert response.status in (400, 404, 405), (method, await response.text())
                assert "error" in await response.json()
            assert sorted(os.walk(tmp_path / "data")) == before

    run(test)


def test_what_is_no_workflow_is_not_saved(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            for data in (
                {},
                {"nodes": []},
                {"nodes": {"a": 1}},
                {"nodes": {}, "format": 9},
                [],
                {"nodes": {}, "inputs": 3},
            ):
                response = await client.put("/api/workflows/x", json=data, headers=NEW)
                await refused(response, 400)
            broken = await client.put("/api/workflows/x", json=chain(), headers={"If-None-Match": '"a"'})
            await refused(broken, 400, "If-None-Match")
            await refused(await client.put("/api/workflows/x", json=chain(), headers={"If-Match": "*"}), 412)

    run(test)


def test_a_link_in_the_folder_is_no_workflow(tmp_path: Path) -> None:
    async def test() -> None:
        secret = tmp_path / "secret.json"
        secret.write_text(json.dumps(chain()))
        async with serving(tmp_path) as client:
            folder = tmp_path / "data" / "workflows"
            folder.mkdir()
            (folder / "x.json").symlink_to(secret)
            await refused(await client.get("/api/workflows/x"), 404)
            names = [row["name"] for row in (await (await client.get("/api/workflows")).json())["workflows"]]
            assert "x" not in names

    run(test)
