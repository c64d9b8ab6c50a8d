"""What a stranger may put into a body, and what he gets for it."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from api import body
from api.errors import ApiError

from .helpers import chain, refused, run, serving

JSON = {"Content-Type": "application/json"}
CASES: list[Any] = [
    pytest.param(b"", 400, "no JSON", id="empty"),
    pytest.param(b"{", 400, "line 1, column 2", id="cut off"),
    pytest.param(b'{"workflow": NaN}', 400, "NaN", id="NaN"),
    pytest.param(b'{"workflow": -Infinity}', 400, "-Infinity", id="infinity"),
    pytest.param(b'{"workflow": 1e999}', 400, "too large", id="overflowing number"),
    pytest.param(b'{"workflow": ' + b"9" * 5000 + b"}", 400, "too long", id="endless digits"),
    pytest.param(b'{"workflow": {}, "workflow": {}}', 400, "twice", id="a key twice"),
    pytest.param(b'{"workflow": {"nodes": {"a": 1, "b": 2, "a": 3}}}', 400, "'a' twice", id="a key twice, deep"),
    pytest.param(b'\xff\xfe{"workflow": 1}', 400, "UTF-8", id="UTF-16"),
    pytest.param(b'{"workflow": "\xc3\x28"}', 400, "byte 14", id="broken UTF-8"),
    pytest.param(b'{"workflow": "\\ud800"}', 400, "surrogate", id="half a character"),
    pytest.param(b'{"workflow":' + b"[" * 64 + b"]" * 64 + b"}", 400, "levels deep", id="65 levels"),
    pytest.param(b"[" * 100_000, 400, "levels deep", id="a hundred thousand brackets"),
    pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400, "levels deep", id="fifty thousand tables"),
]


@pytest.mark.parametrize(("data", "status", "word"), CASES)
def test_bodies_that_are_refused(tmp_path: Path, data: bytes, status: int, word: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            await refused(await client.post("/api/jobs", data=data, headers=JSON), status, word)

    run(test)


def test_only_json_that_says_so_is_read(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            data = json.dumps({"workflow": chain()}).encode()
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                await refused(
                    await client.post("/api/jobs", data=data, headers={"Content-Type": kind}), 415, "Content-Type"
                )
            packed = {**JSON, "Content-Encoding": "gzip"}
            await refused(await client.post("/api/jobs", data=gzip.compress(data), headers=packed), 415, "packed")
            bomb = gzip.compress(b" " * (64 << 20), 1)
            await refused(await client.post("/api/jobs", data=bomb, headers=packed), 415, "packed")
            assert (await client.get("/api/queue")).status == 200

    run(test)


def test_fifty_megabytes_are_not_taken(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            data = io.BytesIO(b'{"workflow": "' + b"x" * (50 << 20) + b'"}')
            await refused(await client.post("/api/jobs", data=data, headers=JSON), 413, "16 MB")

            async def pieces() -> Any:  # without a Content-Length
                for _ in range(20):
                    yield b" " * (1 << 20)

            await refused(await client.post("/api/jobs", data=pieces(), headers=JSON), 413, "16 MB")

    run(test)


def test_whole_characters_and_sixty_four_levels_are_taken() -> None:
    assert body.parse(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}
    assert body.parse(b"[" * 64 + b"1" + b"]" * 64)
    with pytest.raises(ApiError, match="levels deep"):
        body.parse(b"[" * 65 + b"]" * 65)
