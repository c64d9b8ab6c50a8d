"""Node packs of others: a file or a folder in custom_nodes/ with ``@node`` functions is enough.

To load foreign code is to run it, so nothing is loaded until the user turns a pack on, and that is for the files as they are: when one
of them changes, the pack is off again, unless he says that he wants to follow its changes, as its author does. What goes wrong in
a pack is told with its reason and harms no other.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
import traceback
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from graph import GraftError, Settings, did_you_mean, registry

FOLDER = "custom_nodes"
SKIPPED = ("__pycache__", ".git")
State = Literal["off", "on", "changed", "broken"]


@dataclass(frozen=True)
class Pack:
    """name: of the file or folder. hash: of all its files. state: "changed" since it was turned on; "broken" when it can't be
    imported, and why in ``error``. nodes: the ids of its node types."""

    name: str
    path: Path
    hash: str
    state: State
    error: str = ""
    nodes: tuple[str, ...] = ()


class Packs:
    """The packs of a checkout. Which are on is kept in the data folder."""

    def __init__(self, settings: Settings) -> None:
        self.folder, self.choices = settings.root / FOLDER, settings.data / "packs.json"
        self._loaded: dict[str, Pack] = {}

    def refresh(self) -> list[Pack]:
        """Load what is on and new or changed, unload what is off or gone; all packs by name."""
        chosen = self._chosen()
        found = dict(self._found())
        for name in [name for name in self._loaded if name not in found]:
            self._unload(name)
        packs = []
        for name, path in found.items():
            mark, choice = digest(path), chosen.get(name)
            state: State = (
                "off" if choice is None else "on" if choice["follow"] or choice["hash"] == mark else "changed"
            )
            known = self._loaded.get(name)
            if known is not None and (state != "on" or known.hash != mark):
                self._unload(name)
                known = None
            if state == "on" and known is None:
                known = self._loaded[name] = self._load(name, path, mark)
            packs.append(known or Pack(name, path, mark, state))
        return packs

    def turn(self, name: str, on: bool, *, follow: bool = False, seen: str = "") -> Pack:
        """Turn a pack on or off. follow: load it again when it changes. seen: the hash that the user was shown; GraftError when the
        files have changed since, or there is no such pack."""
        found = dict(self._found())
        if name not in found:
            raise GraftError(f"there is no pack '{name}'", did_you_mean(name, found, f"put it into {self.folder}"))
        mark = digest(found[name])
        if on and seen and seen != mark:
            raise GraftError(f"the pack '{name}' has changed since you looked at it", "look again, then turn it on")
        chosen = self._chosen()
        chosen.pop(name, None)
        if on:
            chosen[name] = {"hash": mark, "follow": follow}
        self.choices.parent.mkdir(parents=True, exist_ok=True)
        part = self.choices.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(chosen, indent=1))
        part.replace(self.choices)
        return next(pack for pack in self.refresh() if pack.name == name)

    def _chosen(self) -> dict[str, dict[str, Any]]:
        try:
            table = json.loads(self.choices.read_text())
            return {name: {"hash": str(row["hash"]), "follow": bool(row["follow"])} for name, row in table.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}  # what was turned on is not known any more, so all is off

    def _found(self) -> Iterator[tuple[str, Path]]:
        """The packs that lie there, by name."""
        try:
            entries = sorted(self.folder.iterdir())
        except OSError:
            return
        for path in entries:
            if path.name.startswith((".", "_")):
                continue
            if path.suffix == ".py" or (path / "__init__.py").is_file():
                yield path.stem if path.is_file() else path.name, path

    def _load(self, name: str, path: Path, mark: str) -> Pack:
        module = f"{FOLDER}.{name}"
        before = dict(registry)
        start = path / "__init__.py" if path.is_dir() else path
        try:
            if not name.isidentifier():
                raise GraftError(f"'{name}' is no Python name", "rename it with letters, digits and _")
            spec = importlib.util.spec_from_file_location(
                module, start, submodule_search_locations=[str(path)] if path.is_dir() else None
            )
            assert spec is not None
            assert spec.loader is not None
            if FOLDER not in sys.modules:  # the parent that imports within a pack look for
                sys.modules[FOLDER] = types.ModuleType(FOLDER)
                sys.modules[FOLDER].__path__ = []
            made = importlib.util.module_from_spec(spec)
            sys.modules[module] = made
            spec.loader.exec_module(made)
        except BaseException as error:  # a pack that calls exit() must not end the program either
            self._forget(module, before)
            if isinstance(error, KeyboardInterrupt):
                raise
            return Pack(name, path, mark, "broken", _reason(error, path))
        taken = [key for key, known in before.items() if registry.get(key) is not known]
        if taken:
            self._forget(module, before)
            return Pack(name, path, mark, "broken", f"it has a node '{taken[0]}', which is there already; rename it")
        return Pack(name, path, mark, "on", nodes=tuple(key for key in registry if key not in before))

    def _unload(self, name: str) -> None:
        for key in self._loaded.pop(name).nodes:
            registry.pop(key, None)
        self._forget_modules(f"{FOLDER}.{name}")

    def _forget(self, module: str, before: dict[str, Any]) -> None:
        registry.clear()
        registry.update(before)
        self._forget_modules(module)

    @staticmethod
    def _forget_modules(module: str) -> None:
        importlib.invalidate_caches()
        for key in [key for key in sys.modules if key == module or key.startswith(f"{module}.")]:
            del sys.modules[key]


def _reason(error: BaseException, path: Path) -> str:
    """One line: what went wrong, and where in the pack."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(path))]
    where = f" ({Path(places[-1].filename).name}, line {places[-1].lineno})" if places else ""
    return f"{type(error).__name__}: {error}{where}"


def digest(path: Path) -> str:
    """The hash of a pack: names and contents of all its files."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        if any(part in SKIPPED for part in file.relative_to(path.parent).parts):
            continue
        data = file.read_bytes()
        digest.update(f"{file.relative_to(path.parent).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()
