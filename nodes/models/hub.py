"""Weights from the Hugging Face hub: first what is in its cache, then the network, with short timeouts and an off switch."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph import BadInput, MissingWeights

from .finding import KINDS, Kind

TIMEOUT = 8.0
"""Seconds until a hub that does not answer counts as out of reach."""
SKIPPED = ("*.fp16.*", "*non_ema*", "*.msgpack")
WEIGHTS = (".safetensors", ".gguf", ".pth", ".onnx")
SPLIT = re.compile(r"(.*)00001(-of-\d{5}\.gguf)")
"""The first file of a GGUF that was split for the hub."""
Say = Callable[[str], None]


def is_offline() -> bool:
    """Whether the user has switched downloads off, by our own variable or the hub's."""
    return any(
        os.environ.get(name, "").lower() in {"1", "true", "yes", "on"} for name in ("GRAFT_OFFLINE", "HF_HUB_OFFLINE")
    )


def cached(repo: str, revision: str | None, file: str | None, row: Kind) -> Path | None:
    """What the hub's cache holds of this name already: the file, or the folder of the snapshot with usable weights in it."""
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        if file:
            return row.within(Path(hf_hub_download(repo, file, revision=revision, local_files_only=True)))
        snapshot = Path(
            snapshot_download(repo, revision=revision, local_files_only=True, allow_patterns=list(row.patterns))
        )
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None
    return whole(row, snapshot)


def whole(row: Kind, snapshot: Path) -> Path | None:
    """The weights in a snapshot of the cache, None where there are none, or only their configuration: programs fetch that alone too."""
    found = row.within(snapshot)
    if found is None or found.is_file():
        return found
    folders = [found / part for part in ("unet", "vae")] if (found / "model_index.json").is_file() else [found]
    return found if all(any(folder.glob("*.safetensors")) for folder in folders) else None


def fetch(
    repo: str, revision: str | None, file: str | None, row: Kind, *, offline: bool, say: Say,
    report: Callable[[int, int], None] | None = None, stop: threading.Event | None = None,
) -> Path:  # fmt: skip
    """The weights of a hub name, downloaded when they must be. report(done, total) hears of the bytes; `stop` ends it within a moment.

    Raises MissingWeights when they are not in the cache and the hub is switched off or out of reach, BadInput when the hub has no such
    repository, revision or file.
    """
    from . import fetching

    found = cached(repo, revision, file, row)
    if found is not None:
        return found
    if offline or is_offline():
        cure = f"unset GRAFT_OFFLINE and HF_HUB_OFFLINE, or run '{command(repo, revision, file)}' where there is a network and copy the files here"
        raise MissingWeights(repo, "", source(repo), cure)
    kind = next(kind for kind, known in KINDS.items() if known is row)
    wanted = fetching.order(kind, name_of(repo, revision, file))
    say(f"downloading {repo}{f' ({wanted.file})' if wanted.file else ''}, {amount(wanted.total)}")
    return fetching.fetch(wanted, report, stop)


def name_of(repo: str, revision: str | None, file: str | None) -> str:
    """The name on the shelf."""
    return repo + (f"@{revision}" if revision else "") + (f":{file}" if file else "")


def source(repo: str) -> str:
    """Where people can look at a repository."""
    return f"https://huggingface.co/{repo}"


def command(repo: str, revision: str | None, file: str | None) -> str:
    """What fetches the same by hand."""
    return f"hf download {repo}" + (f" {file}" if file else "") + (f" --revision {revision}" if revision else "")


def ask(repo: str, revision: str | None, file: str | None = None) -> Any:
    """What the hub knows of a repository: its files with their sizes. file: the one that is wanted, for the words of an error."""
    from huggingface_hub import HfApi

    try:
        return HfApi().model_info(repo, revision=revision, timeout=TIMEOUT, files_metadata=True)
    except Exception as error:
        refused = refusal(error, repo, revision)
        if refused is not None:
            raise refused from None
        cure = f"check the network, or run '{command(repo, revision, file)}' where there is one and copy the files here ({type(error).__name__})"
        raise MissingWeights(repo, "", source(repo), cure) from error


def refusal(error: Exception, repo: str, revision: str | None) -> BadInput | None:
    """What the hub's refusal means, None when it is none: the line broke, or the hub is out of order."""
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        cure = f"accept its terms on {source(repo)}, then log in once with 'hf auth login', or let HF_TOKEN hold your token"
        return BadInput("model", f"the repository '{repo}' is open only to people who accepted its terms", cure)
    if isinstance(error, RevisionNotFoundError):
        cure = f"look at the branches on {source(repo)}/tree/main"
        return BadInput("model", f"'{repo}' has no revision '{revision}'", cure)
    if isinstance(error, RepositoryNotFoundError | HFValidationError):
        cure = "check the spelling of 'org/repo'; for a private repository log in with 'hf auth login', or let HF_TOKEN hold your token"
        return BadInput("model", f"the Hugging Face hub has no repository '{repo}'", cure)
    if isinstance(error, EntryNotFoundError):
        return BadInput("model", f"a file of '{repo}' is gone from the hub", f"look at {source(repo)}/tree/main")
    return None


def one_gguf(repo: str, info: Any) -> str:
    """The file to take of a repository with many quantizations: a middle one that most machines can hold."""
    names = sorted(sibling.rfilename for sibling in info.siblings if sibling.rfilename.endswith(".gguf"))
    if not names:
        raise BadInput("model", f"'{repo}' holds no .gguf file", "choose a repository with 'GGUF' in its name")
    for wish in ("Q4_K_M", "Q4_K_S", "Q4_0", "Q5_K_M", "Q8_0"):
        for name in names:
            if wish.lower() in name.lower():
                return name
    return names[0]


def wanted(info: Any, file: str | None, row: Kind) -> dict[str, int]:
    """The files of a repository that belong to a name, with their bytes; a GGUF that was split comes with all its pieces, the first one first."""
    from fnmatch import fnmatch

    def taken(name: str) -> bool:
        if file:
            return name == file or (split is not None and name.startswith(split[1]) and name.endswith(split[2]))
        return any(fnmatch(name, p) for p in row.patterns) and not any(fnmatch(name, p) for p in SKIPPED)

    split = SPLIT.fullmatch(file) if file else None
    sizes = {entry.rfilename: entry.size or 0 for entry in info.siblings if taken(entry.rfilename)}
    if not file and not any(name.endswith(WEIGHTS) for name in sizes):
        return {}
    return dict(sorted(sizes.items(), key=lambda item: item[0] != file))


def amount(size: float) -> str:
    """Bytes, for people."""
    if size < 1e6:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
