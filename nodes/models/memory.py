"""Why: models share one accelerator and one machine. What each takes is measured here, how much all may take is decided here, and work for which
memory does not suffice is tried again: first with other models put away, then by a cheaper setting, each announced.

Nothing here imports torch by itself: where nobody has, no model of torch is loaded.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar

from graph import GraftError

SHARES = {"cpu": 0.5}
"""How much of a device's memory models may keep: pictures and other programs need the machine's too."""
SHARE = 0.75
"""The same of an accelerator: the rest is for what is computed."""
MOST = 200_000
"""Things that a model is made of, up to which they are looked through."""
PLAIN = (str, bytes, int, float, bool, type(None))
CGROUP = Path("/sys/fs/cgroup/memory.max")
SIGNS = (
    "out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "failed to allocate memory", "alloc_failed",
)  # fmt: skip
Answer = TypeVar("Answer")
Say = Callable[[str], None]


class Holder(Protocol):
    """Who keeps loaded models: `make_room` puts away those that nobody uses on a device, and says which."""

    def make_room(self, device: str = "") -> list[str]: ...


_holders: weakref.WeakSet[Any] = weakref.WeakSet()


def ask_too(holder: Holder) -> None:
    """From now on this one is asked for room too, as long as it lives."""
    _holders.add(holder)


# --- how much there is


def budget(device: str, wish: int = 0, whole: int = 0) -> int:
    """Bytes that models may keep on a device. wish: what the user has set, 0 for a share of what there is. whole: what this process may hold, 0
    for all of the machine's memory."""
    return wish or int(SHARES.get(device, SHARE) * (_machine(whole) if device == "cpu" else _accelerator(device)))


def exact(device: str) -> str:
    """A device as tensors name it: "cuda" is the first of them."""
    return device if device == "cpu" or ":" in device else f"{device}:0"


def _machine(whole: int) -> int:
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), whole]
    with contextlib.suppress(OSError, ValueError):  # "max" where a container has no limit
        sizes.append(int(CGROUP.read_text()))
    return min(size for size in sizes if size > 0)


def _accelerator(device: str) -> int:
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[1])
    return int(torch.mps.recommended_max_memory()) if device.startswith("mps") else _machine(0)


# --- how much a model takes


def sizes_of(model: Any) -> dict[str, int]:
    """Bytes of a model's tensors by device ("cpu", "cuda:0"), each storage counted once; nothing for a model that has none of torch."""
    held: dict[tuple[str, int], int] = {}
    for part in _parts(model):
        tensors = [*part.parameters(), *part.buffers()] if hasattr(part, "parameters") else [part]
        for tensor in tensors:
            if tensor.device.type != "meta" and tensor.layout is _torch().strided:
                storage = tensor.untyped_storage()
                held[str(tensor.device), storage.data_ptr()] = storage.nbytes()
    sizes: dict[str, int] = {}
    for (device, _), size in held.items():
        sizes[device] = sizes.get(device, 0) + size
    return sizes


def size_of(model: Any) -> int:
    """Bytes of a model's tensors, on whichever devices; 0 for a model that has none of torch."""
    return sum(sizes_of(model).values())


def modules_of(model: Any) -> list[Any]:
    """The networks of torch that a model is made of, the outermost ones."""
    return [part for part in _parts(model) if hasattr(part, "parameters")]


def move(model: Any, device: str, but: Collection[int] = ()) -> bool:
    """Move a model's networks to a device; whether all of them could be moved. but: ids of networks that stay where they are."""
    modules = [module for module in modules_of(model) if id(module) not in but]
    if any(hasattr(part, "_hf_hook") for module in modules for part in module.modules()):
        return False  # accelerate moves them by itself
    for module in modules:
        module.to(device)
    return bool(modules)


def _torch() -> Any:
    return sys.modules.get("torch")


