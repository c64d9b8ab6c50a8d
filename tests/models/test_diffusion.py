"""One class for every diffusion checkpoint: each task gives the pixels that diffusers gives, and nothing is encoded or put together twice."""

from __future__ import annotations

import functools
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, GraftError, Settings
from nodes.models import Shelf, published, single_file
from nodes.models.diffusion import Diffusion, Job, load_diffusion, schedulers
from nodes.models.diffusion.loading import usual_guidance
from tests import weights, weights_diffusion

CALL = {"num_inference_steps": 2, "guidance_scale": 5.0, "output_type": "np"}
ASKED: dict[str, Any] = {"negative": "a bike", "seed": 3, "steps": 2, "guidance": 5.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights_diffusion.folder(tmp_path_factory.mktemp("weights") / "plain")


@pytest.fixture(scope="module")
def model(folder: Path) -> Diffusion:
    return load_diffusion(folder, "cpu")


def picture(width: int = weights.SIZE, height: int = weights.SIZE) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def plainly(kind: str, path: Path, **more: Any) -> np.ndarray:
    """What diffusers itself makes of it."""
    import diffusers
    import torch

    pipe = getattr(diffusers, kind).from_pretrained(path, local_files_only=True, **more.pop("parts", {}))
    pipe.set_progress_bar_config(disable=True)
    settings = {"negative_prompt": "a bike", **CALL, **more}
    made = pipe("a car", generator=torch.Generator("cpu").manual_seed(3), **settings)
    return np.rint(np.clip(made.images[0], 0, 1) * 255).astype(np.uint8)


def as_pil(array: np.ndarray) -> Any:
    from PIL import Image

    return Image.fromarray(array)


def test_text_is_painted_as_diffusers_paints_it(model: Diffusion, folder: Path) -> None:
    made = model.make(Job("a car", width=48, height=72, **ASKED))
    assert made.shape == (72, 48, 3)
    assert np.array_equal(made, plainly("StableDiffusionPipeline", folder, width=48, height=72))


def test_a_picture_is_repainted_as_diffusers_repaints_it(model: Diffusion, folder: Path) -> None:
    made = model.make(Job("a car", picture=picture(72, 48), strength=0.5, **ASKED))
    wanted = plainly("StableDiffusionImg2ImgPipeline", folder, image=as_pil(picture(72, 48)), strength=0.5)
    assert np.array_equal(made, wanted)


def test_an_edit_is_what_diffusers_makes(tmp_path: Path) -> None:
    kind = "StableDiffusionInstructPix2PixPipeline"
    path = weights_diffusion.folder(tmp_path / "edit", 8, kind)
    made = load_diffusion(path, "cpu").make(Job("a car", picture=picture(), image_guidance=1.2, **ASKED))
    assert np.array_equal(made, plainly(kind, path, image=as_pil(picture()), image_guidance_scale=1.2))


def test_depth_is_followed_as_diffusers_follows_it(tmp_path: Path) -> None:
    import torch

    path = weights_diffusion.folder(tmp_path / "depth", 5, "StableDiffusionDepth2ImgPipeline")
    loaded = load_diffusion(path, "cpu")
    depth = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    made = loaded.make(Job("a car", picture=picture(), depth=depth, strength=1.0, **ASKED))
    more = {"image": as_pil(picture()), "depth_map": torch.from_numpy(depth)[None], "strength": 1.0}
    parts = {"depth_estimator": None, "feature_extractor": None}
    assert np.array_equal(made, plainly("StableDiffusionDepth2ImgPipeline", path, parts=parts, **more))
    small = loaded.make(Job("a car", picture=picture(), depth=depth[::4, ::4], strength=1.0, **ASKED))
    assert small.shape == made.shape
    with pytest.raises(BadInput, match="the same everywhere"):
        loaded.make(Job("a car", picture=picture(), depth=np.ones((64, 64), np.float32), **ASKED))
    with pytest.raises(BadInput, match="has no depth estimator"):
        loaded.make(Job("a car", picture=picture(), **ASKED))


def test_another_seed_encodes_nothing_and_puts_nothing_together(model: Diffusion) -> None:
    model.make(Job("a red bike", **ASKED))
    encoded, made = model.encoded, model.made
    model.make(Job("a red bike", **{**ASKED, "seed": 4}))
    model.make(Job("a red bike", picture=picture(), **ASKED))
    model.make(Job("a red bike", picture=picture(), **{**ASKED, "seed": 5}))
    assert model.encoded == encoded
    assert model.made <= made + 1
    model.make(Job("a blue bike", **ASKED))
    assert model.encoded == encoded + 1


def test_all_tasks_share_one_set_of_weights(model: Diffusion) -> None:
    pipes = [model.pipeline(task) for task in ("text", "image", "inpaint")]
    for part in ("unet", "vae", "text_encoder", "tokenizer"):
        assert len({id(getattr(pipe, part)) for pipe in pipes}) == 1


def test_the_same_weights_are_loaded_once_for_all_kinds(folder: Path, tmp_path: Path) -> None:
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path, device="cpu", offline=True))
    assert shelf.get("diffusion", str(folder)) is shelf.get("inpaint", str(folder))


