"""One .safetensors file with a whole Stable Diffusion checkpoint holds weights but no configuration. This finds or writes that part.

The configuration comes from a diffusers folder of the same name beside the file where there is one; else, for SD 1.x, from the published
figures below (they follow from the shapes of the weights); else diffusers asks the hub for it. Nothing here reads the weights themselves.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

from graph import BadInput, MissingWeights

from . import hub

UNET_IN = "model.diffusion_model.input_blocks.0.0.weight"
UNET_CROSS = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
TEXT = "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight"
CLIP = "openai/clip-vit-large-patch14"
CROSS, PLAIN = "CrossAttn{}Block2D", "{}Block2D"


def shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all tensors, from the header alone. BadInput when the file is no safetensors file or is cut short."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), "pt") as opened:
            return {key: tuple(opened.get_slice(key).get_shape()) for key in opened.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise BadInput(
            "model", f"'{file}' is no whole safetensors file ({error})", "download it again, and compare its size"
        ) from error


def family(file: Path) -> str:
    """Which checkpoint this is: "sd1" (SD 1.x as published) or "other" (the hub knows). BadInput when it has no diffusion UNet."""
    found = shapes(file)
    if UNET_IN not in found:
        what = f"'{file.name}' is no Stable Diffusion checkpoint (it has no tensor '{UNET_IN}')"
        raise BadInput("model", what, "give a whole inpainting checkpoint; a LoRA or a VAE alone can't paint")
    is_sd1 = found[UNET_IN][0] == 320 and found.get(UNET_CROSS) == (320, 768) and found.get(TEXT) == (77, 768)
    return "sd1" if is_sd1 else "other"


def beside(file: Path) -> Path | None:
    """The folder with the configuration of a single file: the same name without the ending."""
    folder = file.with_suffix("")
    return folder if (folder / "model_index.json").is_file() else None


def write_sd1(folder: Path, file: Path) -> None:
    """Write the configuration of SD 1.x (512 × 512, CLIP ViT-L/14 text encoder) as a diffusers folder without weights."""
    parts = {
        "model_index": {
            "_class_name": "StableDiffusionInpaintPipeline",
            "feature_extractor": [None, None],
            "safety_checker": [None, None],
            "requires_safety_checker": False,
            "scheduler": ["diffusers", "DDIMScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
        "unet/config": {
            "_class_name": "UNet2DConditionModel",
            "sample_size": 64,
            "in_channels": shapes(file)[UNET_IN][1],
            "attention_head_dim": 8,
            "cross_attention_dim": 768,
            "block_out_channels": [320, 640, 1280, 1280],
            "down_block_types": [*[CROSS.format("Down")] * 3, PLAIN.format("Down")],
            "up_block_types": [PLAIN.format("Up"), *[CROSS.format("Up")] * 3],
        },
        "vae/config": {
            "_class_name": "AutoencoderKL",
            "sample_size": 512,
            "layers_per_block": 2,
            "block_out_channels": [128, 256, 512, 512],
            "down_block_types": ["DownEncoderBlock2D"] * 4,
            "up_block_types": ["UpDecoderBlock2D"] * 4,
            "scaling_factor": 0.18215,
        },
        "text_encoder/config": {
            "model_type": "clip_text_model",
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_attention_heads": 12,
            "num_hidden_layers": 12,
            "projection_dim": 768,
            "vocab_size": 49408,
            "bos_token_id": 49406,
            "eos_token_id": 2,  # as published: makes transformers take the highest id, which is the end
        },
        "scheduler/scheduler_config": {
            "_class_name": "DDIMScheduler",
            "beta_schedule": "scaled_linear",
            "beta_start": 0.00085,
            "beta_end": 0.012,
            "clip_sample": False,
            "set_alpha_to_one": False,
            "steps_offset": 1,
        },
    }
    for name, content in parts.items():
        target = folder / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content))


def clip_tokenizer(file: Path) -> Any:
    """The CLIP tokenizer, which SD 1.x needs and a single file lacks.

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
