"""A saved graph that is used in another stands in it before it is checked, queued or drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.auth import Access, digest
from api.inner import with_saved
from graph import GraftError

from .helpers import refused, run, serving

TWICE: dict[str, Any] = {
    "format": 1,
    "inputs": {"number": "one.a"},
    "outputs": {"sum": "two.integer"},
    "nodes": {
        "one": {"type": "apitoy.add", "inputs": {"b": 1}},
        "two": {"type": "apitoy.add", "inputs": {"a": {"node": "one", "output": "integer"}, "b": 1}},
    },
}
USER: dict[str, Any] = {
    "format": 1,
    "nodes": {
        "held": {"type": "graph.call", "graph": "twice.json", "inputs": {"number": 5}},
        "last": {"type": "apitoy.add", "inputs": {"a": {"node": "held", "output": "sum"}}},
    },
}


def call(name: str) -> dict[str, Any]:
    return {"nodes": {"x": {"type": "graph.call", "graph": name}}}


def test_a_saved_graph_is_put_where_it_is_used_and_the_rest_is_shared() -> None:
    whole = with_saved(USER, {"twice": TWICE}.get)
    assert whole["nodes"]["held"] == {**USER["nodes"]["held"], "graph": TWICE}
    assert whole["nodes"]["last"] is USER["nodes"]["last"]
    assert USER["nodes"]["held"]["graph"] == "twice.json"
    plain = {
        "nodes": {"a": {"type": "apitoy.add"}, "b": {"type": "graph.call", "graph": "#own"}},
        "graphs": {"own": TWICE},
    }
    assert with_saved(plain, {"own": {}}.get) is plain


def test_it_is_found_in_graphs_within_graphs() -> None:
    deep = {"nodes": {"a": {"type": "graph.call", "graph": USER}}, "graphs": {"own": USER}}
    whole = with_saved(deep, {"twice": TWICE}.get)
    assert whole["nodes"]["a"]["graph"]["nodes"]["held"]["graph"] == TWICE
    assert whole["graphs"]["own"]["nodes"]["held"]["graph"] == TWICE


@pytest.mark.parametrize("name", ["none.json", "#table", "", "../none.json"])
def test_what_is_no_saved_graph_stays_as_it_is(name: str) -> None:
    raw = call(name)
    assert with_saved(raw, {}.get) is raw


@pytest.mark.parametrize("raw", [None, 3, [], {}, {"nodes": 3}, {"nodes": {"a": None}, "graphs": 3}])
def test_what_is_no_workflow_is_left_to_who_reads_it(raw: Any) -> None:
    assert with_saved(raw, {}.get) is raw


def test_a_circle_and_a_flood_are_refused() -> None:
    with pytest.raises(GraftError, match="within itself") as circle:
        with_saved(call("a.json"), {"a": call("b"), "b": call("a")}.get)
    assert circle.value.node == "x/x/x"
    wide = {"nodes": {str(n): {"type": "graph.call", "graph": "leaf"} for n in range(1001)}}
    with pytest.raises(GraftError):
        with_saved(wide, {"leaf": {"nodes": {}}}.get)


def test_a_server_checks_and_queues_with_what_is_saved_now(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            before = await (await client.post("/api/check", json={"workflow": USER})).json()
            assert "twice.json" in before["problems"][0]["what"]
            saved = await client.put("/api/workflows/twice", json=TWICE, headers={"If-None-Match": "*"})
            assert saved.status == 201
            now = await (await client.post("/api/check", json={"workflow": USER})).json()
            assert now["problems"] == []
            assert set(now["guesses"]) == {"held/one", "held/two", "last"}
            job = (await (await client.post("/api/jobs", json={"workflow": USER})).json())["jobs"][0]
            kept = await (await client.get(f"/api/jobs/{job['id']}/workflow")).json()
            assert kept["nodes"]["held"]["graph"] == TWICE
            await client.put("/api/workflows/circle", json=call("circle"), headers={"If-None-Match": "*"})
            circle = await (await client.post("/api/check", json={"workflow": call("circle.json")})).json()
            assert [(row["node"], row["what"][-13:]) for row in circle["problems"]] == [("x/x", "within itself")]

    run(test)


def test_named_users_reach_no_graph_but_the_saved_ones(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "secret.json").write_text(json.dumps(TWICE))
        async with serving(tmp_path, access=Access(keys={digest("a"): "ann"})) as client:
            headers = {"Authorization": "Bearer a"}
            raw = call(str(tmp_path / "secret.json"))
            await refused(
                await client.post("/api/jobs", json={"workflow": raw}, headers=headers), 400, "no saved graph"
            )

    run(test)
