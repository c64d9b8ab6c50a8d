"""The process that runs jobs: whatever a node does to it, its job ends with a clear word, the next job runs, and the server is not touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.jobs import kill_loop
from graph import Settings
from graph.jobs import Job, Jobs
from graph.settings import ROOT
from graph.worker import Worker
from tests.graph.job_toys import SETUP

PATIENCE = 30.0  # seconds; nothing here takes long, but the machine may be busy


class Desk:
    """A queue with a worker, and all that was heard of it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.settings = Settings(**{"data": folder / "data", "out": folder / "out", **settings})
        self.path = folder / "data" / "jobs.sqlite"
        self.jobs = Jobs(self.path)
        self.events: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self._heard = threading.Condition()
        self.worker = Worker(self.path, self.settings, setup=SETUP, on_events=self._hear, on_state=self._state)

    def _hear(self, events: list[dict[str, Any]]) -> None:
        with self._heard:
            self.events += events
            self._heard.notify_all()

    def _state(self, state: dict[str, Any]) -> None:
        with self._heard:
            self.states.append(state)
            self._heard.notify_all()

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        with self._heard:
            while not (answer := true()):
                assert time.monotonic() < deadline, f"{what}: {self.events[-5:]} {self.worker.state}"
                self._heard.wait(0.02)
        return answer

    def add(self, kind: str, target: str = "bad", **inputs: Any) -> Job:
        """A job of one node behind another."""
        job = self.jobs.add(
            flow(first=("job.ok", {"a": 1}), **{target: (f"job.{kind}", {"a": link("first"), **inputs})})
        )
        self.worker.wake()
        return job

    def ended(self, job: Job) -> Job:
        """The job, once the event of its end has come."""

        def heard() -> bool:
            return any(
                e["type"] == "job" and e["job"] == job.id and e["status"] not in ("pending", "running")
                for e in self.events
            )

        self.until(heard, f"job {job.number} has not ended")
        found = self.jobs.get(job.id)
        assert found is not None
        assert found.has_ended
        return found

    def of(self, job: Job) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("job") == job.id]

    def still_runs(self) -> bool:
        return self.ended(self.add("ok", "good")).status == "done"


