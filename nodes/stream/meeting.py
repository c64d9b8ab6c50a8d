"""How streams meet, and how one is made from another. Items pass one by one; only what must be held is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from itertools import count as counter
from random import Random
from typing import Annotated, Any, Literal, NamedTuple

from graph import BadInput, Drop, Seed, Slider, node

_END = object()


class Pair(NamedTuple):
    """left, right: one item of each stream."""

    left: Any
    right: Any


@node(
    family="stream",
    title="Zip",
    tags=("pair", "together", "join", "meet"),
    count=lambda wish: min(wish["left"], wish["right"]),
)
def zip(
    left: Iterable[Any], right: Iterable[Any], uneven: Literal["error", "shortest"] = "error"
) -> Iterator[Pair]:  # fmt: skip
    """Bring two streams together in pairs: first with first, second with second.

    left: one stream.
    right: the other.
    uneven: what to do when one ends before the other.
    """
    ours, theirs = iter(left), iter(right)
    for number in counter():
        one, other = next(ours, _END), next(theirs, _END)
        if one is not _END and other is not _END:
            yield Pair(one, other)
            continue
        if uneven == "error" and one is not other:
            socket = "left" if one is _END else "right"
            raise BadInput(socket, f"it ends after {number} items, the other one goes on", "set uneven to shortest")
        return


@node(
    family="stream",
    tags=("product", "each with each", "combine", "grid"),
    count=lambda wish: wish["left"] * wish["right"],
)
def cross(left: Iterable[Any], right: Iterable[Any]) -> Iterator[Pair]:
    """Bring each item of one stream together with each of another.

    left: passes one by one.
    right: is held in memory as a whole, so make it the smaller one.
    """
    held = list(right)
    for item in left:
        for other in held:
            yield Pair(item, other)


@node(
    family="stream",
    output="item",
    tags=("head", "limit", "first", "slice", "skip"),
    count=lambda wish: max(0, min(wish["count"], wish["items"] - wish["skip"])),
)
def take(
    items: Iterable[Any],
    count: Annotated[int, Slider(1, 100_000_000)] = 10,
    skip: Annotated[int, Slider(0, 100_000_000)] = 0,
) -> Iterator[Any]:
    """Keep some items of a stream; what comes after them is not even made.

    items: the stream.
    count: how many to keep.
    skip: how many to leave out before them.
    """
    yield from islice(items, skip, skip + count)


@node(family="stream", output="item", tags=("random", "order", "mix"), count=lambda wish: wish["items"])
def shuffle(
    items: Iterable[Any],
    seed: Annotated[int, Seed()] = 0,
    held: Annotated[int, Slider(2, 1_000_000)] = 1000,
) -> Iterator[Any]:
    """Give the items of a stream in another order, the same for the same seed.

    items: the stream.
    seed: decides about the order.
    held: how many items are held at a time; with at least as many as there are, every order is equally likely.
    """
    random, source = Random(seed), iter(items)
    pool = list(islice(source, held))
    for item in source:
        at = random.randrange(len(pool))
        yield pool[at]
        pool[at] = item
    random.shuffle(pool)
    yield from pool


@node(
    family="stream",
    output="item",
    tags=("append", "concat", "after"),
    count=lambda wish: wish["first"] + wish["second"],
)
def join(first: Iterable[Any], second: Iterable[Any]) -> Iterator[Any]:
    """Give the items of one stream, then those of another.

    first: comes first.
    second: comes after it; it waits meanwhile.
    """
    yield from chain(first, second)


@node(family="stream", output="item", tags=("filter", "reject", "threshold", "quality", "keep"))
def gate(item: Any, measure: float, least: float = 0.0, most: float = 1e300) -> Any | Drop:
    """Let an item pass when a number is within bounds; otherwise it goes no further, and the report says why.

    item: what passes.
    measure: what is measured of it, such as its sharpness.
    least: pass from here.
    most: pass up to here.
    """
    if measure < least:
        return Drop(f"{measure:g} is less than {least:g}")
    if measure > most:
        return Drop(f"{measure:g} is more than {most:g}")
    return item
