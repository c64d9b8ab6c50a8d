"""Why: an upload is what its bytes say, not what its name or its sender claims. It is streamed to a hidden file while it is hashed,
looked at, and only then given a name: one that no system stumbles over, and with the hash in it, so that the same bytes lie here once."""

from __future__ import annotations

import asyncio
import codecs
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from . import pictures
from .errors import ApiError

MAX_UPLOAD = 512 << 20  # bytes
HEAD = 64 << 10  # bytes that are looked at

PICTURES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif", "bmp": "image/bmp",
            "tif": "image/tiff", "avif": "image/avif"}  # fmt: skip
VIDEOS = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "avi": "video/x-msvideo"}
PLAIN = ("csv", "tsv", "json", "jsonl", "txt")
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "png"), (rb"\xff\xd8\xff", "jpg"), (rb"RIFF....WEBP", "webp"), (rb"GIF8[79]a", "gif"),
    (rb"BM....\0\0\0\0", "bmp"), (rb"II\*\0|MM\0\*", "tif"), (rb"....ftypavi[fs]", "avif"), (rb"....ftypqt", "mov"),
    (rb"....ftyp(?!hei|hev|mif|msf)", "mp4"), (rb"\x1a\x45\xdf\xa3", "webm"), (rb"RIFF....AVI ", "avi"),
    (rb"PK(\x03\x04|\x05\x06)", "zip"), (rb"GGUF", "gguf"), (rb".{5}\0\0\0\{", "safetensors"),
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """An upload at its place. ``known``: the same bytes lay there before."""

    path: Path
    kind: str
    bytes: int
    sha256: str
    size: tuple[int, int] | None
    known: bool

    def row(self) -> dict[str, Any]:
        width, height = self.size or (None, None)
        return {
            "root": "files", "path": self.path.name, "url": f"/api/files/files/{self.path.name}", "type": self.kind,
            "bytes": self.bytes, "sha256": self.sha256, "width": width, "height": height, "known": self.known,
        }  # fmt: skip


async def store(folder: Path, name: str, chunks: AsyncIterator[bytes]) -> Stored:
    """Take an upload into ``folder``. ApiError 413, 415 or 422 says why not; then nothing is left behind."""
    temporary = folder / f".{secrets.token_hex(8)}.part"
    digest = hashlib.sha256()
    try:
        file = await asyncio.to_thread(_open, temporary)
        with file:
            async for chunk in chunks:
                await asyncio.to_thread(_take, file, digest, chunk)
        return await asyncio.to_thread(_settle, temporary, folder, name, digest.hexdigest())
    finally:
        await asyncio.to_thread(temporary.unlink, missing_ok=True)


def _open(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "xb")


def _take(file: Any, digest: Any, chunk: bytes) -> None:
    file.write(chunk)
    digest.update(chunk)


def _settle(temporary: Path, folder: Path, name: str, sha256: str) -> Stored:
    count = temporary.stat().st_size
    if count == 0:
        raise ApiError(400, "the file is empty", "send one that is not")
    ending = sniff(temporary, name)
    size = pictures.facts(temporary) if ending in PICTURES else None
    mark = f"-{sha256[:20]}.{ending}"
    there = next((entry for entry in folder.iterdir() if entry.name.endswith(mark) and not entry.is_symlink()), None)
    if there is not None:
        return Stored(there, media_type(there), count, sha256, size, True)
    path = folder / (_stem(name) + mark)
    with open(temporary, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return Stored(path, media_type(path), count, sha256, size, False)


def sniff(path: Path, name: str) -> str:
    """The ending that a file's bytes deserve. ApiError 415 for what is not taken."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    for sign, ending in _SIGNS:
        if re.match(sign, head, re.DOTALL):
            return ending
    ending = name.rpartition(".")[2].lower()
    if ending in PLAIN and _is_plain(head):
        return ending
    raise ApiError(
        415,
        f"'{name[-60:]}' is of no kind that is taken",
        "send a picture, a video, a zip, safetensors, GGUF, CSV, TSV, JSON, JSONL or plain text",
    )


def media_type(path: Path) -> str:
    """The media type under which a file is told; only pictures and videos have their own, so that no page is ever shown from here."""
    ending = path.suffix[1:].lower()
    ending = {"jpeg": "jpg", "tiff": "tif"}.get(ending, ending)
    return PICTURES.get(ending) or VIDEOS.get(ending) or "application/octet-stream"


def _is_plain(head: bytes) -> bool:
    """Text that no browser could take for a page."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # a character cut at the end is no error
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not text.lstrip("\ufeff \t\r\n").startswith("<")


def _stem(name: str) -> str:
    """ "C:\\Photos\\My car.PNG" → "My-car"; "upload" where nothing is left."""
    last = re.split(r"[/\\]", unquote(name))[-1]  # some programs percent-encode the names in forms
    stem = last.rpartition(".")[0] or last
    return re.sub(r"[^A-Za-z0-9_]+", "-", stem)[:60].strip("-_") or "upload"
