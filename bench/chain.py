"""Why: three good models in a row do not make a good chain. Here the whole workflow answers held-out sentences about
held-out scenes, and each answer is judged by what the scene's author knows: was it the right object, is it now the
right thing, and has nothing else changed?"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

import graph
import nodes  # noqa: F401 - fills the registry
from graph import Run, Settings, Workflow
from nodes import stitch
from nodes.models import Shelf
from train.judge import Judge, load_judge
from train.scenes import ASPECT, COLOURS, KINDS, Drawn, Scene, draw_scene
from train.scenes.palette import article

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ROOT / "workflows" / "replace_object.json"
SHEET = ROOT / "docs" / "chain_sheet.webp"
FIRST_SEED = 80_000_000
SIDE = 512
SHADOW = 20  # pixels around the old object in which its shadow may go with it
SENTENCES = (
    "Replace the {old} with {new}",
    "Could you swap the {old} for {new}?",
    "turn the {old} into {new}",
    "Please change the {old} to {new}.",
    "I'd rather have {new} instead of the {old}",
    "put {new} where the {old} is",
    "Make the {old} {new}",
    "the {old} should become {new}",
    "exchange the {old} for {new}, please",
    "Take out the {old} and put in {new}",
)


@dataclass(frozen=True)
class Case:
    scene: Scene
    old: Drawn
    sentence: str
    kind: str
    colour: str


@dataclass(frozen=True)
class Verdict:
    """found: the mask is the old object's. painted: the judge names the new kind and colour. kept: not a pixel differs that
    the workflow does not own up to, and what it owns up to is the place of the old and of the new object. error: what it said instead."""

    found: bool
    painted: bool
    kept: bool
    error: str = ""

    @property
    def good(self) -> bool:
        return self.found and self.painted and self.kept


def cases(count: int) -> Iterator[Case]:
    """Scenes with two to four objects; the sentence names one of them, by its kind, or by colour and kind where that is needed."""
    index = 0
    while count:
        rng = Random(FIRST_SEED + index)
        scene = draw_scene(FIRST_SEED + index, SIDE, (2, 4))
        index += 1
        old = rng.choice(scene.objects)
        like = [other for other in scene.objects if other.kind == old.kind]
        if len([other for other in like if other.colour == old.colour]) > 1:
            continue  # nobody could tell which is meant
        named = f"{old.colour} {old.kind}" if len(like) > 1 or rng.random() < 0.5 else old.kind
        kind = rng.choice([kind for kind in KINDS if kind != old.kind])
        colour = rng.choice(list(COLOURS))
        sentence = rng.choice(SENTENCES).format(old=named, new=article(f"{colour} {kind}"))
        yield Case(scene, old, sentence, kind, colour)
        count -= 1


def answer(case: Case, workflow: Workflow, shelf: Shelf, folder: Path, eye: Judge) -> tuple[np.ndarray, Verdict]:
    """Run the workflow and judge its answer."""
    picture = folder / "scene.png"
    Pillow.fromarray(case.scene.image).save(picture)
    asked = workflow.with_values({("photo", "path"): str(picture), ("parse", "sentence"): case.sentence})
    plan = graph.plan(asked, graph.registry, ("way", "find", "paint"))
    try:
        values = graph.execute(plan, lambda node: Run(node, folder, folder, shelf)).values
    except graph.GraftError as error:
        return case.scene.image, Verdict(False, False, False, str(error))
    return values["way"]["result"], judge(
        case, values["find"]["mask"], values["way"]["result"], values["paint"]["changed"], eye
    )


def judge(case: Case, mask: np.ndarray, after: np.ndarray, changed: np.ndarray, eye: Judge) -> Verdict:
    before, truth = case.scene.image, case.old.mask > 127
    iou = float(((mask > 127) & truth).sum() / max(1, ((mask > 127) | truth).sum()))
    box = stitch.mask_box(mask)
    if box is None:
        return Verdict(False, False, False, "an empty mask")
    new = stitch.hole_box(stitch.stand(box, ASPECT[case.kind], (SIDE, SIDE)))
    seen = eye.name(after, (new.left, new.top, new.right, new.bottom))
    owned = np.zeros_like(truth)
    owned[max(0, int(new.top) - 12) : int(new.bottom) + 12, max(0, int(new.left) - 12) : int(new.right) + 12] = True
    owned |= stitch.grow(mask, max(round(0.1 * box.long), SHADOW)) > 0
    differs = (after != before).any(2)
    kept = not (differs & (changed == 0)).any() and not ((changed > 0) & ~owned).any()
    return Verdict(iou >= 0.5, (seen.kind, seen.colour) == (case.kind, case.colour), bool(kept))


def run(count: int, sheet: Path | None = None) -> dict[str, float]:
    """Answer ``count`` cases; returns the shares, and draws the first 24 with their sentences."""
    workflow, eye = graph.load(WORKFLOW), load_judge()
    shown: list[tuple[Case, np.ndarray, Verdict]] = []
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory() as folder, closing(Shelf(Settings())) as shelf:
        for case in cases(count):
            after, verdict = answer(case, workflow, shelf, Path(folder), eye)
            verdicts.append(verdict)
            if len(shown) < 24:
                shown.append((case, after, verdict))
            if not verdict.good:
                print(f"  {case.sentence!r}: {verdict}", flush=True)
    if sheet is not None:
        draw_sheet(shown, sheet)
    return {
        "cases": len(verdicts),
        **{
            name: sum(getattr(v, name) for v in verdicts) / len(verdicts)
            for name in ("found", "painted", "kept", "good")
        },
    }


def draw_sheet(shown: list[tuple[Case, np.ndarray, Verdict]], path: Path, side: int = 200) -> None:
    """Six cases a row: before, after, and the sentence below."""
    rows = (len(shown) + 5) // 6
    page = Pillow.new("RGB", (6 * (side + 8) + 8, rows * (2 * side + 44)), "white")
    pen = ImageDraw.Draw(page)
    for index, (case, after, verdict) in enumerate(shown):
        x, y = 8 + index % 6 * (side + 8), index // 6 * (2 * side + 44)
        page.paste(Pillow.fromarray(case.scene.image).resize((side, side)), (x, y))
        page.paste(Pillow.fromarray(np.asarray(after)).resize((side, side)), (x, y + side + 2))
        text = case.sentence if len(case.sentence) < 34 else case.sentence[:33] + "…"
        pen.text((x, y + 2 * side + 6), text, fill="black" if verdict.good else "#c00000")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, optimize=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="the whole workflow over held-out scenes and sentences")
    arguments.add_argument("--count", type=int, default=200)
    print(json.dumps(run(arguments.parse_args().count, SHEET)))
