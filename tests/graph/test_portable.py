"""The workflow that a saved picture holds runs again from anywhere."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PIL import Image as Pillow

import graph
import nodes  # noqa: F401 - fills the registry
from graph import Settings
from graph.jobs import Jobs
from graph.worker.kit import Plans, run_job
from nodes.disk import read_workflow
from nodes.service import setup

from .test_guess import flow


@pytest.mark.parametrize(
    ("named", "told"),
    [
        pytest.param("a.png", "{own}/a.png", id="beside the workflow"),
        pytest.param("{own}/a.png", "{own}/a.png", id="whole already"),
        pytest.param("{shipped}/examples/b.png", "examples/b.png", id="shipped"),
        pytest.param("none.png", "none.png", id="not there"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_files_are_named_so_that_they_are_found(tmp_path: Path, named: str, told: str) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for path in (own / "a.png", shipped / "examples" / "b.png"):
        path.parent.mkdir(parents=True)
        path.touch()
    named, told = (text.format(own=own, shipped=shipped) for text in (named, told))
    given = flow(photo=("image.load", {"path": named}), words=("value.text", {"text": "a.png"}))
    workflow = graph.build(given.raw, folder=own)
    found = graph.portable(workflow, graph.registry, shipped)
    assert found.raw["nodes"]["photo"]["inputs"] == {"path": told}
    assert found.raw["nodes"]["words"] == workflow.raw["nodes"]["words"]


def test_a_shipped_workflow_is_left_as_it_is() -> None:
    folder = Settings().root / "workflows"
    workflow = graph.load(folder / "replace_object.json")
    assert graph.portable(workflow, graph.registry, folder) == workflow


def test_a_job_saves_the_workflow_with_its_own_files(tmp_path: Path) -> None:
    """Of a graph with a node that is switched off too, whose plan is another graph."""
    Pillow.new("RGB", (8, 8), "blue").save(tmp_path / "a.png")
    workflow = flow(
        photo=("image.load", {"path": "a.png"}), off=("image.invert", {"image": "@photo.image"}),
        save=("image.save", {"image": "@off.image", "name": "made"}),
    )  # fmt: skip
    raw = json.loads(json.dumps(workflow.raw))
    raw["nodes"]["off"]["mode"] = "bypass"
    settings = Settings(out=tmp_path / "out", data=tmp_path / "data", models=tmp_path / "models")
    kit, jobs = setup(settings), Jobs(tmp_path / "jobs.sqlite")
    job = jobs.add(json.dumps(raw), folder=str(tmp_path), values={"save.name": "again"})
    plans = Plans(graph.Runner(kit.registry, kit.models), jobs.workflow_of)
    run_job(job, plans, kit, settings, lambda event: None, threading.Event())
    jobs.close()
    raw["nodes"]["photo"]["inputs"]["path"] = str(tmp_path / "a.png")
    raw["nodes"]["save"]["inputs"]["name"] = "again"
    assert read_workflow(tmp_path / "out" / "again.png") == raw
