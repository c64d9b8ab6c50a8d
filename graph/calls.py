"""Why: whatever a node does, the engine gets values of the declared types, a Drop, or an error that names the node. Even a node that calls
exit() does not end the program."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from .cache import Values
from .declare import NodeSpec
from .errors import Cancelled, GraftError, NodeFailed
from .sockets import Drop, is_array
from .workshop import Run


def call(name: str, spec: NodeSpec, inputs: Mapping[str, Any], run: Run | None) -> Values | Drop:
    """Call a node's function and return its outputs by name, arrays made read-only. Raises GraftError or Cancelled."""
    try:
        answer = spec.function(**inputs, run=run) if spec.wants_run else spec.function(**inputs)
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise _defect(name, error) from error
    return answer if isinstance(answer, Drop) else outputs_of(name, spec, answer)


async def call_network(name: str, spec: NodeSpec, inputs: Mapping[str, Any], run: Run | None) -> Values | Drop:
    """The same for a node that is a coroutine function."""
    try:
        answer = await (spec.function(**inputs, run=run) if spec.wants_run else spec.function(**inputs))
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise _defect(name, error) from error
    return answer if isinstance(answer, Drop) else outputs_of(name, spec, answer)


def _defect(name: str, error: BaseException) -> GraftError:
    if type(error).__name__ == "Over":  # what a collector reads from has ended: no defect of the node
        raise error
    return NodeFailed(name, error, traceback.format_exc())


def outputs_of(name: str, spec: NodeSpec, answer: Any) -> Values:
    """What a function returned, or a source gave, as outputs by name. Raises NodeFailed where it is of another type than declared."""
    outputs = tuple(answer) if spec.many else (answer,) if spec.outputs else ()
    values = dict(zip(spec.outputs, outputs, strict=True))
    for output, value in values.items():
        wrong = spec.outputs[output].type.check(value)
        if wrong is not None:
            raise NodeFailed(name, TypeError(f"its output '{output}' is wrong: {wrong}"), "")
        if is_array(value):
            value.flags.writeable = False
    return values
