"""Small super-resolution checkpoints under the names and in the shapes of the published ones, with weights drawn from a seed."""

from __future__ import annotations

from typing import Any

GROWTH = 32
"""Channels that each layer of a dense block adds; the same in all published models."""


def _layer(weights: dict[str, Any], name: str, outputs: int, inputs: int, gain: float = 1.0) -> None:
    import torch

    fan = inputs * 9
    weights[f"{name}.weight"] = torch.randn(outputs, inputs, 3, 3) * gain * (2.0 / fan) ** 0.5
    weights[f"{name}.bias"] = torch.randn(outputs) * 0.01


def real_esrgan(scale: int = 4, width: int = 8, blocks: int = 1, channels: int = 3, seed: int = 0) -> dict[str, Any]:
    """The weights of RRDBNet as Real-ESRGAN publishes them (RealESRGAN_x4plus.pth: width 64, 23 blocks); in the file they lie in "params_ema"."""
    import torch

    torch.manual_seed(seed)
    weights: dict[str, Any] = {}
    _layer(weights, "conv_first", width, channels * (4 if scale == 2 else 1))
    for block in range(blocks):
        for dense in (1, 2, 3):
            for number in range(1, 6):
                outputs = GROWTH if number < 5 else width
                _layer(weights, f"body.{block}.rdb{dense}.conv{number}", outputs, width + (number - 1) * GROWTH, 0.3)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        _layer(weights, name, width, width)
    _layer(weights, "conv_last", channels, width, 0.5)
    weights["conv_last.bias"] += 0.4
    return weights


def compact(scale: int = 4, width: int = 8, layers: int = 2, seed: int = 0) -> dict[str, Any]:
    """The weights of SRVGGNetCompact (realesr-general-x4v3.pth: width 64, 32 layers); in the file they lie in "params"."""
    import torch

    torch.manual_seed(seed)
    weights: dict[str, Any] = {}
    _layer(weights, "body.0", width, 3)
    weights["body.1.weight"] = torch.full((width,), 0.2)
    for number in range(layers):
        _layer(weights, f"body.{2 * number + 2}", width, width)
        weights[f"body.{2 * number + 3}.weight"] = torch.full((width,), 0.2)
    _layer(weights, f"body.{2 * layers + 2}", 3 * scale**2, width, 0.3)
    return weights
