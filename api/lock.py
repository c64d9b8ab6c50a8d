"""Why: two servers over one data folder would each run the other's jobs. The first holds a lock that the system lets go when the
process ends, however it ends; the second is told who has it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph import GraftError


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder for this process. GraftError when another server has it, or it can't be made."""
    path = data / "server.lock"
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GraftError(
            f"the data folder {data} can't be used: {error.strerror}", "give another one with --data"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(handle, 40).decode("ascii", "replace").strip() or "unknown"
            cure = "use that server, stop it, or give this one another folder with --data"
            raise GraftError(f"another server (process {owner}) uses the data folder {data}", cure) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
