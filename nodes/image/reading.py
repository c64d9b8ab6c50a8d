"""Reading a picture file into plain 8-bit sRGB, upright, whatever wrote it; and saying so when something is given up.

Only formats that Pillow decodes by itself are opened: its EPS and WMF readers start other programs.
"""

from __future__ import annotations

import io
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms, UnidentifiedImageError

from graph import BadInput, File, Image, Mask, Run, node
from nodes.pixels import MAX_PIXELS, from_pil, frozen, mask_from_pil, to_pil

FORMATS = (
    *("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF"),
    *("PPM", "TGA", "ICO", "JPEG2000", "AVIF", "QOI", "PCX", "PSD"),
)

BUFFER = 1 << 20
"""Bytes that are read at once: each call to the disk gives the interpreter away, and getting it back among other threads takes its time."""

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_KNOWN_STRANGERS = (
    (rb"%PDF", "a PDF", "export the page as PNG"),
    (rb"%!PS", "a PostScript file", "export it as PNG"),
    (rb"....ftyp(hei|hev|mif1)", "a HEIC picture", "export it as JPEG or PNG"),
    (rb"\s*(<\?xml[^>]*>\s*)?<svg", "an SVG drawing", "export it as PNG"),
    (rb"\s*<(!doctype )?html", "a web page", "save the picture itself instead of the page around it"),
    (rb"version https://git-lfs", "a Git LFS pointer", "fetch the file with `git lfs pull`"),
)


class LoadedImage(NamedTuple):
    """image: RGB uint8 (H, W, 3). alpha: uint8 (H, W), 255 where the picture is opaque, 0 where it is transparent."""

    image: Image
    alpha: Mask


@node(family="image", output="mask", tags=("open", "read", "file", "painted", "alpha", "channel"))
def load_mask(
    path: Annotated[str, File("image")],
    channel: Literal["lightness", "alpha", "red", "green", "blue"] = "lightness",
    *,
    run: Run,
) -> Mask:
    """Read a mask from a picture file, such as one that was painted in the mask editor.

    path: as for image.load; relative to the workflow's folder.
    channel: what of the picture is the mask: how light it is (white is marked), its transparency (opaque is marked), or one of its colours.
    """
    image, alpha = load(path, run=run)
    if channel == "alpha":
        return alpha
    if channel == "lightness":
        return mask_from_pil(to_pil(image))
    return Mask(frozen(image[..., ("red", "green", "blue").index(channel)].copy()))


@node(family="image", tags=("open", "read", "file", "photo", "alpha"))
def load(path: Annotated[str, File("image")], *, run: Run) -> LoadedImage:
    """Read a picture from a file.

    The picture is turned upright (EXIF), brought to sRGB (its colour profile) and to 8 bits. Of an animation or a file
    with several pages the first is read. `alpha` is what shows, as in layer masks: white (255) is opaque, black (0)
    transparent, and a picture without transparency is all white. It fits image.save, image.paste and image.composite as
    it is; to paint the transparent part, mask.invert makes it the marked one. Colours under it stay as they are stored.

    path: a PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, JPEG 2000, PNM, TGA, ICO, QOI, PCX or PSD file; relative to the
        workflow's folder.
    """
    file = run.find(path)
    _check_file(file)
    try:
        # An open file, not its path: Pillow maps plain pixels of a path into memory and scrambles turned RGBA TIFFs.
        with open(file, "rb", buffering=BUFFER) as opened, Pillow.open(opened, formats=FORMATS) as picture:
            if picture.format not in ("MPO", "PSD") and getattr(picture, "is_animated", False):
                run.say(f"{file.name} holds several pictures: the first one is used")
            if picture.width * picture.height > MAX_PIXELS:
                raise Pillow.DecompressionBombError(f"{picture.width * picture.height} pixels")
            picture.load()
            return _as_srgb(picture, file, run.say)
    except BadInput:
        raise
    except Exception as error:  # damaged files make decoders raise nearly anything, from struct.error to IndexError
        what, cure = _explain(error, file)
        raise BadInput("path", what, cure) from error


def _check_file(file: Path) -> None:
    found = file.stat()
    if stat.S_ISDIR(found.st_mode):
        raise BadInput("path", f"{file} is a folder", "give the path of one picture in it")
    if not stat.S_ISREG(found.st_mode):
        raise BadInput("path", f"{file} is no ordinary file", "give the path of a picture file")
    if found.st_size == 0:
        raise BadInput("path", f"{file.name} is empty (0 bytes)", "copy or download the file again")


