"""Moving things within a picture without weights: cut out, the hole healed, pasted elsewhere so that light, grain and shadow fit."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np

from graph import BadInput, Image, Mask, Run, Seed, Slider, node

from . import patches, stitch
from .grain import estimated_noise
from .pixels import check_same_size, frozen, lay_over, size_text, to_bytes

Method = Literal["poisson", "soft"]
MARGIN = 6
"""Pixels of its old surroundings that a thing takes along, in which Poisson's equation may even out."""
DARKEST = 0.15
"""The least share of light that a moved shadow leaves."""
LIGHT = (0.5, 2.0)
"""How much darker and brighter a thing may become."""
_LUMA = np.array([0.299, 0.587, 0.114])


class Moved(NamedTuple):
    """image: uint8 (H, W, 3). mask: uint8 (H, W), where the thing is now. background: the picture without it, healed."""

    image: Image
    mask: Mask
    background: Image


class Swapped(NamedTuple):
    """image: uint8 (H, W, 3). mask: uint8 (H, W), where both things are now. background: the picture without them, healed."""

    image: Image
    mask: Mask
    background: Image


class _Thing(NamedTuple):
    """A piece of picture: colours uint8 (h, w, 3), alpha uint8 (h, w), shade float32 (h, w, 3) (how much light its shadow leaves, 1 where
    there is none), foot: x and y of the middle of its lower edge, in pixels of the piece. sigma: its grain."""

    colours: np.ndarray
    alpha: np.ndarray
    shade: np.ndarray
    foot: tuple[float, float]
    sigma: float


@node(family="move", output="moved", heavy=True, tags=("cut", "paste", "shift", "place", "relocate", "poisson", "drag"))
def object(
    image: Image,
    mask: Mask,
    right: Annotated[int, Slider(-16384, 16384)] = 0,
    down: Annotated[int, Slider(-16384, 16384)] = 0,
    size: Annotated[float, Slider(0.05, 8.0)] = 1.0,
    shadow: Mask | None = None,
    method: Method = "poisson",
    light: Annotated[float, Slider(0.0, 1.0, 0.05)] = 0.3,
    grow: Annotated[int, Slider(0, 200)] = 6,
    seed: Annotated[int, Seed()] = 0,
    *,
    run: Run,
) -> Moved:
    """Move the thing that a mask marks to another place; the hole is healed, and its shadow goes along.

    The hole is filled with pieces of its surroundings, as paint.heal does. "poisson" pastes differences instead of colours (Pérez, Gangnet and
    Blake, SIGGRAPH 2003), so that the thing takes on the light and tint of the new place; "soft" keeps its colours and fades its outline.

    image: uint8 (H, W, 3), any size.
    mask: uint8 (H, W), the thing; of the same size as the image.
    right: how far to the right, in pixels; negative is to the left. What leaves the picture is cut off.
    down: how far down, in pixels; negative is up.
    size: how many times larger the thing becomes, about its foot: below 1 for a place farther away.
    shadow: uint8 (H, W), its cast shadow, which may overlap the thing: how much light it takes is carried to the new place.
    method: how the thing is laid in.
    light: with "soft", how far its brightness follows that of the surroundings (of the new place, compared with the old): 0 not at all, 1 fully.
    grow: how many pixels the mask is grown before the hole is healed, so that soft edges go too.
    seed: of the grain that a thing gets when it became smoother by another size.
    """
    _check(image, mask, shadow)
    background = _healed(image, [mask] if shadow is None else [mask, shadow], grow, run)
    thing = _cut_out(image, background, mask, shadow)
    run.progress(2, 3)
    box = stitch.mask_box(mask)
    if box is None:
        raise _nothing("mask")
    foot = (box.left + box.right) / 2 + right, box.bottom + down
    result, now = _placed(background, _scaled(thing, size, seed), foot, method, light, image, mask)
    if not now.any():
        what = (
            f"moved by {right} to the right and {down} down, nothing of it is left in the picture of {size_text(image)}"
        )
        raise BadInput("right", what, "move it less far")
    run.progress(3, 3)
    return Moved(Image(frozen(result)), Mask(frozen(now)), Image(background))


