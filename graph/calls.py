"""Why: whatever a node does, the engine gets values of the declared types, a Drop, or an error that names the node. Even a node that calls
exit() does not end the program."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from .cache import Values
from .declare import NodeSpec
from .errors import Cancelled, GraftError, NodeFailed
from .sockets import Drop, is_array
from .workshop import Run


@contextmanager
def lent(spec: NodeSpec, run: Run | None) -> Iterator[Run | None]:
    """The run as one call gets it: models that can be lent (``models.lend(run)``) are given back (``release()``) when the call is over, so that the
    shelf knows which are in use. Where no input names weights, models are handed on as they are."""
    lend = getattr(run.models, "lend", None) if run is not None and spec.borrows else None
    if run is None or lend is None:
        yield run
        return
    models = lend(run)
    try:
        yield replace(run, models=models)
    finally:
        models.release()


def call(name: str, spec: NodeSpec, inputs: Mapping[str, Any], run: Run | None) -> Values | Drop:
    """Call a node's function and return its outputs by name, arrays made read-only. Raises GraftError or Cancelled."""
    try:
        with lent(spec, run) as run:
            answer = _made(spec, inputs, run)
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise _defect(name, error) from error
    return answer if isinstance(answer, Drop) else outputs_of(name, spec, answer)


async def call_network(name: str, spec: NodeSpec, inputs: Mapping[str, Any], run: Run | None) -> Values | Drop:
    """The same for a node that is a coroutine function."""
    try:
        with lent(spec, run) as run:
            answer = await (spec.function(**inputs, run=run) if spec.wants_run else spec.function(**inputs))
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise _defect(name, error) from error
    return answer if isinstance(answer, Drop) else outputs_of(name, spec, answer)


def _made(spec: NodeSpec, inputs: Mapping[str, Any], run: Run | None) -> Any:
    """What a function answers; it is called once more where the models could mend what it failed of."""
    for last in (False, True):
        try:
            return spec.function(**inputs, run=run) if spec.wants_run else spec.function(**inputs)
        except Exception as error:
            if not _mended(spec, run, error) or last:
                raise
    raise AssertionError


def _mended(spec: NodeSpec, run: Run | None, error: Exception) -> bool:
    """Whether a function that failed may be called again: ``models.mend(error)`` says so, as when memory ran out and could be freed. What it collects
    can't be collected twice, and what it wrote stays."""
    mend = None if run is None else getattr(run.models, "mend", None)
    once = spec.writes or any(entry.collects for entry in spec.inputs.values())
    return mend is not None and bool(mend(error)) and not once


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
