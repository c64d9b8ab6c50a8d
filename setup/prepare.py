"""Makes .venv from pyproject.toml and constraints.txt: ./graft works where only Python and a compiler are.

`pyproject.toml` says what is needed (the product runs from the checkout, so nothing of its own is installed) and
`constraints.txt` which versions. The set-up may be stopped at any moment: a stamp is written only at the end, and the
next run takes away what is half there and installs the rest. Standard library only: it runs before anything is there.
"""

from __future__ import annotations

import csv
import fcntl
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import llama
import page
from jobs import Job, SetupError, duration, run_together, say
from pins import CONSTRAINTS, ROOT, pinned

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WORK = VENV / "setup"  # logs and temporary files: on the disk that was checked, and swept by the next set-up
PYPROJECT = ROOT / "pyproject.toml"
SETS = {"run": ("run",), "test": ("run", "test"), "train": ("run", "train"), "dev": ("run", "test", "train", "dev")}
# Gigabytes, while packages are fetched and unpacked. PyTorch for Linux on x86-64 comes with NVIDIA's libraries.
SPACE_GB = 9.5 if (platform.system(), platform.machine()) == ("Linux", "x86_64") else 3.0


def main(arguments: list[str]) -> int:
    """`prepare.py [--repair] SET`: bring .venv up to date for a set of packages; 0 done, 1 failed, 130 interrupted."""
    repair, need = "--repair" in arguments, arguments[-1]
    try:
        if need not in SETS:
            raise SetupError(f"there is no set of packages called '{need}': choose one of {', '.join(SETS)}")
        lock_fd = lock()
        if need in ready_sets() and not (repair and needs_repair()):
            return 0
        prepare(need, lock_fd)
    except SetupError as error:
        say(f"graft: {error}")
        return 1
    except OSError as error:
        say(f"graft: the set-up stopped: {error}; put that right and start ./graft again, it goes on where it stopped")
        return 1
    except KeyboardInterrupt:
        say("graft: the set-up was interrupted; the next ./graft goes on where it stopped")
        return 130
    return 0


