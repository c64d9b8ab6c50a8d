"""How much models take, how much they may, and what is done when memory runs out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from graph import Cancelled, GraftError, Settings
from nodes.models import memory
from nodes.models.device import pick_dtype


class Allocator:
    """Work for which memory runs out so many times."""

    def __init__(self, fails: int, error: Exception | None = None) -> None:
        self.fails, self.calls, self.error = fails, 0, error

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.fails:
            raise self.error or torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return "a picture"


class Others:
    """A shelf with models that nobody uses."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    def make_room(self, device: str = "") -> list[str]:
        away, self.names = self.names, []
        return away


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No shelf of another test is asked for room."""
    monkeypatch.setattr(memory, "_holders", set())


def test_memory_that_runs_out_once_is_answered_by_a_cheaper_setting() -> None:
    said: list[str] = []
    work = Allocator(1)
    assert memory.answered(work, lambda: "attention in slices", said.append, "cuda") == "a picture"
    assert work.calls == 2
    assert said == ["there is not enough memory on cuda: it is tried once more with attention in slices"]


def test_others_are_put_away_before_anything_gets_slower() -> None:
    said: list[str] = []
    asked: list[int] = []
    work, others = Allocator(1), Others("a", "b")
    memory.ask_too(others)
    assert memory.answered(work, lambda: asked.append(1), said.append, "cuda:0") == "a picture"  # type: ignore[func-returns-value]
    assert asked == []
    assert said == ["there was not enough memory on cuda:0: a, b were put away"]
    work = Allocator(2)
    memory.ask_too(others := Others("a"))
    assert memory.answered(work, lambda: "tiles", said.append) == "a picture"
    assert work.calls == 3
    assert said[1:] == [
        "there was not enough memory: a was put away",
        "there is not enough memory: it is tried once more with tiles",
    ]


@pytest.mark.parametrize(("words", "calls"), [("tiles of 32 pixels", 2), ("", 1), (None, 1)])
def test_a_second_time_is_an_error_with_a_cure(words: str | None, calls: int) -> None:
    work = Allocator(2)
    with pytest.raises(GraftError, match="not enough memory on cuda") as caught:
        memory.answered(work, lambda: words, None, "cuda")
    assert "GRAFT_DEVICE=cpu" in caught.value.cure
    assert work.calls == calls


def test_on_the_processor_the_cure_is_not_the_processor() -> None:
    with pytest.raises(GraftError, match="not enough memory on cpu") as caught:
        memory.answered(Allocator(1, MemoryError()), lambda: None, None, "cpu")
    assert "smaller model" in caught.value.cure
    assert "GRAFT_DEVICE" not in caught.value.cure


@pytest.mark.parametrize("error", [ValueError("no"), RuntimeError("shapes do not fit"), Cancelled(), GraftError("no")])
def test_other_errors_pass(error: Exception) -> None:
    work = Allocator(1, error)
    with pytest.raises(type(error)):
        memory.answered(work, lambda: "tiles", None, "cuda")
    assert work.calls == 1


def test_what_failed_is_let_go_before_the_next_try() -> None:
    held: list[Any] = []

    class Large:
        def __del__(self) -> None:
            held.remove(id(self))

    def work() -> int:
        large = Large()
        held.append(id(large))
        if len(held) == 1 and not tried:
            tried.append(1)
            raise MemoryError
        return len(held)

    tried: list[int] = []
    assert memory.answered(work, lambda: "less", None) == 1


SHORT = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"),
    RuntimeError("MPS backend out of memory (MPS allocated: 18.10 GB)"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    OSError("[Errno 12] Cannot allocate memory"),
]  # fmt: skip


@pytest.mark.parametrize("error", SHORT, ids=lambda error: str(error)[:20])
def test_the_words_for_too_little_memory_are_known(error: Exception) -> None:
    assert memory.is_short(error)
    assert not memory.is_short(RuntimeError("index out of range"))
    assert not memory.is_short(GraftError("there is not enough memory"))


def test_the_processor_truly_running_out_is_known() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert memory.is_short(caught.value)


# --- measuring


def test_every_tensor_counts_once_wherever_it_hangs() -> None:
    layer = torch.nn.Linear(10, 5)  # 55 numbers
    layer.register_buffer("seen", torch.zeros(3, dtype=torch.float64))
    tied = torch.nn.Linear(10, 5, bias=False)
    tied.weight = layer.weight
    pipe = SimpleNamespace(unet=layer, parts={"vae": [tied]}, words={str(n): n for n in range(50_000)})
    model = SimpleNamespace(_pipe=pipe, also=pipe, kept=torch.zeros(7)[:2], path=Path("x"))
    assert memory.size_of(model) == 55 * 4 + 24 + 7 * 4
    assert memory.sizes_of(model) == {"cpu": 272}
    assert memory.modules_of(model).count(layer) == 1
    assert memory.size_of(SimpleNamespace(session=object())) == 0


def test_weights_without_memory_of_their_own_do_not_count() -> None:
    assert memory.size_of(SimpleNamespace(net=torch.nn.Linear(4, 4, device="meta"))) == 0


def test_networks_move_but_for_those_that_others_use() -> None:
    mine, shared = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    model = SimpleNamespace(net=mine, guide=SimpleNamespace(net=shared))
    assert memory.move(model, "meta", {id(shared)})
    assert (mine.weight.device.type, shared.weight.device.type) == ("meta", "cpu")
    assert not memory.move(SimpleNamespace(session=object()), "meta")
    shared._hf_hook = object()  # type: ignore[assignment]
    assert not memory.move(SimpleNamespace(net=shared), "meta")
    assert shared.weight.device.type == "cpu"


# --- how much there is


def test_the_budget_is_what_was_set_else_a_share(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "none")
    assert memory.budget("cpu", 123) == 123
    machine = memory.budget("cpu") * 2
    assert machine > 1 << 30
    assert memory.budget("cpu", 0, 1 << 30) == 1 << 29
    (tmp_path / "none").write_text("4000000\n")
    assert memory.budget("cpu") == 2_000_000
    (tmp_path / "none").write_text("max\n")
    assert memory.budget("cpu") == machine // 2
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1, {"cuda:1": 8_000}[device]))
    assert memory.budget("cuda:1") == 6_000
    assert (memory.exact("cuda"), memory.exact("cuda:1"), memory.exact("cpu")) == ("cuda:0", "cuda:1", "cpu")


@pytest.mark.parametrize(
    ("text", "size"),
    [("auto", 0), ("", 0), ("6GB", 6 * 10**9), ("1.5 gb", 15 * 10**8), ("800MB", 8 * 10**8), ("800", 8 * 10**8)],
)
def test_how_much_may_be_set(text: str, size: int) -> None:
    assert Settings.from_environment({"GRAFT_MEMORY": text}).memory == size


@pytest.mark.parametrize("text", ["much", "-1", "0", "6TB"])
def test_what_cannot_be_set_is_told(text: str) -> None:
    with pytest.raises(GraftError, match=r"GRAFT_MEMORY is .*6GB"):
        Settings.from_environment({"GRAFT_MEMORY": text})


def test_half_precision_where_the_device_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    capability = {"cuda": (8, 0), "cuda:1": (7, 5)}
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability[device])
    assert pick_dtype("cuda") is torch.bfloat16
    assert pick_dtype("cuda:1") is torch.float16
    assert pick_dtype("mps") is torch.float16
    assert pick_dtype("cpu") is torch.float32
