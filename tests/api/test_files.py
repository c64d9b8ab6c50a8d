"""Files in, out and as thumbnails: by what their bytes are, inert in a browser, and never from outside their folder."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import FormData
from PIL import Image as Pillow

from api import uploads
from api.roots import inside

from .helpers import png, refused, run, serving


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes whose header claims side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose compressed text unpacks to far more than a text may have."""
    whole = png()
    data = b"key\0\0" + zlib.compress(bytes(80 << 20), 9)
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))
    return whole[:33] + chunk + whole[33:]


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            form = FormData()
            form.add_field("file", png(), filename="My photo.PNG")
            form.add_field("file", png(9, 9, "blue", "JPEG"), filename="C:\\pictures\\b.gif")
            made = await client.post("/api/files", data=form)
            assert made.status == 201, await made.text()
            one, two = (await made.json())["files"]
            assert (one["type"], one["width"], one["height"], one["known"]) == ("image/png", 8, 6, False)
            assert one["path"].startswith("My-photo-")
            assert two["path"].startswith("b-")
            assert two["path"].endswith(".jpg")
            (again,) = (await (await client.post("/api/files?name=other.png", data=png())).json())["files"]
            assert (again["path"], again["known"]) == (one["path"], True)
            listed = (await (await client.get("/api/files?root=files")).json())["files"]
            assert sorted(row["path"] for row in listed) == sorted([one["path"], two["path"]])
            got = await client.get(one["url"])
            assert await got.read() == png()
            assert sorted(os.listdir(tmp_path / "data" / "files")) == sorted([one["path"], two["path"]])

    run(test)


