"""Every workflow that ships runs headless, as a person would run it, and does what its title says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import cli
import graph

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = sorted((ROOT / "workflows").glob("*.json"))


def pixels(path: Path) -> np.ndarray:
    with Pillow.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def run(name: str, folder: Path, capsys: Any, *more: str) -> dict[str, Any]:
    """Run a workflow and return what it tells a machine."""
    code = cli.main(["run", str(ROOT / "workflows" / name), "--out", str(folder), "--json", *more])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (code == 0) == answer["ok"]
    return answer


def before_and_after(answer: dict[str, Any], example: str, index: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return pixels(ROOT / "workflows" / "examples" / example), pixels(Path(answer["written"][index]))


def box_of(changed: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_it_is_saved_as_it_would_be_saved_again(path: Path) -> None:
    workflow = graph.load(path)
    assert json.loads(graph.dump(workflow)) == json.loads(path.read_text())
    assert workflow.title
    assert workflow.parameters


# The red car of street.png stands in this box (x0, y0, x1, y1), its shadow included.
CAR = (262, 296, 602, 486)


def inside(box: tuple[int, int, int, int], other: tuple[int, int, int, int], slack: int) -> bool:
    return all(a >= b - slack for a, b in zip(box[:2], other[:2], strict=True)) and all(
        a <= b + slack for a, b in zip(box[2:], other[2:], strict=True)
    )


def test_a_sentence_replaces_the_car_and_nothing_else(tmp_path: Path, capsys: Any) -> None:
    answer = run("replace_object.json", tmp_path, capsys)
    before, after = before_and_after(answer, "street.png")
    changed = (before != after).any(2)
    assert inside(box_of(changed), CAR, 60)
    red = lambda image: int(((image[..., 0] > 180) & (image[..., 1] < 60) & (image[..., 2] < 70)).sum())  # noqa: E731
    assert red(before[296:486, 262:602]) > 8_000
    assert red(after[296:486, 262:602]) < 2_000
    assert any("starter models: drawn pictures only" in text for text in answer["said"])
    assert not {"things", "heal"} & set(answer["ran"])  # only what removes needs to know all that stands around


def test_the_same_seed_gives_the_same_picture(tmp_path: Path, capsys: Any) -> None:
    first, second, other = (
        pixels(Path(run("replace_word.json", tmp_path / str(i), capsys, "--seed", str(seed))["written"][0]))
        for i, seed in enumerate((3, 3, 4))
    )
    assert (first == second).all()
    assert (first != other).any()


def test_a_sentence_can_remove(tmp_path: Path, capsys: Any) -> None:
    answer = run("replace_object.json", tmp_path, capsys, "--instruction", "remove the car")
    before, after = before_and_after(answer, "street.png")
    red = (after[..., 0] > 180) & (after[..., 1] < 60) & (after[..., 2] < 70)
    assert int(red[296:486, 262:602].sum()) < 300
    assert (before[:200] == after[:200]).all()


@pytest.mark.parametrize(
    ("example", "thing", "place", "is_neighbour"),
    [
        pytest.param("room", "lamp", (580, 130, 740, 380), lambda r, g, b: b > r + 40, id="a lamp, beside a sofa"),
        pytest.param(
            "garden", "dog", (270, 260, 500, 450), lambda r, g, b: (r > 200) & (b < 90), id="a dog, beside a flower"
        ),
    ],
)
def test_what_is_removed_is_not_replaced_by_its_neighbour(
    example: str, thing: str, place: tuple[int, int, int, int], is_neighbour: Any, tmp_path: Path, capsys: Any
) -> None:
    picture = str(ROOT / "workflows" / "examples" / f"{example}.png")
    answer = run("replace_object.json", tmp_path, capsys, "--picture", picture, "--instruction", f"remove the {thing}")
    before, after = before_and_after(answer, f"{example}.png")
    assert "things" in answer["ran"]
    x0, y0, x1, y1 = place
    changed = (before != after).any(2)[y0:y1, x0:x1]
    assert changed.mean() > 0.25
    assert not is_neighbour(*np.moveaxis(after[y0:y1, x0:x1].astype(int), 2, 0))[changed].any()


def test_a_sentence_can_change_the_background(tmp_path: Path, capsys: Any) -> None:
    answer = run("replace_object.json", tmp_path, capsys, "--instruction", "put the car on a beach")
    before, after = before_and_after(answer, "street.png")
    assert (before[380:400, 380:480] == after[380:400, 380:480]).all()  # the car's door
    assert (before[:40] != after[:40]).any()


def test_the_red_car_is_recoloured_and_the_blue_one_is_left_alone(tmp_path: Path, capsys: Any) -> None:
    answer = run("recolor.json", tmp_path, capsys)
    before, after = before_and_after(answer, "two_cars.png")
    assert (before[:, :340] == after[:, :340]).all()
    yellow = (after[..., 0] > 190) & (after[..., 1] > 150) & (after[..., 2] < 110)
    assert int(yellow[300:480, 380:740].sum()) > 5_000


def test_four_variations_and_a_sheet(tmp_path: Path, capsys: Any) -> None:
    answer = run("variations.json", tmp_path, capsys)
    names = {Path(path).stem: pixels(Path(path)) for path in answer["written"]}
    assert set(names) == {"variations", "variation-1", "variation-2", "variation-3", "variation-4"}
    assert (names["variation-1"] != names["variation-2"]).any()
    assert names["variations"].shape[0] >= 2 * names["variation-1"].shape[0]


def test_a_new_background_keeps_the_dog(tmp_path: Path, capsys: Any) -> None:
    answer = run("new_background.json", tmp_path, capsys)
    before, after = before_and_after(answer, "garden.png")
    assert (before[340:370, 355:440] == after[340:370, 355:440]).all()  # the dog's body
    assert (before[:60] != after[:60]).mean() > 0.5


def test_a_box_is_enough_to_remove_from_a_photograph(tmp_path: Path, capsys: Any) -> None:
    """Film grain over a slope, with a ball on it: afterwards neither the ball nor a smear is there, and the rest is untouched."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:600, :900]
    photo = np.stack([90 + y / 10, 120 + x / 20, 80 + (x + y) / 30], 2) + rng.normal(0, 9, (600, 900, 3))
    ball = (x - 450) ** 2 + (y - 320) ** 2 < 70**2
    photo[ball] = [200, 30, 40]
    picture = tmp_path / "photo.png"
    Pillow.fromarray(photo.clip(0, 255).astype(np.uint8)).save(picture)
    box = ["--left", "360", "--top", "230", "--width", "180", "--height", "180"]
    answer = run("remove_object_photo.json", tmp_path, capsys, "--picture", str(picture), *box)
    before, after = pixels(picture), pixels(Path(answer["written"][0])).astype(float)
    assert (before[:200] == after[:200]).all()
    assert abs(after[ball].mean(0) - photo[~ball & (abs(x - 450) < 120) & (abs(y - 320) < 120)].mean(0)).max() < 6
    assert (
        6 < (after[270:370, 400:500] - np.roll(after[270:370, 400:500], 1, 1)).std() / np.sqrt(2) < 13
    )  # the grain is there


