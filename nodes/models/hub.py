"""Weights from the Hugging Face hub: first what is in its cache, then the network, with short timeouts and an off switch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph import BadInput, MissingWeights

from .finding import Kind

TIMEOUT = 8.0
"""Seconds until a hub that does not answer counts as out of reach."""
SKIPPED = ("*.fp16.*", "*non_ema*", "*.onnx", "*.msgpack")
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
            return Path(hf_hub_download(repo, file, revision=revision, local_files_only=True))
        snapshot = Path(
            snapshot_download(repo, revision=revision, local_files_only=True, allow_patterns=list(row.patterns))
        )
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None
    return row.within(snapshot)


def fetch(repo: str, revision: str | None, file: str | None, row: Kind, *, offline: bool, say: Say) -> Path:
    """The weights of a hub name, downloaded when they must be.

    Raises MissingWeights when they are not in the cache and the hub is switched off or out of reach, BadInput when the hub has no such
    repository, revision or file.
    """
    found = cached(repo, revision, file, row)
    if found is not None:
        return found
    command = f"hf download {repo}" + (f" {file}" if file else "") + (f" --revision {revision}" if revision else "")
    source = f"https://huggingface.co/{repo}"
    if offline or is_offline():
        cure = f"unset GRAFT_OFFLINE and HF_HUB_OFFLINE, or run '{command}' where there is a network and copy the files here"
        raise MissingWeights(repo, "", source, cure)
    info = _ask(repo, revision, source, command)
    if file is None and row.patterns == ("*.gguf",):
        file = _one_gguf(repo, info)
    return _download(repo, revision, file, row, info, say, source, command)


def _ask(repo: str, revision: str | None, source: str, command: str) -> Any:
    """What the hub knows of a repository: its files with their sizes."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        return HfApi().model_info(repo, revision=revision, timeout=TIMEOUT, files_metadata=True)
    except GatedRepoError:
        cure = f"accept its terms on {source}, then log in once with 'hf auth login'"
        raise BadInput(
            "model", f"the repository '{repo}' is open only to people who accepted its terms", cure
        ) from None
    except RevisionNotFoundError:
        raise BadInput(
            "model", f"'{repo}' has no revision '{revision}'", f"look at the branches on {source}/tree/main"
        ) from None
    except (RepositoryNotFoundError, HFValidationError):
        cure = "check the spelling of 'org/repo'; for a private repository log in with 'hf auth login'"
        raise BadInput("model", f"the Hugging Face hub has no repository '{repo}'", cure) from None
    except Exception as error:
        cure = (
            f"check the network, or run '{command}' where there is one and copy the files here ({type(error).__name__})"
        )
        raise MissingWeights(repo, "", source, cure) from error


def _one_gguf(repo: str, info: Any) -> str:
    """The file to take of a repository with many quantizations: a middle one that most machines can hold."""
    names = sorted(sibling.rfilename for sibling in info.siblings if sibling.rfilename.endswith(".gguf"))
    if not names:
        raise BadInput("model", f"'{repo}' holds no .gguf file", "choose a repository with 'GGUF' in its name")
    for wish in ("Q4_K_M", "Q4_K_S", "Q4_0", "Q5_K_M", "Q8_0"):
        for name in names:
            if wish.lower() in name.lower():
                return name
    return names[0]


def _download(
    repo: str, revision: str | None, file: str | None, row: Kind, info: Any, say: Say, source: str, command: str
) -> Path:  # fmt: skip
    from huggingface_hub import hf_hub_download, snapshot_download

    size = _size(info, file, row)
    say(f"downloading {repo}{f' ({file})' if file else ''}, {size}")
    try:
        if file:
            return Path(hf_hub_download(repo, file, revision=revision, etag_timeout=TIMEOUT))
        patterns = {"allow_patterns": list(row.patterns), "ignore_patterns": list(SKIPPED)}
        snapshot = Path(snapshot_download(repo, revision=revision, etag_timeout=TIMEOUT, **patterns))
    except Exception as error:
        cure = f"run it again (what has come is kept), or run '{command}' ({type(error).__name__}: {str(error)[:200]})"
        raise MissingWeights(repo, size, source, cure) from error
    found = row.within(snapshot)
    if found is None:
        raise BadInput(
            "model", f"the repository '{repo}' holds no weights of {row.noun}", f"choose one that holds {row.wanted}"
        )
    return found


def _size(info: Any, file: str | None, row: Kind) -> str:
    """How much will be downloaded, for people."""
    from fnmatch import fnmatch

    def taken(name: str) -> bool:
        if file:
            return name == file
        return any(fnmatch(name, p) for p in row.patterns) and not any(fnmatch(name, p) for p in SKIPPED)

    total = sum(sibling.size or 0 for sibling in info.siblings if taken(sibling.rfilename))
    return f"{total / 1e9:.1f} GB" if total >= 1e9 else f"{total / 1e6:.0f} MB"
