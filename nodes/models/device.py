"""Where a model computes, and in which number format: the one place that decides it."""

from __future__ import annotations

from typing import Any

from graph import GraftError


def pick_device(wish: str = "auto") -> str:
    """The device to use: `wish` when it is there, and for "auto" the first of cuda, mps and cpu. GraftError when `wish` is not there."""
    import torch

    if wish == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind = wish.partition(":")[0]
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and int(wish.partition(":")[2] or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(kind, False):
        raise GraftError(
            f"the device '{wish}' is not there",
            "choose 'auto', or one of " + ", ".join(k for k, ok in there.items() if ok),
        )
    return wish


def pick_dtype(device: str) -> Any:
    """The torch dtype for inference on a device.

    Half precision where the accelerator has it. On a processor float32: float16 has no kernels there worth the name (ten times slower).
    """
    import torch

    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16
    return torch.float16 if device == "mps" else torch.float32
