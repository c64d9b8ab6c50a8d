"""diffusion.text_to_image, image_to_image, depth_to_image and outpaint: what they hand to a model, and what they make of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph
from graph import BadInput, Cancelled, Control, Controls
from nodes.diffusion import depth_to_image, image_to_image, inpaint, outpaint, text_to_image
from nodes.diffusion.common import Embedding, Lora, working_size
from nodes.models.diffusion import Job
from tests.toys import toy_run


class ToyPainter:
    """Paints what it is to paint green; keeps what it was given."""

    notes: tuple[str, ...] = ("made of cardboard",)
    keeps_background = False
    hole = (0.5, 0.7)

    def __init__(self, channels: int = 4, size: int = 64, multiple: int = 8) -> None:
        self.channels, self.size, self.multiple = channels, size, multiple
        self.jobs: list[Job] = []
        self.aspects: dict[str, float] = {}

    def words_left_out(self, prompt: str) -> str:
        return prompt[40:]

    def make(self, job: Job, *, on_step: Any, **more: Any) -> np.ndarray:
        self.jobs.append(job)
        on_step(1, 1)
        size = (job.height, job.width) if job.picture is None else job.picture.shape[:2]
        green = np.full((*size, 3), (0, 255, 0), np.uint8)
        return green if job.hole is None else np.where(job.hole[..., None] > 0, green, job.picture)


class ToyNet:
    notes: tuple[str, ...] = ()


class ToyShelf:
    def __init__(self, painter: ToyPainter) -> None:
        self.painter, self.asked = painter, []  # type: ignore[var-annotated]

    def get(self, kind: str, name: str = "auto", say: Any = None) -> Any:
        self.asked.append((kind, name))
        return {"lora": f"lora {name}", "embedding": f"word {name}", "control": ToyNet()}.get(kind, self.painter)


def picture(width: int, height: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.dstack([rows * 200 // height, columns * 200 // width, np.full_like(rows, 90)]).astype(np.uint8)


def test_text_to_image_hands_everything_over(tmp_path: Path) -> None:
    shelf = ToyShelf(ToyPainter())
    run = toy_run(tmp_path, shelf)
    guide = Controls((Control(picture(20, 20), "edges", 0.5, 0.1, 0.9),))
    made = text_to_image(
        "a cat", "a dog", 128, 70, guide, 7, 3.0, "euler", 9, "mine", [Lora("a", 0.5), Lora("b")], [Embedding("w")], run=run
    )  # fmt: skip
    job = shelf.painter.jobs[0]
    assert (made.shape, made.flags.writeable) == ((72, 128, 3), False)
    assert (job.prompt, job.negative, job.steps, job.guidance, job.scheduler, job.seed) == (
        "a cat",
        "a dog",
        7,
        3.0,
        "euler",
        9,
    )
    assert job.loras == (("lora a", 0.5), ("lora b", 1.0))
    assert job.embeddings == ("word w",)
    (one,) = job.guides
    assert (one.weight, one.start, one.end, one.picture.shape) == (0.5, 0.1, 0.9, (20, 20, 3))
    assert shelf.asked[0] == ("diffusion", "mine")
    assert any("steps of 8 pixels: the picture is 128×72" in text for text in run.said)
    assert "made of cardboard" in run.said
    text_to_image("a cat", run=run)
    assert (shelf.painter.jobs[1].width, shelf.painter.jobs[1].guidance) == (64, None)


def test_a_prompt_that_is_not_read_to_its_end_is_announced(tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(ToyPainter()))
    text_to_image("a cat " * 10 + "with a hat", run=run)
    assert any("with a hat" in text for text in run.said)


@pytest.mark.parametrize("size", [(1, 1), (300, 200), (64, 64), (900, 20), (20, 900)])
def test_a_picture_of_any_size_comes_back_in_its_size(tmp_path: Path, size: tuple[int, int]) -> None:
    painter = ToyPainter()
    made = image_to_image(picture(*size), "x", run=toy_run(tmp_path, ToyShelf(painter)))
    assert made.shape == (size[1], size[0], 3)
    seen = painter.jobs[0].picture
    assert seen is not None
    assert not seen.shape[0] % 8
    assert not seen.shape[1] % 8
    assert painter.jobs[0].strength == 0.6


@pytest.mark.parametrize(
    ("width", "height", "resolution", "wanted"),
    [
        (512, 512, 0, (64, 64)),
        (12_000, 9_000, 0, (72, 64)),
        (512, 512, 128, (128, 128)),
        (10_000, 100, 0, (256, 64)),
        (1, 1, 0, (64, 64)),
    ],
)
def test_the_size_a_model_works_at(width: int, height: int, resolution: int, wanted: tuple[int, int]) -> None:
    assert working_size(width, height, ToyPainter(), resolution) == wanted


def test_depth_to_image(tmp_path: Path) -> None:
    painter, depth = ToyPainter(5), np.linspace(0, 1, 30, dtype=np.float32).reshape(5, 6)
    made = depth_to_image(picture(90, 60), "x", depth=depth, run=toy_run(tmp_path, ToyShelf(painter)))
    assert made.shape == (60, 90, 3)
    assert painter.jobs[0].depth is depth
    with pytest.raises(BadInput, match="does not see depth: its UNet takes 4"):
        depth_to_image(picture(90, 60), "x", depth=depth, run=toy_run(tmp_path, ToyShelf(ToyPainter(4))))


def test_no_step_left(tmp_path: Path) -> None:
    for node in (image_to_image, depth_to_image):
        with pytest.raises(BadInput, match="leave no step to make"):
            node(picture(9, 9), "x", strength=0.1, steps=5, run=toy_run(tmp_path, ToyShelf(ToyPainter(5))))


def test_inpaint_cuts_what_steers_it_to_its_window(tmp_path: Path) -> None:
    painter, mask = ToyPainter(9), np.zeros((100, 200), np.uint8)
    mask[40:60, 150:170] = 255
    edges = np.zeros((50, 100, 3), np.uint8)
    edges[20:30, 75:85] = 255  # the same place in a picture half as large
    guide = Controls((Control(edges),))
    inpaint(
        picture(200, 100),
        mask,
        "x",
        shape="mask",
        control=guide,
        grow=0.0,
        context=2,
        run=toy_run(tmp_path, ToyShelf(painter)),
    )
    seen, hole = painter.jobs[0].guides[0].picture, painter.jobs[0].hole
    assert hole is not None
    white = np.flatnonzero((seen[..., 0] > 128).any(0))
    marked = np.flatnonzero((hole > 0).any(0))
    share = len(white) / seen.shape[1], len(marked) / hole.shape[1]
    assert share[0] == pytest.approx(share[1], abs=0.15)
    assert white.mean() / seen.shape[1] == pytest.approx(marked.mean() / hole.shape[1], abs=0.1)


SIDES = [
    pytest.param({"right": 40}, (300, 200), id="one side"),
    pytest.param({"left": 10, "right": 90, "top": 70, "bottom": 3}, (120, 80), id="all sides"),
    pytest.param({"top": 200}, (30, 20), id="more than there was"),
    pytest.param({"left": 8}, (1, 1), id="one pixel"),
    pytest.param({"bottom": 16}, (700, 40), id="a long edge"),
]


@pytest.mark.parametrize(("add", "size"), SIDES)
def test_outpainting_keeps_every_pixel_and_fills_every_other(
    tmp_path: Path, add: dict[str, int], size: tuple[int, int]
) -> None:
    image, painter = picture(*size), ToyPainter(9)
    run = toy_run(tmp_path, ToyShelf(painter))
    made, changed = outpaint(image, "x", feather=0, run=run, **add)
    left, top = add.get("left", 0), add.get("top", 0)
    assert made.shape == (size[1] + top + add.get("bottom", 0), size[0] + left + add.get("right", 0), 3)
    inner = made[top : top + size[1], left : left + size[0]]
    assert np.array_equal(inner, image)
    assert (changed[top : top + size[1], left : left + size[0]] == 0).all()
    new = made[changed > 0].astype(int)
    assert (changed > 0).sum() == made.shape[0] * made.shape[1] - size[0] * size[1]
    assert (new[:, 1] > new[:, 0] + 60).all()  # green: every new pixel was painted
    assert len({job.seed for job in painter.jobs}) == len(painter.jobs)
    assert run.steps[-1] == (len(painter.jobs), len(painter.jobs))
    assert run.said.count("made of cardboard") == 1


def test_the_seam_of_what_is_new_fades_inwards(tmp_path: Path) -> None:
    image = np.full((64, 64, 3), 200, np.uint8)
    made = outpaint(image, "x", right=64, feather=8, run=toy_run(tmp_path, ToyShelf(ToyPainter(9)))).image
    row = made[32, 64:, 0].astype(int)
    assert row[0] > 150  # still what it goes on with
    assert row[-1] < 60
    assert (np.diff(row) <= 1).all()


def test_a_model_that_can_not_paint_backgrounds_is_not_asked(tmp_path: Path) -> None:
    painter = ToyPainter(9)
    painter.keeps_background = True
    numbers = np.random.default_rng(3)
    image = np.clip(picture(80, 60) + numbers.normal(0, 3, (60, 80, 3)), 0, 255).astype(np.uint8)
    run = toy_run(tmp_path, ToyShelf(painter))
    made, changed = outpaint(image, "x", left=20, bottom=10, run=run)
    assert not painter.jobs
    assert made.shape == (70, 100, 3)
    assert np.array_equal(made[:60, 20:], image)
    assert any("patches of its own" in text for text in run.said)
    assert np.abs(made[30, 15].astype(int) - image[30, 0]).max() < 40
    outpaint(image, "x", left=20, background="painted", run=run)
    assert painter.jobs
    shelf = ToyShelf(painter)
    again = outpaint(image, "x", left=20, bottom=10, background="continued", run=toy_run(tmp_path, shelf))
    assert not shelf.asked
    assert np.array_equal(again.image, made)
    assert np.array_equal(again.changed, changed)


def test_outpainting_nothing_or_too_much(tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(ToyPainter(9)))
    with pytest.raises(BadInput, match="nothing is to be added"):
        outpaint(picture(9, 9), run=run)
    with pytest.raises(BadInput, match="megapixels"):
        outpaint(np.zeros((60_000, 1, 3), np.uint8), right=60_000, run=run)
    run.stop.set()
    with pytest.raises(Cancelled):
        outpaint(picture(64, 64), right=64, run=run)


def test_loras_and_words_are_written_as_records_in_a_workflow() -> None:
    spec = graph.registry["diffusion.text_to_image"].inputs
    assert spec["loras"].problem([{"model": "add_detail", "weight": 0.7}]) is None
    assert spec["loras"].read([{"model": "x"}]) == [Lora("x", 1.0)]
    assert "weight" in str(spec["loras"].problem([{"model": "x", "weight": 9}]))
    assert spec["embeddings"].read([{"model": "w"}]) == [Embedding("w")]
    assert spec["scheduler"].problem("eulr") is not None
