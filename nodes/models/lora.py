"""LoRAs (Hu et al. 2021): two thin matrices beside a layer, whose product changes what the layer makes. They are added while the layer works, so that the
model's own weights are neither copied nor touched: a LoRA costs its few megabytes, and taken off again leaves the model bit for bit as it was.

Reads what kohya's scripts write (`lora_unet_…`, also with the names of the original code, as for SD XL) and what diffusers and peft write.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph import BadInput

from . import weights_only

CURE = "use a LoRA that was made for the same family (SD 1.x, 2.x or XL)"
_KEY = re.compile(r"(?P<layer>.+?)[._]lora(?:_linear_layer)?[._](?P<side>down|up|mid|A|B)(?:\.default)?\.weight")
_STRANGE = ("hada_", "lokr_", "oft_", "dora_scale", "lora_magnitude_vector", ".diff", "glora_")
_SIDES = {"A": "down", "B": "up"}
_PREFIXES = {
    "lora_unet_": "unet", "lora_te1_": "text_encoder", "lora_te2_": "text_encoder_2", "lora_te_": "text_encoder",
    "unet.": "unet", "text_encoder_2.": "text_encoder_2", "text_encoder.": "text_encoder",
    "base_model.model.": "unet", "diffusion_model.": "unet",
}  # fmt: skip
"""How a key begins, and which part it changes; without any of these it is the UNet. Longer ones first."""
Say = Callable[[str], None]
_numbers = itertools.count()
Place = tuple[str, str]
"""Which part, and the layer's name in it with every dot an underscore."""


@dataclass
class Layer:
    """What is added to one layer: up(down(x)) × alpha / rank, for a convolution with ``mid`` between. moved: the same where the model works."""

    tensors: dict[str, Any] = field(default_factory=dict)
    alpha: float | None = None
    moved: dict[tuple[Any, Any], dict[str, Any]] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        rank = int(self.tensors["down"].shape[0])
        return 1.0 if self.alpha is None else self.alpha / rank

    def at(self, device: Any, dtype: Any) -> dict[str, Any]:
        if (device, dtype) not in self.moved:
            self.moved.clear()
            self.moved[device, dtype] = {side: tensor.to(device, dtype) for side, tensor in self.tensors.items()}
        return self.moved[device, dtype]


class Lora:
    """A loaded LoRA. changes_words: whether it changes a text encoder. number: no other of this process has it."""

    def __init__(self, name: str, layers: Mapping[Place, Layer]) -> None:
        self.name, self.layers, self.number = name, dict(layers), next(_numbers)
        self.changes_words = any(part != "unet" for part, _ in layers)

    @contextmanager
    def applied(self, parts: Mapping[str, Any], weight: float, say: Say | None = None) -> Iterator[None]:
        """While inside, the model with these parts works with the LoRA. BadInput when it was made for another one."""
        tables = {part: _layers_of(part, parts[part]) for part in {part for part, _ in self.layers} if part in parts}
        found = {place: _find(tables.get(place[0], {}), place) for place in self.layers}
        absent = [f"{part}: {layer}" for (part, layer), module in found.items() if module is None]
        if len(absent) == len(found):
            what = f"'{self.name}' changes none of this model's layers (it knows such as '{absent[0]}')"
            raise BadInput("loras", what, CURE)
        for place, module in found.items():
            if module is not None:
                self._check(place, module)
        if absent and say is not None:
            say(
                f"the LoRA '{self.name}' also changes {len(absent)} layers that this model does not have, such as '{absent[0]}'"
            )
        with ExitStack() as stack:
            for place, module in found.items():
                if module is not None and weight:
                    handle = module.register_forward_hook(_adding(self.layers[place], weight))
                    stack.callback(handle.remove)
            yield

    def _check(self, place: Place, module: Any) -> None:
        tensors = self.layers[place].tensors
        its = int(tensors["down"].shape[1]), int(tensors["up"].shape[0])
        wanted = int(module.weight.shape[1]), int(module.weight.shape[0])
        if its != wanted:
            sizes = (
                f"its '{place[1]}' goes from {its[0]} to {its[1]} numbers, this model's from {wanted[0]} to {wanted[1]}"
            )
            what = f"'{self.name}' was made for another model: {sizes}"
            raise BadInput("loras", what, CURE)

    def close(self) -> None:
        """Give the memory back."""
        self.layers.clear()


