"""diffusion.inpaint: what it hands to a model, and what it makes of the answer. The painter is a toy; real ones are in tests/models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from graph import BadInput, Cancelled
from nodes import stitch
from nodes.diffusion import inpaint
from nodes.matte import matte
from nodes.models.diffusion import Job
from tests.toys import toy_run


class ToyPainter:
    """Paints the hole green; keeps what it was given."""

    notes: tuple[str, ...] = ()
    guidance = 7.5
    multiple = 8
    keeps_background = False

    def __init__(
        self, size: int = 64, hole: tuple[float, float] = (0.56, 0.8), aspects: dict[str, float] | None = None
    ) -> None:
        self.size, self.hole, self.aspects = size, hole, aspects or {}
        self.calls: list[dict[str, Any]] = []

    def words_left_out(self, prompt: str) -> str:
        return prompt[40:]

    def make(self, job: Job, *, on_step: Any, **options: Any) -> np.ndarray:
        self.calls.append(vars(job))
        for step in range(job.steps):
            on_step(step + 1, job.steps)
        assert job.hole is not None
        assert job.picture is not None
        return np.where(job.hole[..., None] > 0, np.array([0, 255, 0], np.uint8), job.picture)


class ToyShelf:
    def __init__(self, painter: ToyPainter) -> None:
        self.painter = painter
        self.asked: list[tuple[str, str]] = []

    def get(self, kind: str, name: str = "auto", say: Any = None) -> ToyPainter:
        self.asked.append((kind, name))
        return self.painter


def picture(width: int, height: int) -> np.ndarray:
    """A smooth picture with a dark object's worth of room in it."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.dstack([rows * 200 // height, columns * 200 // width, np.full_like(rows, 90)]).astype(np.uint8)


