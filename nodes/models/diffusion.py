"""Inpainting models of diffusers behind one small interface: a square picture, a hole and words go in, the painted square comes out.

Loads a diffusers folder (SD 1.x, 2.x, XL; made for inpainting or not) or a single .safetensors checkpoint. Pickles are never opened.
"""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures

from graph import BadInput, Cancelled, GraftError

from . import hub, single_file
from .device import pick_device, pick_dtype
from .previews import LatentColours, Previews, Show, watching

OnStep = Callable[[int, int], None]
HOLE = (0.5, 0.7)
"""The share of the square's side that a hole takes for a model that does not say: enough context for the light and the perspective to fit."""


class Painter:
    """A loaded inpainting model.

    size: side in pixels of the square it paints best. notes: what the user should know about these weights.
    From `graft.json` beside the weights, where there is one: aspects (name of a thing → width / height), hole (least and greatest share of the
    square's side that the hole took in training), guidance (its usual value), background ("kept" where the picture's own is better than
    what the model paints around a thing).
    """

    def __init__(self, pipe: Any, device: str, own: Mapping[str, Any]) -> None:
        self.device = device
        self._pipe = pipe
        latent = pipe.unet.config.sample_size or 64
        self.size = (
            max(latent) * pipe.vae_scale_factor if isinstance(latent, (list, tuple)) else latent * pipe.vae_scale_factor
        )
        self.aspects: dict[str, float] = {str(k): float(v) for k, v in own.get("aspects", {}).items()}
        low, high = own.get("crop", {}).get("hole", HOLE)
        self.hole = float(low), float(high)
        self.guidance = float(own.get("guidance", 7.5))
        self.keeps_background = own.get("background") == "kept"
        self.notes = _notes(pipe)

    def paint(
        self,
        picture: np.ndarray,
        hole: np.ndarray,
        prompt: str,
        *,
        negative: str = "",
        steps: int = 20,
        guidance: float | None = None,
        strength: float = 1.0,
        seed: int = 0,
        on_step: OnStep | None = None,
        on_preview: Show | None = None,
    ) -> np.ndarray:
        """Paint what the prompt says into the hole; returns uint8 (size, size, 3), in which other pixels have changed a little too.

        picture: uint8 RGB (size, size, 3). hole: uint8 (size, size), 0 or 255. on_step(done, total) is called after every step and may raise
        to stop; the model can be used again afterwards. on_preview(picture), at most four times a second, gets the picture with the hole filling
        in, uint8 (size, size, 3). The same arguments give the same picture on the same machine, with previews or without.
        """
        import torch

        total = min(int(steps * strength), steps)

        def after_step(pipe: Any, step: int, time: Any, values: dict[str, Any]) -> dict[str, Any]:
            if on_step is not None:
                on_step(min(step + 1, total), total)
            return values

        watched = nullcontext() if on_preview is None else self._watched(picture, hole, on_preview)
        with torch.inference_mode(), _memory_errors(self.device), watched:
            result = self._pipe(
                prompt=prompt,
                negative_prompt=negative,
                image=Pictures.fromarray(picture),
                mask_image=Pictures.fromarray(hole),
                height=self.size,
                width=self.size,
                num_inference_steps=steps,
                guidance_scale=self.guidance if guidance is None else guidance,
                strength=strength,
                generator=torch.Generator("cpu").manual_seed(seed),
                callback_on_step_end=after_step,
                output_type="np",
            )
        if any(getattr(result, "nsfw_content_detected", None) or []):
            raise BadInput(
                "prompt",
                "the model's own safety checker has blacked out the picture",
                "try another seed or other words",
            )
        painted = result.images[0]
        if not np.isfinite(painted).all():
            raise GraftError(
                "the model painted not-a-number",
                "its weights may be broken, or need full precision: try GRAFT_DEVICE=cpu",
            )
        return np.rint(np.clip(painted, 0.0, 1.0) * 255).astype(np.uint8)

    def _watched(self, picture: np.ndarray, hole: np.ndarray, show: Show) -> AbstractContextManager[None]:
        previews = Previews(lambda: self.colours, picture, hole, show)
        return watching(self._pipe.scheduler, previews.step)

    @cached_property
    def colours(self) -> LatentColours:
        """How this model's unfinished pictures are shown; fitted on first use, which takes about as long as a step."""
        return LatentColours(self._pipe.vae)

    def words_left_out(self, prompt: str) -> str:
        """The end of a prompt that the model can't read because it is too long; "" when all of it fits."""
        tokenizer = self._pipe.tokenizer
        ids = tokenizer(prompt, truncation=False, add_special_tokens=False).input_ids
        return str(tokenizer.decode(ids[tokenizer.model_max_length - 2 :])).strip()

    def close(self) -> None:
        """Give the memory back; the object can't be used afterwards."""
        import torch

        self._pipe = None
        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def load_inpaint(path: Path, device: str = "auto") -> Painter:
    """Load an inpainting model from a diffusers folder or a .safetensors checkpoint.

    Raises BadInput when the files are no such model, are incomplete or broken, MissingWeights when a part has to come from the hub and can't.
    """
    device = pick_device(device)
    _quiet()
    try:
        with _memory_errors(device):
            pipe = _from_folder(path, device) if path.is_dir() else _from_file(path, device)
            pipe.to(device)
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except Exception as error:  # whatever a hostile or broken file makes the libraries raise
        reason = " ".join(str(error).split())[:300]
        what = f"'{path}' can't be loaded as an inpainting model ({type(error).__name__}: {reason})"
        raise BadInput(
            "model", what, "get the files again, and check that it is a whole Stable Diffusion model"
        ) from error
    channels = pipe.unet.config.in_channels
    if channels not in (4, 9):
        what = f"'{path}' can't inpaint: its UNet takes {channels} channels"
        raise BadInput("model", what, "give a model made for inpainting (9 channels) or for text-to-image (4 channels)")
    pipe.set_progress_bar_config(disable=True)
    return Painter(pipe, device, _own_settings(path))