def test_a_9_channel_network_serves_text_without_a_copy(tmp_path: Path) -> None:
    path = weights.inpaint_folder(tmp_path / "hole", 9, own={"without_picture": True})
    loaded = load_diffusion(path, "cpu")
    said: list[str] = []
    made = loaded.make(Job("a car", **ASKED), say=said.append)
    assert "made for inpainting" in said[0]
    view, whole = loaded.unet_for_text, loaded.parts["unet"]
    assert view.config.in_channels == 4
    assert view.mid_block is whole.mid_block
    assert whole.config.in_channels == 9
    import torch

    with torch.inference_mode():  # the same as with mask and picture that are zero
        noise, words = torch.randn(1, 4, 8, 8), torch.randn(1, 16, weights.WORDS)
        wide = torch.cat([noise, torch.zeros(1, 5, 8, 8)], 1)
        assert torch.allclose(view(noise, 500, words).sample, whole(wide, 500, words).sample, atol=1e-5)
    del (loaded.__dict__)["unet_for_text"]
    assert np.array_equal(made, loaded.make(Job("a car", **ASKED)))


def test_an_inpainting_model_that_never_saw_an_empty_mask_paints_into_a_hole_that_is_everything(tmp_path: Path) -> None:
    loaded = load_diffusion(weights.inpaint_folder(tmp_path / "hole", 9), "cpu")
    made = loaded.make(Job("a car", **ASKED))
    grey, whole = np.full((64, 64, 3), 127, np.uint8), np.full((64, 64), 255, np.uint8)
    assert np.array_equal(made, loaded.make(Job("a car", picture=grey, hole=whole, **ASKED)))


@pytest.mark.parametrize("name", schedulers.NAMES)
def test_every_scheduler_paints_and_keeps_what_the_model_predicts(model: Diffusion, name: str) -> None:
    steps: list[tuple[int, int]] = []
    made = model.make(Job("a car", scheduler=name, **{**ASKED, "steps": 3}), on_step=lambda *step: steps.append(step))
    assert made.std() > 0
    assert steps[-1][0] == steps[-1][1]
    own = model.parts["scheduler"]
    velocity = type(own).from_config(own.config, prediction_type="v_prediction", beta_end=0.013)
    config = schedulers.make(name, velocity).config
    assert (config.prediction_type, config.beta_end, config.beta_schedule) == ("v_prediction", 0.013, "scaled_linear")


def test_schedulers_differ_and_leave_no_trace(model: Diffusion) -> None:
    before = model.make(Job("a car", **ASKED))
    made = [model.make(Job("a car", scheduler=name, **ASKED)) for name in ("euler_ancestral", "dpmpp_2m", "lcm")]
    assert len({each.tobytes() for each in [before, *made]}) == 4
    assert np.array_equal(before, model.make(Job("a car", **ASKED)))