def mask_of(width: int, height: int, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    return mask


PLACES = [
    pytest.param((512, 384), (150, 150, 290, 220), id="in the middle"),
    pytest.param((512, 384), (430, 300, 512, 384), id="in a corner"),
    pytest.param((512, 384), (0, 100, 60, 140), id="at the left border"),
    pytest.param((16, 16), (5, 5, 10, 10), id="a picture of 16 pixels"),
    pytest.param((300, 20), (100, 2, 140, 18), id="a strip"),
    pytest.param((600, 500), (40, 30, 560, 480), id="a large hole"),
]


@pytest.mark.parametrize("shape", ["object", "box", "mask"])
@pytest.mark.parametrize(("size", "box"), PLACES)
def test_only_changed_pixels_change(
    tmp_path: Path, size: tuple[int, int], box: tuple[int, int, int, int], shape: str
) -> None:
    image, painter = picture(*size), ToyPainter()
    result, changed = inpaint(
        image, mask_of(*size, box), "a bicycle", shape=shape, run=toy_run(tmp_path, ToyShelf(painter))
    )
    assert result.shape == image.shape
    assert np.array_equal(result[changed == 0], image[changed == 0])
    middle = (box[1] + box[3]) // 2, (box[0] + box[2]) // 2
    assert result[middle][1] > 200  # green
    assert not result.flags.writeable


@pytest.mark.parametrize("shape", ["box", "mask"])
def test_everything_can_be_painted(tmp_path: Path, shape: str) -> None:
    mask = mask_of(64, 64, (0, 0, 64, 64))
    result = inpaint(picture(64, 64), mask, "a beach", shape=shape, run=toy_run(tmp_path, ToyShelf(ToyPainter()))).image
    assert (result == np.array([0, 255, 0])).all()


def test_an_object_needs_ground_to_stand_on(tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(ToyPainter()))
    with pytest.raises(BadInput, match="covers the whole picture"):
        inpaint(picture(64, 64), mask_of(64, 64, (0, 0, 64, 64)), "a street lamp", run=run)


@pytest.mark.parametrize("prompt", ["a bicycle", "a lamp", "a quokka"])
def test_the_model_sees_holes_as_in_training(tmp_path: Path, prompt: str) -> None:
    painter = ToyPainter(96, aspects={"lamp": 0.5})
    inpaint(
        picture(512, 384), mask_of(512, 384, (150, 150, 290, 220)), prompt, run=toy_run(tmp_path, ToyShelf(painter))
    )
    call = painter.calls[0]
    assert call["picture"].shape == (96, 96, 3)
    box = stitch.mask_box(call["hole"])
    assert box is not None
    assert 0.56 <= box.long / 96 <= 0.8
    assert (box.left + box.right) / 2 == pytest.approx(48, abs=1.5)
    assert (box.top + box.bottom) / 2 == pytest.approx(48, abs=1.5)
    wide = {"a bicycle": True, "a lamp": False, "a quokka": True}[prompt]
    assert (box.width > box.height) is wide


def test_the_old_object_is_gone_beside_a_narrower_one(tmp_path: Path) -> None:
    image = picture(300, 200)
    box = (60, 120, 240, 160)
    mask = mask_of(300, 200, box)
    image = np.where(mask[..., None] > 0, np.array([255, 0, 255], np.uint8), image)
    result, changed = inpaint(image, mask, "a street lamp", run=toy_run(tmp_path, ToyShelf(ToyPainter())))
    left_end = result[125:155, 65:90].astype(int)
    assert changed[140, 65] == 255
    assert left_end[..., 0].max() < 200  # no magenta, and no green either
    assert left_end[..., 1].max() < 150


def test_a_mirrored_border_does_not_show_the_old_object(tmp_path: Path) -> None:
    image, painter = picture(200, 60), ToyPainter()
    mask = mask_of(200, 60, (60, 0, 120, 30))
    image = np.where(mask[..., None] > 0, np.array([255, 0, 255], np.uint8), image)
    inpaint(image, mask, "a car", shape="box", run=toy_run(tmp_path, ToyShelf(painter)))
    seen = painter.calls[0]["picture"][painter.calls[0]["hole"] == 0].astype(int)
    assert ((seen[:, 0] - seen[:, 1]) < 220).all()


def test_the_window_stays_inside_the_picture(tmp_path: Path) -> None:
    painter = ToyPainter(64)
    image = picture(400, 300)
    inpaint(
        image,
        mask_of(400, 300, (350, 200, 400, 260)),
        "x",
        shape="mask",
        context=2,
        run=toy_run(tmp_path, ToyShelf(painter)),
    )
    box = stitch.mask_box(painter.calls[0]["hole"])
    assert box is not None
    assert box.right == 64  # the hole lies where the picture ends: nothing is mirrored


@pytest.mark.parametrize("shape", ["object", "mask"])
def test_the_model_may_see_the_whole_picture(tmp_path: Path, shape: Any) -> None:
    image, painter = picture(400, 200), ToyPainter(128)
    run = toy_run(tmp_path, ToyShelf(painter))
    result, changed = inpaint(image, mask_of(400, 200, (40, 60, 120, 120)), "a car", shape=shape, area="whole", run=run)
    call = painter.calls[0]
    assert call["picture"].shape == (88, 184, 3)  # about 128 x 128 pixels in the picture's proportions, in steps of 8
    assert call["hole"].shape == (88, 184)
    assert np.array_equal(result[changed == 0], image[changed == 0])
    assert result[90, 80][1] > 200  # green


class TintedPainter(ToyPainter):
    """Gives everything back a little darker, as an autoencoder may."""

    def make(self, job: Job, *, on_step: Any, **options: Any) -> np.ndarray:
        assert job.picture is not None
        return np.maximum(job.picture.astype(int) - 25, 0).astype(np.uint8)


@pytest.mark.parametrize(("match", "most"), [(True, 4), (False, 30)])
def test_the_tint_of_a_model_is_taken_off(tmp_path: Path, match: bool, most: int) -> None:
    image = np.full((128, 128, 3), 140, np.uint8)
    run = toy_run(tmp_path, ToyShelf(TintedPainter()))
    mask = mask_of(128, 128, (40, 40, 90, 90))
    result = inpaint(image, mask, "a car", shape="mask", match_colors=match, run=run).image
    off = int(np.abs(result.astype(int) - image).max())
    assert most - 10 < off <= most


def test_settings_reach_the_model(tmp_path: Path) -> None:
    shelf = ToyShelf(ToyPainter())
    run = toy_run(tmp_path, shelf)
    mask = mask_of(64, 64, (20, 20, 40, 40))
    inpaint(picture(64, 64), mask, "a cat", "blur", steps=5, guidance=4.0, strength=0.8, seed=9, model="mine", run=run)
    call = shelf.painter.calls[0]
    wanted = {"prompt": "a cat", "negative": "blur", "steps": 5, "guidance": 4.0, "strength": 0.8, "seed": 9}
    assert {name: call[name] for name in wanted} == wanted
    assert shelf.asked == [("inpaint", "mine")]
    assert run.steps[-1] == (5, 5)


def test_a_long_prompt_and_the_notes_of_the_model_are_announced(tmp_path: Path) -> None:
    painter = ToyPainter()
    painter.notes = ("the seam may show",)
    run = toy_run(tmp_path, ToyShelf(painter))
    inpaint(picture(64, 64), mask_of(64, 64, (20, 20, 40, 40)), "a cat " * 10 + "with a hat", run=run)
    assert run.said[0] == "the seam may show"
    assert "with a hat" in run.said[1]


def test_cancel_stops_between_steps(tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(ToyPainter()))
    run.stop.set()
    with pytest.raises(Cancelled):
        inpaint(picture(64, 64), mask_of(64, 64, (20, 20, 40, 40)), "a cat", shape="mask", run=run)


@pytest.mark.parametrize(
    ("mask", "options", "message"),
    [
        pytest.param(np.zeros((64, 64), np.uint8), {}, "mask: it is empty", id="empty mask"),
        pytest.param(np.full((64, 64), 100, np.uint8), {}, "mask: it is empty", id="only greys below half"),
        pytest.param(np.full((32, 64), 255, np.uint8), {}, "64×32", id="other size"),
        pytest.param(mask_of(64, 64, (9, 9, 20, 20)), {"steps": 3, "strength": 0.1}, "no step to make", id="no steps"),
    ],
)
def test_bad_input_names_the_cure(tmp_path: Path, mask: np.ndarray, options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        inpaint(picture(64, 64), mask, "a cat", run=toy_run(tmp_path, ToyShelf(ToyPainter())), **options)
    assert caught.value.cure


def scene() -> tuple[np.ndarray, np.ndarray]:
    """Sand with grain, a ball on it, and the ball's mask."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:160, :200]
    image = np.clip(170 + rng.normal(0, 6, (160, 200, 3)), 0, 255).astype(np.uint8)
    ball = (x - 100) ** 2 + (y - 90) ** 2 < 25**2
    image[ball] = (30, 60, 200)
    return image, np.where(ball, 255, 0).astype(np.uint8)


class HazyPainter(ToyPainter):
    """Paints a red bar into the hole, and a flat haze around it."""

    keeps_background = True

    def make(self, job: Job, **more: Any) -> np.ndarray:
        painted = np.full_like(job.picture, 176)
        painted[20:50, 24:40] = (200, 20, 20)
        return painted


@pytest.mark.parametrize(
    ("background", "kept"),
    [("auto", True), ("kept", True), ("painted", False)],
    ids=["as the model says", "kept", "painted"],
)
def test_the_background_around_a_new_thing_stays(tmp_path: Path, background: Any, kept: bool) -> None:
    image, mask = scene()
    run = toy_run(tmp_path, ToyShelf(HazyPainter()))
    result, changed = inpaint(image, mask, "a bar", shape="box", background=background, run=run)
    red = (result[..., 0].astype(int) - result[..., 1]) > 100
    assert 200 < red.sum() < 3000
    blue = (result[..., 2].astype(int) - result[..., 0]) > 100
    assert not blue.any()
    assert np.array_equal(result[changed == 0], image[changed == 0])
    grain = result[70:80, 75:80].astype(float).std(), image[:60].astype(float).std()
    assert (grain[0] > 0.5 * grain[1]) == kept


def test_what_can_not_be_told_from_its_background_is_painted_whole(tmp_path: Path) -> None:
    class Chameleon(HazyPainter):
        def make(self, job: Job, **more: Any) -> np.ndarray:
            return np.full_like(job.picture, 171)

    image, mask = scene()
    run = toy_run(tmp_path, ToyShelf(Chameleon()))
    inpaint(image, mask, "sand", shape="box", run=run)
    assert any("too like its background" in text for text in run.said)


def test_a_matte_is_the_thing_without_specks_and_without_holes() -> None:
    base = np.full((120, 120, 3), 100, np.uint8)
    painted = base.copy()
    cv2.circle(painted, (60, 60), 30, (220, 40, 40), 8)  # a ring
    painted[5:9, 5:9] = 255  # a speck
    weights = np.full((120, 120), 255, np.uint8)
    weights[:, 95:] = 40
    found = matte(painted, base, weights, 2.0)
    assert found is not None
    assert found[60, 60] == 255
    assert found[7, 7] == 0
    assert found[60, 25] > 200
    assert (found <= weights).all()
    assert matte(base, base, weights, 2.0) is None
