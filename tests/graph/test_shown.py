"""What nodes made is kept small, beside the queue, and no run waits for it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from graph.worker import shown
from graph.worker.shown import Shown, read


def jpeg(image: Any, side: int) -> bytes:
    return f"{image.shape} {side}".encode()


def keep(folder: Path, *rows: tuple[str, str, dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    kept = Shown(folder, more.get("jpeg", jpeg), told.append)
    for row in rows:
        kept.hear(*row)
    kept.close()
    return told


def test_pictures_become_small_and_values_are_told(tmp_path: Path) -> None:
    values = {
        "image": np.zeros((20, 30, 3), np.uint8),
        "mask": np.zeros((20, 30), np.uint8),
        "heat": np.full((20, 30), 2.0, np.float32),
        "boxes": np.array([[0, 1, 2.26, 3]], np.float32),
        "text": "word " * 1000,
        "number": 0.5,
        "endless": float("inf"),
        "odd": object(),
    }
    (event,) = keep(tmp_path, ("j1", "n", values))
    assert (event["type"], event["job"], event["node"]) == ("made", "j1", "n")
    outputs = event["outputs"]
    assert outputs.keys() == {"image", "mask", "heat", "boxes", "text", "number"}
    assert [(row["width"], row["height"]) for row in outputs.values() if "picture" in row] == [(30, 20)] * 3
    assert (tmp_path / "j1" / outputs["mask"]["picture"]).read_bytes() == b"(20, 30) 320"
    assert outputs["boxes"] == {"value": [[0.0, 1.0, 2.3, 3.0]]}
    assert len(outputs["text"]["value"]) == shown.LONGEST
    assert read(tmp_path, "j1") == [{"node": "n", "outputs": outputs}]
    assert read(tmp_path, "none") == []


def test_only_the_first_nodes_of_a_job_and_the_newest_jobs_are_kept(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(shown, "NODES", 3)
    monkeypatch.setattr(shown, "JOBS", 2)
    for job in "abc":
        keep(tmp_path, *((job, f"n{n}", {"value": n}) for n in range(5)))
    assert [row["node"] for row in read(tmp_path, "c")] == ["n0", "n1", "n2"]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_does_not_wait_for_pictures(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(image: Any, side: int) -> bytes:
        begun.set()
        assert go_on.wait(20)
        return b""

    kept = Shown(tmp_path, slow, lambda event: None)
    picture = {"image": np.zeros((2, 2, 3), np.uint8)}
    kept.hear("j", "first", picture)
    assert begun.wait(20)
    for n in range(3 * shown.WAITING):  # returns although nobody takes them
        kept.hear("j", f"n{n}", picture)
    go_on.set()
    kept.close()
    assert len(read(tmp_path, "j")) == 1 + shown.WAITING


def test_a_disk_that_refuses_is_told_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("a file in the way")
    told = keep(tmp_path / "made", ("j", "n", {"value": 1}))
    assert [event["type"] for event in told] == ["said"]
