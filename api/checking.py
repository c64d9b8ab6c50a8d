"""Why: a job that can't run is refused while its author is looking, not an hour later. The same checks as the command line's, against
the caller's own files; and a table of values is checked row by row without going over the graph again for each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import graph
from graph import File, Model, Problem, Workflow, did_you_mean

from . import inner, pictures, roots
from .errors import ApiError

if TYPE_CHECKING:
    from .room import Room

Values = dict[tuple[str, str], Any]


def build(room: Room, user: str, raw: Any) -> Workflow:
    """The workflow of parsed JSON, with the user's saved graphs where it uses them; relative paths start in the user's uploads. GraftError says
    where it is none."""
    saved = room.saved(user)

    def read(name: str) -> Any:
        try:
            return json.loads(saved.get(name).data)
        except ApiError:
            return None

    whole = inner.with_saved(raw, read, only=room.access.named)
    return graph.build(whole, folder=room.roots(user)["files"])


def values_of(workflow: Workflow, table: Mapping[str, Any]) -> Values:
    """{"node.input": value} or {"the graph's own input": value} as (node, input) → value. ApiError names what is not there."""
    found: Values = {}
    for place, value in table.items():
        own = workflow.parameters.get(place)
        node, _, socket = (own.node, "", own.socket) if own else place.rpartition(".")
        if node not in workflow.nodes or not socket:
            names = [*workflow.parameters, *workflow.nodes]
            cure = did_you_mean(node or place, names, "write it as node.input")
            raise ApiError(400, f"there is no input '{place:.100}' to give a value", cure)
        found[node, socket] = value
    return found


def located(room: Room, user: str, workflow: Workflow, values: Values | None = None) -> Values:
    """For every file that is named by root ("files/a.png", "examples/b.png") or relative: its whole path, where it is in a root.

    values: only these are looked at; without it all of the workflow's own.
    """
    folders = room.roots(user)
    found: Values = {}

    def whole(hint: File | Model, name: str) -> str:
        relative = isinstance(hint, File) and name and not Path(name).is_absolute()
        path = _in_roots(folders, name) if relative else None
        return name if path is None else str(path)

    for node, socket, value in _files(room, workflow, values):
        named = room.catalogue.registry[workflow.nodes[node].type].inputs[socket].renamed(value, whole)
        if named != value:
            found[node, socket] = named
    return found


def problems_of(room: Room, user: str, workflow: Workflow, targets: list[str] | None = None) -> list[Problem]:
    """Everything that stands against running the workflow (or what ``targets`` need of it) for this user, as it will be run."""
    whole = workflow.with_values(located(room, user, workflow))

    def missing(path: str) -> str:
        if room.access.named and _in_roots(room.roots(user), path) is None:
            return "name one of your own files, as GET /api/files lists them"
        return "" if graph.find_file(path, whole.folder) else graph.file_cure(path, whole.folder)

    found = graph.problems(
        whole, room.catalogue.registry, missing=missing, weights=room.shelf.problems, targets=targets
    )
    return [*found, *(_foreign(room, whole) if room.access.named else ())]


def guesses_of(room: Room, user: str, workflow: Workflow, *, sound: bool) -> dict[str, Any]:
    """For each node the sizes of its pictures and how many items will pass, as far as is known; nothing for a graph that is not in order. Nodes of
    graphs within it are called as when they run ("scene/sky"). Files and weights may be missing. sound: no problem at all was found."""
    registry = room.catalogue.registry
    whole = workflow.with_values(located(room, user, workflow))
    if not sound and graph.problems(whole, registry):
        return {}

    def header(path: str) -> tuple[int, int] | None:
        found = _in_roots(room.roots(user), path)
        if found is None and not room.access.named:
            found = graph.find_file(path, whole.folder)
        return pictures.size_of(found) if found is not None else None

    guesses = graph.guess(whole, registry, header)
    return {
        name: {"sizes": {output: list(size) for output, size in known.sizes.items()}, "count": known.count}
        for name, known in guesses.items()
    }


def row_problems(room: Room, user: str, workflow: Workflow, values: Values) -> Iterator[Problem]:
    """What is wrong with new values for a workflow that is in order itself."""
    for (name, socket), value in values.items():
        spec = room.catalogue.registry.get(workflow.nodes[name].type)
        entry = spec.inputs.get(socket) if spec else None
        if entry is None:
            yield Problem(f"there is no input '{socket}'", "", name, socket)
            continue
        if (wrong := entry.problem(value)) is not None:
            yield Problem(wrong, "change it", name, socket)
            continue
        for where, hint, named in entry.names(value):
            if isinstance(hint, File) and not _reachable(room, user, workflow, named):
                yield Problem(f"{where}there is no file '{named}'", "GET /api/files lists them", name, socket)


def _reachable(room: Room, user: str, workflow: Workflow, path: str) -> bool:
    if _in_roots(room.roots(user), path) is not None:
        return True
    return not room.access.named and graph.find_file(path, workflow.folder) is not None


def _files(room: Room, workflow: Workflow, values: Values | None) -> Iterable[tuple[str, str, Any]]:
    """(node, input, value) of every input that takes a file and has a value of its own."""
    sockets = room.catalogue.file_sockets
    if values is not None:
        for (name, socket), value in values.items():
            if socket in sockets.get(workflow.nodes[name].type, ()):
                yield name, socket, value
        return
    for name, node in workflow.nodes.items():
        for socket in sockets.get(node.type, ()):
            if socket in node.inputs:
                yield name, socket, node.inputs[socket]


def _in_roots(folders: Mapping[str, Path], path: str) -> Path | None:
    """The file or folder that a path names in one of the roots, by "root/name", by a bare name, or whole."""
    if path.rstrip("/") in folders:
        return folders[path.rstrip("/")]
    if Path(path).is_absolute():
        whole = Path(path)
        tries = [(top, str(whole.relative_to(top))) for top in folders.values() if whole.is_relative_to(top)]
    else:
        root, _, rest = path.partition("/")
        tries = [(folders[root], rest)] if root in folders else []
        tries += [(folder, path) for folder in folders.values()]
    for folder, name in tries:
        try:
            return roots.inside(folder, name, folders=True)
        except ApiError:
            continue
    return None


def _foreign(room: Room, workflow: Workflow) -> Iterator[Problem]:
    """Among named users a path may not come over a link, where nobody can check it, nor may weights be named by their path."""
    for name, node in workflow.nodes.items():
        spec = room.catalogue.registry.get(node.type)
        for socket, entry in (spec.inputs if spec else {}).items():
            value = node.inputs.get(socket)
            if isinstance(value, graph.Link) and entry.names_things and not isinstance(entry.hint, Model):
                yield Problem(
                    "a file may not come over a link on a server with named users", "give its name", name, socket
                )
            given = [hint for _, hint, path in entry.names(value) if isinstance(hint, Model) and _is_path(path)]
            if given or (isinstance(entry.hint, Model) and isinstance(value, graph.Link)):
                cure = "give a name that GET /api/models lists"
                yield Problem("weights may not be named by a path on a server with named users", cure, name, socket)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(re.search(r"^[/~.]|\\|\.\.|:", value) or value.count("/") > 1)
