"""What every test may rely on, however the tests were started."""

from __future__ import annotations

import signal

import pytest

# A shell that starts something in the background lets it ignore ctrl-C, and all its children inherit that; some tests
# press ctrl-C on a child.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds answers that another run has left behind."""
    monkeypatch.setenv("GRAFT_DATA", str(tmp_path_factory.mktemp("data")))