@contextmanager
def desk_in(folder: Path, **settings: Any) -> Iterator[Desk]:
    desk = Desk(folder, **settings)
    desk.worker.start()
    try:
        yield desk
    finally:
        desk.worker.stop()
        desk.jobs.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One worker for the tests that do not hurt it."""
    with desk_in(tmp_path_factory.mktemp("shared")) as desk:
        yield desk


def link(node: str, output: str = "integer") -> dict[str, str]:
    return {"node": node, "output": output}


def flow(**nodes: tuple[str, dict[str, Any]]) -> str:
    return json.dumps(
        {"format": 1, "nodes": {name: {"type": kind, "inputs": inputs} for name, (kind, inputs) in nodes.items()}}
    )


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_job_is_run_told_and_written_down(shared: Desk) -> None:
    job = shared.jobs.add(
        flow(one=("job.ok", {"a": 1}), save=("job.save", {"name": "x.txt", "a": link("one")})),
        values={"one.a": 6},
        title="t",
    )
    shared.worker.wake()
    done = shared.ended(job)
    path = str(shared.settings.out / "x.txt")
    assert Path(path).read_text() == "7"
    assert (done.status, done.ran, done.cached, done.error) == ("done", 2, 0, None)
    assert done.outputs == [{"node": "save", "path": path}, {"node": "save", "output": "integer", "value": 7}]
    assert 0 < done.seconds < PATIENCE
    events = [e for e in shared.of(job) if e["type"] != "made"]  # small pictures may come after the end
    assert [e["status"] for e in events if e["type"] == "job"] == ["running", "done"]
    assert events[0]["title"] == "t"
    assert events[-1]["outputs"] == done.outputs
    assert [name for e in events if e["type"] == "finished" for name, seconds in e["nodes"]] == ["one", "save"]
    assert [e["path"] for e in events if e["type"] == "wrote"] == [path]


def test_the_next_job_takes_what_the_last_one_made(shared: Desk) -> None:
    text = flow(one=("job.ok", {"a": 41}), two=("job.ok", {"a": link("one")}))
    jobs = shared.jobs.add_batch(text, [{}, {}, {"one.a": 1}])
    shared.worker.wake()
    ends = [shared.ended(job) for job in jobs]
    assert [(end.ran, end.cached, end.outputs[0]["value"]) for end in ends] == [(2, 0, 43), (0, 1, 43), (2, 0, 3)]
    assert [e["nodes"] for e in shared.of(jobs[1]) if e["type"] == "cached"] == [["two"]]


def test_the_bytes_of_events_grow_with_the_nodes(shared: Desk) -> None:
    size = 3000
    nodes = {f"n{i}": ("job.ok", {"a": link(f"n{i - 1}") if i else 9_000_000}) for i in range(size)}
    job = shared.jobs.add(flow(**nodes))
    shared.worker.wake()
    assert shared.ended(job).ran == size
    events = shared.of(job)
    assert sorted(name for e in events if e["type"] == "finished" for name, _ in e["nodes"]) == sorted(nodes)
    assert len(events) < size / 10
    assert len(json.dumps(events)) < 60 * size


@pytest.mark.parametrize(
    ("how", "what"),
    [
        pytest.param("SystemExit", "failed with SystemExit: 4", id="SystemExit"),
        pytest.param("KeyboardInterrupt", "KeyboardInterrupt", id="KeyboardInterrupt"),
        pytest.param("ValueError", "failed with ValueError: a defect", id="a defect"),
        pytest.param("BadInput", "2 is too much", id="bad input"),
    ],
)
def test_what_a_node_raises_ends_its_job_alone(shared: Desk, how: str, what: str) -> None:
    assert shared.still_runs()  # it has started
    pid = shared.worker.state["pid"]
    job = shared.ended(shared.add("die", how=how))
    assert job.status == "failed"
    assert what in job.error["what"]
    assert job.error["cure"]
    assert (job.node, job.error["node"]) == ("bad", "bad")
    assert shared.still_runs()
    assert shared.worker.state["pid"] == pid


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("{", "not JSON", id="not JSON"),
        pytest.param('{"nodes": []}', "is no workflow", id="no workflow"),
        pytest.param(flow(a=("job.none", {}), b=("job.ok", {"c": 1})), "2 problems", id="problems"),
    ],
)
def test_a_workflow_that_cannot_run_fails_with_every_problem(shared: Desk, text: str, what: str) -> None:
    job = shared.jobs.add(text)
    shared.worker.wake()
    error = shared.ended(job).error
    assert what in error["what"]
    if "2" in what:
        assert [row["node"] for row in error["problems"]] == ["a", "b"]
    assert shared.still_runs()


def test_a_node_cannot_take_the_orders_from_standard_input(shared: Desk) -> None:
    job = shared.ended(shared.add("read_input"))
    assert job.outputs == [{"node": "bad", "output": "text", "value": ""}]
    assert shared.still_runs()


def test_a_paused_queue_waits_for_resume(shared: Desk) -> None:
    shared.jobs.pause()
    job = shared.add("ok")
    shared.worker.wake()
    assert shared.jobs.get(job.id).status == "pending"
    shared.jobs.resume()
    shared.worker.wake()
    assert shared.ended(job).status == "done"


def test_a_node_that_looks_is_cancelled_without_harm(shared: Desk, tmp_path: Path) -> None:
    job = shared.add("slow", marker=str(tmp_path / "begun"))
    shared.until((tmp_path / "begun").exists, "the node has not begun")
    pid = shared.worker.state["pid"]
    assert shared.until(lambda: shared.worker.state["node"], "no node is told") == "bad"
    progress = shared.until(
        lambda: [e for e in shared.of(job) if e["type"] == "progress" and e["left"]], "no progress"
    )[-1]
    assert progress["left"] == pytest.approx((progress["total"] - progress["done"]) / progress["rate"])
    assert any(e["type"] == "started" and e["nodes"] == ["bad"] for e in shared.of(job))
    assert shared.jobs.cancel(job.id).cancelling
    shared.worker.cancel(job.id)
    assert shared.ended(job).status == "cancelled"
    assert shared.still_runs()
    assert shared.worker.state["pid"] == pid
    assert shared.worker.state["job"] is None


def test_a_node_that_hangs_in_c_is_cancelled_by_ending_the_process(desk: Desk, tmp_path: Path) -> None:
    job, following = desk.add("hang", marker=str(tmp_path / "begun")), desk.add("ok")
    desk.until((tmp_path / "begun").exists, "the node has not begun")
    pid, began = desk.worker.state["pid"], time.monotonic()
    desk.jobs.cancel(job.id)
    desk.worker.cancel(job.id)
    ended = desk.ended(job)
    assert time.monotonic() - began < 5, "about 0.8 s on an idle machine"
    assert (ended.status, ended.error) == ("cancelled", None)
    assert desk.ended(following).status == "done"
    assert not alive(pid)
    state = desk.worker.state
    assert (state["alive"], state["restarts"], state["last_error"]) == (True, 1, None)


@pytest.mark.parametrize(
    ("how", "what"),
    [
        pytest.param("exit", "exit code 3", id="os._exit"),
        pytest.param("segfault", "SIGSEGV", id="segfault"),
        pytest.param("kill", "SIGKILL", id="kill -9"),
    ],
)
def test_the_death_of_the_process_fails_its_job_alone(desk: Desk, how: str, what: str) -> None:
    job, following = desk.add("die", how=how), desk.add("ok")
    ended = desk.ended(job)
    assert (ended.status, ended.node, ended.error["node"]) == ("failed", "bad", "bad")
    assert what in ended.error["what"]
    assert ended.error["cure"]
    assert [e["node"] for e in desk.of(job) if e["type"] == "failed"] == ["bad"]
    assert desk.ended(following).status == "done"
    assert desk.worker.state["restarts"] == 1
    assert what in desk.worker.state["last_error"]
    assert [state["alive"] for state in desk.states] == [False, True, False, False, False, True]


STREAM = {"source": ("job.numbers", {"count": 3000}), "first": ("job.small", {"n": link("source", "n")})}


def test_a_death_inside_a_stream_names_the_node_of_the_item(desk: Desk) -> None:
    nodes = {**STREAM, "second": ("job.small", {"n": link("first", "n"), "bad": 1500})}
    job = desk.jobs.add(flow(**nodes, end=("job.total", {"n": link("second", "n")})))
    desk.worker.wake()
    ended = desk.ended(job)
    assert (ended.status, ended.node) == ("failed", "second")
    assert "source" in ended.error["what"]
    assert len(json.dumps(desk.of(job))) < 10_000, "no event for each item"
    assert desk.still_runs()


def test_items_that_go_no_further_are_in_the_record(shared: Desk) -> None:
    nodes = {
        **STREAM,
        "thirds": ("job.thirds", {"n": link("first", "n")}),
        "gate": ("job.small", {"n": link("thirds", "n"), "gate": 2000}),
        "end": ("job.total", {"n": link("gate", "n")}),
    }
    job = shared.jobs.add(flow(**nodes), on_error="skip")
    shared.worker.wake()
    ended = shared.ended(job)
    passed = [n + 1 for n in range(1, 2000) if n % 3]
    assert (ended.status, ended.outputs[0]["value"]) == ("done", sum(passed))
    assert (ended.failed, ended.dropped) == (1000, 3000 - 1000 - len(passed))
    assert len(ended.reasons) == 1000
    first = min((reason for reason in ended.reasons if reason["failed"]), key=lambda reason: reason["item"])
    assert (first["node"], first["item"]) == ("thirds", 2)
    assert "3 is a third" in first["reason"]
    assert [found.reasons for found in shared.jobs.list(limit=1)] == [[]], "not in lists"
    events = shared.of(job)
    assert (events[-1]["failed"], events[-1]["dropped"]) == (ended.failed, ended.dropped)
    assert len([event for event in events if event["type"] == "dropped"]) == 1000


def test_an_item_that_fails_ends_a_job_that_does_not_skip(shared: Desk) -> None:
    nodes = {
        "source": ("job.numbers", {"count": 9}),
        "thirds": ("job.thirds", {"n": link("source", "n")}),
        "end": ("job.total", {"n": link("thirds", "n")}),
    }
    job = shared.jobs.add(flow(**nodes))
    shared.worker.wake()
    ended = shared.ended(job)
    assert (ended.status, ended.node, ended.failed) == ("failed", "thirds", 0)


def test_a_job_is_told_before_a_node_holds_everything_up(shared: Desk, tmp_path: Path) -> None:
    marker = tmp_path / "go"
    job = shared.jobs.add(flow(hold=("job.hold", {"marker": str(marker)})))
    shared.worker.wake()
    try:
        shared.until(lambda: [event["status"] for event in shared.of(job)] == ["running"], "it is not told")
    finally:
        marker.touch()
    assert shared.ended(job).status == "done"


def test_memory_over_the_limit_is_said_before_the_system_kills(tmp_path: Path) -> None:
    with desk_in(tmp_path, worker_bytes=300 << 20) as desk:
        job = desk.jobs.add(flow(big=("job.allocate", {"megabytes": 4000})))
        desk.worker.wake()
        ended = desk.ended(job)
        assert (ended.status, ended.node) == ("failed", "big")
        assert "MB of memory" in ended.error["what"]
        assert "GRAFT_WORKER_MB" in ended.error["cure"]
        assert desk.still_runs()
        assert 0 < desk.worker.state["rss"] < desk.worker.state["limit"] == 300 << 20


def test_the_models_in_memory_are_told(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        assert desk.worker.state["models"] == []
        job = desk.jobs.add(flow(big=("job.allocate", {"megabytes": 32})))
        desk.worker.wake()
        assert desk.ended(job).status == "done"
        desk.until(lambda: len(desk.worker.state["models"]) > 0, "nothing is told")
        row = {"kind": "toy", "name": "kept", "bytes": 16 << 20, "device": "cpu", "used": False}
        assert desk.worker.state["models"] == [row, row]


def test_models_are_put_away_before_memory_runs_out(tmp_path: Path) -> None:
    with desk_in(tmp_path, worker_bytes=400 << 20) as desk:
        for megabytes in (288, 304):  # together more than the limit
            job = desk.jobs.add(flow(big=("job.allocate", {"megabytes": megabytes})))
            desk.worker.wake()
            assert desk.ended(job).status == "done"
            desk.until(lambda: desk.worker.state["rss"] < 200 << 20, "nothing was put away")
        assert desk.worker.state["restarts"] == 0


def test_a_worker_that_cannot_start_says_why(tmp_path: Path) -> None:
    with desk_in(tmp_path, device="broken") as desk:
        desk.until(lambda: any(state["last_error"] for state in desk.states), "nothing is said")
        assert "RuntimeError: no such device" in desk.worker.state["last_error"]
        assert not desk.worker.state["alive"]


def test_what_was_running_when_all_died_is_interrupted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lost, pending = desk.jobs.add(flow(a=("job.ok", {}))), desk.jobs.add(flow(a=("job.ok", {})))
    assert desk.jobs.claim("one that is gone").id == lost.id
    desk.worker.start()
    assert desk.ended(lost).status == "interrupted"
    assert desk.ended(pending).status == "done"
    again = desk.jobs.retry(lost.id)
    desk.worker.wake()
    assert desk.ended(again).status == "done"
    desk.worker.stop()
    desk.jobs.close()


def test_stop_interrupts_the_job_and_leaves_no_process(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.worker.start()
    job = desk.add("hang", marker=str(tmp_path / "begun"))
    desk.until((tmp_path / "begun").exists, "the node has not begun")
    pid = desk.worker.state["pid"]
    desk.worker.stop(timeout=0.2)
    assert desk.jobs.get(job.id).status == "interrupted"
    assert not alive(pid)
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    desk.jobs.close()


def test_the_worker_dies_with_its_server_even_while_a_node_hangs_in_c(tmp_path: Path) -> None:
    desk = Desk(tmp_path)  # its worker is never started
    marker = tmp_path / "begun"
    job = desk.add("hang", marker=str(marker))
    code = f"""
import sys
from pathlib import Path
from graph import Settings
from graph.worker import Worker
worker = Worker(Path({str(desk.path)!r}), Settings(data=Path({str(tmp_path / "data")!r})), setup={SETUP!r},
    on_events=lambda events: None, on_state=lambda state: print(state["pid"], flush=True))
worker.start()
sys.stdin.read()
"""
    server = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    desk.until(marker.exists, "the node has not begun")
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    assert alive(pid)
    server.kill()
    server.communicate()
    desk.until(lambda: not alive(pid), "the worker lives on")
    assert desk.jobs.get(job.id).status == "running"
    desk.worker.start()
    assert desk.ended(job).status == "interrupted"
    desk.worker.stop()
    desk.jobs.close()


def test_kill_9_at_any_moment_loses_and_repeats_no_job(tmp_path: Path) -> None:
    report = kill_loop(tmp_path, kills=5, seed=3)
    assert report["killed: worker"] >= 1
    assert report["killed: server"] >= 1
    assert report["jobs"] > 30
    assert (report["lost"], report["twice"]) == (0, 0)
