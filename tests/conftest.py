"""What every test may rely on, however the tests were started."""

from __future__ import annotations

import signal

# A shell that starts something in the background lets it ignore ctrl-C, and all its children inherit that; some tests
# press ctrl-C on a child.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
