"""A hub on this machine for the tests that run in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.models import fetching
from tests import hub

BIG = bytes(range(256)) * 4096  # 1 MB
REPOSITORIES = {
    "me/chat-GGUF": {"a.Q4_K_M.gguf": b"GGUF" + BIG, "b-00001-of-00002.gguf": b"GGUF1", "b-00002-of-00002.gguf": b"GGUF2"},
    "me/painter": {
        "model_index.json": b'{"_class_name": "StableDiffusionInpaintPipeline"}', "unet/config.json": b"{}", "unet/d.safetensors": BIG,
        "vae/d.safetensors": BIG[:99999], "unet/d.fp16.safetensors": b"half", "unet/d.bin": b"a pickle",
    },
}  # fmt: skip


@pytest.fixture
def manners() -> hub.Manners:
    """How the hub behaves."""
    return hub.Manners()


@pytest.fixture
def asked(manners: hub.Manners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The hub of this process, its cache under tmp_path/cache; the files that were asked for."""
    with hub.serve(REPOSITORIES, manners) as (endpoint, asked):
        template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setattr(fetching, "PIECE", 1 << 12)
        yield asked
