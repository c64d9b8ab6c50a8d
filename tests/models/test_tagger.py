"""Taggers of the WD14 family: an ONNX file in the true layout, good and broken; what the network is given; where the shelf finds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf, inventory
from nodes.models.tagger import load_tagger, prepared
from tests import weights_look as small


def test_what_the_network_is_given_is_blue_first_on_white_in_the_middle() -> None:
    image = np.zeros((20, 40, 3), np.uint8)
    image[...] = [200, 100, 50]
    given = prepared(image, 40)
    assert given.shape == (1, 40, 40, 3)
    assert given.dtype == np.float32
    assert given.flags.c_contiguous
    assert given[0, 20, 20].tolist() == [50, 100, 200]
    assert (given[0, :10] == 255).all()
    assert (given[0, 30:] == 255).all()
    assert (given[0, 10:30] == [50, 100, 200]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (9000, 12000)])
def test_pictures_of_any_size_come_to_448(size: tuple[int, int]) -> None:
    given = prepared(np.full((*size, 3), 80, np.uint8), 448)
    assert given.shape == (1, 448, 448, 3)
    middle = given[0, 224, 224]
    assert (middle == 80).all() or min(size) * 448 < max(size)


def test_scores_are_those_of_the_network(tmp_path: Path) -> None:
    loaded = load_tagger(small.tagger(tmp_path), "cpu")
    image = small.plain((10, 120, 250), 50, 50)
    expected = 1 / (1 + np.exp(-(np.array([250, 120, 10]) - 127.5) @ np.array(small.WEIGHTS).T * small.STEEP))
    assert np.allclose(loaded.scores(image), expected, atol=1e-5)
    assert loaded.side == 448
    assert loaded.tags == small.TAGS


def change(name: str, how: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        small.tagger(folder, side=16)
        (folder / name).write_bytes(how((folder / name).read_bytes()))

    return write


def of_other_code(folder: Path) -> None:
    from onnx import TensorProto, helper

    small.tagger(folder)
    kind = TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Add", ["tokens", "mask"], ["logits"])], "g",
        [helper.make_tensor_value_info(name, kind, [1, 77]) for name in ("tokens", "mask")],
        [helper.make_tensor_value_info("logits", kind, [1, 77])],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (folder / "model.onnx").write_bytes(model.SerializeToString())


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "half of it": (change("model.onnx", lambda data: data[: len(data) // 2]), "cut short"),
    "empty": (change("model.onnx", lambda data: b""), "cut short|takes nothing"),
    "a text": (change("model.onnx", lambda data: b"404: Not Found"), "cut short"),
    "another network": (of_other_code, r"it takes tokens tensor\(float\) \[1, 77\], mask"),
    "channels first": (lambda folder: small.tagger(folder, layout="NCHW"), "one float picture"),
    "another table": (lambda folder: small.tagger(folder, tags=small.TAGS[:-1]), "11 numbers, and its table has 10 tags"),
    "an empty table": (change("selected_tags.csv", lambda data: b"tag_id,name,category,count\n"), "no rows"),
    "no table": (change("selected_tags.csv", lambda data: b"\x89PNG\r\n\xff\xfe"), "columns name and category"),
    "a category that is a word": (change("selected_tags.csv", lambda data: data.replace(b",9,", b",x,")), "columns name and category"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_files_are_named(name: str, tmp_path: Path) -> None:
    write, said = BROKEN[name]
    write(tmp_path)
    with pytest.raises(BadInput, match=said) as caught:
        load_tagger(tmp_path / "model.onnx", "cpu")
    assert str(tmp_path) in str(caught.value)
    assert caught.value.cure


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))


def test_the_shelf_finds_a_folder_a_file_and_a_snapshot(shelf: Shelf, tmp_path: Path) -> None:
    file = small.tagger(shelf.models / "tagger" / "mine")
    assert shelf.names("tagger") == ["auto", "starter", "mine"]
    assert shelf.get("tagger") is shelf.get("tagger", "mine") is shelf.get("tagger", str(file))
    other = small.tagger(tmp_path / "flat")
    other.rename(shelf.models / "tagger" / "wd.onnx")
    other.with_name("selected_tags.csv").rename(shelf.models / "tagger" / "wd.csv")
    assert shelf.names("tagger") == ["auto", "starter", "mine", "wd.onnx"]
    assert shelf.get("tagger", "wd").tags == small.TAGS
    home = tmp_path / "cache" / "models--me--tagger"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("abc")
    small.tagger(home / "snapshots" / "abc")
    assert inventory.held("tagger") == ["me/tagger"]
    assert shelf.get("tagger", "me/tagger").tags == small.TAGS


def test_without_weights_it_says_what_to_get(shelf: Shelf) -> None:
    with pytest.raises(MissingWeights) as caught:
        shelf.get("tagger")
    for part in ("starter model 'tagger'", "git checkout", "selected_tags.csv", str(shelf.models / "tagger")):
        assert part in str(caught.value)
    (shelf.models / "tagger" / "lone").mkdir(parents=True)
    (shelf.models / "tagger" / "lone" / "model.onnx").write_bytes(b"")
    with pytest.raises(BadInput, match=r"selected_tags\.csv beside it"):
        shelf.get("tagger", "lone")


def test_the_hub_gives_the_network_and_its_table_alone(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.models import conftest

    file = small.tagger(tmp_path / "there")
    names = ("model.onnx", "selected_tags.csv")
    files = {name: file.with_name(name).read_bytes() for name in names} | {
        "model.safetensors": b"x",
        "config.json": b"{}",
    }
    monkeypatch.setitem(conftest.REPOSITORIES, "me/wd-tagger", files)
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu"))
    assert shelf.get("tagger", "me/wd-tagger").tags == small.TAGS
    assert {name for name in files if any(name in line for line in asked)} == set(names)
    assert shelf.names("tagger") == ["auto", "starter", "me/wd-tagger"]
