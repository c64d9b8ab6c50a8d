"""What is saved comes back, carries its workflow, never hits another file and never leaves the output folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from graph import BadInput
from nodes import disk
from nodes.image import load, save
from tests.toys import toy_run

IMAGE = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)
ALPHA = np.random.default_rng(4).integers(0, 256, (20, 30), dtype=np.uint8)
WORKFLOW = {"format": 1, "nodes": {"a": {"type": "image.solid", "inputs": {}}}}
SMOOTH = np.linspace(0, 255, 64 * 64 * 3).astype(np.uint8).reshape(64, 64, 3)


@pytest.mark.parametrize("format", ["png", "webp"])
def test_exact_formats_come_back_with_colours_under_transparency(tmp_path: Path, format: Any) -> None:
    run = toy_run(tmp_path)
    path = save(IMAGE, "a", format, quality=100, alpha=ALPHA, run=run)
    image, alpha = load(path, run=run)
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(alpha, ALPHA)
    assert run.written == [Path(path)]


@pytest.mark.parametrize(("format", "ending"), [("png", ".png"), ("jpeg", ".jpg"), ("webp", ".webp")])
def test_the_file_is_what_its_name_says_and_carries_the_workflow(tmp_path: Path, format: Any, ending: str) -> None:
    path = Path(save(SMOOTH, "a", format, run=toy_run(tmp_path, workflow=WORKFLOW)))
    assert path == tmp_path / f"a{ending}"
    with Pillow.open(path) as picture:
        assert picture.format == format.upper()
        assert abs(np.asarray(picture.convert("RGB")).astype(int) - SMOOTH).mean() < 3
    assert disk.read_workflow(path) == WORKFLOW


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_the_workflow_can_be_left_out(tmp_path: Path, format: Any) -> None:
    secret = {"nodes": {"a": {"inputs": {"text": "TOP-SECRET"}}}}
    path = Path(save(IMAGE, "a", format, keep_workflow=False, run=toy_run(tmp_path, workflow=secret)))
    assert disk.read_workflow(path) is None
    assert b"SECRET" not in path.read_bytes()


def test_a_workflow_too_large_for_a_jpeg_is_announced(tmp_path: Path) -> None:
    run = toy_run(tmp_path, workflow={"nodes": {"a": "x" * 70_000}})
    path = Path(save(IMAGE, "a", "jpeg", run=run))
    assert "too large for a jpeg" in run.said[0]
    assert disk.read_workflow(path) is None
    path = Path(save(IMAGE, "a", "webp", run=run))
    assert disk.read_workflow(path) == run.workflow


def test_quality_counts(tmp_path: Path) -> None:
    for format in ("jpeg", "webp"):
        low, high = (
            Path(save(IMAGE, "a", format, quality, run=toy_run(tmp_path))).stat().st_size for quality in (10, 95)
        )
        assert low < high


def test_names_count_on_and_overwriting_is_a_choice(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    names = [Path(save(IMAGE, "car", run=run)).name for _ in range(3)]
    assert names == ["car.png", "car-0002.png", "car-0003.png"]
    assert Path(save(SMOOTH, "car", overwrite=True, run=run)).name == "car.png"
    np.testing.assert_array_equal(load("car.png", run=run).image, SMOOTH)
    assert len(os.listdir(tmp_path)) == 3
    counted = [Path(save(IMAGE, "set/{n}", overwrite=True, run=run)).relative_to(tmp_path).as_posix() for _ in range(2)]
    assert counted == ["set/0001.png", "set/0002.png"]


@pytest.mark.parametrize("name", ["a.png", "a.PNG"])
def test_a_right_ending_is_not_doubled(tmp_path: Path, name: str) -> None:
    assert Path(save(IMAGE, name, run=toy_run(tmp_path))).name == "a.png"


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for format in ("png", "jpeg", "webp"):
        first, second = (Path(save(IMAGE, "a", format, run=toy_run(tmp_path, workflow=WORKFLOW))) for _ in range(2))
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("image", "options", "socket", "words"),
    [
        pytest.param(IMAGE, {"name": "../a"}, "name", "'../a'", id="escape"),
        pytest.param(IMAGE, {"name": "a.jpg"}, "name", "ends in .jpg but the format is png", id="other-ending"),
        pytest.param(IMAGE, {"name": "..png"}, "name", "a dot", id="only-an-ending"),
        pytest.param(IMAGE, {"format": "jpeg", "alpha": ALPHA}, "format", "no transparency", id="jpeg-alpha"),
        pytest.param(IMAGE, {"alpha": ALPHA[:5]}, "alpha", "30×5", id="alpha-size"),
        pytest.param(np.zeros((1, 16_384, 3), np.uint8), {"format": "webp"}, "format", "at most 16383", id="webp-long"),
        pytest.param(np.zeros((65_600, 1, 3), np.uint8), {"format": "jpeg"}, "format", "at most 65500", id="jpeg-long"),
    ],
)
def test_bad_wishes(tmp_path: Path, image: np.ndarray, options: dict[str, Any], socket: str, words: str) -> None:
    with pytest.raises(BadInput) as error:
        save(image, **options, run=toy_run(tmp_path))
    assert error.value.socket == socket
    assert words in error.value.what
    assert error.value.cure
    assert os.listdir(tmp_path) == []


def test_a_link_inside_the_folder_does_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="leads out of the output folder"):
        save(IMAGE, "link/a", run=toy_run(tmp_path / "out"))
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    for name in ("a", "sub/a"):
        with pytest.raises(BadInput, match="a file of that name is in the way"):
            save(IMAGE, name, run=toy_run(tmp_path / "out"))


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        save(IMAGE, "a", overwrite=True, run=toy_run(tmp_path))
    assert Path(save(IMAGE, "a", run=toy_run(tmp_path))).name == "a-0002.png"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(BadInput, match="can't be written to"):
            save(IMAGE, "a", run=toy_run(tmp_path))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(("code", "words"), [(errno.EACCES, "can't be written to"), (errno.ENOSPC, "is full")])
def test_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str) -> None:
    def refuse(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    run = toy_run(tmp_path)
    with pytest.raises(BadInput, match=words) as error:
        save(IMAGE, "a", run=run)
    assert str(tmp_path) in error.value.what
    assert "--out" in error.value.cure
    assert os.listdir(tmp_path) == []
    assert run.written == []


def test_the_output_folder_is_made(tmp_path: Path) -> None:
    assert Path(save(IMAGE, "deep/er/a", run=toy_run(tmp_path / "new"))).is_file()
