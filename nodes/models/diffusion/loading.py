"""From files to a loaded model: a folder of diffusers (SD 1.x, 2.x, XL, whatever it was made for) or one checkpoint file. Nothing that a file brings along
is ever run: pickles are opened as plain numbers or not at all."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from graph import BadInput, Cancelled, GraftError

from .. import hub, memory, published, single_file
from ..device import pick_device, pick_dtype
from .core import Diffusion

CHANNELS = (4, 5, 8, 9)
OPTIONAL = ("depth_estimator", "feature_extractor")
"""Parts of a depth model that it can do without, when it is given a depth map."""
SHAREABLE = ("vae", "text_encoder", "tokenizer")


def load_diffusion(path: Path, device: str = "auto") -> Diffusion:
    """Load a model from a diffusers folder or from a .safetensors or .ckpt checkpoint.

    Raises BadInput when the files are no such model, are incomplete or broken, MissingWeights when a part has to come from the hub and can't.
    """
    device = pick_device(device)
    _quiet()
    own = own_settings(path)
    try:
        pipe = _from_folder(path, device, own) if path.is_dir() else _from_file(path, device)
        pipe.to(device)
    except (GraftError, Cancelled, KeyboardInterrupt):
        raise
    except Exception as error:  # whatever a hostile or broken file makes the libraries raise
        if memory.is_short(error):  # whoever loads models can make room
            raise
        reason = " ".join(str(error).split())[:300]
        what = f"'{path}' can't be loaded as a diffusion model ({type(error).__name__}: {reason})"
        raise BadInput(
            "model", what, "get the files again, and check that it is a whole Stable Diffusion model"
        ) from error
    channels = pipe.unet.config.in_channels
    if channels not in CHANNELS:
        what = f"'{path}' can't be used: its UNet takes {channels} channels"
        raise BadInput("model", what, "give a model with 4 channels (text), 5 (depth), 8 (edits) or 9 (inpainting)")
    parts = {name: part for name, part in pipe.components.items() if part is not None}
    for name in ("force_zeros_for_empty_prompt", "requires_aesthetics_score"):
        if name in pipe.config:
            parts[name] = pipe.config[name]
    return Diffusion(parts, device, own, usual_guidance(path, pipe.unet))


def usual_guidance(path: Path, unet: Any) -> float:
    """How closely a model usually follows the words, for one that does not say: those that were taught to need few steps have it built in."""
    names = " ".join(path.parts[-5:]).lower()  # in the hub's cache the repository's name is some folders up
    if unet.config.time_cond_proj_dim is not None:
        return 8.5  # a latent consistency model: the guidance is an input of its UNet
    return 0.0 if any(word in names for word in ("turbo", "lightning", "hyper-sd")) else 7.5


def _from_folder(path: Path, device: str, own: dict[str, Any]) -> Any:
    import diffusers

    name = json.loads((path / "model_index.json").read_text(encoding="utf-8")).get("_class_name")
    if not isinstance(name, str):
        what = f"'{path}' wants code of its own ({name}), which is never run"
        raise BadInput("model", what, "choose a model of a standard pipeline")
    if not hasattr(diffusers, name) or not name.startswith(("StableDiffusion", "LatentConsistencyModel")):
        what = f"'{path}' is a {name}, which is no Stable Diffusion model"
        raise BadInput("model", what, "give a model of Stable Diffusion 1.x, 2.x or XL, or one that was made from them")
    kind, dtype = getattr(diffusers, name), pick_dtype(device)
    shared = _shared_parts(path, own)
    given = {part: _load_part(part, folder, dtype) for part, folder in shared.items()}
    given |= {part: None for part in OPTIONAL if "Depth2Img" in name and not (path / part).is_dir()}
    pipe = kind.from_pretrained(path, dtype=dtype, local_files_only=True, use_safetensors=True, **given)
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        if getattr(pipe, part, None) is not None:
            _check_complete(shared.get(part, path / part), getattr(pipe, part))
    for part in ("tokenizer", "tokenizer_2"):
        folder = shared.get(part, path / part)
        if getattr(pipe, part, None) is not None and not _has_vocabulary(folder):
            # transformers makes an empty tokenizer then, for which every word is the same.
            raise BadInput("model", f"'{folder}' holds no vocabulary", "get the files again")
    return pipe


def _has_vocabulary(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("vocab.json", "tokenizer.json"))


def _shared_parts(path: Path, own: dict[str, Any]) -> dict[str, Path]:
    """Parts that lie in a sibling of the model's folder, as "parts" in its graft.json says."""
    shared: dict[str, Path] = {}
    parts = own.get("parts", {})
    for part, where in parts.items() if isinstance(parts, dict) else ():
        folder = (path / str(where)).resolve()
        if part not in SHAREABLE or folder.parent.parent != path.resolve().parent:
            what = f"graft.json of '{path}' wants its {part} from '{where}'"
            raise BadInput("model", what, f"only {', '.join(SHAREABLE)} may be shared, of a folder beside it")
        if not folder.is_dir():
            what = f"'{path}' needs the {part} in '{folder}', which is not there"
            raise BadInput("model", what, "put that folder back, or get the files again")
        shared[part] = folder
    return shared


