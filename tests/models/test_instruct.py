"""InstructPix2Pix weights in the true formats, small: a folder and a single file load and edit, pixel for pixel as diffusers does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from graph import BadInput, Cancelled, Image, Mask, MissingWeights, Settings
from nodes.additions import Lora
from nodes.edit.instruct import changed_places, instruct, working_size
from nodes.models import Shelf, finding, single_file
from nodes.models.diffusion import Diffusion, Job, load_diffusion
from tests import weights, weights_diffusion, weights_edit
from tests.toys import ToyRun, toy_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights_edit.folder(tmp_path_factory.mktemp("edit") / "folder", own={"crop": {"hole": [0.5, 0.5]}})


@pytest.fixture(scope="module")
def editor(folder: Path) -> Diffusion:
    return load_diffusion(folder, "cpu")


def picture(width: int = weights.SIZE, height: int = weights.SIZE) -> Image:
    smooth = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image(np.asarray(Pictures.fromarray(smooth).resize((width, height), Pictures.Resampling.BICUBIC)))


def run_with(folder: Path, tmp_path: Path) -> ToyRun:
    models = tmp_path / "models" / "edit"
    models.mkdir(parents=True, exist_ok=True)
    if not (models / "mine").exists():
        (models / "mine").symlink_to(folder)
    return toy_run(tmp_path, Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu", offline=True)))


def plainly(pipe: Any, image: np.ndarray, words: str, steps: int, guidance: float, image_guidance: float) -> np.ndarray:
    import torch

    made = pipe(
        prompt=words, image=Pictures.fromarray(image), num_inference_steps=steps, guidance_scale=guidance,
        image_guidance_scale=image_guidance, generator=torch.Generator("cpu").manual_seed(3), output_type="np",
    ).images[0]  # fmt: skip
    return np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)


def test_it_is_pixel_for_pixel_what_diffusers_makes(folder: Path, editor: Diffusion) -> None:
    from diffusers import StableDiffusionInstructPix2PixPipeline

    pipe = StableDiffusionInstructPix2PixPipeline.from_pretrained(folder, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    image = picture()
    job = Job("a car", seed=3, steps=3, guidance=6.0, picture=image, image_guidance=1.7)
    assert np.array_equal(editor.make(job), plainly(pipe, image, "a car", 3, 6.0, 1.7))


def test_the_node_gives_the_same_and_scales_nothing_at_the_models_own_size(folder: Path, tmp_path: Path) -> None:
    from diffusers import StableDiffusionInstructPix2PixPipeline

    pipe = StableDiffusionInstructPix2PixPipeline.from_pretrained(folder, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    image, run = picture(), run_with(folder, tmp_path)
    made = instruct(image, "a car", steps=3, text_guidance=6.0, image_guidance=1.7, keep=0.0, seed=3, run=run)
    assert np.array_equal(made.image, plainly(pipe, image, "a car", 3, 6.0, 1.7))
    assert (made.changed == 255).all()
    assert run.steps == [(1, 3), (2, 3), (3, 3)]


def test_a_single_file_is_the_same_model_as_its_folder(tmp_path: Path, editor: Diffusion) -> None:
    file = weights_edit.file(tmp_path / "single.safetensors")
    assert single_file.shapes(file)["model.diffusion_model.input_blocks.0.0.weight"][1] == 8
    single = load_diffusion(file, "cpu")
    assert (single.channels, single.size) == (8, weights.SIZE)
    job = Job("a car", seed=1, steps=2, guidance=5.0, picture=picture(), image_guidance=1.5)
    assert np.array_equal(single.make(job), editor.make(job))


def test_words_seed_and_both_guidances_decide(editor: Diffusion) -> None:
    def make(words: str = "a car", seed: int = 1, guidance: float = 5.0, image_guidance: float = 1.5) -> bytes:
        job = Job(words, seed=seed, steps=2, guidance=guidance, picture=picture(), image_guidance=image_guidance)
        return editor.make(job).tobytes()

    assert make() == make()
    others = {make("a bike"), make(seed=2), make(guidance=8.0), make(image_guidance=2.5)}
    assert len(others | {make()}) == 5


@pytest.mark.parametrize(("width", "height"), [(1, 1), (90, 61), (300, 40)])
def test_a_picture_of_any_size_comes_back_in_its_own(folder: Path, tmp_path: Path, width: int, height: int) -> None:
    image = picture(width, height)
    made = instruct(image, "a car", steps=2, keep=0.0, run=run_with(folder, tmp_path))
    assert made.image.shape == image.shape
    assert made.changed.shape == image.shape[:2]


def test_a_very_large_picture_comes_back_in_its_own_size(folder: Path, tmp_path: Path) -> None:
    image = Image(np.zeros((9000, 12000, 3), np.uint8))
    mask = np.zeros((9000, 12000), np.uint8)
    mask[4000:4400, 6000:6300] = 255
    made = instruct(image, "a car", Mask(mask), steps=1, keep=0.0, run=run_with(folder, tmp_path))
    rows, columns = np.flatnonzero(made.changed.any(1)), np.flatnonzero(made.changed.any(0))
    assert 3700 < rows[0] < 4000 < 4400 < rows[-1] < 4700
    assert 5700 < columns[0] < 6000 < 6300 < columns[-1] < 6600


def test_what_is_kept_is_kept_bit_for_bit(folder: Path, tmp_path: Path) -> None:
    image = picture(150, 100)
    made = instruct(image, "a car", steps=2, keep=0.55, run=run_with(folder, tmp_path))
    assert 0.02 < (made.changed == 0).mean() < 0.98
    assert np.array_equal(made.image[made.changed == 0], image[made.changed == 0])
    assert (made.image != image).any()


def test_with_a_mask_only_the_square_around_it_changes(folder: Path, tmp_path: Path) -> None:
    image, mask = picture(300, 200), np.zeros((200, 300), np.uint8)
    mask[60:100, 200:240] = 255
    made = instruct(image, "a car", Mask(mask), steps=2, keep=0.0, run=run_with(folder, tmp_path))
    assert (made.image[60:100, 200:240] != image[60:100, 200:240]).any(2).mean() > 0.9
    assert not made.changed[:, :150].any()
    assert np.array_equal(made.image[made.changed == 0], image[made.changed == 0])


def test_a_mask_must_fit_and_mark_something(folder: Path, tmp_path: Path) -> None:
    run = run_with(folder, tmp_path)
    with pytest.raises(BadInput, match="nothing is marked"):
        instruct(picture(), "a car", Mask(np.zeros((64, 64), np.uint8)), run=run)
    with pytest.raises(BadInput, match="is 10×20 but image is 64×64"):
        instruct(picture(), "a car", Mask(np.zeros((20, 10), np.uint8)), run=run)
    with pytest.raises(BadInput, match="instruction: it is empty"):
        instruct(picture(), " \n", run=run)


def test_without_weights_it_says_what_to_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(finding.KINDS, "edit", replace(finding.KINDS["edit"], starter=""))
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "none", device="cpu", offline=True))
    with pytest.raises(
        MissingWeights, match=r"about 5\.5 GB, from https://huggingface\.co/timbrooks/instruct-pix2pix"
    ) as caught:
        instruct(picture(), "a car", run=toy_run(tmp_path, shelf))
    assert caught.value.weights == ("edit", "timbrooks/instruct-pix2pix")


@pytest.mark.parametrize("channels", [4, 9])
def test_another_architecture_is_named(tmp_path: Path, channels: int) -> None:
    plain = weights.inpaint_folder(tmp_path / "plain", channels)
    run = toy_run(tmp_path, Shelf(Settings(root=tmp_path, models=tmp_path, device="cpu", offline=True)))
    with pytest.raises(BadInput, match=f"takes {channels} channels, an editor's takes 8"):
        instruct(picture(), "a car", steps=1, model=str(plain), run=run)


def test_a_lora_is_at_work_and_taken_off(folder: Path, editor: Diffusion, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    run = run_with(folder, tmp_path)
    (tmp_path / "models" / "lora").mkdir()
    tensors = weights_diffusion.kohya(weights_diffusion.lora_matrices(editor.parts), 4.0)
    save_file(tensors, str(tmp_path / "models" / "lora" / "mine.safetensors"))
    plain = instruct(picture(), "a car", steps=2, keep=0.0, run=run).image
    with_it = instruct(picture(), "a car", steps=2, keep=0.0, loras=[Lora("mine", 1.0)], run=run).image
    assert not np.array_equal(plain, with_it)
    assert np.array_equal(instruct(picture(), "a car", steps=2, keep=0.0, run=run).image, plain)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = weights_edit.folder(tmp_path / "cut")
    file = next((path / "unet").glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(BadInput, match="can't be loaded"):
        load_diffusion(path, "cpu")


def test_after_a_cancel_the_model_edits_as_before(editor: Diffusion) -> None:
    job = Job("a car", seed=1, steps=3, guidance=5.0, picture=picture(), image_guidance=1.5)
    before = editor.make(job)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        editor.make(job, on_step=stop)
    assert np.array_equal(before, editor.make(job))


@pytest.mark.parametrize(
    ("shape", "size"),
    [((100, 100), (512, 512)), ((512, 768), (512, 344)), ((9000, 12000), (512, 384)), ((10, 4000), (512, 64))],
)
def test_working_size(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert working_size(shape, 512, 8) == size


def test_changed_places_follow_the_change_alone() -> None:
    before = np.asarray(Pictures.fromarray(picture()).copy())
    after = before.copy()
    after[20:40, 20:40] = 255 - after[20:40, 20:40] // 2
    weight = changed_places(before, after, 0.1)
    assert weight[25:35, 25:35].min() == 255
    assert not weight[:10].any()
    assert not weight[:, 55:].any()
    assert (changed_places(before, before, 0.1) == 0).all()
