"""ControlNets at work: the same pixels as diffusers' own pipelines, one or two at once, with weights and ranges, in every task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

from graph import BadInput, Controls
from nodes.control import guide
from nodes.diffusion import image_to_image, inpaint, text_to_image
from nodes.models.control import load_control
from nodes.models.diffusion import Diffusion, Guide, Job, load_diffusion
from tests import weights_control as small
from tests.toys import toy_run
from tests.weights import SIZE, inpaint_folder
from tests.weights_diffusion import xl_pipeline
from tests.weights_look import noise

PROMPT, STEPS, SEED = "a car on a bike", 4, 11


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("guided")
    return {
        "model": inpaint_folder(home / "model", channels=4), "painter": inpaint_folder(home / "painter", channels=9),
        "edges": small.control_folder(home / "edges", seed=1), "depth": small.control_folder(home / "depth", seed=2),
    }  # fmt: skip


@pytest.fixture(scope="module")
def loaded(weights: dict[str, Path]) -> dict[str, Any]:
    models = {name: load_diffusion(weights[name], "cpu") for name in ("model", "painter")}
    return models | {name: load_control(weights[name], "cpu") for name in ("edges", "depth")}


def hole() -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[16:48, 16:48] = 255
    return mask


TASKS: dict[str, dict[str, Any]] = {
    "text": {},
    "image": {"picture": noise(SIZE, SIZE), "strength": 0.75},
    "inpaint": {"picture": noise(SIZE, SIZE), "hole": hole()},
}
CLASSES = {"text": "", "image": "Img2Img", "inpaint": "Inpaint"}


def job(task: str, *guides: Guide, **more: Any) -> Job:
    return Job(PROMPT, "dark", SEED, STEPS, 5.0, guides=guides, **(TASKS[task] | more))


def plainly(
    task: str, folder: Path, nets: list[Path], images: list[np.ndarray], xl: str = "", **more: Any
) -> np.ndarray:
    """The picture that diffusers' own pipeline makes of files alone."""
    import diffusers
    import torch

    found = [diffusers.ControlNetModel.from_pretrained(path) for path in nets]
    pictures = [Pictures.fromarray(image) for image in images]
    kind = getattr(diffusers, f"StableDiffusion{xl}ControlNet{CLASSES[task]}Pipeline")
    pipe = kind.from_pretrained(folder, controlnet=found if len(found) > 1 else found[0], safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    given = TASKS[task]
    steered = pictures if len(found) > 1 else pictures[0]
    extra: dict[str, Any] = (
        {"image": steered}
        if task == "text"
        else {"image": Pictures.fromarray(given["picture"]), "control_image": steered}
    )
    if task == "inpaint":
        extra["mask_image"] = Pictures.fromarray(given["hole"])
    if task != "text":
        extra["strength"] = given.get("strength", 1.0)
    with torch.inference_mode():
        result = pipe(
            PROMPT, negative_prompt="dark", num_inference_steps=STEPS, guidance_scale=5.0, height=SIZE, width=SIZE, output_type="np",
            generator=torch.Generator("cpu").manual_seed(SEED), **extra, **more,
        )  # fmt: skip
    made: np.ndarray = np.rint(np.clip(result.images[0], 0, 1) * 255).astype(np.uint8)
    return made


CASES = [("text", "model"), ("image", "model"), ("inpaint", "model"), ("inpaint", "painter")]


@pytest.mark.parametrize(("task", "model"), CASES)
def test_one_guide_makes_the_pixels_of_diffusers(
    task: str, model: str, weights: dict[str, Path], loaded: dict[str, Any]
) -> None:
    made = loaded[model].make(job(task, Guide(loaded["edges"], noise(SIZE, SIZE, 5), 0.8)))
    expected = plainly(
        task, weights[model], [weights["edges"]], [noise(SIZE, SIZE, 5)], controlnet_conditioning_scale=0.8
    )
    assert (made == expected).all()
    assert (made != loaded[model].make(job(task))).any()


@pytest.mark.parametrize(("task", "model"), CASES[::3])
def test_two_guides_make_the_pixels_of_diffusers(
    task: str, model: str, weights: dict[str, Path], loaded: dict[str, Any]
) -> None:
    images = [noise(SIZE, SIZE, 5), noise(SIZE, SIZE, 6)]
    guides = Guide(loaded["edges"], images[0], 1.0, 0.0, 0.5), Guide(loaded["depth"], images[1], 0.6, 0.25, 1.0)
    expected = plainly(
        task, weights[model], [weights["edges"], weights["depth"]], images, controlnet_conditioning_scale=[1.0, 0.6],
        control_guidance_start=[0.0, 0.25], control_guidance_end=[0.5, 1.0],
    )  # fmt: skip
    made = loaded[model].make(job(task, *guides))
    assert (made == expected).all()
    for each in guides:
        assert (made != loaded[model].make(job(task, each))).any()


@pytest.mark.parametrize("task", list(TASKS))
def test_a_guide_without_weight_or_range_changes_nothing(task: str, loaded: dict[str, Any]) -> None:
    picture, net, model = noise(SIZE, SIZE, 5), loaded["edges"], loaded["model"]
    without = model.make(job(task))
    for each in (Guide(net, picture, 0.0), Guide(net, picture, 1.0, 0.0, 0.0), Guide(net, picture, 1.0, 0.5, 0.5)):
        assert (model.make(job(task, each)) == without).all()


def test_weight_range_and_picture_count(loaded: dict[str, Any]) -> None:
    net, model, picture = loaded["edges"], loaded["model"], noise(SIZE, SIZE, 5)
    guides = [
        Guide(net, picture), Guide(net, picture, 0.5), Guide(net, picture, 2.0), Guide(net, picture, end=0.5), Guide(net, picture, start=0.5),
        Guide(net, noise(SIZE, SIZE, 6)),
    ]  # fmt: skip
    made = [model.make(job("text", guide)) for guide in guides]
    assert len({picture.tobytes() for picture in made}) == len(guides)
    assert (made[0] == model.make(job("text", guides[0]))).all()


@pytest.mark.parametrize("size", [(1, 1), (30, 200), (300, 190)], ids=str)
def test_a_guides_picture_may_have_any_size(size: tuple[int, int], loaded: dict[str, Any]) -> None:
    made = loaded["model"].make(job("text", Guide(loaded["edges"], noise(*size))))
    assert made.shape == (SIZE, SIZE, 3)


def test_a_partner_of_another_family_is_named(tmp_path: Path, loaded: dict[str, Any]) -> None:
    other = load_control(small.control_folder(tmp_path / "other", cross_attention_dim=768), "cpu")
    with pytest.raises(BadInput, match=r"Stable Diffusion 1\.x.*text embeddings 16 wide"):
        loaded["model"].make(job("text", Guide(other, noise(SIZE, SIZE))))
    assert loaded["model"].make(job("text")).any()


def test_another_net_in_the_place_of_one_that_was_put_away_is_used(weights: dict[str, Path]) -> None:
    model: Diffusion = load_diffusion(weights["model"], "cpu")
    picture, made = noise(SIZE, SIZE, 5), []
    for name in ("edges", "depth", "edges"):
        net = load_control(weights[name], "cpu")
        made.append(model.make(job("text", Guide(net, picture))))
        net.close()
    assert (made[0] != made[1]).any()
    assert (made[0] == made[2]).all()


def test_a_guided_run_can_be_stopped_between_steps_and_run_again(loaded: dict[str, Any]) -> None:
    class Stop(Exception):
        """Asked for by the user."""

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Stop

    wanted, net = loaded["model"], Guide(loaded["edges"], noise(SIZE, SIZE, 5))
    first = wanted.make(job("text", net))
    with pytest.raises(Stop):
        wanted.make(job("text", net), on_step=stop)
    assert (wanted.make(job("text", net)) == first).all()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small SD XL and its ControlNet, the latter also as one file without configuration."""
    from diffusers import ControlNetModel

    home = tmp_path_factory.mktemp("large")
    pipe = xl_pipeline(home / "parts")
    net = ControlNetModel.from_unet(pipe.unet, conditioning_embedding_out_channels=(4, 4, 8, 8))
    small.wake(net)
    pipe.save_pretrained(home / "model")
    net.save_pretrained(home / "net")
    return {"model": home / "model", "net": home / "net", "file": small.control_file(home / "one.safetensors", net)}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers' own
@pytest.mark.parametrize("task", list(TASKS))
def test_sd_xl_makes_the_pixels_of_diffusers_too(task: str, large: dict[str, Path]) -> None:
    model, picture = load_diffusion(large["model"], "cpu"), noise(SIZE, SIZE, 5)
    expected = plainly(task, large["model"], [large["net"]], [picture], "XL", controlnet_conditioning_scale=0.7)
    for source in ("net", "file"):
        assert (model.make(job(task, Guide(load_control(large[source], "cpu"), picture, 0.7))) == expected).all()
    assert (model.make(job(task)) != expected).any()


class Both:
    """A shelf with a diffusion model, a painter and ControlNets by name."""

    def __init__(self, loaded: dict[str, Any]) -> None:
        self.loaded = loaded

    def get(self, kind: str, name: str = "auto", say: Any = None) -> Any:
        return self.loaded[{"control": name, "diffusion": "model", "inpaint": "painter"}[kind]]


@pytest.mark.parametrize("name", ["text_to_image", "image_to_image", "inpaint"])
def test_the_nodes_follow_one_and_two_guides(name: str, loaded: dict[str, Any], tmp_path: Path) -> None:
    picture, spot = noise(SIZE, SIZE), hole()

    def made(control: Controls | None) -> np.ndarray:
        common = {"prompt": "a car", "steps": 2, "seed": 3, "control": control, "run": toy_run(tmp_path, Both(loaded))}
        if name == "text_to_image":
            return text_to_image(**common, width=SIZE, height=SIZE)
        if name == "image_to_image":
            return image_to_image(picture, **common, strength=1.0)
        painted = inpaint(picture, spot, **common, shape="mask")
        assert (painted.image[painted.changed == 0] == picture[painted.changed == 0]).all()
        return painted.image

    one = guide(noise(SIZE, SIZE, 5), "edges")
    pictures = [made(None), made(one), made(guide(noise(SIZE, SIZE, 6), "depth", 0.5, before=one))]
    assert len({picture.tobytes() for picture in pictures}) == 3
    assert (made(guide(noise(SIZE, SIZE, 5), "edges", 0.0)) == pictures[0]).all()
    assert (made(guide(noise(SIZE, SIZE, 5), "edges", 1.0, 0.0, 0.0)) == pictures[0]).all()
