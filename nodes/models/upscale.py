"""Super-resolution and restoration networks by spandrel: which architecture it is follows from the names and shapes of its weights, so that
Real-ESRGAN, ESRGAN, SwinIR, HAT, SPAN, DAT, Swin2SR, SCUNet, FBCNN and others load by one path.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from graph import BadInput

from . import memory
from .device import pick_device

TILE = {"cpu": 192, "cuda": 512, "mps": 384}
LEAST_TILE = 32
"""Pixels. Below this a tile is nearly all overlap, and less memory is not to be had."""
STRANGERS = {
    "model.diffusion_model.": "a checkpoint of Stable Diffusion",
    "image_encoder.": "a checkpoint of Segment Anything",
    "vision_model.": "a CLIP model",
    "text_model.": "a text encoder",
    "lora_": "a LoRA",
    "first_stage_model.": "a VAE",
    "encoder.down.": "a VAE",
    "control_model.": "a ControlNet",
}
Step = Callable[[int, int], Any]
Window = tuple[int, int, int, int]
"""Top, left, bottom, right in whole pixels."""


class Upscaler:
    """A loaded network. scale: how many times larger its answer is. name: its architecture."""

    def __init__(self, network: Any, device: str) -> None:
        self.network, self.device = network, device
        self.scale, self.name = int(network.scale), str(network.architecture.name)

    def enlarge(
        self, image: np.ndarray, tile: int, overlap: int, step: Step = lambda done, total: None, say: Any = None
    ) -> np.ndarray:
        """The answer, uint8 (scale * H, scale * W, 3), to a picture uint8 (H, W, 3).

        tile: side without overlap, 0 for the device's own. step(done, total) is called before each tile and may raise. When memory
        does not suffice it is tried once more with tiles of half the side, which is said.
        """
        side = tile or TILE[self.device.partition(":")[0]]

        def smaller() -> str | None:
            nonlocal side
            if side <= LEAST_TILE:
                return None
            side = max(LEAST_TILE, side // 2)
            return f"tiles of {side} pixels"

        return memory.answered(lambda: self._enlarge(image, side, overlap, step), smaller, say, self.device)

    def _enlarge(self, image: np.ndarray, side: int, overlap: int, step: Step) -> np.ndarray:
        scale, (height, width) = self.scale, image.shape[:2]
        result = np.empty((height * scale, width * scale, 3), np.uint8)
        tiles = list(tiled(height, width, side))
        for done, (top, left, bottom, right) in enumerate(tiles):
            step(done, len(tiles))
            half = overlap - overlap // 2  # of the overlap the outer half is thrown away
            seen = (
                max(0, top - overlap),
                max(0, left - overlap),
                min(height, bottom + overlap),
                min(width, right + overlap),
            )
            used = max(0, top - half), max(0, left - half), min(height, bottom + half), min(width, right + half)
            answer = self._answer(image[seen[0] : seen[2], seen[1] : seen[3]])
            first, second = (used[0] - seen[0]) * scale, (used[1] - seen[1]) * scale
            rows, columns = (used[2] - used[0]) * scale, (used[3] - used[1]) * scale
            fade_in(
                result[used[0] * scale : used[2] * scale, used[1] * scale : used[3] * scale],
                answer[first : first + rows, second : second + columns],
                2 * half * scale if top else 0,
                2 * half * scale if left else 0,
            )
        step(len(tiles), len(tiles))
        return result

    def _answer(self, view: np.ndarray) -> np.ndarray:
        """One tile through the network: float32 (scale * h, scale * w, 3) in 0..255."""
        import torch

        pixels = torch.from_numpy(np.ascontiguousarray(view)).permute(2, 0, 1)[None].to(self.device)
        pixels = pixels.to(self.network.dtype) / 255
        if self.network.input_channels == 1:  # a network for grey pictures: channel by channel
            answer = torch.cat([self.network(pixels[:, channel : channel + 1])[:, :1] for channel in range(3)], 1)
        else:
            answer = self.network(pixels)
        result: np.ndarray = (answer[0].float() * 255).permute(1, 2, 0).cpu().numpy()
        return result


def tiled(height: int, width: int, side: int) -> Iterator[Window]:
    """Windows that cover a picture without overlap, row by row, as even in size as can be."""
    rows = np.linspace(0, height, -(-height // side) + 1).round().astype(int).tolist()
    columns = np.linspace(0, width, -(-width // side) + 1).round().astype(int).tolist()
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            yield top, left, bottom, right


def fade_in(below: np.ndarray, above: np.ndarray, rows: int, columns: int) -> None:
    """Lay a tile (h, w, 3) over what is there already, which it fades in over its first rows and columns; all else is replaced."""
    height, width = below.shape[:2]
    down = np.minimum((np.arange(height) + 0.5) / rows, 1) if rows else np.ones(height)
    along = np.minimum((np.arange(width) + 0.5) / columns, 1) if columns else np.ones(width)
    weight = np.minimum(down[:, None], along[None]).astype(np.float32)[..., None]
    mixed = np.where(weight >= 1, above, weight * above + (1 - weight) * below)
    below[:] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def load_upscale(path: Path, device: str = "auto") -> Upscaler:
    """Load a .pth or .safetensors file. Runs nothing that lies in the file.

    Raises BadInput that names the file when it is cut short, holds more than weights, or is of an architecture that makes no pictures of pictures.
    """
    from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError, canonicalize_state_dict

    where = pick_device(device)
    weights = _weights_in(path)
    try:
        network = ModelLoader(device="cpu").load_from_state_dict(canonicalize_state_dict(dict(weights)))
    except UnsupportedModelError as error:
        raise _wrong(path, _stranger(weights)) from error
    except (
        KeyError,
        ValueError,
        IndexError,
        AssertionError,
        RuntimeError,
        TypeError,
        AttributeError,
        ZeroDivisionError,
    ) as error:
        if memory.is_short(error):
            raise
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise _wrong(
            path, f"its weights do not fit together ({' '.join(line.strip() for line in lines[:2])})"
        ) from error
    if not isinstance(network, ImageModelDescriptor):
        raise _wrong(path, f"it is {network.architecture.name}, which fills holes and needs a mask")
    if network.input_channels not in (1, 3) or network.output_channels not in (1, 3):
        raise _wrong(
            path,
            f"it is {network.architecture.name} for {network.input_channels} channels, and pictures here have three (RGB)",
        )
    network.model.requires_grad_(False)
    network.to(where)
    if where != "cpu":
        half = network.supports_half and not network.supports_bfloat16
        network.half() if half else network.bfloat16() if network.supports_bfloat16 and where.startswith(
            "cuda"
        ) else None
    return Upscaler(network.eval(), where)


def _weights_in(path: Path) -> Mapping[str, Any]:
    """Names and tensors of a file."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix.lower() == ".safetensors":
            return load_file(path)
        with path.open("rb") as file:
            if file.read(2) not in {b"PK", b"\x80\x02"}:  # the start of torch's files, of today and of long ago
                raise ValueError("it does not start as one")
        found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        what = f"'{path.name}' holds more than weights: opening it could run a program that lies in it, so it is not loaded"
        raise BadInput("model", what, "get the checkpoint from its makers' page, or as .safetensors") from error
    except (
        SafetensorError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        KeyError,
        AttributeError,
        IndexError,
        TypeError,
    ) as error:
        why = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        what = f"'{path}' can't be read: it is cut short or no checkpoint ({why})"
        raise BadInput("model", what, "download it again, and compare its size") from error
    if not isinstance(found, Mapping):
        raise _wrong(path, f"it holds a {type(found).__name__} and no named weights")
    return found


def _stranger(weights: Mapping[str, Any]) -> str:
    """What a file is whose architecture spandrel does not know."""
    names = [str(name) for name in weights]
    known = next((what for start, what in STRANGERS.items() if any(name.startswith(start) for name in names)), "")
    return (
        f"it is {known}"
        if known
        else f"its architecture is not known (its first weight is '{names[0] if names else 'none'}')"
    )


def _wrong(path: Path, why: str) -> BadInput:
    return BadInput(
        "model",
        f"'{path}' is no super-resolution or restoration network: {why[:300]}",
        "give weights of Real-ESRGAN (RealESRGAN_x4plus.pth), ESRGAN, SwinIR, HAT, SPAN, DAT, Swin2SR, SCUNet or a relative",
    )
