"""The editor's recipe: what its views and sentences say is so, its parts begin as they should, its checks can fail."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from train.editor.phrases import PLAIN, instruction
from train.editor.views import STATES, draw_view
from train.scenes import ASPECT, COLOURS, SYNONYMS

CAR, RED_CAR, CAT = ("car", "gray"), ("car", "red"), ("cat", "black")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from train.editor.words import make_tokenizer

    return make_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.mark.parametrize("two", [pytest.param(0.0, id="alone"), pytest.param(1.0, id="one of two")])
def test_a_view_differs_only_where_the_named_thing_stands(two: float) -> None:
    for seed in range(6):
        view = draw_view(seed, 96, two)
        without = view.images[STATES].astype(int)
        for i, (x0, y0, x1, y1) in enumerate(view.boxes):
            differs = np.abs(view.images[i] - without).max(2) > 8
            assert differs.any()
            reach = 10  # its shadow lies a little outside
            near = np.zeros_like(differs)
            near[max(0, round(y0) - reach) : round(y1) + reach, max(0, round(x0) - reach) : round(x1) + reach] = True
            assert not (differs & ~near).any()


def test_the_same_seed_draws_the_same_view() -> None:
    assert (draw_view(5).images == draw_view(5).images).all()
    assert (draw_view(5).images != draw_view(6).images).any()


def test_states_are_one_kind_in_three_colours_and_two_others_on_the_same_ground() -> None:
    for seed in range(12):
        view = draw_view(seed)
        assert view.kinds[0] == view.kinds[1] == view.kinds[2]
        assert len(set(view.kinds)) == 3
        assert len(set(view.colours[:3])) == 3
        assert view.boxes[0] == view.boxes[1] == view.boxes[2]
        for kind, box in zip(view.kinds, view.boxes, strict=True):
            assert box[3] == pytest.approx(view.boxes[0][3])
            assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(ASPECT[kind])
            area = (view.boxes[0][2] - view.boxes[0][0]) * (view.boxes[0][3] - view.boxes[0][1])
            assert (box[2] - box[0]) * (box[3] - box[1]) == pytest.approx(area)


@pytest.mark.parametrize(
    ("new", "said", "unsaid"),
    [
        pytest.param(RED_CAR, {"red"}, {"cat", "black"}, id="recolour"),
        pytest.param(CAT, {"cat", "kitten"}, {"red", "white"}, id="replace"),
        pytest.param(None, set(SYNONYMS["car"]), {"red", "cat", "black"}, id="remove"),
    ],
)
def test_a_sentence_names_what_it_is_about(new: tuple[str, str] | None, said: set[str], unsaid: set[str]) -> None:
    for seed in range(200):
        words = set(re.findall(r"[a-z]+", instruction(Random(seed), CAR, new).lower()))
        assert words & said, words
        assert not words & unsaid, words


def test_plain_sentences_are_known_word_for_word_and_all_fit(tokenizer) -> None:
    from train.editor.words import LENGTH

    for lines in PLAIN.values():
        for line in lines:
            text = line.replace("{T}", "the car").replace("{N}", "a red bicycle").replace("{C}", "blue")
            text = text.replace("{c}", "a blue car").replace("{t}", "car")
            assert len(tokenizer(text).input_ids) == len(text.split()) + 2, text
    for seed in range(300):
        for new in (RED_CAR, CAT, None):
            assert len(tokenizer(instruction(Random(seed), CAR, new)).input_ids) <= LENGTH


def test_the_text_model_begins_with_what_the_painter_knows(tokenizer) -> None:
    from safetensors.torch import load_file
    from transformers import CLIPTokenizer

    from train.editor.words import SHIPPED, make_text_encoder

    model = make_text_encoder(tokenizer)
    mine = model.get_input_embeddings().weight
    theirs = load_file(SHIPPED / "text_encoder" / "model.safetensors")
    table = next(value for name, value in theirs.items() if name.endswith("token_embedding.weight")).float()
    numbers = CLIPTokenizer.from_pretrained(SHIPPED / "tokenizer").get_vocab()
    for colour in COLOURS:
        token = f"{colour}</w>"
        assert (mine[tokenizer.get_vocab()[token]] == table[numbers[token]]).all()


def test_the_denoiser_begins_silent_with_the_painters_first_layers() -> None:
    import torch

    from train.editor.train import make_unet, start_from_painter

    unet = make_unet(64).eval()
    with torch.no_grad():
        assert not unet(torch.randn(1, 8, 16, 16), torch.tensor([500]), torch.randn(1, 32, 128)).sample.any()
    assert start_from_painter(unet, 0.5) > sum(p.numel() for p in unet.parameters()) / 3
    with torch.no_grad():
        assert unet(torch.randn(1, 8, 16, 16), torch.tensor([500]), torch.randn(1, 32, 128)).sample.any()
    assert sum(p.numel() for p in unet.parameters()) * 2 < 11e6  # bytes in half precision


def test_only_what_changes_and_its_surroundings_weigh_fully() -> None:
    import torch

    from train.editor.train import changed

    before = torch.zeros(1, 4, 16, 16)
    after = before.clone()
    after[0, 2, 8, 8] = 1.0
    assert changed(before, after).sum() == 9
    assert not changed(before, before).any()


def test_checks_accept_the_true_picture_and_nothing_else() -> None:
    from train.editor.evaluate import check, make_case
    from train.judge import load_judge

    judge = load_judge()
    for index in range(12):
        case = make_case(index, 64)
        assert check(judge, case, case.after).succeeds, case.words
        assert not check(judge, case, case.before).succeeds, case.words
        spoilt = np.clip(case.after.astype(int) + 30, 0, 255).astype(np.uint8)
        assert not check(judge, case, spoilt).succeeds, case.words


def test_a_sheet_shows_every_case(tmp_path: Path) -> None:
    from PIL import Image

    from train.editor.evaluate import COLUMNS, SMALLEST, make_case, save_sheet

    cases = [make_case(i, 64) for i in range(COLUMNS + 1)]
    save_sheet(cases, np.stack([case.after for case in cases]), tmp_path / "sheet.webp")
    with Image.open(tmp_path / "sheet.webp") as sheet:
        assert sheet.width == COLUMNS * SMALLEST
        assert sheet.height > 4 * SMALLEST


def test_the_shipped_editor_does_most_of_what_it_is_asked() -> None:
    from nodes.models.diffusion import Job, load_diffusion
    from train.editor.evaluate import TARGET, check, make_case
    from train.judge import load_judge

    editor, judge = load_diffusion(TARGET, "cpu"), load_judge()
    assert (editor.channels, editor.size, editor.multiple) == (8, 64, 4)
    done = []
    for index in range(12):
        case = make_case(index, editor.size)
        made = editor.make(Job(case.words, picture=case.before, steps=20, seed=index))
        assert made.shape == case.before.shape
        done.append(check(judge, case, made).done)
    assert sum(done) >= 8, done