def test_the_nodes_offer_all_schedulers() -> None:
    import typing

    from nodes.diffusion.common import Scheduler

    assert typing.get_args(Scheduler) == ("auto", *schedulers.NAMES)


def test_parts_of_a_sibling_are_shared(folder: Path, model: Diffusion, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "whole")
    shutil.copytree(folder, tmp_path / "lean")
    parts = {part: f"../whole/{part}" for part in ("vae", "text_encoder", "tokenizer")}
    for part in parts:
        shutil.rmtree(tmp_path / "lean" / part)
    settings = tmp_path / "lean" / "graft.json"
    settings.write_text(json.dumps({"parts": parts}))
    lean = load_diffusion(tmp_path / "lean", "cpu")
    assert np.array_equal(lean.make(Job("a car", **ASKED)), model.make(Job("a car", **ASKED)))
    for bad, message in (("../../x/vae", "Only vae"), ("/etc/vae", "Only vae"), ("../gone/vae", "not there")):
        settings.write_text(json.dumps({"parts": parts | {"vae": bad}}))
        with pytest.raises(BadInput, match=message):
            load_diffusion(tmp_path / "lean", "cpu")


def test_sd_xl_is_painted_as_diffusers_paints_it(tmp_path: Path) -> None:
    weights_diffusion.xl_pipeline(tmp_path / "parts").save_pretrained(tmp_path / "xl")
    loaded = load_diffusion(tmp_path / "xl", "cpu")
    assert loaded.is_xl
    made = loaded.make(Job("a car", **ASKED))
    assert np.array_equal(made, plainly("StableDiffusionXLPipeline", tmp_path / "xl"))
    assert loaded.encoded == 4  # two texts, two encoders
    empty = loaded.make(Job("a car", **{**ASKED, "negative": ""}))
    assert np.array_equal(empty, plainly("StableDiffusionXLPipeline", tmp_path / "xl", negative_prompt=None))
    again = loaded.make(Job("a car", picture=picture(), strength=0.5, **ASKED))
    more = {"image": as_pil(picture()), "strength": 0.5}
    assert np.array_equal(again, plainly("StableDiffusionXLImg2ImgPipeline", tmp_path / "xl", **more))
    hole = np.zeros((64, 64), np.uint8)
    hole[16:48, 16:48] = 255
    assert loaded.make(Job("a car", picture=picture(), hole=hole, **ASKED)).shape == (64, 64, 3)


def test_an_sd_xl_model_that_edits_reports_its_steps(tmp_path: Path) -> None:
    pipe = weights_diffusion.xl_pipeline(tmp_path / "parts")
    pipe.unet = weights_diffusion.changed(pipe.unet, in_channels=8)
    pipe.save_pretrained(tmp_path / "edit")
    index = tmp_path / "edit" / "model_index.json"
    kind = "StableDiffusionXLInstructPix2PixPipeline"
    index.write_text(json.dumps(json.loads(index.read_text()) | {"_class_name": kind}))
    loaded = load_diffusion(tmp_path / "edit", "cpu")
    steps: list[tuple[int, int]] = []
    made = loaded.make(Job("a car", picture=picture(), **ASKED), on_step=lambda *step: steps.append(step))
    assert steps == [(1, 2), (2, 2)]
    wanted = plainly(kind, tmp_path / "edit", image=as_pil(picture()), width=64, height=64)
    assert np.array_equal(made, wanted)


def test_sd_xl_in_one_file_is_the_same_model(tmp_path: Path) -> None:
    pipe = weights_diffusion.xl_pipeline(tmp_path / "parts")
    pipe.save_pretrained(tmp_path / "xl")
    file = weights_diffusion.one_file(pipe, tmp_path / "single.safetensors")
    assert "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_weight" in single_file.shapes(file)
    made = [load_diffusion(path, "cpu").make(Job("a car", **ASKED)) for path in (file, tmp_path / "xl")]
    assert np.array_equal(*made)


