from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import graph
from api import shapes
from api.jobs import POSTED
from api.routes import ROUTES
from docs.make import API, NODES, SUBJECTS, api_page, node_page

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("page", "text"), [pytest.param(NODES, node_page, id="nodes"), pytest.param(API, api_page, id="api")]
)
def test_a_page_is_what_the_code_says(page: Path, text: Callable[[], str]) -> None:
    assert page.read_text(encoding="utf-8") == text(), "make it again: .venv/bin/python -m docs.make"


def test_the_page_of_the_api_has_every_call() -> None:
    rows = [line for line in api_page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(ROUTES)
    assert {route.subject for route in ROUTES} == set(SUBJECTS)


def test_the_calls_that_the_page_of_the_api_shows_can_be_made() -> None:
    text = API.read_text(encoding="utf-8")
    bodies = [json.loads(body) for body in re.findall(r"api/jobs --json '(.*)'", text)]
    assert bodies
    for body in bodies:
        assert list(shapes.problems(POSTED, body)) == []
        workflow = graph.load(ROOT / "workflows" / f"{body['name']}.json")
        assert body["values"].keys() <= workflow.parameters.keys()
    paths = {route.path for route in ROUTES}
    assert set(re.findall(r"localhost:8765(/[\w/.]+)", text)) <= paths


def test_files_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = (
        set(re.findall(r"\]\(([^)#:]+)\)", text))
        | set(re.findall(r"\bworkflows/[\w/]+\.\w+", text))
        | set(re.findall(r'src="([^":]+)"', text))
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
