"""What the table of formats says was run: each row's weights are loaded from the shelf, and a node works with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nodes  # noqa: F401 - fills the registry
from docs.formats import PAGE, page
from graph import Settings
from nodes.models import KINDS, Shelf
from tests.formats import ROWS, Format
from tests.toys import toy_run


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_it_loads_and_works_on_the_processor(row: Format, tmp_path: Path) -> None:
    path = tmp_path / f"{row.name}{row.ending}"
    row.make(path)
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    assert shelf.find(row.kind, str(path)).path.exists()
    shelf.get(row.kind, str(path))
    answer = row.call(str(path), shelf, toy_run(tmp_path, shelf))
    assert answer is not None
    if isinstance(answer, np.ndarray):
        assert answer.dtype == np.uint8
        assert answer.std() > 0
    shelf.close()


def test_every_kind_of_the_shelf_has_a_row() -> None:
    assert {row.kind for row in ROWS} == set(KINDS)


def test_no_row_is_there_twice() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)


def test_the_table_in_the_documentation_has_these_rows() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it again: .venv/bin/python -m docs.formats"
