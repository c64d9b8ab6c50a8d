"""Every kind of picture file comes in upright, in 8-bit sRGB; every kind of bad file is named with its cure."""

from __future__ import annotations

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from graph import BadInput
from nodes.image import load
from tests.toys import toy_run

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = np.array([[RED, GREEN, GREEN], [BLUE, WHITE, WHITE]], np.uint8)


def _load(
    picture: Pillow.Image, tmp_path: Path, name: str = "a.png", **options: object
) -> tuple[np.ndarray, np.ndarray]:
    picture.save(tmp_path / name, **options)
    image, alpha = load(name, run=toy_run(tmp_path))
    assert image.dtype == alpha.dtype == np.uint8
    assert image.shape == (*alpha.shape, 3)
    assert not image.flags.writeable
    assert not alpha.flags.writeable
    return image, alpha


def test_opaque_rgb_is_exact_and_all_shows(tmp_path: Path) -> None:
    image, alpha = _load(Pillow.fromarray(CORNERS), tmp_path)
    np.testing.assert_array_equal(image, CORNERS)
    assert (alpha == 255).all()


@pytest.mark.parametrize(
    "ending", ["bmp", "ppm", "tga", "tiff", "qoi", "pcx", "jp2", "gif", "jpg", "webp", "avif", "ico"]
)
def test_every_format_is_read(tmp_path: Path, ending: str) -> None:
    flat = Pillow.new("RGB", (32, 32), (200, 40, 90))
    image, alpha = _load(flat, tmp_path, f"a.{ending}")
    assert abs(image.astype(int) - (200, 40, 90)).max() <= 6
    assert alpha.shape == (32, 32)
    assert (alpha == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "tiff", "webp"])
def test_exif_turns_the_picture_upright(tmp_path: Path, orientation: int, ending: str) -> None:
    stored = {
        1: CORNERS,
        2: CORNERS[:, ::-1],
        3: CORNERS[::-1, ::-1],
        4: CORNERS[::-1],
        5: CORNERS.transpose(1, 0, 2),
        6: np.rot90(CORNERS, 1),
        7: CORNERS[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(CORNERS, -1),
    }[orientation]
    alpha = np.where(stored[..., 0] == 255, 255, 40).astype(np.uint8)
    picture = Pillow.fromarray(np.dstack([stored, alpha]))
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True, "exact": True} if ending == "webp" else {}
    image, shown = _load(picture, tmp_path, f"a.{ending}", exif=exif, **options)
    np.testing.assert_array_equal(image, CORNERS)
    np.testing.assert_array_equal(shown, np.where(CORNERS[..., 0] == 255, 255, 40))


def _palette(transparency: int | bytes | None) -> tuple[Pillow.Image, dict[str, object]]:
    picture = Pillow.new("P", (3, 1))
    picture.putpalette([*RED, *GREEN, *BLUE])
    picture.putdata([0, 1, 2])
    return picture, {} if transparency is None else {"transparency": transparency}


@pytest.mark.parametrize(
    ("transparency", "alpha"),
    [
        pytest.param(None, [255, 255, 255], id="none"),
        pytest.param(1, [255, 0, 255], id="one-colour"),
        pytest.param(bytes([10, 20, 255]), [10, 20, 255], id="per-colour"),
    ],
)
def test_palette(tmp_path: Path, transparency: int | bytes | None, alpha: list[int]) -> None:
    picture, options = _palette(transparency)
    image, shown = _load(picture, tmp_path, **options)
    assert image[0].tolist() == [[*RED], [*GREEN], [*BLUE]]
    assert shown[0].tolist() == alpha


@pytest.mark.parametrize(
    ("mode", "colour", "rgb", "alpha"),
    [
        pytest.param("L", 77, (77, 77, 77), 255, id="grey"),
        pytest.param("1", 1, (255, 255, 255), 255, id="bit"),
        pytest.param("LA", (77, 5), (77, 77, 77), 5, id="grey-alpha"),
        pytest.param("RGBA", (1, 2, 3, 0), (1, 2, 3), 0, id="colour-under-transparent"),
    ],
)
def test_modes(tmp_path: Path, mode: str, colour: object, rgb: tuple[int, ...], alpha: int) -> None:
    image, shown = _load(Pillow.new(mode, (2, 2), colour), tmp_path)
    assert (image == rgb).all()
    assert (shown == alpha).all()


