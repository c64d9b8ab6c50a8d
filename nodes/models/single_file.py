"""One .safetensors or .ckpt file with a whole Stable Diffusion checkpoint holds weights but no configuration. This finds that part.

The configuration comes from a diffusers folder of the same name beside the file where there is one; else, for SD 1.x, 2.x and XL, from the
published figures (see published.py); else diffusers asks the hub for it. Nothing here reads the weights themselves.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import BadInput, MissingWeights

from . import hub, weights_only

UNET_IN = "model.diffusion_model.input_blocks.0.0.weight"
UNET_CROSS = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
UNET_CROSS_XL = "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"
TEXT = "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight"
TEXT_SD2 = "cond_stage_model.model.positional_embedding"
TEXT_XL = "conditioner.embedders.1.model.positional_embedding"
CLIP = "openai/clip-vit-large-patch14"


def shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all tensors, from the header alone. BadInput when the file is cut short, or holds code."""
    from safetensors import SafetensorError, safe_open

    if file.suffix.lower() != ".safetensors":
        return _shapes_of_pickle(file)
    try:
        with safe_open(str(file), "pt") as opened:
            return {key: tuple(opened.get_slice(key).get_shape()) for key in opened.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise BadInput(
            "model", f"'{file}' is no whole safetensors file ({error})", "download it again, and compare its size"
        ) from error


def _shapes_of_pickle(file: Path) -> dict[str, tuple[int, ...]]:
    found = weights_only.opened(file, lazily=True)
    while isinstance(found, Mapping) and isinstance(found.get("state_dict"), Mapping):
        found = found["state_dict"]
    tensors = found.items() if isinstance(found, Mapping) else ()
    return {str(key): tuple(value.shape) for key, value in tensors if hasattr(value, "shape")}


def family(found: Mapping[str, tuple[int, ...]], name: str) -> str:
    """Which checkpoint this is, from its shapes: "sd1", "sd2", "xl" (as published) or "other" (the hub knows). BadInput when it has no UNet."""
    if UNET_IN not in found:
        what = f"'{name}' is no Stable Diffusion checkpoint (it has no tensor '{UNET_IN}')"
        raise BadInput("model", what, "give a whole checkpoint; a LoRA or a VAE alone can't paint")
    if found[UNET_IN][0] != 320:
        return "other"
    if found.get(UNET_CROSS) == (320, 768) and found.get(TEXT) == (77, 768):
        return "sd1"
    if found.get(UNET_CROSS) == (320, 1024) and found.get(TEXT_SD2) == (77, 1024):
        return "sd2"
    return "xl" if found.get(UNET_CROSS_XL) == (640, 2048) and found.get(TEXT_XL) == (77, 1280) else "other"


def beside(file: Path) -> Path | None:
    """The folder with the configuration of a single file: the same name without the ending."""
    folder = file.with_suffix("")
    return folder if (folder / "model_index.json").is_file() else None


def tokenizers(file: Path, family: str) -> dict[str, Any]:
    """The tokenizers that a family's pipeline takes, by their names in it. All have one vocabulary; OpenCLIP fills up with "!"."""
    if family == "sd1":
        return {"tokenizer": clip_tokenizer(file)}
    filled = clip_tokenizer(file)
    filled.pad_token = "!"
    return {"tokenizer": filled} if family == "sd2" else {"tokenizer": clip_tokenizer(file), "tokenizer_2": filled}


def clip_tokenizer(file: Path) -> Any:
    """The CLIP tokenizer, which Stable Diffusion needs and a single file lacks.

    Looked for in a `tokenizer` folder beside the file, in the hub's cache, in the packages that carry its vocabulary (open_clip, clip), then
    on the hub. MissingWeights when it is nowhere.
    """
    from transformers import CLIPTokenizer

    for folder in (file.with_suffix("") / "tokenizer", file.parent / "tokenizer"):
        if folder.is_dir():
            return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    carried = _carried()
    if carried is not None and not _in_cache():
        return read_vocabulary(carried)
    if hub.is_offline() and not _in_cache():
        raise _no_vocabulary()
    return _from_hub(CLIPTokenizer)


def _in_cache() -> bool:
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(CLIP, "vocab.json"), str) and isinstance(
        try_to_load_from_cache(CLIP, "merges.txt"), str
    )


def _carried() -> Path | None:
    """The vocabulary file inside an installed package; found without importing the package."""
    for package in ("open_clip", "clip"):
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            file = Path(place) / "bpe_simple_vocab_16e6.txt.gz"
            if file.is_file():
                return file
    return None


def _from_hub(tokenizer: Any) -> Any:
    from huggingface_hub import hf_hub_download

    try:
        names = ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")
        paths = [hf_hub_download(CLIP, name, etag_timeout=hub.TIMEOUT) for name in names]
    except Exception as error:
        raise _no_vocabulary() from error
    return tokenizer.from_pretrained(Path(paths[0]).parent, local_files_only=True)


def _no_vocabulary() -> MissingWeights:
    cure = "run './.venv/bin/pip install --no-deps open-clip-torch', which carries it, or put the model's 'tokenizer' folder beside the file"
    return MissingWeights(
        "the CLIP vocabulary (a single file does not hold it)", "1.5 MB", f"https://huggingface.co/{CLIP}", cure
    )


def read_vocabulary(file: Path) -> Any:
    """A CLIPTokenizer from the original byte-pair file (gzip text, a header line, one merge a line in order of rank).

    Ids as in CLIP: the 256 bytes, the same at a word's end, one per merge, then start and end of text.
    """
    from transformers import CLIPTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    lines = gzip.decompress(file.read_bytes()).decode("utf-8").split("\n")[1 : 49152 - 256 - 2 + 1]
    merges = [(pair[0], pair[1]) for line in lines if len(pair := line.split()) == 2]
    letters = list(bytes_to_unicode().values())
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in merges)]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, "<|startoftext|>", "<|endoftext|>"])}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)
