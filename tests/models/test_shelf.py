"""The shelf: which weights a name means, and what it says when there are none. Nothing here loads a library of models or asks a network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import KINDS, Shelf, finding, hub

Put = Callable[[str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Makes a file (and its folders) under the checkout's folder."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
        return path

    return make


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A shelf over an empty folder, offline, with an empty hub cache."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True))


def test_importing_the_shelf_costs_no_torch() -> None:
    code = "import sys, nodes.models; print([m for m in ('torch', 'diffusers', 'transformers', 'huggingface_hub') if m in sys.modules])"
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert answer.stdout.strip() == "[]"


FOUND = [
    pytest.param("inpaint", "auto", ["models/starter/painter/model_index.json"], "models/starter/painter", "starter", id="starter when empty"),
    pytest.param("chat", "auto", ["models/starter/parser/p.gguf"], "models/starter/parser/p.gguf", "starter", id="the file in the folder"),
    pytest.param(
        "inpaint", "auto", ["models/starter/painter/model_index.json", "models/inpaint/b.safetensors", "models/inpaint/a/model_index.json"],
        "models/inpaint/a", "folder", id="the user's own come first, by name",
    ),
    pytest.param(
        "segment", "starter", ["models/starter/masker/config.json", "models/segment/mine/config.json"],
        "models/starter/masker", "starter", id="starter on request",
    ),
    pytest.param("inpaint", "b", ["models/inpaint/b.safetensors"], "models/inpaint/b.safetensors", "folder", id="a name without its ending"),
    pytest.param("inpaint", "b.safetensors", ["models/inpaint/b.safetensors"], "models/inpaint/b.safetensors", "folder", id="with its ending"),
    pytest.param("segment", "org/repo", ["models/segment/org/repo/config.json"], "models/segment/org/repo", "folder", id="a folder in a folder"),
    pytest.param("segment", "./else/where", ["else/where/config.json"], "else/where", "path", id="a path"),
    pytest.param("segment", "else/where", ["else/where/config.json"], "else/where", "path", id="a path that looks like a hub name"),
    pytest.param("chat", "else/x.gguf", ["else/x.gguf"], "else/x.gguf", "path", id="a path to a file"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "files", "path", "source"), FOUND)
def test_find(
    shelf: Shelf, put: Put, tmp_path: Path, kind: str, name: str, files: list[str], path: str, source: str
) -> None:
    for file in files:
        put(file)
    assert shelf.find(kind, name) == finding.Found(tmp_path / path, source)
    assert shelf.problems(kind, name) is None


@pytest.mark.parametrize(
    ("kind", "name", "files", "message", "cure"),
    [
        pytest.param("inpaint", "auto", [], "starter model 'painter'", "git checkout", id="no starter"),
        pytest.param(
            "inpaint", "dreem", ["models/inpaint/dream.safetensors"], "'dreem'", "did you mean 'dream'", id="misspelt"
        ),
        pytest.param("inpaint", "startr", [], "'startr'", "did you mean 'starter'", id="misspelt starter"),
        pytest.param("inpaint", "", [], "called ''", "put a diffusers folder", id="no name"),
        pytest.param("inpaint", "x" * 5000, [], "called 'xxx", "put a diffusers folder", id="a very long name"),
        pytest.param("inpaint", "a\0b", [], "called", "put a diffusers folder", id="a name with a zero byte"),
        pytest.param("segment", "old", ["models/segment/old.pt"], "pickled", "safetensors", id="pickle by name"),
        pytest.param("inpaint", "else/old.pt", ["else/old.pt"], "pickled", "safetensors", id="pickle by path"),
        pytest.param(
            "segment",
            "./else",
            ["else/pytorch_model.bin"],
            "only the pickled file",
            "transformers folder",
            id="a folder of pickles",
        ),
        pytest.param("chat", "./else", ["else/readme.txt"], "holds no weights", ".gguf", id="a folder of other things"),
        pytest.param(
            "segment", "org/repo", [], "'?org/repo", "hf download org/repo", id="offline and not in the cache"
        ),
        pytest.param("chat", "org/repo:a.gguf", [], "org/repo", "hf download org/repo a.gguf", id="offline, one file"),
        pytest.param("chat", "org/repo@v2:a.gguf", [], "org/repo", "--revision v2", id="offline, a revision"),
    ],
)
def test_what_cannot_be_found(
    shelf: Shelf, put: Put, kind: str, name: str, files: list[str], message: str, cure: str
) -> None:
    for file in files:
        put(file)
    with pytest.raises((BadInput, MissingWeights), match=message) as caught:
        shelf.find(kind, name)
    assert cure in caught.value.cure
    assert cure in (shelf.problems(kind, name) or "").replace("Run", "run") or cure[0].upper() + cure[1:] in (
        shelf.problems(kind, name) or ""
    )


def test_a_fallback_is_announced(shelf: Shelf, put: Put) -> None:
    put("models/starter/painter/model_index.json")
    put("models/inpaint/old.pt")
    said: list[str] = []
    shelf.find("inpaint", "auto", said.append)
    assert "old.pt' was passed over" in said[0]
    assert said[1].startswith("starter models: drawn pictures only; for photographs: put")


def test_what_the_user_chose_is_not_announced(shelf: Shelf, put: Put) -> None:
    put("models/inpaint/a/model_index.json")
    said: list[str] = []
    shelf.find("inpaint", "auto", said.append)
    assert said == []


def test_a_name_on_the_hub_may_still_be_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("GRAFT_OFFLINE", raising=False)
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models"))
    assert shelf.problems("segment", "org/repo") is None


def test_a_hub_out_of_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(hub, "is_offline", lambda: False)

    def unreachable(self: Any, repo: str, **options: Any) -> None:
        assert options["timeout"] <= 10
        raise ConnectionError("no route to host")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", unreachable)
    with pytest.raises(MissingWeights, match="org/repo") as caught:
        Shelf(Settings(root=tmp_path, models=tmp_path / "models")).find("segment", "org/repo")
    assert "check the network" in caught.value.cure
    assert "ConnectionError" in caught.value.cure


def test_what_the_hub_cache_holds_is_found_offline(shelf: Shelf, put: Put, tmp_path: Path) -> None:
    commit = "1" * 40
    put(f"cache/models--org--repo/snapshots/{commit}/config.json")
    put(f"cache/models--org--repo/snapshots/{commit}/model.safetensors")
    put("cache/models--org--repo/refs/main").write_text(commit)
    found = shelf.find("segment", "org/repo")
    assert found.source == "hub"
    assert found.path.name == commit
    before = shelf.fingerprint("segment", "org/repo")
    assert before != shelf.fingerprint("segment", "org/other")


def test_fingerprint_follows_the_files(shelf: Shelf, put: Put) -> None:
    put("models/starter/painter/model_index.json")
    starter = shelf.fingerprint("inpaint")
    assert starter == shelf.fingerprint("inpaint")
    assert starter == shelf.fingerprint("inpaint", "starter")
    own = put("models/inpaint/a.safetensors")
    first = shelf.fingerprint("inpaint")
    assert first != starter
    own.write_bytes(b"other")
    second = shelf.fingerprint("inpaint")
    os.utime(own, (1, 1))
    assert len({starter, first, second, shelf.fingerprint("inpaint")}) == 4
    assert shelf.fingerprint("inpaint", "nowhere")


class Loaded:
    def __init__(self) -> None:
        self.open = True

    def close(self) -> None:
        self.open = False


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, str]]:
    """Replaces the loader of chat models; what it is asked for, in order."""
    asked: list[tuple[Path, str]] = []

    def load(path: Path, device: str) -> Loaded:
        asked.append((path, device))
        return Loaded()

    module = type(sys)("toy_loader")
    module.load = load  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_loader", module)
    row = KINDS["chat"]
    toy = finding.Kind(row.noun, row.starter, row.within, "toy_loader:load", row.wanted, row.patterns)
    monkeypatch.setitem(KINDS, "chat", toy)
    return asked


def test_a_model_is_loaded_once_and_put_away(shelf: Shelf, put: Put, loads: list[tuple[Path, str]]) -> None:
    file = put("models/chat/a.gguf")
    model = shelf.get("chat")
    assert shelf.get("chat", "a") is model
    assert loads == [(file, "auto")]
    shelf.close()
    assert not model.open
    assert shelf.get("chat") is not model


def test_changed_files_are_loaded_anew(shelf: Shelf, put: Put, loads: list[tuple[Path, str]]) -> None:
    file = put("models/chat/a.gguf")
    first = shelf.get("chat")
    file.write_bytes(b"longer than before")
    assert shelf.get("chat") is not first
    assert not first.open
    assert len(loads) == 2


def test_names_for_a_menu(shelf: Shelf, put: Put) -> None:
    put("models/inpaint/b.safetensors")
    put("models/inpaint/a/model_index.json")
    put("models/inpaint/notes.txt")
    assert shelf.names("inpaint") == ["auto", "starter", "a", "b.safetensors"]


def test_an_unknown_kind_is_a_defect(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match=r"there are inpaint, .*segment, chat"):
        shelf.find("paint", "auto")


def test_no_size_is_guessed_for_downloads() -> None:
    class Info:
        siblings = (
            type("S", (), {"rfilename": "unet/a.safetensors", "size": 3_400_000_000})(),
            type("S", (), {"rfilename": "unet/a.fp16.safetensors", "size": 1_700_000_000})(),
            type("S", (), {"rfilename": "model.ckpt", "size": 4_000_000_000})(),
            type("S", (), {"rfilename": "model_index.json", "size": None})(),
        )

    assert hub.amount(sum(hub.wanted(Info, None, KINDS["inpaint"]).values())) == "3.4 GB"


def test_the_middle_quantization_is_taken() -> None:
    def info(*names: str) -> Any:
        return type("I", (), {"siblings": [type("S", (), {"rfilename": name})() for name in names]})

    assert hub.one_gguf("o/r", info("m.Q2_K.gguf", "m.Q4_K_M.gguf", "m.Q8_0.gguf")) == "m.Q4_K_M.gguf"
    assert hub.one_gguf("o/r", info("m.Q2_K.gguf", "readme.md")) == "m.Q2_K.gguf"
    with pytest.raises(BadInput, match=r"no \.gguf file"):
        hub.one_gguf("o/r", info("readme.md"))
