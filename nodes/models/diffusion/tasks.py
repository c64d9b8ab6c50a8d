"""Which pipeline of diffusers does which task, and with what it is called. All pipelines of a model are made from the same loaded parts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

from PIL import Image as Pictures

from graph import BadInput

from .job import Guide, Job

Task = Literal["text", "image", "inpaint", "depth", "edit"]
PLAIN: dict[str, tuple[str, str]] = {
    "text": ("StableDiffusionPipeline", "StableDiffusionXLPipeline"),
    "image": ("StableDiffusionImg2ImgPipeline", "StableDiffusionXLImg2ImgPipeline"),
    "inpaint": ("StableDiffusionInpaintPipeline", "StableDiffusionXLInpaintPipeline"),
    "depth": ("StableDiffusionDepth2ImgPipeline", ""),
    "edit": ("StableDiffusionInstructPix2PixPipeline", "StableDiffusionXLInstructPix2PixPipeline"),
}
"""Task: class for SD 1.x and 2.x, class for SD XL."""
GUIDED: dict[str, tuple[str, str]] = {
    "text": ("StableDiffusionControlNetPipeline", "StableDiffusionXLControlNetPipeline"),
    "image": ("StableDiffusionControlNetImg2ImgPipeline", "StableDiffusionXLControlNetImg2ImgPipeline"),
    "inpaint": ("StableDiffusionControlNetInpaintPipeline", "StableDiffusionXLControlNetInpaintPipeline"),
}
"""The same with ControlNets."""
DOING = {
    "text": "paint from words", "image": "repaint a picture", "inpaint": "paint into a hole", "depth": "repaint by depth",
    "edit": "edit by instruction",
}  # fmt: skip


def task_of(job: Job, channels: int) -> Task:
    """What the job asks for. BadInput where the model (known by the input channels of its UNet) can't do it."""
    fixed: dict[int, Task] = {5: "depth", 8: "edit"}
    if job.hole is not None:
        wanted: Task = "inpaint"
    elif job.picture is not None:
        wanted = "depth" if job.depth is not None else fixed.get(channels, "image")
    else:
        wanted = "text"
    needed = {"depth": 5, "edit": 8}.get(wanted)
    if (channels in fixed and fixed[channels] != wanted) or (needed is not None and needed != channels):
        can = DOING[fixed[channels]] if channels in fixed else "paint from words, and repaint pictures"
        what = f"this model can't {DOING[wanted]}: its UNet takes {channels} channels, so it is made to {can}"
        raise BadInput("model", what, "choose another model, or the node that this one is made for")
    return wanted


def build(task: str, parts: Mapping[str, Any], guides: tuple[Guide, ...], *, is_xl: bool) -> Any:
    """A pipeline for a task from loaded parts."""
    import diffusers

    name = (GUIDED if guides else PLAIN).get(task, ("", ""))[is_xl]
    if not name:
        if not guides:
            raise BadInput("model", f"no SD XL model can {DOING[task]}", "choose a model of SD 1.x or 2.x")
        what = f"a ControlNet can't steer a model that is made to {DOING[task]}"
        raise BadInput("control", what, "take the link away, or choose another model")
    kind = getattr(diffusers, name)
    given = dict(parts)
    if guides:
        for guide in guides:
            guide.net.check_partner(given["unet"])
        nets = [guide.net.net for guide in guides]
        given["controlnet"] = nets[0] if len(nets) == 1 else _several(nets)
    wanted = inspect.signature(kind.__init__).parameters
    missing = {"depth_estimator", "feature_extractor", "safety_checker", "image_encoder"} - given.keys()
    if is_xl:  # its refiner has only the second encoder
        missing |= {"text_encoder", "tokenizer"} - given.keys()
    given |= dict.fromkeys(missing)
    if "requires_safety_checker" in wanted:
        given["requires_safety_checker"] = given["safety_checker"] is not None
    if "add_watermarker" in wanted:
        given["add_watermarker"] = False
    if task == "edit" and is_xl:
        given["is_cosxl_edit"] = False
    pipe = kind(**{name: value for name, value in given.items() if name in wanted})
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _several(nets: list[Any]) -> Any:
    from diffusers.models.controlnets.multicontrolnet import MultiControlNetModel

    return MultiControlNetModel(nets)


def options(task: str, job: Job, size: tuple[int, int], guides: tuple[Guide, ...], pipe: Any) -> dict[str, Any]:
    """What a task's pipeline is called with beside words, steps and seed. size: (width, height)."""
    given: dict[str, Any] = {}
    if "width" in inspect.signature(pipe.__call__).parameters:
        given |= {"width": size[0], "height": size[1]}
    if task != "text":
        given["image"] = Pictures.fromarray(job.picture)
    if task in ("image", "inpaint", "depth"):
        given["strength"] = job.strength
    if task == "inpaint":
        given["mask_image"] = Pictures.fromarray(job.hole)
    if task == "depth":
        if job.depth is None and pipe.depth_estimator is None:
            what = "it is missing, and this model has no depth estimator of its own"
            raise BadInput("depth", what, "link a depth map of the picture, such as that of control.depth")
        given["depth_map"] = _depth(job)
    if task == "edit":
        given["image_guidance_scale"] = 1.5 if job.image_guidance is None else job.image_guidance
    return given | (_guided(task, size, guides) if guides else {})


def reporting(pipe: Any, steps: int, on_step: Callable[[int, int], None] | None) -> dict[str, Any]:
    """What lets a pipeline tell of its steps: on_step(done, total) behind each, which may raise to stop."""

    def after_step(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
        if on_step is not None:
            on_step(step + 1, pipe.num_timesteps)
        return values

    def after_old_step(step: int, time: Any, latents: Any) -> None:
        if on_step is not None:
            on_step(step + 1, steps)

    if "callback_on_step_end" in inspect.signature(pipe.__call__).parameters:
        return {"callback_on_step_end": after_step}
    return {"callback": after_old_step, "callback_steps": 1}


def _depth(job: Job) -> Any:
    import torch

    if job.depth is None:
        return None
    depth = torch.from_numpy(job.depth.astype("float32"))
    if float(depth.max()) == float(depth.min()):
        raise BadInput("depth", "it is the same everywhere", "give a depth map of this picture")
    assert job.picture is not None
    wanted = job.picture.shape[:2]
    if tuple(depth.shape) != wanted:
        depth = torch.nn.functional.interpolate(depth[None, None], size=wanted, mode="bilinear")[0, 0]
    return depth[None]


def _guided(task: str, size: tuple[int, int], guides: tuple[Guide, ...]) -> dict[str, Any]:
    pictures = [Pictures.fromarray(guide.picture).resize(size, Pictures.Resampling.LANCZOS) for guide in guides]
    one = len(guides) == 1

    def each(values: list[Any]) -> Any:
        return values[0] if one else values

    return {
        "image" if task == "text" else "control_image": each(pictures),
        "controlnet_conditioning_scale": each([float(guide.weight) for guide in guides]),
        "control_guidance_start": each([float(guide.start) for guide in guides]),
        "control_guidance_end": each([float(guide.end) for guide in guides]),
    }
