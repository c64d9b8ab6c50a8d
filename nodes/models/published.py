"""The published figures of Stable Diffusion 1.x, 2.x and XL, which a checkpoint in one file does not hold: written as a diffusers folder without weights.

They follow from the shapes of the weights, and are the same for every checkpoint of a family.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CROSS, PLAIN = "CrossAttn{}Block2D", "{}Block2D"
CLIP_L = {
    "model_type": "clip_text_model", "hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12,
    "projection_dim": 768, "vocab_size": 49408, "bos_token_id": 49406,
    "eos_token_id": 2,  # as published: makes transformers take the highest id, which is the end
}  # fmt: skip
CLIP_H = CLIP_L | {
    "hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 23, "projection_dim": 512, "hidden_act": "gelu",
}  # fmt: skip
CLIP_G = CLIP_L | {
    "hidden_size": 1280, "intermediate_size": 5120, "num_attention_heads": 20, "num_hidden_layers": 32, "projection_dim": 1280, "hidden_act": "gelu",
}  # fmt: skip
FAMILIES = ("sd1", "sd2", "xl")


def write(folder: Path, family: str, channels: int) -> None:
    """Write the configuration of a family ("sd1", "sd2", "xl"); channels: that its UNet takes."""
    parts = {
        "model_index": _index(family),
        "unet/config": {"_class_name": "UNet2DConditionModel", "in_channels": channels, **_unet(family)},
        "vae/config": _vae(family),
        "text_encoder/config": CLIP_H if family == "sd2" else CLIP_L,
        "scheduler/scheduler_config": _scheduler(family),
    }
    if family == "xl":
        parts["text_encoder_2/config"] = CLIP_G
    for name, content in parts.items():
        target = folder / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content))


def _index(family: str) -> dict[str, Any]:
    shared = {
        "feature_extractor": [None, None],
        "scheduler": ["diffusers", _scheduler(family)["_class_name"]],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    if family != "xl":
        safety = {"safety_checker": [None, None], "requires_safety_checker": False}
        return {"_class_name": "StableDiffusionPipeline", **shared, **safety}
    second = {
        "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer_2": ["transformers", "CLIPTokenizer"],
    }
    return {"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": True, **shared, **second}


def _unet(family: str) -> dict[str, Any]:
    if family == "xl":
        return {
            "sample_size": 128, "attention_head_dim": [5, 10, 20], "cross_attention_dim": 2048, "block_out_channels": [320, 640, 1280],
            "down_block_types": [PLAIN.format("Down"), *[CROSS.format("Down")] * 2],
            "up_block_types": [*[CROSS.format("Up")] * 2, PLAIN.format("Up")],
            "transformer_layers_per_block": [1, 2, 10], "use_linear_projection": True, "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
        }  # fmt: skip
    own: dict[str, Any] = {"attention_head_dim": 8, "cross_attention_dim": 768}
    if family == "sd2":
        own = {"attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "use_linear_projection": True}
    return own | {
        "sample_size": 64, "block_out_channels": [320, 640, 1280, 1280],
        "down_block_types": [*[CROSS.format("Down")] * 3, PLAIN.format("Down")],
        "up_block_types": [PLAIN.format("Up"), *[CROSS.format("Up")] * 3],
    }  # fmt: skip


def _vae(family: str) -> dict[str, Any]:
    return {
        "_class_name": "AutoencoderKL",
        "sample_size": 1024 if family == "xl" else 512,
        "layers_per_block": 2,
        "block_out_channels": [128, 256, 512, 512],
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "scaling_factor": 0.13025 if family == "xl" else 0.18215,
        "force_upcast": family == "xl",
    }


def _scheduler(family: str) -> dict[str, Any]:
    shared = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
    if family == "xl":
        return {"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "leading", **shared}
    return {"_class_name": "DDIMScheduler", "clip_sample": False, "set_alpha_to_one": False, **shared}


def predicts_velocity(unet: Any) -> bool:
    """Whether a UNet of SD 2.x predicts the velocity (the 768 pixel models) and not the noise: files do not say it.

    At the last step nearly all is noise. A network that predicts noise gives back its input there; the velocity is the picture with its sign
    turned, and so lies far below it. (The test of AUTOMATIC1111's webui.)
    """
    import torch

    with torch.inference_mode():
        words = torch.full((1, 2, unet.config.cross_attention_dim), 0.5, device=unet.device, dtype=unet.dtype)
        noise = torch.full((1, unet.config.in_channels, 8, 8), 0.5, device=unet.device, dtype=unet.dtype)
        made = unet(noise, torch.tensor([999], device=unet.device), encoder_hidden_states=words).sample
    return float((made - noise).float().mean()) < -1
