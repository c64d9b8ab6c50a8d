"""Writing files so that none is half-written, lost or outside the output folder; and the workflow inside a picture.

A file is written beside its place under a hidden name, flushed to the disk and only then given its name, in one step. A
new name is taken with a hard link, which fails when the name exists: any number of processes can save "car.png" at
once, and each gets its own number.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from PIL import ExifTags, PngImagePlugin
from PIL import Image as Pillow

from graph import BadInput

Data = bytes | Callable[[BinaryIO], object]

WORKFLOW_KEY = "graft"
MAX_WORKFLOW = 32 << 20
"""The longest embedded workflow that is read, in characters."""
MAX_JPEG_EXIF = 65_000
"""A JPEG keeps its EXIF data in one segment of 65,533 bytes, header included."""

_USER_COMMENT = 0x9286
_COMMENT_CODE = b"ASCII\0\0\0"
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_WINDOWS_NAMES = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
_MAX_NAME_BYTES = 200


# --- names ---


def check_name(name: str, socket: str = "name") -> None:
    """Raise BadInput unless `name` ("car" or "set one/car") is a relative path that every common system can write."""
    if not name.strip():
        raise BadInput(socket, "the name is empty", 'give a name such as "picture"')
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\\" in name:
        cure = 'use a name such as "cars/red", and choose the folder with --out'
        raise BadInput(socket, f"{name[:80]!r} is not a name inside the output folder", cure)
    problems = (_pattern_problem(name), *map(_part_problem, name.split("/")))
    if problem := next(filter(None, problems), None):
        raise BadInput(socket, f"{name[:80]!r} {problem}", 'write it like "red car" or "cars/red-{n}"')


def _pattern_problem(name: str) -> str | None:
    folder, _, last = name.rpartition("/")
    if re.search(r"[{}]", folder + last.replace("{n}", "", 1)):
        return "has a brace that is not the one {n} in the last part"
    return None


def _part_problem(part: str) -> str | None:
    bad = re.search(r'[<>:"|?*\x00-\x1f\x7f]', part)
    if bad:
        return f"holds the reserved character {bad.group()!r}"
    if not part:
        return "has an empty part"
    if part != part.strip() or part.startswith(".") or part.endswith("."):
        return f"has a part that begins or ends with a space or a dot: {part!r}"
    if part.split(".")[0].lower() in _WINDOWS_NAMES:
        return f"uses {part!r}, which Windows reserves"
    try:
        return "is too long" if len(part.encode()) > _MAX_NAME_BYTES else None
    except UnicodeEncodeError:
        return "holds characters that can't be written"


def numbered(folder: Path, pattern: str, ending: str) -> Iterator[str]:
    """Yield file names not seen in `folder`, endlessly: "car.png", "car-0002.png" ...; "car-{n}": "car-0001.png" ...

    Numbering goes on behind the highest number there; gaps left by deleted files are not filled.
    """
    counted = "{n}" in pattern
    template = pattern if counted else pattern + "-{n}"
    before, after = template.split("{n}", 1)
    if not counted and not os.path.lexists(os.path.join(folder, pattern + ending)):
        yield pattern + ending  # in most cases all, without looking through a folder of a hundred thousand names
    shape = re.compile(re.escape(before) + r"(\d{1,9})" + re.escape(after + ending) + r"\Z")
    names = [entry.name for entry in os.scandir(folder)]
    highest = max((int(match[1]) for match in map(shape.match, names) if match), default=0)
    if not counted:
        highest = max(highest, 1)
    while True:
        highest += 1
        yield f"{before}{highest:04d}{after}{ending}"


# --- atomic writes ---


def write_atomic(path: Path, data: Data, *, overwrite: bool = True, flush: bool = True) -> Path:
    """Write the whole file or nothing, in a folder that is made if need be. data: bytes, or a function that writes into the open file.
    flush: also outlast a power cut; without it, files of the last seconds may be lost or empty then, but a hundred thousand small
    ones cost a third of the time.

    Raises FileExistsError when the file exists and `overwrite` is False, and OSError as the system does.
    """
    with _written_beside(path.parent, data, flush) as temporary:
        if overwrite:
            os.replace(temporary, path)
        else:
            _claim(temporary, path)
    if flush:
        _sync_folder(path.parent)
    return path


def write_new(folder: Path, names: Iterator[str], data: Data, *, flush: bool = True) -> Path:
    """Write under the first of `names` that nobody has taken, never over another file, and return the path. flush: as above."""
    with _written_beside(folder, data, flush) as temporary:
        for name in names:
            with suppress(FileExistsError):
                _claim(temporary, folder / name)
                if flush:
                    _sync_folder(folder)
                return folder / name
    raise FileExistsError(errno.EEXIST, "every name is taken", str(folder))


@contextmanager
def _written_beside(folder: Path, data: Data, flush: bool) -> Iterator[Path]:
    """Write `data` to a hidden file in `folder`, and flush it to the disk or not; that name is gone afterwards, come what may."""
    temporary = folder / f".{os.getpid()}-{secrets.token_hex(6)}.part"
    try:
        with _opened_new(temporary) as file:
            if callable(data):
                data(file)
            else:
                file.write(data)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _opened_new(path: Path) -> BinaryIO:
    """Create a file, and its folder where there is none."""
    try:
        return open(path, "xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb")


def _claim(temporary: Path, path: Path) -> None:
    """Give the finished file its name; FileExistsError when the name is taken."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # FAT and some network disks know no hard links: reserve the name with an empty file, then replace that.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            os.replace(temporary, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """Make a new name survive a power cut, where a folder can be flushed (not on Windows or some network disks)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def explained(socket: str, path: Path) -> Iterator[None]:
    """Turn what a disk can do to a write (denied, full, a file in the way ...) into BadInput on `socket`."""
    try:
        yield
    except OSError as error:
        what, cure = _explain(error, path)
        raise BadInput(socket, what, cure) from error


