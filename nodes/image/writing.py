"""Writing a picture: a safe new name, the whole file or nothing, and inside it the workflow that made it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from PIL import Image as Pillow

from graph import BadInput, Image, Mask, Run, Slider, node
from nodes.disk import (
    MAX_JPEG_EXIF,
    check_name,
    exif_with_workflow,
    explained,
    numbered,
    png_with_workflow,
    write_atomic,
    write_new,
)
from nodes.pixels import check_same_size, to_pil

_ENDINGS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
_FORMAT_OF = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
_LONGEST = {"jpeg": 65_500, "webp": 16_383}


@node(family="image", writes=True, output="path", tags=("write", "export", "file", "output"))
def save(
    image: Image,
    name: str = "picture",
    format: Literal["png", "jpeg", "webp"] = "png",
    quality: Annotated[int, Slider(1, 100)] = 92,
    alpha: Mask | None = None,
    overwrite: bool = False,
    keep_workflow: bool = True,
    *,
    run: Run,
) -> str:
    """Write a picture into the output folder.

    Nothing is ever half-written. A name that is taken gets a number ("car-0002.png"), also when several runs save at
    once. The file carries the workflow that made it, and `graft run picture.png` runs that again.

    image: the picture to write.
    name: the file's name without its ending, such as "car", "cars/red" or "frame-{n}" ({n} counts 0001, 0002 ...).
    format: png keeps every pixel exactly; jpeg and webp are smaller.
    quality: of jpeg and webp, where more is better and larger; a webp of 100 is exact.
    alpha: what is opaque (255) and transparent (0) in the file, for png and webp.
    overwrite: replace a file of that name instead of counting on; a name with {n} always counts on.
    keep_workflow: put the workflow into the file; switch it off to keep prompts and paths to yourself.
    """
    name = _without_ending(name, format)
    _check_fits(image, alpha, format)
    data = _encode(image, alpha, format, quality, dict(run.workflow) if keep_workflow else {}, run)
    target = run.out / (name + _ENDINGS[format])
    alone = run.item is None  # one of many that a crash loses is made again by the next run
    folder = target.parent
    with explained("name", target):
        _check_inside(folder, run.out, name)
        if overwrite and "{n}" not in name:
            path = write_atomic(target, data, flush=alone)
        else:
            path = write_new(folder, numbered(folder, name.rpartition("/")[2], _ENDINGS[format]), data, flush=alone)
    run.wrote(path)
    return os.fspath(path)


def _without_ending(name: str, format: str) -> str:
    check_name(name)
    ending = os.path.splitext(name)[1].lower()
    if ending not in _FORMAT_OF:
        return name
    if _FORMAT_OF[ending] != format:
        raise BadInput(
            "name",
            f"{name!r} ends in {ending} but the format is {format}",
            f"set the format to {_FORMAT_OF[ending]}, or leave the ending out",
        )
    stem = name[: -len(ending)]
    check_name(stem)
    return stem


def _check_inside(folder: Path, out: Path, name: str) -> None:
    """A link inside the output folder may lead elsewhere; a name must not."""
    while folder != out:
        if folder.is_symlink() and not folder.resolve().is_relative_to(out.resolve()):
            what = f"{name!r} leads out of the output folder to {folder.resolve()}"
            raise BadInput("name", what, "use a name inside it")
        folder = folder.parent


def _check_fits(image: Image, alpha: Mask | None, format: str) -> None:
    if alpha is not None:
        if format == "jpeg":
            raise BadInput(
                "format",
                "a jpeg has no transparency, but alpha is plugged in",
                "choose png or webp, or unplug it",
            )
        check_same_size("alpha", alpha, image)
    longest = max(image.shape[:2])
    if longest > _LONGEST.get(format, longest):
        raise BadInput(
            "format",
            f"a {format} is at most {_LONGEST[format]} pixels long, the picture is {longest}",
            "choose png, or resize first",
        )


def _encode(image: Image, alpha: Mask | None, format: str, quality: int, workflow: dict[str, Any], run: Run) -> bytes:
    picture = to_pil(image)
    if alpha is not None:
        picture.putalpha(to_pil(alpha))
    options: dict[str, Any] = {}
    if format == "png":
        options = {"compress_level": 4}  # half the time of the usual 6, for files of the same size
        if workflow:
            options["pnginfo"] = png_with_workflow(workflow)
    else:
        options = {"quality": quality}
        exif = exif_with_workflow(workflow) if workflow else b""
        if format == "jpeg" and len(exif) > MAX_JPEG_EXIF:
            size = f"{len(exif) // 1000} kB"
            run.say(f"the workflow ({size}) is too large for a jpeg and is not kept in it; png and webp can hold it")
            exif = b""
        if exif:
            options["exif"] = exif
    if format == "jpeg":
        options |= {"optimize": True, "subsampling": 0 if quality >= 90 else 2}
    if format == "webp":
        options |= {"lossless": quality == 100, "exact": True}
    return _saved(picture, format, options)


def _saved(picture: Pillow.Image, format: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()
