"""Why: a name means the same weights for every node, and for whoever only asks whether they are there. The rule by which a name becomes a place on
this disk stands here; nothing is loaded."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

from graph import BadInput, GraftError, MissingWeights, Objection, Settings

from . import catalogue, extra, finding, hub, inventory
from .finding import Found, kind_of

Say = Callable[[str], None]
Report = Callable[[int, int], None]
"""Is told how many bytes of how many have come."""


def _silent(text: str) -> None:
    """Takes announcements when nobody listens."""


class Places:
    """Where weights lie, by kind ("inpaint", "segment", "chat", "sam") and name.

    Of the settings it uses `models` (the user's folder, with one folder per kind), `root` (the starter weights lie in its
    models/starter) and `offline`.

    A name is "auto" (the first thing in the user's folder for this kind, else the starter model), "starter", a path to a file or folder,
    a name in the user's folder or in those that ComfyUI's extra_model_paths.yaml names (see extra.py), or one of the Hugging Face hub:
    "org/repo", "org/repo@revision", "org/repo:file.gguf".
    """

    def __init__(self, settings: Settings) -> None:
        self.models, self.starter = settings.models, settings.root / "models" / "starter"
        self._extra = [folder / extra.NAME for folder in (settings.models, settings.root)]
        self.offline = settings.offline

    def find(
        self,
        kind: str,
        name: str = "auto",
        say: Say | None = None,
        report: Report | None = None,
        stop: threading.Event | None = None,
    ) -> Found:
        """Where the weights lie, fetched from the hub when they must be: report(done, total) hears of the bytes, `stop` ends it. Raises BadInput,
        MissingWeights, or Cancelled."""
        say = say or _silent
        found = self._find_here(kind, name, say)
        if found is not None:
            return found
        match = finding.HUB_NAME.fullmatch(name)
        if match is None:
            raise finding.unknown(kind, name, self.models)
        try:
            path = hub.fetch(
                match["repo"],
                match["revision"],
                match["file"],
                kind_of(kind),
                offline=self.offline,
                say=say,
                report=report,
                stop=stop,
            )
        except MissingWeights as error:
            raise self._with_offer(error, kind, name) from error
        return Found(finding.weights_at(kind, path), "hub")

    def fingerprint(self, kind: str, name: str = "auto") -> str:
        """A short text that changes when other weights would be loaded: from paths, sizes and times, without reading or downloading."""
        try:
            found = self._find_here(kind, name, _silent) or self._in_cache(kind, name)
            text = f"{kind}:{name}" if found is None else f"{kind}:{found.path}:{mark(found.path)}"
        except GraftError:
            text = f"{kind}:{name}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def problems(self, kind: str, name: str = "auto") -> Objection | None:
        """What stands against using this name, or None; a hub name that may still be downloaded counts as fine."""
        try:
            if self._find_here(kind, name, _silent) or self._in_cache(kind, name):
                return None
            if finding.HUB_NAME.fullmatch(name) is None:
                return Objection.of(finding.unknown(kind, name, self.models))
            if self.offline or hub.is_offline():
                self.find(kind, name)
        except GraftError as error:
            return Objection.of(error)
        return None

    def names(self, kind: str) -> list[str]:
        """What can be chosen here without a network: "auto", "starter", the names in the user's folder and in ComfyUI's,
        and what the hub's cache holds."""
        there = [entry.name for entry in finding.entries(self.models / kind) if kind_of(kind).within(entry) is not None]
        names = ["auto", *(["starter"] if kind_of(kind).starter else []), *there]
        return list(dict.fromkeys([*names, *extra.elsewhere(kind, self._extra), *inventory.held(kind)]))

    def sizes(self, kind: str) -> dict[str, int]:
        """Bytes of the weights behind each of `names`, as far as there are any."""
        found: dict[str, int] = {}
        for name in self.names(kind):
            try:
                here = self._find_here(kind, name, _silent) or self._in_cache(kind, name)
            except GraftError:
                continue
            if here is not None:
                found[name] = inventory.size_of(here.path)
        return found

    def here(self, kind: str, name: str) -> Found | None:
        """Where weights lie on this disk; None when they are not here. BadInput for what can't be used."""
        return self._find_here(kind, name, _silent) or self._in_cache(kind, name)

    def _find_here(self, kind: str, name: str, say: Say) -> Found | None:
        """The weights as far as this disk alone can tell; None for what may be a name on the hub (or nowhere)."""
        kind_of(kind)
        if name == "auto":
            return self._auto(kind, say)
        if name == "starter":
            return self._starter(kind)
        on_shelf = finding.named(kind, name, self.models) if name and "\0" not in name and len(name) < 1000 else None
        if on_shelf is not None:
            return Found(finding.weights_at(kind, on_shelf), "folder")
        other = extra.elsewhere(kind, self._extra)
        other_path = other.get(name) or next((path for key, path in other.items() if Path(key).stem == name), None)
        if other_path is not None:
            return Found(other_path, "elsewhere")
        path = finding.as_path(name)
        return None if path is None else Found(finding.weights_at(kind, path), "path")

    def _auto(self, kind: str, say: Say) -> Found:
        first = next(finding.on_shelf(kind, self.models), None)
        if first is not None:
            return Found(first, "folder")
        if not kind_of(kind).starter:
            other = next(iter(extra.elsewhere(kind, self._extra).values()), None)
            fetched = next((self._in_cache(kind, name) for name in inventory.held(kind)), None)
            if other is not None or fetched is not None:
                return fetched if other is None else Found(other, "elsewhere")
        folder = self.models / kind
        for entry in finding.entries(folder):
            say(f"'{entry}' was passed over: it holds no weights of {kind_of(kind).noun} that can be loaded")
        row = kind_of(kind)
        found = self._starter(kind)
        if row.limits:
            say(f"starter models: {row.limits}: put {row.wanted} into {folder}, or give model=…")
        return found

    def _starter(self, kind: str) -> Found:
        row = kind_of(kind)
        if not row.starter:
            raise self._nothing_ships(kind)
        folder = self.starter / row.starter
        found = row.within(folder) if folder.is_dir() else None
        if found is None:
            cure = f"get the folder back with 'git checkout -- models/starter', or put {row.wanted} into {self.models / kind}"
            raise MissingWeights(f"the starter model '{row.starter}'", "", str(folder), cure)
        return Found(found, "starter")

    def _nothing_ships(self, kind: str) -> MissingWeights:
        """The error for a kind without a starter model: the first row of the catalogue is what to get."""
        row, offer = kind_of(kind), catalogue.offers(kind)[0]
        page = f"https://huggingface.co/{offer.name.partition(':')[0]}"
        cure = f"put {row.wanted} into {self.models / kind}, or give model={offer.name}, which downloads it"
        source = f"{row.also} or {page}" if row.also else page
        error = MissingWeights(row.noun, "", source, f"{cure}; {row.without}" if row.without else cure)
        return self._with_offer(error, kind, offer.name)

    def _with_offer(self, error: MissingWeights, kind: str, name: str) -> MissingWeights:
        """The same error with the name under which the weights can be fetched, and how large they are where the catalogue knows."""
        offer = catalogue.offer_of(name)
        if not error.size and offer is not None:
            error = MissingWeights(error.subject, f"about {hub.amount(offer.bytes)}", error.source, error.cure)
        error.weights = (kind, name) if name else None
        return error

    def _in_cache(self, kind: str, name: str) -> Found | None:
        match = finding.HUB_NAME.fullmatch(name)
        path = hub.cached(match["repo"], match["revision"], match["file"], kind_of(kind)) if match else None
        return None if path is None else Found(path, "hub")


def mark(path: Path) -> str:
    """Names, sizes and times of all files under a path (the weights of one model), as one digest. BadInput when they have gone."""
    try:
        return _digest(path)
    except FileNotFoundError as error:
        raise gone(path) from error


def gone(path: Path) -> BadInput:
    """The error for weights that were there a moment ago."""
    return BadInput("model", f"'{path}' has gone", "put it back, or choose another model")


def _digest(path: Path) -> str:
    path.stat()
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        state = file.stat()
        digest.update(f"{file.relative_to(path)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    beside = path.with_suffix("") if path.is_file() else None
    if beside is not None and beside.is_dir():  # the configuration folder of a single file
        digest.update(_digest(beside).encode())
    return digest.hexdigest()[:16]
