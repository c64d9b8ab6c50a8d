"""What the exported editor reaches on unseen views, asked in words that a separate judge and plain differences check.

An edit succeeds when the thing is as asked and the rest is kept:
- recoloured, replaced: the judge names the kind, and the colour where one was asked for, in the new thing's box;
- removed: where the thing stood, the picture differs from the true one without it by less than GONE levels on average;
- kept: everywhere else it differs from the picture before by less than KEPT levels on average.

Writes docs/editor_model_sheet.webp: the first 48 cases, none left out, each before (above) and after (below).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL, StableDiffusionInstructPix2PixPipeline
from PIL import Image

from train.editor.phrases import instruction
from train.editor.pool import RECOLOURED, SHARES
from train.editor.views import STATES, draw_view
from train.judge import Judge, load_judge
from train.scenes.scene import Box

TARGET = Path(__file__).parent.parent.parent / "models" / "starter" / "editor"
SHEET = Path(__file__).parent.parent.parent / "docs" / "editor_model_sheet.webp"
FIRST_SEED = 170_000_000
DRAWN = 192  # pixels; the picture is scaled to the model's size as a user's would be
STEPS, IMAGE_GUIDANCE = 20, 1.5  # the latter is what edit.instruct takes when nothing is said
GONE, KEPT = 12.0, 8.0  # levels of 255
CHANGE = 20  # levels: what differs more between two drawings is the thing or its shadow
SMALLEST, COLUMNS, SHOWN = 96, 12, 48


@dataclass(frozen=True)
class Case:
    """One edit. before, after, without: uint8 (S, S, 3), drawn. box: the new thing's. words: what is asked.

    says_colour: whether the words name the new colour.
    """

    before: np.ndarray
    after: np.ndarray
    without: np.ndarray
    box: Box
    action: str
    words: str
    kind: str
    colour: str
    says_colour: bool

    @property
    def differs(self) -> np.ndarray:
        """bool (S, S): where the picture before differs from the one without the thing."""
        return _differs(self.before, self.without)

    @property
    def elsewhere(self) -> np.ndarray:
        """bool (S, S): what the edit does not concern, a few pixels away from the old thing and the new."""
        near = self.differs | _differs(self.after, self.without)
        reach = 2 * round(0.05 * len(near)) + 1
        return cv2.dilate(near.astype(np.uint8), np.ones((reach, reach), np.uint8)) == 0


def _differs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one.astype(int) - other).max(2) > CHANGE


def make_case(index: int, side: int, first_seed: int = FIRST_SEED) -> Case:
    """An unseen view and something to ask for."""
    rng, view = Random(first_seed + index), draw_view(first_seed + index, DRAWN)
    action = rng.choices(list(SHARES), list(SHARES.values()))[0]
    if action == "recolor":
        old, new = rng.sample(range(RECOLOURED), 2)
    else:
        old, new = (
            rng.choice([(0, 3), (0, 4), (3, 4), (4, 0)]) if action == "replace" else (rng.randrange(STATES), STATES)
        )
    looks = list(zip(view.kinds, view.colours, strict=True))
    words = instruction(rng, looks[old], None if new == STATES else looks[new])
    kind, colour = looks[min(new, STATES - 1)]
    said = set(re.findall("[a-z]+", words.lower()))
    box = tuple(v * side / DRAWN for v in view.boxes[min(new, STATES - 1)])
    before, after, without = (
        np.asarray(Image.fromarray(view.images[i]).resize((side, side), Image.Resampling.LANCZOS))
        for i in (old, new, STATES)
    )
    return Case(
        before, after, without, box, action, words, kind, colour, bool(said & {colour, colour.replace("a", "e")})
    )


@torch.no_grad()
def edit(
    pipeline: Any, cases: list[Case], guidance: float, image_guidance: float = IMAGE_GUIDANCE, batch: int = 25
) -> np.ndarray:
    """uint8 (N, S, S, 3): the pictures as the model makes them."""
    answers: list[np.ndarray] = []
    for i in range(0, len(cases), batch):
        part = cases[i : i + batch]
        with torch.autocast("cpu", torch.bfloat16):
            made = pipeline(
                prompt=[case.words for case in part],
                image=[Image.fromarray(case.before) for case in part],
                num_inference_steps=STEPS,
                guidance_scale=guidance,
                image_guidance_scale=image_guidance,
                generator=[torch.Generator().manual_seed(i + k) for k in range(len(part))],
                output_type="np",
            ).images
        answers += [(p * 255).round().astype(np.uint8) for p in made]
    return np.stack(answers)


@dataclass(frozen=True)
class Outcome:
    """done: the thing is as asked. gone: levels off the place without the thing (removals only). moved: levels by which
    the rest differs from the picture before.
    """

    done: bool
    gone: float
    moved: float

    @property
    def succeeds(self) -> bool:
        """The thing as asked, and the rest kept."""
        return self.done and self.moved < KEPT


def check(judge: Judge, case: Case, made: np.ndarray) -> Outcome:
    """What became of one edit."""
    elsewhere = case.elsewhere
    moved = float(np.abs(made.astype(float) - case.before)[elsewhere].mean()) if elsewhere.any() else 0.0
    if case.action == "remove":
        gone = float(np.abs(made.astype(float) - case.without)[case.differs].mean())
        return Outcome(gone < GONE, gone, moved)
    named = judge.name(made, case.box)
    return Outcome(named.kind == case.kind and (named.colour == case.colour or not case.says_colour), 0.0, moved)


def summary(cases: list[Case], outcomes: list[Outcome]) -> dict[str, float]:
    """Shares of successes, all and by action, and of both halves of a success."""
    result = {"cases": float(len(cases)), "edits": float(np.mean([o.succeeds for o in outcomes]))}
    for action in SHARES:
        result[action] = float(
            np.mean([o.succeeds for c, o in zip(cases, outcomes, strict=True) if c.action == action])
        )
    result["thing as asked"] = float(np.mean([o.done for o in outcomes]))
    result["rest kept"] = float(np.mean([o.moved < KEPT for o in outcomes]))
    result["rest, levels"] = float(np.mean([o.moved for o in outcomes]))
    removed = [o.gone for c, o in zip(cases, outcomes, strict=True) if c.action == "remove"]
    result["removed, levels"] = float(np.median(removed))
    return {name: round(value, 4) for name, value in result.items()}


def save_sheet(cases: list[Case], made: np.ndarray, path: Path) -> None:
    """Twelve cases a row, before above after, with what was asked under them."""
    from PIL import ImageDraw

    cell, text = SMALLEST, 34
    rows = (len(cases) + COLUMNS - 1) // COLUMNS
    sheet = Image.new("RGB", (COLUMNS * cell, rows * (2 * cell + text)), (255, 255, 255))
    pen = ImageDraw.Draw(sheet)
    for i, (case, picture) in enumerate(zip(cases, made, strict=True)):
        x, y = i % COLUMNS * cell, i // COLUMNS * (2 * cell + text)
        for row, pixels in enumerate((case.before, picture)):
            sheet.paste(Image.fromarray(pixels).resize((cell, cell), Image.Resampling.BICUBIC), (x, y + row * cell))
        lines, line = [], ""
        for word in case.words.split():
            if len(line) + len(word) > 17:
                lines, line = [*lines, line], ""
            line = f"{line} {word}".strip()
        for k, words in enumerate([*lines, line][:3]):
            pen.text((x + 2, y + 2 * cell + 10 * k), words, fill=(30, 30, 30), font_size=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=88, method=6)


def load_pipeline(folder: Path) -> StableDiffusionInstructPix2PixPipeline:
    """The exported editor in float32, with the autoencoder that it shares."""
    vae = AutoencoderKL.from_pretrained(folder.parent / "painter" / "vae", torch_dtype=torch.float32)
    pipeline = StableDiffusionInstructPix2PixPipeline.from_pretrained(folder, vae=vae, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def evaluate(count: int = 300, folder: Path = TARGET, sheet: Path | None = SHEET) -> dict[str, float]:
    """Edit `count` unseen views, print and return the shares; beside them those of the true pictures after the edit
    and of the pictures left as they were, which show what the checks are worth.
    """
    own = json.loads((folder / "graft.json").read_text())
    pipeline = load_pipeline(folder)
    side = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
    cases, judge = [make_case(i, side) for i in range(count)], load_judge()
    made = edit(pipeline, cases, own["guidance"])
    if sheet is not None:
        save_sheet(cases[:SHOWN], made[:SHOWN], sheet)
    outcomes = [check(judge, case, picture) for case, picture in zip(cases, made, strict=True)]
    for case, outcome in zip(cases, outcomes, strict=True):
        if not outcome.succeeds:
            print(f"  failed: {case.words} ({case.action}; {outcome})")
    result = summary(cases, outcomes)
    print(json.dumps(result), flush=True)
    for name, pictures in (("drawn", [c.after for c in cases]), ("left alone", [c.before for c in cases])):
        plain = summary(cases, [check(judge, case, picture) for case, picture in zip(cases, pictures, strict=True)])
        print(f"{name}: {json.dumps(plain)}", flush=True)
    return result