REFUSED: list[Any] = [
    pytest.param("a.png", b"", 400, "empty", id="empty"),
    pytest.param("a.html", b"<html><script>alert(1)</script>", 415, "no kind", id="a page"),
    pytest.param("a.png", b"<html><script>alert(1)</script>", 415, "no kind", id="a page called a picture"),
    pytest.param("a.txt", b"\xef\xbb\xbf \n<!doctype html>", 415, "no kind", id="a page called text"),
    pytest.param("a.svg", b"<svg onload='alert(1)'/>", 415, "no kind", id="SVG"),
    pytest.param("a.py", b"import os", 415, "no kind", id="a program"),
    pytest.param("a.csv", b"a,b\n\xff\xfe", 415, "no kind", id="a table that is no text"),
    pytest.param("a.csv", b"a\0b", 415, "no kind", id="a table with NUL"),
    pytest.param("a.pt", b"\x80\x04\x95", 415, "no kind", id="a pickle"),
    pytest.param("a.png", png(200, 200)[:150], 422, "damaged", id="a truncated PNG"),
    pytest.param("a.jpg", png(99, 99, "red", "JPEG")[:300], 422, "damaged", id="a truncated JPEG"),
    pytest.param("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50), 4, "", id="a signature alone"),
    pytest.param("a.png", bomb(), 413, "200 megapixels", id="a bomb"),
    pytest.param("a.png", bomb(15_000), 413, "200 megapixels", id="a bomb below Pillow's second limit"),
    pytest.param("a.png", text_bomb(), 422, "damaged", id="a bomb in a text"),
]


@pytest.mark.parametrize(("name", "data", "status", "word"), REFUSED)
def test_uploads_that_are_refused_leave_nothing(tmp_path: Path, name: str, data: bytes, status: int, word: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            response = await client.post("/api/files", params={"name": name}, data=data)
            await refused(response, response.status if status == 4 else status, word)
            assert 400 <= response.status < 500
            assert os.listdir(tmp_path / "data" / "files") == []

    run(test)


TAKEN = [
    pytest.param("t.csv", b"a;b\n1;2\n", ".csv", id="CSV"),
    pytest.param("rows.JSONL", b'{"a": "\xc3\xa9"}\n', ".jsonl", id="JSONL"),
    pytest.param("x", b"PK\x03\x04rest", ".zip", id="zip without an ending"),
    pytest.param("w.bin", struct.pack("<Q", 2) + b"{}", ".safetensors", id="safetensors"),
    pytest.param("v.mp4", b"\0\0\0\x18ftypisom" + bytes(20), ".mp4", id="a film"),
    pytest.param("a.tar", png(4, 4, "red", "GIF"), ".gif", id="a GIF called a tar"),
    pytest.param("../../etc/passwd.png", png(), ".png", id="a path as a name"),
    pytest.param("/abs.png", png(), ".png", id="an absolute name"),
    pytest.param("nul\0.png", png(), ".png", id="a name with NUL"),
    pytest.param("CON.png", png(), ".png", id="a name of Windows"),
    pytest.param("x" * 490 + ".png", png(), ".png", id="a long name"),
    pytest.param("…", png(), ".png", id="a name of nothing"),
]


@pytest.mark.parametrize(("name", "data", "ending"), TAKEN)
def test_uploads_get_a_name_that_suits_every_system(tmp_path: Path, name: str, data: bytes, ending: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            made = await client.post("/api/files", params={"name": name}, data=data)
            assert made.status == 201, await made.text()
            (row,) = (await made.json())["files"]
            assert row["path"].endswith(ending)
            assert os.listdir(tmp_path / "data" / "files") == [row["path"]]
            assert len(row["path"]) < 110
            assert await (await client.get(row["url"])).read() == data

    run(test)


def test_an_upload_over_the_limit_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 100_000)

    async def test() -> None:
        async with serving(tmp_path) as client:
            await refused(await client.post("/api/files", data=io.BytesIO(bytes(200_000))), 413, "MB")
            form = FormData()
            form.add_field("file", png(), filename="a.png")
            form.add_field("file", io.BytesIO(bytes(200_000)), filename="b.png")
            await refused(await client.post("/api/files", data=form), 413, "MB")
            assert [name for name in os.listdir(tmp_path / "data" / "files") if name.startswith(".")] == []

    run(test)


BROKEN_FORMS = [
    pytest.param(b"", "multipart/form-data", id="no boundary"),
    pytest.param(b"", "multipart/form-data; boundary=x", id="nothing in it"),
    pytest.param(b"--y\r\n\r\nz\r\n", "multipart/form-data; boundary=x", id="another boundary"),
    pytest.param(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nz\r\n--x--", "multipart/form-data; boundary=x", id="no file"),
    pytest.param(b"--x\r\nContent-Disp", "multipart/form-data; boundary=x", id="cut off"),
    pytest.param(
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nz\r\n--y--\r\n--x--",
        "multipart/form-data; boundary=x", id="a form in a form",
    ),
    pytest.param(b"a=b", "application/x-www-form-urlencoded", id="another kind of form"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "kind"), BROKEN_FORMS)
def test_broken_forms(tmp_path: Path, data: bytes, kind: str) -> None:
    async def test() -> None:
        async with serving(tmp_path) as client:
            response = await client.post("/api/files", data=data, headers={"Content-Type": kind})
            await refused(response, response.status)
            assert response.status in (400, 415), await response.text()

    run(test)


TRICKS = [
    "../secret.png", "..%2fsecret.png", "%2e%2e/secret.png", "..%5csecret.png", "sub/../../secret.png", "/etc/passwd",
    "%2fetc%2fpasswd", "C:/x.png", "c:x.png", "a.png%00.txt", "%00", ".hidden.png", "sub/.hidden.png", "CON", "con.png", "nul.png",
    "a.png:stream", "a.png.", "a.png%20", "%2e/a.png", "sub//a.png", "link.png", "linked/secret.png", "loop.png", "pipe", "sub",
    "%ff%fe", "x" * 5000, "%F0%9F%98%80.png", "a.png/b",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
@pytest.mark.parametrize("where", ["files", "thumbnails"])
def test_no_path_leaves_its_root(tmp_path: Path, path: str, where: str) -> None:
    async def test() -> None:
        out = tmp_path / "out"
        (out / "sub").mkdir(parents=True)
        (tmp_path / "secret.png").write_bytes(png())
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "secret.png").write_bytes(png())
        for name in ("a.png", ".hidden.png", "sub/.hidden.png"):
            (out / name).write_bytes(png())
        (out / "link.png").symlink_to(tmp_path / "secret.png")
        (out / "linked").symlink_to(tmp_path / "more")
        (out / "loop.png").symlink_to(out / "loop.png")
        os.mkfifo(out / "pipe")
        async with serving(tmp_path) as client:
            from yarl import URL

            response = await client.get(URL(f"/api/{where}/outputs/{path}", encoded=True))
            assert response.status in (400, 404), (response.status, path)
            assert "error" in await response.json()
            assert (await client.get(f"/api/{where}/outputs/a.png")).status == 200
            await refused(await client.get(f"/api/{where}/secrets/a.png"), 404, "outputs")

    run(test)


def test_links_inside_a_root_may_be_followed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    assert inside(tmp_path, "b.png") == tmp_path.resolve() / "a.png"


def test_what_is_sent_out_is_inert(tmp_path: Path) -> None:
    async def test() -> None:
        out = tmp_path / "out"
        out.mkdir()
        evil = b"<html><script>alert(1)</script>"
        for name in (
            "page.html",
            "drawing.svg",
            "data.json",
            "script.js",
            "x.xhtml",
            "no-ending",
            "not really.png",
            "a.xml",
        ):
            (out / name).write_bytes(evil)
        async with serving(tmp_path) as client:
            for name in os.listdir(out):
                got = await client.get(f"/api/files/outputs/{quote(name)}")
                assert got.headers["X-Content-Type-Options"] == "nosniff"
                assert "sandbox" in got.headers["Content-Security-Policy"]
                if name.endswith(".png"):
                    assert got.content_type == "image/png"
                else:
                    assert got.content_type == "application/octet-stream"
                    assert got.headers["Content-Disposition"].startswith("attachment")
            await refused(await client.get("/api/thumbnails/outputs/not%20really.png"), 415, "no picture")
            await refused(await client.get("/api/thumbnails/outputs/drawing.svg"), 415)

    run(test)


def test_ranges_and_etags(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "v.mp4").write_bytes(bytes(range(100)))
        async with serving(tmp_path) as client:
            url = "/api/files/outputs/v.mp4"
            part = await client.get(url, headers={"Range": "bytes=10-19"})
            assert (part.status, await part.read()) == (206, bytes(range(10, 20)))
            assert part.headers["Content-Range"] == "bytes 10-19/100"
            assert (await client.get(url, headers={"Range": "bytes=200-"})).status == 416
            seen = {"If-None-Match": (await client.get(url)).headers["ETag"]}
            assert (await client.get(url, headers=seen)).status == 304
            head = await client.head(url)
            assert head.status in (200, 405)

    run(test)


def test_thumbnails_are_made_once_small_and_upright(tmp_path: Path) -> None:
    async def test() -> None:
        out = tmp_path / "out"
        out.mkdir()
        exif = Pillow.Exif()
        exif[0x0112] = 6  # turned
        Pillow.new("RGB", (400, 100), "red").save(out / "a.jpg", exif=exif)
        (out / "big.png").write_bytes(bomb())
        (out / "cut.png").write_bytes(png(300, 300)[:200])
        async with serving(tmp_path) as client:
            url = "/api/thumbnails/outputs/a.jpg"
            got = await client.get(url, params={"size": 64})
            assert got.status == 200, await got.text()
            with Pillow.open(io.BytesIO(await got.read())) as small:
                assert (small.format, small.size) == ("WEBP", (16, 64))
            again = await client.get(url, params={"size": 64}, headers={"If-None-Match": got.headers["ETag"]})
            assert again.status == 304
            assert len(os.listdir(tmp_path / "data" / "thumbs")) == 1
            Pillow.new("RGB", (100, 100), "blue").save(out / "a.jpg")
            with Pillow.open(io.BytesIO(await (await client.get(url, params={"size": 64})).read())) as small:
                assert small.size == (64, 64)
            await refused(await client.get(url, params={"size": 65}), 400, "64, 128")
            await refused(await client.get("/api/thumbnails/outputs/big.png"), 413, "megapixels")
            await refused(await client.get("/api/thumbnails/outputs/cut.png"), 422, "damaged")

    run(test)


def test_the_listing_goes_on_page_by_page(tmp_path: Path) -> None:
    async def test() -> None:
        out = tmp_path / "out" / "set"
        out.mkdir(parents=True)
        for number in range(25):
            (out / f"{number:02}.png").write_bytes(b"x")
        (out / "link").symlink_to("/etc")
        (out / ".hidden").write_bytes(b"x")
        async with serving(tmp_path) as client:
            seen: list[str] = []
            more = True
            while more:
                given = {"root": "outputs", "limit": 10, **({"after": seen[-1]} if seen else {})}
                page = await (await client.get("/api/files", params=given)).json()
                seen += [row["path"] for row in page["files"]]
                more = page["more"]
            assert seen == [f"set/{number:02}.png" for number in range(25)]
            whole = await (await client.get("/api/files")).json()
            assert {row["root"] for row in whole["files"]} == {"outputs", "examples"}

    run(test)
