"""The document says what the handlers do: every declared handler is called with what the document allows and what it forbids."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS as CHECK_REGISTRY
from schemathesis.checks import load_all_checks

from api.openapi import document
from api.routes import ROUTES
from graph import Settings
from server import make_app

from .helpers import TOYS, HandWorker, chain, png, run, serving

DOCUMENT = document(ROUTES, "0")
# what is sent and what comes back, as the document says; what is a proper workflow the document can't say, so a refusal is no failure
load_all_checks()
CHECKS = CHECK_REGISTRY.get_by_names(
    [
        "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
        "negative_data_rejection", "unsupported_method", "allow_header_conformance",
    ]
)  # fmt: skip


class Served:
    """A server on a loop of its own, for clients that block."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        app = make_app(
            Settings(data=folder / "data", out=folder / "out", models=folder / "models"),
            known=TOYS,
            make_worker=HandWorker,
        )
        self.server = TestServer(app)
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self._do(self.server.start_server())

        self.there = self._do(self._fill())
        made = folder / "data" / "made" / self.there["id"]
        made.mkdir(parents=True)
        (made / "0.jpg").write_bytes(b"no picture, but a file")

    async def _fill(self) -> dict[str, Any]:
        """A job, a graph and a file; returns the parts of the paths under which they are found."""
        async with ClientSession(self.url) as client:
            made = await client.post("/api/jobs", json={"workflow": chain()})
            (job,) = (await made.json())["jobs"]
            await client.put("/api/workflows/there", json=chain(), headers={"If-None-Match": "*"})
            (file,) = (await (await client.post("/api/files?name=a.png", data=png())).json())["files"]
        return {"id": job["id"], "name": "there", "number": 1, "root": "files", "path": file["path"], "file": "0.jpg"}

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def close(self) -> None:
        self._do(self.server.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


PATH_NAMES = re.compile(r"\{(\w+)\}")
schema = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_answers_are_as_the_document_says(served: Served, operation: Any, mode: Any) -> None:
    from hypothesis import given

    # half of what is allowed is asked of things that are there, so that the answers are more than refusals
    there = {name: served.there[name] for name in PATH_NAMES.findall(operation.path)}
    cases = operation.as_strategy(generation_mode=mode)
    if mode is schemathesis.GenerationMode.POSITIVE and there:
        headers = {"If-Match": "*"} if operation.method in ("put", "delete") else {}
        cases |= operation.as_strategy(generation_mode=mode, path_parameters=there, headers=headers)

    @given(case=cases)
    @settings(
        max_examples=8, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def check(case: Any) -> None:
        response = case.call(base_url=served.url, timeout=10)
        case.validate_response(response, checks=CHECKS)

    try:
        check()
    except Exception as error:
        if type(error).__name__ in ("Unsatisfiable",):  # nothing can be forbidden about this one
            return
        raise


def test_every_handler_is_described(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            got = await (await client.get("/api/openapi.json")).json()
            assert got["openapi"] == "3.1.0"
            assert len([1 for path in got["paths"].values() for _ in path]) == len(ROUTES)
            for path in got["paths"].values():
                for operation in path.values():
                    assert operation["summary"].endswith("."), operation

    run(test)


BODIES = [route for route in ROUTES if route.method in ("POST", "PUT", "PATCH")]
WORDS = ["workflow", "nodes", "type", "inputs", "values", "targets", "batch", "product", "zip", "n0", "n0.a", "name", "priority",
         "before", "editor", "server", "device", "node", "output", "format", "title", "a"]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


def shaped(keys: Any) -> Any:
    """Bodies that look like a job, with something else in one place."""
    good = {
        "workflow": chain(),
        "values": {"n0.a": 1},
        "targets": ["n1"],
        "batch": {"zip": {"n0.a": [1]}},
        "title": "t",
    }
    places = [("workflow",), ("workflow", "nodes"), ("workflow", "nodes", "n0"), ("workflow", "nodes", "n0", "inputs"), ("values",),
              ("workflow", "nodes", "n0", "type"), ("workflow", "inputs"), ("workflow", "format"), ("values", "n0.a"), ("targets",),
              ("batch",), ("batch", "zip"), ("batch", "zip", "n0.a"), ("title",), ("workflow", "nodes", "n0", "inputs", "a")]  # fmt: skip

    def put(place: tuple[str, ...], value: Any) -> Any:
        body = json.loads(json.dumps(good))
        inner = body
        for name in place[:-1]:
            inner = inner[name]
        inner[place[-1]] = value
        return body

    return st.builds(put, st.sampled_from(places), keys)


@pytest.mark.parametrize("route", BODIES, ids=lambda route: f"{route.method} {route.path}")
def test_no_json_at_all_breaks_the_server(served: Served, route: Any) -> None:
    from http.client import HTTPConnection

    from hypothesis import given

    connection = HTTPConnection("127.0.0.1", served.server.port, timeout=20)
    path = route.path.replace("{id}", "abc").replace("{name}", "x")
    headers = {"Content-Type": "application/json", "If-None-Match": "*"}

    @given(body=ANYTHING | shaped(ANYTHING))
    @settings(max_examples=40, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
    def check(body: Any) -> None:
        connection.request(route.method, path, json.dumps(body).encode("utf-8", "surrogatepass"), headers)
        response = connection.getresponse()
        answer = json.loads(response.read() or b"null")
        assert response.status < 500, (response.status, answer)
        assert (response.status < 300) or answer["error"]["what"]

    check()
    connection.close()
