"""Any workflow at all comes out of a file as it went in, and any JSON at all is either a workflow or a clear error."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph
from graph import BadFile

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
link = st.fixed_dictionaries({"node": st.text(), "output": st.text()})
node = st.fixed_dictionaries(
    {"type": st.text()},
    optional={"inputs": st.dictionaries(st.text(), plain | link, max_size=4), "at": plain, "later": plain},
)
workflow = st.fixed_dictionaries(
    {"format": st.just(1), "nodes": st.dictionaries(st.text(), node, max_size=5)},
    optional={
        "title": st.text(),
        "note": plain,
        "inputs": st.dictionaries(st.text(), st.text().map(lambda s: f"{s}.x")),
    },
)


@SETTINGS
@given(workflow)
def test_what_is_saved_is_what_was_loaded(raw: dict[str, Any]) -> None:
    text = graph.dump(graph.build(raw))
    assert json.loads(text) == raw
    assert graph.dump(graph.parse(text)) == text


@SETTINGS
@given(workflow)
def test_checking_never_breaks(raw: dict[str, Any]) -> None:
    workflow = graph.build(raw)
    found = graph.problems(workflow, graph.registry)
    assert all(problem.what for problem in found)
    if not found:
        graph.plan(workflow, graph.registry)


@SETTINGS
@given(plain | st.fixed_dictionaries({"nodes": plain}))
def test_what_is_no_workflow_is_told(raw: Any) -> None:
    with suppress(BadFile):  # every other error fails the test
        graph.parse(json.dumps(raw))


@SETTINGS
@given(st.text())
def test_what_is_no_json_is_told(text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        with pytest.raises(BadFile):
            graph.parse(text)
