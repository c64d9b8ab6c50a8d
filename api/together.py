"""Why: hundreds of small jobs may be posted at the same moment. In a transaction each they would wait in line for the file, and a thread would be
woken for each of them. So what comes while one group is being written down is written with the next one, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from graph.jobs import Job, Jobs

Answer = TypeVar("Answer")
Insert = Callable[[], list[Job]]
Prepare = Callable[[], Insert]
"""Checks what was posted; returns what writes it down."""


class _Asked(NamedTuple):
    prepare: Prepare
    answer: asyncio.Future[list[Job]]


class Together:
    """Writes down what is posted, in groups. wake: is called after each group."""

    def __init__(self, jobs: Jobs, wake: Callable[[], None]) -> None:
        self._jobs, self._wake = jobs, wake
        self._waiting: list[_Asked] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, prepare: Prepare) -> list[Job]:
        """The jobs that ``prepare`` leads to, once they are in the file. Raises what it raises, which harms no other."""
        asked = _Asked(prepare, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await asked.answer

    async def _write(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                try:
                    outcomes = await asyncio.to_thread(self._written, [asked.prepare for asked in group])
                    self._wake()
                except Exception as error:  # of Graft itself; nobody may wait for ever, and the next ones are written
                    outcomes = [error] * len(group)
                _answer(group, outcomes)
        finally:
            self._writing = None

    def _written(self, group: list[Prepare]) -> list[list[Job] | Exception]:
        """What came of each. Runs in a thread."""
        inserts = [_tried(prepare) for prepare in group]
        try:
            with self._jobs.together():
                return [insert if isinstance(insert, Exception) else _tried(self._alone(insert)) for insert in inserts]
        except Exception as error:  # the file can't be written: nothing of it is in there
            return [insert if isinstance(insert, Exception) else error for insert in inserts]

    def _alone(self, insert: Insert) -> Insert:
        """The same, so that it leaves nothing behind when it fails."""

        def written() -> list[Job]:
            with self._jobs.together():
                return insert()

        return written


def _answer(group: list[_Asked], outcomes: Sequence[list[Job] | Exception]) -> None:
    for asked, outcome in zip(group, outcomes, strict=True):
        if asked.answer.done():  # whoever posted it has gone; the job stays
            continue
        if isinstance(outcome, Exception):
            asked.answer.set_exception(outcome)
        else:
            asked.answer.set_result(outcome)


def _tried(work: Callable[[], Answer]) -> Answer | Exception:
    try:
        return work()
    except Exception as error:
        return error
