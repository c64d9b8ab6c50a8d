"""What is loaded is kept within a budget, lent while it is used, and loaded once however many ask: with toys that are as large as their files."""

from __future__ import annotations

import random
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph import BadInput, Cancelled, GraftError, MissingWeights, Settings
from nodes.models import KINDS, Shelf, fetching, finding, keeping, kept, memory
from tests import hub
from tests.toys import ToyRun, toy_run
from tests.weights_upscale import real_esrgan


class Toy:
    """A loaded model. open: whether it has not been put away."""

    def __init__(self, path: Path) -> None:
        self.path, self.open, self.device = path, True, "cpu"

    def close(self) -> None:
        self.open = False


class Loader:
    """Loads toys. gate: while it is cleared, loads wait. slow: seconds that a file of this name takes, by
    a clock that stands still otherwise. error: what is raised instead. now: is called
    in the middle of a load."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.slow: dict[str, float] = {}
        self.clock = 0.0
        self.error: Exception | None = None
        self.now: Callable[[], Any] = lambda: None

    def load(self, path: Path, device: str) -> Toy:
        self.asked.append(path.stem)
        self.began.set()
        assert self.gate.wait(10)
        self.clock += self.slow.get(path.stem, 0.0)
        self.now()
        if self.error is not None:
            raise self.error
        return Toy(path)


@pytest.fixture
def loader(monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Stands in for the loaders of chat and segmentation models, which share it."""
    made = Loader()
    monkeypatch.setattr(keeping, "time", SimpleNamespace(perf_counter=lambda: made.clock))
    module = type(sys)("toy_loader")
    module.load = made.load  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_loader", module)
    row = KINDS["chat"]
    for kind in ("chat", "segment"):
        toy = finding.Kind(row.noun, row.starter, row.within, "toy_loader:load", row.wanted, row.patterns)
        monkeypatch.setitem(KINDS, kind, toy)
    return made


@pytest.fixture
def shelf(tmp_path: Path, loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A shelf on which models may take 1,000 bytes, and three of 400 lie in its folder."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    for name in "abc":
        put(tmp_path, name, 400)
    made = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, memory=1000, device="cpu"))
    yield made
    loader.gate.set()
    made.close()


def put(folder: Path, name: str, size: int) -> Path:
    path = folder / "models" / "chat" / f"{name}.gguf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


def use(shelf: Shelf, name: str, run: ToyRun | None = None, kind: str = "chat") -> Toy:
    """One call of a node that uses one model."""
    lent = shelf.lend(run or toy_run(shelf.models))
    try:
        toy = lent.get(kind, name)
        assert isinstance(toy, Toy)
        return toy
    finally:
        lent.release()


def names(shelf: Shelf) -> list[str]:
    return sorted(row["name"][0] for row in shelf.loaded())


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


# --- the budget


def test_the_least_valuable_goes(shelf: Shelf, loader: Loader) -> None:
    loader.slow["a"] = 0.1
    first, second = use(shelf, "a"), use(shelf, "b")
    assert names(shelf) == ["a", "b"]
    use(shelf, "c")
    assert (first.open, second.open) == (True, False)
    assert names(shelf) == ["a", "c"]
    assert sum(row["bytes"] for row in shelf.loaded()) == 800


def test_what_was_costly_goes_too_when_nobody_uses_it_for_long(shelf: Shelf, loader: Loader, tmp_path: Path) -> None:
    loader.slow = {"a": 0.06, "b": 0.02, "c": 0.02}
    toy = use(shelf, "a")
    for _ in range(12):
        use(shelf, "b")
        use(shelf, "c")
    assert not toy.open


def test_one_in_use_is_never_put_away(shelf: Shelf) -> None:
    run = toy_run(shelf.models)
    lent = shelf.lend(run)
    toys = [lent.get("chat", name) for name in "abc"]
    assert all(toy.open for toy in toys)
    assert [row["used"] for row in shelf.loaded()] == [True] * 3
    assert shelf.make_room() == []
    lent.release()
    assert [toy.open for toy in toys].count(False) == 1
    assert sum(row["bytes"] for row in shelf.loaded()) == 800
    lent.release()
    assert len(shelf.make_room("cpu")) == 2
    assert not any(toy.open for toy in toys)


def test_what_is_taken_without_a_call_stays(shelf: Shelf) -> None:
    toy = shelf.get("chat", "a")
    use(shelf, "b")
    use(shelf, "c")
    assert shelf.make_room() == ["c.gguf"]
    assert toy.open
    shelf.close()
    assert not toy.open


