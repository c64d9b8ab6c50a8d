"""The manifest of what the writers of a stream have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import GraftError, Journal

KEY = b"k" * 16


def test_what_one_run_noted_the_next_one_finds(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("here")
    first = Journal(tmp_path)
    first.put(KEY, "save", {"path": str(file)}, [str(file)])
    second = Journal(tmp_path)  # another run over the same folder at the same time
    held = second.get(KEY)
    assert held is not None
    assert (held.values, held.files) == ({"path": str(file)}, (str(file),))
    file.write_text("")
    assert second.get(KEY) is None
    first.close()
    second.close()


def test_items_alike_take_turns_in_each_run_anew(tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        journal = Journal(tmp_path)
        runs.append([journal.turn(KEY) for _ in range(3)])
        journal.close()
    assert runs[0] == runs[1]
    assert len({*runs[0]}) == 3
    assert runs[0][0] == KEY


def test_an_answer_that_is_no_plain_value_is_made_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.put(KEY, "save", {"path": object()}, [])
    assert journal.get(KEY) is None
    journal.close()


def test_a_damaged_manifest_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "manifest.sqlite").write_bytes(b"no database at all " * 100)
    with pytest.raises(GraftError, match=r"manifest\.sqlite.*Move it away"):
        Journal(tmp_path)
