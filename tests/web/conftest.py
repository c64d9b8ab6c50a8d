"""A real server with the starter models and the built page, and Debian's Chromium to look at it; one of each per test process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
PATIENCE = 60_000  # milliseconds: a busy machine with two cores paints a picture in half a minute


@dataclass
class Server:
    """A server of its own. ``stop`` and ``start`` again: the same data, the same port."""

    data: Path
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None

    def start(self) -> Server:
        command = [
            sys.executable,
            "cli_serve.py",
            "--port",
            str(self.port),
            "--data",
            str(self.data),
            "--out",
            str(self.data / "out"),
            *self.options,
        ]
        environment = {**os.environ, "GRAFT_OFFLINE": "1", "OMP_NUM_THREADS": "1", **self.environment}
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        found = re.search(r"http://[^/]*:(\d+)/", self.process.stdout.readline())
        assert found, "the server did not start"
        self.port = int(found[1])
        return self

    def stop(self, hard: bool = False) -> None:
        if self.process is not None:
            self.process.kill() if hard else self.process.terminate()
            self.process.wait(20)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For journeys that leave it as it was, but for what they save and run."""
    assert (ROOT / "web" / "dist" / "index.html").is_file(), "the editor is not built: run ./graft setup test"
    running = Server(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """For journeys that stop or fill it."""
    running = Server(tmp_path / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when it logs an error or throws one."""
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    assert not [text for text in errors if "Failed to load resource" not in text], errors


def until(page: Page, asked: str, arg: Any = None) -> None:
    """Wait until an asynchronous question of the page is answered with yes: to wait_for_function a promise is a yes at once."""
    loop = f"""async (arg) => {{
      const asked = {asked};
      for (const end = Date.now() + {PATIENCE}; !(await asked(arg)); await new Promise((next) => setTimeout(next, 50)))
        if (Date.now() > end) throw new Error("still no yes to: " + asked);
    }}"""
    page.evaluate(loop, arg)
