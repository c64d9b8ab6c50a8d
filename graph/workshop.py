"""Why: a node needs more than its sockets: models, a folder, a way to report and to be stopped. All of it is handed in as one
object after ``*``, so that a node has no globals and a test can hand in toys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import BadInput, Cancelled, did_you_mean
from .events import Event, Expected, Preview, Progress, Said, Wrote


@dataclass(frozen=True)
class Run:
    """What one call of a node may use beside its inputs. ``models`` is the shelf; ``out`` the folder that results go to;
    ``folder`` where the workflow lies; ``workflow`` its JSON; ``node`` the id of the node that is called; ``item`` which item of a stream it is called for;
    ``asker`` what ``ask`` goes to."""

    node: str
    out: Path
    folder: Path
    models: Any = None
    workflow: Mapping[str, Any] = field(default_factory=dict)
    tell: Callable[[Event], None] = lambda event: None
    stop: threading.Event = field(default_factory=threading.Event)
    item: int | None = None
    asker: Callable[[Run, str, Mapping[str, Any]], Mapping[str, Any]] | None = None

    def ask(self, kind: str, **inputs: Any) -> Mapping[str, Any]:
        """What another node type answers, its outputs by name; kept like any node's answer, so that to ask the same again costs nothing."""
        from .asking import ask  # it needs the engine, which needs this

        self.check()
        return ask(self, kind, inputs) if self.asker is None else self.asker(self, kind, inputs)

    def find(self, path: str, socket: str = "path") -> Path:
        """The file or folder that ``path`` names: absolute, beside the workflow, or in the working folder. BadInput if none is there."""
        found = find_file(path, self.folder)
        if found is None:
            raise BadInput(socket, f"there is no file '{path}'", file_cure(path, self.folder))
        return found

    def check(self) -> None:
        """Raise Cancelled when the user has stopped the run."""
        if self.stop.is_set():
            raise Cancelled

    def progress(self, done: int, total: int, note: str = "") -> None:
        """``done`` of ``total`` steps are made. Raises Cancelled when the user has stopped the run."""
        self.check()
        self.tell(Progress(self.node, done, total, note))

    def expect(self, total: int) -> None:
        """A source tells how many items it will give, so that a user sees how far it is."""
        self.tell(Expected(self.node, total))

    def preview(self, image: Any) -> None:
        """Show an unfinished picture, uint8 (H, W, 3)."""
        self.tell(Preview(self.node, image))

    def say(self, text: str) -> None:
        """Tell the user something he should know, such as a fallback."""
        self.tell(Said(self.node, text))

    def wrote(self, path: Path) -> None:
        """A file has been written."""
        self.tell(Wrote(self.node, path))


def find_file(path: str, folder: Path) -> Path | None:
    """Where ``path`` lies: absolute, under ``folder``, or under the working folder; None if nowhere (or no path at all)."""
    if not path or "\0" in path:
        return None
    given = Path(path).expanduser() if path.startswith("~") else Path(path)
    for candidate in [given] if given.is_absolute() else [folder / given, given]:
        try:
            if candidate.exists():
                return candidate
        except OSError:  # a name longer than the file system allows
            return None
    return None


def file_cure(path: str, folder: Path) -> str:
    """A cure for a path that names nothing: the nearest name in the same folder, or where it was looked for."""
    if not path:
        return "give the path of a file"
    given = Path(path[:4096].replace("\0", "")).expanduser()
    for base in [given.parent] if given.is_absolute() else [folder / given.parent, given.parent]:
        try:
            near = did_you_mean(given.name, [entry.name for entry in base.iterdir()])
        except OSError:
            continue
        if near:
            return near
    return f"give a path that is absolute, beside the workflow ({folder}), or in the folder you are in"
