"""Models are lent for the time of a call: to plain, heavy and network nodes, sources while they give items, and given back however the call ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

import graph
from graph import GraftError, Lanes, Model, Run, Runner, node

from .helpers import flow, link

Weights = Annotated[str, Model("inpaint")]


class Library:
    """Lends books, and writes down who has one."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.most = 0

    def lend(self, run: Run) -> Card:
        return Card(self, run)

    def problems(self, kind: str, name: str) -> None:
        return None

    def fingerprint(self, kind: str, name: str) -> str:
        return ""


class Card:
    """What one call sees of it."""

    def __init__(self, library: Library, run: Run) -> None:
        self.library, self.run, self.held = library, run, 0

    def get(self) -> str:
        self.held += 1
        self.library.out.append(self.run.node)
        self.library.most = max(self.library.most, len(self.library.out))
        return f"{len(self.library.out)} out"

    def release(self) -> None:
        for _ in range(self.held):
            self.library.out.remove(self.run.node)


@node(family="lent", output="text")
def plain(model: Weights = "auto", *, run: Run) -> str:
    """Takes one."""
    return str(run.models.get())


@node(family="lent", heavy=True, output="text")
def heavy(text: str, model: Weights = "auto", *, run: Run) -> str:
    """Takes one."""
    return f"{text}, {run.models.get()}"


@node(family="lent", output="text")
async def network(text: str, model: Weights = "auto", *, run: Run) -> str:
    """Takes one."""
    return f"{text}, {run.models.get()}"


@node(family="lent", output="text")
def broken(model: Weights = "auto", *, run: Run) -> str:
    """Takes one and fails."""
    run.models.get()
    raise ValueError("torn")


@node(family="lent", output="text")
def source(model: Weights = "auto", *, run: Run) -> Iterator[str]:
    """Takes one while it gives items."""
    run.models.get()
    for n in range(3):
        yield f"{n}: {len(run.models.library.out)}"


@node(family="lent", output="text")
def item(text: str, model: Weights = "auto", *, run: Run) -> str:
    """Takes one for each item."""
    return f"{text} {run.models.get()}"


@node(family="lent", output="text")
def collect(texts: Iterable[str]) -> str:
    """All of them."""
    return " | ".join(texts)


def run(tmp_path: Path, library: Any, *targets: str, lanes: Lanes | None = None, **nodes: Any) -> dict[str, Any]:
    workflow = flow(**nodes)
    runner = Runner(graph.registry, library, lanes=lanes)
    result = runner.run(runner.plan(workflow, targets or None), tmp_path, lambda event: None)
    return {name: values["text"] for name, values in result.values.items()}


def test_each_call_gives_back_what_it_took(tmp_path: Path) -> None:
    library, lanes = Library(), Lanes(2)
    nodes = {
        "a": ("lent.plain", {}),
        "b": ("lent.heavy", {"text": link("a", "text")}),
        "c": ("lent.network", {"text": link("b", "text")}),
    }
    assert run(tmp_path, library, "c", lanes=lanes, **nodes) == {"c": "1 out, 1 out, 1 out"}
    assert (library.out, library.most) == ([], 1)
    lanes.close()


@node(family="lent", output="text")
def other(*, run: Run) -> str:
    """Names no weights."""
    return type(run.models).__name__


def test_who_names_no_weights_is_lent_none(tmp_path: Path) -> None:
    assert run(tmp_path, Library(), "a", a=("lent.other", {})) == {"a": "Library"}


def test_a_call_that_fails_gives_back_too(tmp_path: Path) -> None:
    library = Library()
    with pytest.raises(GraftError, match="torn"):
        run(tmp_path, library, "a", a=("lent.broken", {}))
    assert (library.out, library.most) == ([], 1)


def test_a_source_has_what_it_took_until_its_last_item(tmp_path: Path) -> None:
    library = Library()
    nodes = {
        "a": ("lent.source", {}),
        "b": ("lent.item", {"text": link("a", "text")}),
        "c": ("lent.collect", {"texts": link("b", "text")}),
    }
    assert run(tmp_path, library, "c", **nodes) == {"c": "0: 1 2 out | 1: 1 2 out | 2: 1 2 out"}
    assert (library.out, library.most) == ([], 2)


class Healing(Library):
    """Mends what is torn, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def lend(self, run: Run) -> Card:
        card = Card(self, run)
        card.mend = self.mend  # type: ignore[attr-defined]
        return card

    def mend(self, error: Exception) -> bool:
        self.times -= 1
        return self.times >= 0


@node(family="lent", output="text")
def fragile(model: Weights = "auto", *, run: Run) -> str:
    """Fails as long as its library says."""
    if run.models.library.times > 0:
        raise ValueError("torn")
    return "whole"


@node(family="lent", output="text", writes=True)
def ink(model: Weights = "auto", *, run: Run) -> str:
    """Fails after it has written."""
    raise ValueError("torn")


def test_a_call_is_made_once_more_where_the_models_mend_it(tmp_path: Path) -> None:
    assert run(tmp_path, Healing(1), "a", a=("lent.fragile", {})) == {"a": "whole"}
    with pytest.raises(GraftError, match="torn"):
        run(tmp_path, Healing(3), "a", a=("lent.fragile", {}))
    library = Healing(5)
    with pytest.raises(GraftError, match="torn"):
        run(tmp_path, library, "a", a=("lent.ink", {}))
    assert library.times == 4
