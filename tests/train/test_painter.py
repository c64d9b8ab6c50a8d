"""The painter's recipe: tokenizer, untrained parts, geometry of the holes. Training itself is measured, not tested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from train.painter.evaluate import SCENE, make_case, stand
from train.scenes import ASPECT, COLOURS, SYNONYMS
from train.scenes.crops import caption


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> object:
    from train.painter.words import make_tokenizer

    return make_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("a red bicycle", ["a</w>", "red</w>", "bicycle</w>"], id="plain"),
        pytest.param("A Grey SOFA", ["a</w>", "grey</w>", "sofa</w>"], id="capitals"),
        pytest.param("beach ball", ["beach</w>", "ball</w>"], id="two words"),
        pytest.param("", [], id="no words"),
    ],
)
def test_caption_words_are_one_token_each(tokenizer, text: str, pieces: list[str]) -> None:
    assert tokenizer.convert_ids_to_tokens(tokenizer(text, add_special_tokens=False).input_ids) == pieces


def test_every_caption_fits_and_is_known(tokenizer) -> None:
    from random import Random

    from train.painter.words import LENGTH

    for kind in SYNONYMS:
        for colour in COLOURS:
            text = caption(Random(colour + kind), kind, colour, "living room", "box")
            ids = tokenizer(text).input_ids
            assert len(ids) == len(text.split()) + 2 <= LENGTH


@pytest.mark.parametrize("text", [pytest.param("Zeppelin №5", id="letters"), pytest.param("猫", id="bytes")])
def test_unknown_words_fall_to_pieces_and_come_back(tokenizer, text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False).input_ids
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids).replace(" ", "") == text.lower().replace(" ", "")


def test_tokenizer_is_read_back_from_its_old_files(tokenizer, tmp_path: Path) -> None:
    from transformers import CLIPTokenizer

    from train.painter.words import make_tokenizer

    make_tokenizer(tmp_path)
    read = CLIPTokenizer.from_pretrained(tmp_path)
    assert read("a red car").input_ids == tokenizer("a red car").input_ids
    assert (read.bos_token_id, read.eos_token_id, read.model_max_length) == (len(read) - 2, len(read) - 1, 24)


def test_untrained_autoencoder_lets_the_picture_through() -> None:
    import torch

    from train.painter.vae import make_vae

    torch.manual_seed(0)
    vae = make_vae().eval()
    smooth = torch.nn.functional.interpolate(torch.rand(2, 3, 6, 6) * 2 - 1, size=96, mode="bicubic").clamp(-1, 1)
    with torch.no_grad():
        latents = vae.encode(smooth).latent_dist.mode()
        back = vae.decode(latents).sample
    assert latents.shape == (2, 4, 24, 24)
    assert torch.corrcoef(torch.stack([back.flatten(), smooth.flatten()]))[0, 1] > 0.6


def test_denoiser_starts_silent_and_signal_ends_at_zero() -> None:
    import torch

    from train.painter.unet import make_scheduler, make_unet

    unet = make_unet().eval()
    with torch.no_grad():
        answer = unet(torch.randn(1, 9, 24, 24), torch.tensor([500]), torch.randn(1, 24, 128)).sample
    assert answer.shape == (1, 4, 24, 24)
    assert not answer.any()
    assert make_scheduler().alphas_cumprod[-1] == 0


@pytest.mark.parametrize("kind", ["car", "lamp", "ball"])
def test_hole_keeps_the_ground_and_takes_the_proportions(kind: str) -> None:
    hole = stand((100.0, 120.0, 180.0, 160.0), ASPECT[kind], margin=0.0)
    assert (hole[2] - hole[0]) / (hole[3] - hole[1]) == pytest.approx(ASPECT[kind])
    assert hole[3] == pytest.approx(160.0)
    assert (hole[2] - hole[0]) * (hole[3] - hole[1]) == pytest.approx(80 * 40)
    assert (hole[0] + hole[2]) / 2 == pytest.approx(140.0)


def test_cases_ask_for_something_else_in_a_hole_inside_the_crop() -> None:
    for index in range(4):
        case = make_case(index)
        assert case.before.shape == case.cleared.shape == (96, 96, 3)
        assert case.hole.shape == (96, 96)
        share = (case.hole > 0).mean()
        assert 0.05 < share < 0.7
        assert (case.before != case.cleared).any()
        assert make_case(index).kind == case.kind
        assert 0 <= case.box[0] < case.box[2] <= 96.5
    assert SCENE >= 96


def test_judge_sees_the_square_around_the_box_grey_outside() -> None:
    from train.judge import SIDE, look

    image = np.zeros((50, 80, 3), np.uint8)
    image[10:30, 20:60] = (200, 10, 10)
    seen = look(image, (20, 10, 60, 30))
    assert seen.shape == (SIDE, SIDE, 3)
    assert (seen[SIDE // 2, SIDE // 2] == (200, 10, 10)).all()
    assert (seen[0, SIDE // 2] == 0).all() or (seen[0, SIDE // 2] == 128).all()
    corner = look(image, (0, 0, 10, 10))
    assert np.abs(corner[0, 0].astype(int) - 128).max() <= 1