def test_only_what_costs_the_user_is_said(shelf: Shelf) -> None:
    run = toy_run(shelf.models)
    for name in "abc":
        use(shelf, name, run)
    assert run.said == []
    gone = next(name for name in "abc" if name not in names(shelf))
    use(shelf, gone, run)
    assert len(run.said) == 1
    assert f"{gone}.gguf is loaded again, for others needed its memory" in run.said[0]
    assert "GRAFT_MEMORY" in run.said[0]


def test_one_that_is_larger_than_all_may_be_is_loaded_and_said(shelf: Shelf, tmp_path: Path) -> None:
    put(tmp_path, "d", 3000)
    run = toy_run(shelf.models)
    assert use(shelf, "d", run).path.stem == "d"
    assert "d.gguf takes 3 kB on cpu, more than models may keep there together" in run.said[0]
    assert names(shelf) == []


def test_kinds_with_the_same_loader_share_the_weights(shelf: Shelf, loader: Loader, tmp_path: Path) -> None:
    path = str(tmp_path / "models" / "chat" / "a.gguf")
    assert use(shelf, path) is use(shelf, path, kind="segment")
    assert loader.asked == ["a"]


def test_from_an_accelerator_models_go_to_the_processor_first(
    shelf: Shelf, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[tuple[str, str]] = []

    def move(model: Toy, device: str, but: Any = ()) -> bool:
        moved.append((model.path.stem, device))
        return True

    monkeypatch.setattr(memory, "sizes_of", lambda model: {"cuda:0": 400})
    monkeypatch.setattr(memory, "move", move)
    monkeypatch.setattr(memory, "budget", lambda device, wish=0, whole=0: 1000 if device == "cuda:0" else 500)
    loader.slow = {"b": 0.05, "c": 0.1}
    run = toy_run(shelf.models)
    toys = {name: use(shelf, name, run) for name in "abc"}
    assert moved == [("a", "cpu")]
    assert {row["name"]: row["device"] for row in shelf.loaded()} == {
        "a.gguf": "cpu", "b.gguf": "cuda:0", "c.gguf": "cuda:0",
    }  # fmt: skip
    assert use(shelf, "a", run) is toys["a"]  # it and another one change places
    assert moved[1:3] == [("b", "cpu"), ("a", "cuda:0")]
    assert toys["b"].open
    use(shelf, "b", run)
    assert loader.asked == ["a", "b", "c"]
    assert run.said == []
    assert all(row["device"] in ("cpu", "cuda:0") for row in shelf.loaded())
    shelf.close()
    assert not any(toy.open for toy in toys.values())


def test_what_cannot_be_moved_or_finds_no_room_there_is_freed(
    shelf: Shelf, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "sizes_of", lambda model: {"cuda:0": 400})
    monkeypatch.setattr(memory, "move", lambda model, device, but=(): model.path.stem != "a")
    monkeypatch.setattr(memory, "budget", lambda device, wish=0, whole=0: 500 if device == "cuda:0" else 300)
    toys = [use(shelf, name) for name in "abc"]
    assert [toy.open for toy in toys] == [False, False, True]


# --- loading


def test_two_that_ask_at_once_load_once(shelf: Shelf, loader: Loader) -> None:
    loader.gate.clear()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(use, shelf, "a") for _ in range(4)]
        until(lambda: bool(loader.asked))
        time.sleep(0.05)
        loader.gate.set()
        toys = [each.result(5) for each in waiting]
    assert loader.asked == ["a"]
    assert len(set(map(id, toys))) == 1
    assert not any(row["used"] for row in shelf.loaded())


def test_others_go_on_while_one_is_loaded(shelf: Shelf, loader: Loader) -> None:
    use(shelf, "a")
    loader.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(use, shelf, "b")
        until(lambda: "b" in loader.asked)
        began = time.monotonic()
        assert use(shelf, "a").open
        assert time.monotonic() - began < 1
        assert not waiting.done()
        loader.gate.set()
        assert waiting.result(5).open


def test_an_error_reaches_all_that_wait_and_is_not_kept(shelf: Shelf, loader: Loader) -> None:
    loader.gate.clear()
    loader.error = BadInput("model", "it is broken", "get it again")
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(use, shelf, "a") for _ in range(3)]
        until(lambda: bool(loader.asked))
        time.sleep(0.05)
        loader.gate.set()
        errors = [each.exception(5) for each in waiting]
    assert [str(error) for error in errors] == ["model: it is broken. Get it again."] * 3
    assert len(set(map(id, errors))) == 3
    loader.error = None
    assert use(shelf, "a").open


