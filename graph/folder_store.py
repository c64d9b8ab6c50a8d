"""Why: what took minutes to make should survive a restart and serve every process. So answers of heavy nodes lie in a folder, one file a
key, written whole or not at all, checked when read, and bounded in bytes.

A file is a header in JSON, the arrays as they lie in memory, and a checksum: nothing in it is ever executed.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from .cache import MemoryStore, Values
from .sockets import is_array

MAGIC = b"graft 1\n"
CHECK = 16  # bytes of the checksum
ABANDONED = 3600.0  # seconds after which a part that nobody finished is swept away
FULL, AFTER = 1.0, 0.9  # shares of the limit at which, and down to which, old answers are removed


class FolderStore:
    """Outputs by key in ``folder``, at most about ``limit`` bytes; what was used longest ago goes first.

    Several processes may share a folder. Trouble with the disk (full, read-only) never ends a run: it is told once to ``trouble``.
    """

    def __init__(self, folder: Path, limit: int, trouble: Callable[[str], None] = lambda text: None) -> None:
        self.folder, self.limit, self.trouble = folder, limit, trouble
        self._told = False
        self._lock = threading.Lock()
        self._bytes: int | None = None  # counted at the first write

    def get(self, key: bytes) -> Values | None:
        """The values, or None where there are none that are whole."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        values = unpack(data)
        if values is None:
            path.unlink(missing_ok=True)
            return None
        with suppress(OSError):  # another process may just have removed it; we have the values
            os.utime(path)
        return values

    def put(self, key: bytes, values: Values) -> bool:
        """Keep ``values``; False where they can't be written down, or the disk would not take them."""
        data = pack(values)
        if data is None or len(data) > self.limit:
            return False
        path = self._path(key)
        part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            self._tell(f"answers are not kept in {self.folder}: {error.strerror or error}")
            return False
        self._count(len(data))
        return True

    def _path(self, key: bytes) -> Path:
        name = key.hex()
        return self.folder / name[:2] / name

    def _tell(self, text: str) -> None:
        if not self._told:
            self._told = True
            self.trouble(text)

    def _count(self, size: int) -> None:
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(size for _, _, size in self._files())
            else:
                self._bytes += size
            if self._bytes > FULL * self.limit:
                self._sweep()

    def _files(self) -> Iterator[tuple[float, Path, int]]:
        """When each answer was last used, where it lies, its bytes; parts that nobody finished are removed on the way."""
        for group in self.folder.glob("??"):
            for entry in os.scandir(group):
                try:
                    state = entry.stat()
                    if not entry.name.endswith(".part"):
                        yield state.st_mtime, Path(entry.path), state.st_size
                    elif time.time() - state.st_mtime > ABANDONED:
                        os.unlink(entry.path)
                except OSError:  # gone in the meantime
                    continue

    def _sweep(self) -> None:
        files = sorted(self._files())
        total = sum(size for _, _, size in files)
        for _, path, size in files:
            if total <= AFTER * self.limit:
                break
            path.unlink(missing_ok=True)
            total -= size
        self._bytes = total


def pack(values: Values) -> bytes | None:
    """The bytes of a file, or None where a value is neither an array nor plain JSON that comes back as it was."""
    header: dict[str, Any] = {}
    arrays: list[bytes] = []
    offset = 0
    for name, value in values.items():
        if is_array(value):
            data = np.ascontiguousarray(value).tobytes()
            header[name] = {"dtype": value.dtype.str, "shape": value.shape, "at": offset}
            arrays.append(data)
            offset += len(data)
            continue
        try:
            text = json.dumps(value)
        except (TypeError, ValueError):
            return None
        if json.loads(text) != value or type(json.loads(text)) is not type(value):
            return None
        header[name] = {"plain": value}
    head = json.dumps(header).encode()
    body = b"".join([len(head).to_bytes(8, "big"), head, *arrays])
    return MAGIC + body + blake2b(body, digest_size=CHECK).digest()


def unpack(data: bytes) -> Values | None:
    """The values of a file, arrays read-only; None when it is torn or not of this format."""
    body, check = data[len(MAGIC) : -CHECK], data[-CHECK:]
    if not data.startswith(MAGIC) or len(body) < 8 or blake2b(body, digest_size=CHECK).digest() != check:
        return None
    start = 8 + int.from_bytes(body[:8], "big")
    values: dict[str, Any] = {}
    for name, entry in json.loads(body[8:start]).items():
        if "plain" in entry:
            values[name] = entry["plain"]
            continue
        count = int(np.prod(entry["shape"], dtype=np.int64))
        flat = np.frombuffer(body, np.dtype(entry["dtype"]), count, start + entry["at"])
        values[name] = flat.reshape(entry["shape"])
    return values


class LayeredStore:
    """Memory in front, and behind it a folder for what heavy nodes made."""

    def __init__(self, memory: MemoryStore, folder: FolderStore) -> None:
        self.memory, self.folder = memory, folder

    def get(self, key: bytes, *, heavy: bool = False) -> Values | None:
        values = self.memory.get(key)
        if values is None and heavy:
            values = self.folder.get(key)
            if values is not None:
                self.memory.put(key, values, seconds=1.0)
        return values

    def put(self, key: bytes, values: Values, *, heavy: bool = False, seconds: float = 0.0) -> None:
        self.memory.put(key, values, seconds=seconds)
        if heavy:
            self.folder.put(key, values)