@node(family="move", output="swapped", heavy=True, tags=("exchange", "positions", "places", "trade", "poisson"))
def swap(
    image: Image,
    first: Mask,
    second: Mask,
    fit: bool = False,
    method: Method = "soft",
    light: Annotated[float, Slider(0.0, 1.0, 0.05)] = 0.3,
    grow: Annotated[int, Slider(0, 200)] = 6,
    seed: Annotated[int, Seed()] = 0,
    *,
    run: Run,
) -> Swapped:
    """Let two things change places: each is set on the spot where the other stood, and the holes are healed.

    image: uint8 (H, W, 3), any size.
    first: uint8 (H, W), one thing; of the same size as the image.
    second: uint8 (H, W), the other thing. Where both masks mark a pixel it belongs to the first.
    fit: give each thing the height of the other, as when one stands farther away; otherwise they keep their sizes.
    method: how they are laid in: "soft" keeps their colours and fades their outlines, "poisson" lets them take on the light of the new place.
    light: with "soft", how far their brightness follows that of the surroundings: 0 not at all, 1 fully.
    grow: how many pixels the masks are grown before the holes are healed.
    seed: of the grain that a thing gets when it became smoother by another size.
    """
    _check(image, first, None, "first")
    second = Mask(np.where(first >= 128, 0, second).astype(np.uint8))
    _check(image, second, None, "second")
    background = _healed(image, [first, second], grow, run)
    boxes = [stitch.mask_box(first), stitch.mask_box(second)]
    result, marks = np.asarray(background), np.zeros(first.shape, np.uint8)
    for index, mask in enumerate((first, second)):
        own, other = boxes[index], boxes[1 - index]
        if own is None or other is None:
            raise _nothing("first" if own is None else "second")
        thing = _scaled(
            _cut_out(image, background, mask, None), other.height / own.height if fit else 1.0, seed + index
        )
        foot = (other.left + other.right) / 2, other.bottom
        result, now = _placed(result, thing, foot, method, light, image, mask)
        marks = np.maximum(marks, now)
        run.progress(2 + index, 4)
    run.progress(4, 4)
    return Swapped(Image(frozen(result)), Mask(frozen(marks)), Image(background))


def _check(image: np.ndarray, mask: np.ndarray, shadow: np.ndarray | None, socket: str = "mask") -> None:
    check_same_size(socket, mask, image)
    if shadow is not None:
        check_same_size("shadow", shadow, image)
    if not (mask >= 128).any():
        raise _nothing(socket)


def _nothing(socket: str) -> BadInput:
    return BadInput(socket, "it marks nothing that could be moved", "find or draw the thing first")


def _healed(image: np.ndarray, masks: list[np.ndarray], grow: int, run: Run) -> np.ndarray:
    run.progress(0, 3, "healing")
    hole = stitch.grow(np.maximum.reduce(masks), grow)
    if hole.all():
        raise BadInput(
            "mask", "it covers the whole picture, so that nothing is left to heal with", "mark less, or lower 'grow'"
        )
    return frozen(patches.fill(image, hole, check=run.check, say=run.say))


def _cut_out(image: np.ndarray, background: np.ndarray, mask: np.ndarray, shadow: np.ndarray | None) -> _Thing:
    """The thing, a margin of what was around it, and how much light its shadow takes."""
    import cv2

    reach = mask if shadow is None else np.maximum(mask, shadow)
    rows, columns = np.flatnonzero((reach > 0).any(1)), np.flatnonzero((reach > 0).any(0))
    top, left = max(0, rows[0] - MARGIN), max(0, columns[0] - MARGIN)
    window = slice(top, rows[-1] + MARGIN + 1), slice(left, columns[-1] + MARGIN + 1)
    colours, alpha = image[window], mask[window]
    shade = np.ones(colours.shape, np.float32)
    if shadow is not None:
        ratio = (cv2.blur(colours, (3, 3)) + np.float32(1)) / (cv2.blur(background[window], (3, 3)) + np.float32(1))
        weight = np.where(alpha > 0, 0, shadow[window])[..., None] / np.float32(255)
        shade = 1 - weight * (1 - np.clip(ratio, DARKEST, 1))
        colours = to_bytes(colours / shade)  # what is taken along beside the thing is no longer in its shadow
    box = stitch.mask_box(mask)
    assert box is not None
    foot = (box.left + box.right) / 2 - left, box.bottom - top
    return _Thing(colours, alpha, shade.astype(np.float32), foot, estimated_noise(colours, alpha >= 128))


