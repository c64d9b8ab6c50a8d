"""Answers on disk: whole or not there, bounded, shared; and trouble with the disk ends no run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph
from graph import Fingerprints, FolderStore, LayeredStore, Mask, MemoryStore, Runner, node
from graph.folder_store import pack, unpack

from .helpers import flow

KEY = bytes(range(16))


@node(family="stored", heavy=True)
def large(n: int) -> Mask:
    """A quarter of a megabyte."""
    return Mask(np.full((512, 512), n, np.uint8))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if not made or made.returncode:
        pytest.skip("a tmpfs can't be mounted here; it takes Linux and root")
    yield disk
    subprocess.run(["umount", disk], check=True)


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


VALUES: list[Any] = [
    pytest.param({"image": np.arange(24, dtype=np.uint8).reshape(2, 4, 3)}, id="image"),
    pytest.param({"boxes": np.zeros((0, 4), np.float32), "heat": np.ones((3, 2), np.float32)}, id="two arrays, one empty"),
    pytest.param({"text": "Käse \ud800", "n": 1, "x": 1.5, "flag": True, "list": ["a", "b"], "none": None}, id="plain values"),
    pytest.param({}, id="nothing"),
]  # fmt: skip


@pytest.mark.parametrize("values", VALUES)
def test_what_is_put_comes_back(tmp_path: Path, values: dict[str, Any]) -> None:
    assert FolderStore(tmp_path, 1 << 20).put(KEY, values)
    back = FolderStore(tmp_path, 1 << 20).get(KEY)
    assert back is not None
    assert back.keys() == values.keys()
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            assert back[name].dtype == value.dtype
            np.testing.assert_array_equal(back[name], value)
            assert not back[name].flags.writeable
        else:
            assert back[name] == value
            assert type(back[name]) is type(value)


@pytest.mark.parametrize("value", [object(), {1: 2}, (1, 2), float("nan")], ids=["object", "keys", "tuple", "nan"])
def test_what_would_come_back_changed_is_not_kept(tmp_path: Path, value: Any) -> None:
    store = FolderStore(tmp_path, 1 << 20)
    assert not store.put(KEY, {"x": value})
    assert store.get(KEY) is None


def test_a_file_that_is_torn_or_changed_is_no_answer(tmp_path: Path) -> None:
    data = pack({"image": np.arange(300, dtype=np.uint8)})
    assert data is not None
    rng = np.random.default_rng(0)
    for cut in [0, 1, 7, 8, 16, 40, len(data) - 1]:
        assert unpack(data[:cut]) is None
    for at in rng.integers(0, len(data), 60):
        broken = bytearray(data)
        broken[at] ^= 1 + int(rng.integers(0, 255))
        assert unpack(bytes(broken)) is None


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, 1 << 20)
    store.put(KEY, {"x": 1})
    (path,) = (p for p in tmp_path.rglob("*") if p.is_file())
    path.write_bytes(path.read_bytes()[:-3])
    assert store.get(KEY) is None
    assert not path.exists()
    store.put(KEY, {"x": 1})
    assert store.get(KEY) == {"x": 1}


def test_it_stays_within_its_bytes_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, 50_000)
    for number in range(4):
        store.put(key(number), {"x": np.zeros(10_000, np.uint8)})
        path = store._path(key(number))
        os.utime(path, (1000 + number, 1000 + number))
    assert store.get(key(0)) is not None  # used now
    for number in range(4, 6):
        store.put(key(number), {"x": np.zeros(10_000, np.uint8)})
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) <= 50_000
    kept = [number for number in range(6) if store.get(key(number)) is not None]
    assert 0 in kept
    assert 5 in kept
    assert 1 not in kept


def test_trouble_is_told_once_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told: list[str] = []
    store = FolderStore(tmp_path / "file", 1 << 20, told.append)
    assert not store.put(key(1), {"x": 1})
    assert not store.put(key(2), {"x": 1})
    assert store.get(key(1)) is None
    assert len(told) == 1
    assert "answers are not kept" in told[0]
    assert not list(tmp_path.rglob("*.part"))


def test_a_full_disk_ends_no_run_and_answers_are_kept_again_once_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    told: list[str] = []

    def run() -> graph.Result:
        """Three heavy answers, in a process that has none of them in memory."""
        store = LayeredStore(MemoryStore(1 << 20), FolderStore(small_disk / "cache", 1 << 30, told.append))
        runner = Runner(graph.registry, None, store=store)
        return runner.run(
            runner.plan(flow(**{f"n{i}": ("stored.large", {"n": i}) for i in range(3)})), tmp_path, lambda event: None
        )

    def files() -> list[Path]:
        return [path for path in (small_disk / "cache").rglob("*") if path.is_file()]

    (small_disk / "ballast").write_bytes(bytes(600_000))
    first = run()
    assert [int(first.values[f"n{i}"]["mask"].max()) for i in range(3)] == [0, 1, 2]
    assert len(told) == 1
    assert "No space left" in told[0]
    assert len(files()) == 1  # whole; nothing is left of the other two
    again = run()
    assert (again.ran, again.cached) == (2, 1)
    (small_disk / "ballast").unlink()
    assert run().ran == 2
    assert (run().ran, len(files())) == (0, 3)
    assert len(told) == 2  # once for each run that had trouble


def test_many_may_write_one_key(tmp_path: Path) -> None:
    values = {"x": np.arange(50_000, dtype=np.int32)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: FolderStore(tmp_path, 1 << 24).put(KEY, values), range(32)))
        found = list(pool.map(lambda _: FolderStore(tmp_path, 1 << 24).get(KEY), range(32)))
    assert all(back is not None and (back["x"] == values["x"]).all() for back in found)
    assert not list(tmp_path.rglob("*.part"))


def test_only_heavy_answers_go_to_the_disk(tmp_path: Path) -> None:
    store = LayeredStore(MemoryStore(1 << 20), FolderStore(tmp_path, 1 << 20))
    store.put(key(1), {"x": 1})
    store.put(key(2), {"x": 2}, heavy=True)
    fresh = LayeredStore(MemoryStore(1 << 20), FolderStore(tmp_path, 1 << 20))
    assert fresh.get(key(1), heavy=True) is None
    assert fresh.get(key(2)) is None
    assert fresh.get(key(2), heavy=True) == {"x": 2}
    assert fresh.get(key(2)) == {"x": 2}  # in memory now


def test_memory_gives_up_what_is_cheap_to_make_again() -> None:
    store = MemoryStore(3_000)
    block = np.zeros(1_000, np.uint8)
    store.put(b"dear", {"x": block}, seconds=10.0)
    for number in range(5):
        store.put(key(number), {"x": block}, seconds=0.01)
    assert store.get(b"dear") is not None
    assert store.get(key(0)) is None


def test_a_dear_answer_that_nobody_asks_for_goes_in_the_end() -> None:
    store = MemoryStore(3_000)
    block = np.zeros(1_000, np.uint8)
    store.put(b"dear", {"x": block}, seconds=0.05)
    for number in range(200):
        store.put(key(number), {"x": block}, seconds=0.01)
    assert store.get(b"dear") is None
    assert store.bytes <= 3_000


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    prints = Fingerprints(lambda name: tmp_path / name if (tmp_path / name).exists() else None)
    first = prints("a.txt")
    os.utime(path, (1, 1))
    assert prints("a.txt") == first
    path.write_text("two")
    assert prints("a.txt") != first
    path.write_text("one")
    assert prints("a.txt") == first
    assert prints("none.txt") == ""


def test_a_folder_changes_with_what_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    prints = Fingerprints(lambda name: tmp_path)
    seen = {prints("")}
    (tmp_path / "deep" / "a").write_text("1")
    seen.add(prints(""))
    (tmp_path / "deep" / "a").write_text("12")
    seen.add(prints(""))
    (tmp_path / "deep" / "a").rename(tmp_path / "deep" / "b")
    seen.add(prints(""))
    assert len(seen) == 4
