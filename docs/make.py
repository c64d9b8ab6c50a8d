"""Why: documentation that repeats the code goes stale. The pages of all nodes and of the API are made from their declarations, and the tables of the
page of models from the shelf and its catalogue; what stands around those tables is written by hand:

    .venv/bin/python -m docs.make

tests/test_docs.py fails when a page in the repository is not what this makes.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import graph
import nodes
import server  # noqa: F401 - importing it declares all handlers
from api.openapi import document
from api.routes import ROUTES
from nodes.models import KINDS
from nodes.models.catalogue import offers
from nodes.models.hub import amount

NODES, API, MODELS = (Path(__file__).with_name(name) for name in ("nodes.md", "api.md", "models.md"))
MARKED = re.compile(r"(?<=<!-- made: )(\w+) -->\n.*?(?=<!-- end -->)", re.DOTALL)
SUBJECTS = ("jobs", "events", "nodes", "workflows", "files", "models", "packs", "settings", "health", "openapi")
START = """\
# The API

Made from the code by `docs/make.py`. `GET /api/openapi.json` says the same to programs, with the types and limits of all that is sent.

Run a graph that ships (`workflow` in place of `name` takes a whole graph), and look at what became of it:

```
curl http://localhost:8765/api/jobs -H 'Content-Type: application/json' \\
    -d '{"name": "replace_object", "values": {"instruction": "Make the house blue"}}'
curl 'http://localhost:8765/api/jobs?limit=1'
```

Follow what happens, with any WebSocket client:

```
.venv/bin/python - <<'END'
import asyncio
from aiohttp import ClientSession

async def follow(server):
    async with ClientSession(server) as session, session.ws_connect("/api/events") as socket:
        async for frame in socket:
            for event in frame.json():
                print(event, flush=True)
                if event["type"] == "job" and event["ended"]:
                    return

asyncio.run(follow("http://localhost:8765"))
END
```

Whatever is refused is answered with 4xx and `{"error": {"what", "cure", "problems"?}}`; `problems` has a row `{"node", "socket", "what", "cure"}`
for each place of a graph that must be mended. A server that asks for a token takes it as `Authorization: Bearer …`. HEAD is understood wherever
GET is, but for the WebSocket.
"""


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
            lines += [line for entry in spec.inputs.values() if entry.type.of for line in _kinds(entry)]
            outputs = ", ".join(f"`{entry.name}` ({entry.type.name})" for entry in spec.outputs.values())
            lines += ["", f"Gives {outputs}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(entry: graph.InputSpec) -> str:
    written = json.dumps(entry.default) if isinstance(entry.default, tuple) else repr(entry.default)
    default = "" if entry.required else f"`{written}`"
    takes = entry.type.name if not entry.type.choices else " / ".join(map(str, entry.type.choices))
    if isinstance(entry.hint, graph.Slider):
        takes += f", {entry.hint.low:g}…{entry.hint.high:g}"
    return f"| `{entry.name}` | {takes} | {default} | {entry.help} |".replace("\n", " ")


def _kinds(entry: graph.InputSpec) -> list[str]:
    """What a list of records may hold, one table a kind."""
    lines = []
    for kind in entry.type.of.kinds.values() if entry.type.of else ():
        lines += ["", f'In `{entry.name}`: `"do": "{kind.name}"`. {kind.help}', ""]
        lines += [
            "| field | takes | default | |",
            "|---|---|---|---|",
            *(_row(field) for field in kind.fields.values()),
        ]
    return lines


def api_page() -> str:
    """The Markdown text of docs/api.md."""
    rows: dict[str, list[str]] = {subject: [] for subject in SUBJECTS}
    for path, operations in document(ROUTES, "")["paths"].items():
        for method, operation in operations.items():
            rows[operation["tags"][0]].append(_call(method.upper(), path, operation))
    tables = [f"## {subject}\n\n| | takes | |\n|---|---|---|\n" + "\n".join(found) for subject, found in rows.items()]
    return "\n\n".join([START.rstrip(), *tables]) + "\n"


def _call(method: str, path: str, operation: dict[str, Any]) -> str:
    text = " ".join(filter(None, [operation["summary"], operation.get("description")]))
    return f"| `{method} {path}` | {_taken(operation)} | {text} |"


def _taken(operation: dict[str, Any]) -> str:
    """What a call takes beside its path: headers, the query, the body."""
    kinds = {"header": "", "query": "?"}
    told = [f"`{kinds[entry['in']]}{entry['name']}`" for entry in operation["parameters"] if entry["in"] in kinds]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        needed = schema.get("required", ())
        names = [f"`{name}`{'' if name in needed else '?'}" for name in schema.get("properties", ())]
        if kind != "application/json":
            told.append(kind)
        else:
            told += names if schema.get("additionalProperties") is False else [*names, "…"]
    return ", ".join(told)


def models_page() -> str:
    """The Markdown text of docs/models.md: as it is, with its tables made anew."""
    tables = {"kinds": _kinds_of_models, "catalogue": _catalogue}
    return MARKED.sub(lambda found: f"{found[1]} -->\n{tables[found[1]]()}\n", MODELS.read_text(encoding="utf-8"))


def _kinds_of_models() -> str:
    rows = ["| kind | folder | takes | ships |", "|---|---|---|---|"]
    for name, kind in KINDS.items():
        ships = (
            f"a small one, `{kind.starter}`" if kind.starter else f"none; {kind.without}" if kind.without else "none"
        )
        rows.append(f"| {name} | `models/{name}` | {kind.wanted} | {ships} |")
    return "\n".join(rows)


def _catalogue() -> str:
    rows = ["| kind | weights | download | memory | licence | good at |", "|---|---|---|---|---|---|"]
    for kind in KINDS:
        for offer in offers(kind):
            sizes = f"{amount(offer.bytes)} | {amount(offer.memory)}"
            rows.append(f"| {kind} | `{offer.name}` | {sizes} | {offer.licence} | {offer.good} |")
    return "\n".join(rows)


if __name__ == "__main__":
    for page, text in ((NODES, node_page()), (API, api_page()), (MODELS, models_page())):
        page.write_text(text, encoding="utf-8")
        print(page)
