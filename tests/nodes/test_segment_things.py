"""Nodes that find several things: by description, by class, everything, the subject; what they say when there is nothing; and how it is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Boxes, Cancelled, Image, Mask
from nodes.models.everything import Grid, outlines
from nodes.models.grounding import Sighted, load_grounding
from nodes.models.matting import load_matting
from nodes.models.sam import load_sam
from nodes.models.segment import load_segment
from nodes.segment import (
    by_description,
    class_names,
    classes,
    cut_background,
    each_thing,
    everything,
    fine_edge,
    overlay,
)
from nodes.segment.alpha import refined
from nodes.segment.overlay import colour_of
from nodes.segment.things import at_full_size, boxes_of
from tests import weights_segment as small
from tests.toys import OneModel, ToyRun, toy_run

LARGE = (9000, 12000)


class Several:
    """A shelf with one model of each kind."""

    def __init__(self, **models: Any) -> None:
        self.models = models

    def get(self, kind: str, name: str = "auto", say: Any = None) -> Any:
        return self.models[kind]


class Boxed:
    """Answers as Grounding DINO does, with given boxes."""

    def __init__(self, *rows: tuple[tuple[float, ...], str, float]) -> None:
        self.rows, self.asked = rows, []

    def find(
        self, image: np.ndarray, phrases: list[str], threshold: float, text_threshold: float, say: Any = None
    ) -> Sighted:
        self.asked.append((tuple(phrases), threshold, text_threshold))
        rows = [row for row in self.rows if row[2] > threshold]
        boxes = np.array([row[0] for row in rows], np.float32).reshape(-1, 4)
        scores = np.array([row[2] for row in rows], np.float32)
        return Sighted(boxes, tuple(row[1] for row in rows), scores, max(row[2] for row in self.rows))


RED = ((10, 10, 60, 50), "red block", 0.9)
YELLOW = ((70, 40, 120, 90), "yellow block", 0.5)
AGAIN = ((11, 10, 60, 50), "red block", 0.4)
BEYOND = ((-20, 60, 50, 400), "white block", 0.35)
OUTSIDE = ((500, 10, 600, 50), "red block", 0.8)


@pytest.fixture(scope="module")
def clicks(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_sam(small.sam(tmp_path_factory.mktemp("sam")), "cpu")


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_segment(small.mask2former(tmp_path_factory.mktemp("m2f") / "m2f"), "cpu")


@pytest.fixture(scope="module")
def matter(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_matting(small.matting(tmp_path_factory.mktemp("net") / "isnet.onnx", side=64), "cpu")


# ---- by description ----


def test_boxes_become_outlines_by_segment_anything(clicks: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, Several(sam=clicks, grounding=Boxed(RED, YELLOW)))
    found = by_description(Image(small.blocks()), "Red block, the yellow block. red block", run=run)
    assert run.models.models["grounding"].asked == [(("red block", "the yellow block"), 0.3, 0.25)]
    assert (found.labels, found.scores) == (["red block", "yellow block"], [pytest.approx(0.9), pytest.approx(0.5)])
    for mask, box in zip(found.masks, found.boxes, strict=True):
        pixels, _ = clicks.mask(small.blocks(), np.zeros((0, 3), np.float32), box)
        assert np.array_equal(mask > 0, pixels)
    assert np.array_equal(found.mask, np.maximum(*found.masks))
    assert found.picture.shape == small.blocks().shape
    assert (found.picture != small.blocks()).any()
    assert run.steps == [(0, 2), (1, 3), (2, 3), (3, 3)]


def test_boxes_alone_need_no_segment_anything_and_stay_in_the_picture(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("grounding", Boxed(RED, OUTSIDE, BEYOND)))
    found = by_description(Image(small.blocks()), "block", outline="boxes", run=run)
    assert found.boxes.tolist() == [[10, 10, 60, 50], [0, 60, 50, 96]]
    assert [int(np.count_nonzero(mask)) for mask in found.masks] == [50 * 40, 50 * 36]
    assert boxes_of(found.masks).tolist() == found.boxes.tolist()


@pytest.mark.parametrize(("overlap", "count"), [(0.8, 2), (1.0, 3), (0.99, 3)])
def test_of_boxes_over_each_other_the_surest_stays(overlap: float, count: int, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("grounding", Boxed(RED, YELLOW, AGAIN)))
    found = by_description(Image(small.blocks()), "block", overlap=overlap, outline="boxes", run=run)
    assert len(found.boxes) == count


def test_another_label_in_the_same_place_stays(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("grounding", Boxed(RED, (RED[0], "toy", 0.6))))
    assert by_description(Image(small.blocks()), "block, toy", outline="boxes", run=run).labels == ["red block", "toy"]


@pytest.mark.parametrize("words", ["", "  ., ;\n"])
def test_no_word_is_refused(words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no word in it"):
        by_description(Image(small.blocks()), words, outline="boxes", run=toy_run(tmp_path))


def test_nothing_found_tells_the_best_score(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("grounding", Boxed(AGAIN)))
    with pytest.raises(BadInput, match=r"nothing fits 'a unicorn': the best score of all is 0\.40"):
        by_description(Image(small.blocks()), "a unicorn", 0.7, outline="boxes", run=run)


def test_it_can_be_stopped_between_outlines(clicks: Any, tmp_path: Path) -> None:
    class Stops(Boxed):
        def find(self, *given: Any) -> Sighted:
            run.stop.set()
            return super().find(*given)

    run = toy_run(tmp_path, Several(sam=clicks, grounding=Stops(RED, YELLOW)))
    with pytest.raises(Cancelled):
        by_description(Image(small.blocks()), "block", run=run)


def test_a_true_model_finds_boxes_on_any_size(tmp_path: Path) -> None:
    model = load_grounding(small.grounding(tmp_path / "dino"), "cpu")
    run = toy_run(tmp_path, OneModel("grounding", model))
    for size in ((1, 1), (40, 70)):
        found = by_description(Image(small.noise(*size)), "a dog, a red car", 0.05, outline="boxes", run=run)
        assert found.mask.shape == size
        assert len(found.labels) == len(found.scores) == len(found.masks) == len(found.boxes) > 0
    with pytest.raises(BadInput, match=r"masks of 12000×9000 pixels would take .* GB") as caught:
        by_description(
            Image(np.zeros((*LARGE, 3), np.uint8)), "a dog", 0.0, overlap=1.0, outline="boxes", run=_many(tmp_path)
        )
    assert "image.resize" in str(caught.value)


def _many(folder: Path) -> ToyRun:
    rows = [((100 * n, 0, 100 * n + 90, 90), "dog", 0.9) for n in range(40)]
    return toy_run(folder, OneModel("grounding", Boxed(*rows)))


# ---- everything ----


def test_everything_gives_what_the_generator_finds(clicks: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("sam", clicks))
    found = everything(Image(small.blocks()), 8, 0.0, 0.0, run=run)
    wanted = [one for one in outlines(clicks, small.blocks(), Grid(8, 0, 0)) if one.area]
    assert len(found.masks) == len(wanted) > 3
    assert all(np.array_equal(mask > 0, one.mask) for mask, one in zip(found.masks, wanted, strict=True))
    assert found.areas == [one.area for one in wanted] == sorted(found.areas, reverse=True)
    assert found.boxes.tolist() == boxes_of(found.masks).tolist()
    assert run.steps[0] == (0, 64)
    assert run.steps[-1] == (64, 64)
    assert (found.picture != small.blocks()).any()


def test_everything_is_told_when_there_is_more(clicks: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("sam", clicks))
    assert len(everything(Image(small.blocks()), 8, 0.0, 0.0, most=2, run=run).masks) == 2
    assert "the 2 largest are given" in run.said[0]
    assert all(a >= 50 for a in everything(Image(small.blocks()), 8, 0.0, 0.0, smallest=50, run=run).areas)


def test_everything_says_when_nothing_is_good_enough(clicks: Any, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="as good and steady") as caught:
        everything(Image(small.blocks()), 4, 1.0, 1.0, run=toy_run(tmp_path, OneModel("sam", clicks)))
    assert "Lower quality" in str(caught.value)


def test_outlines_of_a_large_picture_are_found_small_and_scaled(
    clicks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nodes.segment.everything import everything as function

    monkeypatch.setitem(function.__globals__, "LARGEST", 128)
    run = toy_run(tmp_path, OneModel("sam", clicks))
    large = small.blocks(4)
    found = everything(Image(large), 8, 0.0, 0.0, run=run)
    assert all(mask.shape == (384, 512) for mask in found.masks)
    one = everything(Image(function.__globals__["_small"](large, 0.25)), 8, 0.0, 0.0, run=run)
    assert len(found.areas) == len(one.areas)
    assert found.areas[0] / one.areas[0] == pytest.approx(16, rel=0.05)


# ---- classes ----


def test_classes_are_kept_by_name_and_by_synonym(queries: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", queries))
    image = Image(small.noise(60, 90))
    whole = classes(image, task="instance", threshold=0.3, run=run)
    assert len(set(whole.labels)) > 1
    for name in ("car", "Cars", "automobile", "sedan"):
        found = classes(image, name, "instance", 0.3, run=run)
        assert set(found.labels) == {"car"}
        assert len(found.masks) == whole.labels.count("car")
    assert found.mask.shape == (60, 90)
    assert np.array_equal(found.boxes, boxes_of(found.masks))
    assert all(score >= 0.3 for score in found.scores)
    assert (found.picture != image).any()


def test_a_class_that_it_does_not_know_is_named_with_the_nearest(queries: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", queries))
    with pytest.raises(BadInput, match="no label 'unicorn', 'trafic light'") as caught:
        classes(Image(small.noise(60, 90)), "car, unicorn, trafic light", run=run)
    assert "id you mean 'traffic light'" in str(caught.value)


def test_a_class_that_is_not_there(queries: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", queries))
    with pytest.raises(BadInput, match="nothing of 'car' was found with a score of 1"):
        classes(Image(small.noise(60, 90)), "car", "instance", 1.0, run=run)
    missing = next(
        n for n in small.NAMES if n not in classes(Image(small.noise(60, 90)), task="semantic", run=run).labels
    )
    with pytest.raises(BadInput, match="no pixel is rather that"):
        classes(Image(small.noise(60, 90)), missing, "semantic", run=run)


def test_labels_are_listed(queries: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", queries))
    assert class_names(run=run) == list(small.NAMES)
    assert class_names("Light", run=run) == ["traffic light"]
    with pytest.raises(BadInput, match="none of the 4 labels has 'cra' in it"):
        class_names("cra", run=run)


def test_a_model_without_labels_is_refused(tmp_path: Path) -> None:
    class Words:
        kind = "words"

    for call in (lambda run: class_names(run=run), lambda run: classes(Image(small.noise(9, 9)), run=run)):
        with pytest.raises(BadInput, match="knows no labels") as caught:
            call(toy_run(tmp_path, OneModel("segment", Words())))
        assert "segment.mask_from_words" in str(caught.value)


def test_the_starter_divides_a_drawn_scene(tmp_path: Path) -> None:
    from tests.models.test_segment import STARTER
    from tests.nodes.mask_truth import overlap as agreement
    from train.scenes import draw_scene

    run = toy_run(tmp_path, OneModel("segment", load_segment(STARTER, "cpu")))
    scene = draw_scene(700_003, (300, 420), (2, 2))
    for drawn in scene.objects:
        found = classes(Image(scene.image), drawn.kind, run=run)
        assert set(found.labels) == {drawn.kind}
        same = [other.mask for other in scene.objects if other.kind == drawn.kind]
        assert agreement(found.mask, np.maximum.reduce(same)) > 0.7


# ---- the subject ----


def test_the_edge_comes_near_to_the_true_one(matter: Any, tmp_path: Path) -> None:
    image, true = small.subject(300, 400)
    run = toy_run(tmp_path, OneModel("matting", matter))
    fine, plain = (cut_background(Image(image), "#00ff00", fine, run=run) for fine in (True, False))  # type: ignore[arg-type]
    near = (true > 0) & (true < 1)
    far = [np.abs(cut.mask / 255.0 - true)[near].mean() for cut in (fine, plain)]
    assert far[0] < 0.7 * far[1]
    assert fine.mask[150, 200] == 255
    assert fine.mask[5, 5] == 0
    assert fine.image[5, 5].tolist() == [0, 255, 0]
    assert np.array_equal(fine.image[150, 200], image[150, 200])
    mixed = fine.mask[..., None] / 255.0
    assert np.abs(fine.image - (mixed * fine.foreground + (1 - mixed) * [0, 255, 0])).max() <= 1


def test_colours_at_the_edge_are_those_of_the_subject() -> None:
    image, true = small.subject(300, 400)
    cut = refined(image, true, 4)
    rim = (true > 0.3) & (true < 0.9) & (cut.alpha > 60)
    blue_seen, blue_left = (float(picture[rim][:, 2].mean()) for picture in (image, cut.colours))
    assert blue_left < 0.75 * blue_seen
    inside = cut.alpha == 255
    assert np.array_equal(cut.colours[inside], image[inside])


def test_tiles_and_the_small_copy_change_little(monkeypatch: pytest.MonkeyPatch) -> None:
    from nodes.segment import alpha

    image, true = small.subject(200, 300)
    whole = refined(image, true, 4)
    monkeypatch.setattr(alpha, "TILE", 64)
    told: list[tuple[int, int]] = []
    assert np.array_equal(refined(image, true, 4, lambda *step: told.append(step)).alpha, whole.alpha)
    assert told == [(n, 20) for n in range(21)]
    monkeypatch.setattr(alpha, "WORKING", 200)
    coarse = refined(image, true, 4)
    assert np.abs(coarse.alpha.astype(int) - whole.alpha).mean() < 3


def test_no_subject_is_said(matter: Any, tmp_path: Path) -> None:
    blue = np.full((50, 80, 3), (10, 20, 240), np.uint8)
    with pytest.raises(BadInput, match=r"no subject stands out .* 0\.00 at most"):
        cut_background(Image(blue), run=toy_run(tmp_path, OneModel("matting", matter)))


@pytest.mark.parametrize("size", [(1, 1), (1, 400), LARGE])
def test_a_subject_of_any_size(size: tuple[int, int], matter: Any, tmp_path: Path) -> None:
    image = np.full((*size, 3), (220, 30, 20), np.uint8)
    image[:, size[1] // 2 + 1 :] = (20, 30, 220)
    run = toy_run(tmp_path, OneModel("matting", matter))
    cut = cut_background(Image(image), edge=40, run=run)
    assert cut.mask.shape == size
    assert cut.mask[size[0] // 2, size[1] // 4] == 255


def test_any_mask_gets_a_fine_edge(tmp_path: Path) -> None:
    image, true = small.subject(300, 400)
    rough = Mask((true > 0.5).astype(np.uint8) * 255)
    cut = fine_edge(Image(image), rough, edge=6, run=toy_run(tmp_path))
    near = (true > 0) & (true < 1)
    assert np.abs(cut.mask / 255.0 - true)[near].mean() < np.abs((true > 0.5) - true)[near].mean()
    with pytest.raises(BadInput, match="it marks nothing"):
        fine_edge(Image(image), Mask(np.zeros((300, 400), np.uint8)), run=toy_run(tmp_path))
    with pytest.raises(BadInput, match=r"it is 4×4 but image is 400×300"):
        fine_edge(Image(image), Mask(np.full((4, 4), 255, np.uint8)), run=toy_run(tmp_path))


# ---- drawing, and one by one ----


def rectangle(left: int, top: int, right: int, bottom: int) -> Mask:
    mask = np.zeros((96, 128), np.uint8)
    mask[top:bottom, left:right] = 255
    return Mask(mask)


def test_each_thing_has_its_own_colour_and_all_else_stays() -> None:
    image = Image(np.full((96, 128, 3), 90, np.uint8))
    masks = [rectangle(10, 10, 40, 40), rectangle(60, 50, 100, 90)]
    shown = overlay(image, masks, opacity=1.0, numbers=False)
    assert shown[25, 25].tolist() == list(colour_of(0))
    assert shown[70, 80].tolist() == list(colour_of(1))
    assert np.array_equal(shown[:5], image[:5])
    lines = overlay(image, masks, opacity=0.0, numbers=False)
    assert lines[25, 25].tolist() == [90, 90, 90]
    assert lines[10, 25].tolist() == list(colour_of(0))
    boxes = overlay(image, boxes=Boxes(np.float32([[10, 10, 40, 40]])), numbers=False)
    assert boxes[10, 20].tolist() == boxes[39, 20].tolist() == list(colour_of(0))
    assert boxes[25, 25].tolist() == [90, 90, 90]


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_plates_can_be_read_on_any_picture(ground: int) -> None:
    image = Image(np.full((200, 300, 3), ground, np.uint8))
    boxes = Boxes(np.float32([[20, 20, 250, 180]]))
    with_text, without = (overlay(image, boxes=boxes, labels=[text], numbers=False) for text in ("traffic light", ""))
    plate = (with_text != without).any(-1)
    rows, columns = np.nonzero(plate)
    view = with_text[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert (view.max(-1) < 40).mean() > 0.3
    assert (view.min(-1) > 200).mean() > 0.05


def test_plates_say_number_label_and_score_and_stay_inside() -> None:
    image = Image(np.zeros((60, 90, 3), np.uint8))
    corner = Boxes(np.float32([[80, 55, 90, 60]]))
    plain = overlay(image, boxes=corner, numbers=False)
    for more in ({"numbers": True}, {"labels": ["car"]}, {"scores": [0.5]}):
        said = overlay(image, boxes=corner, **{"numbers": False, **more})
        assert (said != plain).sum() > 50, more
    assert not np.array_equal(overlay(image, boxes=corner, scores=[0.5]), overlay(image, boxes=corner, scores=[0.9]))


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 2)])
def test_the_smallest_pictures_can_be_drawn_on(size: tuple[int, int]) -> None:
    image = Image(np.zeros((*size, 3), np.uint8))
    box = Boxes(np.float32([[0, 0, size[1], size[0]]]))
    shown = overlay(image, [Mask(np.full(size, 255, np.uint8))], box, ["a very long name of a thing"], [0.5])
    assert shown.shape == image.shape


def test_lists_that_do_not_fit_are_refused() -> None:
    image, mask = Image(np.zeros((96, 128, 3), np.uint8)), rectangle(1, 1, 5, 5)
    with pytest.raises(BadInput, match="neither masks nor boxes"):
        overlay(image)
    with pytest.raises(BadInput, match="there are 2 for 1 masks"):
        overlay(image, [mask], labels=["a", "b"])
    with pytest.raises(BadInput, match=r"it is 2×2 but image is 128×96"):
        overlay(image, [Mask(np.zeros((2, 2), np.uint8))])
    assert np.array_equal(overlay(image, [Mask(np.zeros((96, 128), np.uint8))]), image)
    assert np.array_equal(overlay(image, []), image)


def test_things_are_sent_on_one_by_one(tmp_path: Path) -> None:
    masks = [rectangle(10, 10, 40, 40), Mask(np.zeros((96, 128), np.uint8))]
    sent = list(each_thing(masks, ["car", "dog"], [0.9, 0.4], run=toy_run(tmp_path)))
    assert [(one.number, one.label, one.score) for one in sent] == [(1, "car", 0.9), (2, "dog", 0.4)]
    assert sent[0].box.tolist() == [[10, 10, 40, 40]]
    assert sent[1].box.tolist() == [[0, 0, 0, 0]]
    assert [one.label for one in each_thing(masks, run=toy_run(tmp_path))] == ["", ""]
    with pytest.raises(BadInput, match="there are 1 for 2 masks"):
        list(each_thing(masks, ["car"], run=toy_run(tmp_path)))


def test_a_small_mask_is_scaled_with_a_clean_edge() -> None:
    mask = np.zeros((10, 10), bool)
    mask[2:8, 3:7] = True
    large = at_full_size(mask, np.zeros((100, 100, 3), np.uint8))
    assert set(np.unique(large)) == {0, 255}
    assert np.count_nonzero(large) == pytest.approx(2400, rel=0.05)