def _explain(error: OSError, path: Path) -> tuple[str, str]:
    other = "choose another folder with --out"
    if error.errno in _DENIED:
        return (
            f"the folder {path.parent} can't be written to ({error.strerror})",
            f"give yourself the right to write there, or {other}",
        )
    if error.errno in _FULL:
        return f"the disk of {path.parent} is full{_free(path.parent)}", f"free some space, or {other}"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"{path.parent} can't be a folder: a file of that name is in the way", f"rename that file, or {other}"
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder", "choose another name"
    if error.errno == errno.ENAMETOOLONG:
        return f"the name {path.name[:60]!r} is too long for this disk", "use a shorter name"
    return f"{path} can't be written ({error.strerror or error})", other


def _free(folder: Path) -> str:
    with suppress(OSError):
        return f" ({shutil.disk_usage(folder).free / 1e6:.0f} MB left)"
    return ""


# --- the workflow inside a picture ---


def png_with_workflow(workflow: dict[str, Any]) -> PngImagePlugin.PngInfo:
    """The text chunk that carries a workflow in a PNG (tEXt, key "graft", JSON in ASCII)."""
    info = PngImagePlugin.PngInfo()
    info.add_text(WORKFLOW_KEY, _json(workflow))
    return info


def exif_with_workflow(workflow: dict[str, Any]) -> bytes:
    """The EXIF block that carries a workflow in a JPEG or WebP (UserComment, JSON in ASCII)."""
    exif = Pillow.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[_USER_COMMENT] = _COMMENT_CODE + _json({WORKFLOW_KEY: workflow}).encode("ascii")
    return exif.tobytes()


def read_workflow(path: Path) -> dict[str, Any] | None:
    """Read back the workflow that image.save put into a PNG, JPEG or WebP; None when there is none to be read.

    The pixels are not decoded. Damaged and hostile files give None; a file that can't be opened raises OSError.
    """
    with open(path, "rb") as file:
        try:
            with Pillow.open(file, formats=("PNG", "JPEG", "WEBP")) as picture:
                text = picture.info.get(WORKFLOW_KEY) if picture.format == "PNG" else _user_comment(picture)
            if not isinstance(text, str) or len(text) > MAX_WORKFLOW:
                return None
            found = json.loads(text)
            if picture.format != "PNG" and isinstance(found, dict):
                found = found.get(WORKFLOW_KEY)
        except (
            Exception
        ):  # the headers come from strangers; decoders raise nearly anything on them, and all of it means "none"
            return None
    return found if isinstance(found, dict) else None


def _user_comment(picture: Pillow.Image) -> str | None:
    comment = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(_USER_COMMENT)
    if isinstance(comment, bytes) and comment.startswith(_COMMENT_CODE):
        return comment[len(_COMMENT_CODE) :].decode("ascii")
    return None


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
