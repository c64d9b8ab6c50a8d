from __future__ import annotations

import json
from typing import Any

import pytest

import graph
from graph import BadFile

from .helpers import flow, link


def found(workflow: graph.Workflow, **more: Any) -> list[str]:
    return [str(problem) for problem in graph.problems(workflow, graph.registry, **more)]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        pytest.param(
            {"a": ("toy.ad", {})}, "a: there is no node type 'toy.ad'. Did you mean 'toy.add'.", id="unknown type"
        ),
        pytest.param({"a": ("toy.add", {"c": 1})}, "a.c: toy.add has no input 'c'. It has a, b.", id="unknown input"),
        pytest.param(
            {"a": ("toy.split", {})}, "a.a: the integer is missing. Give a value or a link.", id="missing input"
        ),
        pytest.param({"a": ("toy.read", {})}, "a.path: no file is chosen. Choose one, or link its path.", id="no file"),
        pytest.param(
            {"a": ("toy.add", {"a": 1.9})},
            "a.a: expected a whole number, got 1.9. Change it.",
            id="a fraction for an integer",
        ),
        pytest.param(
            {"a": ("toy.add", {"a": True})},
            "a.a: expected a whole number, got True. Change it.",
            id="a switch for an integer",
        ),
        pytest.param(
            {"a": ("toy.add", {"a": "12"})},
            "a.a: expected a whole number, got '12'. Change it.",
            id="a text for an integer",
        ),
        pytest.param(
            {"a": ("toy.add", {"b": 101})}, "a.b: expected -100 to 100, got 101. Change it.", id="out of range"
        ),
        pytest.param(
            {"a": ("toy.picture", {"kind": "plan"})},
            "a.kind: expected one of 'plain', 'wild', got 'plan'. Did you mean 'plain'.",
            id="a wrong choice",
        ),
        pytest.param(
            {"a": ("toy.add", {"a": link("b")})},
            "a.a: it is linked to 'b', which is not there. Link it to a node that is there.",
            id="a link to nowhere",
        ),
        pytest.param(
            {"p": ("toy.picture", {}), "a": ("toy.add", {"a": link("p", "image")})},
            "a.a: it takes integer, but 'p.image' is image. Link a node that gives integer.",
            id="a wrong link",
        ),
        pytest.param(
            {"p": ("toy.split", {"a": 1}), "a": ("toy.add", {"a": link("p", "hihg")})},
            "a.a: toy.split has no output 'hihg'. Did you mean 'high'.",
            id="an unknown output",
        ),
        pytest.param(
            {"a": ("toy.add", {"a": link("b")}), "b": ("toy.add", {"a": link("a")})},
            "a: the nodes run in a circle: a → b → a. Take one of these links away.",
            id="a cycle",
        ),
        pytest.param({}, "the workflow has no nodes. Add one.", id="no nodes"),
    ],
)
def test_each_problem_names_node_socket_and_cure(nodes: dict[str, Any], expected: str) -> None:
    assert found(flow(**nodes)) == [expected]


def test_all_problems_come_at_once() -> None:
    workflow = flow(
        a=("toy.nothing", {}), b=("toy.add", {"a": "x", "b": 1000}), c=("toy.add", {"z": 1, "a": link("gone")})
    )
    assert len(found(workflow)) == 5


def test_a_workflow_in_order_has_none() -> None:
    assert found(flow(a=("toy.add", {}), b=("toy.add", {"a": link("a")}))) == []


def test_files_and_weights_are_looked_for() -> None:
    workflow = flow(a=("toy.read", {"path": "x.txt"}))
    problems = found(
        workflow, missing=lambda path: "look elsewhere", weights=lambda kind, name: f"no {kind} called {name}"
    )
    assert problems == ["a.path: there is no file 'x.txt'. Look elsewhere.", "a.model: no inpaint called auto."]


def test_parameters_must_feed_an_input() -> None:
    raw = {"inputs": {"x": "b.a", "y": "a.q"}, "nodes": {"a": {"type": "toy.add"}}}
    assert len(found(graph.build(raw))) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "not JSON: .* in line 1, column 2", id="torn"),
        pytest.param("[]", "no table 'nodes'", id="a list"),
        pytest.param('{"nodes": []}', "no table 'nodes'", id="nodes is a list"),
        pytest.param('{"nodes": {"a": null}}', "the node 'a' has no type", id="a node is null"),
        pytest.param(
            '{"nodes": {"a": {"type": "t", "inputs": []}}}',
            "inputs of the node 'a' are no table",
            id="inputs is a list",
        ),
        pytest.param('{"nodes": {"a": {"type": "t", "inputs": {"x": NaN}}}}', "NaN, which is not JSON", id="NaN"),
        pytest.param('{"nodes": {}, "nodes": {}}', "'nodes' twice", id="twins"),
        pytest.param('{"format": 99, "nodes": {}}', "format 99", id="a later format"),
        pytest.param('{"format": true, "nodes": {}}', "format True", id="a format that is no number"),
        pytest.param("[" * 100_000, "nested too deeply", id="nested too deeply"),
        pytest.param('{"nodes": {}, "x": ' + "9" * 5000 + "}", "too long", id="a number too long"),
        pytest.param('{"inputs": {"a": 3}, "nodes": {}}', "names no 'node.input'", id="a parameter that names nothing"),
    ],
)
def test_what_is_no_workflow_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadFile, match=message):
        graph.parse(text)


def test_load_tells_what_is_wrong_with_the_file(tmp_path: Any) -> None:
    (tmp_path / "replace.json").write_text("{}")
    with pytest.raises(BadFile, match=r"Did you mean 'replace.json'"):
        graph.load(tmp_path / "replaec.json")
    with pytest.raises(BadFile, match="is a folder"):
        graph.load(tmp_path)
    (tmp_path / "binary.json").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(BadFile, match="is no text file"):
        graph.load(tmp_path / "binary.json")


def test_what_is_dumped_is_what_was_loaded() -> None:
    raw = {
        "format": 1,
        "note": {"kept": [1, 1.0, True, None]},
        "nodes": {
            "b": {"type": "toy.add", "at": [3, 4], "inputs": {"b": 1, "a": {"node": "é", "output": "integer"}}},
            "é": {"type": "?"},
        },
    }
    assert graph.parse(graph.dump(graph.build(raw))).raw == raw


def test_what_an_editor_keeps_with_a_node_is_no_problem_and_stays_byte_by_byte() -> None:
    kept = {"at": [3, 4], "width": 384, "collapsed": True, "colour": "#4c8dff", "title": "Mine"}
    raw = {"format": 1, "nodes": {"b": {"type": "toy.add", **kept, "inputs": {"a": 1}}}}
    text = json.dumps(raw, ensure_ascii=False, indent=1) + "\n"
    workflow = graph.parse(text)
    assert graph.problems(workflow, graph.registry) == []
    assert graph.dump(workflow) == text
    assert graph.dump(workflow.with_values({("b", "a"): 2})) == text.replace('"a": 1', '"a": 2')


def test_values_given_from_outside_are_in_what_is_saved() -> None:
    workflow = flow(a=("toy.add", {"a": 1}))
    changed = workflow.with_values({("a", "a"): 5})
    assert changed.raw["nodes"]["a"]["inputs"] == {"a": 5}
    assert workflow.raw["nodes"]["a"]["inputs"] == {"a": 1}
    with pytest.raises(BadFile, match="no node 'b'"):
        workflow.with_values({("b", "a"): 5})
