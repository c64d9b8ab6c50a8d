"""What is known of sizes and counts before a run is what comes out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import graph
import nodes  # noqa: F401 - fills the registry
from graph import Run


def flow(**given: tuple[str, dict[str, Any]]) -> graph.Workflow:
    """A workflow of name=(type, inputs), where "@node.output" is a link."""

    def value(entry: Any) -> Any:
        if isinstance(entry, str) and entry.startswith("@"):
            return dict(zip(("node", "output"), entry[1:].split("."), strict=True))
        return entry

    table = {
        name: {"type": kind, "inputs": {k: value(v) for k, v in inputs.items()}}
        for name, (kind, inputs) in given.items()
    }
    return graph.build({"format": 1, "nodes": table})


START = {"start": ("image.solid", {"width": 60, "height": 41})}
SIZES = [
    pytest.param("image.resize", {"width": 30, "height": 30}, id="resize inside"),
    pytest.param("image.resize", {"width": 31, "height": 17, "fit": "cover"}, id="resize cover"),
    pytest.param("image.resize", {"width": 33, "fit": "longest side"}, id="resize longest side"),
    pytest.param("image.resize", {"width": 7, "height": 9, "fit": "stretch"}, id="resize stretch"),
    pytest.param("image.scale", {"factor": 0.33}, id="scale"),
    pytest.param("image.crop", {"width": 11, "height": 12}, id="crop"),
    pytest.param("image.pad", {"left": 3, "bottom": 2}, id="pad"),
    pytest.param("image.rotate", {"angle": 90.0}, id="quarter turn"),
    pytest.param("image.rotate", {"angle": 180.0}, id="half turn"),
    pytest.param("image.rotate", {"angle": 30.0, "expand": False}, id="turn within"),
    pytest.param("image.blur", {}, id="as large as what comes in"),
]


@pytest.mark.parametrize(("kind", "inputs"), SIZES)
def test_sizes(kind: str, inputs: dict[str, Any]) -> None:
    workflow = flow(**START, end=(kind, {"image": "@start.image", **inputs}))
    guessed = graph.guess(workflow, graph.registry, lambda path: None)["end"].sizes["image"]
    plan = graph.plan(workflow, graph.registry, ("end",))
    image = graph.execute(plan, lambda name: Run(name, Path(), Path())).values["end"]["image"]
    assert guessed == (image.shape[1], image.shape[0])


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        pytest.param("image.rotate", {"angle": 30.0}, id="turned and enlarged"),
        pytest.param("image.side_by_side", {"left": "@start.image", "right": "@start.image"}, id="put together"),
    ],
)
def test_what_nobody_knows_is_not_guessed(kind: str, inputs: dict[str, Any]) -> None:
    inputs = inputs if "left" in inputs else {"image": "@start.image", **inputs}
    workflow = flow(**START, end=(kind, inputs))
    assert graph.guess(workflow, graph.registry, lambda path: None)["end"].sizes == {}


def test_a_file_tells_its_size() -> None:
    workflow = flow(photo=("image.load", {"path": "a.png"}), soft=("image.blur", {"image": "@photo.image"}))
    guesses = graph.guess(workflow, graph.registry, {"a.png": (640, 480)}.get)
    assert guesses["soft"].sizes == {"image": (640, 480)}
    assert graph.guess(workflow, graph.registry, lambda path: None)["soft"].sizes == {}


LINES = {"l": ("stream.lines", {"text": "a\nb\n\nc"}), "s": ("stream.seeds", {"count": 4})}
COUNTS = [
    pytest.param({}, "l", 3, id="lines"),
    pytest.param({"x": ("stream.gate", {"item": "@s.seed", "measure": "@s.seed"})}, "x", 4, id="behind a source"),
    pytest.param({"x": ("stream.cross", {"left": "@l.text", "right": "@s.seed"})}, "x", 12, id="cross"),
    pytest.param({"x": ("stream.zip", {"left": "@l.text", "right": "@s.seed"})}, "x", 3, id="zip"),
    pytest.param({"x": ("stream.take", {"items": "@s.seed", "count": 9, "skip": 1})}, "x", 3, id="take"),
    pytest.param({"x": ("stream.count", {"items": "@s.seed"})}, "x", 1, id="collected"),
    pytest.param({"x": ("stream.seeds", {"count": 2, "first": "@s.seed"})}, "x", 8, id="nested"),
    pytest.param({"x": ("stream.folder", {"path": "in"})}, "x", None, id="not known"),
]


@pytest.mark.parametrize(("more", "name", "count"), COUNTS)
def test_counts(more: dict[str, Any], name: str, count: int | None) -> None:
    workflow = flow(**LINES, **more)
    assert graph.problems(workflow, graph.registry) == []
    assert graph.guess(workflow, graph.registry, lambda path: None)[name].count == count
