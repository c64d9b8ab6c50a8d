"""ControlNets for Stable Diffusion 1.x, 2.x and XL (Zhang, Rao and Agrawala 2023): from a diffusers folder, or from one file with the key names of the
original code or of diffusers. What a single file does not say, its configuration, follows from the shapes of its weights."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import BadInput

from . import weights_only
from .device import pick_device, pick_dtype

ORIGINAL = "control_model."
CURE = "give a ControlNet such as lllyasviel/control_v11p_sd15_canny, as a diffusers folder or one .safetensors file"
FAMILIES = {768: "Stable Diffusion 1.x", 1024: "Stable Diffusion 2.x", 2048: "Stable Diffusion XL"}
"""By the width of the text embedding."""
STRANGERS = {
    "lora_controlnet": "a Control-LoRA",
    "task_embedding": "a ControlNet-Union",
    "control_add_embedding": "a ControlNet-Union",
    "transformer_blocks.": "a ControlNet for transformers (Stable Diffusion 3, Flux)",
    "joint_blocks.": "a ControlNet for transformers (Stable Diffusion 3, Flux)",
    "double_blocks.": "a ControlNet for transformers (Stable Diffusion 3, Flux)",
    "adapter.": "a T2I-Adapter",
    "body.": "a T2I-Adapter",
    "model.diffusion_model.": "a checkpoint of Stable Diffusion",
    "conv_norm_out.": "the UNet of a diffusion model",
    "lora_": "a LoRA",
    "first_stage_model.": "a VAE",
    "decoder.": "a VAE",
    "text_model.": "a text encoder",
}
"""How names of weights begin, and what they are of, most telling first."""
FIGURES = ("cross_attention_dim", "block_out_channels", "layers_per_block")
"""What a ControlNet and the UNet that it steers must have alike."""


class ControlNet:
    """A loaded ControlNet. net: diffusers' module. family: the diffusion models that it steers. own: its graft.json. notes: what the user should know."""

    def __init__(self, net: Any, device: str, own: Mapping[str, Any] | None = None) -> None:
        self.net, self.device, self.own = net, device, dict(own or {})
        self.family = family(net.config)
        limits = self.own.get("limits")
        self.notes: tuple[str, ...] = (str(limits),) if limits else ()

    def check_partner(self, unet: Any, name: str = "the diffusion model") -> None:
        """BadInput that names both when this ControlNet can't steer a UNet of diffusers."""
        mine, other = (tuple(_figure(config, key) for key in FIGURES) for config in (self.net.config, unet.config))
        if mine == other:
            return
        theirs, ours = family(unet.config), self.family
        if theirs == ours:
            ours, theirs = (f"{ours} with {_sizes(config)}" for config in (self.net.config, unet.config))
        what = f"the ControlNet is for {ours}, but {name} is {theirs}"
        raise BadInput("control", what, "choose a ControlNet and a diffusion model of one family")

    def close(self) -> None:
        """Give the memory back; the object can't be used afterwards."""
        import torch

        self.net.to("meta")  # a pipeline that was made with it may still hold it
        self.net = None
        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def family(config: Any) -> str:
    """The diffusion models that a UNet or ControlNet with this configuration belongs to."""
    width = config.cross_attention_dim
    return FAMILIES.get(width, f"a model of its own (text embeddings {width} wide)")


def _figure(config: Any, key: str) -> Any:
    value = getattr(config, key)
    if key == "layers_per_block" and isinstance(value, (list, tuple)) and len(set(value)) == 1:
        return value[0]
    return tuple(value) if isinstance(value, (list, tuple)) else value


def _sizes(config: Any) -> str:
    return f"channels {'-'.join(map(str, config.block_out_channels))} in {config.layers_per_block} layers each"


def load_control(path: Path, device: str = "auto") -> ControlNet:
    """Load a ControlNet from a diffusers folder or a single file (.safetensors, or .pth read as weights only).

    Raises BadInput that names the file when it is broken, incomplete, or something else, and says what.
    """
    from safetensors import SafetensorError

    where = pick_device(device)
    try:
        if path.is_dir():
            config, weights = _config_in(path), _weights_in_folder(path)
        else:
            config, weights = _config_beside(path), weights_only.read(path)
            config, weights = from_file(path, weights, config)
        return ControlNet(build(config, weights, where), where, _own(path))
    except (
        SafetensorError, OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, IndexError, ZeroDivisionError,
    ) as error:  # fmt: skip
        lines = str(error).strip().splitlines() or ["no details"]
        reason = " ".join(line.strip() for line in lines[:2])[:300]
        what = f"'{path}' can't be loaded as a ControlNet ({type(error).__name__}: {reason})"
        raise BadInput("model", what, "get the files again: config.json and the weights, both of one model") from error


def build(config: Mapping[str, Any], weights: Mapping[str, Any], device: str) -> Any:
    """The module with these weights; ValueError when some are missing or of another size."""
    import torch
    from diffusers import ControlNetModel

    with torch.device("meta"):  # not filled with random numbers first, which takes longer than reading the file
        net = ControlNetModel.from_config(dict(config))
    wanted = net.state_dict()
    wrong = [key for key, value in wanted.items() if key not in weights or weights[key].shape != value.shape]
    if wrong:
        raise ValueError(f"{len(wrong)} of its weights are missing or of another size, the first is '{wrong[0]}'")
    kind = pick_dtype(device)
    net.load_state_dict({key: weights[key].to(device, kind) for key in wanted}, assign=True)
    return (
        net.eval()
    )  # gradients stay allowed: without, torch takes other kernels, and pixels would differ from diffusers' own


