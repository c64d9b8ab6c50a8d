"""Arrays to pictures and back: the one place that decides how Pillow, colours and rounding meet our arrays.

Between nodes a picture is a read-only uint8 array, so that a value can be shared by many consumers and kept in a cache
without a copy. Every helper here returns new, read-only arrays and rounds to the nearest step; nothing wraps around.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Callable

import numpy as np
from PIL import Image as Pillow
from PIL import ImageColor

from graph import BadInput, Boxes, Image, Mask

MAX_PIXELS = 200_000_000
"""The largest picture that is opened or made, in pixels: 600 MB as RGB."""

STRIP_PIXELS = 1 << 20
"""How many pixels float arithmetic holds at once (about 12 MB for each float32 RGB temporary)."""

# Pillow warns above its limit and raises above twice the limit; one limit that always raises is simpler to explain.
Pillow.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Pillow.DecompressionBombWarning)


def frozen(array: np.ndarray) -> np.ndarray:
    """Return the array, contiguous and marked read-only (a view of someone else's memory is copied first)."""
    if array.base is not None or not array.flags.c_contiguous:
        array = np.array(array, order="C")
    array.flags.writeable = False
    return array


def to_bytes(array: np.ndarray) -> np.ndarray:
    """Round floats in 0..255 to the nearest uint8; values outside are clipped, never wrapped."""
    return np.clip(np.rint(array), 0, 255).astype(np.uint8)


def to_pil(image: np.ndarray) -> Pillow.Image:
    """Copy an RGB (H, W, 3) or grey (H, W) uint8 array into a Pillow picture of mode RGB or L."""
    return Pillow.fromarray(np.ascontiguousarray(image))


def from_pil(picture: Pillow.Image) -> Image:
    """Copy any Pillow picture into a read-only RGB array (H, W, 3); transparency is dropped."""
    return Image(frozen(np.array(_in_mode(picture, "RGB"))))


def mask_from_pil(picture: Pillow.Image) -> Mask:
    """Copy any Pillow picture into a read-only mask (H, W), uint8, by its lightness."""
    return Mask(frozen(np.array(_in_mode(picture, "L"))))


def _in_mode(picture: Pillow.Image, mode: str) -> Pillow.Image:
    return picture if picture.mode == mode else picture.convert(mode)  # convert copies even when there is nothing to do


def parse_colour(text: str, socket: str = "colour") -> tuple[int, int, int]:
    """Read "#rrggbb", "#rgb", "rgb(255, 0, 0)" or a name such as "dark orange" as (red, green, blue), 0..255."""
    compact = text.strip().lower()
    if not compact.startswith(("rgb", "hs")):
        compact = compact.replace(" ", "")
    try:
        red, green, blue, *alpha = ImageColor.getrgb(compact)
    except ValueError:
        close = difflib.get_close_matches(compact, ImageColor.colormap, n=1)
        hint = f'did you mean "{close[0]}"? Otherwise ' if close else ""
        raise BadInput(socket, f"{text[:60]!r} is no colour", f'{hint}write it like "#ff8800" or "orange"') from None
    if alpha and alpha[0] != 255:
        raise BadInput(
            socket,
            f"{text!r} is half transparent",
            "give a full colour such as #ff8800, and use a mask for transparency",
        )
    return red, green, blue


def size_text(array: np.ndarray) -> str:
    """The size as people read it: "640×480", width first."""
    return f"{array.shape[1]}×{array.shape[0]}"


def check_same_size(socket: str, array: np.ndarray, image: np.ndarray, other: str = "image") -> None:
    """Raise BadInput on `socket` unless both arrays have the same height and width."""
    if array.shape[:2] != image.shape[:2]:
        what = f"it is {size_text(array)} but {other} is {size_text(image)} pixels"
        raise BadInput(socket, what, "bring both to one size first, with image.resize, image.crop or image.pad")


def check_area(width: int, height: int, socket: str = "width") -> None:
    """Raise BadInput when a picture that is to be made is empty or has more than MAX_PIXELS."""
    if width < 1 or height < 1:
        raise BadInput(
            socket, f"a picture of {width}×{height} pixels has no area", "use at least 1 for width and height"
        )
    if width * height > MAX_PIXELS:
        what = f"{width}×{height} would be {width * height / 1e6:.0f} megapixels"
        raise BadInput(socket, what, f"stay below {MAX_PIXELS // 1_000_000} megapixels")


def one_box(boxes: Boxes, number: int = 1) -> tuple[float, float, float, float]:
    """Box `number` (1 is the first) as (left, top, right, bottom), in pixels; BadInput when it has no area."""
    if not 1 <= number <= len(boxes):
        cure = "find something first" if len(boxes) == 0 else f"choose 1 to {len(boxes)}"
        raise BadInput("boxes", f"there is no box number {number}, there are {len(boxes)}", cure)
    left, top, right, bottom = (float(edge) for edge in boxes[number - 1])
    if not (right > left and bottom > top and np.isfinite(boxes[number - 1]).all()):
        what = f"box number {number}, from ({left:g}, {top:g}) to ({right:g}, {bottom:g}), has no area"
        raise BadInput("boxes", what, "give one whose right and bottom lie beyond its left and top")
    return left, top, right, bottom


def by_strips(function: Callable[..., np.ndarray], *arrays: np.ndarray) -> np.ndarray:
    """Run a pixelwise function over horizontal strips of arrays of one height, so that float temporaries stay small.

    function: takes strips of every array, returns a uint8 strip of the first one's height.
    """
    height, width = arrays[0].shape[:2]
    rows = max(1, STRIP_PIXELS // max(1, width))
    strips = [function(*(array[top : top + rows] for array in arrays)) for top in range(0, height, rows)]
    return frozen(strips[0] if len(strips) == 1 else np.concatenate(strips))


def lay_over(below: np.ndarray, above: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mix two uint8 pictures (H, W, 3) by a uint8 mask (H, W): exact at 0 (below) and 255 (above), rounded between."""

    def mix(low: np.ndarray, high: np.ndarray, weight: np.ndarray) -> np.ndarray:
        share = weight[..., None].astype(np.uint32)
        return ((low * (255 - share) + high * share + 127) // 255).astype(np.uint8)

    return by_strips(mix, below, above, mask)
