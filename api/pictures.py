"""Why: a picture from a stranger may claim a size that no memory holds, or stop in the middle. Its header is read first, and refused
by the number of its pixels before a single one is decoded; decoding itself happens on threads of its own, never on the loop's."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import ExifTags, ImageOps, UnidentifiedImageError
from PIL import Image as Pillow

from nodes.disk import write_atomic
from nodes.pixels import MAX_PIXELS

from .errors import ApiError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
SIZES = (64, 128, 256, 512, 1024)
DECODED = 32_000_000  # pixels up to which any format is decoded here; above, only JPEG, which is decoded at an eighth


def facts(path: Path) -> tuple[int, int]:
    """Width and height of a picture that can be read to its end. ApiError 413 for too many pixels, 422 for a damaged one."""
    with _opened(path) as picture:
        width, height = picture.size
        _reduce(picture, 1)
        if picture.format == "PNG":
            picture.verify()  # reads every checksum, decodes nothing
        elif picture.size[0] * picture.size[1] <= DECODED:
            picture.load()
        return width, height


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height of a picture as it is shown, upright, from its header alone; None when it is none."""
    try:
        state = path.stat()
        return _size_of(path, state.st_mtime_ns, state.st_size)
    except (ApiError, OSError):
        return None


@lru_cache(4096)
def _size_of(path: Path, changed: int, size: int) -> tuple[int, int]:
    with _opened(path) as picture:
        width, height = picture.size
        # without this Pillow decodes a whole PNG to look for an orientation behind its pixels
        told = picture.format != "PNG" or "exif" in picture.info
        lies = told and picture.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
        return (height, width) if lies else (width, height)


def thumbnail(path: Path, size: int, folder: Path) -> Path:
    """A WebP of the picture, at most ``size`` pixels wide and high, upright; made once for each state of the file."""
    state = path.stat()
    mark = f"{path}\0{state.st_mtime_ns}\0{state.st_size}\0{size}"
    made = folder / f"{hashlib.sha256(mark.encode('utf-8', 'surrogateescape')).hexdigest()[:40]}.webp"
    if made.is_file():
        return made
    with _opened(path) as picture:
        _reduce(picture, size)
        picture.thumbnail((size, size), reducing_gap=2.0)
        upright = ImageOps.exif_transpose(picture)
        small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    folder.mkdir(parents=True, exist_ok=True)
    return write_atomic(made, lambda file: small.save(file, "WEBP", quality=80, method=2))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The picture, its header read; what the decoders raise on the bytes of strangers becomes ApiError."""
    try:
        with warnings.catch_warnings(), open(path, "rb") as file:
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(file, formats=FORMATS) as picture:
                if picture.size[0] * picture.size[1] > MAX_PIXELS:
                    raise Pillow.DecompressionBombError
                yield picture
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        what = f"the picture has more than {MAX_PIXELS // 1_000_000} megapixels"
        raise ApiError(413, what, "make it smaller") from None
    except UnidentifiedImageError:
        raise ApiError(415, "this is no picture that can be read", f"send one of {', '.join(FORMATS)}") from None
    except (ApiError, MemoryError, FileNotFoundError):
        raise
    except Exception as error:  # a decoder raises nearly anything on damaged bytes
        raise ApiError(422, f"the picture is damaged ({str(error)[:80]})", "save it again") from error


def _reduce(picture: Any, size: int) -> None:
    if picture.format == "JPEG":
        picture.draft("RGB", (size, size))
