"""What the worker tells: merged and throttled, never out of order, and whole however a pipe cuts it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import (
    BadInput,
    Cached,
    Dropped,
    Expected,
    Failed,
    Finished,
    NodeFailed,
    NotValid,
    Preview,
    Problem,
    Progress,
    Said,
    Started,
    Wrote,
)
from graph.worker.outbox import Outbox, error_of
from graph.worker.wire import Board, Unpacker, pack


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def outbox_with(jpeg: Callable[[Any, int], bytes] | None = None) -> tuple[Outbox, list[dict[str, Any]], Clock]:
    sent: list[dict[str, Any]] = []
    clock = Clock()
    return Outbox(sent.extend, jpeg=jpeg, clock=clock), sent, clock


def test_nodes_that_come_and_go_are_one_event() -> None:
    outbox, sent, _ = outbox_with()
    hear = outbox.begin("j", {"job": "j", "type": "job", "status": "running"})
    for index in range(1000):
        hear(Started(f"n{index}"))
        hear(Finished(f"n{index}", 0.25))
        hear(Cached(f"c{index}"))
    hear(Started("long"))
    outbox.flush()
    assert [event["type"] for event in sent] == ["job", "finished", "cached", "started"]
    assert sent[1] == {"job": "j", "type": "finished", "nodes": [[f"n{index}", 0.25] for index in range(1000)]}
    assert sent[3] == {"job": "j", "type": "started", "nodes": ["long"]}
    outbox.flush()
    assert len(sent) == 4, "a start is told once"
    hear(Finished("long", 1.0))
    outbox.end({"job": "j", "type": "job", "status": "done"})
    outbox.flush()
    assert [event["type"] for event in sent[4:]] == ["finished", "job"]


def test_what_keeps_its_place_is_not_overtaken() -> None:
    outbox, sent, _ = outbox_with()
    hear = outbox.begin("j")
    events = [
        Finished("a", 0.0),
        Said("b", "hm"),
        Finished("b", 0.0),
        Wrote("c", Path("/x")),
        Finished("c", 0.0),
        Finished("d", 0.0),
    ]
    for event in [*events, Expected("s", 7), Dropped("g", 3, "blurred"), Failed("e", BadInput("x", "bad", "mend it"))]:
        hear(event)
    outbox.flush()
    assert [{key: value for key, value in event.items() if key != "job"} for event in sent] == [
        {"type": "finished", "nodes": [["a", 0.0]]},
        {"type": "said", "node": "b", "text": "hm"},
        {"type": "finished", "nodes": [["b", 0.0]]},
        {"type": "wrote", "node": "c", "path": "/x"},
        {"type": "finished", "nodes": [["c", 0.0], ["d", 0.0]]},
        {"type": "expected", "node": "s", "total": 7},
        {"type": "dropped", "node": "g", "item": 3, "reason": "blurred", "failed": False},
        {"type": "failed", "what": "bad", "cure": "mend it", "node": "e", "socket": "x"},
    ]


def test_progress_is_told_ten_times_a_second_with_what_is_left() -> None:
    outbox, sent, clock = outbox_with()
    hear = outbox.begin("j")
    hear(Started("n"))
    for step in range(101):
        hear(Progress("n", np.int64(step), 400, "x"))
        held = outbox.flush()
        clock.now += 0.01
    told = [event for event in sent if event["type"] == "progress"]
    assert [event["done"] for event in told] == pytest.approx(range(0, 101, 10), abs=1)
    assert (told[0]["rate"], told[0]["left"]) == (None, None)
    assert (told[-1]["rate"], told[-1]["left"]) == (pytest.approx(100), pytest.approx(3, abs=0.02))
    assert type(told[-1]["done"]) is int
    assert held is None or held <= 0.1
    hear(Progress("n", 105, 400))
    assert outbox.flush() == pytest.approx(0.09, abs=0.02)
    hear(Finished("n", 1.0))
    clock.now += 1
    outbox.flush()
    assert sent[-1]["type"] == "finished", "what a node did not get to tell is let go with it"


def test_progress_that_begins_anew_is_timed_anew() -> None:
    outbox, sent, clock = outbox_with()
    hear = outbox.begin("j")
    for done in (0, 90, 0, 10):
        hear(Progress("n", done, 100))
        clock.now += 1
    outbox.flush()
    assert sent == [
        {"job": "j", "type": "progress", "node": "n", "done": 10, "total": 100, "note": "", "rate": 10.0, "left": 9.0}
    ]


def test_previews_are_throttled_and_show_what_was_there() -> None:
    outbox, sent, clock = outbox_with(lambda image, side: b"%d %d" % (image[0, 0, 0], side))
    hear = outbox.begin("j")
    canvas = np.zeros((2, 2, 3), np.uint8)
    for step in range(10):
        canvas[:] = step
        hear(Preview("n", canvas))
        canvas[:] = 99
        outbox.flush()
        clock.now += 1 / 16
    assert sent == [
        {"job": "j", "type": "preview", "node": "n", "data": data} for data in (b"0 512", b"4 512", b"8 512")
    ]
    clock.now += 1
    hear(Preview("n", canvas))
    hear(Finished("n", 0.0))
    outbox.flush()
    assert [event["type"] for event in sent[3:]] == ["finished"], "nobody needs the preview of what is done"


def test_a_preview_that_is_no_picture_does_not_end_the_run() -> None:
    def jpeg(image: Any, side: int) -> bytes:
        raise TypeError("no picture")

    outbox, sent, _ = outbox_with(jpeg)
    outbox.begin("j")(Preview("n", np.zeros(3)))
    outbox.flush()
    assert sent == [{"job": "j", "type": "said", "node": "n", "text": "its preview can't be shown: no picture"}]


def test_the_end_of_a_job_lets_go_of_its_nodes() -> None:
    outbox, sent, _ = outbox_with()
    hear = outbox.begin("j")
    hear(Started("n"))
    hear(Progress("n", 1, 2))
    assert outbox.latest == "n"
    outbox.end({"type": "job"})
    outbox.begin("k", {"type": "job"})
    outbox.flush()
    assert [event["type"] for event in sent] == ["job", "job"]
    assert outbox.latest == ""


def test_its_thread_sends_by_itself_and_the_rest_at_the_end() -> None:
    outbox, sent, _ = outbox_with()
    outbox.start()
    hear = outbox.begin("j")
    for index in range(5000):
        hear(Said("n", str(index)))
    outbox.close()
    assert [event["text"] for event in sent] == [str(index) for index in range(5000)]


@pytest.mark.parametrize("size", [1, 3, 7, 10_000], ids=lambda size: f"{size} bytes at a time")
def test_messages_come_whole_however_they_are_cut(size: int) -> None:
    messages = [[{"a": b"\0" * 300}], [], [{"b": 1}, {"c": "é"}]]
    data = b"".join(pack(message) for message in messages) + pack([{"torn": 1}])[:-1]
    unpacker = Unpacker()
    assert [m for at in range(0, len(data), size) for m in unpacker.feed(data[at : at + size])] == messages


def test_a_board_is_read_by_another() -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(Board.SIZE)
        mine, other = Board(file.fileno()), Board(file.fileno())
    assert other.nodes() == []
    mine.show(["é", "b"])
    mine.held = 5 << 30
    assert (other.nodes(), other.held) == (["é", "b"], 5 << 30)
    mine.show(["x" * 10_000, "y"])
    assert other.nodes() == ["x" * (Board.SIZE - Board.START)]
    mine.show([])
    assert other.nodes() == []


@pytest.mark.parametrize(
    ("error", "row"),
    [
        pytest.param(BadInput("s", "w", "c"), {"what": "w", "cure": "c", "node": "n", "socket": "s"}, id="bad input"),
        pytest.param(
            NodeFailed("m", ValueError("v"), ""),
            {"what": "failed with ValueError: v", "node": "m", "socket": ""},
            id="defect",
        ),
        pytest.param(
            NotValid([Problem("w", "c", "a", "s")]),
            {"problems": [{"what": "w", "cure": "c", "node": "a", "socket": "s"}]},
            id="problems",
        ),
        pytest.param(KeyboardInterrupt(), {"what": "failed with KeyboardInterrupt: ", "node": "n"}, id="foreign"),
    ],
)
def test_errors_as_data(error: BaseException, row: dict[str, Any]) -> None:
    found = error_of(error, "n")
    assert {key: found[key] for key in row} == row
    assert found["cure"] or "problems" in found


def test_nodes_of_items_are_shown_and_not_sent() -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(Board.SIZE)
        board, sent = Board(file.fileno()), []
        outbox = Outbox(sent.extend, board=board)
        hear = outbox.begin("j")
        hear(Started("source"))
        outbox.inside(Started("a"))
        assert board.nodes() == ["a", "source"]
        outbox.inside(Finished("a", 0.1))
        assert board.nodes() == ["source"]
        outbox.inside(Started("b"))
        outbox.inside(Dropped("b", 1, "failed", failed=True))
        assert board.nodes() == ["source"]
        outbox.inside(Started("b"))
        outbox.end()
        assert board.nodes() == []
        outbox.flush()
        assert [event["type"] for event in sent] == []
        board.close()


def test_a_push_is_over_when_it_was_sent_or_nobody_reads() -> None:
    sent: list[dict[str, Any]] = []
    reads = threading.Event()
    reads.set()

    def send(events: list[dict[str, Any]]) -> None:
        reads.wait(20)
        sent.extend(events)

    outbox = Outbox(send)
    outbox.start()
    for index in range(50):
        outbox.tell({"type": "job", "job": str(index)})
        outbox.push(20)
        assert sent[-1]["job"] == str(index)
    reads.clear()
    outbox.tell({"type": "job", "job": "unread"})
    outbox.push(0.01)
    assert len(sent) == 50
    reads.set()
    outbox.close()
    assert sent[-1]["job"] == "unread"
