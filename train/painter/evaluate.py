"""What the exported painter reaches: unseen scenes, an object replaced by one of another kind and colour, named by a
separate judge.

Writes docs/painter_sheet.webp: the first 48 cases, none left out, each with the scene before (above) and after
(below).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from diffusers import StableDiffusionInpaintPipeline
from PIL import Image, ImageDraw

from train.judge import load_judge
from train.painter.export import TARGET
from train.painter.pool import SIDE
from train.scenes import ASPECT, COLOURS, KINDS, draw_pair
from train.scenes.palette import article
from train.scenes.scene import Box

SHEET = Path(__file__).parent.parent.parent / "docs" / "painter_sheet.webp"
FIRST_SEED = 70_000_000
SCENE = 320  # pixels
STEPS, GUIDANCE = 20, 3.0


@dataclass(frozen=True)
class Case:
    """One object to be replaced.

    before: uint8 (S, S, 3), the old object in its place. cleared: the same without it, as the removal of what shows
    beside the hole would leave it. hole: uint8 (S, S), 255 where to paint. box: the hole in the crop. kind, colour:
    what is asked for. old_*: what stands there before.
    """

    before: np.ndarray
    cleared: np.ndarray
    hole: np.ndarray
    box: Box
    kind: str
    colour: str
    old_kind: str
    old_colour: str
    old_box: Box


def stand(box: Box, aspect: float, margin: float = 0.05) -> Box:
    """A hole for a thing of the given width / height: the box's area and lower edge, with a margin on all sides."""
    area, centre = (box[2] - box[0]) * (box[3] - box[1]), (box[0] + box[2]) / 2
    w, h = (area * aspect) ** 0.5, (area / aspect) ** 0.5
    pad = margin * max(w, h)
    hole = centre - w / 2 - pad, box[3] - h - pad, centre + w / 2 + pad, box[3] + pad
    return max(0.0, hole[0]), max(0.0, hole[1]), min(SCENE, hole[2]), min(SCENE, hole[3])


def make_case(index: int) -> Case:
    """An unseen scene whose nearest object is to be replaced by one of another kind and another colour."""
    rng = Random(FIRST_SEED + index)
    scene, empty = draw_pair(FIRST_SEED + index, SCENE, (1, 3))
    old = scene.objects[-1]
    kind = rng.choice([k for k in KINDS if k != old.kind])
    colour = rng.choice([c for c in COLOURS if c != old.colour])
    hole = stand(old.box, ASPECT[kind])
    side = min(float(SCENE), max(hole[2] - hole[0], hole[3] - hole[1]) / rng.uniform(0.6, 0.76))
    x0 = min(max(0.0, (hole[0] + hole[2] - side) / 2), SCENE - side)
    y0 = min(max(0.0, (hole[1] + hole[3] - side) / 2), SCENE - side)
    before, cleared = (
        np.asarray(Image.fromarray(p).resize((SIDE, SIDE), Image.Resampling.LANCZOS, (x0, y0, x0 + side, y0 + side)))
        for p in (scene.image, empty)
    )
    left, top, right, foot = box = _inside(hole, x0, y0, SIDE / side)
    sheet = Image.new("L", (SIDE, SIDE), 0)
    radius = 0.07 * max(right - left, foot - top)
    ImageDraw.Draw(sheet).rounded_rectangle((left, top, right - 1, foot - 1), radius=radius, fill=255)
    old_box = _inside(old.box, x0, y0, SIDE / side)
    return Case(before, cleared, np.asarray(sheet), box, kind, colour, old.kind, old.colour, old_box)


def _inside(box: Box, x0: float, y0: float, scale: float) -> Box:
    """The box in the pixels of a crop that starts at x0, y0."""
    return (box[0] - x0) * scale, (box[1] - y0) * scale, (box[2] - x0) * scale, (box[3] - y0) * scale


def _resized(image: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


@torch.no_grad()
def paint(pipeline: StableDiffusionInpaintPipeline, cases: list[Case], seed: int = 0, batch: int = 24) -> np.ndarray:
    """uint8 (N, S, S, 3): the cases painted at the model's own size and scaled back; pixels outside the holes are the
    old ones.
    """
    answers = []
    side = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
    for i in range(0, len(cases), batch):
        part = cases[i : i + batch]
        with torch.autocast("cpu", torch.bfloat16):
            painted = pipeline(
                prompt=[article(f"{c.colour} {c.kind}") for c in part],
                image=[Image.fromarray(c.cleared).resize((side, side), Image.Resampling.LANCZOS) for c in part],
                mask_image=[Image.fromarray(c.hole).resize((side, side), Image.Resampling.NEAREST) for c in part],
                height=side,
                width=side,
                num_inference_steps=STEPS,
                guidance_scale=GUIDANCE,
                generator=[torch.Generator().manual_seed(seed + i + k) for k in range(len(part))],
                output_type="np",
            ).images
        pixels = [_resized((p * 255).round().astype(np.uint8), SIDE) for p in painted]
        answers += [np.where(c.hole[..., None] > 127, p, c.cleared) for c, p in zip(part, pixels, strict=True)]
    return np.stack(answers)


def save_sheet(cases: list[Case], after: np.ndarray, path: Path) -> None:
    """12 cases a row, before above after."""
    rows = []
    for i in range(0, len(cases) // 12 * 12, 12):
        rows += [np.concatenate([c.before for c in cases[i : i + 12]], 1), np.concatenate(list(after[i : i + 12]), 1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(path, optimize=True)


def evaluate(count: int = 240, folder: Path = TARGET, sheet: Path = SHEET) -> dict[str, float]:
    """Paint `count` cases, print and return the shares of kinds and colours that the judge names as asked.

    Beside them the same shares for the drawn objects that stood there: what the judge itself is worth on these scenes.
    """
    pipeline = StableDiffusionInpaintPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    cases = [make_case(i) for i in range(count)]
    after = paint(pipeline, cases)
    save_sheet(cases[:48], after[:48], sheet)
    judge = load_judge()
    named = [judge.name(image, case.box) for image, case in zip(after, cases, strict=True)]
    drawn = [judge.name(case.before, case.old_box) for case in cases]
    result = {
        "cases": count,
        "kind": sum(n.kind == c.kind for n, c in zip(named, cases, strict=True)) / count,
        "colour": sum(n.colour == c.colour for n, c in zip(named, cases, strict=True)) / count,
        "judge on the drawn objects, kind": sum(n.kind == c.old_kind for n, c in zip(drawn, cases, strict=True))
        / count,
        "judge on the drawn objects, colour": sum(n.colour == c.old_colour for n, c in zip(drawn, cases, strict=True))
        / count,
    }
    for name, case in zip(named, cases, strict=True):
        if (name.kind, name.colour) != (case.kind, case.colour):
            print(f"  asked for {case.colour} {case.kind}, judged {name.colour} {name.kind}")
    print(json.dumps(result), flush=True)
    return result
