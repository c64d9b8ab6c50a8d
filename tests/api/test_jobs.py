"""Jobs over HTTP: what is accepted is written down, checked and found again; what is not is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.jobs import Lost

from .helpers import chain, png, refused, room, run, serving


def test_a_posted_job_is_queued_run_and_shown(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            body = {"workflow": chain(3), "values": {"n0.a": 5}, "title": "five", "targets": ["n2"], "priority": 2}
            made = await client.post("/api/jobs", json=body)
            assert made.status == 201, await made.text()
            (job,) = (await made.json())["jobs"]
            assert (job["status"], job["title"], job["priority"]) == ("pending", "five", 2)
            assert (job["values"], job["targets"]) == ({"n0.a": 5}, ["n2"])
            assert room(client).worker.woken == 1
            out = tmp_path / "out" / "a b.png"
            out.parent.mkdir()
            out.write_bytes(png())
            outputs = [{"node": "n2", "path": str(out)}, {"node": "n2", "output": "integer", "value": 8}]
            room(client).worker.run_next(outputs=outputs, ran=3)
            shown = await (await client.get(f"/api/jobs/{job['id']}")).json()
            assert (shown["status"], shown["ran"]) == ("done", 3)
            assert shown["outputs"][0]["path"] == "outputs/a b.png"
            assert (await client.get(shown["outputs"][0]["url"])).status == 200
            assert shown["outputs"][1]["value"] == 8
            assert "worker" not in shown
            assert str(tmp_path) not in str(shown)
            kept = await (await client.get(f"/api/jobs/{job['id']}/workflow")).json()
            assert kept == chain(3)

    run(test)


def test_a_batch_makes_a_job_of_each_row(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            columns = {"n0.a": [1, 2, 3], "n1.b": [10, 20, 30]}
            for kind, count in (("product", 9), ("zip", 3)):
                made = await client.post("/api/jobs", json={"workflow": chain(), "batch": {kind: columns}})
                assert made.status == 201, await made.text()
                jobs = (await made.json())["jobs"]
                assert len(jobs) == count
                assert len({job["batch"] for job in jobs}) == 1
                assert jobs[1]["values"] == ({"n0.a": 1, "n1.b": 20} if kind == "product" else {"n0.a": 2, "n1.b": 20})
                listed = await (await client.get("/api/jobs", params={"batch": jobs[0]["batch"]})).json()
                assert [job["id"] for job in listed["jobs"]] == [job["id"] for job in reversed(jobs)]

    run(test)


CASES: list[Any] = [
    pytest.param({}, 400, ["workflow", "name"], id="nothing"),
    pytest.param({"workflow": chain(), "name": "x"}, 400, ["either"], id="both"),
    pytest.param({"name": "street"}, 404, ["no workflow"], id="name of nothing"),
    pytest.param({"name": "../x"}, 400, [], id="name with dots"),
    pytest.param({"workflow": {"nodes": {}}}, 422, ["no nodes"], id="no nodes"),
    pytest.param({"workflow": {"nodes": []}}, 400, ["object"], id="nodes a list"),
    pytest.param({"workflow": {"nodes": {"a": None}}}, 400, ["no type"], id="a node is null"),
    pytest.param({"workflow": {"nodes": {"a": {"type": "apitoy.ad"}}}}, 422, ["apitoy.add"], id="unknown type"),
    pytest.param({"workflow": chain(a="word")}, 422, ["whole number"], id="wrong type"),
    pytest.param({"workflow": chain(b=101)}, 422, ["-100 to 100"], id="out of range"),
    pytest.param({"workflow": chain(a={"node": "n1", "output": "integer"})}, 422, ["circle"], id="cycle"),
    pytest.param({"workflow": chain(), "values": {"n9.a": 1}}, 400, ["n9.a"], id="value for no node"),
    pytest.param({"workflow": chain(), "values": {"n0": 1}}, 400, ["n0"], id="value without an input"),
    pytest.param({"workflow": chain(), "values": {"n0.c": 1}}, 422, ["'c'"], id="value for no input"),
    pytest.param({"workflow": chain(), "values": {"n0.a": "x"}}, 422, ["whole number"], id="value of a wrong type"),
    pytest.param({"workflow": chain(), "targets": ["n7"]}, 400, ["n7"], id="no such target"),
    pytest.param({"workflow": chain(), "targets": []}, 400, ["entries"], id="no target"),
    pytest.param({"workflow": chain(), "priority": 1.5}, 400, ["integer"], id="half a priority"),
    pytest.param({"workflow": chain(), "priority": True}, 400, ["integer"], id="true as a priority"),
    pytest.param({"workflow": chain(), "priority": 10**30}, 400, ["1000"], id="huge priority"),
    pytest.param({"workflow": chain(), "wrkflow": 1}, 400, ["wrkflow"], id="unknown key"),
    pytest.param({"workflow": chain(), "batch": {}}, 400, ["product"], id="empty batch"),
    pytest.param({"workflow": chain(), "batch": {"zip": {"n0.a": [1], "n1.b": [1, 2]}}}, 400, ["length"], id="ragged"),
    pytest.param({"workflow": chain(), "batch": {"zip": {"n0.a": []}}}, 400, ["0 rows"], id="no rows"),
    pytest.param({"workflow": chain(), "batch": {"zip": {"n0.a": [1, "x"]}}}, 422, ["whole number"], id="one bad row"),
    pytest.param(
        {"workflow": chain(), "batch": {"product": {f"n{n % 2}.{'ab'[n // 2]}": [1] * 9999 for n in range(4)}}},
        400, ["rows"], id="a product of too many",
    ),
    pytest.param([], 400, ["object"], id="a list"),
    pytest.param(None, 400, ["object"], id="null"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "words"), CASES)
def test_what_can_not_run_is_refused(tmp_path: Path, body: Any, status: int, words: list[str]) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            data, headers = json.dumps(body), {"Content-Type": "application/json"}
            await refused(await client.post("/api/jobs", data=data, headers=headers), status, *words)
            assert (await (await client.get("/api/queue")).json())["counts"]["pending"] == 0

    run(test)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            workflow = chain(4, a="x")
            workflow["nodes"]["n2"]["inputs"] = {"q": 1}
            workflow["nodes"]["n3"] = {"type": "apitoy.read", "inputs": {"path": "nowhere.png"}}
            error = await refused(await client.post("/api/jobs", json={"workflow": workflow}), 422)
            assert [(row["node"], row["socket"]) for row in error["problems"]] == [
                ("n0", "a"), ("n2", "q"), ("n3", "path"),
            ]  # fmt: skip
            checked = await client.post("/api/check", json={"workflow": workflow})
            assert (await checked.json())["problems"] == error["problems"]
            fine = await client.post("/api/check", json={"workflow": chain()})
            assert (await fine.json())["problems"] == []

    run(test)


def test_files_are_named_as_the_api_lists_them(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            (stored,) = (await (await client.post("/api/files?name=a.png", data=png())).json())["files"]
            for path in (stored["path"], f"files/{stored['path']}", "examples/street.png"):
                nodes = {"r": {"type": "apitoy.read", "inputs": {"path": path}}}
                made = await client.post("/api/jobs", json={"workflow": {"nodes": nodes}})
                assert made.status == 201, await made.text()
                (job,) = (await made.json())["jobs"]
                value = job["values"]["r.path"]
                assert value in (f"files/{stored['path']}", "examples/street.png"), path
                assert (await client.get(f"/api/files/{value}")).status == 200, path
                assert Path(room(client).jobs.get(job["id"]).values["r.path"]).is_file(), path
                listed = await client.get("/api/jobs?limit=1")
                assert (await listed.json())["jobs"][0]["values"]["r.path"] == value
                again = await client.post("/api/jobs", json={"workflow": {"nodes": nodes}, "values": job["values"]})
                assert (await again.json())["jobs"][0]["values"] == job["values"]

    run(test)


def test_cancel_retry_move_and_prune(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            columns = {"n0.a": [0, 1, 2, 3]}
            made = await client.post("/api/jobs", json={"workflow": chain(), "batch": {"zip": columns}})
            ids = [job["id"] for job in (await made.json())["jobs"]]

            async def order() -> list[int]:
                listed = await (await client.get("/api/jobs?status=pending")).json()
                return [job["values"]["n0.a"] for job in listed["jobs"]]

            assert await order() == [0, 1, 2, 3]
            assert (await client.patch(f"/api/jobs/{ids[3]}", json={"before": ids[1]})).status == 200
            assert await order() == [0, 3, 1, 2]
            assert (await client.patch(f"/api/jobs/{ids[0]}", json={"before": None})).status == 200
            assert await order() == [3, 1, 2, 0]
            assert (await client.patch(f"/api/jobs/{ids[2]}", json={"priority": 5})).status == 200
            assert await order() == [2, 3, 1, 0]
            await refused(await client.patch(f"/api/jobs/{ids[2]}", json={"before": "abc"}), 404)
            worker = room(client).worker
            running = worker.claim()
            assert running.id == ids[2]
            await refused(await client.patch(f"/api/jobs/{running.id}", json={"priority": 1}), 409, "running")
            await refused(await client.post(f"/api/jobs/{running.id}/retry"), 409, "running")
            assert (await client.post(f"/api/jobs/{running.id}/cancel")).status == 200
            assert worker.cancelled == [running.id]
            worker.jobs.finish(running.id, "cancelled")
            pending = await (await client.post(f"/api/jobs/{ids[1]}/cancel")).json()
            assert pending["status"] == "cancelled"
            assert worker.cancelled == [running.id]
            again = await client.post(f"/api/jobs/{ids[1]}/retry")
            assert (again.status, (await again.json())["attempt"]) == (201, 2)
            assert await order() == [3, 0, 1]
            assert await (await client.delete("/api/jobs?keep=1")).json() == {"pruned": 1}
            counts = (await (await client.get("/api/queue")).json())["counts"]
            assert (counts["cancelled"], counts["pending"]) == (1, 3)

    run(test)


def test_pages_of_the_history(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            body = {"workflow": chain(), "batch": {"zip": {"n0.a": list(range(25))}}}
            await client.post("/api/jobs", json=body)
            seen: list[int] = []
            before: dict[str, Any] = {}
            while page := (await (await client.get("/api/jobs", params={"limit": 10, **before})).json())["jobs"]:
                seen += [job["values"]["n0.a"] for job in page]
                before = {"before": page[-1]["number"]}
            assert seen == list(reversed(range(25)))

    run(test)


def test_pause_is_told_and_kept(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            assert (await (await client.post("/api/queue/pause")).json())["paused"] is True
        async with serving(tmp_path) as client:
            await client.post("/api/jobs", json={"workflow": chain()})
            assert room(client).worker.claim() is None
            assert (await (await client.post("/api/queue/resume")).json())["paused"] is False
            assert room(client).worker.claim() is not None

    run(test)


def test_what_was_running_when_the_server_died_is_interrupted(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            await client.post("/api/jobs", json={"workflow": chain(), "batch": {"zip": {"n0.a": [1, 2]}}})
            job = room(client).worker.claim()
        async with serving(tmp_path) as client:
            shown = await (await client.get(f"/api/jobs/{job.id}")).json()
            assert shown["status"] == "interrupted"
            assert (await client.post(f"/api/jobs/{job.id}/retry")).status == 201
            assert (await (await client.get("/api/queue")).json())["counts"]["pending"] == 2

    run(test)


BAD_IDS = ["zz", "..", "%00", "%2e%2e%2fetc", "a" * 65, "%ff", "'; drop table jobs"]


@pytest.mark.parametrize("name", BAD_IDS)
def test_ids_of_no_job(tmp_path: Path, name: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            for path in (f"/api/jobs/{name}/cancel", f"/api/jobs/{name}/retry"):
                response = await client.post(path)
                assert response.status in (400, 404, 405), await response.text()
                assert "error" in await response.json()

    run(test)


def test_what_happens_to_items_that_fail_is_asked_for_and_told(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            made = await client.post("/api/jobs", json={"workflow": chain(), "on_error": "skip"})
            (job,) = (await made.json())["jobs"]
            assert (job["on_error"], job["failed"], "reasons" in job) == ("skip", 0, False)
            lost = Lost()
            lost.add("n1", 3, "too dark", False)
            lost.add("n0", 5, "no picture", True)
            room(client).worker.run_next(lost=lost)
            told = await (await client.get(f"/api/jobs/{job['id']}")).json()
            assert (told["dropped"], told["failed"]) == (1, 1)
            assert told["reasons"][0] == {"node": "n1", "item": 3, "reason": "too dark", "failed": False}
            (listed,) = (await (await client.get("/api/jobs")).json())["jobs"]
            assert (listed["dropped"], "reasons" in listed) == (1, False)
            wrong = await client.post("/api/jobs", json={"workflow": chain(), "on_error": "skipp"})
            await refused(wrong, 400, "did you mean 'skip'")

    run(test)


def test_pages_of_the_queue(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            body = {"workflow": chain(), "batch": {"zip": {"n0.a": list(range(7))}}}
            jobs = (await (await client.post("/api/jobs", json=body)).json())["jobs"]
            await client.patch(f"/api/jobs/{jobs[6]['id']}", json={"priority": 3})
            await client.patch(f"/api/jobs/{jobs[0]['id']}", json={"before": None})
            order = [6, 1, 2, 3, 4, 5, 0]
            number = {place: job["number"] for place, job in enumerate(jobs)}

            async def page(**query: Any) -> list[int]:
                found = await client.get("/api/jobs", params={"status": "pending", **query})
                return [job["values"]["n0.a"] for job in (await found.json())["jobs"]]

            seen: list[int] = []
            cursor: dict[str, int] = {}
            while rows := await page(limit=3, **cursor):
                seen += rows
                cursor = {"after": number[rows[-1]]}
            assert seen == order
            assert await page(before=number[4], limit=2) == [2, 3]
            assert await page(before=number[6]) == []
            assert await page(after=number[6], before=number[3]) == [1, 2]
            newer = await (await client.get("/api/jobs", params={"after": number[2], "limit": 2})).json()
            assert [job["number"] for job in newer["jobs"]] == [number[4], number[3]]

    run(test)


def test_one_job_is_forgotten_once_it_has_ended(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            made = await client.post("/api/jobs", json={"workflow": chain(), "batch": {"zip": {"n0.a": [1, 2]}}})
            first, second = [job["id"] for job in (await made.json())["jobs"]]
            await refused(await client.delete(f"/api/jobs/{first}"), 409, "pending", "cancel")
            running = room(client).worker.claim()
            assert running.id == first
            await refused(await client.delete(f"/api/jobs/{first}"), 409, "running")
            room(client).worker.jobs.finish(first, "done")
            small = tmp_path / "data" / "made" / first
            small.mkdir(parents=True)
            (small / "made.jsonl").write_text("")
            async with client.ws_connect("/api/events") as socket:
                await socket.receive_json()
                assert (await client.delete(f"/api/jobs/{first}")).status == 204
                told: list[Any] = []
                while not any(event["type"] == "removed" for event in told):
                    told += await socket.receive_json()
                assert told[-1]["jobs"] == [first]
            assert not small.exists()
            await refused(await client.get(f"/api/jobs/{first}"), 404)
            await refused(await client.delete(f"/api/jobs/{first}"), 404)
            assert (await client.get(f"/api/jobs/{second}")).status == 200
            assert (await client.get(f"/api/jobs/{second}/workflow")).status == 200

    run(test)


def test_a_quiet_job_takes_its_files_along(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            out = room(client).roots("")["outputs"]
            (out / "masks").mkdir(parents=True)
            for quiet in (True, False):
                made = await client.post("/api/jobs", json={"workflow": chain(), "quiet": quiet})
                (job,) = (await made.json())["jobs"]
                assert job["quiet"] is quiet
                inner, outer = out / "masks" / "a.png", tmp_path / "mine.png"
                for path in (inner, outer):
                    path.write_bytes(png())
                assert room(client).worker.claim().id == job["id"]
                written = [{"node": "n1", "path": str(path)} for path in (inner, outer, out / "gone.png")]
                room(client).worker.jobs.finish(job["id"], "done", outputs=written)
                assert (await client.delete(f"/api/jobs/{job['id']}")).status == 204
                assert inner.exists() is not quiet
                assert outer.exists()
            await refused(await client.post("/api/jobs", json={"workflow": chain(), "quiet": "yes"}), 400, "quiet")

    run(test)


def test_what_a_quiet_job_writes_while_it_is_being_deleted_goes_too(tmp_path: Path) -> None:
    """It ends between the moment in which it is looked up and the moment in which it is removed."""

    async def test() -> None:
        async with serving(tmp_path) as client:
            jobs = room(client).jobs
            made = await client.post("/api/jobs", json={"workflow": chain(), "quiet": True})
            (name,) = [job["id"] for job in (await made.json())["jobs"]]
            result = room(client).roots("")["outputs"] / "late.png"
            result.parent.mkdir(parents=True, exist_ok=True)
            assert room(client).worker.claim().id == name
            remove = jobs.remove

            def ended_meanwhile(id: str) -> Any:
                result.write_bytes(png())
                room(client).worker.jobs.finish(id, "done", outputs=[{"node": "n1", "path": str(result)}])
                return remove(id)

            jobs.remove = ended_meanwhile
            assert (await client.delete(f"/api/jobs/{name}")).status == 204
            assert not result.exists()

    run(test)


def test_reasons_tell_files_by_their_address_and_what_can_be_taken_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            (stored,) = (await (await client.post("/api/files?name=a.png", data=png())).json())["files"]
            made = await client.post("/api/jobs", json={"workflow": {**chain(), "keep": {"n1": {"ab" * 8: "a.png"}}}})
            (job,) = (await made.json())["jobs"]
            file = str(room(client).roots("")["files"] / stored["path"])
            lost = Lost()
            lost.add("n1", 3, "too dark", False, "cd" * 8, file)
            lost.add("n1", 4, "too dark", False, "ef" * 8, "/elsewhere/b.png")
            dropped = {"type": "dropped", "node": "n1", "item": 3, "reason": "too dark", "failed": False, "file": file}
            async with client.ws_connect("/api/events") as socket:
                await socket.receive_json()
                room(client).worker.run_next(events=[dropped], lost=lost)
                events = [event for event in await socket.receive_json() if event["type"] == "dropped"]
                assert (events[0]["path"], "file" in events[0]) == (f"files/{stored['path']}", False)
            told = (await (await client.get(f"/api/jobs/{job['id']}")).json())["reasons"]
            assert (told[0]["key"], told[0]["path"]) == ("cd" * 8, f"files/{stored['path']}")
            assert (await client.get(told[0]["url"])).status == 200
            assert (told[1]["path"], told[1]["url"]) == ("b.png", None)
            kept = await (await client.get(f"/api/jobs/{job['id']}/workflow")).json()
            assert kept["keep"] == {"n1": {"ab" * 8: "a.png"}}
            wrong = await client.post("/api/jobs", json={"workflow": {**chain(), "keep": {"n1": "ab"}}})
            await refused(wrong, 400, "kept")

    run(test)
