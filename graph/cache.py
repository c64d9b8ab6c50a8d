"""Why: only what changed runs. A node's key is a hash over its type, version, own values and its *sources' keys*, so that making
all keys costs one small hash a node, however deep the graph is.

Literals are written in a canonical form in which 1, 1.0 and true differ; files enter by what lies at the path.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from .declare import InputSpec
from .plan import Plan
from .sockets import File, Model, is_array
from .workflow import Link

Fingerprint = Callable[[File | Model, str], str]
"""What lies behind the name of a file or of weights, as a short text that changes when it does."""


def keys(plan: Plan, fingerprint: Fingerprint) -> dict[str, bytes]:
    """The key of every node of the plan, sources first."""
    made: dict[str, bytes] = {}
    for name in plan.order:
        spec, node = plan.specs[name], plan.workflow.nodes[name]
        digest = blake2b(f"{spec.id} {spec.version}".encode(), digest_size=16)
        for socket, entry in spec.inputs.items():
            value = node.inputs.get(socket, entry.default)
            digest.update(b"\0" + socket.encode() + b"\0")
            if isinstance(value, Link):
                digest.update(b"link" + made[value.node] + value.output.encode())
            else:
                digest.update(_literal(entry, value, fingerprint))
        made[name] = digest.digest()
    return made


def _literal(entry: InputSpec, value: Any, fingerprint: Fingerprint) -> bytes:
    if isinstance(entry.hint, File | Model) and isinstance(value, str):
        return f"{value}\0{fingerprint(entry.hint, value)}".encode()
    if type(value) is str:
        return b"s" + value.encode("utf-8", "surrogatepass")
    # repr keeps 1, 1.0 and True apart, also inside lists, which JSON alone would do too, but not for -0.0 and large floats
    return repr(value).encode() if not isinstance(value, dict) else json.dumps(value, sort_keys=True).encode()


Values = Mapping[str, Any]
"""The outputs of one node by name."""


def size_of(values: Values) -> int:
    """Bytes that the outputs hold: arrays count as themselves, everything else as a little."""
    return sum(
        value.nbytes if is_array(value) else 256 + (len(value) if isinstance(value, str) else 0)
        for value in values.values()
    )


class MemoryStore:
    """Outputs by key, at most ``limit`` bytes of them; what was used longest ago goes first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._held: OrderedDict[bytes, tuple[Values, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: bytes) -> Values | None:
        entry = self._held.get(key)
        if entry is None:
            return None
        self._held.move_to_end(key)
        return entry[0]

    def put(self, key: bytes, values: Values) -> None:
        """Keep ``values``; larger than the whole limit is not kept."""
        size = size_of(values)
        if size > self.limit:
            return
        if key in self._held:
            self.bytes -= self._held.pop(key)[1]
        self._held[key] = (values, size)
        self.bytes += size
        while self.bytes > self.limit:
            _, (_, freed) = self._held.popitem(last=False)
            self.bytes -= freed
