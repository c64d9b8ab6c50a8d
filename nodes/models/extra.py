"""Why: who has used ComfyUI has gigabytes of weights in its folders, and should not fetch or move them. Its file extra_model_paths.yaml, put into the
models folder or the checkout, tells where they lie; they are then chosen by the names that ComfyUI shows.

The file has sections; each may have a base_path, and names folders by what lies in them, one a line:

    comfyui:
        base_path: ~/ComfyUI
        checkpoints: models/checkpoints
        diffusers: |
            models/diffusers
            /mnt/more/diffusers
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from graph import GraftError

from . import finding

NAME = "extra_model_paths.yaml"
FOLDERS: dict[str, tuple[str, ...]] = {
    "inpaint": ("checkpoints", "diffusers"),
    "diffusion": ("checkpoints", "diffusers"),
    "edit": ("checkpoints", "diffusers"),
    "depth": ("checkpoints", "diffusers"),
    "lora": ("loras",),
    "embedding": ("embeddings",),
    "segment": ("clipseg", "segmentation"),
    "chat": ("LLM", "llm", "llm_gguf"),
    "sam": ("sams", "sam"),
    "grounding": ("grounding-dino", "grounding_dino"),
    "matting": ("rembg", "RMBG", "BiRefNet", "birefnet"),
    "upscale": ("upscale_models",),
    "control": ("controlnet",),
}
"""For each kind, under which words ComfyUI and its node packs list folders with such weights."""
UNET = "model.diffusion_model.input_blocks.0.0.weight"
"""In every checkpoint of Stable Diffusion; ComfyUI keeps those of other families in the same folder."""
CHANNELS: dict[str, tuple[int, ...]] = {"inpaint": (4, 9), "diffusion": (4, 9), "edit": (8,), "depth": (5,)}
"""What the UNet of each kind of checkpoint takes: all of them lie in one folder."""
MOST = 5_000
"""Entries of a folder that are looked at."""


def elsewhere(kind: str, files: Iterable[Path]) -> dict[str, Path]:
    """Weights of a kind in the folders that these files name: name, as ComfyUI shows it, → path. GraftError for a file that can't be read."""
    found: dict[str, Path] = {}
    for folder in _folders(kind, files):
        for path in _weights(kind, folder):
            found.setdefault(path.relative_to(folder).as_posix(), path)
    return dict(sorted(found.items()))


def _folders(kind: str, files: Iterable[Path]) -> Iterator[Path]:
    for file in files:
        try:
            state = file.stat()
        except OSError:
            continue
        for word, folder in _read(file, state.st_mtime_ns):
            if word in FOLDERS.get(kind, ()) and folder.is_dir():
                yield folder


@lru_cache(maxsize=8)
def _read(file: Path, changed: int) -> tuple[tuple[str, Path], ...]:
    """(word, folder) of all sections. changed: when the file was, so that it is read again."""
    import yaml

    try:
        sections = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        return tuple(_entries(sections, file.parent))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise GraftError(
            f"'{file}' can't be read ({reason})", "mend it as ComfyUI's example shows, or take it away"
        ) from error


def _entries(sections: Any, beside: Path) -> Iterator[tuple[str, Path]]:
    if not isinstance(sections, dict):
        raise ValueError("it has no sections")
    for name, section in sections.items():
        if not isinstance(section, dict):
            raise ValueError(f"the section '{name}' is no list of folders")
        base = beside / _path(section.get("base_path") or "")
        for word, lines in section.items():
            if isinstance(lines, str) and word not in ("base_path", "is_default"):
                yield from ((str(word), base / _path(line)) for line in lines.split("\n") if line.strip())


def _path(text: str) -> Path:
    return Path(os.path.expandvars(text.strip())).expanduser()


def _weights(kind: str, folder: Path) -> Iterator[Path]:
    """What the kind can use in a folder and the folders in it; a folder that is a model is not looked into."""
    within, waiting, seen = finding.kind_of(kind).within, [folder], 0
    while waiting:
        for entry in finding.entries(waiting.pop()):
            seen += 1
            if seen > MOST:
                return
            if entry.is_dir():
                inside = within(entry)
                if inside != entry:
                    waiting.append(entry)
                elif kind not in CHANNELS or _folder_channels(entry) in CHANNELS[kind]:
                    yield entry
            elif within(entry) is not None and (kind not in CHANNELS or _file_channels(entry) in CHANNELS[kind]):
                yield entry


def _folder_channels(folder: Path) -> int:
    """What the UNet of a diffusers folder takes; 4, as most do, where that is not said."""
    try:
        return int(json.loads((folder / "unet" / "config.json").read_text(encoding="utf-8"))["in_channels"])
    except (OSError, ValueError, LookupError, TypeError):
        return 4


def _file_channels(file: Path) -> int:
    state = file.stat()
    return _channels(file, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=4096)
def _channels(file: Path, size: int, changed: int) -> int:
    """What the UNet of a whole Stable Diffusion in a safetensors file takes, from its header; 0 where there is none."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if length > min(size, 100_000_000):
            return 0
        try:
            first = json.loads(opened.read(length)).get(UNET)
            return 0 if first is None else int((first["shape"] + [4, 4])[1])
        except (ValueError, TypeError, LookupError, AttributeError):
            return 0