def _from_folder(path: Path, device: str) -> Any:
    import diffusers

    name = json.loads((path / "model_index.json").read_text(encoding="utf-8")).get("_class_name")
    if not isinstance(name, str):
        raise BadInput(
            "model",
            f"'{path}' wants code of its own ({name}), which is never run",
            "choose a model of a standard pipeline",
        )
    # The class itself where it can inpaint: the automatic choice imports every pipeline there is, which takes seconds.
    pipeline = (
        getattr(diffusers, name)
        if "Inpaint" in name and hasattr(diffusers, name)
        else diffusers.AutoPipelineForInpainting
    )
    pipe = pipeline.from_pretrained(path, dtype=pick_dtype(device), local_files_only=True, use_safetensors=True)
    for part in ("unet", "vae", "text_encoder"):
        _check_complete(path / part, getattr(pipe, part))
    if not any((path / "tokenizer" / name).is_file() for name in ("vocab.json", "tokenizer.json")):
        # transformers makes an empty tokenizer then, for which every word is the same.
        raise BadInput("model", f"'{path / 'tokenizer'}' holds no vocabulary", "get the files again")
    return pipe


def _check_complete(folder: Path, module: Any) -> None:
    """BadInput when weights are missing: the libraries would fill them with noise and paint with that."""
    held = {key for file in folder.glob("*.safetensors") for key in single_file.shapes(file)}
    missing = sorted(key for key in module.state_dict() if key not in held and f"text_model.{key}" not in held)
    missing = [key for key in missing if not key.endswith("position_ids")]
    if held and missing:
        what = f"'{folder}' lacks {len(missing)} of its weights, such as '{missing[0]}'"
        raise BadInput("model", what, "get the files again")


def _from_file(file: Path, device: str) -> Any:
    from diffusers import StableDiffusionInpaintPipeline, StableDiffusionXLInpaintPipeline

    options: dict[str, Any] = {"dtype": pick_dtype(device)}
    kind = single_file.family(file)
    folder = single_file.beside(file)
    if folder is not None:
        is_xl = "XL" in str(json.loads((folder / "model_index.json").read_text(encoding="utf-8")).get("_class_name"))
        pipeline = StableDiffusionXLInpaintPipeline if is_xl else StableDiffusionInpaintPipeline
        return pipeline.from_single_file(str(file), config=str(folder), local_files_only=True, **options)
    if kind == "sd1":
        with tempfile.TemporaryDirectory() as made:
            single_file.write_sd1(Path(made), file)
            options["tokenizer"] = single_file.clip_tokenizer(file)
            return StableDiffusionInpaintPipeline.from_single_file(
                str(file), config=made, local_files_only=True, **options
            )
    return _with_config_of_the_hub(file, options)


def _with_config_of_the_hub(file: Path, options: dict[str, Any]) -> Any:
    """A checkpoint of another family: diffusers knows which repository holds its configuration."""
    from diffusers import StableDiffusionInpaintPipeline, StableDiffusionXLInpaintPipeline

    is_xl = any(key.startswith("conditioner.embedders.1.") for key in single_file.shapes(file))
    pipeline = StableDiffusionXLInpaintPipeline if is_xl else StableDiffusionInpaintPipeline
    try:
        return pipeline.from_single_file(str(file), local_files_only=hub.is_offline(), **options)
    except OSError as error:
        cure = f"put a diffusers folder with the configuration of this model beside it, as '{file.with_suffix('')}', or allow the network once"
        what = f"'{file.name}' holds no configuration, it is not SD 1.x, and the hub can't be reached"
        raise BadInput("model", what, cure) from error


def _own_settings(path: Path) -> dict[str, Any]:
    """`graft.json` of a model folder (for a single file: of the folder beside it): how to use these weights best."""
    file = (path if path.is_dir() else path.with_suffix("")) / "graft.json"
    if not file.is_file():
        return {}
    try:
        own = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(own, dict):
            raise ValueError("it is no object")
        return own
    except ValueError as error:
        raise BadInput("model", f"'{file}' can't be read ({error})", "mend or delete it") from error


def _notes(pipe: Any) -> tuple[str, ...]:
    if pipe.unet.config.in_channels == 4:
        return (
            "this model was not made for inpainting: it does not see the hole's surroundings, so the seam may show",
        )
    return ()


def _quiet() -> None:
    """Switch the libraries' progress bars and chatter off: what the user should know is said by us."""
    import diffusers.utils.logging
    import transformers.utils.logging

    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()


class _memory_errors:  # noqa: N801 - used like a function
    """Turns "out of memory" of torch into words that help."""

    def __init__(self, device: str) -> None:
        self.device = device

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            return
        import torch

        if isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error):
            cure = "close other programs, choose a smaller model, or set GRAFT_DEVICE=cpu"
            raise GraftError(f"there is not enough memory on {self.device} for this model", cure) from error
