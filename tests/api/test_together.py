"""Jobs that are posted at the same moment are written down as one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from api.together import Insert, Together
from graph import GraftError
from graph.jobs import Job, Jobs


def adding(jobs: Jobs, title: str) -> Insert:
    return lambda: [jobs.add("{}", title=title)]


def refuse(text: str) -> list[Job]:
    raise GraftError(text)


def test_what_comes_while_one_group_is_written_goes_with_the_next(tmp_path: Path) -> None:
    jobs, woken = Jobs(tmp_path / "jobs.sqlite"), []
    together = Together(jobs, lambda: woken.append(len(jobs.list())))

    async def post() -> list[list[Job]]:
        return await asyncio.gather(*(together.add(lambda n=n: adding(jobs, str(n))) for n in range(50)))

    rows = asyncio.run(post())
    assert [job.title for (job,) in rows] == [str(n) for n in range(50)]
    assert sorted(job.number for (job,) in rows) == list(range(1, 51))
    assert woken[-1] == 50
    assert len(woken) <= 2
    jobs.close()


def test_one_that_is_refused_harms_no_other(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "jobs.sqlite")
    together = Together(jobs, lambda: None)

    def half() -> list[Job]:
        jobs.add("{}", title="half")
        return refuse("at writing")

    async def post() -> list[object]:
        made = (lambda: adding(jobs, "a"), lambda: refuse("at checking"), lambda: half, lambda: adding(jobs, "b"))
        return await asyncio.gather(*map(together.add, made), return_exceptions=True)  # type: ignore[arg-type]

    first, second, third, fourth = asyncio.run(post())
    assert (str(second), str(third)) == (str(GraftError("at checking")), str(GraftError("at writing")))
    assert [job.title for job in jobs.list()] == ["b", "a"]
    assert [job.id for job in jobs.list()] == [fourth[0].id, first[0].id]  # type: ignore[index]
    jobs.close()


def test_nothing_is_accepted_that_could_not_be_written(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "jobs.sqlite")
    together = Together(jobs, lambda: None)
    jobs.close()
    with pytest.raises(GraftError, match=r"jobs\.sqlite"):
        asyncio.run(together.add(lambda: adding(jobs, "a")))


def test_a_defect_leaves_nobody_waiting(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "jobs.sqlite")
    faults = [RuntimeError("the worker's pipe is gone")]

    def wake() -> None:
        if faults:
            raise faults.pop()

    together = Together(jobs, wake)

    async def post() -> list[Job]:
        with pytest.raises(RuntimeError, match="pipe"):
            await together.add(lambda: adding(jobs, "a"))
        return await together.add(lambda: adding(jobs, "b"))

    assert [job.title for job in asyncio.run(asyncio.wait_for(post(), 20))] == ["b"]
    jobs.close()
