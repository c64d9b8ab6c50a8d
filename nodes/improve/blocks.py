"""What JPEG leaves behind: blocks of 8 × 8 pixels, and waves along sharp edges."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import Image, Run, Slider, node
from nodes.pixels import check_area, frozen, lay_over, size_text

SHIFTS = [(row, column) for row in range(0, 8, 2) for column in range(0, 8, 2)]
"""Where the grid of blocks is laid, one after the other: every second place of the 64."""
WINDOW = 512
"""Pixels: side of the part from the middle whose blocks tell the quality."""
GUESSES = range(5, 96, 5)
LONGEST = 65_000
"""Pixels: the longest side of a JPEG."""


@node(family="improve", heavy=True, tags=("jpeg", "blocks", "compression", "artefacts", "deblocking"))
def deblock(image: Image, quality: Annotated[int, Slider(0, 100)] = 0, *, run: Run) -> Image:
    """Smooth the blocks of a JPEG that was compressed too much, and keep its edges.

    Re-application of JPEG (Nosratinia, Journal of VLSI Signal Processing, 2001): the picture is compressed again with its grid of blocks
    shifted, sixteen times, and the mean is taken; a block's border lies inside the other grids' blocks, where it is smoothed away. It works
    on a picture whose own grid begins in its corner, so deblock before you crop or scale. Flat drawings gain less than photographs.

    image: uint8 (H, W, 3), any size.
    quality: of the JPEG (as libjpeg counts, 1 to 100). 0 finds it out of the picture (JPEG ghosts, Farid 2009); a picture that shows no
        traces is left as it is, and that is said.
    """
    if not quality:
        quality = found_quality(image)
    if not quality:
        run.say(
            "no traces of JPEG were found, so the picture is left as it is; give its quality to smooth it all the same"
        )
        return image
    check_area(image.shape[1] + 16, image.shape[0] + 16)
    if max(image.shape[:2]) > LONGEST:
        run.say(f"a picture of {size_text(image)} is longer than a JPEG can be, so it is left as it is")
        return image
    total = np.zeros(image.shape, np.uint16)
    for done, (row, column) in enumerate(SHIFTS):
        run.progress(done, len(SHIFTS))
        shifted = np.pad(
            image, ((row, -(row + image.shape[0]) % 8), (column, -(column + image.shape[1]) % 8), (0, 0)), "edge"
        )
        total += _again(shifted, quality)[row : row + image.shape[0], column : column + image.shape[1]]
    return Image(frozen(((total + len(SHIFTS) // 2) // len(SHIFTS)).astype(np.uint8)))


def _again(image: np.ndarray, quality: int) -> np.ndarray:
    """Through a JPEG and back; uint8 of the same shape. Colours are not thinned out once more."""
    import cv2

    wide = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if image.ndim == 3:
        wide += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    _, data = cv2.imencode(".jpg", image, wide)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))


def found_quality(image: np.ndarray) -> int:
    """The quality at which compressing the luma once more changes least against the qualities beside it; 0 when there is no such dip."""
    import cv2

    if min(image.shape[:2]) < 32:
        return 0
    top, left = (max(0, (side - WINDOW) // 2) // 8 * 8 for side in image.shape[:2])
    luma = cv2.cvtColor(np.ascontiguousarray(image[top : top + WINDOW, left : left + WINDOW]), cv2.COLOR_RGB2GRAY)
    change = {q: float(cv2.norm(_again(luma, q), luma, cv2.NORM_L2SQR)) / luma.size for q in GUESSES}
    steps = list(GUESSES)
    dips = {
        q: change[q] / min(change[before], change[after])
        for before, q, after in zip(steps[:-2], steps[1:-1], steps[2:], strict=True)
    }
    best = min(dips, key=lambda q: dips[q])
    return best if (dips[best] < 0.9 and change[best] > 0) or change[best] == 0 < change[best - 5] else 0


@node(family="improve", tags=("ringing", "mosquito noise", "halo", "gibbs", "compression", "deringing"))
def dering(
    image: Image,
    reach: Annotated[int, Slider(1, 32)] = 8,
    strength: Annotated[float, Slider(1.0, 100.0)] = 40.0,
    edge: Annotated[int, Slider(10, 255)] = 40,
    *,
    run: Run,
) -> Image:
    """Smooth the waves (ringing, mosquito noise) beside sharp edges; the edges themselves and everything far from them stay as they are.

    Strong edges are found (Canny); in a band beside them a bilateral filter (Tomasi and Manduchi 1998), by OpenCV, evens out what
    differs little. Its rim is soft, so that no border is seen.

    image: uint8 (H, W, 3), any size.
    reach: how far from an edge waves are smoothed, in pixels; JPEG's reach 8.
    strength: how high a wave may be to be smoothed, in steps of 0..255: more than this is taken for detail.
    edge: how strong an edge must be to have waves, in steps of 0..255 across it.
    """
    import cv2

    soft = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 0.8)
    strong = cv2.Canny(soft, 2.0 * edge, 4.0 * edge)
    if not strong.any():
        return image
    run.progress(1, 2)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    band = cv2.blur(cv2.dilate(strong, kernel), (3, 3))
    even = cv2.bilateralFilter(image, 2 * max(2, reach // 2) + 1, strength, reach / 1.5)
    return Image(lay_over(image, even, band))