def _explain(error: Exception, file: Path) -> tuple[str, str]:
    """What is wrong with a file that made Pillow raise, and what to do."""
    if isinstance(error, UnidentifiedImageError):
        return _not_a_picture(file)
    if isinstance(error, Pillow.DecompressionBombError | Pillow.DecompressionBombWarning):
        pixels = re.search(r"\d+", str(error))
        size = f"{int(pixels[0]) / 1e6:.0f}" if pixels else "too many"
        what = f"{file.name} has {size} megapixels; the limit is {MAX_PIXELS // 1_000_000}"
        return what, "make it smaller in another program, or cut it into tiles"
    if isinstance(error, MemoryError):
        return f"there is not enough memory to open {file.name}", "close other programs, or make the picture smaller"
    if isinstance(error, PermissionError):
        return f"{file} can't be read ({error.strerror})", "give yourself the right to read it"
    what = f"{file.name} is damaged or cut off ({error or type(error).__name__})"
    return what, "copy or download it again, or repair it by opening and saving it in another program"


def _not_a_picture(file: Path) -> tuple[str, str]:
    with open(file, "rb") as opened:
        head = opened.read(512)
    for pattern, kind, cure in _KNOWN_STRANGERS:
        if re.match(pattern, head, re.IGNORECASE | re.DOTALL):
            return f"{file.name} is {kind}, which can't be read as a picture", cure
    return f"{file.name} is not a picture that can be read", "use a PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file"


def _as_srgb(picture: Pillow.Image, file: Path, say: Callable[[str], None]) -> LoadedImage:
    """Depth to 8 bits, profile to sRGB, transparency apart, then upright."""
    eight = _to_eight_bits(picture, file)
    if eight.mode in ("La", "RGBa"):
        eight = eight.convert("RGBA")
    opaque = None
    if eight.has_transparency_data:
        with_alpha = eight if eight.mode in ("LA", "RGBA") else eight.convert("RGBA")
        opaque = with_alpha.getchannel("A")
        eight = with_alpha.convert(with_alpha.mode[:-1])
    elif eight.mode in ("P", "PA"):
        eight = eight.convert("RGB")
    colours = _through_profile(eight, picture.info.get("icc_profile"), file, say)
    turn = _UPRIGHT.get(_orientation(picture))
    if turn is not None:
        colours = colours.transpose(turn)
        opaque = opaque and opaque.transpose(turn)
    image = from_pil(colours)
    alpha = mask_from_pil(opaque) if opaque else Mask(frozen(np.full(image.shape[:2], 255, np.uint8)))
    return LoadedImage(image, alpha)


def _orientation(picture: Pillow.Image) -> int:
    try:
        found = picture.getexif().get(_ORIENTATION)
    except Exception:  # an EXIF block that can't be parsed tells no orientation, as if it were not there
        return 1
    return found if isinstance(found, int) else 1


def _to_eight_bits(picture: Pillow.Image, file: Path) -> Pillow.Image:
    """Deep greys (16-bit, 32-bit, float) to 8 bits, rounded: 65535 and the float 1.0 become 255. Other modes stay.

    16-bit colour comes out of Pillow's decoders as 8 bits already, by its upper byte.
    """
    if not picture.mode.startswith(("I", "F")):
        return picture
    values = np.asarray(picture).astype(np.float32)
    top = 1.0 if picture.mode == "F" else 65535.0
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > top:
        what = f"the values of {file.name} run from {values.min():g} to {values.max():g}, outside 0..{top:g}"
        raise BadInput("path", what, "export it with 8 or 16 bits per channel")
    grey = Pillow.fromarray(np.rint(values * (255.0 / top)).astype(np.uint8))
    clear = picture.info.get("transparency")
    if isinstance(clear, int):
        grey.putalpha(Pillow.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    return grey


def _through_profile(picture: Pillow.Image, icc: bytes | None, file: Path, say: Callable[[str], None]) -> Pillow.Image:
    """Bring colours to sRGB by the embedded profile; without one they count as sRGB already."""
    if not icc:
        return _without_profile(picture)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if "srgb" in ImageCms.getProfileDescription(profile).lower():
            return _without_profile(picture)
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        converted = ImageCms.profileToProfile(
            _fitting(picture, profile),
            profile,
            ImageCms.createProfile("sRGB"),
            renderingIntent=intent,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        say(f"the colour profile of {file.name} can't be used ({error}): colours may be slightly off")
        return _without_profile(picture)
    return converted or _without_profile(picture)


def _fitting(picture: Pillow.Image, profile: ImageCms.ImageCmsProfile) -> Pillow.Image:
    """The picture in the mode that the profile describes: a palette or 1-bit picture has none of its own."""
    wanted = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}.get(
        profile.profile.xcolor_space.strip(), picture.mode
    )
    if {picture.mode, wanted} <= {"1", "L", "RGB"}:
        return picture.convert(wanted)
    return picture


def _without_profile(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB") or picture
    return picture if picture.mode == "RGB" else picture.convert("RGB")
