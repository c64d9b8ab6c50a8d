"""The starter captioner as it ships: a transformers folder of BLIP, and sentences above their floor about drawn scenes that no training has seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph import Settings
from nodes import look
from nodes.models import Shelf
from nodes.models.caption import load_caption
from tests.toys import OneModel, toy_run
from train.captioner.evaluate import compare, truth
from train.captioner.words import vocabulary
from train.scenes import Scene, draw_scene

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "models" / "starter" / "captioner"
SEED = 777_000_000
"""Far from the seeds of the training and of its own evaluation."""


def scenes(count: int) -> list[Scene]:
    return [draw_scene(SEED + number, 256, (1, 3)) for number in range(count)]


@pytest.fixture(scope="module")
def captioner() -> OneModel:
    return OneModel("caption", load_caption(FOLDER, "cpu"))


def test_it_names_things_colours_and_places(captioner: OneModel, tmp_path: Path) -> None:
    run = toy_run(tmp_path, captioner)
    figures = compare([(truth(scene), look.caption(scene.image, run=run)) for scene in scenes(40)])
    assert figures["kind recall"] > 0.85
    assert figures["kind precision"] > 0.85
    assert figures["colour accuracy"] > 0.9
    assert figures["place accuracy"] > 0.85
    assert figures["exact match"] > 0.5


def test_another_picture_gets_another_sentence(captioner: OneModel, tmp_path: Path) -> None:
    run = toy_run(tmp_path, captioner)
    said = [look.caption(scene.image, run=run) for scene in scenes(6)]
    assert len(set(said)) == len(said)
    assert said[0] == look.caption(scenes(1)[0].image, run=run)


@pytest.mark.parametrize("beginning", ["a photograph of", "there is"])
def test_it_goes_on_with_a_given_beginning(beginning: str, captioner: OneModel, tmp_path: Path) -> None:
    run, pairs = toy_run(tmp_path, captioner), []
    for scene in scenes(12):
        said = look.caption(scene.image, prompt=beginning, run=run)
        assert said.startswith(beginning + " ")
        pairs.append((truth(scene), said.removeprefix(beginning).strip()))
    figures = compare(pairs)
    assert figures["kind recall"] > 0.8
    assert figures["kind precision"] > 0.8


def test_it_writes_no_more_pieces_than_asked(captioner: OneModel, tmp_path: Path) -> None:
    image = scenes(1)[0].image
    whole = look.caption(image, run=toy_run(tmp_path, captioner))
    assert look.caption(image, longest=2, beams=1, run=toy_run(tmp_path, captioner)) == " ".join(whole.split()[:2])


@pytest.mark.parametrize("size", [(1, 1), (30, 400), (1200, 60)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (30, 160, 60)])
def test_a_picture_with_nothing_in_it_is_said_to_show_nothing(
    size: tuple[int, int], colour: tuple[int, int, int], captioner: OneModel, tmp_path: Path
) -> None:
    plain = np.full((*size, 3), colour, np.uint8)
    said = look.caption(plain, run=toy_run(tmp_path, captioner))
    assert said in ("nothing", "nothing in the snow")  # white is what snow is


def test_the_files_are_those_of_its_family_and_small(captioner: OneModel) -> None:
    import torch
    from safetensors import safe_open

    with safe_open(FOLDER / "model.safetensors", "pt") as opened:
        assert {opened.get_tensor(name).dtype for name in opened.keys()} == {torch.float16}  # noqa: SIM118
    assert captioner.model.model.dtype == torch.float32  # half precision is slow on a processor
    assert captioner.model.processor.tokenizer.convert_ids_to_tokens(list(range(len(vocabulary())))) == vocabulary()
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_200_000


def test_the_shelf_falls_back_to_it_and_says_what_it_is(tmp_path: Path) -> None:
    shelf = Shelf(Settings(root=ROOT, models=tmp_path / "none", offline=True, device="cpu"))
    said: list[str] = []
    found = shelf.find("caption", "auto", said.append)
    assert (found.path, found.source) == (FOLDER, "starter")
    assert said[-1].startswith(
        "starter models: drawn pictures only; for photographs: put a transformers folder of BLIP"
    )
    assert shelf.names("caption")[:2] == ["auto", "starter"]
