"""Why: a file's name says nothing about what lies there. Size and time are looked at first; only a file that they say is new is read, and
then it is known by its content, so that a copied or touched file is no new file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

CHUNK = 1 << 20
LISTED = 200_000  # entries of a folder that are looked at


class Fingerprints:
    """Fingerprints of files and folders, remembered as long as size and time stay. ``find`` tells where a name lies."""

    def __init__(self, find: Callable[[str], Path | None]) -> None:
        self.find = find
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str) -> str:
        """A short text that changes when what lies at ``name`` does; "" where nothing lies there."""
        path = self.find(name)
        if path is None:
            return ""
        try:
            return self._folder(path) if path.is_dir() else self._file(path)
        except OSError:
            return ""

    def _file(self, path: Path) -> str:
        state = path.stat()
        mark = (state.st_size, state.st_mtime_ns, state.st_ino)
        with self._lock:
            known = self._known.get(str(path))
        if known is not None and known[0] == mark:
            return known[1]
        digest = blake2b(digest_size=16)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        with self._lock:
            self._known[str(path)] = (mark, digest.hexdigest())
        return digest.hexdigest()

    @staticmethod
    def _folder(path: Path) -> str:
        """Names, sizes and times of all that lies in a folder: to read a hundred thousand pictures for their hash would cost minutes."""
        digest = blake2b(digest_size=16)
        left = LISTED
        for base, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                state = os.stat(os.path.join(base, name), follow_symlinks=False)
                digest.update(f"{base}/{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode("utf-8", "replace"))
                left -= 1
            if left <= 0:
                digest.update(f"more\0{os.stat(path).st_mtime_ns}".encode())
                break
        return digest.hexdigest()