def test_waiting_can_be_stopped_and_what_was_begun_is_kept(shelf: Shelf, loader: Loader) -> None:
    loader.gate.clear()
    run, other = toy_run(shelf.models), toy_run(shelf.models)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(use, shelf, "a", run), pool.submit(use, shelf, "b", other)
        until(lambda: bool(loader.asked))
        time.sleep(0.05)
        run.stop.set()
        other.stop.set()
        for each in (first, second):
            with pytest.raises(Cancelled):
                each.result(1)
    loader.gate.set()
    begun = loader.asked[0]
    until(lambda: names(shelf) == [begun])
    assert use(shelf, begun).open
    assert loader.asked == [begun]  # the other, which nobody waited for any more, was never begun


def test_memory_that_runs_out_while_loading_is_answered_by_putting_others_away(shelf: Shelf, loader: Loader) -> None:
    first, run = use(shelf, "a"), toy_run(shelf.models)
    errors = iter([MemoryError()])

    def once() -> None:
        for error in errors:
            raise error

    loader.now = once
    assert use(shelf, "b", run).open
    assert not first.open
    assert run.said == ["there was not enough memory on cpu: a.gguf was put away"]
    loader.now = lambda: (_ for _ in ()).throw(MemoryError())
    with pytest.raises(GraftError, match="not enough memory on cpu") as caught:
        use(shelf, "c")
    assert "smaller model" in caught.value.cure


def test_memory_that_runs_out_in_a_call_is_answered_by_putting_others_away(shelf: Shelf) -> None:
    first, run = use(shelf, "a"), toy_run(shelf.models)
    lent = shelf.lend(run)
    mine = lent.get("chat", "b")
    assert not lent.mend(ValueError("no"))
    assert lent.mend(MemoryError())
    assert (first.open, mine.open) == (False, True)
    assert run.said == ["there was not enough memory on cpu: a.gguf was put away"]
    with pytest.raises(GraftError, match="not enough memory on cpu"):
        lent.mend(MemoryError())
    lent.release()


# --- files that change


def test_a_file_that_is_replaced_is_loaded_anew_and_the_old_one_ends_with_its_call(
    shelf: Shelf, loader: Loader, tmp_path: Path
) -> None:
    lent = shelf.lend(toy_run(shelf.models))
    old = lent.get("chat", "a")
    put(tmp_path, "a", 500)
    new = lent.get("chat", "a")
    assert new is not old
    assert old.open
    lent.release()
    assert (old.open, new.open) == (False, True)
    assert use(shelf, "a") is new


def test_a_file_that_changes_while_it_is_read_is_read_again(shelf: Shelf, loader: Loader, tmp_path: Path) -> None:
    changes = iter([500])

    def change() -> None:
        for size in changes:
            put(tmp_path, "a", size)

    loader.now = change
    toy = use(shelf, "a")
    assert loader.asked == ["a", "a"]
    assert use(shelf, "a") is toy
    sizes = iter(range(600, 700))
    loader.now = lambda: put(tmp_path, "b", next(sizes))
    with pytest.raises(BadInput, match=r"b\.gguf' change while they are read"):
        use(shelf, "b")


def test_a_folder_that_goes_during_a_run_is_told(shelf: Shelf, loader: Loader, tmp_path: Path) -> None:
    lent = shelf.lend(toy_run(shelf.models))
    toy = lent.get("chat", "a")
    shutil.rmtree(tmp_path / "models")
    assert toy.open
    with pytest.raises(BadInput, match="no chat model called 'a'"):
        lent.get("chat", "a")
    with pytest.raises(MissingWeights, match="starter"):
        lent.get("chat")
    lent.release()


@pytest.mark.parametrize("error", [FileNotFoundError("shard 2"), RuntimeError("PytorchStreamReader failed"), None])
def test_a_folder_that_goes_while_it_is_read_is_told(
    shelf: Shelf, loader: Loader, tmp_path: Path, error: Exception | None
) -> None:
    loader.now = lambda: shutil.rmtree(tmp_path / "models")
    loader.error = error
    with pytest.raises(BadInput, match=r"a\.gguf' has gone") as caught:
        use(shelf, "a")
    assert "put it back" in caught.value.cure


def test_closing_while_a_call_goes_on_waits_for_it(shelf: Shelf) -> None:
    lent = shelf.lend(toy_run(shelf.models))
    toy = lent.get("chat", "a")
    shelf.close()
    assert toy.open
    lent.release()
    assert not toy.open
    assert use(shelf, "a") is not toy