def sd2(folder: Path) -> Any:
    """SD 2.x in small: OpenCLIP's names, linear projections, velocity."""
    pipe = weights.inpaint_pipeline(folder, 4)
    import torch

    torch.manual_seed(1)
    pipe.unet = weights_diffusion.changed(pipe.unet, use_linear_projection=True)
    pipe.scheduler = type(pipe.scheduler).from_config(pipe.scheduler.config, prediction_type="v_prediction")
    return pipe


def test_sd2_with_velocity_from_a_folder_and_from_one_file(tmp_path: Path) -> None:
    pipe = sd2(tmp_path / "parts")
    pipe.save_pretrained(tmp_path / "folder")
    file = weights_diffusion.one_file(pipe, tmp_path / "single.safetensors")
    loaded = [load_diffusion(path, "cpu") for path in (tmp_path / "folder", file)]
    assert all(each.parts["scheduler"].config.prediction_type == "v_prediction" for each in loaded)
    made = [each.make(Job("a car", **ASKED)) for each in loaded]
    assert np.array_equal(*made)
    as_noise = loaded[0].parts["scheduler"].from_config(loaded[0].parts["scheduler"].config, prediction_type="epsilon")
    loaded[0]._schedulers["auto"] = as_noise
    assert not np.array_equal(made[0], loaded[0].make(Job("a car", **ASKED)))


@pytest.mark.parametrize(
    ("family", "part", "parameters"),
    [
        ("sd1", "unet", 859_520_964),
        ("sd2", "unet", 865_910_724),
        ("xl", "unet", 2_567_463_684),
        ("sd2", "text_encoder", 340_387_840),
        ("xl", "text_encoder", 123_060_480),
        ("xl", "text_encoder_2", 694_659_840),
    ],
)
def test_the_published_figures(tmp_path: Path, family: str, part: str, parameters: int) -> None:
    """The sizes of the published networks, on the meta device."""
    import torch
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    published.write(tmp_path, family, 4)
    with torch.device("meta"):
        if part == "unet":
            made = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(tmp_path / "unet"))
        else:
            kind = CLIPTextModelWithProjection if part.endswith("2") else CLIPTextModel
            made = kind(CLIPTextConfig.from_pretrained(tmp_path / part))
    assert sum(each.numel() for each in made.parameters()) == parameters


def test_families_are_known_by_their_shapes() -> None:
    unet = {single_file.UNET_IN: (320, 4, 3, 3)}
    sd1 = unet | {single_file.UNET_CROSS: (320, 768), single_file.TEXT: (77, 768)}
    sd2 = unet | {single_file.UNET_CROSS: (320, 1024), single_file.TEXT_SD2: (77, 1024)}
    xl = unet | {single_file.UNET_CROSS_XL: (640, 2048), single_file.TEXT_XL: (77, 1280)}
    assert [single_file.family(found, "x") for found in (sd1, sd2, xl, unet)] == ["sd1", "sd2", "xl", "other"]


@pytest.mark.parametrize(("above", "velocity"), [(0.0, False), (-0.2, False), (-1.6, True)])
def test_velocity_is_told_from_noise(above: float, velocity: bool) -> None:
    from types import SimpleNamespace

    def unet(noise: Any, time: Any, encoder_hidden_states: Any) -> Any:
        assert encoder_hidden_states.shape == (1, 2, 1024)
        return SimpleNamespace(sample=noise + above)

    import torch

    unet.config = SimpleNamespace(cross_attention_dim=1024, in_channels=4)  # type: ignore[attr-defined]
    unet.device, unet.dtype = torch.device("cpu"), torch.float32  # type: ignore[attr-defined]
    assert published.predicts_velocity(unet) is velocity


def test_a_latent_consistency_model_gets_its_guidance_as_an_input(tmp_path: Path) -> None:
    path = weights_diffusion.folder(tmp_path / "lcm", kind="LatentConsistencyModelPipeline", time_cond_proj_dim=8)
    loaded = load_diffusion(path, "cpu")
    assert loaded.guidance == 8.5
    weak, strong = (loaded.make(Job("a car", guidance=g, scheduler="lcm", steps=1)) for g in (2.0, 12.0))
    assert not np.array_equal(weak, strong)


