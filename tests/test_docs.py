from __future__ import annotations

import re
from pathlib import Path

from docs.make import PAGE, node_page

ROOT = Path(__file__).resolve().parent.parent


def test_the_page_of_nodes_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == node_page(), "make it again: .venv/bin/python -m docs.make"


def test_files_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = (
        set(re.findall(r"\]\(([^)#:]+)\)", text))
        | set(re.findall(r"\bworkflows/[\w/]+\.\w+", text))
        | set(re.findall(r'src="([^":]+)"', text))
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
