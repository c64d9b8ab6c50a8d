"""The node browser shows of each node what it really did: these tests keep the examples whole and true."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

import graph
import nodes  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
SHOWN = ROOT / "web" / "public" / "nodes"
AGAIN = "make them again: .venv/bin/python web/make-examples.py"


def read(name: str) -> ModuleType:
    """A script of web/ as a module."""
    path = ROOT / "web" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


table = read("node_examples")
maker = read("make-examples")
KEPT: dict[str, Any] = json.loads((SHOWN / "examples.json").read_text(encoding="utf-8"))
TYPES = sorted(type_ for type_, spec in graph.registry.items() if spec.function.__module__.startswith("nodes."))


def is_quick(type_: str) -> bool:
    """Whether no model is needed, and no painted hole must grow over."""
    kinds = [node["type"] for node in table.graph(type_).values()]
    return not any(graph.registry[kind].heavy or kind == "paint.heal" for kind in kinds)


@pytest.mark.parametrize("type_", TYPES)
def test_a_node_has_an_example_or_a_reason_why_not(type_: str) -> None:
    assert (type_ in table.EXAMPLES) != (type_ in table.WITHOUT), (
        "add a small graph in which it does what it is there for to web/node_examples.py; then " + AGAIN
    )
    assert table.WITHOUT.get(type_, "-") != ""


@pytest.mark.parametrize("type_", table.EXAMPLES)
def test_an_example_can_be_run(type_: str) -> None:
    workflow = graph.build(
        {"format": 1, "nodes": table.graph(type_)}, folder=ROOT / "workflows", name=f"the example of {type_}"
    )
    assert graph.Runner(graph.registry, None).problems(workflow) == []
    assert type_ in [node.type for node in workflow.nodes.values()]


def test_what_is_shown_is_of_these_examples() -> None:
    assert {type_: entry["nodes"] for type_, entry in KEPT.items()} == {
        type_: table.graph(type_) for type_ in table.EXAMPLES
    }, AGAIN
    for type_, entry in KEPT.items():
        assert entry["out"], f"{type_} shows nothing"


def test_the_pictures_are_there_and_small() -> None:
    wanted = {row["picture"]: row for entry in KEPT.values() for row in entry["in"] + entry["out"] if "picture" in row}
    assert wanted.keys() == {path.name for path in SHOWN.glob("*.webp")}, AGAIN
    for name, row in wanted.items():
        path = SHOWN / name
        assert path.stat().st_size <= 6_000, name
        with Image.open(path) as image:
            assert list(image.size) == row["size"], name
            assert max(image.size) <= 256, name
    assert sum(path.stat().st_size for path in SHOWN.iterdir()) <= 800_000


@pytest.mark.parametrize("type_", [type_ for type_ in table.EXAMPLES if is_quick(type_)])
def test_a_quick_example_still_gives_what_is_shown(type_: str) -> None:
    given, made = maker.run(type_, table.graph(type_), None)
    spec = graph.registry[type_]
    for row in KEPT[type_]["out"]:
        now = maker.told(row["name"], made[row["name"]], spec.outputs[row["name"]].type.name)
        if "text" in row:
            assert now["text"] == row["text"], AGAIN
        else:
            assert list(now["image"].size) == row["size"], AGAIN
            shown = Image.open(SHOWN / row["picture"]).convert("RGB")
            assert _distance(shown, now["image"]) < 8, AGAIN
    assert given or not KEPT[type_]["in"]


def _distance(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, in levels of 0..255."""
    import numpy as np

    return float(np.abs(np.asarray(one, np.float32) - np.asarray(other, np.float32)).mean())
