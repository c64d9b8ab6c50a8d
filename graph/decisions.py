"""Why: a gate judges by numbers, a person by looking. What a gate has let go no further can be taken back by a person; that decision is part of the
graph, so that a run again and a run without an editor obey it too.

    "keep": {"sharp": {"0b9a3c5d7e1f2468": "car.png"}}     beside "nodes": whatever the node ``sharp`` says of this item, it passes

The text beside an item is for people. An item is known by what it is made of, not by its place: pictures that are added before it change nothing.
What passes is what came in: each output of the gate gives the first input of its type. The decision enters the keys of that item alone, so that
nothing else runs again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from .sockets import Drop, File

if TYPE_CHECKING:
    from .cache import Values
    from .declare import NodeSpec

PLACE = "index"  # the output of a source that only counts
Keep = Mapping[str, frozenset[str]]
"""For each gate the items that pass it whatever it says."""


def passing(spec: NodeSpec) -> dict[str, str]:
    """For each output of a gate the input whose value it gives for an item that is taken back: the first of its type that always has one. Empty where
    an output has none: then nothing can be taken back there."""
    found: dict[str, str] = {}
    for name, output in spec.outputs.items():
        same = [
            socket
            for socket, entry in spec.inputs.items()
            if entry.type.name == output.type.name and not (entry.optional or entry.lazy or entry.collects)
        ]
        if not same:
            return {}
        found[name] = same[0]
    return found


@dataclass(frozen=True)
class Item:
    """One item of a stream, for decisions about it. values: what the source ``spec`` gave. outer: the item that it came from, in a nested stream."""

    spec: NodeSpec
    values: Values
    outer: Item | None = None

    @property
    def key(self) -> str:
        """16 hexadecimal digits: the same for items that are made of the same. Of a file its name and size count, for to read each of a million files
        would double the work."""
        from .cache import canonical

        digest = blake2b(self.outer.key.encode() if self.outer else b"", digest_size=8)
        file = self._file
        if file is not None:
            digest.update(f"{os.path.basename(file)}\0{_size(file)}".encode("utf-8", "surrogatepass"))
            return digest.hexdigest()
        for name, value in self.values.items():
            if name != PLACE or len(self.values) == 1:
                digest.update(b"\0" + name.encode() + b"\0" + canonical(value))
        return digest.hexdigest()

    @property
    def file(self) -> str:
        """The file that the item is, or is part of; "" where there is none."""
        return self._file or (self.outer.file if self.outer else "")

    @property
    def _file(self) -> str | None:
        return next((self.values[name] for name, out in self.spec.outputs.items() if isinstance(out.hint, File)), None)


def judged(
    name: str, spec: NodeSpec, inputs: Mapping[str, Any], answer: Values | Drop, item: Item | None, keep: Keep
) -> Values | Drop:
    """What goes on behind a node: its answer, or for an item that was taken back what came in."""
    if not isinstance(answer, Drop) or item is None or name not in keep or item.key not in keep[name]:
        return answer
    through = passing(spec)
    return {output: inputs[socket] for output, socket in through.items()} if through else answer


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return -1
