"""Downloads that break, lie, wait and are stopped: by huggingface_hub from a hub on this machine."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from graph import BadInput, Cancelled, GraftError, MissingWeights
from nodes.models import fetching
from tests import hub

from .conftest import BIG

ROOT = Path(__file__).resolve().parents[2]


def endpoint() -> str:
    import huggingface_hub.constants

    return str(huggingface_hub.constants.ENDPOINT)


def get(name: str, kind: str = "chat", **more: Any) -> Path:
    return fetching.fetch(fetching.order(kind, name), **more)


def left(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("cache/**/*.incomplete"))


def test_a_folder_comes_with_all_its_parts_and_is_reported(asked: list[str], tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    folder = get("me/painter", "inpaint", report=lambda done, total: seen.append((done, total)))
    assert (folder / "unet" / "d.safetensors").read_bytes() == BIG
    assert sorted(asked) == ["model_index.json", "unet/config.json", "unet/d.safetensors", "vae/d.safetensors"]
    total = len(BIG) + 99999 + 51
    assert seen[-1] == (total, total)
    assert left(tmp_path) == []


def test_a_split_model_comes_with_all_its_pieces(asked: list[str]) -> None:
    first = get("me/chat-GGUF:b-00001-of-00002.gguf")
    assert first.read_bytes() == b"GGUF1"
    assert (first.parent / "b-00002-of-00002.gguf").read_bytes() == b"GGUF2"


@pytest.mark.parametrize(
    "ranges",
    [pytest.param(True, id="from where it broke"), pytest.param(False, id="all anew where parts are not served")],
)
def test_a_broken_line_is_taken_up_again(asked: list[str], manners: hub.Manners, ranges: bool) -> None:
    manners.breaks, manners.ranges = 2, ranges
    assert get("me/chat-GGUF").read_bytes() == b"GGUF" + BIG
    starts = [start for _, start in manners.started]
    assert starts[0] == 0
    assert len(starts) == 3
    assert (min(starts[1:]) > 0) == ranges


def test_what_a_killed_process_got_is_kept(asked: list[str], manners: hub.Manners, tmp_path: Path) -> None:
    manners.gate.clear()
    own = {"HF_ENDPOINT": endpoint(), "HF_HUB_CACHE": str(tmp_path / "cache"), "NO_PROXY": "*"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRAFT_"))}
    command = [sys.executable, "-m", "nodes.models", "chat", "me/chat-GGUF"]
    with subprocess.Popen(command, cwd=ROOT, env={**kept, **own}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["done"] > 100_000:
                break
        process.kill()
    (unfinished,) = left(tmp_path)
    size = unfinished.stat().st_size
    assert 100_000 < size < len(BIG)
    manners.gate.set()
    answer = subprocess.run(
        command, cwd=ROOT, env={**kept, **own}, capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(answer.stdout.splitlines()[-1]) == {"state": "done", "done": len(BIG) + 4, "total": len(BIG) + 4}
    assert manners.started[-1] == ("a.Q4_K_M.gguf", size)
    assert left(tmp_path) == []


def test_a_stop_acts_at_once_and_keeps_what_came(asked: list[str], manners: hub.Manners, tmp_path: Path) -> None:
    manners.gate.clear()
    stop = threading.Event()

    def watch(done: int, total: int) -> None:
        if done > 100_000:
            stop.set()

    with pytest.raises(Cancelled):
        get("me/chat-GGUF", report=watch, stop=stop)
    assert left(tmp_path)[0].stat().st_size > 100_000


def test_damaged_files_never_count(asked: list[str], manners: hub.Manners, tmp_path: Path) -> None:
    manners.lies.add("a.Q4_K_M.gguf")
    with pytest.raises(GraftError, match=r"'a.Q4_K_M.gguf' of me/chat-GGUF came damaged"):
        get("me/chat-GGUF")
    assert left(tmp_path) == []
    manners.lies.clear()
    assert get("me/chat-GGUF").read_bytes()[:4] == b"GGUF"


def test_a_gated_repository_names_the_terms_and_opens_to_a_token(
    asked: list[str], manners: hub.Manners, monkeypatch: pytest.MonkeyPatch
) -> None:
    manners.gated.add("me/chat-GGUF")
    manners.token = "hf_mine"
    with pytest.raises(BadInput, match="accepted its terms") as caught:
        get("me/chat-GGUF")
    assert "https://huggingface.co/me/chat-GGUF" in caught.value.cure
    assert "HF_TOKEN" in caught.value.cure
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    assert get("me/chat-GGUF").read_bytes()[:4] == b"GGUF"


def test_a_hub_out_of_order_is_given_up_on(
    asked: list[str], manners: hub.Manners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "TRIES", 1)
    manners.dead = 503
    with pytest.raises(MissingWeights, match=r"1 MB of 1 MB are missing") as caught:
        get("me/chat-GGUF")
    assert "what has come is kept" in caught.value.cure
    assert "hf download me/chat-GGUF a.Q4_K_M.gguf" in caught.value.cure


def test_a_process_tells_why_it_failed(tmp_path: Path) -> None:
    own = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_CACHE": str(tmp_path / "cache"), "NO_PROXY": "*"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRAFT_"))}
    command = [sys.executable, "-m", "nodes.models", "chat", "me/chat-GGUF:a.gguf"]
    answer = subprocess.run(command, cwd=ROOT, env={**kept, **own}, capture_output=True, text=True, timeout=60)
    (line,) = (json.loads(line) for line in answer.stdout.splitlines())
    assert (answer.returncode, line["state"]) == (1, "failed")
    assert line["problem"] == "me/chat-GGUF could not be fetched"
    assert "hf download me/chat-GGUF a.gguf" in line["cure"]


def test_too_small_a_disk_is_told_before_anything_comes(asked: list[str], tmp_path: Path) -> None:
    wanted = fetching.Order("chat", "me/chat-GGUF", None, "x.gguf", (fetching.Part("x.gguf", 1 << 60),))
    with pytest.raises(GraftError, match=r"needs 1152921504.6 GB, but only") as caught:
        fetching.fetch(wanted)
    assert "HF_HOME" in caught.value.cure
    assert asked == []


class Full:
    """A file on a disk with so many free bytes: it takes what fits, and then nothing."""

    def __init__(self, file: Any, free: list[int]) -> None:
        self.file, self.free = file, free

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *words: Any) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: memoryview) -> int:
        if self.free[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = int(self.file.write(data[: self.free[0]]))
        self.free[0] -= written
        return written


def test_a_disk_that_fills_up_is_told_and_what_came_is_good(
    asked: list[str], manners: hub.Manners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, opened = [100_001], Path.open

    def open_full(path: Path, *words: Any, **more: Any) -> Any:
        file = opened(path, *words, **more)
        return Full(file, free) if path.suffix == ".incomplete" else file

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(GraftError, match=r"the disk of .*cache is full") as caught:
        get("me/chat-GGUF")
    assert "what has come is kept" in caught.value.cure
    assert left(tmp_path)[0].stat().st_size == 100_001
    free[0] = 1 << 40
    assert get("me/chat-GGUF").read_bytes() == b"GGUF" + BIG
    assert [start for _, start in manners.started] == [0, 100_001]


@pytest.mark.parametrize(
    ("kind", "name", "message", "cure"),
    [
        pytest.param("chat", "me/chat-GGUF:a.Q4_K_S.gguf", "has no file 'a.Q4_K_S.gguf'", "'a.Q4_K_M.gguf'", id="file"),
        pytest.param("chat", "me/none", "has no repository 'me/none'", "spelling", id="repository"),
        pytest.param("chat", "plain words", "no name of the hub", "org/repo", id="no name"),
    ],
)
def test_what_is_not_there(asked: list[str], kind: str, name: str, message: str, cure: str) -> None:
    with pytest.raises(GraftError, match=message) as caught:
        fetching.order(kind, name)
    assert cure in caught.value.cure