def test_the_rank_is_of_greedy_dual_size() -> None:
    keeper = keeping.Keeper(lambda: "cpu", 1)
    row = kept.Kept(("l", 1), "n", "chat", "m", None, seconds=3.0, bytes=2, home="cpu")
    keeper._age = 10.0
    keeper._used(row)
    assert row.rank == (11.5, 1)


# --- weights that must be fetched first


@pytest.fixture
def online(tmp_path: Path, asked: list[str], loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A shelf whose hub is on this machine."""
    for name in ("GRAFT_OFFLINE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    made = Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu"))
    yield made
    made.close()


def test_a_download_within_a_run_tells_how_far_it_is(online: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "EVERY", 0.001)
    run = toy_run(online.models)
    toy = use(online, "me/chat-GGUF", run)
    assert toy.path.name == "a.Q4_K_M.gguf"
    assert run.said == ["downloading me/chat-GGUF (a.Q4_K_M.gguf), 1 MB"]
    assert run.steps[-1] == (1, 1)
    again = toy_run(online.models)
    assert use(online, "me/chat-GGUF", again) is toy
    assert (again.said, again.steps) == ([], [])


def test_a_download_within_a_run_ends_with_it_and_goes_on_in_the_next(
    online: Shelf, manners: hub.Manners, tmp_path: Path
) -> None:
    manners.gate.clear()
    run = toy_run(online.models)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(use, online, "me/chat-GGUF", run)
        until(lambda: sum(file.stat().st_size for file in tmp_path.glob("cache/**/*.incomplete")) > 100_000)
        run.stop.set()
        with pytest.raises(Cancelled):
            waiting.result(2)
    manners.gate.set()
    assert use(online, "me/chat-GGUF").open
    until(lambda: len(manners.started) == 2)
    assert manners.started[1][1] > 100_000


# --- a true network


def test_a_true_network_is_measured_and_a_broken_file_is_not_kept(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    weights = real_esrgan()
    file = tmp_path / "small.safetensors"
    save_file(weights, file)
    whole = file.read_bytes()
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    file.write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        with pytest.raises(BadInput, match=r"small\.safetensors' can't be read: it is cut short"):
            use_any(shelf, "upscale", str(file))
    assert shelf.loaded() == []
    file.write_bytes(whole)
    loaded = use_any(shelf, "upscale", str(file))
    (row,) = shelf.loaded()
    assert row["bytes"] == sum(tensor.nbytes for tensor in weights.values())
    assert (row["kind"], row["name"], row["device"], row["used"]) == ("upscale", "small.safetensors", "cpu", False)
    assert use_any(shelf, "upscale", str(file)) is loaded
    shelf.close()
    assert shelf.loaded() == []


def use_any(shelf: Shelf, kind: str, name: str) -> Any:
    lent = shelf.lend(toy_run(shelf.models))
    try:
        return lent.get(kind, name)
    finally:
        lent.release()


@pytest.mark.parametrize("accelerator", [False, True], ids=["processor", "accelerator"])
def test_many_at_once_never_get_one_that_is_put_away(
    shelf: Shelf, loader: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accelerator: bool
) -> None:
    home = "cuda:0" if accelerator else "cpu"
    for name in "def":
        put(tmp_path, name, 400)

    def move(model: Toy, device: str, but: Any = ()) -> bool:
        time.sleep(0.001)
        model.device = device
        return True

    def sizes_of(model: Toy) -> dict[str, int]:
        model.device = home
        return {home: 400}

    monkeypatch.setattr(memory, "sizes_of", sizes_of)
    monkeypatch.setattr(memory, "move", move)
    monkeypatch.setattr(
        memory, "give_back", lambda device="": None
    )  # collects all garbage, which takes long beside a whole test run
    monkeypatch.setattr(memory, "budget", lambda device, wish=0, whole=0: 1000)

    def work(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(15):
            lent = shelf.lend(toy_run(shelf.models))
            toys = [lent.get("chat", draw.choice("abcdef")) for _ in range(draw.randint(1, 3))]
            time.sleep(draw.random() / 500)
            assert all(toy.open and toy.device == home for toy in toys)
            lent.release()
            if draw.random() < 0.1:
                shelf.make_room()

    with ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(work, seed) for seed in range(8)]:
            each.result(60)
    for device in (home, "cpu"):  # the loading thread may still be putting away
        until(lambda device=device: sum(row["bytes"] for row in shelf.loaded() if row["device"] == device) <= 1000)  # type: ignore[misc]
    assert not any(row["used"] for row in shelf.loaded())
    assert len(loader.asked) > 6
