"""`graft serve` as a person starts it: with the real worker process, from the first line to ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession

import cli_serve
from graph import GraftError

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(data: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; killed at the end if it still lives."""
    command = [sys.executable, "cli_serve.py", "--port", "0", "--data", str(data), "--out", str(data / "out"), *more]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, (line, process.communicate(timeout=10)[1])
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def call(url: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)


def ended(url: str, job: str) -> dict[str, Any]:
    """The job, once it has ended: the events tell when to look."""

    async def listen() -> dict[str, Any]:
        async with ClientSession() as session, session.ws_connect(f"{url}api/events") as socket:
            async for _ in socket:  # the first frame comes at once, so what ended before is seen too
                async with session.get(f"{url}api/jobs/{job}") as answer:
                    found: dict[str, Any] = await answer.json()
                if found["ended"]:
                    return found
        raise AssertionError("the server closed the socket")

    return asyncio.run(asyncio.wait_for(listen(), 60))


def test_a_job_runs_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    with served(tmp_path / "data") as (process, url):
        workflow = {"nodes": {"n": {"type": "value.integer", "inputs": {"integer": 41}}}}
        (job,) = call(f"{url}api/jobs", {"workflow": workflow, "values": {"n.integer": 42}})["jobs"]
        found = ended(url, job["id"])
        assert found["status"] == "done", found
        assert [row["value"] for row in found["outputs"]] == [42]
        assert call(f"{url}api/health")["ok"] is True
        with pytest.raises(AssertionError, match="another server"), served(tmp_path / "data"):
            pass
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert not psutil.wait_procs(children, timeout=10)[1]
    with served(tmp_path / "data") as (process, url):
        assert call(f"{url}api/jobs/{job['id']}")["status"] == "done"
        process.terminate()
        assert process.wait(15) == 0


def test_elsewhere_a_token_is_demanded(tmp_path: Path) -> None:
    with served(tmp_path / "data", "--host", "0.0.0.0") as (_, url):
        token = url.partition("?token=")[2]
        assert token == (tmp_path / "data" / "token").read_text().strip()
        port = re.search(r":(\d+)/", url)
        assert port
        base = f"http://127.0.0.1:{port[1]}/"
        with pytest.raises(urllib.error.HTTPError, match="401") as caught:
            call(f"{base}api/queue")
        caught.value.close()
        assert call(f"{base}api/queue", Authorization=f"Bearer {token}")["paused"] is False


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(GraftError, match="can't be listened on"):
            cli_serve.serve(["--port", str(taken.getsockname()[1]), "--data", str(tmp_path)])


BAD = [
    pytest.param(["--port", "70000"], "port 70000", id="port"),
    pytest.param(["--token", "short"], "characters", id="short token"),
    pytest.param(["--add-user", "Ada Lovelace"], "user", id="user"),
    pytest.param(["--wrong"], "--wrong", id="option"),
]


@pytest.mark.parametrize(("arguments", "word"), BAD)
def test_command_lines_that_are_refused(tmp_path: Path, arguments: list[str], word: str) -> None:
    with pytest.raises(GraftError, match=word):
        cli_serve.serve([*arguments, "--data", str(tmp_path)])


def test_a_user_is_made_and_told_the_token_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli_serve.serve(["--add-user", "ada", "--data", str(tmp_path)]) == 0
    token = capsys.readouterr().out.split()[-1]
    assert token not in (tmp_path / "users.json").read_text()
    assert os.stat(tmp_path / "users.json").st_mode & 0o077 == 0
