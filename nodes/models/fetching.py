"""Why: weights are gigabytes over lines that break. What has come is kept and taken up again, by this process or a later one; every file is
compared with the hub's own checksum before it counts; and whoever waits is told how far it is.

The files go into the Hugging Face hub's own cache, under the names that huggingface_hub gives them, so that other programs find them too. The
library itself throws an unfinished file away, which is why the bytes are fetched here; questions, tokens, locks and links are left to it.

    python -m nodes.models KIND NAME

fetches in a process of its own and tells how it goes as JSON lines; it can be ended at any moment.
"""

from __future__ import annotations

import errno
import hashlib
import queue
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from graph import BadInput, Cancelled, GraftError, MissingWeights, did_you_mean

from . import finding, hub

AT_ONCE = 4
"""Files that are fetched side by side."""
PIECE = 1 << 18
"""Bytes that are written at once; as much may be lost when the process is killed."""
TRIES, SILENCE = 5, 30.0
"""How often a broken line is taken up again without a new byte, and how many seconds of silence break it."""
MARGIN = 64 << 20
"""Bytes that must stay free on the disk."""
EVERY = 0.2
"""Seconds between two reports."""
Report = Callable[[int, int], None]
"""Is told how many bytes of how many are here."""


class CutOff(OSError):
    """The hub ended a file before its end."""


@dataclass
class Part:
    """One file of an order. size: bytes, as the hub tells. here: how many of them have come; grows."""

    name: str
    size: int
    here: int = 0


@dataclass(frozen=True)
class Order:
    """What is to be fetched. file: the one file that was asked for, None for a folder. parts: the files that belong to it."""

    kind: str
    repo: str
    revision: str | None
    file: str | None
    parts: tuple[Part, ...] = field(default_factory=tuple)

    @property
    def total(self) -> int:
        """Bytes in all."""
        return sum(part.size for part in self.parts)

    @property
    def here(self) -> int:
        """Bytes that have come."""
        return sum(part.here for part in self.parts)

    @property
    def source(self) -> str:
        return f"https://huggingface.co/{self.repo}"


def order(kind: str, name: str) -> Order:
    """Ask the hub what a name stands for. GraftError when the name is none of the hub's, MissingWeights when the hub can't be reached."""
    match = finding.HUB_NAME.fullmatch(name)
    if match is None:
        cure = "give 'org/repo', 'org/repo@revision' or 'org/repo:file' of the Hugging Face hub"
        raise GraftError(f"'{name[:200]}' is no name of the hub, so it can't be downloaded", cure)
    row = finding.kind_of(kind)
    repo, revision, file = match["repo"], match["revision"], match["file"]
    info = hub.ask(repo, revision, file)
    if file is None and row.patterns == ("*.gguf",):
        file = hub.one_gguf(repo, info)
    parts = tuple(Part(each, size) for each, size in hub.wanted(info, file, row).items())
    if not parts:
        what = f"'{repo}' has no file '{file}'" if file else f"the repository '{repo}' holds no weights of {row.noun}"
        near = did_you_mean(file or "", [sibling.rfilename for sibling in info.siblings])
        raise BadInput("model", what, near or f"choose one that holds {row.wanted}")
    return Order(kind, repo, revision, file, parts)


def fetch(wanted: Order, report: Report | None = None, stop: threading.Event | None = None) -> Path:
    """Fetch all parts and return where the weights lie. Raises GraftError: no room, no permission, damaged; MissingWeights when the line stays
    broken; Cancelled when ``stop`` is set. What has come is kept in each of these cases."""
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.errors import HTTPError

    stop = stop or threading.Event()
    cache = Path(HF_HUB_CACHE)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _check_room(wanted, cache)
        _fetch_all(wanted, cache, report or (lambda done, total: None), stop)
        return _linked(wanted)
    except (OSError, HTTPError) as error:
        raise _explained(error, wanted, cache) from error


def blobs(cache: Path, repo: str) -> Path:
    """The folder in which the hub's cache keeps the files of a repository, by checksum."""
    return cache / f"models--{repo.replace('/', '--')}" / "blobs"


def _check_room(wanted: Order, cache: Path) -> None:
    kept = sum(file.stat().st_size for file in blobs(cache, wanted.repo).glob("*.incomplete"))
    need, free = max(0, wanted.total - kept), shutil.disk_usage(cache).free
    if need + MARGIN > free:
        what = f"{wanted.repo} needs {hub.amount(need)}, but only {hub.amount(free)} are free on the disk of {cache}"
        raise GraftError(what, "free some space there, or let HF_HOME name a folder on another disk")


def _fetch_all(wanted: Order, cache: Path, report: Report, stop: threading.Event) -> None:
    """Fetch the parts side by side, the largest first, on threads that do not outlive the caller."""
    waiting: queue.SimpleQueue[Part] = queue.SimpleQueue()
    for part in sorted(wanted.parts, key=lambda part: -part.size):
        waiting.put(part)
    failed: list[BaseException] = []
    halt = threading.Event()

    def work() -> None:
        while not failed and not halt.is_set():
            try:
                _fetch_one(wanted, waiting.get_nowait(), cache, halt)
            except queue.Empty:
                return
            except BaseException as error:
                failed.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(AT_ONCE, len(wanted.parts)))]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) and not failed:
            if stop.wait(EVERY):
                raise Cancelled
            report(wanted.here, wanted.total)
    finally:
        halt.set()
    if failed:
        raise failed[0]
    report(wanted.here, wanted.total)


