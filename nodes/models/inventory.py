"""Why: which weights lie on this disk, how large they are, whether they are whole, and how to be rid of them: asked by the command line and by every
model picker. Nothing is loaded, and no network is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph import BadInput, GraftError

from . import finding, gguf, hub, matting
from .fetching import blobs, checksum

Report = Callable[[int, int], None]
TELLING: dict[str, tuple[str, ...]] = {
    "inpaint": ("StableDiffusion",),
    "diffusion": ("StableDiffusionPipeline", "StableDiffusionXLPipeline", "InpaintPipeline", "LatentConsistencyModel"),
    "edit": ("InstructPix2Pix",),
    "depth": ("Depth2Img",),
    "segment": ("Segmentation", "EoMT", "Eomt"),
    "sam": ("SamModel",),
    "grounding": ("GroundingDinoForObjectDetection",),
    "caption": ("BlipForConditionalGeneration", "Blip2ForConditionalGeneration"),
    "clip": ("'CLIPModel'",),
    "classify": ("ForImageClassification",),
    "control": ("ControlNetModel",),
    "depth_map": ("DepthAnythingForDepthEstimation", "DPTForDepthEstimation", "GLPNForDepthEstimation"),
    "pose": ("VitPoseForPoseEstimation",),
}
"""Words in the class of a model by which a repository in the hub's cache is known to be of a kind: other programs keep theirs there too."""
NAMED = {"lora": "pytorch_lora_weights.safetensors", "embedding": "learned_embeds.*"}
"""Kinds without a configuration: the file by which such a repository is known."""


@dataclass(frozen=True)
class Snapshot:
    """One version of a repository in the hub's cache. label: "org/repo", or "org/repo@revision" where it is not the main branch's."""

    label: str
    folder: Path

    @property
    def home(self) -> Path:
        """The repository's folder in the cache."""
        return self.folder.parents[1]


def cache_folder() -> Path:
    """Where the hub's library keeps what it fetched."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def snapshots() -> Iterator[Snapshot]:
    """Every version of every repository in the cache, by name."""
    for home in finding.entries(cache_folder()):
        if not home.name.startswith("models--"):
            continue
        repo = home.name.removeprefix("models--").replace("--", "/", 1)
        refs = {file.read_text().strip(): file.relative_to(home / "refs") for file in _files(home / "refs")}
        for folder in finding.entries(home / "snapshots"):
            named = refs.get(folder.name, Path(folder.name)).as_posix()
            yield Snapshot(repo if named == "main" else f"{repo}@{named}", folder)


def held(kind: str) -> list[str]:
    """Names of weights of this kind in the hub's cache, as the shelf takes them."""
    row = finding.kind_of(kind)
    names: list[str] = []
    for snapshot in snapshots():
        if row.patterns == ("*.gguf",):
            names += [f"{snapshot.label}:{file}" for file in _chat_files(snapshot.folder)]
        elif hub.whole(row, snapshot.folder) is not None and _tells(kind, snapshot.folder):
            names.append(snapshot.label)
    return sorted(names)


def size_of(path: Path) -> int:
    """Bytes of a file (with the other pieces of a split one), or of all files in a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in _files(path))
    match = hub.SPLIT.fullmatch(path.name)
    pieces = path.parent.glob(f"{match[1]}*{match[2]}") if match else [path]
    return sum(piece.stat().st_size for piece in pieces)


def remove(kind: str, name: str, models: Path) -> int:
    """Delete weights of the models folder or of the hub's cache; returns the bytes that are free now. GraftError for what is not ours to delete."""
    own = finding.named(kind, name, models) if name and "\0" not in name and len(name) < 1000 else None
    if own is not None and own.parent == models / kind:
        size = size_of(own)
        shutil.rmtree(own) if own.is_dir() and not own.is_symlink() else own.unlink()
        return size
    match = finding.HUB_NAME.fullmatch(name)
    repo = match["repo"] + (f"@{match['revision']}" if match["revision"] else "") if match else ""
    found = next((snapshot for snapshot in snapshots() if snapshot.label == repo), None)
    if match is None or found is None or (match["file"] and not (found.folder / match["file"]).exists()):
        raise GraftError(f"'{name[:200]}' is not here", "'./graft models list' shows what is")
    return _remove_snapshot(found, match["file"])


