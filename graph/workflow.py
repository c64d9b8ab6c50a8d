"""Why: one file format is edited, saved, posted and run. Values and links go by name, so sockets can be reordered; what a file
holds beside that (positions, notes, fields of a later version) is kept as it came, so that saving never rewrites what was loaded.

    {"format": 1, "title": "…", "inputs": {"picture": "photo.path"},
     "nodes": {"photo": {"type": "image.load", "inputs": {"path": "street.png"}, "at": [0, 0]}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .decisions import Keep
from .errors import BadFile, did_you_mean

FORMAT = 1
LARGEST = 64 << 20  # bytes of a workflow file; ten thousand nodes take about two megabytes


@dataclass(frozen=True)
class Link:
    """The output ``output`` of the node ``node``."""

    node: str
    output: str


@dataclass(frozen=True)
class Node:
    """One node: its type, and for each input a JSON value or a Link. ``extra``: the file's further fields, of a node that is not to be
    called as it stands (it is switched off, or holds a graph); None for all others."""

    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] | None = None

    @property
    def mode(self) -> str:
        """ "mute", "bypass" or ""."""
        return str(self.extra.get("mode", "")) if self.extra else ""


@dataclass(frozen=True)
class Parameter:
    """One of the graph's own inputs: its name feeds the input ``socket`` of the node ``node``."""

    name: str
    node: str
    socket: str


@dataclass(frozen=True)
class Workflow:
    """A graph as it was saved. ``raw`` is the JSON that it came from; ``folder`` is where relative paths start; ``keep`` says what gates let pass whatever
    they find (decisions.py)."""

    nodes: Mapping[str, Node]
    title: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    keep: Keep = field(default_factory=dict)

    def with_values(self, values: Mapping[tuple[str, str], Any]) -> Workflow:
        """A copy in which each (node, input) has the new value; ``raw`` says so too, so that what is saved is what ran."""
        nodes = dict(self.nodes)
        raw = {**self.raw, "nodes": dict(self.raw.get("nodes", {}))}
        for (name, socket), value in values.items():
            if name not in nodes:
                raise BadFile(f"the workflow has no node '{name}'", did_you_mean(name, nodes, f"it has {_some(nodes)}"))
            nodes[name] = replace(nodes[name], inputs={**nodes[name].inputs, socket: value})
            entry = raw["nodes"].get(name, {})
            raw["nodes"][name] = {**entry, "inputs": {**(entry.get("inputs") or {}), socket: value}}
        return replace(self, nodes=MappingProxyType(nodes), raw=raw)


def load(path: Path) -> Workflow:
    """Read a workflow file. BadFile when there is none, or it is none."""
    try:
        if path.is_dir():
            raise BadFile(f"{path} is a folder", "give a workflow file, or a picture that Graft saved")
        if path.stat().st_size > LARGEST:
            raise BadFile(f"{path} is larger than {LARGEST >> 20} MB, so it is no workflow", "give a workflow file")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        near = did_you_mean(path.name, [p.name for p in path.parent.glob("*.json")] if path.parent.is_dir() else [])
        raise BadFile(
            f"there is no file {path}", near or "give the path of a workflow file (workflows/ holds some)"
        ) from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} is no text file", "give a workflow file, or a picture that Graft saved") from error
    except OSError as error:
        raise BadFile(
            f"{path} can't be read: {error.strerror}", "see that it exists and that you may read it"
        ) from error
    return parse(text, folder=path.resolve().parent, name=str(path))


def parse(text: str, *, folder: Path = Path(), name: str = "the workflow") -> Workflow:
    """Read a workflow from JSON text. BadFile tells where it is not JSON, or not a workflow."""
    try:
        raw = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}", "mend that line"
        ) from error
    except RecursionError as error:
        raise BadFile(f"{name} is nested too deeply to be a workflow", "give a workflow file") from error
    except ValueError as error:  # a number of ten thousand digits
        raise BadFile(f"{name} holds a number that is too long", "shorten it") from error
    return build(raw, folder=folder, name=name)


