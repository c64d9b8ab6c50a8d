"""Why: work that was saved stays. A graph is one file, written whole or not at all; a save over it keeps what it overwrites as a
revision, and is refused when the one who saves has not seen the newest. What ships with Graft can be read here, never changed.

    workflows/street.json                 the newest
    workflows/.revisions/street/3.json    the third save, once a fourth has overwritten it
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graph
from graph import BadInput, did_you_mean
from nodes.disk import check_name, write_atomic

from .errors import ApiError

MAX_NAME = 100  # characters


@dataclass(frozen=True)
class Text:
    """One revision of a graph. ``number`` counts the saves from 1; ``saved`` is a time.time()."""

    data: bytes
    number: int
    saved: float
    shipped: bool = False

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.data).hexdigest()[:32]


class Saved:
    """The saved graphs of one folder, with those of ``shipped`` behind them. Only one process writes (the data folder is locked)."""

    def __init__(self, folder: Path, shipped: Path) -> None:
        self.folder, self.shipped = folder, shipped
        self._lock = threading.Lock()

    def names(self) -> list[dict[str, Any]]:
        own = {path.stem: path for path in _files(self.folder)}
        rows = [self._row(name, path, False) for name, path in own.items()]
        rows += [self._row(path.stem, path, True) for path in _files(self.shipped) if path.stem not in own]
        return sorted(rows, key=lambda row: str(row["name"]).casefold())

    def get(self, name: str) -> Text:
        """The newest text. ApiError 404 when nothing is called so."""
        check(name)
        found = self._read(name)
        if found is None:
            cure = did_you_mean(name, [row["name"] for row in self.names()], "GET /api/workflows lists them")
            raise ApiError(404, f"there is no workflow '{name}'", cure)
        return found

    def put(self, name: str, data: bytes, *, match: set[str] | None, new: bool) -> tuple[Text, bool]:
        """Save ``data`` and return it, and whether the name was free before.

        match: the etags that the caller has seen ("*" for any). new: he wants a name that is free. ApiError 412 when it is not so.
        """
        check(name)
        graph.parse(data.decode("utf-8"), name=name)
        with self._lock:
            now = self._read(name, shipped=False)
            _refuse_stale(name, now, match, new)
            if now is not None and now.data == data:
                return now, False
            if now is not None:
                self._keep(name, now)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path(name), data)
            return self.get(name), now is None

    def delete(self, name: str, match: set[str] | None) -> None:
        """Take the name away; the text stays as a revision."""
        self.get(name)
        with self._lock:
            now = self._read(name, shipped=False)
            if now is None:
                raise ApiError(403, f"'{name}' ships with Graft", "save your own under another name")
            _refuse_stale(name, now, match, False)
            self._keep(name, now)
            self._path(name).unlink()

    def revisions(self, name: str) -> list[Text]:
        """Every save from the first to the newest. ApiError 404 when there never was one."""
        check(name)
        numbers = self._numbers(name)
        texts = [_text(self._revision(name, number), number) for number in numbers]
        now = self._read(name, shipped=not texts)
        if not texts and now is None:
            self.get(name)
        return [*texts, *([now] if now is not None else [])]

    def revision(self, name: str, number: int) -> Text:
        check(name)
        if number in self._numbers(name):
            return _text(self._revision(name, number), number)
        now = self.get(name)
        if now.number != number:
            raise ApiError(404, f"'{name}' has no revision {number}", f"GET /api/workflows/{name}/revisions lists them")
        return now

    def _keep(self, name: str, text: Text) -> None:
        path = self._revision(name, text.number)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.data)

    def _read(self, name: str, *, shipped: bool = True) -> Text | None:
        if _is_own(self._path(name)):
            return _text(self._path(name), max(self._numbers(name), default=0) + 1)
        path = self.shipped / f"{name}.json"
        return _text(path, 1, shipped=True) if shipped and _is_own(path) else None

    def _numbers(self, name: str) -> list[int]:
        folder = self._revision(name, 0).parent
        return sorted(int(path.stem) for path in _files(folder) if path.stem.isdigit())

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _revision(self, name: str, number: int) -> Path:
        return self.folder / ".revisions" / name / f"{number}.json"

    def _row(self, name: str, path: Path, shipped: bool) -> dict[str, Any]:
        state = path.stat()
        return {"name": name, "bytes": state.st_size, "saved": state.st_mtime, "shipped": shipped}


def check(name: str) -> None:
    """ApiError 400 unless ``name`` can name a file on every system."""
    try:
        if len(name) > MAX_NAME or "/" in name or "{" in name or "}" in name:
            raise BadInput("name", f"{name[:60]!r} is no name of a workflow", "")
        check_name(name)
    except BadInput as error:
        cure = f"use up to {MAX_NAME} letters, digits, spaces, - and _"
        raise ApiError(400, error.what, cure) from None


def _refuse_stale(name: str, now: Text | None, match: set[str] | None, new: bool) -> None:
    if new and now is not None:
        raise ApiError(
            412, f"there is a workflow '{name}' already", "take another name", headers={"ETag": f'"{now.etag}"'}
        )
    if match is None or new:
        return
    if now is None:
        raise ApiError(412, f"there is no workflow '{name}' of yours to overwrite", "save with 'If-None-Match: *'")
    if "*" not in match and now.etag not in match:
        cure = "get the newest, or save under another name"
        raise ApiError(412, f"'{name}' was saved by somebody else meanwhile", cure, headers={"ETag": f'"{now.etag}"'})


def _text(path: Path, number: int, *, shipped: bool = False) -> Text:
    return Text(path.read_bytes(), number, path.stat().st_mtime, shipped)


def _files(folder: Path) -> list[Path]:
    """The graphs of a folder."""
    return [path for path in folder.glob("*.json") if _is_own(path)] if folder.is_dir() else []


def _is_own(path: Path) -> bool:
    """Whether a file lies there itself; a link could lead outside."""
    return path.is_file() and not path.is_symlink()
