"""The weights of Segment Anything out of three kinds of file, under one set of names: the published .pth (read as weights only, so that
nothing in it can run), the same names as .safetensors, and a transformers folder such as facebook/sam-vit-base, whose names are translated back.
"""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import BadInput

PLACES = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"
FROM_TRANSFORMERS = [
    (r"^vision_encoder\.", "image_encoder."),
    (r"patch_embed\.projection", "patch_embed.proj"),
    (r"image_encoder\.layers", "image_encoder.blocks"),
    (r"neck\.conv1", "neck.0"),
    (r"neck\.layer_norm1", "neck.1"),
    (r"neck\.conv2", "neck.2"),
    (r"neck\.layer_norm2", "neck.3"),
    (r"mask_embed\.conv1", "mask_downscaling.0"),
    (r"mask_embed\.layer_norm1", "mask_downscaling.1"),
    (r"mask_embed\.conv2", "mask_downscaling.3"),
    (r"mask_embed\.layer_norm2", "mask_downscaling.4"),
    (r"mask_embed\.conv3", "mask_downscaling.6"),
    (r"upscale_conv1", "output_upscaling.0"),
    (r"upscale_layer_norm", "output_upscaling.1"),
    (r"upscale_conv2", "output_upscaling.3"),
    (r"\.point_embed\.", ".point_embeddings."),
    (r"prompt_encoder\.shared_embedding\.positional_embedding", PLACES),
    (r"(iou_prediction_head|hypernetworks_mlps\.\d+)\.layers\.(\d+)", r"\1.layers.+\2"),
    (r"(iou_prediction_head|hypernetworks_mlps\.\d+)\.proj_in", r"\1.layers.0"),
    (r"layer_norm_final_attn", "norm_final_attn"),
    (r"\.layer_norm(\d)", r".norm\1"),
]  # fmt: skip
"""transformers' names → Meta's, in this order; the inverse of transformers' own conversion."""


def weights_in(path: Path) -> dict[str, Any]:
    """Names and tensors of the file, by Meta's names."""
    if path.is_dir():
        return _of_folder(path)
    found = _of_safetensors(path) if path.suffix.lower() == ".safetensors" else _of_pickle(path)
    for inner in ("model", "state_dict"):  # what training scripts save
        if isinstance(found.get(inner), Mapping):
            found = found[inner]
    if any(str(key).startswith("vision_encoder.") for key in found):
        return _translated(found)
    return {str(key).removeprefix("module."): value for key, value in found.items()}


def _of_pickle(path: Path) -> Any:
    import torch

    try:
        with path.open("rb") as file:
            if file.read(2) not in {b"PK", b"\x80\x02"}:  # the start of torch's files, of today and of long ago
                raise ValueError("it does not start as one")
        found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        what = f"'{path.name}' holds more than weights: opening it could run a program that lies in it, so it is not loaded"
        raise BadInput("model", what, "get the checkpoint from Meta's own page, or as .safetensors") from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, IndexError, TypeError) as error:
        raise _cut_short(path, error) from error
    if not isinstance(found, Mapping):
        raise wrong(path, f"it holds a {type(found).__name__} and no named weights")
    return found


def _of_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _cut_short(path, error) from error


def _of_folder(path: Path) -> dict[str, Any]:
    try:
        kind = json.loads((path / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise wrong(path, f"its config.json can't be read ({error})") from error
    if kind != "sam":
        raise wrong(path, f"its config.json says that it is of type '{kind}'")
    return _translated(_of_safetensors(path / "model.safetensors"))


def _translated(found: Mapping[str, Any]) -> dict[str, Any]:
    """transformers' names → Meta's. The heads' last layer ("proj_out") is behind as many layers as there are."""
    names = {key: _renamed(key) for key in found if not key.startswith("shared_image_embedding.")}
    weights: dict[str, Any] = {}
    for key in found:
        if key.startswith(
            "shared_image_embedding."
        ):  # one tensor under two names, of which a file may hold only this one
            weights[PLACES] = found[key]
    for key, name in names.items():
        head = re.match(r"(.*(?:iou_prediction_head|hypernetworks_mlps\.\d+))\.(layers\.\+(\d+)|proj_out)(\..*)", name)
        if head:
            inner = sum(
                other.startswith(f"{head[1]}.layers.+") and other.endswith("weight") for other in names.values()
            )
            name = f"{head[1]}.layers.{inner + 1 if head[3] is None else int(head[3]) + 1}{head[4]}"
        weights[name] = found[key]
    return weights


def _renamed(key: str) -> str:
    for pattern, name in FROM_TRANSFORMERS:
        key = re.sub(pattern, name, key)
    return key


def _cut_short(path: Path, error: Exception) -> BadInput:
    what = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    return BadInput(
        "model",
        f"'{path}' can't be read: it is cut short or no checkpoint ({what})",
        "download it again, and compare its size",
    )


def wrong(path: Path, why: str) -> BadInput:
    return BadInput(
        "model",
        f"'{path}' is no checkpoint of Segment Anything: {why[:300]}",
        "give a checkpoint of SAM (sam_vit_b_01ec64.pth, sam_vit_l_0b3195.pth, sam_vit_h_4b8939.pth) or the folder of facebook/sam-vit-base; "
        "SAM 2, MobileSAM and FastSAM are other architectures",
    )
