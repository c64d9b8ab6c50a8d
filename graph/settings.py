"""Why: what differs from machine to machine stands in one frozen object, made once at the door and handed down."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import GraftError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """root: the checkout. models: the user's own weights. out: where results go. device: "auto", "cpu", "cuda", "cuda:1", "mps".
    offline: never ask a model hub. cache_bytes: how much the memory store may hold. disk_bytes: how much the folder store may.
    data: what the server keeps. host, port: where it listens. worker_bytes: memory that the worker process may use, 0 for no limit.
    memory: bytes that loaded models may keep on each device, 0 for a share of what it has. page: the built editor."""

    root: Path = ROOT
    models: Path = ROOT / "models"
    out: Path = Path("output")
    device: str = "auto"
    offline: bool = False
    cache_bytes: int = 1 << 30
    disk_bytes: int = 4 << 30
    data: Path = ROOT / "data"
    host: str = "127.0.0.1"
    port: int = 8765
    worker_bytes: int = 0
    memory: int = 0
    page: Path = ROOT / "web" / "dist"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """GRAFT_MODELS, GRAFT_OUT, GRAFT_DEVICE, GRAFT_OFFLINE (or HF_HUB_OFFLINE), GRAFT_CACHE_MB, GRAFT_DISK_CACHE_MB,
        GRAFT_DATA, GRAFT_WORKER_MB, GRAFT_MEMORY ("auto", or a number with MB or GB); the rest as above."""
        default = cls()
        return cls(
            models=Path(environment.get("GRAFT_MODELS") or default.models).expanduser(),
            out=Path(environment.get("GRAFT_OUT") or default.out).expanduser(),
            device=environment.get("GRAFT_DEVICE") or default.device,
            offline=any(_truth(environment.get(name)) for name in ("GRAFT_OFFLINE", "HF_HUB_OFFLINE")),
            cache_bytes=_megabytes(environment, "GRAFT_CACHE_MB", default.cache_bytes),
            disk_bytes=_megabytes(environment, "GRAFT_DISK_CACHE_MB", default.disk_bytes),
            data=Path(environment.get("GRAFT_DATA") or default.data).expanduser(),
            worker_bytes=_megabytes(environment, "GRAFT_WORKER_MB", default.worker_bytes),
            memory=_memory(environment.get("GRAFT_MEMORY") or "auto"),
        )


def _truth(text: str | None) -> bool:
    return (text or "").strip().lower() not in ("", "0", "false", "no", "off")


def _megabytes(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not text.isdigit():
        raise GraftError(f"{name} is '{text}'", "give a whole number of megabytes")
    return int(text) << 20


def _memory(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB|GB)?", text.strip(), re.IGNORECASE)
    if text.strip().lower() == "auto":
        return 0
    if found is None or not float(found[1]):
        raise GraftError(f"GRAFT_MEMORY is '{text}'", "give 'auto', or how much models may take, such as 6GB or 800MB")
    return int(float(found[1]) * (10**9 if (found[2] or "").upper() == "GB" else 10**6))
