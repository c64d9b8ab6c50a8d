"""Making a picture larger, with detail that a network adds: super-resolution and restoration networks, tile by tile."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from graph import Image, Model, Run, Slider, node, unknown
from nodes.pixels import check_area, frozen


@node(
    family="improve",
    heavy=True,
    tags=("super-resolution", "enlarge", "real-esrgan", "esrgan", "swinir", "hat", "restore", "denoise", "2x", "4x"),
    size=unknown,
)
def upscale(
    image: Image,
    model: Annotated[str, Model("upscale")] = "auto",
    tile: Annotated[int, Slider(0, 2048, 32)] = 0,
    overlap: Annotated[int, Slider(0, 256, 8)] = 32,
    *,
    run: Run,
) -> Image:
    """Make a picture larger with detail, or clean it, by a super-resolution or restoration network (single-image super-resolution).

    Real-ESRGAN (Wang et al. 2021), its relatives and some forty other architectures are told apart by their weights (spandrel). The weights say how
    many times larger the picture becomes: 1, 2, 3, 4 or 8. Large pictures are worked on in tiles that overlap; where they meet, one fades into
    the next.

    image: uint8 (H, W, 3), any size; the result may have at most 200 megapixels.
    model: the weights; "auto" takes the first in models/upscale. A file is given by its path or name.
    tile: the side of a tile, in pixels of the picture, without its overlap; 0 chooses 512 on an accelerator and 192 on a processor. Smaller takes
        less memory and more time.
    overlap: how far a tile sees beyond its border on each side, in pixels. Half of it is thrown away, the other half fades; if it is at least twice
        what the network sees around a pixel, tiles change nothing.
    """
    loaded = run.models.get("upscale", model, run.say)
    check_area(image.shape[1] * loaded.scale, image.shape[0] * loaded.scale, "image")
    result: np.ndarray = loaded.enlarge(image, tile, overlap, run.progress, run.say)
    return Image(frozen(result))
