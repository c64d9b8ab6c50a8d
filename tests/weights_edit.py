"""Small InstructPix2Pix weights in the true formats: a UNet of 8 channels, four for the noise and four for the picture, in a folder and in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import weights


def pipeline(folder: Path, seed: int = 0) -> Any:
    """A StableDiffusionInstructPix2PixPipeline of 0.1 M random parameters for 64 × 64 pixels."""
    from diffusers import StableDiffusionInstructPix2PixPipeline

    parts = weights.inpaint_pipeline(folder, 8, seed).components
    names = ("vae", "text_encoder", "tokenizer", "unet", "scheduler")
    pipe = StableDiffusionInstructPix2PixPipeline(
        **{name: parts[name] for name in names}, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )  # fmt: skip
    pipe.set_progress_bar_config(disable=True)
    return pipe


def folder(path: Path, seed: int = 0, own: dict[str, Any] | None = None) -> Path:
    """A diffusers folder as timbrooks/instruct-pix2pix is one; `own` becomes its graft.json."""
    pipeline(path.parent / f"{path.name}-parts", seed).save_pretrained(path)
    if own is not None:
        (path / "graft.json").write_text(json.dumps(own))
    return path


def file(path: Path, seed: int = 0) -> Path:
    """One file with the key names of the original code, as instruct-pix2pix-00-22000.safetensors has them, its configuration beside it."""
    return weights.inpaint_file(path, 8, seed)