def test_a_turbo_model_works_without_guidance(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(folder, tmp_path / "models--stabilityai--sd-turbo" / "snapshots" / "1"))
    loaded = load_diffusion(path, "cpu")
    assert loaded.guidance == 0.0
    made = loaded.make(Job("a car", "a bike", steps=1))
    assert loaded.encoded == 1  # the negative prompt is not even read
    assert np.array_equal(made, loaded.make(Job("a car", steps=1, guidance=1.0)))
    assert usual_guidance(folder, loaded.parts["unet"]) == 7.5


def test_a_ckpt_is_read_as_plain_numbers(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    file = weights.inpaint_file(tmp_path / "safe.safetensors", 4)
    shutil.copytree(tmp_path / "safe", tmp_path / "old")
    torch.save({"state_dict": load_file(file), "global_step": 7}, tmp_path / "old.ckpt")
    made = [
        load_diffusion(tmp_path / name, "cpu").make(Job("a car", **ASKED)) for name in ("safe.safetensors", "old.ckpt")
    ]
    assert np.array_equal(*made)
    whole = (tmp_path / "old.ckpt").read_bytes()
    (tmp_path / "old.ckpt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match="cut short"):
        load_diffusion(tmp_path / "old.ckpt", "cpu")


class Evil:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("graft-was-here"),))


def test_code_in_a_ckpt_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": {single_file.UNET_IN: torch.zeros(1)}, "callbacks": Evil()}, tmp_path / "evil.ckpt")
    with pytest.raises(BadInput, match="could run a program"):
        load_diffusion(tmp_path / "evil.ckpt", "cpu")
    assert not (tmp_path / "graft-was-here").exists()


@pytest.mark.parametrize(
    ("channels", "job", "message"),
    [
        pytest.param(4, Job("x", width=50), "in steps of 8 pixels, not 50×64", id="an odd size"),
        pytest.param(4, Job("x", picture=picture(), depth=np.zeros((4, 4))), "can't repaint by depth", id="depth"),
        pytest.param(8, Job("x"), "made to edit by instruction", id="an editor without a picture"),
        pytest.param(
            5, Job("x", picture=picture(), hole=np.zeros((64, 64), np.uint8)), "can't paint into a hole", id="a hole"
        ),
    ],
)
def test_what_a_model_can_not_do(tmp_path: Path, channels: int, job: Job, message: str) -> None:
    kinds = {
        4: "StableDiffusionPipeline",
        5: "StableDiffusionDepth2ImgPipeline",
        8: "StableDiffusionInstructPix2PixPipeline",
    }
    loaded = load_diffusion(weights_diffusion.folder(tmp_path / "m", channels, kinds[channels]), "cpu")
    with pytest.raises(BadInput, match=message) as caught:
        loaded.make(job)
    assert caught.value.cure


def test_a_folder_of_another_family_is_named(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(folder, tmp_path / "other"))
    (path / "model_index.json").write_text(json.dumps({"_class_name": "FluxPipeline"}))
    with pytest.raises(BadInput, match="is a FluxPipeline, which is no Stable Diffusion"):
        load_diffusion(path, "cpu")


def test_when_memory_runs_out_a_cheaper_setting_is_tried_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    loaded = load_diffusion(folder, "cpu")
    wanted = loaded.make(Job("a car", **ASKED))
    pipe, calls, said = loaded.pipeline("text"), [0], []
    plain = type(pipe).__call__

    @functools.wraps(plain)
    def short(self: Any, *given: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1 or not loaded._is_cheaper:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(self, *given, **more)

    monkeypatch.setattr(type(pipe), "__call__", short)
    made = loaded.make(Job("a car", **ASKED), say=said.append)
    assert any("piece by piece" in text for text in said)
    assert np.abs(made.astype(int) - wanted).max() <= 2  # the same picture, computed in parts

    @functools.wraps(plain)
    def never(self: Any, *given: Any, **more: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(type(pipe), "__call__", never)
    with pytest.raises(GraftError, match="not enough memory"):
        loaded.make(Job("a car", **ASKED))
