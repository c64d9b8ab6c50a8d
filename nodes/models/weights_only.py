"""Names and tensors of one file, whatever its ending, without running anything that may lie in it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import BadInput

INNER = ("state_dict", "model", "module")
"""Under which training scripts save weights."""


def read(path: Path) -> dict[str, Any]:
    """The tensors of a .safetensors, .pth, .pt, .bin or .ckpt file by name. BadInput when it is cut short, no such file, or holds a program."""
    import torch

    found = opened(path)
    for inner in INNER:
        if isinstance(found, Mapping) and isinstance(found.get(inner), Mapping):
            found = found[inner]
    tensors = found.items() if isinstance(found, Mapping) else ()
    return {str(key): value for key, value in tensors if isinstance(value, torch.Tensor)}


def opened(path: Path, *, lazily: bool = False) -> Any:
    """What lies in such a file, as it was saved. lazily: tensors are read from the disk when they are looked at, where the file allows it."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix.lower() == ".safetensors":
            return dict(load_file(path))
        with path.open("rb") as file:
            start = file.read(2)
        if start not in {b"PK", b"\x80\x02"}:  # of torch's files, of today and of long ago
            raise ValueError("it does not start as one")
        return torch.load(path, map_location="cpu", weights_only=True, mmap=lazily and start == b"PK")
    except pickle.UnpicklingError as error:
        what = f"'{path.name}' holds more than weights: opening it could run a program that lies in it, so it is not loaded"
        raise BadInput("model", what, "get the same weights as .safetensors") from error
    except (
        SafetensorError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        why = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        what = f"'{path}' can't be read: it is cut short or no file with weights ({why})"
        raise BadInput("model", what, "download it again, and compare its size") from error
