"""Two pictures of one noise: the second follows the attention of the first, so that another prompt changes the words' things and keeps the layout
(Prompt-to-Prompt, Hertz et al. 2022); and one picture with the map of each word (DAAM, Tang et al. 2022)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from graph import BadInput, GraftError

from . import alignment, inversion, memory
from .alignment import How, Reading
from .attention import Book, Swap, opened
from .diffusion import schedulers
from .inversion import Begin

OnStep = Callable[[int, int], None]
Say = Callable[[str], None]
BEGIN, ABOVE = 0.2, 0.3
"""The share of the steps after which a blend begins, and the share of a map's peak from which a place counts, as in the authors' code."""


@dataclass(frozen=True)
class Settings:
    """How both pictures are painted. guidance: None for the model's usual one. scheduler: see schedulers.py of nodes/models/diffusion. width, height: 0
    for the model's own size. loras: (what the shelf gave for "lora", weight)."""

    negative: str = ""
    steps: int = 30
    guidance: float | None = None
    scheduler: str = "auto"
    seed: int = 0
    width: int = 0
    height: int = 0
    loras: tuple[tuple[Any, float], ...] = ()


@dataclass(frozen=True)
class Change:
    """What is changed. weights: words of the target and by what their maps are multiplied. blend: phrases; where set, only what looks at them changes.
    cross, own: shares of the steps in which the maps of words and of places are those of the source."""

    how: How = "auto"
    cross: float = 0.8
    own: float = 0.4
    weights: Mapping[str, float] = field(default_factory=dict)
    blend: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """source, edited: uint8 (H, W, 3). blend: float32 (H, W), 0 or 1, where the edit was let through; None for everywhere."""

    source: np.ndarray
    edited: np.ndarray
    blend: np.ndarray | None


def edit(
    diffusion: Any, source: str, target: str, change: Change, settings: Settings, on_step: OnStep, say: Say,
    begin: Begin | None = None,
) -> Pair:  # fmt: skip
    """Paint the source and, after its attention, the target. begin: where the source begins, in place of the seed's noise."""
    pipe = _pipeline(diffusion, settings)
    device = diffusion.device
    old, new = (alignment.read(pipe.tokenizer, text) for text in (source, target))
    take, share = alignment.align(old, new, change.how)
    swap = Swap(*_tensors(device, take, share, _weights(new, change.weights)), change.cross, change.own)
    book = Book(_latent_size(diffusion, pipe, settings), 2, swap)
    blend = _Blend(book, _blended(old, new, change.blend)) if change.blend else None
    pictures = _painted(pipe, [source, target], settings, diffusion, book, on_step, blend, say, begin)
    where = None
    if blend is not None and blend.mask is not None:
        where = _scaled(blend.mask[0, 0].float().cpu().numpy(), pictures[0].shape, smooth=False)
    return Pair(pictures[0], pictures[1], where)


def edit_picture(
    diffusion: Any, picture: np.ndarray, source: str, target: str, change: Change, settings: Settings, on_step: OnStep,
    say: Say,
) -> Pair:  # fmt: skip
    """The same for a picture, uint8 (H, W, 3), that the source describes; the scheduler is the one that can go backwards."""
    settings = replace(settings, scheduler=inversion.SCHEDULER, height=picture.shape[0], width=picture.shape[1])
    pipe, steps = _pipeline(diffusion, settings), settings.steps

    def back() -> Begin:
        with ExitStack() as stack:
            for lora, weight in settings.loras:
                stack.enter_context(lora.applied(diffusion.parts, weight, say))
            own = diffusion.parts["scheduler"]
            return inversion.invert(pipe, picture, source, steps, own, lambda done, total: on_step(done, 2 * total))

    begin = memory.answered(back, diffusion.cheaper, say, diffusion.device)
    forward = lambda done, total: on_step(total + done, 2 * total)  # noqa: E731
    return edit(diffusion, source, target, change, settings, forward, say, begin)


def explain(
    diffusion: Any, prompt: str, settings: Settings, on_step: OnStep, say: Say
) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
    """One picture, uint8 (H, W, 3), and each of its words with the mean of its maps, float32 (H, W), from 0 where it is least to 1."""
    pipe = _pipeline(diffusion, settings)
    words = alignment.read(pipe.tokenizer, prompt)
    if not words.words:
        raise BadInput("prompt", "it has no word", "write what to paint, such as 'a red car on a road'")
    book = Book(_latent_size(diffusion, pipe, settings), 1)
    picture = _painted(pipe, [prompt], settings, diffusion, book, on_step, None, say)[0]
    maps = book.maps()
    if maps is None:
        raise GraftError("this model has no attention to words", "choose a Stable Diffusion model of the usual kind")
    found = []
    for word in words.words:
        heat = _scaled(maps[0, list(word.places)].mean(0).cpu().numpy(), picture.shape)
        least, most = float(heat.min()), float(heat.max())
        found.append((word.text, (heat - least) / max(most - least, 1e-12)))
    return picture, found


def left_out(diffusion: Any, prompt: str) -> str:
    """The end of a prompt that is not read, because all words must be before one map; "" when all of it is."""
    tokenizer = diffusion.pipeline("text").tokenizer
    ids = tokenizer(prompt, truncation=False, add_special_tokens=False).input_ids
    return str(tokenizer.decode(ids[tokenizer.model_max_length - 2 :])).strip()


