"""Taking the background away, with an edge as fine as hair: a network says roughly what the subject is, and the edge is fitted to the picture."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Color, Image, Mask, Model, Run, Slider, node
from nodes.pixels import check_same_size, frozen, lay_over, parse_colour
from nodes.segment.alpha import Cut, refined

WHITE = Color("#ffffff")
FAINT = 0.1
"""A network whose answer nowhere reaches this has seen no subject."""
CELLS = 5
"""How many cells of the network's grid the true edge may lie from where it says."""
BAND = 0.006
"""How far the true edge may lie from a mask's, in longer sides of the picture."""

Band = Annotated[int, Slider(0, 400)]


class CutOut(NamedTuple):
    """image: the subject on the background colour. mask: how much of each pixel is subject, its transparency, uint8 (H, W). foreground: the subject's own
    colours, without those that shone through at its edge: what image.save writes with `mask` as alpha."""

    image: Image
    mask: Mask
    foreground: Image


@node(
    family="segment",
    heavy=True,
    tags=("remove background", "rembg", "rmbg", "u2net", "isnet", "birefnet", "matting", "alpha", "transparent", "sticker", "product photo", "salient"),
)  # fmt: skip
def cut_background(
    image: Image,
    background: Color = WHITE,
    fine: bool = True,
    edge: Band = 0,
    model: Annotated[str, Model("matting")] = "auto",
    *,
    run: Run,
) -> CutOut:
    """Cut the subject out of its background (salient object segmentation by an ONNX network, alpha matting at the edge by a guided filter).

    image: of any size; the network sees it scaled to its square, and the edge is fitted to the full picture.
    background: the colour that is laid behind the subject.
    fine: fit the edge to the picture and take the old background's colours off it; else the network's answer is scaled up as it is.
    edge: how far the true edge may lie from the one that the network gives, in pixels; 0 chooses it by the network's grid.
    model: which network to use: U²-Net, IS-Net, RMBG or BiRefNet, as an ONNX file.
    """
    loaded = run.models.get("matting", model, run.say)
    run.progress(0, 1, "looking for the subject")
    rough = loaded.alpha(image, run.say)
    if rough.max() < FAINT:
        what = f"no subject stands out from its background: the network's answer is {rough.max():.2f} at most"
        raise BadInput("image", what, "crop the picture around the subject, or choose another model")
    rough = loaded.stretched(rough)
    if not fine:
        return _laid(image, _scaled(rough, image), background)
    band = edge or max(2, round(CELLS * max(image.shape[:2]) / loaded.side))
    return _laid(image, refined(image, rough, band, run.progress), background)


@node(
    family="segment",
    heavy=True,
    tags=("matting", "alpha", "trimap", "hair", "feather", "refine edge", "select and mask", "guided filter", "decontaminate"),
)  # fmt: skip
def fine_edge(
    image: Image,
    mask: Mask,
    background: Color = WHITE,
    edge: Band = 0,
    *,
    run: Run,
) -> CutOut:
    """Fit the edge of any mask to its picture, with soft transparency where hair or blur lets the background through (guided-filter matting).

    image: the picture that the mask belongs to.
    mask: what to keep, roughly, of the same height and width.
    background: the colour that is laid behind it.
    edge: how far the true edge may lie from the mask's, in pixels; 0 chooses it by the picture's size.
    """
    check_same_size("mask", mask, image)
    if not (mask >= 128).any():
        raise BadInput("mask", "it marks nothing", "mark what to keep, for example with segment.mask_from_words")
    band = edge or max(2, round(BAND * max(image.shape[:2])))
    return _laid(image, refined(image, mask / np.float32(255), band, run.progress), background)


def _scaled(rough: np.ndarray, image: np.ndarray) -> Cut:
    """A network's answer at the picture's size, with the picture's own colours."""
    import cv2

    large = cv2.resize(rough, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return Cut(np.rint(np.clip(large, 0, 1) * 255).astype(np.uint8), image)


def _laid(image: np.ndarray, cut: Cut, background: Color) -> CutOut:
    behind = np.broadcast_to(np.array(parse_colour(background, "background"), np.uint8), image.shape)
    laid = lay_over(behind, cut.colours, cut.alpha)
    return CutOut(Image(laid), Mask(frozen(cut.alpha)), Image(frozen(cut.colours)))