def _adding(layer: Layer, weight: float) -> Callable[[Any, Any, Any], Any]:
    scale = weight * layer.scale

    def add(module: Any, given: tuple[Any, ...], output: Any) -> Any:
        import torch.nn.functional as functional

        x, tensors = given[0], layer.at(output.device, output.dtype)
        down, up, mid = tensors["down"], tensors["up"], tensors.get("mid")
        if module.weight.ndim == 2:
            return output + scale * functional.linear(functional.linear(x, down.flatten(1)), up.flatten(1))
        own = {"stride": module.stride, "padding": module.padding, "dilation": module.dilation}
        down, up = (tensor if tensor.ndim == 4 else tensor[:, :, None, None] for tensor in (down, up))
        inner = functional.conv2d(x, down, **({} if mid is not None else own))
        if mid is not None:
            inner = functional.conv2d(inner, mid, **own)
        return output + scale * functional.conv2d(inner, up)

    return add


def load_lora(path: Path, device: str = "auto") -> Lora:
    """Read a LoRA; it moves to where the model works when it is first used. BadInput when the file is no whole LoRA."""
    tensors = weights_only.read(path)
    strange = next((key for key in tensors if any(word in key for word in _STRANGE)), None)
    if strange is not None:
        what = f"'{path.name}' is of a kind that is not understood (it has '{strange}')"
        raise BadInput("loras", what, "get or convert it as a plain LoRA")
    layers: dict[Place, Layer] = {}
    for key, tensor in tensors.items():
        if key.endswith(".alpha"):
            layers.setdefault(_place(key.removesuffix(".alpha")), Layer()).alpha = float(tensor)
        elif match := _KEY.fullmatch(key):
            side = match["side"]
            layers.setdefault(_place(match["layer"]), Layer()).tensors[_SIDES.get(side, side)] = tensor
    if not layers:
        raise BadInput("loras", f"'{path.name}' holds no LoRA", "give a file with 'lora_down' or 'lora_A' in its names")
    for (part, layer), held in layers.items():
        if not {"down", "up"} <= held.tensors.keys():
            raise BadInput(
                "loras", f"'{path.name}' is not whole: a half of '{part}: {layer}' is missing", "get it again"
            )
    return Lora(path.stem, layers)


def _place(layer: str) -> Place:
    prefix = next((prefix for prefix in _PREFIXES if layer.startswith(prefix)), "")
    part = _PREFIXES.get(prefix, "unet")
    name = layer.removeprefix(prefix).removesuffix("_lora").replace(".processor.", ".").replace(".", "_")
    name = name.removeprefix("text_model_")
    if part != "unet":  # the names that diffusers gave them at first
        name = re.sub(r"_to_(q|k|v|out)$", r"_\1_proj", name)
    return part, name


def _find(table: Mapping[str, Any], place: Place) -> Any:
    return table.get(place[1], table.get(f"{place[1]}_0"))  # to_out is a list of which the first is the layer


def _layers_of(part: str, model: Any) -> dict[str, Any]:
    """Names of a model's layers, with underscores for dots → layers; of a UNet under the original code's names, too."""
    layers = {name: each for name, each in model.named_modules() if getattr(each, "weight", None) is not None}
    layers = {name: each for name, each in layers.items() if each.weight.ndim in (2, 4)}
    if part != "unet":
        return {name.replace(".", "_").removeprefix("text_model_"): each for name, each in layers.items()}
    flat = {name.replace(".", "_"): each for name, each in layers.items()}
    return flat | {
        original.replace(".", "_"): each for name, each in layers.items() if (original := _original(name, model.config))
    }


_INNER = {
    "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
}  # fmt: skip
_SINGLE = {
    "conv_in": "input_blocks.0.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
}  # fmt: skip
_BLOCK = re.compile(
    r"(down_blocks|up_blocks|mid_block)(?:\.(\d+))?\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)"
)


def _original(name: str, config: Any) -> str | None:
    """A UNet layer's name in the code of Stable Diffusion's authors, which numbers the blocks through; None for one that it does not have."""
    if name in _SINGLE:
        return _SINGLE[name]
    match = _BLOCK.fullmatch(name)
    if match is None:
        return None
    side, level, what, number, inner = match[1], int(match[2] or 0), match[3], int(match[4]), match[5]
    deep = config.layers_per_block
    rest = _INNER.get(inner, inner) if what == "resnets" else inner
    place = int(what == "attentions")
    if side == "mid_block":
        return f"middle_block.{1 if place else 2 * number}.{rest}"
    if what == "downsamplers":
        return f"input_blocks.{(deep + 1) * (level + 1)}.0.op"
    if what == "upsamplers":
        behind = 2 if "CrossAttn" in config.up_block_types[level] else 1
        return f"output_blocks.{(deep + 1) * level + deep}.{behind}.conv"
    first = 1 if side == "down_blocks" else 0
    blocks = "input_blocks" if side == "down_blocks" else "output_blocks"
    return f"{blocks}.{first + (deep + 1) * level + number}.{place}.{rest}"
