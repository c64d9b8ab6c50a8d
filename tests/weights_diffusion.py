"""Small diffusion checkpoints beside those of weights.py: SD 2.x and XL, LoRAs and learned words, in the true formats with the true names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests import weights

WIDE = 24
"""Width of the second text encoder of the small SD XL."""


def folder(path: Path, channels: int = 4, kind: str = "StableDiffusionPipeline", seed: int = 0, **unet: Any) -> Path:
    """A diffusers folder of SD 1.x whose index names a pipeline; more settings of its UNet."""
    import json

    pipe = weights.inpaint_pipeline(path.parent / f"{path.name}-parts", channels, seed)
    if unet:
        import torch

        torch.manual_seed(seed)
        pipe.unet = changed(pipe.unet, **unet)
    pipe.save_pretrained(path)
    index = json.loads((path / "model_index.json").read_text())
    (path / "model_index.json").write_text(json.dumps(index | {"_class_name": kind}))
    return path


def changed(unet: Any, **settings: Any) -> Any:
    """A new network with other settings."""
    return type(unet)(**{key: value for key, value in {**unet.config, **settings}.items() if not key.startswith("_")})


def xl_pipeline(folder: Path, seed: int = 0) -> Any:
    """A StableDiffusionXLPipeline of random numbers: two text encoders, their second last layers side by side."""
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    plain = weights.inpaint_pipeline(folder, 4, seed)
    words, second = weights.tokenizer(folder / "1"), weights.tokenizer(folder / "2")
    second.pad_token = "!"
    torch.manual_seed(seed)
    shared = {
        "vocab_size": len(words), "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": words.model_max_length,
        "bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id,
    }  # fmt: skip
    small = CLIPTextConfig(hidden_size=weights.WORDS, intermediate_size=32, projection_dim=weights.WORDS, **shared)
    large = CLIPTextConfig(hidden_size=WIDE, intermediate_size=48, projection_dim=WIDE, hidden_act="gelu", **shared)
    unet = UNet2DConditionModel(
        sample_size=weights.SIZE // 8, in_channels=4, out_channels=4, block_out_channels=(8, 16, 16),
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=2,
        cross_attention_dim=weights.WORDS + WIDE, attention_head_dim=2, norm_num_groups=4, use_linear_projection=True,
        transformer_layers_per_block=1, addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + WIDE,
    )  # fmt: skip
    scheduler = EulerDiscreteScheduler(beta_schedule="scaled_linear", steps_offset=1)
    return StableDiffusionXLPipeline(
        vae=plain.vae, text_encoder=CLIPTextModel(small), text_encoder_2=CLIPTextModelWithProjection(large), tokenizer=words,
        tokenizer_2=second, unet=unet, scheduler=scheduler, add_watermarker=False,
    )  # fmt: skip


def one_file(pipe: Any, file: Path) -> Path:
    """A pipeline's weights in one file with the names of the original code, its configuration in a folder beside it."""
    from safetensors.torch import save_file

    folder = file.with_suffix("")
    pipe.save_pretrained(folder)
    for each in folder.rglob("*.safetensors"):
        each.unlink()
    tensors = {f"model.diffusion_model.{key}": value for key, value in _unet(pipe.unet).items()}
    tensors |= {f"first_stage_model.{key}": value for key, value in weights.vae_as_ldm(pipe.vae).items()}
    if hasattr(pipe, "text_encoder_2"):
        prefix = "conditioner.embedders.0.transformer.text_model."
        tensors |= {
            prefix + key.removeprefix("text_model."): value for key, value in pipe.text_encoder.state_dict().items()
        }
        tensors |= {
            f"conditioner.embedders.1.model.{key}": value for key, value in _open_clip(pipe.text_encoder_2).items()
        }
    else:
        tensors |= {f"cond_stage_model.model.{key}": value for key, value in _open_clip(pipe.text_encoder).items()}
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, str(file))
    return file


def _unet(unet: Any) -> dict[str, Any]:
    renamed = weights.unet_as_ldm(unet)
    added = {"add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2"}
    for old, new in added.items():
        renamed = {key.replace(old, new): value for key, value in renamed.items()}
    return renamed


