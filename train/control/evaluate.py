"""What the exported ControlNet reaches: edges of unseen drawings and the words for them go in, and the edges of what the
painter makes of them are compared with the ones that were asked for.

The figure is the intersection over union of both edge pictures, where a pixel counts as met within one pixel, minus what
chance gives: the same against the edges of another scene. Beside it what the painter makes of the words without edges, and
what its autoencoder alone costs. A separate judge names the kind and the colour.

Writes docs/edges_sheet.webp: the first 36 cases, none left out: the edges, what was painted from them and the words, and
the drawing from which the edges were taken.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetPipeline, StableDiffusionInpaintPipeline
from PIL import Image

from train.control.edges import agreement, find_edges, sharp
from train.control.export import TARGET
from train.judge import load_judge
from train.painter.pool import SIDE
from train.painter.unet import SHIPPED
from train.scenes.crops import Crop, caption, draw_crops
from train.scenes.scene import Box

SHEET = Path(__file__).parent.parent.parent / "docs" / "edges_sheet.webp"
FIRST_SEED = 190_000_000
STEPS, GUIDANCE = 20, 3.0
COLUMNS, SHOWN = 12, 36


@dataclass(frozen=True)
class Case:
    """An unseen drawing. asked: bool (S, S), its edges. box: of the thing's hole."""

    crop: Crop
    asked: np.ndarray
    words: str
    box: Box


def make_case(index: int, first_seed: int = FIRST_SEED) -> Case:
    """A drawing with a thing in it, and full words for it."""
    rng = Random(first_seed + index)
    crop = next(crop for crop in draw_crops(first_seed + index, 8, SIDE) if crop.style == "box")
    rows, columns = np.flatnonzero(crop.hole.any(1)), np.flatnonzero(crop.hole.any(0))
    box = float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
    words = caption(rng, crop.kind, crop.colour, crop.place, "box")
    return Case(crop, sharp(find_edges(crop.image)), words, box)


def load_pipeline(net: ControlNetModel) -> StableDiffusionControlNetPipeline:
    """The painter seen as a model for words alone, steered by the ControlNet; float32."""
    parts = StableDiffusionInpaintPipeline.from_pretrained(SHIPPED, torch_dtype=torch.float32).components
    unet = parts["unet"]
    first = torch.nn.Conv2d(4, unet.conv_in.out_channels, 3, padding=1)
    first.load_state_dict({"weight": unet.conv_in.weight[:, :4], "bias": unet.conv_in.bias})
    unet.conv_in = first
    unet.register_to_config(in_channels=4)
    pipeline = StableDiffusionControlNetPipeline(**parts, controlnet=net, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@torch.no_grad()
def paint(pipeline: Any, cases: list[Case], weight: float = 1.0, batch: int = 20) -> np.ndarray:
    """uint8 (N, S, S, 3): what is painted from the words and the edges."""
    answers: list[np.ndarray] = []
    for i in range(0, len(cases), batch):
        part = cases[i : i + batch]
        hints = [Image.fromarray(np.repeat(case.asked[..., None], 3, 2).astype(np.uint8) * 255) for case in part]
        with torch.autocast("cpu", torch.bfloat16):
            made = pipeline(
                prompt=[case.words for case in part],
                image=hints,
                height=SIDE,
                width=SIDE,
                num_inference_steps=STEPS,
                guidance_scale=GUIDANCE,
                controlnet_conditioning_scale=weight,
                generator=[torch.Generator().manual_seed(i + k) for k in range(len(part))],
                output_type="np",
            ).images
        answers += [(p * 255).round().astype(np.uint8) for p in made]
    return np.stack(answers)


@torch.no_grad()
def _through_vae(pipeline: Any, cases: list[Case]) -> np.ndarray:
    x = torch.from_numpy(np.stack([case.crop.image for case in cases])).permute(0, 3, 1, 2).float() / 127.5 - 1
    y = pipeline.vae.decode(pipeline.vae.encode(x).latent_dist.mode()).sample.clamp(-1, 1)
    return ((y + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def agreements(cases: list[Case], pictures: np.ndarray) -> tuple[float, float]:
    """Mean agreement of the pictures' edges with the ones asked for, and with those of the next case (chance)."""
    found = [sharp(find_edges(picture)) for picture in pictures]
    own = [agreement(case.asked, edges) for case, edges in zip(cases, found, strict=True)]
    others = [agreement(cases[(i + 1) % len(cases)].asked, edges) for i, edges in enumerate(found)]
    return float(np.mean(own)), float(np.mean(others))


def save_sheet(cases: list[Case], made: np.ndarray, path: Path) -> None:
    """Twelve cases a row: the edges, the painting, the drawing."""
    rows: list[np.ndarray] = []
    for i in range(0, len(cases), COLUMNS):
        part = cases[i : i + COLUMNS]
        rows.append(np.concatenate([np.repeat(c.asked[..., None], 3, 2).astype(np.uint8) * 255 for c in part], 1))
        rows.append(np.concatenate(list(made[i : i + COLUMNS]), 1))
        rows.append(np.concatenate([c.crop.image for c in part], 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(path, quality=88, method=6)


def measure(net: ControlNetModel, cases: list[Case]) -> tuple[dict[str, float], np.ndarray]:
    """All figures, and the pictures painted with the edges."""
    pipeline, judge = load_pipeline(net), load_judge()
    made, free = paint(pipeline, cases), paint(pipeline, cases, weight=0.0)
    result: dict[str, float] = {"cases": len(cases)}
    for name, pictures in (
        ("painted", made),
        ("without edges", free),
        ("autoencoder alone", _through_vae(pipeline, cases)),
    ):
        own, chance = agreements(cases, pictures)
        named = [judge.name(picture, case.box) for picture, case in zip(pictures, cases, strict=True)]
        result |= {f"{name}, agreement": own, f"{name}, chance": chance, f"{name}, above chance": own - chance}
        result[f"{name}, kind"] = float(np.mean([n.kind == c.crop.kind for n, c in zip(named, cases, strict=True)]))
        told = [(n, c) for n, c in zip(named, cases, strict=True) if _says(c)]
        result[f"{name}, colour"] = float(np.mean([n.colour == c.crop.colour for n, c in told]))
    return {key: round(value, 4) for key, value in result.items()}, made


def _says(case: Case) -> bool:
    return bool(set(case.words.split()) & {case.crop.colour, case.crop.colour.replace("a", "e")})


def evaluate(count: int = 200, folder: Path = TARGET, sheet: Path = SHEET) -> dict[str, float]:
    """Paint `count` unseen cases; print and return the figures."""
    cases = [make_case(i) for i in range(count)]
    result, made = measure(ControlNetModel.from_pretrained(folder, torch_dtype=torch.float32), cases)
    save_sheet(cases[:SHOWN], made[:SHOWN], sheet)
    for name, value in result.items():
        print(f"  {name}: {value}")
    print(json.dumps(result), flush=True)
    return result
