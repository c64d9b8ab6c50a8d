"""Why: how many rounds a node needs may be known only from its inputs (a sentence a round), and a round is what other nodes do. Such a node asks them by
their id. Each answer is kept as that of a node in a graph is, by a key over what goes in: a round that was made before is not made again, and one that
has changed makes only those behind it anew.

A heavy node that is asked works on the lane of heavy nodes, so that two never share the accelerator.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .cache import Values, key_of, literal
from .calls import call
from .declare import NodeSpec, registry
from .errors import BadInput, GraftError
from .sockets import Drop
from .workshop import Run

if TYPE_CHECKING:
    from .context import Context


def ask(run: Run, kind: str, inputs: Mapping[str, Any], context: Context | None = None) -> Values:
    """The outputs of the node type ``kind`` for these inputs, by name. Raises BadInput for one of its sockets, else what the node raises."""
    spec = registry.get(kind)
    if spec is None or spec.source or spec.network or spec.writes:
        raise GraftError(f"the node type '{kind}' can't be asked", "choose one that is there and gives one answer")
    given = {name: inputs.get(name, entry.default) for name, entry in spec.inputs.items()}
    _check(spec, inputs, given)
    if context is None:
        return _answered(spec, given, run)
    key = key_of(
        spec, ((name, literal(spec.inputs[name], value, context.fingerprint)) for name, value in given.items())
    )
    held = context.store.get(key, heavy=spec.heavy) if context.store is not None and key is not None else None
    if held is not None:
        context.count(0, 1)
        return held
    began = time.perf_counter()
    if threading.current_thread().name.startswith("graft-heavy"):  # this is the lane: to wait for it would be for ever
        values = _answered(spec, given, run)
    else:
        values = context.submit(spec, lambda: _answered(spec, given, run)).result()
    context.count(1, 0)
    if context.store is not None and key is not None:
        context.store.put(key, values, heavy=spec.heavy, seconds=time.perf_counter() - began)
    return values


def _check(spec: NodeSpec, inputs: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    for name in inputs:
        if name not in spec.inputs:
            raise TypeError(f"{spec.id} has no input '{name}'")
    for name, entry in spec.inputs.items():
        if name not in inputs and entry.required:
            raise TypeError(f"{spec.id} needs the input '{name}'")
        if (wrong := entry.problem(given[name])) is not None:
            raise BadInput(name, wrong, "change what leads to it")


def _answered(spec: NodeSpec, given: Mapping[str, Any], run: Run) -> Values:
    values = call(run.node, spec, {name: spec.inputs[name].read(value) for name, value in given.items()}, run)
    if isinstance(values, Drop):
        raise GraftError(f"{spec.id} let nothing through: {values.reason}", "change its settings")
    return values
