"""A node asks others: with the same checks, on the same lanes, and what was answered before is not made again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph
from graph import BadInput, Cancelled, Drop, GraftError, Image, Lanes, MemoryStore, Run, Runner, node

from .helpers import flow, link

made: list[str] = []


@node(family="asked", output="image", heavy=True)
def brighter(image: Image, by: int = 1) -> Image:
    """Adds to each pixel."""
    made.append(f"{by} on {threading.current_thread().name.partition('_')[0]}")
    if by > 9:
        raise BadInput("by", f"{by} is too much", "give less")
    return Image(image + np.uint8(by))


@node(family="asked", output="text", heavy=True)
def who(*, run: Run) -> str:
    """Asks from the heavy lane."""
    return str(run.ask("asked.brighter", image=Image(np.zeros((1, 1, 3), np.uint8)))["image"].max())


@node(family="asked", output="item")
def never(item: Any) -> Any | Drop:
    """Lets nothing through."""
    return Drop("no")


@node(family="asked", output="image")
def rounds(steps: str, *, run: Run) -> Iterator[Image]:
    """As many rounds as there are numbers."""
    image = Image(np.zeros((2, 2, 3), np.uint8))
    for step in steps.split():
        image = run.ask("asked.brighter", image=image, by=int(step))["image"]
        yield image


@node(family="asked", output="most")
def peak(image: Image) -> int:
    """The brightest pixel."""
    return int(image.max())


def peaks(runner: Runner, tmp_path: Path, steps: str, **more: Any) -> list[int]:
    """The brightest pixel after each round."""
    workflow = flow(
        rounds=("asked.rounds", {"steps": steps}),
        most=("asked.peak", {"image": link("rounds", "image")}),
        all=("asked.gather", {"items": link("most", "most")}),
    )
    made.clear()
    result = runner.run(runner.plan(workflow), tmp_path, lambda event: None, **more)
    return [int(word) for word in result.values["all"]["text"].split()]


@node(family="asked", output="text")
def gather(items: Iterable[Any]) -> str:
    """All of them."""
    return " ".join(map(str, items))


def test_what_was_answered_before_is_not_made_again(tmp_path: Path) -> None:
    runner = Runner(graph.registry, None, store=MemoryStore(1 << 20))
    assert peaks(runner, tmp_path, "1 2 3") == [1, 3, 6]
    assert len(made) == 3
    assert peaks(runner, tmp_path, "1 2 3") == [1, 3, 6]
    assert made == []
    assert peaks(runner, tmp_path, "1 2 4") == [1, 3, 7]
    assert [text.split()[0] for text in made] == ["4"]
    assert peaks(runner, tmp_path, "1 4") == [1, 5]  # the second is gone: the third goes on from the first
    assert [text.split()[0] for text in made] == ["4"]
    assert peaks(runner, tmp_path, "1 2 3") == [1, 3, 6]
    assert made == []


def test_without_a_store_all_is_made(tmp_path: Path) -> None:
    runner = Runner(graph.registry, None)
    for _ in range(2):
        assert peaks(runner, tmp_path, "1 2") == [1, 3]
        assert len(made) == 2


def test_a_heavy_node_works_on_the_lane_of_heavy_nodes(tmp_path: Path) -> None:
    lanes = Lanes(2)
    try:
        runner = Runner(graph.registry, None, lanes=lanes)
        assert peaks(runner, tmp_path, "1 2") == [1, 3]
        assert {text.split()[-1] for text in made} == {"graft-heavy"}
        made.clear()
        plan = runner.plan(flow(who=("asked.who", {})))
        assert (
            runner.run(plan, tmp_path, lambda event: None).values["who"]["text"] == "1"
        )  # and does not wait for itself
        assert made == ["1 on graft-heavy"]
    finally:
        lanes.close()


def test_an_error_is_that_of_the_node_that_asks(tmp_path: Path) -> None:
    runner = Runner(graph.registry, None, store=MemoryStore(1 << 20))
    with pytest.raises(GraftError, match="10 is too much") as caught:
        peaks(runner, tmp_path, "1 10")
    assert caught.value.node == "rounds"


def toy(stop: threading.Event | None = None) -> Run:
    return Run("me", Path(), Path(), stop=stop or threading.Event())


def test_a_run_by_itself_can_ask_too() -> None:
    image = Image(np.zeros((1, 1, 3), np.uint8))
    assert toy().ask("asked.brighter", image=image, by=3)["image"].max() == 3


@pytest.mark.parametrize(
    ("kind", "given", "error", "message"),
    [
        ("asked.nobody", {}, GraftError, "the node type 'asked.nobody' can't be asked"),
        ("asked.rounds", {"steps": "1"}, GraftError, "can't be asked"),
        ("toy.keep", {"a": 1}, GraftError, "can't be asked"),
        ("asked.brighter", {}, TypeError, "needs the input 'image'"),
        ("asked.peak", {"image": "text"}, BadInput, "image: expected an image"),
        ("toy.add", {"a": 1, "c": 2}, TypeError, "has no input 'c'"),
        ("toy.add", {"a": 1, "b": 101}, BadInput, "b: expected -100 to 100, got 101"),
        ("asked.never", {"item": 1}, GraftError, "asked.never let nothing through: no"),
    ],
)
def test_what_cannot_be_asked_is_named(kind: str, given: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        toy().ask(kind, **given)


def test_a_run_that_was_stopped_asks_nothing() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        toy(stop).ask("toy.add", a=1)
