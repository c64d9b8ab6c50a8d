"""From a name to weights on this disk: what the user put into the models folder comes first, the starter model last, pickles never."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph import BadInput, did_you_mean

PICKLED = {".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle"}
TRANSFORMERS = ("*.json", "*.txt", "*.safetensors")
"""The files of a transformers folder that are fetched."""
DIFFUSION = "nodes.models.diffusion:load_diffusion"
"""One loader for all that paints: what a checkpoint can do follows from its UNet, and weights that serve several kinds are loaded once."""
CHECKPOINT = "a diffusers folder (with model_index.json) or one .safetensors or .ckpt file"
PIPELINE = ("model_index.json", "graft.json", "*/*.json", "*/*.txt", "*/*.safetensors")
"""The files of a diffusers folder that are fetched."""
HUB_NAME = re.compile(r"(?P<repo>\w[\w.-]*/\w[\w.-]*)(@(?P<revision>[\w./-]+))?(:(?P<file>[\w./ -]+))?")


@dataclass(frozen=True)
class Found:
    """Weights on this disk. source: "path", "folder" (the models folder), "elsewhere" (a folder of ComfyUI), "starter" or "hub"."""

    path: Path
    source: str


@dataclass(frozen=True)
class Kind:
    """One kind of model: how its weights look on disk, what ships for it, who loads it.

    within: the weights that a file or folder holds, or None. loader: "module:function". patterns: what to fetch of a hub repository.
    limits: what the starter model can't do, and for what one needs other weights. starter: "" where none ships; then the first row of the
    catalogue is what to get, `also` is another place where it lies, and `without` a way to do without. weights_only: endings of pickled files
    that this kind's loader reads without running what lies in them.
    """

    noun: str
    starter: str
    within: Callable[[Path], Path | None]
    loader: str
    wanted: str
    patterns: tuple[str, ...]
    limits: str = ""
    weights_only: tuple[str, ...] = ()
    also: str = ""
    without: str = ""


def _first_file(path: Path, suffix: str) -> Path | None:
    if path.is_file():
        return path if path.suffix.lower() == suffix else None
    return next((file for file in sorted(path.iterdir()) if file.is_file() and file.suffix.lower() == suffix), None)


def _diffusion(path: Path) -> Path | None:
    if (path / "model_index.json").is_file():
        return path
    return _first_file(path, ".safetensors") or _first_file(path, ".ckpt")


def _first_of(*suffixes: str) -> Callable[[Path], Path | None]:
    return lambda path: next((file for suffix in suffixes if (file := _first_file(path, suffix))), None)


def _segmenter(path: Path) -> Path | None:
    return path if (path / "config.json").is_file() else None


def _chat(path: Path) -> Path | None:
    return _first_file(path, ".gguf")


def _clicks(path: Path) -> Path | None:
    if (path / "config.json").is_file() and (path / "model.safetensors").is_file():
        return path
    return _first_file(path, ".pth") or _first_file(path, ".safetensors")


def _upscaler(path: Path) -> Path | None:
    return _first_file(path, ".safetensors") or _first_file(path, ".pth")


def _tagger(path: Path) -> Path | None:
    file = _first_file(path, ".onnx")
    beside = (file.with_suffix(".csv"), file.with_name("selected_tags.csv")) if file else ()
    return file if any(table.is_file() for table in beside) else None


def _matting(path: Path) -> Path | None:
    return _first_file(path, ".onnx") or (_first_file(path / "onnx", ".onnx") if (path / "onnx").is_dir() else None)


def _control(path: Path) -> Path | None:
    weights = _first_file(path, ".safetensors") or _first_file(path, ".pth")
    return path if weights and (path / "config.json").is_file() else weights


KINDS: dict[str, Kind] = {
    "inpaint": Kind(
        "an inpainting model", "painter", _diffusion, DIFFUSION, CHECKPOINT, PIPELINE,
        "drawn pictures only; for photographs", weights_only=(".ckpt",),
    ),
    "diffusion": Kind(
        "a text-to-image model", "painter", _diffusion, DIFFUSION, CHECKPOINT, PIPELINE,
        "drawn pictures of one thing at 96 × 96 pixels; for anything else", weights_only=(".ckpt",),
    ),
    "edit": Kind(
        "a model that edits by instruction", "editor", _diffusion, DIFFUSION, CHECKPOINT, PIPELINE,
        "drawn pictures of one or two things at 64 × 64 pixels; for anything else", weights_only=(".ckpt",),
    ),
    "depth": Kind(
        "a depth-to-image model", "", _diffusion, DIFFUSION, CHECKPOINT, PIPELINE,
        weights_only=(".ckpt",), without="a ControlNet for depth does the same with any model",
    ),
    "lora": Kind(
        "a LoRA", "", _first_of(".safetensors"), "nodes.models.lora:load_lora",
        "a .safetensors file of a LoRA (kohya's or diffusers' names)", ("*.safetensors",),
    ),
    "embedding": Kind(
        "a learned word", "", _first_of(".safetensors", ".pt", ".bin"), "nodes.models.embedding:load_embedding",
        "a .safetensors, .pt or .bin file of textual inversion", ("*.safetensors", "*.bin", "*.pt"),
        weights_only=(".pt", ".bin"),
    ),
    "segment": Kind(
        "a segmentation model", "masker", _segmenter, "nodes.models.segment:load_segment",
        "a transformers folder (with config.json and .safetensors weights)",
        TRANSFORMERS,
        "drawn pictures only; for photographs",
    ),
    "chat": Kind(
        "a chat model", "parser", _chat, "nodes.models.language:load_chat",
        "a .gguf file", ("*.gguf",),
    ),
    "sam": Kind(
        "a Segment Anything model", "", _clicks, "nodes.models.sam:load_sam",
        "a SAM checkpoint (.pth or .safetensors) or the folder of facebook/sam-vit-base",
        ("config.json", "model.safetensors", "*.pth"),
        weights_only=(".pth",), also="https://dl.fbaipublicfiles.com/segment_anything/sam_vit_b_01ec64.pth",
        without="segment.grab needs no weights, nor does outline=boxes of segment.by_description",
    ),
    "grounding": Kind(
        "a Grounding DINO model", "", _segmenter, "nodes.models.grounding:load_grounding",
        "a transformers folder of Grounding DINO (with config.json and weights)",
        TRANSFORMERS, without="segment.mask_from_words finds things by their names with the starter",
    ),
    "matting": Kind(
        "a network that cuts out the background", "", _matting, "nodes.models.matting:load_matting",
        "an .onnx file of U²-Net, IS-Net, RMBG or BiRefNet, named after its family",
        ("onnx/model.onnx", "model.onnx", "preprocessor_config.json"),
        also="https://github.com/danielgatis/rembg/releases/download/v0.0.0/isnet-general-use.onnx",
        without="segment.grab and segment.fine_edge need no weights",
    ),
    "upscale": Kind(
        "a super-resolution model", "", _upscaler, "nodes.models.upscale:load_upscale",
        "a .pth or .safetensors file of Real-ESRGAN or a relative",
        ("*.safetensors", "*.pth"),
        weights_only=(".pth",), also="https://github.com/xinntao/Real-ESRGAN/releases/download/v0.1.0/RealESRGAN_x4plus.pth",
    ),
    "tagger": Kind(
        "a tagger", "tagger", _tagger, "nodes.models.tagger:load_tagger",
        "an .onnx file of the WD14 family with selected_tags.csv beside it",
        ("model.onnx", "selected_tags.csv"),
        "drawn pictures only; for photographs and ten thousand tags",
    ),
    "caption": Kind(
        "a captioning model", "captioner", _segmenter, "nodes.models.caption:load_caption",
        "a transformers folder of BLIP or BLIP-2 (with config.json and weights)",
        TRANSFORMERS,
        "drawn pictures only; for photographs",
    ),
    "clip": Kind(
        "a CLIP model", "", _segmenter, "nodes.models.clip:load_clip",
        "a transformers folder of CLIP (with config.json and weights)",
        TRANSFORMERS,
    ),
    "classify": Kind(
        "a classification model", "", _segmenter, "nodes.models.classify:load_classify",
        "a transformers folder for image classification (with config.json and weights)",
        TRANSFORMERS,
    ),
    "control": Kind(
        "a ControlNet", "edges", _control, "nodes.models.control:load_control",
        "a diffusers folder of a ControlNet (with config.json) or one .safetensors or .pth file",
        ("config.json", "graft.json", "*.safetensors"),
        weights_only=(".pth",),
    ),
    "depth_map": Kind(
        "a depth model", "", _segmenter, "nodes.models.depth_map:load_depth_map",
        "a transformers folder of Depth Anything, DPT or GLPN (with config.json and weights)",
        TRANSFORMERS,
    ),
    "pose": Kind(
        "a pose model", "", _segmenter, "nodes.models.pose:load_pose",
        "a transformers folder of ViTPose (with config.json and weights)",
        TRANSFORMERS,
    ),
}  # fmt: skip


def kind_of(kind: str) -> Kind:
    """The row for a kind; ValueError (a defect of the caller) when there is none."""
    try:
        return KINDS[kind]
    except KeyError:
        raise ValueError(f"no kind of model is called {kind!r}; there are {', '.join(KINDS)}") from None


def weights_at(kind: str, path: Path) -> Path:
    """The weights of a kind in a file or folder that exists; BadInput when there are none that can be used."""
    row = kind_of(kind)
    if path.is_file() and path.suffix.lower() in PICKLED and path.suffix.lower() not in row.weights_only:
        what = f"'{path.name}' is a pickled file, which can run any program when it is opened, so it is never loaded"
        raise BadInput("model", what, f"get or convert the same weights as {row.wanted}")
    found = row.within(path)
    if found is not None:
        return found
    pickled = next((file.name for file in entries(path) if file.suffix.lower() in PICKLED), "") if path.is_dir() else ""
    seen = f" (only the pickled file '{pickled}', which is never loaded)" if pickled else ""
    raise BadInput("model", f"'{path}' holds no weights of {row.noun}{seen}", f"give {row.wanted}")


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name, hidden things left out; nothing when there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def on_shelf(kind: str, models: Path) -> Iterator[Path]:
    """All weights that the user put into the models folder for a kind, by name."""
    for entry in entries(models / kind):
        found = kind_of(kind).within(entry)
        if found is not None:
            yield found


def named(kind: str, name: str, models: Path) -> Path | None:
    """The entry of the models folder with this name, written with or without its ending; None when there is none."""
    folder = models / kind
    if (folder / name).exists():
        return folder / name
    same = [entry for entry in entries(folder) if entry.is_file() and entry.stem == name]
    return next((entry for entry in same if kind_of(kind).within(entry) is not None), same[0] if same else None)


def as_path(name: str) -> Path | None:
    """The file or folder that a name points at, or None; a bare word counts only as a name on the shelf."""
    if not name or "\0" in name:
        return None
    path = Path(name).expanduser()
    if not (path.suffix or set(name) & {"/", "\\"}):
        return None
    try:
        return path.resolve() if path.exists() else None
    except OSError:  # longer than the file system allows
        return None


def unknown(kind: str, name: str, models: Path) -> BadInput:
    """The error for a name that is nowhere: with the nearest one, and where things go."""
    names = [entry.name for entry in entries(models / kind)]
    stems = [entry.stem for entry in entries(models / kind)]
    row = kind_of(kind)
    cure = f"put {row.wanted} into {models / kind}, or give a path, 'org/repo' of the Hugging Face hub, 'auto' or 'starter'"
    near = did_you_mean(name, [*names, *stems, "auto", "starter"])
    return BadInput(
        "model",
        f"there is no {row.noun.partition(' ')[2]} called '{name[:200]}'",
        f"{near}; or {cure}" if near else cure,
    )