def _parts(model: Any) -> Iterator[Any]:
    """The outermost networks and the loose tensors that hang on a model, through attributes, lists and tables."""
    torch = _torch()
    if torch is None:
        return
    seen: dict[int, Any] = {}
    todo = [model]
    while todo and len(seen) < MOST:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, PLAIN):
            continue
        seen[id(thing)] = thing
        if isinstance(thing, torch.nn.Module | torch.Tensor):
            yield thing
        elif isinstance(thing, Mapping):
            todo.extend(_worth(list(thing.values())))
        elif isinstance(thing, list | tuple | set | frozenset):
            todo.extend(_worth(list(thing)))
        elif hasattr(thing, "__dict__") and not isinstance(thing, type | ModuleType):
            todo.extend(vars(thing).values())


def _worth(things: list[Any]) -> list[Any]:
    """Things to look into: a vocabulary has a hundred thousand entries, and no network among them."""
    return [] if things and isinstance(things[0], PLAIN) and isinstance(things[-1], PLAIN) else things


# --- when it does not suffice


def is_short(error: BaseException) -> bool:
    """Whether an error of torch, numpy, onnxruntime or llama.cpp means that memory did not suffice."""
    if isinstance(error, MemoryError):
        return True
    torch = _torch()
    if torch is not None and isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError | OSError) and any(sign in str(error).lower() for sign in SIGNS)


def place_of(error: BaseException) -> str:
    """Where memory was short: "cpu" where the machine's own was, "" where it may have been an accelerator's."""
    return "cpu" if isinstance(error, MemoryError | OSError) or "DefaultCPUAllocator" in str(error) else ""


def answered(
    call: Callable[[], Answer], cheaper: Callable[[], str | None], say: Say | None = None, device: str = ""
) -> Answer:
    """What `call` answers. When memory runs out, models that nobody uses are put away and it is called again; then `cheaper()` may apply a setting
    that needs less, and says in words which ("" or None: there is none), and it is called once more. What was done is announced through `say`.
    Raises GraftError when that does not suffice either.
    """
    tell = say or (lambda text: None)
    done, answer = _tried(call)
    if done:
        return answer  # type: ignore[return-value]
    away = make_room(device)
    if away:
        tell(put_away_words(away, device))
        done, answer = _tried(call)
        if done:
            return answer  # type: ignore[return-value]
    words = cheaper()
    if words:
        tell(f"there is not enough memory{_on(device)}: it is tried once more with {words}")
        give_back(device)
        done, answer = _tried(call)
        if done:
            return answer  # type: ignore[return-value]
    raise too_little(device)


def too_little(device: str = "") -> GraftError:
    """The error for work that does not fit."""
    cure = "give a smaller picture or a smaller model, close other programs"
    return GraftError(
        f"there is not enough memory{_on(device)} for this",
        f"{cure}, or set GRAFT_DEVICE=cpu" if device not in ("", "cpu") else cure,
    )


def put_away_words(away: list[str], device: str = "") -> str:
    """The announcement of models that were put away."""
    return f"there was not enough memory{_on(device)}: {', '.join(away)} {'was' if len(away) == 1 else 'were'} put away"


def make_room(device: str = "") -> list[str]:
    """Put away what nobody uses on a device ("": on any); the names of the models."""
    away = [name for holder in list(_holders) for name in holder.make_room(device)]
    give_back(device)
    return away


def give_back(device: str = "") -> None:
    """Hand freed memory back to the device."""
    gc.collect()
    torch = _torch()
    if torch is None or device == "cpu":
        return
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if device.startswith("mps"):
        torch.mps.empty_cache()


def _tried(call: Callable[[], Answer]) -> tuple[bool, Answer | None]:
    """Whether a call found memory enough, and its answer. The error is let go here: it holds what the call had made so far."""
    try:
        return True, call()
    except Exception as error:
        if not is_short(error):
            raise
    return False, None


def _on(device: str) -> str:
    return f" on {device}" if device else ""
