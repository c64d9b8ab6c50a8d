"""Small weights in the true formats, made by the test that needs them: random numbers with the names, shapes and files of the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nodes.models.single_file import read_vocabulary

CHANNELS = (8, 16, 16, 16)
WORDS = 16
SIZE = 64
"""Side of the square that these models paint, in pixels."""


def tokenizer(folder: Path) -> Any:
    """A CLIPTokenizer over bytes with a few merges, read from a vocabulary file in the original format."""
    import gzip

    folder.mkdir(parents=True, exist_ok=True)
    merges = ["#version: 0.2", "c a", "ca r</w>", "b i", "k e</w>"]
    vocabulary = folder / "bpe.txt.gz"
    vocabulary.write_bytes(gzip.compress("\n".join(merges).encode()))
    made = read_vocabulary(vocabulary)
    made.model_max_length = 16
    return made


def inpaint_pipeline(folder: Path, channels: int = 9, seed: int = 0) -> Any:
    """A StableDiffusionInpaintPipeline of 0.1 M random parameters that paints 64 × 64 pixels; its UNet has 9 or 4 input channels."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionInpaintPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(seed)
    words = tokenizer(folder)
    vae = AutoencoderKL(
        block_out_channels=CHANNELS,
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        layers_per_block=2,
        norm_num_groups=4,
        sample_size=SIZE,
    )
    unet = UNet2DConditionModel(
        sample_size=SIZE // 8,
        in_channels=channels,
        out_channels=4,
        block_out_channels=CHANNELS,
        down_block_types=[*["CrossAttnDownBlock2D"] * 3, "DownBlock2D"],
        up_block_types=["UpBlock2D", *["CrossAttnUpBlock2D"] * 3],
        layers_per_block=2,
        cross_attention_dim=WORDS,
        attention_head_dim=2,
        norm_num_groups=4,
    )
    text = CLIPTextConfig(
        vocab_size=len(words), hidden_size=WORDS, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, projection_dim=WORDS,
        max_position_embeddings=words.model_max_length, bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    return StableDiffusionInpaintPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text),
        tokenizer=words,
        unet=unet,
        scheduler=DDIMScheduler(
            beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def inpaint_folder(folder: Path, channels: int = 9, seed: int = 0, own: dict[str, Any] | None = None) -> Path:
    """A diffusers folder with safetensors weights; `own` becomes its graft.json."""
    inpaint_pipeline(folder.parent / f"{folder.name}-parts", channels, seed).save_pretrained(folder)
    if own is not None:
        (folder / "graft.json").write_text(json.dumps(own))
    return folder


def inpaint_file(file: Path, channels: int = 9, seed: int = 0) -> Path:
    """A whole checkpoint in one file with the key names of the original code (CompVis latent diffusion), and beside it, in a folder of the same
    name, its configuration: small models have other shapes than the published ones."""
    from safetensors.torch import save_file

    pipe = inpaint_pipeline(file.parent / f"{file.stem}-parts", channels, seed)
    folder = file.with_suffix("")
    pipe.save_pretrained(folder)
    for weights in folder.rglob("*.safetensors"):
        weights.unlink()
    tensors = {f"model.diffusion_model.{key}": value for key, value in unet_as_ldm(pipe.unet).items()}
    tensors |= {f"first_stage_model.{key}": value for key, value in vae_as_ldm(pipe.vae).items()}
    prefix = "cond_stage_model.transformer."
    for key, value in pipe.text_encoder.state_dict().items():
        tensors[prefix + (key if key.startswith("text_model.") else f"text_model.{key}")] = value
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, str(file))
    return file


_UNET_PARTS = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0", "conv_out": "out.2", "mid_block.resnets.0": "middle_block.0", "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}  # fmt: skip
_RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0", "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}  # fmt: skip


def unet_as_ldm(unet: Any) -> dict[str, Any]:
    """The UNet's weights under the names of the original code: numbered blocks, two layers a level."""
    levels = len(unet.config.block_out_channels)
    places = dict(_UNET_PARTS)
    for level in range(levels):
        for layer in range(2):
            number = 1 + 3 * level + layer
            places[f"down_blocks.{level}.resnets.{layer}"] = f"input_blocks.{number}.0"
            places[f"down_blocks.{level}.attentions.{layer}"] = f"input_blocks.{number}.1"
        places[f"down_blocks.{level}.downsamplers.0.conv"] = f"input_blocks.{3 + 3 * level}.0.op"
        for layer in range(3):
            number = 3 * level + layer
            places[f"up_blocks.{level}.resnets.{layer}"] = f"output_blocks.{number}.0"
            places[f"up_blocks.{level}.attentions.{layer}"] = f"output_blocks.{number}.1"
        behind = 2 if "CrossAttn" in unet.config.up_block_types[level] else 1
        places[f"up_blocks.{level}.upsamplers.0.conv"] = f"output_blocks.{2 + 3 * level}.{behind}.conv"
    return {_renamed(key, places, _RESNET): value for key, value in unet.state_dict().items()}


def vae_as_ldm(vae: Any) -> dict[str, Any]:
    """The autoencoder's weights under the names of the original code; the decoder counts its levels from the other end."""
    levels = len(vae.config.block_out_channels)
    places = {}
    for side in ("encoder", "decoder"):
        places |= {f"{side}.conv_norm_out": f"{side}.norm_out", f"{side}.mid_block.attentions.0": f"{side}.mid.attn_1"}
        places |= {f"{side}.mid_block.resnets.{n}": f"{side}.mid.block_{n + 1}" for n in range(2)}
    for level in range(levels):
        for layer in range(3):
            places[f"encoder.down_blocks.{level}.resnets.{layer}"] = f"encoder.down.{level}.block.{layer}"
            places[f"decoder.up_blocks.{level}.resnets.{layer}"] = f"decoder.up.{levels - 1 - level}.block.{layer}"
        places[f"encoder.down_blocks.{level}.downsamplers.0.conv"] = f"encoder.down.{level}.downsample.conv"
        places[f"decoder.up_blocks.{level}.upsamplers.0.conv"] = f"decoder.up.{levels - 1 - level}.upsample.conv"
    inner = {
        "group_norm": "norm",
        "to_q": "q",
        "to_k": "k",
        "to_v": "v",
        "to_out.0": "proj_out",
        "conv_shortcut": "nin_shortcut",
    }
    tensors = {_renamed(key, places, inner): value for key, value in vae.state_dict().items()}
    for key, value in tensors.items():
        if ".attn_1." in key and value.ndim == 2:  # the original has 1 × 1 convolutions there
            tensors[key] = value[:, :, None, None]
    return tensors


def _renamed(key: str, places: dict[str, str], inner: dict[str, str]) -> str:
    """The key with its place in the network and, inside a block, its layer renamed."""
    place = next((old for old in sorted(places, key=len, reverse=True) if key.startswith(f"{old}.")), None)
    if place is None:
        return key
    rest = key[len(place) + 1 :]
    layer = next((old for old in inner if rest.startswith(f"{old}.")), None)
    rest = rest if layer is None else inner[layer] + rest[len(layer) :]
    return f"{places[place]}.{rest}"