def test_one_transparent_colour_of_rgb(tmp_path: Path) -> None:
    image, alpha = _load(Pillow.fromarray(CORNERS), tmp_path, transparency=GREEN)
    np.testing.assert_array_equal(image, CORNERS)
    np.testing.assert_array_equal(alpha, np.where((CORNERS == GREEN).all(2), 0, 255))


def test_cmyk(tmp_path: Path) -> None:
    image, _ = _load(Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)), tmp_path, "a.tiff")
    assert (image == RED).all()


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_16_bit_grey_is_rounded(tmp_path: Path, ending: str) -> None:
    values = np.array([[0, 128, 129, 257, 32768, 65406, 65407, 65535]], np.uint16)
    image, _ = _load(Pillow.fromarray(values), tmp_path, f"a.{ending}")
    assert image[0, :, 0].tolist() == [0, 0, 1, 1, 128, 254, 255, 255]
    assert (image == image[..., :1]).all()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _png(width: int, height: int, depth: int, colour: int, rows: bytes, extra: bytes = b"") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def test_16_bit_rgb(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(_png(1, 1, 16, 2, b"\0" + struct.pack(">HHH", 0, 0x8080, 0xFFFF)))
    image, _ = load("a.png", run=toy_run(tmp_path))
    assert image.tolist() == [[[0, 128, 255]]]


def test_16_bit_grey_with_a_transparent_value(tmp_path: Path) -> None:
    rows = b"\0" + struct.pack(">HH", 300, 65535)
    (tmp_path / "a.png").write_bytes(_png(2, 1, 16, 0, rows, _chunk(b"tRNS", struct.pack(">H", 300))))
    image, alpha = load("a.png", run=toy_run(tmp_path))
    assert image[0, :, 0].tolist() == [1, 255]
    assert alpha.tolist() == [[0, 255]]


def test_float_picture(tmp_path: Path) -> None:
    image, _ = _load(Pillow.fromarray(np.array([[0, 0.5, 1]], np.float32)), tmp_path, "a.tiff")
    assert image[0, :, 0].tolist() == [0, 128, 255]
    with pytest.raises(BadInput, match=r"from 0 to 7\.5"):
        _load(Pillow.fromarray(np.array([[0, 7.5]], np.float32)), tmp_path, "b.tiff")


def _linear_profile() -> bytes:
    """An RGB matrix profile with sRGB's primaries and no gamma, so that the right answer is known by formula."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    text = b"desc\0\0\0\0" + struct.pack(">I", 7) + b"linear\0" + bytes(78)
    tags = {
        b"desc": text + bytes(-len(text) % 4),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.4360, 0.2225, 0.0139),
        b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
        b"rTRC": b"curv\0\0\0\0\0\0\0\0",
        b"gTRC": b"curv\0\0\0\0\0\0\0\0",
        b"bTRC": b"curv\0\0\0\0\0\0\0\0",
    }
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", offset + len(body), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(24) + bytes(4) + struct.pack(">iii", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def test_a_colour_profile_is_applied(tmp_path: Path) -> None:
    linear = np.repeat(np.array([[0, 10, 55, 128, 200, 255]], np.uint8)[..., None], 3, axis=2)
    image, alpha = _load(
        Pillow.fromarray(np.dstack([linear, np.full((1, 6), 9, np.uint8)])), tmp_path, icc_profile=_linear_profile()
    )
    share = linear / 255.0
    srgb = np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055) * 255
    assert abs(image - srgb).max() <= 2
    assert (alpha == 9).all()


def test_an_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    ramp = np.arange(256 * 3, dtype=np.uint32).astype(np.uint8).reshape(1, 256, 3)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image, _ = _load(Pillow.fromarray(ramp), tmp_path, icc_profile=profile)
    np.testing.assert_array_equal(image, ramp)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [pytest.param("RGB", b"no profile", id="broken"), pytest.param("CMYK", _linear_profile(), id="of-another-space")],
)
def test_a_profile_that_cannot_be_used_is_announced(tmp_path: Path, mode: str, profile: bytes) -> None:
    Pillow.new(mode, (8, 8)).save(tmp_path / "a.jpg", icc_profile=profile)
    run = toy_run(tmp_path)
    assert load("a.jpg", run=run).image.shape == (8, 8, 3)
    assert "colour profile of a.jpg" in run.said[0]


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tiff"])
def test_of_several_frames_the_first_is_used(tmp_path: Path, ending: str) -> None:
    frames = [Pillow.new("RGB", (4, 4), colour) for colour in (RED, BLUE)]
    options = {"lossless": True} if ending == "webp" else {}
    frames[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=frames[1:], **options)
    run = toy_run(tmp_path)
    assert (load(f"a.{ending}", run=run).image == RED).all()
    assert run.said == [f"a.{ending} holds several pictures: the first one is used"]


def test_the_preview_in_a_phone_picture_is_no_animation(tmp_path: Path) -> None:
    frames = [Pillow.new("RGB", (8, 8), colour) for colour in (WHITE, BLUE)]
    frames[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=frames[1:])
    run = toy_run(tmp_path)
    assert (load("a.jpg", run=run).image == WHITE).all()
    assert run.said == []


def _bytes_of(ending: str, size: int = 64) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(noise).save(buffer, ending)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "is empty", id="zero-bytes"),
        pytest.param(b"just some words", "is not a picture", id="text"),
        pytest.param(b"%PDF-1.7 ...", "is a PDF", id="pdf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is a PostScript", id="eps"),
        pytest.param(b"\0\0\0\x18ftypheic", "is a HEIC", id="heic"),
        pytest.param(b"<?xml version='1.0'?>\n<svg/>", "is an SVG", id="svg"),
        pytest.param(b"\n<!DOCTYPE html>", "is a web page", id="html"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer", id="lfs"),
        pytest.param(_bytes_of("PNG")[:4000], "is damaged or cut off", id="truncated-png"),
        pytest.param(_bytes_of("JPEG")[:2000], "is damaged or cut off", id="truncated-jpeg"),
        pytest.param(_bytes_of("WEBP")[:2000], "damaged or cut off|is not a picture", id="truncated-webp"),
        pytest.param(_bytes_of("GIF")[:2000], "is damaged or cut off", id="truncated-gif"),
        pytest.param(_bytes_of("TIFF")[:2000], "is damaged or cut off|is not a picture", id="truncated-tiff"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "damaged or cut off|is not a picture", id="png-signature-only"),
        pytest.param(_png(20_000, 20_000, 8, 0, b""), "400 megapixels; the limit is 200", id="bomb-warned-of"),
        pytest.param(_png(60_000, 60_000, 8, 0, b""), "3600 megapixels; the limit is 200", id="bomb"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(BadInput, match=words) as error:
        load("a.png", run=toy_run(tmp_path))
    assert error.value.socket == "path"
    assert error.value.cure


def test_every_flipped_byte_gives_a_picture_or_bad_input(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    for ending in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"):
        whole = np.frombuffer(_bytes_of(ending, size=12), np.uint8)
        for _ in range(8):
            broken = whole.copy()
            broken[random.integers(0, len(broken), 4)] = random.integers(0, 256, 4)
            (tmp_path / "a").write_bytes(broken.tobytes())
            with suppress(BadInput):
                assert load("a", run=toy_run(tmp_path)).image.ndim == 3


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "street.png").touch()
    with pytest.raises(BadInput, match=r"street\.png"):
        load("stret.png", run=toy_run(tmp_path))


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder"):
        load(str(tmp_path), run=toy_run(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in the file system")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="no ordinary file"):
        load("pipe", run=toy_run(tmp_path))
