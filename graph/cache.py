"""Why: only what changed runs. A node's key is a hash over its type, version, own values and its *sources' keys*, so that making
all keys costs one small hash a node, however deep the graph is.

Literals are written in a canonical form in which 1, 1.0 and true differ; files enter by what lies at the path. A node whose file is
named by another node has no key, for nobody knows before the run which file that will be; nor has anything behind it.
"""

from __future__ import annotations

import heapq
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any, Protocol

from .declare import InputSpec, NodeSpec
from .plan import Plan
from .sockets import File, Model, is_array
from .workflow import Link

Fingerprint = Callable[[File | Model, str], str]
"""What lies behind the name of a file or of weights, as a short text that changes when it does."""


KEPT = ":keep"

Key = bytes | Mapping[str, bytes]
"""A node's key; or of a source, for one item of its stream, a key for each output."""


def keys(plan: Plan, fingerprint: Fingerprint) -> dict[str, bytes]:
    """The key of every node of the plan that can have one, sources first."""
    made: dict[str, bytes] = {}
    for name in plan.nodes:
        key = key_of(plan.specs[name], tokens(plan, name, fingerprint, made))
        if key is not None:
            made[name] = key
    return made


def key_of(spec: NodeSpec, entering: Iterable[tuple[str, bytes | None]]) -> bytes | None:
    """The key of a node from what its ``tokens`` are; None when one of them is not known yet."""
    digest = blake2b(head_of(spec), digest_size=16)
    for socket, token in entering:
        if token is None:
            return None
        digest.update(b"\0" + socket.encode() + b"\0" + token)
    return digest.digest()


def head_of(spec: NodeSpec) -> bytes:
    """What a key begins with."""
    return f"{spec.id} {spec.version}".encode()


def tokens(
    plan: Plan, name: str, fingerprint: Fingerprint, made: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes | None]]:
    """For each input of a node what enters its key; None where that can't be known yet. Under KEPT, what was taken back at it."""
    spec, node = plan.specs[name], plan.workflow.nodes[name]
    if name in plan.workflow.keep:
        yield KEPT, canonical(sorted(plan.workflow.keep[name]))
    for socket, entry in spec.inputs.items():
        value = node.inputs.get(socket, entry.default)
        if not isinstance(value, Link):
            yield socket, literal(entry, value, fingerprint)
        elif value.node not in made or not known(entry, plan.specs.get(value.node), value.output):
            yield socket, None
        else:
            yield socket, b"link" + made[value.node] + value.output.encode()


def known(entry: InputSpec, source: NodeSpec | None, output: str) -> bool:
    """Whether the key of a link's source says all about its value: not where it names a file that the source did not vouch for."""
    if not entry.names_things:
        return True
    return source is not None and isinstance(source.outputs[output].hint, File)


def literal(entry: InputSpec, value: Any, fingerprint: Fingerprint) -> bytes:
    """A value in canonical form, with the fingerprint of the file or weights that it names."""
    if isinstance(entry.hint, File | Model) and isinstance(value, str):
        return f"{value}\0{fingerprint(entry.hint, value)}".encode("utf-8", "surrogatepass")
    if entry.type.read is None or value is None:
        return canonical(value)
    named = "".join(f"\0{name}\0{fingerprint(hint, name)}" for _, hint, name in entry.names(value))
    return canonical(entry.read(value)) + named.encode("utf-8", "surrogatepass")


def canonical(value: Any) -> bytes:
    """Plain values so that different ones differ: 1, 1.0 and True do, -0.0 and 0.0 do, every NaN is the same."""
    if type(value) is str:
        return b"s" + value.encode("utf-8", "surrogatepass")
    if is_array(value):
        return f"{value.dtype}{value.shape}".encode() + blake2b(value.tobytes(), digest_size=16).digest()
    if isinstance(value, list | tuple) and any(is_array(entry) or is_dataclass(entry) for entry in value):
        return b"l" + b"".join(blake2b(canonical(entry), digest_size=16).digest() for entry in value)
    if is_dataclass(value) and not isinstance(value, type):
        rows = [[field.name, canonical(getattr(value, field.name)).hex()] for field in fields(value)]
        return b"d" + json.dumps([type(value).__qualname__, rows]).encode()
    return repr(value).encode() if not isinstance(value, dict) else json.dumps(value, sort_keys=True).encode()


Values = Mapping[str, Any]
"""The outputs of one node by name."""


def size_of(values: Values) -> int:
    """Bytes that the outputs hold: arrays count as themselves, everything else as a little."""
    return sum(
        value.nbytes if is_array(value) else 256 + (len(value) if isinstance(value, str) else 0)
        for value in values.values()
    )


class Store(Protocol):
    """Where answers are kept. heavy: the node is dear enough for the disk. seconds: what the answer cost to make."""

    def get(self, key: bytes, *, heavy: bool = False) -> Values | None: ...
    def put(self, key: bytes, values: Values, *, heavy: bool = False, seconds: float = 0.0) -> None: ...


Rank = tuple[float, int]
"""Worth plus the age at the last use, and how many uses came before: of two that are worth the same the one used longest ago goes."""


class MemoryStore:
    """Outputs by key, at most ``limit`` bytes of them. What costs least to make again per byte goes first, and what was not used for
    long (GreedyDual-Size, Cao & Irani, USITS 1997). Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._held: dict[bytes, tuple[Values, int, float, Rank]] = {}  # values, size, worth per byte, rank
        self._heap: list[tuple[Rank, bytes]] = []
        self._age = 0.0
        self._uses = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: bytes, *, heavy: bool = False) -> Values | None:
        with self._lock:
            entry = self._held.get(key)
            if entry is None:
                return None
            values, size, worth, _ = entry
            self._rank(key, values, size, worth)
            return values

    def put(self, key: bytes, values: Values, *, heavy: bool = False, seconds: float = 0.0) -> None:
        """Keep ``values``; larger than the whole limit is not kept."""
        size = max(1, size_of(values))
        if size > self.limit:
            return
        with self._lock:
            if key in self._held:
                self.bytes -= self._held.pop(key)[1]
            self._rank(key, values, size, max(seconds, 1e-6) / size)
            self.bytes += size
            while self.bytes > self.limit:
                self._evict()
            if len(self._heap) > 64 + 4 * len(self._held):  # ranks that no longer hold
                self._heap = [(entry[3], held) for held, entry in self._held.items()]
                heapq.heapify(self._heap)

    def clear(self) -> None:
        """Give all memory back."""
        with self._lock:
            self._held.clear()
            self._heap.clear()
            self.bytes = 0

    def _rank(self, key: bytes, values: Values, size: int, worth: float) -> None:
        self._uses += 1
        rank = self._age + worth, self._uses
        self._held[key] = (values, size, worth, rank)
        heapq.heappush(self._heap, (rank, key))

    def _evict(self) -> None:
        while True:
            rank, key = heapq.heappop(self._heap)
            entry = self._held.get(key)
            if entry is not None and entry[3] == rank:
                self._age = rank[0]
                self.bytes -= entry[1]
                del self._held[key]
                return
