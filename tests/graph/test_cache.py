from __future__ import annotations

import numpy as np
import pytest

import graph
from graph import MemoryStore

from .helpers import flow, link


def key_of(inputs: dict[str, object], *, file: str = "", kind: str = "toy.add") -> bytes:
    workflow = flow(n=(kind, inputs))
    return graph.keys_of(graph.plan(workflow, graph.registry), lambda hint, value: file)["n"]


def test_values_that_look_alike_have_keys_of_their_own() -> None:
    values = [1, 1.0, True, "1", None, [1], [1.0], [True], -0.0, 0.0]
    assert len({key_of({"a": value}) for value in values}) == len(values)


def test_a_default_written_out_is_the_same() -> None:
    assert key_of({}) == key_of({"a": 0, "b": 1})


def test_what_lies_in_a_file_is_part_of_the_key() -> None:
    first, second = (key_of({"path": "x"}, file=content, kind="toy.read") for content in ("old", "new"))
    assert first != second


def test_a_change_reaches_everything_behind_it_and_nothing_else() -> None:
    workflow = flow(a=("toy.add", {}), b=("toy.add", {"a": link("a")}), c=("toy.add", {"a": 9}))
    keys = [
        graph.keys_of(graph.plan(one, graph.registry), lambda hint, value: "")
        for one in (workflow, workflow.with_values({("a", "a"): 1}))
    ]
    assert {name for name in keys[0] if keys[0][name] != keys[1][name]} == {"a", "b"}


def test_which_output_is_used_is_part_of_the_key() -> None:
    low, high = (
        graph.keys_of(
            graph.plan(flow(s=("toy.split", {"a": 11}), n=("toy.add", {"a": link("s", output)})), graph.registry),
            lambda hint, value: "",
        )["n"]
        for output in ("low", "high")
    )
    assert low != high


@pytest.mark.parametrize(
    ("used", "kept"),
    [
        pytest.param([], {b"b", b"c"}, id="the oldest goes"),
        pytest.param([b"a"], {b"a", b"c"}, id="unless it was used since"),
    ],
)
def test_the_store_holds_at_most_its_limit(used: list[bytes], kept: set[bytes]) -> None:
    store = MemoryStore(2_500)
    for name in (b"a", b"b"):
        store.put(name, {"x": np.zeros(1_000, np.uint8)})
    for name in used:
        assert store.get(name) is not None
    store.put(b"c", {"x": np.zeros(1_000, np.uint8)})
    assert {name for name in (b"a", b"b", b"c") if store.get(name) is not None} == kept
    assert store.bytes == 2_000


def test_what_is_larger_than_the_store_is_not_kept() -> None:
    store = MemoryStore(100)
    store.put(b"a", {"x": np.zeros(1_000, np.uint8)})
    assert len(store) == 0
