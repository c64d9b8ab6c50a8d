"""Why: what differs from machine to machine stands in one frozen object, made once at the door and handed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """root: the checkout. models: the user's own weights. out: where results go. device: "auto", "cpu", "cuda", "cuda:1", "mps".
    offline: never ask a model hub. cache_bytes: how much the memory store may hold."""

    root: Path = ROOT
    models: Path = ROOT / "models"
    out: Path = Path("output")
    device: str = "auto"
    offline: bool = False
    cache_bytes: int = 1 << 30

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """GRAFT_MODELS, GRAFT_OUT, GRAFT_DEVICE, GRAFT_OFFLINE (or HF_HUB_OFFLINE), GRAFT_CACHE_MB; the rest as above."""
        default = cls()
        return cls(
            models=Path(environment.get("GRAFT_MODELS") or default.models).expanduser(),
            out=Path(environment.get("GRAFT_OUT") or default.out).expanduser(),
            device=environment.get("GRAFT_DEVICE") or default.device,
            offline=any(_truth(environment.get(name)) for name in ("GRAFT_OFFLINE", "HF_HUB_OFFLINE")),
            cache_bytes=_megabytes(environment.get("GRAFT_CACHE_MB"), default.cache_bytes),
        )


def _truth(text: str | None) -> bool:
    return (text or "").strip().lower() not in ("", "0", "false", "no", "off")


def _megabytes(text: str | None, default: int) -> int:
    if not text:
        return default
    if not text.isdigit():
        raise ValueError(f"GRAFT_CACHE_MB is '{text}'; give a whole number of megabytes")
    return int(text) << 20