def _open_clip(encoder: Any) -> dict[str, Any]:
    """A CLIP text encoder's weights under the names of open_clip: query, key and value in one matrix."""
    import torch

    held = {key.removeprefix("text_model."): value for key, value in encoder.state_dict().items()}
    made = {
        "token_embedding.weight": held["embeddings.token_embedding.weight"],
        "positional_embedding": held["embeddings.position_embedding.weight"],
        "ln_final.weight": held["final_layer_norm.weight"],
        "ln_final.bias": held["final_layer_norm.bias"],
    }
    if "text_projection.weight" in held:
        made["text_projection"] = held["text_projection.weight"].T
    names = {
        "layer_norm1": "ln_1",
        "layer_norm2": "ln_2",
        "mlp.fc1": "mlp.c_fc",
        "mlp.fc2": "mlp.c_proj",
        "self_attn.out_proj": "attn.out_proj",
    }
    for number in range(encoder.config.num_hidden_layers):
        old, new = f"encoder.layers.{number}.", f"transformer.resblocks.{number}."
        for kind in ("weight", "bias"):
            for theirs, ours in names.items():
                made[f"{new}{ours}.{kind}"] = held[f"{old}{theirs}.{kind}"]
            made[f"{new}attn.in_proj_{kind}"] = torch.cat(
                [held[f"{old}self_attn.{part}_proj.{kind}"] for part in "qkv"]
            )
    return made


LORA_LAYERS = (
    ("unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"),
    ("unet", "up_blocks.1.attentions.1.transformer_blocks.0.attn2.to_out.0"),
    ("unet", "down_blocks.1.attentions.1.proj_in"),
    ("unet", "mid_block.resnets.1.conv1"),
    ("unet", "down_blocks.0.downsamplers.0.conv"),
    ("text_encoder", "encoder.layers.0.self_attn.q_proj"),
)


def lora_matrices(
    parts: dict[str, Any], rank: int = 2, layers: Any = LORA_LAYERS
) -> dict[tuple[str, str], tuple[Any, Any]]:
    """(part, layer) → (down, up), random, of the shapes that fit a model with these parts."""
    import torch

    torch.manual_seed(5)
    made = {}
    for part, layer in layers:
        model = parts[part]
        module = dict(model.named_modules())[layer if part == "unet" else _inner(model, layer)]
        shape = tuple(module.weight.shape)
        kernel = shape[2:]
        down, up = torch.randn(rank, shape[1], *kernel), torch.randn(shape[0], rank, *(1 for _ in kernel))
        made[part, layer] = 0.3 * down, 0.3 * up
    return made


def _inner(model: Any, layer: str) -> str:
    return layer if layer in dict(model.named_modules()) else f"text_model.{layer}"


def kohya(matrices: dict[tuple[str, str], tuple[Any, Any]], alpha: float, original: bool = False) -> dict[str, Any]:
    """The names of kohya's scripts; original: with those of the original code for the UNet, as for SD XL."""
    import torch

    tensors = {}
    for (part, layer), (down, up) in matrices.items():
        if part == "unet":
            key = "lora_unet_" + (ORIGINAL[layer] if original else layer).replace(".", "_")
        else:
            key = {"text_encoder": "lora_te_", "text_encoder_2": "lora_te2_"}[
                part
            ] + f"text_model_{layer.replace('.', '_')}"
        tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(alpha)}
    return tensors


ORIGINAL = {
    "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q": "input_blocks.4.1.transformer_blocks.0.attn1.to_q",
    "up_blocks.1.attentions.1.transformer_blocks.0.attn2.to_out.0": "output_blocks.4.1.transformer_blocks.0.attn2.to_out.0",
    "down_blocks.1.attentions.1.proj_in": "input_blocks.5.1.proj_in",
    "mid_block.resnets.1.conv1": "middle_block.2.in_layers.2",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.3.0.op",
}
"""Written down by hand, from the original code's configuration."""


def peft(matrices: dict[tuple[str, str], tuple[Any, Any]]) -> dict[str, Any]:
    """The names that diffusers writes today."""
    tensors = {}
    for (part, layer), (down, up) in matrices.items():
        key = f"{part}.{layer if part == 'unet' else f'text_model.{layer}'}"
        tensors |= {f"{key}.lora_A.weight": down, f"{key}.lora_B.weight": up}
    return tensors


def old_diffusers(matrices: dict[tuple[str, str], tuple[Any, Any]]) -> dict[str, Any]:
    """The names that diffusers wrote first, for attention layers alone."""
    tensors = {}
    for (part, layer), (down, up) in matrices.items():
        if "attn" not in layer:
            continue
        place, _, last = layer.removesuffix(".0").rpartition(".")
        name = (
            f"{place}.processor.{last}_lora"
            if part == "unet"
            else f"text_model.{place}.to_{last.removesuffix('_proj')}_lora"
        )
        tensors |= {f"{part}.{name}.down.weight": down, f"{part}.{name}.up.weight": up}
    return tensors
