"""Names that stay inside the folder, writes that are whole or not there, and workflows inside pictures."""

from __future__ import annotations

import errno
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from graph import BadInput
from nodes import disk

WORKFLOW = {"format": 1, "title": "Ümläut 車", "nodes": {"a": {"type": "image.solid", "inputs": {"colour": "#ff0000"}}}}


@pytest.mark.parametrize("name", ["car", "red car-{n}", "cars/red/one", "車", "v1.2", "console"])
def test_good_names(name: str) -> None:
    disk.check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("  ", id="spaces"),
        pytest.param("/etc/passwd", id="absolute"),
        pytest.param("C:/car", id="drive"),
        pytest.param("C:car", id="drive-relative"),
        pytest.param("..\\car", id="backslash"),
        pytest.param("../car", id="parent"),
        pytest.param("cars/../../car", id="parent-inside"),
        pytest.param(".", id="dot"),
        pytest.param(".hidden", id="hidden"),
        pytest.param("cars//red", id="empty-part"),
        pytest.param("cars/", id="trailing-slash"),
        pytest.param("car.", id="trailing-dot"),
        pytest.param("car ", id="trailing-space"),
        pytest.param("a:b", id="stream"),
        pytest.param("a*b", id="star"),
        pytest.param("a\0b", id="zero-byte"),
        pytest.param("a\nb", id="new-line"),
        pytest.param("NUL", id="device"),
        pytest.param("con.txt", id="device-with-ending"),
        pytest.param("set/lpt1", id="device-in-folder"),
        pytest.param("x" * 201, id="too-long"),
        pytest.param("車" * 67, id="too-long-in-bytes"),
        pytest.param("a\ud800", id="lone-surrogate"),
        pytest.param("car-{m}", id="unknown-brace"),
        pytest.param("{n}-{n}", id="two-counters"),
        pytest.param("{n}/car", id="counter-in-folder"),
    ],
)
def test_bad_names(name: str) -> None:
    with pytest.raises(BadInput) as error:
        disk.check_name(name)
    assert error.value.socket == "name"
    assert error.value.cure


@pytest.mark.parametrize(
    ("there", "pattern", "expected"),
    [
        pytest.param([], "car", ["car.png", "car-0002.png", "car-0003.png"], id="fresh"),
        pytest.param(["car.png"], "car", ["car-0002.png", "car-0003.png", "car-0004.png"], id="taken"),
        pytest.param(["car.png", "car-0007.png"], "car", ["car-0008.png", "car-0009.png", "car-0010.png"], id="gap"),
        pytest.param(
            ["car-12345.png"], "car-{n}", ["car-12346.png", "car-12347.png", "car-12348.png"], id="five-digits"
        ),
        pytest.param(["car-0003.jpg"], "car-{n}", ["car-0001.png", "car-0002.png", "car-0003.png"], id="other-ending"),
        pytest.param(["a3b.png"], "a{n}b", ["a0004b.png", "a0005b.png", "a0006b.png"], id="counter-inside"),
        pytest.param(["axb-0009.png"], "a.b", ["a.b.png", "a.b-0002.png", "a.b-0003.png"], id="dot-is-no-pattern"),
    ],
)
def test_numbered(tmp_path: Path, there: list[str], pattern: str, expected: list[str]) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert list(islice(disk.numbered(tmp_path, pattern, ".png"), 3)) == expected


