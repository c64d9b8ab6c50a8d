"""Why: the terminal, the worker of the server and a test all run a workflow in the same way: check, plan, make keys, run. Here it is said once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .cache import Fingerprint, Store, Values
from .cache import keys as keys_of
from .check import problems
from .declare import NodeSpec
from .errors import GraftError, NotValid, Problem
from .events import Listener
from .fingerprint import Fingerprints
from .journal import Journal
from .lanes import Lanes
from .plan import Plan
from .plan import make as make_plan
from .scheduler import Result
from .scheduler import run as execute
from .sockets import File
from .workflow import Workflow
from .workshop import Run, file_cure, find_file


class Runner:
    """What many runs share: the node types, the models, the threads, the store of answers.

    models: the shelf, which every node gets; it answers ``problems(kind, name)`` and ``fingerprint(kind, name)``.
    """

    def __init__(
        self, registry: Mapping[str, NodeSpec], models: Any, *, lanes: Lanes | None = None, store: Store | None = None
    ) -> None:
        self.registry, self.models, self.lanes, self.store = registry, models, lanes, store
        self._prints: dict[Path, Fingerprints] = {}

    def problems(self, workflow: Workflow, targets: Iterable[str] | None = None) -> list[Problem]:
        """Everything that stands against running the workflow on this machine: also files and weights that are not there."""

        def missing(path: str) -> str:
            return "" if find_file(path, workflow.folder) else file_cure(path, workflow.folder)

        return problems(
            workflow,
            self.registry,
            missing=missing,
            weights=self.models.problems if self.models else None,
            targets=targets,
        )

    def fingerprint(self, folder: Path) -> Fingerprint:
        """What lies behind the names in workflows of ``folder``."""
        prints = self._prints.setdefault(folder, Fingerprints(lambda name: find_file(name, folder)))

        def fingerprint(hint: Any, name: str) -> str:
            if isinstance(hint, File):
                return prints(name)
            return str(self.models.fingerprint(hint.kind, name)) if self.models else ""

        return fingerprint

    def plan(self, workflow: Workflow, targets: Iterable[str] | None = None) -> Plan:
        """The plan of a workflow. Raises NotValid with every problem."""
        targets = tuple(targets) if targets is not None else None
        found = self.problems(workflow, targets)
        if found:
            raise NotValid(found)
        return make_plan(workflow, self.registry, targets)

    def run(
        self, plan: Plan, out: Path, listener: Listener, *, stop: threading.Event | None = None, skip_errors: bool = False,
        saved: Workflow | None = None, inside: Listener | None = None, keys: Mapping[str, bytes] | None = None,
        made: Callable[[str, Values], None] | None = None,
    ) -> Result:  # fmt: skip
        """Run a plan; results go to ``out``. saved: the workflow that is put into pictures. skip_errors: pass over items of streams that fail.
        inside, made: see Context. keys: those of the plan's nodes, where the caller has made them already. Raises the first node's GraftError, or Cancelled."""
        workflow, stop = plan.workflow, stop or threading.Event()
        writes = any(spec.writes for spec in plan.specs.values())
        if writes:
            make_folder(out)
        raw = (saved or workflow).raw
        fingerprint = self.fingerprint(workflow.folder)
        if keys is None:
            keys = keys_of(plan, fingerprint) if self.store is not None or plan.units else {}
        journal = Journal(out) if writes and plan.units else None

        def workshop(node: str) -> Run:
            return Run(node, out, workflow.folder, self.models, raw, listener, stop)

        try:
            return execute(
                plan, workshop, listener=listener, lanes=self.lanes, keys=keys, store=self.store, fingerprint=fingerprint,
                journal=journal, stop_on_error=not skip_errors, inside=inside, made=made,
            )  # fmt: skip
        finally:
            if journal is not None:
                journal.close()


def make_folder(out: Path) -> None:
    """Make the output folder now: a run must not work for minutes and then find that it can't keep the result."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraftError(
            f"the output folder {out} can't be made: {error.strerror}", "give another one with --out"
        ) from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise GraftError(
            f"the output folder {out} can't be written to", "give another one with --out, or change its permissions"
        )
