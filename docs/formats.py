"""Why: a list of formats that "should work" helps nobody. The rows of this table are those that tests/models/test_formats.py loads and runs.

    .venv/bin/python -m docs.formats

docs/memory.json holds what bench/memory.py measured at published sizes; where it has no row, the table says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.formats import ROWS, Format

PAGE, MEMORY = (Path(__file__).with_name(name) for name in ("formats.md", "memory.json"))
HEAD = """\
# Formats

Made by `python -m docs.formats` of the rows that `tests/models/test_formats.py` runs: for each, small weights are written in the true file format with
the true key names, loaded from the shelf by the way that loads the real ones, and used by a node on the processor. Memory is the most that a process took
(resident) while it loaded weights of the published size, with random numbers in them, and used them once on a processor, in the precision named; `python -m
bench.memory` measures it. How the pictures of the real weights look, no such test can say.

| family | kind | format | loads | runs on a processor | memory |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The Markdown text of docs/formats.md."""
    measured: dict[str, Any] = json.loads(MEMORY.read_text(encoding="utf-8"))
    return HEAD + "".join(_row(row, measured.get(row.id)) for row in ROWS)


def _row(row: Format, measured: dict[str, Any] | None) -> str:
    memory = "not measured here"
    if measured is not None:
        memory = f"{measured['bytes'] / 1e9:.1f} GB ({measured['what']}, {measured['date']})"
    return f"| {row.family} | `{row.kind}` | {row.format} | yes | yes | {memory} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
