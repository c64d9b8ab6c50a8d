"""Control: what a ControlNet is given is what it was trained on, in every size of picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from graph import BadInput, Control
from nodes.control import ade
from nodes.control.edges import canny, scribble, soft_edges
from nodes.control.guiding import guide
from nodes.control.lines import lines, straight_lines
from nodes.control.pose import open_pose, pose
from nodes.control.segments import segments
from nodes.control.space import depth, normal
from nodes.control.texture import shuffle, tile
from tests.toys import OneModel, toy_run

EXAMPLES = Path(__file__).resolve().parents[2] / "workflows" / "examples"


def street() -> np.ndarray:
    with Pillow.open(EXAMPLES / "street.png") as opened:
        return np.asarray(opened.convert("RGB"))


def plain(value: int = 128, height: int = 64, width: int = 96) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def halves(height: int = 128, width: int = 192) -> np.ndarray:
    """Black on the left, white on the right."""
    image = plain(0, height, width)
    image[:, width // 2 :] = 255
    return image


PLAIN: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "canny": canny, "automatic canny": lambda image: canny(image, thresholds="automatic"), "soft edges": soft_edges, "scribble": scribble,
    "lines": lines, "straight lines": straight_lines,
}  # fmt: skip
ALL = PLAIN | {
    "tile": tile, "blurred tile": lambda image: tile(image, 6.0, "blur"), "shuffle": shuffle,
    "normal": lambda image: normal(image[..., 0].astype(np.float32) / 255),
}  # fmt: skip
SIZES = [(1, 1), (1, 40), (700, 2), (33, 70)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", list(ALL))
def test_every_size_of_picture_keeps_its_size(name: str, size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    found = ALL[name](image)
    assert found.shape == image.shape
    assert found.dtype == np.uint8
    assert not found.flags.writeable


def test_a_very_large_picture_has_its_edges_where_they_are() -> None:
    image = np.zeros((9000, 12000, 3), np.uint8)
    image[3000:6000, 4000:8000] = 255
    found = canny(image)
    rows, columns = np.nonzero(found[..., 0])
    assert found.shape == image.shape
    assert abs(rows.min() - 3000) < 60
    assert abs(columns.max() - 8000) < 60


@pytest.mark.parametrize("name", list(PLAIN))
def test_an_even_surface_has_no_edges_and_an_edge_is_found_where_it_is(name: str) -> None:
    assert not PLAIN[name](plain()).any()
    found = PLAIN[name](halves())
    assert (found[..., 0] == found[..., 2]).all()
    columns = np.nonzero(found[..., 0].max(0) > 127)[0]
    assert len(columns)
    assert abs(columns.mean() - 96) < 4


def test_canny_is_opencvs_at_the_working_size() -> None:
    image = street()
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    assert (canny(image)[..., 1] == cv2.Canny(grey, 100, 200)).all()  # its short side is 512 pixels
    assert (canny(image, 50, 90, resolution=0)[..., 1] == cv2.Canny(grey, 50, 90)).all()
    assert set(np.unique(canny(image, resolution=200))) == {0, 255}
    assert set(np.unique(canny(image, resolution=1000))) == {0, 255}


def test_canny_automatic_finds_edges_in_the_dark() -> None:
    dark = (street() // 6).astype(np.uint8)
    assert canny(dark, thresholds="automatic").mean() > 4 * canny(dark).mean()
    with pytest.raises(BadInput, match="above the high"):
        canny(dark, 300, 200)


def test_soft_edges_fade_with_contrast() -> None:
    image = plain(100, 128, 192)
    image[:, 64:128] = 160
    image[:, 128:] = 255
    edges = soft_edges(image)[..., 0].max(0)
    assert edges[120:136].max() > edges[56:72].max() > 60
    assert soft_edges(image, 3.0)[..., 0].astype(int).sum() > edges.astype(int).sum()


def test_scribbles_are_thicker_and_fewer_than_canny() -> None:
    found = scribble(street())
    assert set(np.unique(found)) == {0, 255}
    assert scribble(street(), 0.0).mean() < found.mean() < scribble(street(), 1.0).mean()
    widths = cv2.distanceTransform((found[..., 0] > 0).astype(np.uint8), cv2.DIST_L2, 3)
    assert np.quantile(widths[widths > 0], 0.95) > 3


def test_lines_draw_the_dark_stroke_and_not_the_dark_surface() -> None:
    image = plain(230, 256, 256)
    cv2.line(image, (40, 20), (40, 230), (20, 20, 20), 3)
    image[60:200, 120:230] = 20
    found = lines(image)[..., 0]
    assert found[125, 39:42].max() > 200
    assert found[120:140, 160:190].max() == 0
    assert found[60:200, 118:124].max() > 200


def test_straight_lines_are_a_rectangles_sides_and_short_ones_go() -> None:
    image = plain(0, 256, 256)
    cv2.rectangle(image, (60, 60), (200, 180), (255, 255, 255), -1)
    found = straight_lines(image)[..., 0]
    for row, column in ((60, 130), (180, 130), (120, 60), (120, 200)):
        assert found[row - 3 : row + 4, column - 3 : column + 4].max() == 255
    assert not found[100:140, 90:170].any()
    assert not straight_lines(image, 0.5)[100:140, 55:66].any()


def test_tile_loses_detail_and_keeps_colour() -> None:
    image = street()
    for how in ("down and up", "blur"):
        found = tile(image, 8.0, how)
        assert cv2.Laplacian(found, cv2.CV_64F).var() < 0.2 * cv2.Laplacian(image, cv2.CV_64F).var()
        assert np.abs(found.mean((0, 1)) - image.mean((0, 1))).max() < 1
    assert tile(image, 1.0) is image


def test_shuffle_keeps_colours_and_no_places() -> None:
    image = street()
    found, again, other = shuffle(image, 3), shuffle(image, 3), shuffle(image, 4)
    assert (found == again).all()
    assert (found != other).any()
    assert (found != image).any(2).mean() > 0.9
    assert found.max() <= image.max()


def test_normals_are_red_to_the_left_and_green_upwards() -> None:
    rising = np.tile(np.linspace(0.2, 1, 100, dtype=np.float32), (100, 1))
    left, up = normal(rising)[50, 50].astype(int), normal(np.ascontiguousarray(rising.T))[50, 50].astype(int)
    assert left[0] > 180
    assert abs(left[1] - 128) <= 1
    assert up[1] > 180
    assert abs(up[0] - 128) <= 1
    slope = 2 * (left / 255) - 1  # a rise by 0.8 over the whole side, in which 1 is 45 degrees
    assert slope[0] / slope[2] == pytest.approx(0.8, abs=0.03)
    assert (normal(np.full((20, 30), 0.5, np.float32)) == (128, 128, 255)).all()
    assert (normal(rising, background=1.0)[:, :90] == (128, 128, 255)).all()


class Deep:
    """A depth model that sees the right half nearer."""

    def nearness(self, image: np.ndarray) -> np.ndarray:
        return np.tile(np.linspace(0, 1, 16, dtype=np.float32), (12, 1))


@pytest.mark.parametrize("size", [*SIZES, (60, 90)], ids=str)
def test_depth_is_white_where_it_is_near(size: tuple[int, int], tmp_path: Path) -> None:
    image = plain(90, *size)
    found = depth(image, run=toy_run(tmp_path, OneModel("depth_map", Deep())))
    assert found.image.shape == image.shape
    assert found.heat.shape == image.shape[:2]
    assert found.heat.dtype == np.float32
    assert 0 <= found.heat.min() <= found.heat.max() <= 1
    if size == (60, 90):
        assert (np.diff(found.heat[30]) >= 0).all()
        assert found.image[30, 0, 0] < 10 < 245 < found.image[30, -1, 0]


class Halves:
    """A segmenter that sees its first label on the left, its second on the right."""

    kind = "labels"

    def __init__(self, *labels: str) -> None:
        self.labels = labels

    def classes(self, image: np.ndarray) -> np.ndarray:
        return np.tile(np.array([0, 0, 0, 1, 1]), (4, 1))


def test_segments_have_the_colours_of_ade20k(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("segment", Halves("sofa, couch", "spaceship")))
    found = segments(plain(0, 40, 100), run=run)
    assert (found.image[:, :50] == (11, 102, 255)).all()
    assert not found.image[:, 70:].any()
    assert found.names == ["sofa"]
    assert "spaceship" in run.said[-1]


def test_segments_need_labels_that_ade20k_has(tmp_path: Path) -> None:
    words = Halves()
    words.kind = "words"
    for model, said in ((Halves("spaceship", "ghost"), "is a class of ADE20K"), (words, "asked in words")):
        with pytest.raises(BadInput, match=said):
            segments(plain(), run=toy_run(tmp_path, OneModel("segment", model)))


def test_the_palette_is_as_published() -> None:
    published = {
        "wall": (120, 120, 120), "sky": (6, 230, 230), "person": (150, 5, 61), "car": (0, 102, 200), "bed": (204, 5, 255), "tent": (112, 224, 255),
        "animal": (255, 0, 122), "glass": (25, 194, 194), "flag": (92, 0, 255),
    }  # fmt: skip
    assert len(ade.NAMES) == len(set(ade.NAMES)) == len(ade.COLOURS) == 150
    for name, colour in published.items():
        assert tuple(ade.COLOURS[ade.NAMES.index(name)]) == colour
    # two pairs of classes share a colour in the publication
    assert len({tuple(colour) for colour in ade.COLOURS.tolist()}) >= 148


def test_labels_are_matched_by_name_or_by_order() -> None:
    assert ade.numbers(("Couch", "road, route", "ghost", "potted plant")) == [23, 6, None, 17]
    renamed = tuple(f"{name}, thing" if number % 3 else "other" for number, name in enumerate(ade.NAMES))
    assert ade.numbers(renamed) == list(range(150))


class Standing:
    """A pose model that finds COCO's joints all over the box, the ankles unsure."""

    def joints(self, image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
        left, top, right, bottom = box
        number = np.arange(17)
        x = left + (right - left) * (0.1 + 0.05 * number)
        y = top + (bottom - top) * (0.1 + 0.05 * (number * 7 % 17))
        return np.column_stack([x, y, np.where(number >= 15, 0.1, 0.9)])


def test_a_pose_is_drawn_in_openposes_colours(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("pose", Standing()))
    boxes = np.array([[0, 0, 512, 512]], np.float32)
    found = pose(plain(50, 512, 512), boxes, run=run)
    coco = Standing().joints(plain(), (0, 0, 512, 512))
    for joint, colour in (
        (0, (255, 0, 0)),
        (6, (255, 170, 0)),
        (5, (85, 255, 0)),
        (14, (0, 255, 255)),
        (3, (255, 0, 85)),
    ):
        x, y = coco[joint, :2].astype(int)
        assert tuple(found.image[y, x]) == colour, joint
    neck = (coco[5, :2] + coco[6, :2]) / 2
    assert tuple(found.image[int(neck[1]), int(neck[0])]) == (255, 85, 0)
    middle = ((coco[6, :2] + coco[8, :2]) / 2).astype(int)  # right upper arm, third of the limbs
    assert tuple(found.image[middle[1], middle[0]]) == (153, 102, 0)
    for ankle in (15, 16):
        x, y = coco[ankle, :2].astype(int)
        assert tuple(found.image[y, x]) not in {(0, 170, 255), (0, 0, 255)}
    assert found.boxes.shape == (1, 4)
    assert not run.said


def test_joints_come_in_openposes_order() -> None:
    coco = np.column_stack([np.arange(17.0), np.zeros(17), np.ones(17)])
    found = open_pose(coco, 0.5)
    assert [joint[0] for joint in found if joint] == [0, 5.5, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]
    coco[5, 2] = 0
    assert open_pose(coco, 0.5)[1] is None


def test_people_without_boxes_and_boxes_without_people(tmp_path: Path) -> None:
    run = toy_run(tmp_path, OneModel("pose", Standing()))
    for size in SIZES:
        assert pose(plain(9, *size), run=run).image.shape == (*size, 3)
    assert "one person" in run.said[0]
    nobody = pose(plain(), np.zeros((0, 4), np.float32), run=run)
    assert not nobody.image.any()
    assert nobody.boxes.shape == (0, 4)
    with pytest.raises(BadInput, match="beside the picture"):
        pose(plain(), np.array([[200, 0, 300, 50]], np.float32), run=run)


def test_guides_are_chained_in_order() -> None:
    first = guide(plain(1), "edges", 0.5, 0.0, 0.4)
    both = guide(plain(2), "depth", before=first)
    assert [(entry.model, entry.weight, entry.start, entry.end) for entry in both] == [
        ("edges", 0.5, 0.0, 0.4),
        ("depth", 1.0, 0.0, 1.0),
    ]
    assert all(isinstance(entry, Control) for entry in both)
    with pytest.raises(BadInput, match="behind the end"):
        guide(plain(), start=0.6, end=0.5)


def test_a_pose_says_progress_and_stops_when_asked(tmp_path: Path) -> None:
    run: Any = toy_run(tmp_path, OneModel("pose", Standing()))
    pose(plain(), np.array([[0, 0, 30, 60], [30, 0, 90, 60]], np.float32), run=run)
    assert run.steps == [(0, 2), (1, 2), (2, 2)]