class _Blend:
    """Keeps the second latent picture as the first, but where either looks at some words: ``words``, for each picture its places in the text."""

    def __init__(self, book: Book, words: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        self.book, self.words = book, words
        self.mask: Any = None

    def __call__(self, latents: Any) -> Any:
        import torch

        if self.book.done <= BEGIN:
            return latents
        rows = self.book.size[0]
        maps = self.book.maps(least=rows // 4, most=rows // 2)
        maps = self.book.maps() if maps is None else maps
        if maps is None:
            return latents
        where = torch.zeros(1, 1, *self.book.size, dtype=torch.bool, device=maps.device)
        for number, places in enumerate(self.words):
            if places:
                heat = maps[number, list(places)].mean(0)[None, None]
                heat = torch.nn.functional.max_pool2d(heat, 3, 1, 1)
                least = heat.min()
                where |= heat - least > ABOVE * (heat.max() - least)
        self.mask = where
        return torch.cat([latents[:1], torch.where(where.to(latents.device), latents[1:], latents[:1])])


def _painted(
    pipe: Any, prompts: list[str], settings: Settings, diffusion: Any, book: Book, on_step: OnStep, blend: _Blend | None,
    say: Say, begin: Begin | None = None,
) -> list[np.ndarray]:  # fmt: skip
    """The pictures of these prompts from one noise, painted together."""
    import torch

    count, guidance = len(prompts), diffusion.guidance if settings.guidance is None else settings.guidance

    def after(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
        total = pipe.num_timesteps
        book.done = (step + 1) / total
        on_step(step + 1, total)
        latents = values["latents"]
        if begin is not None:
            latents = torch.cat([begin.way[step], latents[1:] + (begin.way[step] - latents[:1])])
        return {"latents": latents if blend is None else blend(latents)}

    noise = begin.noise if begin is not None else torch.randn(
        (1, pipe.unet.config.out_channels, *book.size), generator=torch.Generator("cpu").manual_seed(settings.seed)
    )  # fmt: skip

    def paint() -> Any:
        book.begin()
        with ExitStack() as stack:
            stack.enter_context(torch.inference_mode())
            for lora, weight in settings.loras:
                stack.enter_context(lora.applied(diffusion.parts, weight, say))
            stack.enter_context(opened(pipe.unet, book))
            return pipe(
                prompt=prompts,
                negative_prompt=[settings.negative] * count,
                width=book.size[1] * pipe.vae_scale_factor,
                height=book.size[0] * pipe.vae_scale_factor,
                num_inference_steps=settings.steps,
                guidance_scale=guidance,
                latents=noise.repeat(count, 1, 1, 1).to(diffusion.device, pipe.unet.dtype),
                generator=[torch.Generator("cpu").manual_seed(settings.seed) for _ in prompts],
                callback_on_step_end=after,
                output_type="np",
            )

    result = memory.answered(paint, diffusion.cheaper, say, diffusion.device)
    if any(getattr(result, "nsfw_content_detected", None) or []):
        what = "the model's own safety checker has blacked out a picture"
        raise BadInput("source" if count > 1 else "prompt", what, "try another seed or other words")
    if not np.isfinite(result.images).all():
        cure = "its weights may be broken, or need full precision: try GRAFT_DEVICE=cpu"
        raise GraftError("the model painted not-a-number", cure)
    return [np.rint(np.clip(picture, 0.0, 1.0) * 255).astype(np.uint8) for picture in result.images]


def _pipeline(diffusion: Any, settings: Settings) -> Any:
    """The pipeline of diffusers that paints from words; BadInput for a model that can't."""
    if diffusion.channels not in (4, 9):
        what = f"this model was not made to paint from words: its UNet takes {diffusion.channels} channels"
        raise BadInput("model", what, "choose a text-to-image model of Stable Diffusion 1.x, 2.x or XL")
    pipe = diffusion.pipeline("text")
    pipe.scheduler = schedulers.make(settings.scheduler, diffusion.parts["scheduler"])
    return pipe


def _latent_size(diffusion: Any, pipe: Any, settings: Settings) -> tuple[int, int]:
    """Rows and columns of the latent picture."""
    factor = pipe.vae_scale_factor
    for name in ("width", "height"):
        if getattr(settings, name) % factor:
            raise BadInput(
                name, f"{getattr(settings, name)} is no multiple of {factor}", f"give a multiple of {factor}"
            )
    return (settings.height or diffusion.size) // factor, (settings.width or diffusion.size) // factor


def _tensors(device: Any, *arrays: np.ndarray) -> list[Any]:
    import torch

    return [torch.from_numpy(array).to(device) for array in arrays]


def _weights(reading: Reading, weights: Mapping[str, float]) -> np.ndarray:
    """By what the map of each place of the text is multiplied, float32 (L,)."""
    found = np.ones(reading.length, np.float32)
    for words, weight in weights.items():
        found[list(reading.places(words, "weights"))] = weight
    return found


def _blended(old: Reading, new: Reading, phrases: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places of the phrases in source and target; BadInput for a phrase that is in neither."""
    found: tuple[list[int], list[int]] = ([], [])
    for phrase in phrases:
        here = [_places(reading, phrase) for reading in (old, new)]
        if not any(here):
            new.places(phrase, "blend")
        for held, places in zip(found, here, strict=True):
            held.extend(places)
    return tuple(found[0]), tuple(found[1])


def _places(reading: Reading, phrase: str) -> tuple[int, ...]:
    try:
        return reading.places(phrase, "blend")
    except BadInput:
        return ()


def _scaled(cells: np.ndarray, shape: tuple[int, ...], smooth: bool = True) -> np.ndarray:
    """A map (h, w) over the whole picture, float32 (H, W)."""
    import cv2

    way = cv2.INTER_CUBIC if smooth else cv2.INTER_NEAREST
    large = cv2.resize(np.asarray(cells, np.float32), (shape[1], shape[0]), interpolation=way)
    return np.maximum(large, 0.0).astype(np.float32)