def check(path: Path, report: Report = lambda done, total: None) -> list[str]:
    """What is wrong with the weights in a file or folder, each with the file's name; nothing where they are whole. report: bytes read of all."""
    files = list(_files(path)) if path.is_dir() else [path]
    total, done, wrong = sum(file.stat().st_size for file in files), 0, []
    for file in files:
        problem = _problem(file)
        if problem:
            wrong.append(f"{file.relative_to(path) if path.is_dir() else file.name}: {problem}")
        done += file.stat().st_size
        report(done, total)
    return wrong


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _chat_files(folder: Path) -> Iterator[str]:
    """The chat models of a snapshot; of a split one its first file, and no picture encoders, which can't chat."""
    for file in folder.rglob("*.gguf"):
        later = "-of-" in file.name and not hub.SPLIT.fullmatch(file.name)
        if file.is_file() and not later and "mmproj" not in file.name.lower():
            yield file.relative_to(folder).as_posix()


def _tells(kind: str, folder: Path) -> bool:
    """Whether the configuration names a model of this kind; a tagger is known by the table beside it, without which it does not count as whole,
    a network for backgrounds by its name."""
    if kind == "tagger":
        return True
    if kind == "matting":
        return matting.recognised(folder)
    if kind in NAMED:
        return any(folder.glob(NAMED[kind]))
    for name in ("model_index.json", "config.json"):
        try:
            config = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        named = f"{config.get('_class_name')} {config.get('architectures')}" if isinstance(config, dict) else ""
        return any(word in named for word in TELLING.get(kind, ()))
    return False


def _remove_snapshot(found: Snapshot, file: str | None) -> int:
    """Delete the names of files, then the bytes that no name points at any more."""
    match = hub.SPLIT.fullmatch(file) if file else None
    chosen = [
        path for path in _files(found.folder)
        if not file or (name := path.relative_to(found.folder).as_posix()) == file
        or (match is not None and name.startswith(match[1]) and name.endswith(match[2]))
    ]  # fmt: skip
    for path in chosen:
        path.unlink()
    if not any(_files(found.folder)):
        shutil.rmtree(found.folder)
        for ref in _files(found.home / "refs"):
            if ref.read_text().strip() == found.folder.name:
                ref.unlink()
    used = {path.resolve() for path in _files(found.home / "snapshots")}
    freed = 0
    for blob in _files(found.home / "blobs"):
        if blob.resolve() not in used:
            freed += blob.stat().st_size
            blob.unlink()
    if not used:
        shutil.rmtree(found.home)
    return freed


def _problem(file: Path) -> str:
    """Why a file is not whole, "" where nothing speaks against it."""
    blob = file.resolve()
    if blob.parent.name == "blobs" and checksum(blob, blob.name) != blob.name:
        return "its checksum is not the hub's: remove it and pull it again"
    if file.suffix.lower() == ".safetensors":
        return _safetensors_problem(file)
    if file.suffix.lower() == ".gguf":
        try:
            gguf.inspect(file)
        except BadInput as error:
            return error.what
    if file.suffix.lower() == ".json":
        try:
            json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            return "it is no JSON: get it again"
    return ""


def _safetensors_problem(file: Path) -> str:
    """Looks at the header alone: eight bytes with its length, then JSON in which every tensor says where its bytes lie."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if not 0 < length <= min(100_000_000, size - 8):
            return "it has no safetensors header: get it again"
        try:
            header: dict[str, Any] = json.loads(opened.read(length))
            end = max((int(row["data_offsets"][1]) for key, row in header.items() if key != "__metadata__"), default=0)
        except (ValueError, TypeError, LookupError, AttributeError):
            return "its safetensors header can't be read: get it again"
    if 8 + length + end != size:
        return f"it has {size} bytes, but its header speaks of {8 + length + end}: get it again"
    return ""


def unfinished(repo: str) -> int:
    """Bytes of downloads of a repository that were not finished."""
    return sum(file.stat().st_size for file in blobs(cache_folder(), repo).glob("*.incomplete"))