def build(raw: Any, *, folder: Path = Path(), name: str = "the workflow") -> Workflow:
    """Make a Workflow of parsed JSON; every part that has not the right form is named in one BadFile."""
    if not isinstance(raw, dict) or not isinstance(raw.get("nodes"), dict):
        raise BadFile(f"{name} is no workflow: it has no table 'nodes'", 'a workflow is {"format": 1, "nodes": {…}}')
    number = raw.get("format", FORMAT)
    if type(number) is not int or not 1 <= number <= FORMAT:
        raise BadFile(
            f"{name} has the format {number!r:.40}; this Graft reads up to {FORMAT}", "update Graft to open it"
        )
    wrong: list[str] = []
    nodes = {key: _node(key, value, wrong) for key, value in raw["nodes"].items()}
    parameters = _parameters(raw.get("inputs", {}), wrong)
    keep = _keep(raw.get("keep", {}), wrong)
    if wrong:
        raise BadFile(f"{name} is no workflow: {'; '.join(wrong[:10])}", "mend these places")
    title = raw.get("title", "")
    return Workflow(MappingProxyType(nodes), title if isinstance(title, str) else "", parameters, raw, folder, keep)


def dump(workflow: Workflow) -> str:
    """The JSON text of a workflow, as its file is written: every field that was loaded, in its order."""
    return json.dumps(workflow.raw, ensure_ascii=False, indent=1) + "\n"


def is_link(value: Any) -> bool:
    """Whether a JSON value is a link: exactly {"node": …, "output": …}."""
    return (
        isinstance(value, dict)
        and value.keys() == {"node", "output"}
        and all(isinstance(v, str) for v in value.values())
    )


def _node(key: str, value: Any, wrong: list[str]) -> Node:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        wrong.append(f"the node '{key:.60}' has no type")
        return Node("")
    inputs = value.get("inputs", {})
    if not isinstance(inputs, dict):
        wrong.append(f"the inputs of the node '{key:.60}' are no table")
        return Node(value["type"])
    mode = value.get("mode", "")
    if mode not in ("", "mute", "bypass"):
        wrong.append(f"the node '{key:.60}' has the mode {mode!r:.40}, which is neither mute nor bypass")
    extra = value if mode or value["type"].startswith("graph.") else None
    return Node(
        value["type"], {name: Link(**entry) if is_link(entry) else entry for name, entry in inputs.items()}, extra
    )


def _parameters(table: Any, wrong: list[str]) -> dict[str, Parameter]:
    if not isinstance(table, dict):
        wrong.append("'inputs' is no table")
        return {}
    parameters = {}
    for name, target in table.items():
        if not isinstance(target, str) or "." not in target:
            wrong.append(f"the graph's input '{name:.60}' names no 'node.input'")
            continue
        node, _, socket = target.rpartition(".")
        parameters[name] = Parameter(name, node, socket)
    return parameters


def _keep(table: Any, wrong: list[str]) -> dict[str, frozenset[str]]:
    if not isinstance(table, dict):
        wrong.append("'keep' is no table")
        return {}
    keep = {}
    for name, items in table.items():
        if not isinstance(items, dict) or not all(isinstance(said, str) for said in items.values()):
            wrong.append(f"what is kept of '{name:.60}' is no table of items, each with a text")
        elif items:
            keep[name] = frozenset(items)
    return keep


def _no_constant(name: str) -> Any:
    raise BadFile(f"the workflow holds {name}, which is not JSON", "write a finite number")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFile(f"the workflow has '{twice:.60}' twice in one table", "keep one of them")
    return table


def _some(names: Mapping[str, Any]) -> str:
    listed = list(names)[:8]
    return ", ".join(listed) + (" …" if len(names) > 8 else "")