def test_write_atomic_replaces_or_refuses(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert disk.write_atomic(path, b"one") == path
    disk.write_atomic(path, lambda file: file.write(b"two"))
    with pytest.raises(FileExistsError):
        disk.write_atomic(path, b"three", overwrite=False)
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a"]


def test_new_files_get_ordinary_rights(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    disk.write_atomic(tmp_path / "a", b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(errno.ENOSPC, "full")], ids=["ctrl-c", "disk-full"])
def test_failed_write_leaves_nothing_and_keeps_the_old(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def half(file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise failure

    with pytest.raises((KeyboardInterrupt, OSError)):
        disk.write_atomic(path, half)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object, target: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    names = [disk.write_new(tmp_path, disk.numbered(tmp_path, "a", ".x"), b"data").name for _ in range(3)]
    assert names == ["a.x", "a-0002.x", "a-0003.x"]
    assert sorted(os.listdir(tmp_path)) == sorted(names)
    assert all((tmp_path / name).read_bytes() == b"data" for name in names)


def test_writers_at_once_never_share_a_name(tmp_path: Path) -> None:
    start = Barrier(3)

    def write_many(text: str) -> list[str]:
        start.wait()
        return [disk.write_new(tmp_path, disk.numbered(tmp_path, "a", ".x"), text.encode()).name for _ in range(25)]

    with ThreadPoolExecutor(3) as pool:
        written = dict(zip("abc", pool.map(write_many, "abc"), strict=True))
    names = [name for group in written.values() for name in group]
    assert len(set(names)) == 75
    assert sorted(names) == sorted(os.listdir(tmp_path))
    assert all((tmp_path / name).read_text() == text for text, group in written.items() for name in group)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(PermissionError(errno.EACCES, "Permission denied"), "can't be written to", id="denied"),
        pytest.param(OSError(errno.EROFS, "Read-only file system"), "can't be written to", id="read-only"),
        pytest.param(OSError(errno.ENOSPC, "No space left"), "is full", id="full"),
        pytest.param(NotADirectoryError(errno.ENOTDIR, "Not a directory"), "a file of that name", id="file-in-the-way"),
        pytest.param(IsADirectoryError(errno.EISDIR, "Is a directory"), "is a folder", id="folder-in-the-way"),
        pytest.param(OSError(errno.ENAMETOOLONG, "File name too long"), "too long", id="long"),
        pytest.param(OSError(errno.EIO, "Input/output error"), "Input/output error", id="other"),
    ],
)
def test_disk_errors_are_explained(tmp_path: Path, error: OSError, words: str) -> None:
    with pytest.raises(BadInput) as raised, disk.explained("name", tmp_path / "a.png"):
        raise error
    assert words in raised.value.what
    assert raised.value.cure
    assert raised.value.__cause__ is error


def _picture(path: Path, **options: object) -> Path:
    Pillow.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path, **options)
    return path


def test_workflow_comes_back(tmp_path: Path) -> None:
    exif = disk.exif_with_workflow(WORKFLOW)
    files = [
        _picture(tmp_path / "a.png", pnginfo=disk.png_with_workflow(WORKFLOW)),
        _picture(tmp_path / "a.jpg", exif=exif),
        _picture(tmp_path / "a.webp", exif=exif),
    ]
    assert [disk.read_workflow(file) for file in files] == [WORKFLOW] * 3


def test_a_large_workflow_comes_back_from_a_png(tmp_path: Path) -> None:
    large = {"nodes": {f"n{i}": {"type": "value.text", "inputs": {"text": "x" * 500}} for i in range(4_000)}}
    file = _picture(tmp_path / "a.png", pnginfo=disk.png_with_workflow(large))
    assert disk.read_workflow(file) == large


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _png_with(chunk: bytes) -> bytes:
    header = _chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]))
    pixels = _chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + chunk + pixels + _chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="no-picture"),
        pytest.param(_png_with(b""), id="no-workflow"),
        pytest.param(_png_with(_chunk(b"tEXt", b"graft\0{")), id="broken-json"),
        pytest.param(_png_with(_chunk(b"tEXt", b"graft\0[1]")), id="a-list"),
        pytest.param(_png_with(_chunk(b"tEXt", b"graft\0" + b'{"a":' * 50_000)), id="deep-json"),
        pytest.param(_png_with(_chunk(b"tEXt", b"graft")), id="no-value"),
        pytest.param(_png_with(_chunk(b"zTXt", b"graft\0\0" + zlib.compress(b" " * (8 << 20)))), id="text-bomb"),
        pytest.param(_png_with(_chunk(b"tEXt", b'graft\0{"a":1}'))[:60], id="cut-off"),
        pytest.param(_png_with(b"\xff\xff\xff\xfftEXtgraft\0{}"), id="length-lies"),
        pytest.param(b"\xff\xd8\xff\xe1\x00\x10Exif\0\0II*\0\xff\xff\xff\xff", id="jpeg-exif-lies"),
        pytest.param(b"RIFF\x10\0\0\0WEBPEXIF\xff\xff\xff\xff", id="webp-lies"),
    ],
)
def test_hostile_files_hold_no_workflow(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(data)
    assert disk.read_workflow(file) is None


def test_a_foreign_comment_is_no_workflow(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0a nice day"
    assert disk.read_workflow(_picture(tmp_path / "a.jpg", exif=exif.tobytes())) is None


def test_compressed_workflow_text_is_read_too(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("graft", '{"title": "é"}', zip=True)
    assert disk.read_workflow(_picture(tmp_path / "a.png", pnginfo=info)) == {"title": "é"}


def test_a_missing_file_is_the_callers_business(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.read_workflow(tmp_path / "a.png")
