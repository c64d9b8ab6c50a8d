"""Fetches the weights that are named, in a process of its own: python -m nodes.models KIND NAME (see fetching.py)."""

from __future__ import annotations

import json
import sys
from typing import Any

from graph import GraftError, MissingWeights

from .fetching import fetch, order


def main(kind: str, name: str) -> int:
    """Fetch, telling how it goes as JSON lines: {"done", "total"}, and at the end {"state"} with "problem" and "cure" where it failed."""

    def tell(**line: Any) -> None:
        print(json.dumps(line), flush=True)

    try:
        wanted = order(kind, name)
        fetch(wanted, lambda done, total: tell(done=done, total=total))
        tell(state="done", done=wanted.total, total=wanted.total)
        return 0
    except MissingWeights as error:
        left = f": {error.size}" if error.size else ""
        tell(state="failed", problem=f"{error.subject} could not be fetched{left}", cure=error.cure)
        return 1
    except GraftError as error:
        tell(state="failed", problem=error.what, cure=error.cure)
        return 1
    except BrokenPipeError:  # whoever asked has gone
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
