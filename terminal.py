"""Why: a run that takes long shows how far it is and how long it will take; a run whose output is read by a program or a log
shows only what matters: what was said and what was written."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TextIO

from graph import Dropped, Event, Finished, Progress, Said, Started, Wrote


class Terminal:
    """A listener that writes one moving line to a terminal, and plain lines elsewhere. Keeps what was said and written."""

    def __init__(self, stream: TextIO = sys.stderr, quiet: bool = False) -> None:
        self.stream, self.quiet = stream, quiet
        self.live = not quiet and stream.isatty()
        self.said: list[str] = []
        self.written: list[Path] = []
        self.dropped: list[Dropped] = []
        self.ran: list[str] = []
        self._began = 0.0
        self._first: tuple[float, int] | None = None
        self._drawn = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Started):
            self._began = time.monotonic()
            self._first = None
            self._line(f"{event.node} …")
        elif isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Said):
            if event.text not in self.said:
                self.said.append(event.text)
                self._tell(event.text)
        elif isinstance(event, Wrote):
            self.written.append(event.path)
        elif isinstance(event, Dropped):
            self.dropped.append(event)
        elif isinstance(event, Finished):
            self.ran.append(event.node)
            self._line("")

    def close(self) -> None:
        """Leave the line empty for what comes next."""
        self._line("")

    def _progress(self, event: Progress) -> None:
        now = time.monotonic()
        if self._first is None or event.done < self._first[1]:
            self._first = (now, event.done)
        if now - self._drawn < 0.1 and event.done < event.total:
            return
        self._drawn = now
        began, done = self._first
        left = ""
        if event.done > done and event.total > event.done:
            left = f", {_span((now - began) / (event.done - done) * (event.total - event.done))} left"
        note = f" {event.note}" if event.note else ""
        self._line(f"{event.node} {event.done}/{event.total}{left}{note}")

    def _line(self, text: str) -> None:
        if self.live:
            self.stream.write(f"\r\x1b[2K{text[:120]}")
            self.stream.flush()

    def _tell(self, text: str) -> None:
        if not self.quiet:
            self._line("")
            print(text, file=self.stream, flush=True)


class Transfer:
    """Shows how a download goes: on a terminal one moving line with speed and time left, elsewhere nothing."""

    def __init__(self, name: str, stream: TextIO = sys.stderr) -> None:
        self.name, self.stream, self.live = name, stream, stream.isatty()
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        """So many bytes of so many are here."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        began, before = self._first
        pace = (done - before) / (now - began) if now - began > 1 else 0.0
        left = f", {pace / 1e6:.1f} MB/s, {_span((total - done) / pace)} left" if pace and done < total else ""
        self._line(f"{self.name} {done / 1e6:,.0f} of {total / 1e6:,.0f} MB{left}")

    def close(self) -> None:
        """Leave the line empty for what comes next."""
        self._line("")

    def _line(self, text: str) -> None:
        if self.live:
            self.stream.write(f"\r\x1b[2K{text[:120]}")
            self.stream.flush()


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
