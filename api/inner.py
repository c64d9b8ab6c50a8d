"""Why: on the command line a graph that is used in another one is a file beside it. On a server it is a saved graph, which has no such place; so before
anything is checked or queued each one stands in the graph that uses it. A job then runs what was saved when it was posted, and a picture holds all that
made it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graph import GraftError

DEEPEST, MOST = 16, 1000  # graphs within graphs; graphs in one workflow

Read = Callable[[str], Any]


def with_saved(raw: Any, read: Read, *, only: bool = False) -> Any:
    """The JSON of a workflow with each saved graph that it uses by name ("sharpen.json") put in whole.

    read: the JSON of a saved graph by its name, None where there is none. only: refuse what is not among them. Raises GraftError that names the node.
    """
    return _Putting(read, only).within(raw, "", ())


@dataclass
class _Putting:
    read: Read
    only: bool
    count: int = 0

    def within(self, raw: Any, prefix: str, inside: tuple[str, ...]) -> Any:
        """``raw``, or a copy where something in it has changed. prefix: what the names of its nodes start with in the whole."""
        nodes = raw.get("nodes") if isinstance(raw, dict) else None
        if not isinstance(nodes, dict):
            return raw
        changed = {}
        for name, node in nodes.items():
            if isinstance(node, dict) and str(node.get("type", "")).startswith("graph."):
                inner = self._graph(node.get("graph"), f"{prefix}{name}", inside)
                if inner is not node.get("graph"):
                    changed[name] = {**node, "graph": inner}
        kept = raw.get("graphs")
        tables = {}
        for name, graph in kept.items() if isinstance(kept, dict) else ():
            inner = self.within(graph, f"#{name}/", inside)
            if inner is not graph:
                tables[name] = inner
        if changed:
            raw = {**raw, "nodes": {**nodes, **changed}}
        return {**raw, "graphs": {**raw["graphs"], **tables}} if tables else raw

    def _graph(self, graph: Any, node: str, inside: tuple[str, ...]) -> Any:
        if isinstance(graph, dict):
            return self.within(graph, f"{node}/", inside) if len(inside) < DEEPEST else graph
        if not isinstance(graph, str) or not graph or graph.startswith("#"):
            return graph
        name = graph.removesuffix(".json")
        self.count += 1
        if name in inside or len(inside) >= DEEPEST or self.count > MOST:
            raise GraftError(f"the graph '{name:.60}' is used within itself", "take it out there", node=node)
        found = self.read(name)
        if found is None and self.only:
            raise GraftError(f"there is no saved graph '{name:.60}'", "GET /api/workflows lists them", node=node)
        return graph if found is None else self.within(found, f"{node}/", (*inside, name))
