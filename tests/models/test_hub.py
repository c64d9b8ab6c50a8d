"""Names of the hub, downloaded by huggingface_hub itself from a hub on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import hub

ROOT = Path(__file__).resolve().parent.parent.parent
REPOSITORIES = {
    "me/tiny-gguf": {
        "README.md": b"hello",
        "tiny.Q2_K.gguf": b"GGUF" + b"small" * 50,
        "tiny.Q4_K_M.gguf": b"GGUF" + b"middle" * 50,
    },
    "me/segments": {
        "config.json": json.dumps({"architectures": ["UperNetForSemanticSegmentation"]}).encode(),
        "preprocessor_config.json": b"{}",
        "model.safetensors": b"weights" * 100,
        "pytorch_model.bin": b"a pickle",
    },
    "me/words-only": {"README.md": b"no weights here"},
}
FIND = """
import json, sys
from pathlib import Path
from graph import GraftError, Settings
from nodes.models import Shelf
shelf, said = Shelf(Settings(models=Path(sys.argv[1]))), []
try:
    answer = {"path": str(shelf.find(sys.argv[2], sys.argv[3], said.append).path)}
except GraftError as error:
    answer = {"error": str(error)}
print(json.dumps({**answer, "said": said}))
"""


def find(endpoint: str, folder: Path, kind: str, name: str, **more: str) -> dict[str, Any]:
    """Ask the shelf of a process of its own, whose hub is `endpoint` and whose cache is in `folder`."""
    own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "*"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRAFT_"))}
    command = [sys.executable, "-c", FIND, str(folder / "models"), kind, name]
    answer = subprocess.run(
        command, cwd=ROOT, env={**kept, **own, **more}, capture_output=True, text=True, check=True, timeout=120
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def test_one_file_of_a_repository_is_fetched_once(tmp_path: Path) -> None:
    with hub.serve(REPOSITORIES) as (endpoint, asked):
        first = find(endpoint, tmp_path, "chat", "me/tiny-gguf:tiny.Q2_K.gguf")
        assert Path(first["path"]).read_bytes() == REPOSITORIES["me/tiny-gguf"]["tiny.Q2_K.gguf"]
        assert any("downloading me/tiny-gguf" in text for text in first["said"])
        again = find(endpoint, tmp_path, "chat", "me/tiny-gguf:tiny.Q2_K.gguf")
        assert (again["path"], again["said"]) == (first["path"], [])
        assert asked == ["tiny.Q2_K.gguf"]


def test_of_many_quantizations_a_middle_one_is_taken(tmp_path: Path) -> None:
    with hub.serve(REPOSITORIES) as (endpoint, asked):
        answer = find(endpoint, tmp_path, "chat", "me/tiny-gguf")
    assert Path(answer["path"]).name == "tiny.Q4_K_M.gguf"
    assert asked == ["tiny.Q4_K_M.gguf"]


def test_a_folder_comes_without_pickles_and_is_found_offline_afterwards(tmp_path: Path) -> None:
    with hub.serve(REPOSITORIES) as (endpoint, asked):
        folder = Path(find(endpoint, tmp_path, "segment", "me/segments")["path"])
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
    ]
    assert "pytorch_model.bin" not in asked
    assert find("http://127.0.0.1:9", tmp_path, "segment", "me/segments", GRAFT_OFFLINE="1")["path"] == str(folder)


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        pytest.param("chat", "me/nothing", "has no repository 'me/nothing'", id="no such repository"),
        pytest.param("segment", "me/words-only", "holds no weights", id="a repository without weights"),
        pytest.param("chat", "me/words-only", "holds no .gguf file", id="a repository without GGUF"),
    ],
)
def test_what_the_hub_has_not_is_told(tmp_path: Path, kind: str, name: str, message: str) -> None:
    with hub.serve(REPOSITORIES) as (endpoint, _):
        assert message in find(endpoint, tmp_path, kind, name)["error"]
