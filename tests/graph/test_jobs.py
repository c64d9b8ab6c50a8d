"""The queue: in which order jobs are claimed, what each status can become, and what a file that is shared, old or full does."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from graph import GraftError
from graph.jobs import Job, Jobs, Lost, Status, product, zipped

TEXT = '{"format": 1, "nodes": {}}'


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    jobs = Jobs(tmp_path / "data" / "jobs.sqlite")
    yield jobs
    jobs.close()


def titles(found: list[Job]) -> str:
    return "".join(job.title for job in found)


def claimed(jobs: Jobs) -> str:
    """Titles of all jobs in the order in which they are claimed."""
    return titles(list(iter(lambda: jobs.claim("w"), None)))


def test_a_job_comes_back_as_it_was_added(jobs: Jobs) -> None:
    added = jobs.add(
        TEXT, values={"a.b": [1, "é", None]}, targets=["a"], title="t", user="ada", priority=3, folder="/f", out="/o"
    )
    found = jobs.get(added.id)
    assert found == added
    assert (found.status, found.values, found.targets, found.number) == ("pending", {"a.b": [1, "é", None]}, ["a"], 1)
    assert jobs.workflow_of(added.id) == TEXT
    assert jobs.get("none") is None
    with pytest.raises(GraftError, match="no job 'none'"):
        jobs.workflow_of("none")


def test_text_with_a_lone_surrogate_is_kept(jobs: Jobs) -> None:
    job = jobs.add('{"a": "\ud800"}', title="\ud800")
    assert jobs.workflow_of(job.id) == '{"a": "\ud800"}'
    assert jobs.get(job.id).title == "?"


@pytest.mark.parametrize(
    ("change", "order"),
    [
        pytest.param(lambda jobs, id: None, "abcd", id="as they came"),
        pytest.param(lambda jobs, id: jobs.prioritise(id["c"], 1), "cabd", id="a higher priority first"),
        pytest.param(lambda jobs, id: jobs.prioritise(id["a"], -1), "bcda", id="a lower one last"),
        pytest.param(lambda jobs, id: jobs.move(id["d"], id["b"]), "adbc", id="before another"),
        pytest.param(lambda jobs, id: jobs.move(id["d"], id["a"]), "dabc", id="to the front"),
        pytest.param(lambda jobs, id: jobs.move(id["a"], None), "bcda", id="to the end"),
        pytest.param(lambda jobs, id: jobs.move(id["b"], id["b"]), "abcd", id="before itself"),
        pytest.param(lambda jobs, id: jobs.move(id["b"], id["c"]), "abcd", id="where it is"),
        pytest.param(
            lambda jobs, id: (jobs.prioritise(id["d"], 5), jobs.move(id["a"], id["d"])), "adbc", id="into a priority"
        ),
        pytest.param(
            lambda jobs, id: (jobs.move(id["a"], None), jobs.add(TEXT, title="e")), "bcdae", id="new ones come last"
        ),
        pytest.param(lambda jobs, id: jobs.cancel(id["a"]), "bcd", id="without the cancelled"),
    ],
)
def test_the_order(jobs: Jobs, change: Callable[[Jobs, dict[str, str]], Any], order: str) -> None:
    change(jobs, {title: jobs.add(TEXT, title=title).id for title in "abcd"})
    assert titles(jobs.list(order="queue")) == order
    assert claimed(jobs) == order


def test_many_moves_keep_the_order(jobs: Jobs) -> None:
    """Halving the distance a hundred times would run out of numbers between two positions."""
    ids = {title: jobs.add(TEXT, title=title).id for title in "abc"}
    for turn in range(200):
        mover, other = ("b", "c") if turn % 2 else ("c", "b")
        jobs.move(ids[mover], ids[other])
        assert titles(jobs.list(order="queue")) == f"a{mover}{other}"


def test_random_moves_do_as_a_list_would(jobs: Jobs) -> None:
    rng, model = Random(7), [jobs.add(TEXT).id for _ in range(8)]
    for _ in range(300):
        mover = rng.choice(model)
        before = rng.choice([*(id for id in model if id != mover), None])
        jobs.move(mover, before)
        model.remove(mover)
        model.insert(len(model) if before is None else model.index(before), mover)
    assert [job.id for job in jobs.list(order="queue")] == model


def test_only_pending_jobs_are_moved(jobs: Jobs) -> None:
    first, second = jobs.add(TEXT), jobs.add(TEXT)
    jobs.claim("w")
    assert jobs.move(first.id, None) is None
    assert jobs.move(second.id, first.id) is None
    assert jobs.prioritise(first.id, 2) is None
    with pytest.raises(GraftError, match="too far away"):
        jobs.add(TEXT, priority=10**30)


def test_a_paused_queue_stays_paused_in_every_process(jobs: Jobs) -> None:
    job = jobs.add(TEXT)
    jobs.pause()
    jobs.pause()
    other = Jobs(jobs.path)
    assert other.paused
    assert other.claim("w") is None
    other.resume()
    other.close()
    assert jobs.claim("w").id == job.id


def test_many_claimers_share_the_jobs(jobs: Jobs) -> None:
    jobs.add_batch(TEXT, [{"n.i": i} for i in range(120)])
    got: list[int] = []

    def work(name: str) -> None:
        own = Jobs(jobs.path)
        while (job := own.claim(name)) is not None:
            got.append(job.values["n.i"])
            assert own.finish(job.id, "done")
        own.close()

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(120))
    assert jobs.counts()["done"] == 120


def test_the_end_of_a_job_is_written_once(jobs: Jobs) -> None:
    job = jobs.add(TEXT)
    assert not jobs.finish(job.id, "done")
    jobs.claim("w")
    assert jobs.finish(
        job.id, "failed", error={"what": "x"}, outputs=[{"node": "n", "path": "/p"}], node="n", ran=2, seconds=1.5
    )
    assert not jobs.finish(job.id, "done")
    found = jobs.get(job.id)
    assert (found.status, found.error, found.outputs) == ("failed", {"what": "x"}, [{"node": "n", "path": "/p"}])
    assert (found.node, found.ran, found.seconds, found.worker) == ("n", 2, 1.5, "w")
    with pytest.raises(ValueError, match="can't end as 'running'"):
        jobs.finish(job.id, "running")


@pytest.mark.parametrize(
    ("end", "status"),
    [
        pytest.param("cancelled", "cancelled", id="stopped"),
        pytest.param("failed", "cancelled", id="failed over it"),
        pytest.param("interrupted", "cancelled", id="process gone"),
        pytest.param("done", "done", id="was done before"),
    ],
)
def test_cancelling_a_running_job(jobs: Jobs, end: Status, status: Status) -> None:
    job = jobs.add(TEXT)
    jobs.claim("w")
    now = jobs.cancel(job.id)
    assert (now.status, now.cancelling) == ("running", True)
    assert jobs.finish(job.id, end, error={"what": "x"} if end == "failed" else None)
    now = jobs.get(job.id)
    assert (now.status, now.cancelling, now.error) == (status, False, None)


def test_cancelling_others(jobs: Jobs) -> None:
    job = jobs.add(TEXT)
    assert jobs.cancel(job.id).status == "cancelled"
    assert jobs.get(job.id).ended is not None
    assert jobs.cancel(job.id).status == "cancelled"
    assert jobs.cancel("none") is None
    assert jobs.claim("w") is None


@pytest.mark.parametrize(
    ("status", "again"),
    [
        pytest.param("failed", True, id="failed"),
        pytest.param("cancelled", True, id="cancelled"),
        pytest.param("interrupted", True, id="interrupted"),
        pytest.param("done", False, id="done"),
    ],
)
def test_retry(jobs: Jobs, status: Status, again: bool) -> None:
    job = jobs.add(TEXT, values={"a.b": 1}, targets=["a"], title="t", user="ada", batch="b", priority=2)
    assert jobs.retry(job.id) is None, "pending"
    jobs.claim("w")
    assert jobs.retry(job.id) is None, "running"
    jobs.finish(job.id, status, error={"what": "x"}, outputs=[{"node": "a"}], ran=1)
    new = jobs.retry(job.id)
    assert (new is not None) == again
    assert jobs.get(job.id).status == status
    if new is not None:
        same = ("workflow", "values", "targets", "title", "user", "batch", "priority")
        assert [getattr(new, name) for name in same] == [getattr(job, name) for name in same]
        assert (new.status, new.attempt, new.error, new.outputs, new.ran, new.started) == (
            "pending",
            2,
            None,
            [],
            0,
            None,
        )
        assert new.number > job.number
        assert jobs.get(new.id) == new
        assert jobs.claim("w").id == new.id


def test_interrupt_ends_what_lost_its_process(jobs: Jobs) -> None:
    ids = [jobs.add(TEXT).id for _ in range(4)]
    for worker in ("dead", "dead", "alive"):
        jobs.claim(worker)
    jobs.cancel(ids[1])
    assert jobs.interrupt("dead") == ids[:2]
    assert [jobs.get(id).status for id in ids] == ["interrupted", "cancelled", "running", "pending"]
    assert jobs.interrupt(error={"what": "it crashed", "node": "n"}) == [ids[2]]
    crashed = jobs.get(ids[2])
    assert (crashed.status, crashed.node, crashed.error["what"]) == ("failed", "n", "it crashed")
    assert jobs.interrupt() == []


def test_a_clock_that_is_set_back_changes_no_order(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(10_000, 0, -100))
    monkeypatch.setattr("time.time", lambda: float(next(times)))
    for title in "abc":
        jobs.add(TEXT, title=title)
    assert titles(jobs.list()) == "cba"
    first = jobs.claim("w")
    jobs.finish(first.id, "failed")
    assert jobs.get(first.id).seconds == 0, "not negative"
    jobs.retry(first.id)
    assert claimed(jobs) == "bca"
    assert jobs.prune(older_than=1e6) == 0


def test_list_pages_and_filters(jobs: Jobs) -> None:
    for number in range(10):
        jobs.add(TEXT, title=str(number), user="ada" if number % 2 else "bob")
    batch = jobs.add_batch(TEXT, [{}, {}], user="ada")
    assert batch[0].batch == batch[1].batch is not None
    assert [job.id for job in jobs.list(batch=batch[0].batch)] == [batch[1].id, batch[0].id]
    assert titles(jobs.list(user="bob")) == "86420"
    page = jobs.list(user="bob", limit=2)
    assert titles(page) == "86"
    assert titles(jobs.list(user="bob", limit=2, before=page[-1].number)) == "42"
    done = jobs.claim("w")
    jobs.finish(done.id, "done")
    assert titles(jobs.list(status="done")) == "0"
    assert titles(jobs.list(order="queue", user="bob")) == "2468"
    assert jobs.counts("bob") == {"pending": 4, "running": 0, "done": 1, "failed": 0, "cancelled": 0, "interrupted": 0}
    assert jobs.counts()["pending"] == 11


@pytest.mark.parametrize(
    ("given", "left"),
    [
        pytest.param({}, "rp", id="all that ended"),
        pytest.param({"keep": 2}, "b3rp", id="but the newest"),
        pytest.param({"keep": 0, "user": "bob"}, "123rp", id="of one user"),
        pytest.param({"older_than": 35.0}, "3rp", id="by age"),
        pytest.param({"older_than": 35.0, "keep": 2}, "b3rp", id="by age, but not the newest"),
    ],
)
def test_prune(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], left: str) -> None:
    now = 1000.0
    monkeypatch.setattr("time.time", lambda: now)
    for title in "12b3rp":
        jobs.add(TEXT + title, title=title, user="bob" if title == "b" else "ada")
        if title != "p":
            job = jobs.claim("w")
            if title != "r":
                jobs.finish(job.id, "done")
        now += 10
    before = len(jobs.list())
    assert jobs.prune(**given) == before - len(left)
    assert sorted(titles(jobs.list())) == sorted(left)
    assert all(jobs.workflow_of(job.id) == TEXT + job.title for job in jobs.list())
    base = sqlite3.connect(jobs.path)
    assert base.execute("SELECT count(*) FROM workflows").fetchone() == (len(left),)
    base.close()


def test_numbers_are_never_used_again(jobs: Jobs) -> None:
    last = jobs.add(TEXT)
    jobs.cancel(last.id)
    assert jobs.prune() == 1
    assert jobs.add(TEXT).number > last.number


def test_a_batch_is_added_whole_or_not_at_all(jobs: Jobs) -> None:
    with pytest.raises(GraftError, match="is no JSON"):
        jobs.add_batch(TEXT, [{"a.b": 1}, {"a.b": float("nan")}])
    assert jobs.list() == []
    rows = jobs.add_batch(TEXT, [{"a.b": 1}, {}], values={"a.b": 0, "c.d": 2})
    assert [row.values for row in rows] == [{"a.b": 1, "c.d": 2}, {"a.b": 0, "c.d": 2}]


def test_tables() -> None:
    assert product({"a": [1, 2], "b": "xy"}) == [{"a": a, "b": b} for a in (1, 2) for b in "xy"]
    assert zipped({"a": [1, 2], "b": "xy"}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert zipped({}) == []
    with pytest.raises(GraftError, match="a has 1, b has 2"):
        zipped({"a": [1], "b": [1, 2]})
    with pytest.raises(GraftError, match="1000000 rows"):
        product({"a": range(1000), "b": range(1000)})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no database at all" * 100, "not a database", id="another file"),
        pytest.param(None, "Errno|unable to open", id="a folder in the way"),
    ],
)
def test_a_file_that_is_no_queue(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "jobs.sqlite"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(GraftError, match=message) as raised:
        Jobs(path)
    assert str(path) in raised.value.what
    assert raised.value.cure


def test_the_queue_of_an_older_graft_is_taken_over(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.add(TEXT, title="old")
    jobs.close()
    base = sqlite3.connect(jobs.path)
    for name in ("on_error", "dropped", "failed", "reasons", "quiet"):
        base.execute(f"ALTER TABLE jobs DROP COLUMN {name}")
    base.execute("PRAGMA user_version = 1")
    base.commit()
    base.close()
    for _ in range(2):
        again = Jobs(jobs.path)
        assert again.get(job.id) == job
        again.close()


def test_that_a_job_only_helps_is_kept(jobs: Jobs) -> None:
    loud, quiet = jobs.add(TEXT), jobs.add(TEXT, quiet=True)
    assert [job.quiet for job in (loud, quiet)] == [False, True]
    assert jobs.get(quiet.id) == quiet
    assert [job.quiet for job in jobs.list()] == [True, False]
    jobs.cancel(quiet.id)
    again = jobs.retry(quiet.id)
    assert again is not None
    assert again.quiet


def test_why_items_went_no_further_is_kept_but_not_listed(jobs: Jobs) -> None:
    job = jobs.add(TEXT, on_error="skip")
    jobs.claim("w")
    lost = Lost()
    told = [lost.add("gate", item, "x" * 10_000, item % 2 == 0) for item in range(1001)]
    assert told == [True] * 1000 + [False]
    jobs.finish(job.id, "failed", lost=lost)
    found = jobs.get(job.id)
    assert found is not None
    assert (found.on_error, found.dropped, found.failed, len(found.reasons)) == ("skip", 500, 501, 1000)
    assert found.reasons[1] == {"node": "gate", "item": 1, "reason": "x" * 500, "failed": False}
    assert jobs.list()[0].reasons == []
    again = jobs.retry(job.id)
    assert again is not None
    assert (again.on_error, again.dropped, again.failed, again.reasons) == ("skip", 0, 0, [])
    assert jobs.get(again.id) == again


def test_the_queue_of_a_newer_graft_is_left_alone(jobs: Jobs) -> None:
    base = sqlite3.connect(jobs.path)
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(GraftError, match="newer Graft"):
        Jobs(jobs.path)


def test_a_full_disk_is_told_and_loses_nothing(jobs: Jobs) -> None:
    kept = jobs.add(TEXT)
    pages = jobs._base.ask("PRAGMA page_count")[0][0]
    jobs._base.ask(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(GraftError, match="full") as raised:
        jobs.add_batch(TEXT + " " * 100_000, [{}] * 100)
    assert raised.value.cure == "make room on the disk"
    jobs._base.ask("PRAGMA max_page_count = 1000000")
    assert jobs.list() == [kept]
    assert jobs.add(TEXT).number == 2
