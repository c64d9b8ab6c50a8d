"""Why: documentation that repeats the code goes stale. This page of all nodes is made from their declarations:

    .venv/bin/python -m docs.make

tests/test_docs.py fails when the page in the repository is not what this makes.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import graph
import nodes

PAGE = Path(__file__).with_name("nodes.md")


def node_page() -> str:
    """The Markdown text of docs/nodes.md."""
    lines = [
        "# The nodes",
        "",
        "Made from the code by `docs/make.py`. `./graft nodes NAME` shows the same in a terminal.",
        "",
    ]
    own = (spec for spec in graph.registry.values() if spec.function.__module__.startswith("nodes."))
    order = {family: index for index, family in enumerate(nodes.FAMILIES)}
    specs = sorted(own, key=lambda spec: (order[spec.family], spec.id))
    for family, group in groupby(specs, key=lambda spec: spec.family):
        lines += [f"## {family}", ""]
        for spec in group:
            lines += [f"### {spec.id}", "", spec.summary, *(["", spec.help] if spec.help else []), ""]
            lines += ["| input | takes | default | |", "|---|---|---|---|"]
            lines += [_row(entry) for entry in spec.inputs.values()]
            outputs = ", ".join(f"`{entry.name}` ({entry.type.name})" for entry in spec.outputs.values())
            lines += ["", f"Gives {outputs}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(entry: graph.InputSpec) -> str:
    default = "" if entry.required else f"`{entry.default!r}`"
    takes = entry.type.name if not entry.type.choices else " / ".join(map(str, entry.type.choices))
    if isinstance(entry.hint, graph.Slider):
        takes += f", {entry.hint.low:g}…{entry.hint.high:g}"
    return f"| `{entry.name}` | {takes} | {default} | {entry.help} |".replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(node_page(), encoding="utf-8")
    print(PAGE)
