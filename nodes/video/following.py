"""A mask that stays on its thing through a clip: carried from frame to frame along the optical flow, and steadied over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Annotated, Any, NamedTuple

import numpy as np

from graph import BadInput, Image, Mask, Run, Slider, node
from nodes.pixels import check_same_size, frozen

FAR = 24.0
"""Pixels: how far from the outline distances are told apart."""
DEEP, REACH, ROUNDS = 12.0, 8.0, 2
"""Pixels: from which depth within a thing its motion counts fully, and how far it is spread; how often that is repeated."""
ENTERING = 3.0
"""How fast a thing that is cut by the frame ends where more of the scene comes in, in pixels of distance for each pixel."""


class Followed(NamedTuple):
    """image: the frame. mask: uint8 (H, W), the thing in it. index: 0 for the first."""

    image: Image
    mask: Mask
    index: int


@node(family="video", tags=("track", "propagate", "optical flow", "rotoscope", "tracking", "follow"))
def follow_mask(
    frames: Iterable[Image],
    mask: Mask,
    smooth: Annotated[float, Slider(0.0, 10.0)] = 1.0,
    side: Annotated[int, Slider(128, 2048)] = 640,
    *,
    run: Run,
) -> Iterator[Followed]:
    """Carry a mask of the first frame through a clip, along the optical flow (Dense Inverse Search, Kroeger et al. 2016, by OpenCV).

    The outline travels as a field of signed distances, which stays sharp however often it is carried on. What is hidden and comes back is
    not found again: give such clips a mask for every frame and use video.steady_masks.

    frames: the stream of frames, all of one size.
    mask: uint8 (H, W), the thing in the first frame.
    smooth: how much its outline is evened in each frame, in pixels of the flow's picture; 0 lets it fray.
    side: the longer side of the picture in which the flow is looked for, in pixels; smaller is faster and coarser.
    """
    field: np.ndarray | None = None
    before: np.ndarray | None = None
    for index, image in enumerate(frames):
        run.check()
        small = _shrunk(image, side)
        if before is None or field is None:
            check_same_size("mask", mask, image, "the first frame")
            if not (mask >= 128).any():
                raise BadInput("mask", "it marks nothing that could be followed", "mark the thing in the first frame")
            field, shown = _distances(_resized(mask, small)), np.asarray(mask)
        else:
            _check_even(small, before, index)
            field = _carried(field, before, small, smooth)
            shown = _outline(field, image)
        before = small
        yield Followed(image, Mask(frozen(shown.copy())), index)


@node(family="video", tags=("stabilise", "flicker", "temporal", "smooth", "optical flow"))
def steady_masks(
    frames: Iterable[Image],
    masks: Iterable[Mask],
    keep: Annotated[float, Slider(0.0, 0.98)] = 0.7,
    side: Annotated[int, Slider(128, 2048)] = 640,
    *,
    run: Run,
) -> Iterator[Followed]:
    """Steady masks that were found frame by frame and flicker: each is mixed with the one before it, carried along the optical flow.

    A recursive mean along the motion (flow: Dense Inverse Search, Kroeger et al. 2016, by OpenCV) of signed distances. Frames in which
    nothing was found are bridged.

    frames: the stream of frames, all of one size.
    masks: uint8 (H, W) for each frame, of the same size.
    keep: how much of what was known before stays: 0 takes each mask as it was found, 0.9 follows changes over about ten frames.
    side: the longer side of the picture in which flow and masks are worked on, in pixels.
    """
    field: np.ndarray | None = None
    before: np.ndarray | None = None
    for index, (image, mask) in enumerate(zip_longest(frames, masks)):
        run.check()
        if image is None or mask is None:
            socket = "frames" if image is None else "masks"
            raise BadInput(socket, f"it ends after {index} items, the other goes on", "give one mask for each frame")
        check_same_size("masks", mask, image, f"frame {index + 1}")
        small = _shrunk(image, side)
        found = _distances(_resized(mask, small)) if (mask >= 128).any() else None
        if before is None or field is None:
            field = found
        else:
            _check_even(small, before, index)
            carried = _carried(field, before, small, 0.0)
            field = carried if found is None else keep * carried + (1 - keep) * found
        before = small
        shown = np.zeros(image.shape[:2], np.uint8) if field is None else _outline(field, image)
        yield Followed(image, Mask(frozen(shown)), index)


def _check_even(small: np.ndarray, before: np.ndarray, index: int) -> None:
    if small.shape != before.shape:
        raise BadInput(
            "frames",
            f"frame {index + 1} has another size than the one before",
            "bring all to one size first, with image.resize",
        )


def _shrunk(image: np.ndarray, side: int) -> np.ndarray:
    """Grey, uint8 (h, w), its longer side `side`, or four times that of the picture if this is less; no side under 16 pixels: the flow needs some."""
    import cv2

    scale = min(4.0, side / max(image.shape[:2]))
    size = tuple(max(16, round(length * scale)) for length in image.shape[1::-1])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _resized(mask: np.ndarray, small: np.ndarray) -> np.ndarray:
    import cv2

    how = cv2.INTER_AREA if mask.shape[0] > small.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(mask, small.shape[::-1], interpolation=how)


def _distances(mask: np.ndarray) -> np.ndarray:
    """Signed distances from the outline, float32 (h, w), in pixels: above 0 within the thing, within ±FAR. Soft edges place it between pixels."""
    import cv2

    inside = (mask >= 128).astype(np.uint8)
    inner = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    outer = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5) if inside.any() else np.full(mask.shape, FAR, np.float32)
    soft = mask.astype(np.float32) / 255 - 0.5
    signed = np.where(inside > 0, inner - 0.5, 0.5 - outer)
    signed = np.where((mask > 0) & (mask < 255), soft, signed)
    return np.clip(signed, -FAR, FAR).astype(np.float32)


def _carried(field: np.ndarray, before: np.ndarray, now: np.ndarray, smooth: float) -> np.ndarray:
    """The field (h, w) of the frame before, where its places are in this frame. Each pixel asks where it came from.

    Flow is blurred where two motions meet, which is at the outline. So the outline goes with what lies well within it.
    """
    import cv2

    flow = _finder().calc(now, before, None)
    moved = _sampled(field, flow)
    for _ in range(ROUNDS):
        weight = np.clip(moved / DEEP, 0, 1) ** 2 + np.float32(1e-4) * (moved > 0)
        spread = cv2.GaussianBlur(weight, (0, 0), REACH)
        within = cv2.GaussianBlur(flow * weight[..., None], (0, 0), REACH) / np.maximum(spread, 1e-9)[..., None]
        moved = _sampled(field, np.where(spread[..., None] > 1e-7, within, flow))
    return cv2.GaussianBlur(moved, (0, 0), smooth) if smooth else moved


def _sampled(field: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """The field (h, w) at the places to which the flow (h, w, 2) points; beyond the frame it falls by the distance from it."""
    import cv2

    height, width = field.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x, y = x + flow[..., 0], y + flow[..., 1]
    moved = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    beyond = np.hypot(x - np.clip(x, 0, width - 1), y - np.clip(y, 0, height - 1))
    return np.asarray(moved - ENTERING * beyond, np.float32)


def _finder() -> Any:
    import cv2

    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setFinestScale(0)  # at half the size, as the preset has it, small motions are lost
    return finder


def _outline(field: np.ndarray, image: np.ndarray) -> np.ndarray:
    """The mask, uint8 (H, W), of a field (h, w): its edge is one pixel of the small picture wide."""
    import cv2

    large = cv2.resize(field, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.rint(255 * np.clip(large + 0.5, 0, 1)).astype(np.uint8)