def lock() -> int:
    """Wait until no other set-up works on this checkout. The kernel lifts the lock when its last holder ends."""
    descriptor = os.open(ROOT / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("graft: another set-up of this checkout is at work; waiting for it")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def prepare(need: str, lock_fd: int) -> None:
    began = time.monotonic()
    still_ready = ready_sets()
    build = llama.key(pinned(llama.NAME))
    llama.salvage(wheel_folder(build), build)
    compiling = installed_build() != build and llama.cached(build) is None
    if compiling:
        llama.check_compiler()
    announce(need, compiling)
    for stamp in VENV.glob("ready-*"):
        stamp.unlink()
    damaged = sweep()
    check_space()
    if make_environment(lock_fd) or damaged:
        still_ready = set()
    install_packages(need, build, compiling, lock_fd)
    shutil.rmtree(WORK / "tmp", ignore_errors=True)
    for name in {*SETS[need], *still_ready}:
        write_whole(VENV / f"ready-{name}", sources())
    say(f"graft: the environment is ready ({duration(time.monotonic() - began)})")


def announce(need: str, compiling: bool) -> None:
    what = "bringing .venv up to date" if PYTHON.exists() else "making the environment in .venv, once: some minutes"
    extra = "" if need == "run" else f" with the packages for '{need}'"
    say(f"graft: {what}{extra}" + (f"; {llama.NAME} is compiled from source meanwhile" if compiling else ""))


def sources() -> str:
    """What the environment is made from; a copy of it is the stamp (the front door compares the two)."""
    return PYPROJECT.read_text(encoding="utf-8") + CONSTRAINTS.read_text(encoding="utf-8")


def ready_sets() -> set[str]:
    if not os.access(PYTHON, os.X_OK):
        return set()
    stamps = {name: VENV / f"ready-{name}" for name in SETS}
    return {name for name, stamp in stamps.items() if stamp.exists() and stamp.read_text(encoding="utf-8") == sources()}


def write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees a part of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def requirements(need: str) -> list[str]:
    """The packages of a set, from pyproject.toml: dependencies and the extras that belong to it."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = [name for name in SETS[need] if name != "run"]
    return [*project["dependencies"], *(line for name in extras for line in project["optional-dependencies"][name])]


def check_space() -> None:
    """Raise SetupError when the disk can't hold what is still missing."""
    have = sum(file.stat().st_size for file in VENV.rglob("*") if file.is_file() and not file.is_symlink()) / 1e9
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < SPACE_GB - have:
        raise SetupError(
            f"the packages need {SPACE_GB - have:.1f} GB of disk space and {ROOT} has {free:.1f} GB free: "
            "free some, or move the checkout to a larger disk"
        )


def sweep() -> bool:
    """Take away what an interrupted set-up left; whether a package was damaged.

    Of a damaged package only the record goes: pip then takes it for missing and lays it anew over the old files.
    """
    shutil.rmtree(WORK / "tmp", ignore_errors=True)
    damaged = [info for info in VENV.glob("lib/python*/site-packages/*.dist-info") if not is_whole(info)]
    for leftover in [*damaged, *VENV.glob("lib/python*/site-packages/~*")]:
        shutil.rmtree(leftover)
    return bool(damaged)


def is_whole(info: Path) -> bool:
    """Whether every file that a package's record names is there, as long as it should be."""
    try:
        with (info / "RECORD").open(newline="", encoding="utf-8") as rows:
            return all(
                not size or (info.parent / path).stat().st_size == int(size) for path, _, size in csv.reader(rows)
            )
    except (OSError, ValueError):
        return False


def needs_repair() -> bool:
    """Whether a package is damaged, or llama-cpp-python was compiled with other options than are asked for now."""
    whole = all(is_whole(info) for info in VENV.glob("lib/python*/site-packages/*.dist-info"))
    return not whole or installed_build() != llama.key(pinned(llama.NAME))


def make_environment(lock_fd: int) -> bool:
    """Make .venv, or make it anew when its Python does not start or its pip is gone; whether it was made."""
    has_pip = any(VENV.glob("lib/python*/site-packages/pip-*.dist-info"))
    if has_pip and PYTHON.exists() and starts():
        return False
    log = ROOT / ".venv.log"  # beside the folder that is being cleared
    run_together(
        [Job("environment", [sys.executable, "-m", "venv", "--clear", VENV], log, lambda *_: "", lock_fd=lock_fd)]
    )
    log.unlink()
    return True


def starts() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:  # the Python that the environment was made from is gone
        return False


def install_packages(need: str, build: str, compiling: bool, lock_fd: int) -> None:
    """Install everything but llama-cpp-python while that is compiled, then llama-cpp-python."""
    temporary = WORK / "tmp"
    temporary.mkdir(parents=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", "-c", CONSTRAINTS]
    names = [line for line in requirements(need) if not line.startswith(llama.NAME)]
    env = {"TMPDIR": str(temporary)}
    jobs = [Job("packages", [*pip, *names], WORK / "packages.log", install_note, env, lock_fd)]
    keep = ["--keep"] if need != "run" else []
    if page.WEB.is_dir() and (keep or not page.is_built()):
        command = [PYTHON, ROOT / "setup" / "page.py", *keep]
        jobs.append(Job("editor", command, WORK / "page.log", lambda *_: "being built", env, lock_fd))
    if compiling:
        command = llama.compile_command(PYTHON, wheel_folder(build))
        compile_env = env | llama.compile_environment(CONSTRAINTS)
        jobs.append(Job(llama.NAME, command, WORK / "compile.log", llama.compile_note, compile_env, lock_fd))
    run_together(jobs)
    if compiling:
        llama.keep(next(wheel_folder(build).glob("*.whl")), build)
    if installed_build() != build:
        install_llama(pip, build, env, lock_fd)


def install_llama(pip: list[object], build: str, env: dict[str, str], lock_fd: int) -> None:
    """Install the wheel (and what it needs) and try it; a wheel that fails leaves the cache."""
    wheel = llama.cached(build) or next(wheel_folder(build).glob("*.whl"))
    for info in llama_records():
        shutil.rmtree(info)  # the same version from another build: pip would leave it as it is
    run_together([Job(llama.NAME, [*pip, wheel], WORK / "llama.log", install_note, env, lock_fd)])
    trial = subprocess.run([PYTHON, "-c", "import llama_cpp"], check=False, capture_output=True, text=True)
    if trial.returncode != 0:
        wheel.unlink()
        why = (trial.stderr.strip().splitlines() or [f"exit code {trial.returncode}"])[-1]
        raise SetupError(
            f"the kept wheel of {llama.NAME} does not work here and was removed ({why}): "
            "start ./graft again to compile it"
        )
    write_whole(VENV / "llama-build", build)


def wheel_folder(build: str) -> Path:
    return WORK / "tmp" / build


def llama_records() -> list[Path]:
    return list(VENV.glob("lib/python*/site-packages/llama_cpp_python-*.dist-info"))


def installed_build() -> str | None:
    """Which build of llama-cpp-python is in .venv, whole."""
    note = VENV / "llama-build"
    whole = any(is_whole(info) for info in llama_records())
    return note.read_text(encoding="utf-8") if whole and note.exists() else None


def install_note(log: str, _seconds: float) -> str:
    """How far pip is: it names each package as it fetches it, then installs all in one go."""
    collected = re.findall(r"^Collecting (\S+)", log, re.MULTILINE)
    installing = re.search(r"^Installing collected packages: (.*)$", log, re.MULTILINE)
    if installing:
        there = sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info"))
        return f"installing {installing[1].count(',') + 1} packages, {there} there"
    size = re.findall(r"^ +Downloading \S+ \((.*)\)", log, re.MULTILINE)
    return (
        f"fetching no. {len(collected)}, {collected[-1]}" + (f" (last {size[-1]})" if size else "")
        if collected
        else "looking"
    )


def interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    sys.exit(main(sys.argv[1:]))
