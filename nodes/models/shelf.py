"""The shelf keeps loaded models: one door for every node, so that weights are found by one rule, loaded once and put away together."""

from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path
from typing import Any

from graph import BadInput, Run, Settings

from . import inventory, memory
from .finding import kind_of
from .keeping import Keeper
from .kept import Kept, Wish
from .places import Places, Report, Say, gone, mark


def _silent(text: str) -> None:
    """Takes announcements when nobody listens."""


class Shelf(Places):
    """All models of this process, by kind and name (see Places).

    Of the settings it uses those of Places, `device`, and `memory` and `worker_bytes` for how much models may take.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.device = settings.device
        self._keeper = Keeper(self._where, settings.memory, settings.worker_bytes)

    def get(self, kind: str, name: str = "auto", say: Say | None = None) -> Any:
        """The loaded model, kept until its files change or the shelf is closed. `say` hears of fallbacks and downloads. Nodes get theirs through
        `lend`, so that they can be put away when room is needed."""
        kept = self._take(kind, name, say or _silent)
        model = kept.model
        self._keeper.pin(kept)
        return model

    def lend(self, run: Run) -> Lent:
        """The shelf as one call of a node sees it."""
        return Lent(self, run)

    def make_room(self, device: str = "") -> list[str]:
        """Put away the models that nobody uses on a device ("": on any); their names."""
        return self._keeper.make_room(device)

    def loaded(self) -> list[dict[str, Any]]:
        """What is loaded: kind, name, bytes, device, and whether it is at work."""
        return self._keeper.rows()

    def close(self) -> None:
        """Put all models away."""
        self._keeper.close()

    def _take(
        self, kind: str, name: str, say: Say, report: Report | None = None, stop: threading.Event | None = None
    ) -> Kept:
        path = self.find(kind, name, say, report, stop).path
        loader = kind_of(kind).loader  # several kinds may share it, and then the loaded weights
        module, _, function = loader.partition(":")

        def load() -> tuple[str, Any]:
            return _load(getattr(importlib.import_module(module), function), path, self.device)

        wish = Wish((loader, path), kind, path.name, mark(path), inventory.size_of(path), load)
        return self._keeper.take(wish, say, stop)

    def _where(self) -> str:
        """The device that models go to, as far as it can be told without loading a library for it."""
        if self.device == "auto" and "torch" not in sys.modules:
            return "cpu"
        from .device import pick_device

        return memory.exact(pick_device(self.device))


class Lent:
    """The shelf as one call of a node sees it: what the call takes is not put away before it is over, and what must be downloaded for it reports
    to it and ends with it."""

    def __init__(self, shelf: Shelf, run: Run) -> None:
        self._shelf, self._run = shelf, run
        self._held: set[Kept] = set()

    def get(self, kind: str, name: str = "auto", say: Say | None = None) -> Any:
        """The loaded model. Raises BadInput, MissingWeights, or Cancelled when the run is stopped meanwhile."""
        self._run.check()
        kept = self._shelf._take(kind, name, say or self._run.say, self._report, self._run.stop)
        if kept in self._held:
            self._shelf._keeper.give(kept)
        self._held.add(kept)
        return kept.model

    def mend(self, error: Exception) -> bool:
        """Whether a call that failed may be made again: memory ran out, and models that nobody uses could be put away. GraftError when there were
        none."""
        if not memory.is_short(error):
            return False
        place = memory.place_of(error)
        away = memory.make_room(place)
        if not away:
            raise memory.too_little(place or self._shelf._where()) from error
        self._run.say(memory.put_away_words(away, place))
        return True

    def release(self) -> None:
        """The call is over."""
        while self._held:
            self._shelf._keeper.give(self._held.pop())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shelf, name)

    def _report(self, done: int, total: int) -> None:
        self._run.progress(done // 1_000_000, max(1, total // 1_000_000), "MB downloaded")


def _load(loader: Any, path: Path, device: str) -> tuple[str, Any]:
    """The mark and the model, of files that did not change while they were read."""
    for _ in range(2):
        before = mark(path)
        try:
            model = loader(path, device)
        except Exception as error:
            if not path.exists():
                raise gone(path) from error
            raise
        if mark(path) == before:
            return before, model
        getattr(model, "close", lambda: None)()
    raise BadInput("model", f"the files of '{path}' change while they are read", "run it again once they are written")