def _load_part(part: str, folder: Path, dtype: Any) -> Any:
    if part == "vae":
        from diffusers import AutoencoderKL

        return AutoencoderKL.from_pretrained(folder, torch_dtype=dtype, local_files_only=True, use_safetensors=True)
    from transformers import CLIPTextModel, CLIPTokenizer

    if part == "tokenizer":
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    return CLIPTextModel.from_pretrained(folder, dtype=dtype, local_files_only=True, use_safetensors=True)


def _check_complete(folder: Path, module: Any) -> None:
    """BadInput when weights are missing: the libraries would fill them with noise and paint with that."""
    held = {key for file in folder.glob("*.safetensors") for key in single_file.shapes(file)}
    missing = sorted(key for key in module.state_dict() if key not in held and f"text_model.{key}" not in held)
    missing = [key for key in missing if not key.endswith("position_ids")]
    if held and missing:
        what = f"'{folder}' lacks {len(missing)} of its weights, such as '{missing[0]}'"
        raise BadInput("model", what, "get the files again")


def _from_file(file: Path, device: str) -> Any:
    from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

    options: dict[str, Any] = {"dtype": pick_dtype(device)}
    shapes = single_file.shapes(file)
    family = single_file.family(shapes, file.name)
    folder = single_file.beside(file)
    if folder is not None:
        is_xl = "XL" in str(json.loads((folder / "model_index.json").read_text(encoding="utf-8")).get("_class_name"))
        pipeline = StableDiffusionXLPipeline if is_xl else StableDiffusionPipeline
        return pipeline.from_single_file(str(file), config=str(folder), local_files_only=True, **options)
    if family == "other":
        return _with_config_of_the_hub(file, options)
    channels = shapes[single_file.UNET_IN][1]
    pipeline = StableDiffusionXLPipeline if family == "xl" else StableDiffusionPipeline
    with tempfile.TemporaryDirectory() as made:
        published.write(Path(made), family, channels)
        options |= single_file.tokenizers(file, family)
        pipe = pipeline.from_single_file(str(file), config=made, local_files_only=True, **options)
    if family == "sd2" and channels == 4 and published.predicts_velocity(pipe.unet):
        pipe.scheduler = type(pipe.scheduler).from_config(pipe.scheduler.config, prediction_type="v_prediction")
        pipe.unet.register_to_config(sample_size=96)
    return pipe


def _with_config_of_the_hub(file: Path, options: dict[str, Any]) -> Any:
    """A checkpoint of another family: diffusers knows which repository holds its configuration."""
    from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

    is_xl = any(key.startswith("conditioner.embedders.1.") for key in single_file.shapes(file))
    pipeline = StableDiffusionXLPipeline if is_xl else StableDiffusionPipeline
    try:
        return pipeline.from_single_file(str(file), local_files_only=hub.is_offline(), **options)
    except OSError as error:
        cure = f"put a diffusers folder with the configuration of this model beside it, as '{file.with_suffix('')}', or allow the network once"
        what = f"'{file.name}' holds no configuration, it is no SD 1.x, 2.x or XL as published, and the hub can't be reached"
        raise BadInput("model", what, cure) from error


def own_settings(path: Path) -> dict[str, Any]:
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


def _quiet() -> None:
    """Switch the libraries' progress bars and chatter off: what the user should know is said by us."""
    import diffusers.utils.logging
    import transformers.utils.logging

    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
