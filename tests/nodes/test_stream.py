"""The stream family: where items come from, how they meet, what becomes of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import graph
import nodes  # noqa: F401 - fills the registry
from graph import BadInput, Run


def link(name: str) -> dict[str, str]:
    node, _, output = name.partition(".")
    return {"node": node, "output": output}


def flow(**given: tuple[str, dict[str, Any]]) -> graph.Workflow:
    """A workflow of name=(type, inputs), where "@node.output" is a link."""
    table = {
        name: {
            "type": kind,
            "inputs": {k: link(v[1:]) if isinstance(v, str) and v.startswith("@") else v for k, v in inputs.items()},
        }
        for name, (kind, inputs) in given.items()
    }
    return graph.build({"format": 1, "nodes": table})


def run(workflow: graph.Workflow, folder: Path, *targets: str, **more: Any) -> tuple[graph.Result, list[graph.Event]]:
    assert graph.problems(workflow, graph.registry) == []
    events: list[graph.Event] = []
    plan = graph.plan(workflow, graph.registry, targets or None)
    make = lambda name: Run(name, folder / "out", folder, tell=events.append)  # noqa: E731
    return graph.execute(plan, make, listener=events.append, **more), events


def picture(path: Path, grey: int, size: tuple[int, int] = (8, 6)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", size, (grey,) * 3).save(path)


def texts(workflow_end: str, folder: Path, **given: Any) -> list[str]:
    workflow = flow(**given, all=("stream.texts", {"items": f"@{workflow_end}"}))
    return run(workflow, folder, "all")[0].values["all"]["texts"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, ["a", "b.x", "deep/c"], id="pictures in the order of their names"),
        pytest.param({"recursive": False}, ["a", "b.x"], id="this folder alone"),
        pytest.param({"pattern": "*.txt"}, ["notes"], id="another pattern"),
        pytest.param({"pattern": "A.* c.*"}, ["a", "deep/c"], id="several patterns"),
    ],
)
def test_folder(tmp_path: Path, options: dict[str, Any], expected: list[str]) -> None:
    for name in ("b.x.png", "a.png", "deep/c.jpg"):
        picture(tmp_path / "in" / name, 9)
    (tmp_path / "in" / "notes.txt").write_text("x")
    assert texts("files.name", tmp_path, files=("stream.folder", {"path": "in", **options})) == expected


def test_results_lie_as_the_originals_do_and_a_second_run_adds_what_is_new(tmp_path: Path) -> None:
    for name, grey in (("a", 10), ("deep/b", 20), ("deep/c", 30)):
        picture(tmp_path / "in" / f"{name}.png", grey)
    workflow = flow(
        files=("stream.folder", {"path": "in"}),
        load=("image.load", {"path": "@files.path"}),
        small=("image.resize", {"image": "@load.image", "width": 4, "height": 3}),
        save=("image.save", {"image": "@small.image", "name": "@files.name"}),
    )

    def again() -> int:
        prints = graph.Fingerprints(lambda name: graph.find_file(name, tmp_path))
        fingerprint = lambda hint, name: prints(name)  # noqa: E731
        plan = graph.plan(workflow, graph.registry)
        journal = graph.Journal(tmp_path / "out")
        _, events = run(
            workflow, tmp_path, keys=graph.keys_of(plan, fingerprint), fingerprint=fingerprint, journal=journal
        )
        journal.close()
        return sum(isinstance(event, graph.Wrote) for event in events)

    assert again() == 3
    made = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png")}
    assert made == {"a.png", "deep/b.png", "deep/c.png"}
    picture(tmp_path / "in" / "d.png", 40)
    picture(tmp_path / "in" / "a.png", 50)
    assert again() == 2
    assert again() == 0


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("t.csv", "word,n\nred,1\n\"a, b\",2\n", ["red", "a, b"], id="csv"),
        pytest.param("t.csv", "\ufeffword;n\r\nred;1\r\n", ["red"], id="semicolons of a spreadsheet"),
        pytest.param("t.tsv", "n\tword\n1\tblau\n", ["blau"], id="tabs"),
        pytest.param("t.jsonl", '{"word": "red"}\n\n{"word": 3}\n', ["red", "3"], id="json lines"),
    ],
)  # fmt: skip
def test_rows(tmp_path: Path, name: str, text: str, expected: list[str]) -> None:
    (tmp_path / name).write_bytes(text.encode())
    rows = {"rows": ("stream.rows", {"path": name}), "cell": ("stream.cell", {"row": "@rows.row", "column": "word"})}
    assert texts("cell.text", tmp_path, **rows) == expected


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("t.csv", "a,b\n1,2,3\n", "line 2 of 't.csv' has more cells", id="too many cells"),
        pytest.param("t.csv", b"a,b\n\xff\xfe,2\n", "can't be read as a table", id="no utf-8"),
        pytest.param("t.jsonl", '{"colour": 1}\n{"a": \n', "line 2 of 't.jsonl' is no JSON", id="torn json"),
        pytest.param("t.jsonl", "[1]\n", "is no table", id="a list"),
        pytest.param("t.csv", "word\nred\n", "there is no column 'colour'", id="no such column"),
    ],
)
def test_rows_that_are_wrong(tmp_path: Path, name: str, text: str | bytes, told: str) -> None:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    rows = {"rows": ("stream.rows", {"path": name}), "cell": ("stream.cell", {"row": "@rows.row", "column": "colour"})}
    with pytest.raises(BadInput, match=r"colour|line|read|table") as caught:
        texts("cell.text", tmp_path, **rows)
    assert told in str(caught.value)


def numbers(workflow: graph.Workflow, folder: Path) -> Any:
    return run(workflow, folder, "all")[0].values["all"]


def shown(folder: Path, **given: Any) -> list[str]:
    """The texts "left right" of the pairs of the node ``pairs``."""
    both = ("value.template", {"text": "{a} {b}", "a": "@pairs.left", "b": "@pairs.right"})
    return texts("both.text", folder, **given, both=both)


LINES = {"one": ("stream.lines", {"text": "a\nb\n\nc"}), "two": ("stream.lines", {"text": "x\ny"})}


def items(folder: Path, kind: str, **inputs: Any) -> list[str]:
    return texts("some.item", folder, **LINES, some=(kind, inputs))


def test_take_shuffle_join(tmp_path: Path) -> None:
    assert items(tmp_path, "stream.take", items="@one.text", count=1, skip=1) == ["b"]
    assert items(tmp_path, "stream.join", first="@one.text", second="@two.text") == ["a", "b", "c", "x", "y"]
    mixed = items(tmp_path, "stream.shuffle", items="@one.text", seed=3)
    assert Counter(mixed) == Counter("abc")
    assert mixed == items(tmp_path, "stream.shuffle", items="@one.text", seed=3)
    orders = {tuple(items(tmp_path, "stream.shuffle", items="@one.text", seed=seed)) for seed in range(40)}
    assert len(orders) == 6


def pairs(folder: Path, kind: str, **inputs: Any) -> list[tuple[str, str]]:
    given = {**LINES, "p": (kind, {"left": "@one.text", "right": "@two.text", **inputs})}
    left = texts("p.left", folder, **given)
    return list(zip(left, texts("p.right", folder, **given), strict=True))


def test_zip_and_cross(tmp_path: Path) -> None:
    assert pairs(tmp_path, "stream.zip", uneven="shortest") == [("a", "x"), ("b", "y")]
    assert pairs(tmp_path, "stream.cross") == [(a, b) for a in "abc" for b in "xy"]
    with pytest.raises(BadInput, match=r"p\.right: it ends after 2 items, the other one goes on"):
        pairs(tmp_path, "stream.zip")


def test_gate_count_average(tmp_path: Path) -> None:
    workflow = flow(
        n=("stream.seeds", {"first": 1, "count": 9}),
        keep=("stream.gate", {"item": "@n.seed", "measure": "@n.seed", "least": 3.0, "most": 5.0}),
        count=("stream.count", {"items": "@keep.item"}),
        mean=("stream.average", {"numbers": "@keep.item"}),
    )
    result, events = run(workflow, tmp_path)
    assert result.values["count"]["count"] == 3
    assert result.values["mean"]["average"] == 4.0
    assert next(e for e in events if isinstance(e, graph.Dropped)).reason == "1 is less than 3"


def test_contact_sheet_keeps_order_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    for index, grey in enumerate((0, 100, 200)):
        picture(tmp_path / f"{index}.png", grey, (16, 16))
    workflow = flow(
        files=("stream.folder", {"path": "."}),
        load=("image.load", {"path": "@files.path"}),
        sheet=("stream.contact_sheet", {"images": "@load.image", "columns": 2, "side": 16, "most": 2}),
    )
    result, events = run(workflow, tmp_path)
    sheet = result.values["sheet"]["image"]
    assert sheet.shape == (20, 38, 3)
    assert [int(sheet[10, 10, 0]), int(sheet[10, 28, 0])] == [0, 100]
    assert any(isinstance(e, graph.Said) and "the first 2 of 3" in e.text for e in events)
    assert json.loads(json.dumps(result.ran)) == 4
    assert np.asarray(sheet).flags.writeable is False
