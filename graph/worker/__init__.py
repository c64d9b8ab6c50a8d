"""Why: nodes crash, hang and eat memory, and none of it may reach the server. This package is the process that runs jobs: the server's end of it
(supervisor.py, process.py), what passes between them (wire.py, outbox.py, at_work.py), the process itself (main.py), what it runs jobs
with (kit.py), and the watch over its memory (resident.py)."""

from .kit import Kit
from .supervisor import Worker

__all__ = ["Kit", "Worker"]
