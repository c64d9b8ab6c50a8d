"""A UNet that was made for inpainting, seen as one for text: its four further parts share every weight but the first layer, of which they read a part."""

from __future__ import annotations

import copy
from typing import Any

CHANNELS = 4
"""Of noisy latents; mask and picture come behind them."""


def without_picture(unet: Any) -> Any:
    """The same UNet without mask and picture: what its first layer makes of them is left out, as if they were zero. All other layers are the very
    same objects, so that this costs a few kB and what is done to one (a LoRA) holds for both."""
    import torch

    view = copy.copy(unet)
    view._modules = dict(unet._modules)
    view._parameters, view._buffers = dict(unet._parameters), dict(unet._buffers)
    old = unet.conv_in
    first = torch.nn.Conv2d(
        CHANNELS, old.out_channels, old.kernel_size, old.stride, old.padding, device=old.weight.device, dtype=old.weight.dtype
    )  # fmt: skip
    with torch.no_grad():
        first.weight.copy_(old.weight[:, :CHANNELS])
        if old.bias is not None:
            first.bias.copy_(old.bias)
    view._modules["conv_in"] = first.requires_grad_(False)
    view._internal_dict = type(unet._internal_dict)({**unet._internal_dict, "in_channels": CHANNELS})
    return view
