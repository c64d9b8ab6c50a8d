"""The starter tagger as it ships: files of the WD14 family, and answers above their floor on drawn scenes that no training has seen."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from graph import Settings
from nodes import tag
from nodes.models import Shelf
from nodes.models.tagger import load_tagger, prepared
from tests.toys import OneModel, toy_run
from train.scenes import Scene, draw_scene
from train.tagger.evaluate import on_white
from train.tagger.tags import TAGS, tags_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "models" / "starter" / "tagger"
SEED = 777_000_000
"""Far from the seeds of the training and of its own evaluation."""


def scenes(count: int, size: Any = 256) -> list[Scene]:
    return [draw_scene(SEED + number, size, (1, 3)) for number in range(count)]


def named(tagger: OneModel, image: np.ndarray, folder: Path) -> tag.Tagged:
    return tag.picture(image, writing="underscores", run=toy_run(folder, tagger))


@pytest.fixture(scope="module")
def tagger() -> OneModel:
    return OneModel("tagger", load_tagger(FOLDER / "model.onnx", "cpu"))


def test_it_finds_kinds_colours_places_and_counts(tagger: OneModel, tmp_path: Path) -> None:
    right = found = wanted = 0
    for scene in scenes(60):
        told = named(tagger, scene.image, tmp_path)
        true = tags_of([(one.kind, one.colour) for one in scene.objects], scene.background, []) - {"general"}
        assert told.rating == "general"
        right, found, wanted = right + len(true & set(told.names)), found + len(told.names), wanted + len(true)
    assert 2 * right / (found + wanted) > FLOOR


FLOOR = 0.92
SPOILT = {
    "blurred": lambda image: cv2.GaussianBlur(image, (0, 0), 4),
    "noisy": lambda image: np.clip(image + np.random.default_rng(0).normal(0, 60, image.shape), 0, 255).astype("u1"),
    "dark": lambda image: (image * 0.33).astype("u1"),
    "bright": lambda image: (255 - (255 - image.astype(np.float32)) * 0.38).astype("u1"),
    "monochrome": lambda image: np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, 2),
}


@pytest.mark.parametrize("state", list(SPOILT))
def test_it_tells_spoilt_pictures_from_others(state: str, tagger: OneModel, tmp_path: Path) -> None:
    hits = false = 0
    for scene in scenes(12):
        hits += state in named(tagger, SPOILT[state](scene.image), tmp_path).names
        false += state in named(tagger, scene.image, tmp_path).names
    assert hits >= 10
    assert false <= 1


def test_its_files_are_those_of_its_family() -> None:
    with (FOLDER / "selected_tags.csv").open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0]) == ["tag_id", "name", "category", "count"]
    assert tuple(row["name"] for row in rows) == TAGS
    assert {row["name"]: row["category"] for row in rows if row["category"] != "0"} == {"general": "9"}
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 1_000_000


@pytest.mark.parametrize("size", [(128, 128), (90, 160), (300, 200)])
def test_the_network_sees_a_picture_as_its_evaluation_did(size: tuple[int, int]) -> None:
    image = scenes(1, size)[0].image
    assert np.array_equal(prepared(image, 128)[0, :, :, ::-1], on_white(image))


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (1200, 40)])
def test_odd_pictures_are_answered(size: tuple[int, int], tagger: OneModel, tmp_path: Path) -> None:
    told = named(tagger, np.zeros((*size, 3), np.uint8), tmp_path)
    assert all(0.35 <= score <= 1 for score in told.scores)
    assert len(told.names) == len(told.scores)


def test_the_shelf_falls_back_to_it_and_says_what_it_is(tmp_path: Path) -> None:
    shelf = Shelf(Settings(root=ROOT, models=tmp_path / "none", offline=True, device="cpu"))
    said: list[str] = []
    found = shelf.find("tagger", "auto", said.append)
    assert (found.path, found.source) == (FOLDER / "model.onnx", "starter")
    assert said[-1].startswith(
        "starter models: drawn pictures only; for photographs and ten thousand tags: put an .onnx"
    )
    assert shelf.names("tagger")[:2] == ["auto", "starter"]