def _scaled(thing: _Thing, size: float, seed: int) -> _Thing:
    """The thing in another size, with as much grain as before."""
    import cv2

    if size == 1:
        return thing
    height, width = thing.alpha.shape
    new = max(1, round(width * size)), max(1, round(height * size))
    how = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
    colours, alpha = cv2.resize(thing.colours, new, interpolation=how), cv2.resize(thing.alpha, new, interpolation=how)
    shade = np.clip(cv2.resize(thing.shade, new, interpolation=cv2.INTER_LINEAR), 0, 1)
    missing = thing.sigma**2 - estimated_noise(colours, alpha >= 128) ** 2
    if missing > 0.25:  # half a step of 0..255 is not seen
        noise = np.random.default_rng(seed).normal(0, missing**0.5, colours.shape)
        colours = to_bytes(colours + noise)
    foot = thing.foot[0] * new[0] / width, thing.foot[1] * new[1] / height
    return _Thing(colours, alpha, shade, foot, thing.sigma)


def _placed(
    background: np.ndarray, thing: _Thing, foot: tuple[float, float], method: Method, light: float, before: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The background with the thing on it, its foot at x and y; and the mask of where it is. before, mask: where it was, for the light there."""
    height, width = background.shape[:2]
    left, top = round(foot[0] - thing.foot[0]), round(foot[1] - thing.foot[1])
    rows = slice(max(0, top), min(height, top + thing.alpha.shape[0]))
    columns = slice(max(0, left), min(width, left + thing.alpha.shape[1]))
    now = np.zeros((height, width), np.uint8)
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return background, now
    part = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    now[rows, columns] = thing.alpha[part]
    canvas = background.copy()
    canvas[rows, columns] = to_bytes(canvas[rows, columns] * thing.shade[part])
    if method == "soft":
        gain = _gain(before, mask, canvas, now) ** light
        laid = canvas.copy()
        laid[rows, columns] = to_bytes(thing.colours[part] * np.float32(gain)) if gain != 1 else thing.colours[part]
    else:
        laid = _cloned(background, thing.colours[part], thing.alpha[part], rows, columns)
    return np.asarray(lay_over(canvas, laid, now)), now


def _gain(before: np.ndarray, mask: np.ndarray, after: np.ndarray, now: np.ndarray) -> float:
    """By how much the surroundings of the new place are brighter than those of the old one."""
    levels = []
    for picture, marked in ((before, mask), (after, now)):
        around = (stitch.grow(marked, 4 * MARGIN) > 0) & (stitch.grow(marked, MARGIN) == 0)
        levels.append(float((picture[around] @ _LUMA).mean()) if around.any() else 0.0)
    return float(np.clip((levels[1] + 1) / (levels[0] + 1), *LIGHT)) if all(levels) else 1.0


def _cloned(canvas: np.ndarray, colours: np.ndarray, alpha: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    """The canvas with the piece cloned into it in the gradient domain, by OpenCV; a rim keeps its solver off the border."""
    import cv2

    region = stitch.grow(alpha, MARGIN)  # OpenCV takes three pixels off it again
    if not (region > 0).any():
        return canvas
    rim = MARGIN
    below = cv2.copyMakeBorder(canvas[rows, columns], rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    above = cv2.copyMakeBorder(colours, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    marked = cv2.copyMakeBorder(((region > 0) * 255).astype(np.uint8), rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=0)
    x, y, wide, high = cv2.boundingRect(marked)
    mixed = cv2.seamlessClone(above, below, marked, (x + wide // 2, y + high // 2), cv2.NORMAL_CLONE)
    result = canvas.copy()
    result[rows, columns] = mixed[rim:-rim, rim:-rim]
    return result
