"""The versions that constraints.txt gives, for all parts of the set-up."""

from __future__ import annotations

import re
from pathlib import Path

from jobs import SetupError

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"


def pinned(name: str) -> str:
    """The version of a package in constraints.txt. SetupError where it has none."""
    text = CONSTRAINTS.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)}==(\S+)", text, re.MULTILINE | re.IGNORECASE)
    if found is None:
        raise SetupError(f"constraints.txt has no line {name}==...: add the version to install")
    return found[1]
