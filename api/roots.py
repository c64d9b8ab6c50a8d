"""Why: a path from a request never leaves the folder that it is meant for: not by .., by an absolute or Windows name, by NUL, by a
hidden name, nor by a symbolic link. All handlers find files through here."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import BadInput, did_you_mean
from nodes.disk import check_name

from .errors import ApiError

MAX_PATH = 500  # characters; percent-encoded they must fit into one line of HTTP, which has 8 KB


def inside(root: Path, path: str, *, folders: bool = False) -> Path:
    """The regular file (or folder, when those are meant too) at ``path`` under ``root``, links followed.

    ApiError 400 for what is no relative name, 404 for what is not there.
    """
    missing = ApiError(404, f"there is no file '{path:.100}'", "GET /api/files lists them")
    name = proper(path)
    try:
        top = root.resolve()
        found = (top / name).resolve(strict=True)
        mode = found.stat().st_mode
    except (OSError, RuntimeError):  # nothing there, or links in a circle
        raise missing from None
    if not found.is_relative_to(top) or not (stat.S_ISREG(mode) or (folders and stat.S_ISDIR(mode))):
        raise missing
    return found


def proper(path: str) -> str:
    """``path`` as it came, when it is a relative name without tricks."""
    try:
        if len(path) > MAX_PATH:
            raise BadInput("path", f"the name has {len(path)} characters", f"use at most {MAX_PATH}")
        check_name(path.replace("{", "(").replace("}", ")"), "path")  # braces count only in the names of image.save
    except BadInput as error:
        raise ApiError(400, error.what, "give a name as GET /api/files lists it") from None
    return path


def of(roots: Mapping[str, Path], root: str) -> Path:
    if root not in roots:
        raise ApiError(
            404, f"there is no folder '{root[:60]}'", did_you_mean(root[:60], roots, f"use {', '.join(roots)}")
        )
    return roots[root]


def posted(roots: Mapping[str, Path], value: Any) -> Any:
    """ "files/a.png" for a text that is the whole path of a file in one of the roots, as `checking.located` makes it; any other value as it is."""
    if not isinstance(value, str) or not os.path.isabs(value):
        return value
    for name, root in roots.items():
        for top in (str(root), os.path.realpath(root)):
            if value == top or value.startswith(f"{top}{os.sep}"):
                return f"{name}{value[len(top) :].replace(os.sep, '/')}"
    return value


def name_of(roots: Mapping[str, Path], path: str) -> str | None:
    """ "files/a.png" for the absolute path of a file in one of the roots, None for any other."""
    file = Path(path).resolve()
    for name, root in roots.items():
        if file.is_relative_to(root.resolve()):
            return f"{name}/{file.relative_to(root.resolve()).as_posix()}"
    return None
