"""Why: a key for each node and each item says which item it is, so that a run that was broken off finds again what it has done. All that
does not change from item to item is put in order once; an item then costs one small hash a node."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from .cache import KEPT, Fingerprint, Key, Values, canonical, head_of, known, literal
from .decisions import Item
from .plan import Plan
from .sockets import File
from .workflow import Link

Part = bytes | tuple[str, str]
"""What enters a key: bytes that are the same for all items, or the node and output whose key enters."""


@dataclass(frozen=True)
class _Recipe:
    name: str
    parts: tuple[Part, ...]


class ItemKeys:
    """The keys of ``names``, nodes behind the source ``axis`` in order, for one item after the other.

    outer: keys of nodes outside the stream; they are handed on where streams are nested in this one.
    """

    def __init__(
        self, axis: str, names: Iterable[str], plan: Plan, fingerprint: Fingerprint, outer: Mapping[str, Key]
    ) -> None:
        self.axis, self.plan, self.fingerprint = axis, plan, fingerprint
        self.outer = outer if plan.units else {}
        self.keep = {name: items for name, items in plan.workflow.keep.items() if name in plan.specs}
        self.recipes: list[_Recipe] = []
        inside = {axis}
        for name in names:
            recipe = self._recipe(name, inside, outer)
            if recipe is not None:
                self.recipes.append(recipe)
                inside.add(name)

    def _recipe(self, name: str, inside: set[str], outer: Mapping[str, Key]) -> _Recipe | None:
        """None for a node that can have no key, as tokens() in cache.py says."""
        spec, node = self.plan.specs[name], self.plan.workflow.nodes[name]
        parts: list[Part] = [head_of(spec)]
        for socket, entry in spec.inputs.items():
            value = node.inputs.get(socket, entry.default)
            parts.append(b"\0" + socket.encode() + b"\0")
            if not isinstance(value, Link):
                parts.append(literal(entry, value, self.fingerprint))
            elif not known(entry, self.plan.specs.get(value.node), value.output):
                return None
            elif value.node in inside:
                parts.append((value.node, value.output))
            elif value.node in outer:
                key = outer[value.node]
                parts.append(b"link" + (key + value.output.encode() if isinstance(key, bytes) else key[value.output]))
            else:
                return None
        return _Recipe(name, tuple(_joined(parts)))

    def of(self, values: Values, which: Item) -> dict[str, Any]:
        """The keys of the nodes for the item that the source's outputs ``values`` are, and of the source: one for each output. which: the same, as
        decisions know it."""
        item = self._item(values)
        taken = {name for name, items in self.keep.items() if which.key in items}
        made: dict[str, Any] = {**self.outer, self.axis: item}
        for recipe in self.recipes:
            digest = blake2b(digest_size=16)
            if recipe.name in taken:
                digest.update(KEPT.encode())
            for part in recipe.parts:
                if isinstance(part, bytes):
                    digest.update(part)
                elif part[0] == self.axis:
                    digest.update(b"link" + item[part[1]])
                else:
                    digest.update(b"link" + made[part[0]] + part[1].encode())
            made[recipe.name] = digest.digest()
        return made

    def _item(self, values: Values) -> dict[str, bytes]:
        """A key for each output of the source: what it is made of says which item it is, not how many came before."""
        outputs = self.plan.specs[self.axis].outputs
        item = {}
        for name, value in values.items():
            digest = blake2b(b"item" + canonical(value), digest_size=16)
            hint = outputs[name].hint
            if isinstance(hint, File):
                digest.update(b"\0" + (_mark(value) or self.fingerprint(hint, value)).encode())
            item[name] = digest.digest()
        return item


def _joined(parts: Iterable[Part]) -> Iterable[Part]:
    """Neighbouring bytes as one."""
    held = b""
    for part in parts:
        if isinstance(part, bytes):
            held += part
        else:
            yield held
            yield part
            held = b""
    yield held


def _mark(path: str) -> str:
    """Size and time of a file that is named by its whole path; "" else. To read each of a million files for its hash would double the work."""
    try:
        state = os.stat(path) if os.path.isabs(path) else None
    except (OSError, ValueError):
        state = None
    return f"{state.st_size} {state.st_mtime_ns}" if state is not None else ""
