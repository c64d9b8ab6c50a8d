"""Why: a job that was accepted must never be lost. This package is the durable queue and its history: what a job is (job.py), the
SQLite file that holds what was and is in it (history.py), and the changes to it (queue.py)."""

from .job import ENDED, STATUSES, Job, Lost, OnError, Status, event_of, product, zipped
from .queue import Jobs

__all__ = ["ENDED", "STATUSES", "Job", "Jobs", "Lost", "OnError", "Status", "event_of", "product", "zipped"]