def from_file(
    file: Path, weights: Mapping[str, Any], config: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The configuration and the weights under diffusers' names, from a single file's; BadInput for what is no ControlNet."""
    from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint

    if any(key.startswith(ORIGINAL) for key in weights):
        weights = {key.removeprefix(ORIGINAL): value for key, value in weights.items() if key.startswith(ORIGINAL)}
    stranger = _stranger(weights)
    if stranger:
        raise BadInput("model", f"'{file}' is no ControlNet: it is {stranger}", CURE)
    if "input_hint_block.0.weight" in weights:
        layers = int(config["layers_per_block"]) if config else _layers(weights)
        made = convert_controlnet_checkpoint(dict(weights), {"layers_per_block": layers})
        for number in (1, 2):  # of XL, which diffusers leaves out
            for part in ("weight", "bias"):
                if (key := f"label_emb.0.{2 * number - 2}.{part}") in weights:
                    made[f"add_embedding.linear_{number}.{part}"] = weights[key]
        weights = {key: value for key, value in made.items() if value is not None}
    return config or config_of({key: tuple(value.shape) for key, value in weights.items()}), weights


def _stranger(weights: Mapping[str, Any]) -> str:
    """What a file is that is no ControlNet; "" for one."""
    for start, what in STRANGERS.items():
        if any(key.startswith(start) for key in weights):
            return what
    if "input_hint_block.0.weight" in weights or "controlnet_cond_embedding.conv_in.weight" in weights:
        return ""
    return f"something else (its first weight is '{next(iter(weights), 'none')}')"


def _layers(weights: Mapping[str, Any]) -> int:
    """Residual blocks of each level: those before the first one that halves the size."""
    return next(number for number in range(1, 100) if f"input_blocks.{number}.0.op.weight" in weights) - 1


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """The configuration that follows from the shapes of the weights under diffusers' names, for the published families.

    Heads are not told by shapes: SD 1.x has eight, 2.x and XL (whose projections are matrices) one for each 64 channels.
    """
    if "mid_block.attentions.0.proj_in.weight" not in shapes:
        raise ValueError(
            "it does not read words, so that its family can't be told from its weights: put its config.json into a folder of its name beside it"
        )
    levels = 1 + max(int(key.split(".")[1]) for key in shapes if key.startswith("down_blocks."))
    channels = [shapes[f"down_blocks.{level}.resnets.0.conv1.weight"][0] for level in range(levels)]
    attended = [f"down_blocks.{level}.attentions.0.norm.weight" in shapes for level in range(levels)]
    is_linear = len(shapes["mid_block.attentions.0.proj_in.weight"]) == 2
    depths = [_depth(shapes, f"down_blocks.{level}.attentions.0") for level in range(levels)]
    depths[-1] = _depth(shapes, "mid_block.attentions.0")
    hint = [shapes[f"controlnet_cond_embedding.blocks.{number}.weight"][0] for number in (1, 3, 5)]
    first = shapes["controlnet_cond_embedding.conv_in.weight"]
    config: dict[str, Any] = {
        "in_channels": shapes["conv_in.weight"][1],
        "conditioning_channels": first[1],
        "conditioning_embedding_out_channels": (first[0], *hint),
        "block_out_channels": channels,
        "down_block_types": ["CrossAttnDownBlock2D" if has else "DownBlock2D" for has in attended],
        "layers_per_block": sum(
            bool(re.fullmatch(r"down_blocks\.0\.resnets\.\d+\.conv1\.weight", key)) for key in shapes
        ),
        "transformer_layers_per_block": depths,
        "cross_attention_dim": shapes["mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight"][1],
        "attention_head_dim": [max(1, count // 64) for count in channels] if is_linear else 8,
        "use_linear_projection": is_linear,
    }
    if "add_embedding.linear_1.weight" in shapes:
        config |= {
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": shapes["add_embedding.linear_1.weight"][1],
        }
    return config


def _depth(shapes: Mapping[str, Any], place: str) -> int:
    """Transformer blocks at a place; 1, which then says nothing, where there are none."""
    start = f"{place}.transformer_blocks."
    return max(1, len({key[len(start) :].split(".")[0] for key in shapes if key.startswith(start)}))


def _config_in(folder: Path) -> dict[str, Any]:
    """config.json of a folder; BadInput when it is of something else."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if not isinstance(config, dict):
        raise ValueError("config.json is no object")
    named = str(
        config.get("_class_name") or config.get("architectures") or config.get("model_type") or "without a class"
    )
    if named != "ControlNetModel":
        raise BadInput("model", f"'{folder}' is no ControlNet (its config.json says it is {named})", CURE)
    return config


def _config_beside(file: Path) -> dict[str, Any] | None:
    """The configuration of a single file out of the folder of the same name beside it, where there is one."""
    folder = file.with_suffix("")
    return _config_in(folder) if (folder / "config.json").is_file() else None


def _weights_in_folder(folder: Path) -> dict[str, Any]:
    """All weights of a folder: the file in full precision, its pieces, or the one in half precision."""
    from safetensors.torch import load_file

    files = sorted(folder.glob("*.safetensors"))
    plain = [file for file in files if ".fp16" not in file.name] or files
    if not plain:
        raise ValueError("it holds no .safetensors file")
    weights: dict[str, Any] = {}
    for file in plain:
        weights |= load_file(file)
    return weights


def _own(path: Path) -> dict[str, Any]:
    """`graft.json` of a folder (for a single file: of the folder beside it)."""
    file = (path if path.is_dir() else path.with_suffix("")) / "graft.json"
    own = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if not isinstance(own, dict):
        raise ValueError(f"{file.name} is no object")
    return own
