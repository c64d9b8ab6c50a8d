"""Why: a picture that Graft saved holds its workflow, and may be moved anywhere before somebody runs that again. So in it files are named in a way that
does not depend on where the workflow lay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .declare import InputSpec, NodeSpec
from .sockets import File, Model
from .workflow import Workflow
from .workshop import find_file


def portable(workflow: Workflow, registry: Mapping[str, NodeSpec], shipped: Path) -> Workflow:
    """The same workflow, naming each file that is there by its whole path; or from ``shipped`` on where it lies in that folder, whose files are found on every
    machine."""
    sockets: dict[str, list[InputSpec]] = {}
    values: dict[tuple[str, str], Any] = {}

    def whole(hint: File | Model, name: str) -> str:
        return _named(name, workflow.folder, shipped) if isinstance(hint, File) else name

    for name, node in workflow.nodes.items():
        if node.type not in sockets:
            spec = registry.get(node.type)
            entries = spec.inputs.values() if spec is not None else ()
            sockets[node.type] = [entry for entry in entries if entry.names_things]
        for entry in sockets[node.type]:
            value = node.inputs.get(entry.name)
            if isinstance(value, str | list) and (named := entry.renamed(value, whole)) != value:
                values[name, entry.name] = named
    return workflow.with_values(values) if values else workflow


def _named(value: str, folder: Path, shipped: Path) -> str:
    found = find_file(value, folder)
    if found is None:
        return value
    path = found.absolute()
    return path.relative_to(shipped).as_posix() if path.is_relative_to(shipped) else str(path)
