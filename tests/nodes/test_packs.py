"""Packs: off until turned on, off again when changed, and never in each other's way."""

from __future__ import annotations

import importlib.util
import marshal
import struct
import sys
from pathlib import Path

import pytest

import graph
from graph import GraftError, Settings
from nodes.packs import Packs, digest

GOOD = '''
from graph import node

@node
def twice(n: int) -> int:
    """Two times."""
    return {factor} * n
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "custom_nodes").mkdir()
    return tmp_path / "custom_nodes"


@pytest.fixture
def packs(folder: Path) -> object:
    before, modules = dict(graph.registry), set(sys.modules)
    yield Packs(Settings(root=folder.parent, data=folder.parent / "data"))
    graph.registry.clear()
    graph.registry.update(before)
    for name in set(sys.modules) - modules:
        if name.startswith("custom_nodes"):
            del sys.modules[name]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def states(packs: Packs) -> dict[str, str]:
    return {pack.name: pack.state for pack in packs.refresh()}


def test_a_pack_is_off_until_it_is_turned_on(packs: Packs, folder: Path) -> None:
    write(folder / "mine.py", "raise SystemExit('was run')")
    assert states(packs) == {"mine": "off"}
    write(folder / "mine.py", GOOD.format(factor=2))
    pack = packs.turn("mine", True)
    assert (pack.state, pack.nodes) == ("on", ("mine.twice",))
    assert graph.registry["mine.twice"].function(4) == 8
    packs.turn("mine", False)
    assert "mine.twice" not in graph.registry


def test_a_folder_with_modules_of_its_own(packs: Packs, folder: Path) -> None:
    write(folder / "big" / "__init__.py", "from . import parts\n")
    write(folder / "big" / "parts.py", GOOD.format(factor=3))
    assert packs.turn("big", True).nodes == ("big.twice",)
    assert graph.registry["big.twice"].function(2) == 6


def test_what_changes_is_off_again(packs: Packs, folder: Path) -> None:
    write(folder / "mine.py", GOOD.format(factor=2))
    packs.turn("mine", True)
    write(folder / "mine.py", GOOD.format(factor=5))
    assert states(packs) == {"mine": "changed"}
    assert "mine.twice" not in graph.registry
    packs.turn("mine", True, follow=True)
    assert graph.registry["mine.twice"].function(1) == 5
    write(folder / "mine.py", GOOD.format(factor=7))
    assert states(packs) == {"mine": "on"}
    assert graph.registry["mine.twice"].function(1) == 7


def test_the_files_that_were_shown_are_the_ones_that_are_turned_on(packs: Packs, folder: Path) -> None:
    write(folder / "mine.py", GOOD.format(factor=2))
    (shown,) = packs.refresh()
    write(folder / "mine.py", GOOD.format(factor=666))
    with pytest.raises(GraftError, match="has changed since you looked"):
        packs.turn("mine", True, seen=shown.hash)
    assert "mine.twice" not in graph.registry


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing' (bad.py, line 1)", id="import"),
        pytest.param("def f(:", "SyntaxError", id="syntax"),
        pytest.param("import sys\nsys.exit(3)", "SystemExit: 3 (bad.py, line 2)", id="exit"),
        pytest.param(GOOD.format(factor=1) + "\n1/0", "ZeroDivisionError: division by zero (bad.py, line 9)", id="after a node"),
        pytest.param(
            GOOD.format(factor=1).replace("@node", "@node(family='image')").replace("twice", "load"),
            "two nodes are called image.load", id="a name that is taken",
        ),
    ],
)  # fmt: skip
def test_a_broken_pack_is_told_and_harms_no_other(packs: Packs, folder: Path, text: str, reason: str) -> None:
    import nodes  # noqa: F401 - so that image.load is there

    load = graph.registry["image.load"]
    write(folder / "bad.py", text)
    write(folder / "good.py", GOOD.format(factor=2))
    packs.turn("good", True)
    pack = packs.turn("bad", True)
    assert pack.state == "broken"
    assert reason in pack.error
    assert "bad.twice" not in graph.registry
    assert graph.registry["image.load"] is load
    assert "good.twice" in graph.registry
    write(folder / "bad.py", GOOD.format(factor=4))
    assert packs.turn("bad", True).state == "on"


def test_a_pack_that_is_gone_takes_its_nodes_along(packs: Packs, folder: Path) -> None:
    write(folder / "mine.py", GOOD.format(factor=2))
    packs.turn("mine", True)
    (folder / "mine.py").unlink()
    assert packs.refresh() == []
    assert "mine.twice" not in graph.registry
    with pytest.raises(GraftError, match="no pack 'mine'"):
        packs.turn("mine", True)


def test_follow_looks_only_when_something_has_changed(
    packs: Packs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not packs.follow()
    write(folder / "big" / "__init__.py", "from . import parts\n")
    write(folder / "big" / "parts.py", GOOD.format(factor=3))
    write(folder / "off.py", "raise SystemExit('was run')")
    packs.turn("big", True, follow=True)
    packs.follow()
    looked: list[str] = []
    monkeypatch.setattr("nodes.packs.digest", lambda path: looked.append(path.name) or digest(path))
    write(folder / "off.py", "raise SystemExit('nobody asks for it')")
    assert not packs.follow()
    assert looked == []
    write(folder / "big" / "parts.py", GOOD.format(factor=4))
    assert packs.follow()
    assert not packs.follow()
    assert graph.registry["big.twice"].function(1) == 4
    assert packs.nodes() == {"big.twice": graph.registry["big.twice"]}


def test_a_node_has_another_version_when_the_files_are_others(packs: Packs, folder: Path) -> None:
    versions = set()
    for factor in (2, 3, 2):
        write(folder / "mine.py", GOOD.format(factor=factor))
        packs.turn("mine", True)
        versions.add(graph.registry["mine.twice"].version)
    assert len(versions) == 2


@pytest.mark.parametrize("module", [pytest.param("__init__", id="the pack"), pytest.param("parts", id="a part of it")])
def test_compiled_files_are_never_used(packs: Packs, folder: Path, module: str) -> None:
    """Nobody is shown them, so they must not run: here one that claims to be made of the very source that lies there."""
    write(folder / "big" / "__init__.py", "from . import parts\n")
    write(folder / "big" / "parts.py", GOOD.format(factor=3))
    source, foreign = folder / "big" / f"{module}.py", folder / "foreign.txt"
    write(foreign, "raise SystemExit('foreign code was run')")
    made = importlib.util.cache_from_source(str(source))
    Path(made).parent.mkdir()
    state = source.stat()
    code = marshal.dumps(compile(foreign.read_text(), str(source), "exec"))
    head = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, int(state.st_mtime), state.st_size)
    Path(made).write_bytes(head + code)
    assert packs.turn("big", True).nodes == ("big.twice",)
    assert packs.turn("big", True).error == ""


def test_a_pack_that_cannot_be_read_harms_no_other(packs: Packs, folder: Path) -> None:
    write(folder / "good.py", GOOD.format(factor=2))
    write(folder / "gone.py", GOOD.format(factor=2))
    packs.turn("good", True)
    packs.turn("gone", True, follow=True)
    (folder / "gone.py").unlink()
    (folder / "gone.py").symlink_to(folder / "nowhere")
    (folder / "empty.py").mkdir()
    assert packs.follow()
    assert states(packs) == {"gone": "broken", "good": "on"}
    assert "gone.twice" not in graph.registry
    assert packs.turn("gone", False).state == "broken"
    with pytest.raises(GraftError, match="can't be read"):
        packs.turn("gone", True)
