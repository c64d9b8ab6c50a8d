from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import graph
from api import shapes
from api.jobs import POSTED
from api.routes import ROUTES
from docs.make import API, MODELS, NODES, SUBJECTS, api_page, models_page, node_page
from nodes.models import KINDS
from nodes.models.catalogue import offers

from .api.helpers import room, run, serving

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("page", "text"),
    [
        pytest.param(NODES, node_page, id="nodes"),
        pytest.param(API, api_page, id="api"),
        pytest.param(MODELS, models_page, id="models"),
    ],
)
def test_a_page_is_what_the_code_says(page: Path, text: Callable[[], str]) -> None:
    assert page.read_text(encoding="utf-8") == text(), "make it again: .venv/bin/python -m docs.make"


def test_the_page_of_the_api_has_every_call() -> None:
    rows = [line for line in api_page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(ROUTES)
    assert {route.subject for route in ROUTES} == set(SUBJECTS)


def test_the_calls_that_the_page_of_the_api_shows_can_be_made() -> None:
    text = API.read_text(encoding="utf-8")
    bodies = [json.loads(body) for body in re.findall(r"-d '(.*)'", text)]
    assert bodies
    for body in bodies:
        assert list(shapes.problems(POSTED, body)) == []
        workflow = graph.load(ROOT / "workflows" / f"{body['name']}.json")
        assert body["values"].keys() <= workflow.parameters.keys()
    paths = {route.path for route in ROUTES}
    assert set(re.findall(r"localhost:8765(/[\w/.]+)", text)) <= paths


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_examples_of_the_page_of_the_api_do_what_they_say(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path, known=graph.registry) as client:
            place = f"127.0.0.1:{client.server.port}"
            posting, following = (
                example.replace("localhost:8765", place).replace(".venv/bin/python", sys.executable)
                for example in re.findall(r"```\n(.*?)```", API.read_text(encoding="utf-8"), re.DOTALL)
            )
            curl = await _shell(f"set -e\n{posting}")
            posted, listed = (json.loads(line) for line in (await curl.communicate())[0].splitlines())
            assert [job["status"] for job in posted["jobs"]] == ["pending"]
            assert [job["id"] for job in listed["jobs"]] == [job["id"] for job in posted["jobs"]]
            follower = await _shell(following)
            assert follower.stdout is not None
            assert "hello" in (await follower.stdout.readline()).decode()
            room(client).worker.run_next()
            told = (await follower.communicate())[0].decode().splitlines()
            assert "'status': 'running'" in told[0]
            assert "'status': 'done'" in told[-1]
            assert follower.returncode == 0

    run(test)


async def _shell(command: str) -> asyncio.subprocess.Process:
    """A shell in the checkout; curl puts each answer on a line of its own and draws no bar."""
    return await asyncio.create_subprocess_shell(
        command.replace("curl ", "curl -sS -w '\\n' "), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


def test_the_page_of_models_has_every_kind_and_every_offer() -> None:
    text = models_page()
    assert [kind for kind in KINDS if f"| {kind} | `models/{kind}` |" not in text] == []
    assert [offer.name for kind in KINDS for offer in offers(kind) if f"`{offer.name}`" not in text] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_links_and_pictures_of_a_page_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_files_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = (
        set(re.findall(r"\]\(([^)#:]+)\)", text))
        | set(re.findall(r"\bworkflows/[\w/]+\.\w+", text))
        | set(re.findall(r'src="([^":]+)"', text))
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