def _fetch_one(wanted: Order, part: Part, cache: Path, halt: threading.Event) -> None:
    """Bring one file into the cache under its checksum, unless it is there."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.utils import WeakFileLock

    url = hf_hub_url(wanted.repo, part.name, revision=wanted.revision)
    about = get_hf_file_metadata(url, timeout=hub.TIMEOUT, retry_on_errors=True)
    if not about.etag:
        raise GraftError(f"the hub tells no checksum of '{part.name}'", "ask again later, or see HF_ENDPOINT")
    part.size = about.size or part.size
    blob = blobs(cache, wanted.repo) / about.etag
    lock = cache / ".locks" / blob.parent.parent.name / f"{about.etag}.lock"
    for folder in (blob.parent, lock.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(lock):
        if not blob.exists():
            # Older releases of the library kept unfinished files under this name too, and their bytes are as good.
            unfinished = blob.with_name(f"{about.etag}.incomplete")
            _download(url, part, unfinished, halt)
            _verify(unfinished, about.etag, part, wanted)
            unfinished.rename(blob)
    part.here = part.size


def _download(url: str, part: Part, target: Path, halt: threading.Event) -> None:
    """Append what is missing to ``target``; a line that breaks is taken up again where it broke."""
    from huggingface_hub.errors import HfHubHTTPError, HTTPError

    tries = 0
    with target.open("ab", buffering=0) as file:
        part.here = file.tell()
        while part.here < part.size or not part.size:
            before = part.here
            try:
                _stream(url, part, file, halt)
                if part.here >= part.size:
                    return
                raise CutOff("the hub ended the file too early")
            except (CutOff, HTTPError) as error:
                if isinstance(error, HfHubHTTPError) and error.response.status_code < 500:
                    raise
                tries = 0 if part.here > before else tries + 1
                if tries >= TRIES or halt.wait(min(8.0, 0.25 * 2**tries)):
                    raise


def _stream(url: str, part: Part, file: BinaryIO, halt: threading.Event) -> None:
    """One request for the bytes from ``part.here`` on."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if part.here:
        headers["Range"] = f"bytes={part.here}-"
    with get_session().stream("GET", url, headers=headers, timeout=SILENCE) as response:
        whole = response.status_code == 200
        if response.status_code == 416 or (
            whole and part.here
        ):  # what is there is no beginning of it, or parts are not served
            file.truncate(0)
            part.here = 0
        if response.status_code == 416:
            return
        hf_raise_for_status(response)
        for piece in response.iter_bytes(PIECE):
            if halt.is_set():
                raise Cancelled
            rest = memoryview(piece)
            while rest:  # a disk that is nearly full takes a part of it, and refuses the next
                written = file.write(rest)
                part.here += written
                rest = rest[written:]


def _verify(file: Path, etag: str, part: Part, wanted: Order) -> None:
    """GraftError, and the file is gone, when it is not what the hub has."""
    if file.stat().st_size == part.size and checksum(file, etag) == etag:
        return
    file.unlink()
    what = f"'{part.name}' of {wanted.repo} came damaged: its checksum is not the hub's"
    raise GraftError(what, "start the download again; if it happens twice, a proxy or the disk spoils it")


def checksum(file: Path, like: str) -> str:
    """The checksum of a file in the way in which ``like`` was made: SHA-256 for large files, git's SHA-1 for small ones. ``like`` itself where it
    is neither."""
    if len(like) == 64:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    if len(like) == 40:
        content = file.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return like


def _linked(wanted: Order) -> Path:
    """Let the library give the files their names; all of them are in its cache by now, so it fetches nothing."""
    from huggingface_hub import hf_hub_download

    paths = [
        hf_hub_download(wanted.repo, part.name, revision=wanted.revision, etag_timeout=hub.TIMEOUT)
        for part in wanted.parts
    ]
    first = Path(paths[0])
    if wanted.file:
        return first
    folder = first
    for _ in Path(wanted.parts[0].name).parts:
        folder = folder.parent
    return finding.weights_at(wanted.kind, folder)


def _explained(error: Exception, wanted: Order, cache: Path) -> GraftError:
    """An error of the disk, the line or the hub, with its cure."""
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        cure = "free some space there, or let HF_HOME name a folder on another disk, and start again: what has come is kept"
        return GraftError(f"the disk of {cache} is full", cure)
    if isinstance(error, PermissionError):
        return GraftError(f"{cache} can't be written to", "change its permissions, or let HF_HOME name another folder")
    refused = hub.refusal(error, wanted.repo, wanted.revision)
    if refused is not None:
        return refused
    missing = hub.amount(wanted.total - wanted.here)
    by_hand = hub.command(wanted.repo, wanted.revision, wanted.file)
    cure = f"run it again (what has come is kept), or run '{by_hand}' ({type(error).__name__}: {str(error)[:200]})"
    return MissingWeights(wanted.repo, f"{missing} of {hub.amount(wanted.total)} are missing", wanted.source, cure)