def test_a_loop_ends_as_soon_as_it_is_good_enough(tmp_path: Path, capsys: Any) -> None:
    answer = run("sharpen_until.json", tmp_path, capsys)
    result = pixels(Path(answer["written"][0]))
    assert graph.registry["image.sharpness"].function(result) >= 100
    rounds = [name for name in answer["ran"] if name.endswith("/sharpen")]
    assert rounds == [f"improve/{number + 1}/sharpen" for number in range(len(rounds))]
    assert 1 < len(rounds) < 6


def test_a_folder_of_pictures_goes_through_and_only_what_is_new_again(tmp_path: Path, capsys: Any) -> None:
    source = tmp_path / "in"
    (source / "deep").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a", "deep/b"):
        Pillow.fromarray(rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)).save(source / f"{name}.png")
    Pillow.new("RGB", (80, 60), "grey").save(source / "flat.png")
    (source / "notes.txt").write_text("no picture")
    options = ["--folder", str(source), "--width", "40", "--height", "40"]
    out = tmp_path / "out"
    first = run("many_pictures.json", out, capsys, *options)
    assert {str(Path(path).relative_to(out)) for path in first["written"]} == {"a.jpg", "deep/b.jpg", "overview.png"}
    assert pixels(out / "deep" / "b.jpg").shape == (30, 40, 3)
    assert [(row["node"], row["item"]) for row in first["dropped"]] == [("sharp", 2)]
    Pillow.fromarray(rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)).save(source / "c.png")
    again = run("many_pictures.json", out, capsys, *options)
    assert {Path(path).name for path in again["written"]} == {"c.jpg", "overview-0002.png"}


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        pytest.param("Replace the giraffe with a bicycle", "giraffe", id="nothing that looks like it"),
        pytest.param("", "sentence", id="an empty sentence"),
        pytest.param("xyzzy", "sentence", id="nonsense"),
        pytest.param("replace " * 12_500, "100,000", id="a hundred thousand characters"),
    ],
)
def test_what_can_not_be_done_is_an_error_of_its_node(
    tmp_path: Path, capsys: Any, instruction: str, message: str
) -> None:
    answer = run("replace_object.json", tmp_path, capsys, "--instruction", instruction)
    [error] = answer["errors"]
    assert message in error["what"] + error["socket"]
    assert error["cure"]
    assert answer["written"] == []
