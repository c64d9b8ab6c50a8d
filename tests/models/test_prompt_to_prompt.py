"""Prompt-to-Prompt and the maps of words: the alignment by hand, the attention against diffusers' own, and pictures of small random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from graph import BadInput, Cancelled, Image, Settings
from nodes.additions import Lora
from nodes.edit.reword import reword
from nodes.edit.words import Weight, swap_words, word_attention
from nodes.models import Shelf, alignment
from nodes.models import prompt_to_prompt as ptp
from nodes.models.attention import Book, opened
from nodes.models.diffusion import Diffusion, Job, load_diffusion
from nodes.models.prompt_to_prompt import Change, Pair
from tests import weights, weights_diffusion
from tests.toys import ToyRun, toy_run

PLAIN = Change()
QUICK = ptp.Settings(steps=3, guidance=5.0, seed=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights.inpaint_folder(tmp_path_factory.mktemp("words") / "folder", channels=4)


@pytest.fixture(scope="module")
def model(folder: Path) -> Diffusion:
    loaded = load_diffusion(folder, "cpu")
    for name, parameter in loaded.parts["unet"].named_parameters():
        if name.endswith(
            ("to_q.weight", "to_k.weight", "to_v.weight")
        ):  # random attention is nearly the same everywhere
            parameter.data.mul_(3)
    return loaded


def edited(model: Diffusion, source: str, target: str, change: Change = PLAIN, **more: Any) -> Pair:
    settings = ptp.Settings(**{"steps": 3, "guidance": 5.0, "seed": 4, **more})
    return ptp.edit(model, source, target, change, settings, lambda done, total: None, lambda text: None)


def far(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


# the alignment


def reading(*words: str, length: int = 16) -> alignment.Reading:
    """A prompt whose words are spelled in pieces: "ca|r"."""
    ids, made, place = [0], [], 1
    for word in words:
        pieces = word.split("|")
        made.append(alignment.Word(word.replace("|", ""), tuple(range(place, place + len(pieces)))))
        ids += [hash(piece) % 9973 + 2 for piece in pieces]
        place += len(pieces)
    return alignment.Reading((*ids, 1), tuple(made), length)


def test_words_are_read_as_the_tokenizer_reads_them(tmp_path: Path) -> None:
    read = alignment.read(weights.tokenizer(tmp_path / "words"), "A car, bike x")
    assert [word.text for word in read.words] == ["a", "car", ",", "bike", "x"]
    assert [word.places for word in read.words] == [(1,), (2,), (3,), (4, 5), (6,)]
    assert (len(read.ids), read.length) == (8, 16)
    assert read.places("CAR", "word") == (2,)
    assert read.places("bike x", "word") == (4, 5, 6)
    with pytest.raises(BadInput, match=r"word: 'bik' is not in the prompt\. Did you mean 'bike'"):
        read.places("bik", "word")


def test_a_prompt_that_is_too_long_is_read_to_its_last_place(tmp_path: Path) -> None:
    read = alignment.read(weights.tokenizer(tmp_path / "words"), "car " * 30)
    assert [word.text for word in read.words] == ["car"] * 14
    assert len(read.ids) == 16


def test_swapped_words_of_as_many_pieces_map_one_to_one() -> None:
    take, share = alignment.align(reading("a", "re|d", "car"), reading("a", "bl|ue", "car"), "swap")
    assert np.array_equal(take, np.eye(16, dtype=np.float32))
    assert (share == 1).all()


def test_a_word_of_more_pieces_shares_the_map_and_what_is_behind_moves_up() -> None:
    take, _ = alignment.align(reading("a", "cat", "runs"), reading("a", "do|gg|y", "runs"), "auto")
    assert np.allclose(take[2, 2:5], 1 / 3)
    assert take[3, 5] == 1  # runs
    assert take[4, 6] == take[5, 7] == 1  # the end, and the filling behind it
    assert np.allclose(take[:5].sum(1), 1)


def test_a_word_of_fewer_pieces_takes_all_of_them() -> None:
    take, _ = alignment.align(reading("do|gg|y", "runs"), reading("cat", "runs"), "swap")
    assert np.allclose(take[1:4, 1], 1)
    assert take[4, 2] == take[5, 3] == take[6, 4] == 1
    assert take[15, 15] == take[15, 14] == 1


def test_refined_words_keep_the_old_maps_and_new_ones_their_own() -> None:
    source, target = reading("a", "car", "drives"), reading("a", "red", "car", "drives", "fast")
    take, share = alignment.align(source, target, "auto")
    assert share[:8].tolist() == [1, 1, 0, 1, 1, 0, 1, 1]
    assert take[0, 0] == take[1, 1] == take[2, 3] == take[3, 4] == take[4, 6] == 1
    assert not take[:, [2, 5]].any()


def test_the_alignment_is_the_best_there_is() -> None:
    assert alignment.matched("GATTACA", "GCATGCU") in ([0, None, 1, 2, None, 5, None], [0, None, 1, 3, None, 5, None])
    assert alignment.matched([1, 2, 3], [1, 2, 3]) == [0, 1, 2]
    assert alignment.matched([1], [2, 3]) == [None, None]


def test_swap_wants_as_many_words() -> None:
    with pytest.raises(BadInput, match="target: it has 2 words and the source 1"):
        alignment.align(reading("car"), reading("red", "car"), "swap")


# the pictures


def test_the_source_is_what_the_prompt_alone_gives(model: Diffusion) -> None:
    alone = model.make(Job("a car", seed=4, steps=3, guidance=5.0))
    assert far(edited(model, "a car", "a bike").source, alone) < 0.5


def test_nothing_taken_over_is_the_target_alone(model: Diffusion) -> None:
    alone = model.make(Job("a bike", seed=4, steps=3, guidance=5.0))
    assert far(edited(model, "a car", "a bike", Change(cross=0.0, own=0.0)).edited, alone) < 0.5


@pytest.mark.parametrize("change", [Change(cross=1.0, own=0.0), Change(cross=0.0, own=1.0), Change("refine", 1.0, 1.0)])
def test_the_attention_of_the_source_changes_the_target(model: Diffusion, change: Change) -> None:
    free = edited(model, "a car", "a bike", Change(cross=0.0, own=0.0)).edited
    assert far(edited(model, "a car", "a bike", change).edited, free) > 0.5


def test_the_same_words_give_the_same_picture(model: Diffusion) -> None:
    pair = edited(model, "a car", "a car", Change(cross=1.0, own=1.0))
    assert far(pair.source, pair.edited) < 0.5


def test_weights_change_the_picture_and_1_changes_nothing(model: Diffusion) -> None:
    plain = edited(model, "a car", "a car", Change(cross=1.0)).edited
    assert np.array_equal(edited(model, "a car", "a car", Change(cross=1.0, weights={"car": 1.0})).edited, plain)
    stronger = edited(model, "a car", "a car", Change(cross=1.0, weights={"car": 5.0})).edited
    away = edited(model, "a car", "a car", Change(cross=1.0, weights={"car": -3.0})).edited
    assert min(far(stronger, plain), far(away, plain), far(stronger, away)) > 0.2


def test_a_blend_keeps_the_source_where_neither_picture_looks_at_the_words() -> None:
    import torch

    book = Book((16, 16), 2)
    maps = torch.zeros(2, 64, 4)  # of a grid of 8 × 8
    maps[0, 0, 2] = maps[1, 63, 3] = 1.0  # the source looks at word 2 in one corner, the target at word 3 in the other
    book.sums, book.counts = {64: maps}, {64: 1}
    blend, latents = ptp._Blend(book, ((2,), (3,))), torch.stack([torch.zeros(4, 16, 16), torch.ones(4, 16, 16)])
    assert torch.equal(blend(latents), latents)  # not in the first steps
    book.done = 0.5
    first, second = blend(latents)
    assert torch.equal(first, latents[0])
    assert (second[:, :2, :2] == 1).all()
    assert (second[:, 14:, 14:] == 1).all()
    assert (second[:, 5:11] == 0).all()
    assert (second[:, :5, 8:] == 0).all()


def test_a_blend_lets_through_only_what_it_marks(model: Diffusion) -> None:
    pair = edited(model, "a car", "a bike", Change(cross=0.0, own=0.0, blend=("car", "bike")), steps=6)
    everywhere = edited(model, "a car", "a bike", Change(cross=0.0, own=0.0), steps=6)
    assert pair.blend is not None
    assert set(np.unique(pair.blend)) == {0.0, 1.0}
    assert np.array_equal(pair.source, everywhere.source)
    assert not np.array_equal(pair.edited, everywhere.edited)


def test_runs_without_guidance_work_too(model: Diffusion) -> None:
    pair = edited(model, "a car", "a bike", guidance=1.0)
    assert far(pair.source, model.make(Job("a car", seed=4, steps=3, guidance=1.0))) < 0.5
    assert far(pair.source, pair.edited) > 0


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers' own
@pytest.mark.parametrize("scheduler", ["euler_ancestral", "heun", "dpmpp_2m", "lcm"])
def test_both_pictures_have_the_same_noise_with_every_scheduler(model: Diffusion, scheduler: str) -> None:
    pair = edited(model, "a car", "a car", scheduler=scheduler)
    assert far(pair.source, pair.edited) < 0.5


def test_ordinary_pictures_stay_as_they_were_bit_for_bit(model: Diffusion) -> None:
    job = Job("a car", seed=1, steps=3, guidance=5.0)
    before, kept = model.make(job), dict(model.parts["unet"].attn_processors)
    edited(model, "a car", "a bike")

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ptp.edit(model, "a car", "a bike", Change(), QUICK, stop, lambda text: None)
    assert model.parts["unet"].attn_processors == kept
    assert np.array_equal(model.make(job), before)


def test_open_attention_computes_what_diffusers_does(model: Diffusion) -> None:
    import torch

    unet = model.parts["unet"]
    torch.manual_seed(0)
    latents, words = torch.randn(2, 4, 8, 8), torch.randn(2, 16, weights.WORDS)
    with torch.inference_mode():
        plain = unet(latents, 500, words).sample
        book = Book((8, 8), 1)
        with opened(unet, book):
            watched = unet(latents, 500, words).sample
    assert float((plain - watched).abs().max()) < 1e-4
    assert sorted(book.sums) == [1, 4, 16, 64][-len(book.sums) :]
    maps = book.maps()
    assert tuple(maps.shape) == (1, 16, 8, 8)
    sums = sum(held.sum(2).mean() for held in book.sums.values()) / sum(book.counts.values())
    assert float(sums) == pytest.approx(1.0, abs=1e-4)  # each place shares out its whole attention among the words


def test_the_grids_of_a_picture_that_is_not_square() -> None:
    book = Book((12, 9), 1)
    assert [book.grid(places) for places in (108, 30, 9, 4, 7)] == [(12, 9), (6, 5), (3, 3), (2, 2), None]


# the nodes


def run_with(folder: Path, tmp_path: Path) -> ToyRun:
    models = tmp_path / "models" / "diffusion"
    models.mkdir(parents=True, exist_ok=True)
    (models / "mine").symlink_to(folder)
    return toy_run(tmp_path, Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu", offline=True)))


def test_the_node_swaps_words(folder: Path, tmp_path: Path) -> None:
    run = run_with(folder, tmp_path)
    made = swap_words("a car", "a bike", weights=[Weight("bike", 2.0)], blend="car, bike", steps=4, height=96, run=run)
    assert made.source.shape == made.edited.shape == (96, 64, 3)
    assert made.changed.shape == (96, 64)
    assert run.steps == [(step, 4) for step in (1, 2, 3, 4)]
    again = swap_words("a car", "a bike", weights=[Weight("bike", 2.0)], blend="car, bike", steps=4, height=96, run=run)
    assert np.array_equal(made.edited, again.edited)


def test_the_node_shows_each_word(folder: Path, tmp_path: Path) -> None:
    run = run_with(folder, tmp_path)
    made = word_attention("a car a bike", word="car", steps=2, run=run)
    assert made.words == ["a", "car", "a (2)", "bike"]
    assert (made.heat.dtype, made.heat.shape) == (np.float32, (64, 64))
    assert (float(made.heat.min()), float(made.heat.max())) == (0.0, 1.0)
    assert made.overlay.shape == made.image.shape
    assert made.panels.shape[1] > 3 * 160
    last = word_attention("a car a bike", steps=2, run=run)
    assert not np.array_equal(last.heat, made.heat)
    assert np.array_equal(last.panels, made.panels)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"source": " "}, "source: it is empty"),
        ({"blend": "dog"}, "blend: 'dog' is not in the prompt"),
        ({"weights": [Weight("dog")]}, "weights: 'dog' is not in the prompt"),
        ({"target": "a red bike", "how": "swap"}, "target: it has 3 words and the source 2"),
        ({"width": 100}, "width: 100 is no multiple of 8"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        swap_words(**{"source": "a car", "target": "a bike", "steps": 2, **given}, run=run_with(folder, tmp_path))


def test_a_word_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="word: 'dog' is not in the prompt"):
        word_attention("a car", word="dog", steps=1, run=run_with(folder, tmp_path))


def photo(width: int, height: int) -> Image:
    smooth = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image(np.asarray(Pictures.fromarray(smooth).resize((width, height), Pictures.Resampling.BICUBIC)))


def test_the_same_words_leave_a_picture_as_it_is(folder: Path, tmp_path: Path) -> None:
    image = photo(80, 70)
    made = reword(image, "a car", "a car", steps=4, guidance=5.0, keep=0.02, run=run_with(folder, tmp_path))
    assert np.array_equal(made.image, image)
    assert not made.changed.any()


def test_the_source_of_a_picture_is_what_the_autoencoder_makes_of_it(model: Diffusion) -> None:
    import torch

    image, vae = photo(64, 64), model.parts["vae"]
    pair = ptp.edit_picture(model, image, "a car", "a bike", PLAIN, QUICK, lambda done, total: None, lambda text: None)
    with torch.inference_mode():
        pixels = torch.from_numpy(image / np.float32(127.5) - 1).permute(2, 0, 1)[None]
        back = vae.decode(vae.encode(pixels).latent_dist.mode()).sample[0].permute(1, 2, 0).numpy()
    assert far(pair.source, np.clip((back + 1) * 127.5, 0, 255)) < 1.0
    assert far(pair.source, pair.edited) > 0.2


def test_other_words_change_a_picture_of_any_size(folder: Path, tmp_path: Path) -> None:
    image, run = photo(150, 60), run_with(folder, tmp_path)
    made = reword(image, "a car", "a bike", steps=3, guidance=9.0, keep=0.0, run=run)
    assert made.image.shape == image.shape
    assert (made.changed == 255).all()
    assert run.steps == [(step, 6) for step in range(1, 7)]
    assert np.array_equal(reword(image, "a car", "a bike", steps=3, guidance=9.0, keep=0.0, run=run).image, made.image)
    assert reword(photo(1, 1), "a car", "a bike", steps=1, keep=0.0, run=run).image.shape == (1, 1, 3)
    with pytest.raises(BadInput, match="target: it is empty"):
        reword(image, "a car", "", run=run)


def test_a_lora_is_at_work_and_taken_off(folder: Path, model: Diffusion, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    run = run_with(folder, tmp_path)
    (tmp_path / "models" / "lora").mkdir()
    tensors = weights_diffusion.kohya(weights_diffusion.lora_matrices(model.parts), 4.0)
    save_file(tensors, str(tmp_path / "models" / "lora" / "mine.safetensors"))
    plain = swap_words("a car", "a bike", steps=2, run=run)
    with_it = swap_words("a car", "a bike", steps=2, loras=[Lora("mine", 1.0)], run=run)
    assert far(plain.source, with_it.source) > 0.2
    assert np.array_equal(swap_words("a car", "a bike", steps=2, run=run).edited, plain.edited)


def test_sd_xl_swaps_words_too(tmp_path: Path) -> None:
    weights_diffusion.xl_pipeline(tmp_path / "parts").save_pretrained(tmp_path / "xl")
    run = run_with(tmp_path / "xl", tmp_path)
    made = swap_words("a car", "a bike", steps=2, run=run)
    assert far(made.source, made.edited) > 0
    assert word_attention("a car", steps=1, run=run).words == ["a", "car"]


def test_a_model_for_something_else_is_named(tmp_path: Path) -> None:
    other = weights.inpaint_folder(tmp_path / "edits", channels=8)
    with pytest.raises(BadInput, match="its UNet takes 8 channels"):
        swap_words("a car", "a bike", steps=1, model=str(other), run=run_with(other, tmp_path / "here"))
