"""Node packs of others: a file or a folder in custom_nodes/ with ``@node`` functions is enough.

To load foreign code is to run it, so nothing is loaded until the user turns a pack on, and that is for the files as they are: when one
of them changes, the pack is off again, unless he says that he wants to follow its changes, as its author does. What goes wrong in
a pack is told with its reason and harms no other.

Compiled files (__pycache__) are neither hashed nor used: one that somebody has put there would be code that nobody was shown, and one of
the same second and size as a changed file would be its old code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
import threading
import traceback
import types
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any, Literal

from graph import GraftError, NodeSpec, Settings, did_you_mean, registry

FOLDER = "custom_nodes"
SKIPPED = ("__pycache__", ".git")
State = Literal["off", "on", "changed", "broken"]
Stamp = tuple[Any, ...]


@dataclass(frozen=True)
class Pack:
    """name: of the file or folder. hash: of all its files. state: "changed" since it was turned on; "broken" when it can't be
    imported, and why in ``error``. follow: its changes are loaded unasked. nodes: the ids of its node types."""

    name: str
    path: Path
    hash: str
    state: State
    error: str = ""
    follow: bool = False
    nodes: tuple[str, ...] = ()


class Packs:
    """The packs of a checkout. Which are on is kept in the data folder. May be used from several threads.

    changes: how often the registry has been changed by them.
    """

    def __init__(self, settings: Settings) -> None:
        self.folder, self.choices = settings.root / FOLDER, settings.data / "packs.json"
        self.changes = 0
        self._loaded: dict[str, Pack] = {}
        self._stamp: Stamp | None = None
        self._lock = threading.RLock()

    def follow(self) -> bool:
        """The same as refresh, but only where files of packs that are on, or what is on, may have changed: told by their times and sizes, in
        microseconds. Returns whether the registry has changed."""
        with self._lock:
            stamp, before = self._look(), self.changes
            if stamp != self._stamp:
                self.refresh()
                self._stamp = stamp  # of before: what changes meanwhile is seen next time
            return self.changes != before

    def refresh(self) -> list[Pack]:
        """Load what is on and new or changed, unload what is off or gone; all packs by name."""
        with self._lock:
            chosen = self._chosen()
            found = dict(self._found())
            for name in [name for name in self._loaded if name not in found]:
                self._unload(name)
            return [self._refreshed(name, path, chosen.get(name)) for name, path in found.items()]

    def _refreshed(self, name: str, path: Path, choice: Mapping[str, Any] | None) -> Pack:
        try:
            mark = digest(path)
        except OSError as error:
            if name in self._loaded:
                self._unload(name)
            return Pack(name, path, "", "broken", _reason(error, path), bool(choice and choice["follow"]))
        state: State = "off" if choice is None else "on" if choice["follow"] or choice["hash"] == mark else "changed"
        known = self._loaded.get(name)
        if known is not None and (state != "on" or known.hash != mark):
            self._unload(name)
            known = None
        if state == "on" and known is None:
            known = self._loaded[name] = self._load(name, path, mark)
            self.changes += 1
        return replace(known or Pack(name, path, mark, state), follow=bool(choice and choice["follow"]))

    def nodes(self) -> dict[str, NodeSpec]:
        """The node types of all packs that are on."""
        with self._lock:
            return {key: registry[key] for pack in self._loaded.values() for key in pack.nodes}

    def turn(self, name: str, on: bool, *, follow: bool = False, seen: str = "") -> Pack:
        """Turn a pack on or off. follow: load it again when it changes. seen: the hash that the user was shown; GraftError when the
        files have changed since, or there is no such pack."""
        with self._lock:
            found = dict(self._found())
            if name not in found:
                raise GraftError(f"there is no pack '{name}'", did_you_mean(name, found, f"put it into {self.folder}"))
            try:
                mark = digest(found[name]) if on else ""
            except OSError as error:
                what = f"the pack '{name}' can't be read: {error.strerror}"
                raise GraftError(what, "see that you may read all of its files") from error
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

    def _look(self) -> Stamp:
        """Times and sizes of what decides which nodes there are. Packs that are off don't count."""
        chosen = self._chosen()
        files: list[Any] = [_state(self.choices)]
        for path in [path for name, path in self._found() if name in chosen] if chosen else ():
            files.append((str(path), _state(path)))
            for folder, folders, names in os.walk(path):
                folders[:] = [name for name in folders if name not in SKIPPED]
                files.extend((folder, name, _state(Path(folder, name))) for name in names)
        return tuple(files)

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
            with suppress(OSError):
                folder = (path / "__init__.py").is_file()
                if folder or (path.suffix == ".py" and not path.is_dir()):
                    yield path.name if folder else path.stem, path

    def _load(self, name: str, path: Path, mark: str) -> Pack:
        module = f"{FOLDER}.{name}"
        before = dict(registry)
        start = path / "__init__.py" if path.is_dir() else path
        try:
            if not name.isidentifier():
                raise GraftError(f"'{name}' is no Python name", "rename it with letters, digits and _")
            spec = importlib.util.spec_from_file_location(
                module,
                start,
                loader=_FromSource(module, str(start)),
                submodule_search_locations=[str(path)] if path.is_dir() else None,
            )
            assert spec is not None
            assert spec.loader is not None
            if FOLDER not in sys.modules:  # the parent that imports within a pack look for
                sys.modules[FOLDER] = types.ModuleType(FOLDER)
                sys.modules[FOLDER].__path__ = []
            if _Finder not in sys.meta_path:
                sys.meta_path.insert(0, _Finder)
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
        own = tuple(key for key in registry if key not in before)
        for (
            key
        ) in own:  # any change of the pack may change what its nodes answer, so answers of before must not be taken
            registry[key] = replace(registry[key], version=int(mark[:12], 16))
        return Pack(name, path, mark, "on", nodes=own)

    def _unload(self, name: str) -> None:
        self.changes += 1
        for key in self._loaded.pop(name).nodes:
            registry.pop(key, None)
        self._forget_modules(f"{FOLDER}.{name}")

    def _forget(self, module: str, before: dict[str, NodeSpec]) -> None:
        """Take back what a pack has done to the registry, which other threads read meanwhile."""
        for key in [key for key in registry if key not in before]:
            del registry[key]
        registry.update(before)
        self._forget_modules(module)

    @staticmethod
    def _forget_modules(module: str) -> None:
        importlib.invalidate_caches()
        for key in [key for key in sys.modules if key == module or key.startswith(f"{module}.")]:
            del sys.modules[key]


class _FromSource(SourceFileLoader):
    """Compiles a module each time."""

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder:
    """Finds the modules within packs."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not name.startswith(f"{FOLDER}.") or path is None:
            return None
        finders = (FileFinder(str(folder), (_FromSource, [".py"])) for folder in path)
        return next((spec for finder in finders if (spec := finder.find_spec(name)) and spec.loader), None)


def _state(path: Path) -> Stamp | None:
    with suppress(OSError):
        state = path.stat()
        return state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino
    return None


def _reason(error: BaseException, path: Path) -> str:
    """One line: what went wrong, and where in the pack."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(path))]
    where = f" ({Path(places[-1].filename).name}, line {places[-1].lineno})" if places else ""
    return f"{type(error).__name__}: {error}{where}"


def digest(path: Path) -> str:
    """The hash of a pack: names and contents of all its files."""
    digest = hashlib.sha256()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        if any(part in SKIPPED for part in file.relative_to(path.parent).parts):
            continue
        data = file.read_bytes()
        digest.update(f"{file.relative_to(path.parent).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()
