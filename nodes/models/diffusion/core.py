"""One class for every diffusion checkpoint: Stable Diffusion 1.x, 2.x, XL and what was made from them, whatever they can do."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from graph import BadInput, GraftError

from .. import memory
from ..previews import LatentColours, Previews, Show, watching
from . import schedulers, tasks
from .job import Guide, Job
from .view import without_picture
from .words import Words

OnStep = Callable[[int, int], None]
Say = Callable[[str], None]
NOTES = {
    (
        "inpaint",
        4,
    ): "this model was not made for inpainting: it does not see the hole's surroundings, so the seam may show",
    ("text", 9): "this model was made for inpainting; it paints from words alone too, but not as well",
    ("image", 9): "this model was made for inpainting; it repaints whole pictures too, but not as well",
}
"""What to know about a task with a UNet of so many channels."""
HOLE = (0.5, 0.7)
"""The share of the square's side that a hole takes for a model that does not say: enough context for the light and the perspective to fit."""
PIPELINES = 8
"""Pipelines that are kept; they are small, but hold the ControlNets in them."""


class Diffusion:
    """A loaded diffusion model.

    size: side in pixels of the square it paints best. multiple: what width and height must be multiples of. channels: that its UNet takes: 4
    for text and pictures, 5 with depth, 8 edits by instruction, 9 paints into holes. notes: what the user should know about these weights.
    From `graft.json` beside the weights, where there is one: aspects (name of a thing → width / height), hole (least and greatest share of the
    square's side that the hole took in training), guidance (its usual value), background ("kept" where the picture's own is better than
    what the model paints around a thing), without_picture (true where a 9-channel UNet also learned to paint without picture and mask).
    encoded: how often a text encoder has worked. made: pipelines that were put together.
    """

    def __init__(self, parts: dict[str, Any], device: str, own: Mapping[str, Any], guidance: float = 7.5) -> None:
        self.device, self.parts = device, parts
        unet = parts["unet"]
        self.channels = int(unet.config.in_channels)
        self.is_xl = "text_encoder_2" in parts
        cell = 2 ** (len(parts["vae"].config.block_out_channels) - 1)
        # diffusers' pipelines want multiples of 8 even where a cell is smaller; the one that edits does not.
        self.multiple = cell if self.channels == 8 else max(8, cell)
        latent = unet.config.sample_size or 64
        self.size = (max(latent) if isinstance(latent, (list, tuple)) else latent) * cell
        self.aspects: dict[str, float] = {str(k): float(v) for k, v in own.get("aspects", {}).items()}
        low, high = own.get("crop", {}).get("hole", HOLE)
        self.hole = float(low), float(high)
        self.guidance = float(own.get("guidance", guidance))
        self.keeps_background = own.get("background") == "kept"
        self.paints_freely = self.channels != 9 or bool(own.get("without_picture"))
        self.notes: tuple[str, ...] = ()
        self.made = 0
        self._words = Words(parts)
        self._pipelines: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._schedulers: dict[str, Any] = {"auto": parts["scheduler"]}
        self._is_cheaper = False

    @property
    def encoded(self) -> int:
        return self._words.encoded

    @cached_property
    def unet_for_text(self) -> Any:
        """The UNet as it paints without a picture: of 9 input channels only the first 4 are read; all else is shared."""
        return without_picture(self.parts["unet"]) if self.channels == 9 else self.parts["unet"]

    def make(
        self, job: Job, *, on_step: OnStep | None = None, on_preview: Show | None = None, say: Say | None = None
    ) -> np.ndarray:
        """The picture of a job, uint8 (height, width, 3); of an inpainted one other pixels than the hole's have changed a little too.

        on_step(done, total) is called after every step and may raise to stop; the model can be used again afterwards. on_preview(picture), at
        most four times a second, gets the unfinished picture in the same size. say hears what the user should know. The same job gives the same
        picture on the same machine, with previews or without. BadInput for what this model can't do.
        """
        say = say or (lambda text: None)
        job, task = self._ready(job, say)
        return memory.answered(lambda: self._make(job, task, on_step, on_preview, say), self.cheaper, say, self.device)

    def _ready(self, job: Job, say: Say) -> tuple[Job, str]:
        """The job with sizes filled in, and its task."""
        task: str = tasks.task_of(job, self.channels)
        if (task, self.channels) in NOTES:
            say(NOTES[task, self.channels])
        own = (job.height or self.size, job.width or self.size)
        height, width = own if job.picture is None else job.picture.shape[:2]
        if height % self.multiple or width % self.multiple:
            what = f"this model paints sizes in steps of {self.multiple} pixels, not {width}×{height}"
            raise BadInput("width", what, f"take multiples of {self.multiple}")
        if task in ("text", "image") and not self.paints_freely:
            # Such a UNet was trained with holes that cover everything, too: those leave it the words alone.
            picture = np.full((height, width, 3), 127, np.uint8) if job.picture is None else job.picture
            job, task = replace(job, picture=picture, hole=np.full((height, width), 255, np.uint8)), "inpaint"
        guides = tuple(guide for guide in job.guides if guide.weight and guide.start < guide.end)
        return replace(job, width=width, height=height, guides=guides), task

    def _make(self, job: Job, task: str, on_step: OnStep | None, on_preview: Show | None, say: Say) -> np.ndarray:
        import torch

        pipe = self.pipeline(task, job.guides)
        pipe.scheduler = self._scheduler(job.scheduler)
        guidance = self.guidance if job.guidance is None else job.guidance

        with ExitStack() as stack:
            stack.enter_context(torch.inference_mode())
            state = stack.enter_context(self._changed(job.loras, say))
            words = self._prompts(job, guidance, state)
            stack.enter_context(nullcontext() if on_preview is None else self._watched(pipe, job, on_preview))
            result = pipe(
                **words,
                **tasks.options(task, job, (job.width, job.height), job.guides, pipe),
                num_inference_steps=job.steps,
                guidance_scale=guidance,
                generator=torch.Generator("cpu").manual_seed(job.seed),
                **tasks.reporting(pipe, job.steps, on_step),
                output_type="np",
            )
        return _finished(result)

    def pipeline(self, task: str, guides: Sequence[Guide] = ()) -> Any:
        """The pipeline of diffusers for a task ("text", "image", "inpaint", "depth", "edit"), made from this model's parts, and kept."""
        key = (task, *(id(guide.net.net) for guide in guides))
        if key not in self._pipelines:
            unet = self.unet_for_text if task in ("text", "image") else self.parts["unet"]
            for old in [old for old in self._pipelines if len(old) > 1]:  # a pipeline holds its ControlNets' memory
                del self._pipelines[old]
            self._pipelines[key] = tasks.build(task, self.parts | {"unet": unet}, tuple(guides), is_xl=self.is_xl)
            self.made += 1
        return self._pipelines[key]

    def _scheduler(self, name: str) -> Any:
        if name not in self._schedulers:
            self._schedulers[name] = schedulers.make(name, self.parts["scheduler"])
        return self._schedulers[name]

    @contextmanager
    def _changed(self, loras: Sequence[tuple[Any, float]], say: Say) -> Iterator[tuple[Any, ...]]:
        """While inside, the LoRAs are at work; gives what tells this state of the text encoders from others."""
        with ExitStack() as stack:
            for lora, weight in loras:
                stack.enter_context(lora.applied(self.parts, weight, say))
            yield tuple((lora.number, weight) for lora, weight in loras if lora.changes_words)

    def _prompts(self, job: Job, guidance: float, state: tuple[Any, ...]) -> dict[str, Any]:
        """The encoded words as a pipeline takes them."""
        import torch

        for embedding in job.embeddings:
            embedding.check_fits(self._words.encoders)
        guided = guidance > 1
        texts = [job.prompt, job.negative] if guided else [job.prompt]
        count = max(self._words.count(text, job.embeddings) for text in texts)
        made = [self._words.encode(text, count, job.embeddings, state) for text in texts]
        given = {"prompt_embeds": made[0].outputs}
        if self.is_xl:
            given["pooled_prompt_embeds"] = made[0].pooled
        if not guided:
            return given
        outputs, pooled = made[1].outputs, made[1].pooled
        if self.is_xl and not job.negative and self.parts.get("force_zeros_for_empty_prompt", True):
            outputs, pooled = torch.zeros_like(outputs), torch.zeros_like(pooled)  # so was SD XL trained
        given["negative_prompt_embeds"] = outputs
        if self.is_xl:
            given["negative_pooled_prompt_embeds"] = pooled
        return given

    def _watched(self, pipe: Any, job: Job, show: Show) -> AbstractContextManager[None]:
        around = np.zeros((job.height, job.width, 3), np.uint8) if job.hole is None else job.picture
        hole = np.full((job.height, job.width), 255, np.uint8) if job.hole is None else job.hole
        assert around is not None
        previews = Previews(lambda: self.colours, around, hole, show)
        return watching(pipe.scheduler, previews.step)

    @cached_property
    def colours(self) -> LatentColours:
        """How this model's unfinished pictures are shown; fitted on first use, which takes about as long as a step."""
        return LatentColours(self.parts["vae"])

    def words_left_out(self, prompt: str) -> str:
        """The end of a prompt that the model does not read because it is too long; "" when all of it is read."""
        return self._words.left_out(prompt)

    def cheaper(self) -> str | None:
        """Take a setting that needs less memory; says what was done, or None where nothing is left to do."""
        if self._is_cheaper:
            return None
        self._is_cheaper = True
        self.parts["unet"].set_attention_slice("auto")
        self.parts["vae"].enable_slicing()
        self.parts["vae"].enable_tiling()
        return "the picture taken piece by piece, which is slower"

    def close(self) -> None:
        """Give the memory back; the object can't be used afterwards."""
        import torch

        self._pipelines.clear()
        self._schedulers.clear()
        self._words = None  # type: ignore[assignment]
        self.parts = {}
        self.__dict__.pop("unet_for_text", None)
        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def _finished(result: Any) -> np.ndarray:
    if any(getattr(result, "nsfw_content_detected", None) or []):
        what = "the model's own safety checker has blacked out the picture"
        raise BadInput("prompt", what, "try another seed or other words")
    painted = result.images[0]
    if not np.isfinite(painted).all():
        cure = "its weights may be broken, or need full precision: try GRAFT_DEVICE=cpu"
        raise GraftError("the model painted not-a-number", cure)
    picture: np.ndarray = np.rint(np.clip(painted, 0.0, 1.0) * 255).astype(np.uint8)
    return picture
