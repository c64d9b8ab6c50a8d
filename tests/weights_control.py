"""Small weights of what steers pictures, in the true formats: ControlNets (a diffusers folder, one file with the original code's names), and
transformers folders of Depth Anything, DPT, GLPN, ViTPose and of a segmenter with ADE20K's labels."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.weights import CHANNELS, WORDS

SIDE = 56
"""Side of the square that the depth models see, in pixels."""


def control_net(seed: int = 0, **more: Any) -> Any:
    """A ControlNetModel for the diffusion models of tests/weights.py, random also where training begins with zeros; `more` changes its configuration."""
    import torch
    from diffusers import ControlNetModel

    torch.manual_seed(seed)
    figures: dict[str, Any] = {
        "block_out_channels": CHANNELS,
        "down_block_types": [*["CrossAttnDownBlock2D"] * 3, "DownBlock2D"],
        "layers_per_block": 2,
        "cross_attention_dim": WORDS,
        "attention_head_dim": 2,
        "norm_num_groups": 4,
        "conditioning_embedding_out_channels": (4, 4, 8, 8),
    }
    net = ControlNetModel(**(figures | more))
    wake(net)
    return net.eval()


def wake(net: Any) -> None:
    """Random numbers where training begins with zeros, so that the net has an effect."""
    import torch

    for name, tensor in net.named_parameters():
        if name.startswith(("controlnet_down_blocks", "controlnet_mid_block", "controlnet_cond_embedding.conv_out")):
            torch.nn.init.normal_(tensor, std=0.5)


def control_folder(folder: Path, seed: int = 0, own: dict[str, Any] | None = None, **more: Any) -> Path:
    """config.json and diffusion_pytorch_model.safetensors; `own` becomes its graft.json."""
    control_net(seed, **more).save_pretrained(folder)
    if own is not None:
        (folder / "graft.json").write_text(json.dumps(own))
    return folder


def control_file(file: Path, net: Any, prefix: str = "control_model.", *, config: bool = True) -> Path:
    """One file with the original code's names (.safetensors, else by torch.save), and beside it its configuration where that can't be told by shapes."""
    import torch
    from safetensors.torch import save_file

    tensors = {prefix + key: value.detach().clone().contiguous() for key, value in as_ldm(net).items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".safetensors":
        save_file(tensors, file)
    else:
        torch.save({"state_dict": tensors}, file)
    if config:
        net.save_config(file.with_suffix(""))
    return file


_PLACES = [
    (r"^time_embedding\.linear_1", "time_embed.0"), (r"^time_embedding\.linear_2", "time_embed.2"), (r"^conv_in\.", "input_blocks.0.0."),
    (r"^add_embedding\.linear_1", "label_emb.0.0"), (r"^add_embedding\.linear_2", "label_emb.0.2"),
    (r"^controlnet_cond_embedding\.conv_in", "input_hint_block.0"), (r"^controlnet_cond_embedding\.conv_out", "input_hint_block.14"),
    (r"^controlnet_down_blocks\.(\d+)", r"zero_convs.\1.0"), (r"^controlnet_mid_block", "middle_block_out.0"),
    (r"^mid_block\.resnets\.0", "middle_block.0"), (r"^mid_block\.attentions\.0", "middle_block.1"), (r"^mid_block\.resnets\.1", "middle_block.2"),
]  # fmt: skip
_RESNET = [
    ("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"), ("norm2", "out_layers.0"), ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
]  # fmt: skip


def as_ldm(net: Any) -> dict[str, Any]:
    """The weights under the names of the original code (cldm): numbered blocks, and a zero convolution for each."""
    return {ldm_name(key, int(net.config.layers_per_block)): value for key, value in net.state_dict().items()}


def ldm_name(key: str, layers: int) -> str:
    """One name of diffusers as the original code has it. layers: residual blocks of a level."""
    for pattern, new in _PLACES:
        key = re.sub(pattern, new, key)
    hint = re.match(r"controlnet_cond_embedding\.blocks\.(\d+)\.", key)
    if hint:
        return f"input_hint_block.{2 * (int(hint[1]) + 1)}.{key[hint.end() :]}"
    block = re.match(r"down_blocks\.(\d+)\.(resnets|attentions)\.(\d+)\.", key)
    if block:
        number = 1 + (layers + 1) * int(block[1]) + int(block[3])
        key = f"input_blocks.{number}.{'resnets attentions'.split().index(block[2])}.{key[block.end() :]}"  # noqa: SIM905
    half = re.match(r"down_blocks\.(\d+)\.downsamplers\.0\.conv\.", key)
    if half:
        return f"input_blocks.{(layers + 1) * (int(half[1]) + 1)}.0.op.{key[half.end() :]}"
    if re.match(r"(input_blocks\.\d+\.0|middle_block\.[02])\.", key):
        for old, new in _RESNET:
            key = key.replace(f".{old}.", f".{new}.")
    return key


def _vision(hidden: int = 32, layers: int = 4) -> dict[str, Any]:
    return {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "intermediate_size": 2 * hidden,
    }


def depth_anything(folder: Path, *, metres: bool = False) -> Path:
    """DepthAnythingForDepthEstimation on a small DINOv2, with the preprocessing of Depth-Anything-V2-Small-hf."""
    import torch
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config, DPTImageProcessor

    torch.manual_seed(0)
    backbone = Dinov2Config(
        **_vision(), mlp_ratio=2, patch_size=14, image_size=SIDE, out_indices=[1, 2, 3, 4], apply_layernorm=True, reshape_hidden_states=False
    )  # fmt: skip
    config = DepthAnythingConfig(
        backbone_config=backbone,
        patch_size=14,
        reassemble_hidden_size=32,
        neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=16,
        head_hidden_size=8,
        depth_estimation_type="metric" if metres else "relative",
        max_depth=20 if metres else 1,
    )
    model = DepthAnythingForDepthEstimation(config).eval()
    _lively(model)
    model.save_pretrained(folder)
    DPTImageProcessor(
        size={"height": SIDE, "width": SIDE}, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3
    ).save_pretrained(folder)
    return folder


def dpt(folder: Path) -> Path:
    """DPTForDepthEstimation on a small ViT, as Intel/dpt-large."""
    import torch
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

    torch.manual_seed(0)
    config = DPTConfig(
        **_vision(), image_size=64, patch_size=16, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 16, 16], fusion_hidden_size=16,
        head_hidden_size=8, is_hybrid=False,
    )  # fmt: skip
    model = DPTForDepthEstimation(config).eval()
    _lively(model)
    model.save_pretrained(folder)
    DPTImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def glpn(folder: Path) -> Path:
    """GLPNForDepthEstimation, which answers in metres."""
    import torch
    from transformers import GLPNConfig, GLPNForDepthEstimation, GLPNImageProcessor

    torch.manual_seed(0)
    config = GLPNConfig(
        hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], num_attention_heads=[1, 1, 2, 2], decoder_hidden_size=16
    )
    model = GLPNForDepthEstimation(config).eval()
    _lively(model)
    model.save_pretrained(folder)
    GLPNImageProcessor().save_pretrained(folder)
    return folder


def vitpose(folder: Path, joints: int = 17, experts: int = 1) -> Path:
    """VitPoseForPoseEstimation with the simple decoder; with more than one expert as ViTPose++."""
    import torch
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation, VitPoseImageProcessor

    torch.manual_seed(0)
    extra = {"num_experts": experts, "part_features": 8} if experts > 1 else {}
    backbone = VitPoseBackboneConfig(
        **_vision(layers=2), mlp_ratio=2, image_size=[256, 192], patch_size=[16, 16], out_indices=[2], **extra
    )
    names = {number: f"joint {number}" for number in range(joints)}
    config = VitPoseConfig(backbone_config=backbone, use_simple_decoder=True, id2label=names)
    model = VitPoseForPoseEstimation(config).eval()
    _lively(model)
    model.save_pretrained(folder)
    VitPoseImageProcessor().save_pretrained(folder)
    return folder


def ade_segmenter(folder: Path) -> Path:
    """SegformerForSemanticSegmentation with ADE20K's 150 labels."""
    import torch
    from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

    from nodes.control.ade import NAMES

    torch.manual_seed(0)
    config = SegformerConfig(
        hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], num_attention_heads=[1, 1, 2, 2], decoder_hidden_size=16, id2label=dict(enumerate(NAMES))
    )  # fmt: skip
    model = SegformerForSemanticSegmentation(config).eval()
    _lively(model)
    model.save_pretrained(folder)
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def _lively(model: Any) -> None:
    """Weights large enough for answers that differ from place to place."""
    import torch

    for tensor in model.parameters():
        if tensor.ndim > 1:
            torch.nn.init.normal_(tensor, std=0.2)
