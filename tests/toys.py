"""Fakes with the real interfaces, for tests of the rooms above the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph import Event, Preview, Progress, Run, Said, Wrote


class ToyRun(Run):
    """A workshop that keeps what a node says, in lists."""

    @property
    def said(self) -> list[str]:
        return [event.text for event in self._events if isinstance(event, Said)]

    @property
    def steps(self) -> list[tuple[int, int]]:
        return [(event.done, event.total) for event in self._events if isinstance(event, Progress)]

    @property
    def written(self) -> list[Path]:
        return [event.path for event in self._events if isinstance(event, Wrote)]

    @property
    def previews(self) -> list[Any]:
        return [event.image for event in self._events if isinstance(event, Preview)]

    @property
    def _events(self) -> list[Event]:
        return self.events  # type: ignore[attr-defined]


class OneModel:
    """A shelf that has one model, whatever name it is asked for."""

    def __init__(self, kind: str, model: Any) -> None:
        self.kind, self.model = kind, model

    def get(self, kind: str, name: str = "auto", say: Any = None) -> Any:
        assert kind == self.kind
        return self.model


def toy_run(folder: Path, models: Any = None, workflow: dict[str, Any] | None = None) -> ToyRun:
    """A workshop whose output folder and workflow folder are ``folder``."""
    events: list[Event] = []
    run = ToyRun(node="toy", out=folder, folder=folder, models=models, workflow=workflow or {}, tell=events.append)
    object.__setattr__(run, "events", events)
    return run
