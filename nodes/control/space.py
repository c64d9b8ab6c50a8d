"""How far things are and which way their surfaces face: depth by a model, normals from any depth."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import Heat, Image, Model, Run, Slider, node
from nodes.control.working import picture, scaled, working
from nodes.pixels import by_strips, frozen, to_bytes


class Depth(NamedTuple):
    """image: uint8 (H, W, 3), near is white. heat: the same, float32 (H, W), 0..1: inverse depth, scaled so that the nearest place is 1 and the
    farthest 0."""

    image: Image
    heat: Heat


@node(
    family="control",
    heavy=True,
    tags=("controlnet", "preprocessor", "annotator", "distance", "3d", "depth anything", "midas", "dpt", "depth map"),
)
def depth(image: Image, model: Annotated[str, Model("depth_map")] = "auto", *, run: Run) -> Depth:
    """How near every place is: monocular depth estimation (Depth Anything V2, Yang et al. 2024; DPT, Ranftl et al. 2021; GLPN), near is white.

    The values are relative: nearest 1, farthest 0, and inverse in between, as ControlNet "depth" expects. Models that answer in metres are turned round.

    image: uint8 (H, W, 3), any size up to 30 times as long as wide; the map has the same height and width.
    model: which depth model to use.
    """
    loaded = run.models.get("depth_map", model, run.say)
    run.progress(0, 1, "looking at the picture")
    near = scaled(loaded.nearness(image), (image.shape[1], image.shape[0]))
    run.progress(1, 1)
    heat = Heat(frozen(np.clip(near, 0, 1)))
    return Depth(Image(by_strips(lambda strip: np.repeat(to_bytes(strip * 255)[..., None], 3, 2), heat)), heat)


@node(
    family="control", tags=("controlnet", "preprocessor", "annotator", "normal map", "surface", "relief", "bump", "3d")
)
def normal(
    depth: Heat,
    relief: Annotated[float, Slider(0.05, 20.0)] = 1.0,
    background: Annotated[float, Slider(0.0, 1.0)] = 0.1,
    resolution: Annotated[int, Slider(0, 4096)] = 512,
) -> Image:
    """Which way surfaces face, as a normal map: red is left, green is up, blue is towards the viewer, as ControlNet "normal" expects.

    From the gradient of the inverse depth by Sobel masks, as "normal from MiDaS" of ControlNet 1.0 does it; a trained model such as NormalBae sees finer
    relief.

    depth: nearness float32 (H, W), 0..1, such as the heat of control.depth; the map has the same height and width.
    relief: how steep slopes look: the length in which depth from 0 to 1 rises by 45 degrees is the picture's longer side divided by this.
    background: what is farther than this (0 is farthest) is taken as a wall that faces the viewer.
    resolution: the short side at which slopes are measured, in pixels; 0 is the map's own size.
    """
    import cv2

    near = working(depth, resolution)
    steep = relief * max(near.shape) / 8  # a Sobel mask of 3 × 3 sums to 8 times the slope
    across, down = (steep * cv2.Sobel(near, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    far = near < background
    across[far] = down[far] = 0
    facing = np.stack([across, down, np.ones_like(across)], 2)
    facing /= np.linalg.norm(facing, axis=2, keepdims=True)
    return picture(to_bytes(facing * 127.5 + 127.5), depth)
