"""Where the items of a stream come from. Everything behind one of these runs once per item."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from graph import BadInput, File, Run, Seed, Slider, Text, node

PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"


class Found(NamedTuple):
    """path: the whole path of a file. name: the same from the folder on, without its ending. index: 0 for the first."""

    path: Annotated[str, File()]
    name: str
    index: int


@node(family="stream", tags=("batch", "directory", "glob", "files", "iterate", "dataset"))
def folder(
    path: Annotated[str, File("folder")], pattern: str = PICTURES, recursive: bool = True, *, run: Run
) -> Iterator[Found]:
    """Give the files of a folder, one after the other, in the order of their names.

    Link `name` to the name of image.save, and the results lie as the originals do.

    path: the folder.
    pattern: which files, with * and ?; several patterns with blanks between them. Capitals do not matter.
    recursive: also those in folders within the folder.
    """
    base = run.find(path)
    if not base.is_dir():
        raise BadInput("path", f"'{path}' is no folder", "give a folder, or use image.load for one file")
    patterns = pattern.lower().split() or ["*"]
    files = [
        file for file in _walk(base, recursive) if any(fnmatch(file.rpartition("/")[2].lower(), p) for p in patterns)
    ]
    if not files:
        raise BadInput("path", f"no file in '{path}' is like {pattern}", "change the pattern, or take another folder")
    run.expect(len(files))
    for index, file in enumerate(files):
        yield Found(str(base / file), str(Path(file).with_suffix("")), index)


def _walk(base: Path, recursive: bool) -> list[str]:
    """Paths of files below ``base``, with / between, sorted; links to folders are not followed, so that no circle catches us."""
    found: list[str] = []
    for root, folders, files in os.walk(base):
        inside = Path(root).relative_to(base).as_posix()
        found.extend(name if inside == "." else f"{inside}/{name}" for name in files)
        if not recursive:
            folders.clear()
    return sorted(found)


class Row(NamedTuple):
    """row: the cells by column. index: 0 for the first."""

    row: Any
    index: int


@node(family="stream", tags=("table", "csv", "jsonl", "list", "iterate", "batch"))
def rows(path: Annotated[str, File("table")], *, run: Run) -> Iterator[Row]:
    """Give the rows of a table, one after the other: a CSV or TSV file with a line of names on top, or JSON Lines.

    path: the table; .jsonl and .ndjson are read as JSON Lines, everything else as CSV.
    """
    file = run.find(path)
    reader = _json_rows if file.suffix.lower() in (".jsonl", ".ndjson") else _csv_rows
    for index, row in enumerate(reader(file)):
        yield Row(row, index)


def _csv_rows(file: Path) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head = lines.read(65536)
            lines.seek(0)
            first = head.partition("\n")[0]
            delimiter = max(",;\t", key=first.count)
            for number, row in enumerate(
                csv.DictReader(lines, delimiter=delimiter, restkey="", restval="", strict=True), 2
            ):
                if "" in row:
                    raise BadInput(
                        "path", f"line {number} of '{file.name}' has more cells than there are names", "mend the line"
                    )
                yield dict(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput("path", f"'{file.name}' can't be read as a table: {error}", "save it as CSV in UTF-8") from error


def _json_rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadInput(
                    "path", f"line {number} of '{file.name}' is no JSON: {error}", "mend the line"
                ) from error
            if not isinstance(row, dict):
                raise BadInput(
                    "path", f"line {number} of '{file.name}' is no table", 'write {"name": value, …} in each line'
                )
            yield row


@node(family="stream", output="text", tags=("column", "field", "table"))
def cell(row: Any, column: str) -> str:
    """One cell of a row, as text.

    row: a row of stream.rows.
    column: the column's name.
    """
    if not isinstance(row, dict):
        raise BadInput("row", "it is no row of a table", "link the row of stream.rows")
    if column not in row:
        raise BadInput("column", f"there is no column '{column}'", f"it has {', '.join(map(str, row))}")
    value = row[column]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@node(
    family="stream",
    output="text",
    tags=("prompts", "words", "iterate", "list"),
    count=lambda wish: sum(bool(line.strip()) for line in wish["text"].splitlines()),
)
def lines(text: Annotated[str, Text(multiline=True)], *, run: Run) -> Iterator[str]:
    """Give the lines of a text, one after the other; empty ones are left out.

    text: for example one prompt a line.
    """
    found = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    if not found:
        raise BadInput("text", "there is no line in it", "write one item a line")
    run.expect(len(found))
    yield from found


@node(family="stream", output="index", tags=("times", "loop", "count", "iterate"), count=lambda wish: wish["times"])
def repeat(times: Annotated[int, Slider(1, 1_000_000)] = 10, *, run: Run) -> Iterator[int]:
    """Count from 0, so that everything behind runs so many times.

    times: how often.
    """
    run.expect(times)
    yield from range(times)


@node(family="stream", output="seed", tags=("random", "variations", "iterate"), count=lambda wish: wish["count"])
def seeds(
    first: Annotated[int, Seed()] = 0, count: Annotated[int, Slider(1, 1_000_000)] = 4, *, run: Run
) -> Iterator[int]:
    """Give seeds, one after the other: one variation for each.

    first: the first seed; the others follow it.
    count: how many.
    """
    if first + count > 2**53:
        raise BadInput("first", f"{count} seeds after {first} are beyond what a seed can be", "begin lower")
    run.expect(count)
    yield from range(first, first + count)
