"""What models of transformers that look at a picture have in common: reading the folder with words for what is wrong in it, bringing a picture to
their size, and knowing which part of the picture they saw (many cut out its middle square)."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures

from graph import BadInput

from . import memory
from .device import pick_device, pick_dtype

LARGEST = 4096
"""Longest side that a model's own preprocessing gets, in pixels: all of them see less than a tenth of it."""
LONGEST = 30
"""How many times longer than wide a picture may be: preprocessing would scale its short side up, and fill the memory."""
RAMP = (64, 1024)
"""Least and most of the longest side of the picture by which is found out what a model sees, in pixels."""


def load_folder(
    path: Path, device: str, wanted: tuple[str, ...], noun: str, cure: str, processor: str, dtype: Any = None
) -> tuple[Any, Any]:
    """The model and its preprocessing out of a transformers folder, on the device, in evaluation mode.

    wanted: endings of the class in config.json. noun, cure: for the words of an error. processor: the class of transformers that prepares.
    dtype: of torch, None for the one that suits the device.
    Weights are .safetensors, else .bin read as weights only. Raises BadInput when it is broken, incomplete or of another family.
    """
    import transformers
    from safetensors import SafetensorError

    architecture = _architecture(path, wanted, noun, cure)
    where = pick_device(device)
    try:
        with quiet():
            prepare = getattr(transformers, processor).from_pretrained(path, local_files_only=True)
            model, report = getattr(transformers, architecture).from_pretrained(
                path, output_loading_info=True, local_files_only=True, dtype=dtype or pick_dtype(where)
            )
        missing = sorted(report["missing_keys"]) + sorted(str(key) for key in report["mismatched_keys"])
        if missing:  # transformers fills them with random numbers
            raise ValueError(
                f"{len(missing)} of its tensors are missing or of another size, the first is '{missing[0]}'"
            )
        return model.eval().requires_grad_(False).to(where), prepare
    except (
        OSError,
        ValueError,
        RuntimeError,
        LookupError,
        TypeError,
        AttributeError,
        EOFError,
        SafetensorError,
    ) as error:
        if memory.is_short(error):
            raise
        raise broken(path, noun, error) from error
    except pickle.UnpicklingError as error:
        what = f"the weights in '{path}' hold more than numbers: opening them could run a program that lies in them, so they are not loaded"
        raise BadInput("model", what, "get the same model with .safetensors weights") from error


def _architecture(path: Path, wanted: tuple[str, ...], noun: str, cure: str) -> str:
    """The name of the model's class, from config.json."""
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        names = config.get("architectures") or []
        of_diffusers = (
            config.get("_class_name") or f"of type '{config.get('model_type', 'unknown')}', without 'architectures'"
        )
        given = names[0] if names else of_diffusers
    except (OSError, ValueError, AttributeError) as error:
        raise broken(path, noun, error) from error
    if not names or not str(names[0]).endswith(wanted):
        raise BadInput("model", f"'{path}' is no {noun} (its config.json says it is {given})", cure)
    return str(names[0])


def broken(path: Path, noun: str, error: Exception) -> BadInput:
    """The error for a folder that can't be loaded."""
    lines = str(error).strip().splitlines() or ["no details"]
    return BadInput(
        "model",
        f"the {noun} in '{path}' can't be loaded: {type(error).__name__}: {lines[0][:300]}",
        "get the folder again: config.json, preprocessor and tokenizer files and weights, all of one model",
    )


def shown(image: np.ndarray) -> Pictures.Image:
    """uint8 (H, W, 3) as a picture that preprocessing can take: not above LARGEST, BadInput for what is far too narrow."""
    height, width = image.shape[:2]
    if max(height, width) > LONGEST * min(height, width):
        what = f"it is {width}×{height}: too narrow for a model that looks at squares"
        raise BadInput("image", what, f"crop it, or pad it with image.pad, to at most {LONGEST} times as long as wide")
    picture = Pictures.fromarray(image)
    if max(picture.size) > LARGEST:
        shrink = LARGEST / max(picture.size)
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        picture = picture.resize(size, Pictures.Resampling.BICUBIC, reducing_gap=3.0)
    return picture


def seen_part(prepare: Callable[..., Any], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, as shares of width and height, of what the preprocessing lets a model see of a picture of this (width, height).

    A picture of two ramps goes through it; straight lines through what comes out tell where its edges are.
    """
    longest = max(size)
    scale = RAMP[1] / longest if longest > RAMP[1] else -(-RAMP[0] // longest)
    width, height = (max(2, round(side * scale)) for side in size)
    ramps = np.zeros((height, width, 3), np.uint8)
    ramps[..., 0] = np.round(255 * (np.arange(width) + 0.5) / width)
    ramps[..., 1] = np.round(255 * (np.arange(height)[:, None] + 0.5) / height)
    seen = prepare(images=Pictures.fromarray(ramps), do_normalize=False, do_rescale=False, return_tensors="np")
    pixels = np.asarray(seen["pixel_values"], np.float64)[0] / 255
    left, right = _ends(pixels[0].mean(0))
    top, bottom = _ends(pixels[1].mean(1))
    return left, top, right, bottom


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Where a straight line through the middle of these values starts and ends, within 0..1; near the ends resampling bends it."""
    count = len(values)
    centres = (np.arange(count) + 0.5) / count
    inner = slice(count // 8, count - count // 8) if count >= 16 else slice(None)
    slope, start = np.polyfit(centres[inner], values[inner], 1)
    return float(np.clip(start, 0, 1)), float(np.clip(start + slope, 0, 1))


def spread(cells: np.ndarray, part: tuple[float, float, float, float], size: tuple[int, int]) -> np.ndarray:
    """A map over what a model saw, float (h, w), as one over the whole picture, float32 (H, W), scaled to 0..1; zero where it did not look.

    part: of `seen_part`. size: the picture's width and height in pixels.
    """
    width, height = size
    x0, y0 = round(part[0] * width), round(part[1] * height)
    x1, y1 = max(x0 + 1, round(part[2] * width)), max(y0 + 1, round(part[3] * height))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    values = np.asarray(cells, np.float32)
    top = float(values.max())
    values = np.clip(values / top, 0, 1) if top > 0 else np.zeros_like(values)
    large = Pictures.fromarray(values).resize((min(x1, width) - x0, min(y1, height) - y0), Pictures.Resampling.BILINEAR)
    whole = np.zeros((height, width), np.float32)
    whole[y0 : min(y1, height), x0 : min(x1, width)] = np.clip(np.asarray(large), 0, 1)
    return whole


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps transformers' own log off the terminal: what matters of it is raised as an error."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
