"""Why: the worker knows no node and no model. Whoever sets it up hands it a kit; with it, one function turns a job into a result, the same way
for every job."""

from __future__ import annotations

import importlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from ..cache import Values
from ..declare import NodeSpec
from ..events import Listener
from ..jobs import Job
from ..plan import Plan
from ..running import Runner
from ..scheduler import Result
from ..settings import Settings
from ..workflow import Workflow, parse
from .wire import Message

Kept = TypeVar("Kept")
MOST_PLANS, MOST_NODES = 64, 200_000  # that are kept for the next job, and the nodes in all of them


def _same(workflow: Workflow) -> Workflow:
    return workflow


@dataclass(frozen=True)
class Kit:
    """What a worker process works with.

    registry: the node types. models: the shelf, None where no node uses models. put_away: frees the memory of models that no node uses at
    this moment. jpeg: a preview's bytes, from uint8 (H, W, 3) and the longest side in pixels; without it there are no previews. saved: what
    of the workflow is put into saved pictures. refresh: brings the registry up to date; whether it has changed. Asked before each job. loaded:
    the models in memory, a row each.
    """

    registry: Mapping[str, NodeSpec]
    models: Any = None
    put_away: Callable[[], Any] = lambda: None
    jpeg: Callable[[Any, int], bytes] | None = None
    saved: Callable[[Workflow], Workflow] = _same
    refresh: Callable[[], bool] = lambda: False
    loaded: Callable[[], list[Message]] = list


Setup = Callable[[Settings], Kit]


def find_setup(name: str) -> Setup:
    """The function that "module:function" names."""
    module, _, function = name.partition(":")
    return cast(Setup, getattr(importlib.import_module(module), function))


class Plans:
    """Plans of the last jobs, so that the same graph over many values, or run many times, is read and planned once.

    text_of: the text of a job's workflow, by the job's id. A workflow that names files or models is checked anew each time, for they may have
    gone in the meantime.
    """

    def __init__(self, runner: Runner, text_of: Callable[[str], str]) -> None:
        self.runner, self.text_of = runner, text_of
        self._workflows: OrderedDict[Hashable, tuple[Workflow, int]] = OrderedDict()
        self._plans: OrderedDict[Hashable, tuple[Plan, int]] = OrderedDict()

    def get(self, job: Job) -> tuple[Plan, Workflow]:
        """The plan of a job, and its workflow with the job's values. Raises BadFile for a text that is no workflow, NotValid with every
        problem."""
        key = job.workflow, job.folder, json.dumps(job.targets), *job.values
        workflow = self._workflow(job)
        if job.values:
            places = {place: place.rpartition(".") for place in job.values}
            workflow = workflow.with_values(
                {(node, socket): job.values[place] for place, (node, _, socket) in places.items()}
            )
        known = self._plans.get(key)
        if known is not None and all(_fits(known[0], *place) for place in job.values.items()):
            self._plans.move_to_end(key)
            return replace(known[0], workflow=workflow), workflow
        plan = self.runner.plan(workflow, job.targets)
        laid_out = any(
            node.extra is not None for node in workflow.nodes.values()
        )  # the plan's workflow is another one then
        if not laid_out and not _looks_outside(plan):
            _keep(self._plans, key, plan, len(workflow.nodes))
        return plan, workflow

    def clear(self) -> None:
        """The node types have changed: what was planned with the old ones must not be run."""
        self._plans.clear()

    def _workflow(self, job: Job) -> Workflow:
        key = job.workflow, job.folder
        if key in self._workflows:
            self._workflows.move_to_end(key)
            return self._workflows[key][0]
        workflow = parse(self.text_of(job.id), folder=Path(job.folder))
        _keep(self._workflows, key, workflow, len(workflow.nodes))
        return workflow


def _fits(plan: Plan, place: str, value: Any) -> bool:
    """Whether a value may stand where another one stood when the plan was made; links are not among values, so the order stays."""
    node, _, socket = place.rpartition(".")
    return node in plan.specs and plan.specs[node].inputs[socket].problem(value) is None


def _looks_outside(plan: Plan) -> bool:
    return any(entry.names_things for spec in plan.specs.values() for entry in spec.inputs.values())


def _keep(held: OrderedDict[Hashable, tuple[Kept, int]], key: Hashable, entry: Kept, nodes: int) -> None:
    held[key] = entry, nodes
    total = sum(count for _, count in held.values())
    while len(held) > 1 and (len(held) > MOST_PLANS or total > MOST_NODES):
        total -= held.popitem(last=False)[1][1]


def run_job(
    job: Job, plans: Plans, kit: Kit, settings: Settings, listener: Listener, stop: threading.Event,
    inside: Listener | None = None, made: Callable[[str, Values], None] | None = None,
) -> Result:  # fmt: skip
    """Check, plan and run one job. inside, made: see Context. Raises GraftError (NotValid, BadFile, the first failed node's), or Cancelled."""
    if kit.refresh():
        plans.clear()
    out = Path(job.out) if job.out else settings.out / job.user
    plan, workflow = plans.get(job)
    saved = kit.saved(workflow)
    return plans.runner.run(
        plan, out, listener, stop=stop, saved=saved, skip_errors=job.on_error == "skip", inside=inside, made=made
    )
