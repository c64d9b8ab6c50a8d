"""Why: a picture that Graft saved holds its workflow, and may be moved anywhere before somebody runs that again. So in it files are named in a way that
does not depend on where the workflow lay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .declare import NodeSpec
from .sockets import File
from .workflow import Workflow
from .workshop import find_file


def portable(workflow: Workflow, registry: Mapping[str, NodeSpec], shipped: Path) -> Workflow:
    """The same workflow, naming each file that is there by its whole path; or from ``shipped`` on where it lies in that folder, whose files are found on every
    machine."""
    sockets: dict[str, list[str]] = {}
    values: dict[tuple[str, str], Any] = {}
    for name, node in workflow.nodes.items():
        if node.type not in sockets:
            spec = registry.get(node.type)
            entries = spec.inputs.values() if spec is not None else ()
            sockets[node.type] = [entry.name for entry in entries if isinstance(entry.hint, File)]
        for socket in sockets[node.type]:
            value = node.inputs.get(socket)
            if isinstance(value, str) and (named := _named(value, workflow.folder, shipped)) != value:
                values[name, socket] = named
    return workflow.with_values(values) if values else workflow


def _named(value: str, folder: Path, shipped: Path) -> str:
    found = find_file(value, folder)
    if found is None:
        return value
    path = found.absolute()
    return path.relative_to(shipped).as_posix() if path.is_relative_to(shipped) else str(path)
