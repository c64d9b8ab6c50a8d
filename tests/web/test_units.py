"""The editor's own unit tests, types and lint, run as the page is built: with the Node that pip brings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
def test_types_lint_and_units_of_the_page() -> None:
    command = [sys.executable, ROOT / "setup" / "page.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-8000:]}\n{done.stderr[-4000:]}"
    assert re.search(r"Tests +\S*\d+ passed", re.sub(r"\x1b\[[0-9;]*m", "", done.stdout))


def test_the_lock_knows_every_platform() -> None:
    """npm before 11.8 drops other platforms' bindings from the lock, and the build then fails there."""
    lock = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    platforms = set(re.findall(r'"node_modules/@rolldown/binding-([^"]+)"', lock))
    assert {"linux-x64-gnu", "linux-arm64-gnu", "darwin-arm64", "win32-x64-msvc"} <= platforms
    assert '"resolved"' not in lock
