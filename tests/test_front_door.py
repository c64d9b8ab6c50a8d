"""The front door in a copy of the checkout: the real ./graft and set-up, over a venv and a pip that install nothing."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import jobs
import llama
import prepare
import pytest

ROOT = Path(__file__).parent.parent
ONE_SENTENCE = 1  # lines on stderr

FAKE_VENV = """
import shutil, sys
from pathlib import Path
def make(folder):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").write_text(f'#!/bin/sh\\nVIRTUAL_ENV="{folder}" exec "{sys.executable}" -S "$@"\\n')
    (folder / "bin/python").chmod(0o755)
    info = folder / "lib/python3/site-packages/pip-1.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text("")
if __name__ == "__main__":  # the front door imports it too, to see whether it is there
    make(Path(sys.argv[-1]))
"""

# Writes what it was asked into pip.log. `next` holds what the next `install` is to do instead of working.
FAKE_PIP = """
import os, re, signal, sys, zipfile
from pathlib import Path
here, command = Path(__file__).parent, sys.argv[2]
with (here / "pip.log").open("a") as log:
    print(command, *sys.argv[3:], file=log)
if command == "wheel":
    folder = Path(sys.argv[sys.argv.index("--wheel-dir") + 1])
    folder.mkdir()
    with zipfile.ZipFile(folder / "llama_cpp_python-0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("options", os.environ["CMAKE_ARGS"])
    sys.exit()
site = Path(os.environ["VIRTUAL_ENV"]) / "lib/python3/site-packages"
for word in sys.argv[sys.argv.index("-c") + 2 :]:
    name = "llama_cpp_python" if word.endswith(".whl") else re.match(r"[A-Za-z0-9_-]+", word)[0]
    info = site / f"{name}-1.dist-info"
    if info.exists():
        continue
    (site / f"{name}.py").write_text("whole")
    info.mkdir()
    todo = here / "next"
    if todo.exists():
        action = todo.read_text()
        todo.unlink()
        if action == "kill":
            (info / "RECORD").write_text(f"{name}.py,sha256=x,9999\\n")
            os.kill(os.getppid(), signal.SIGKILL)
            sys.exit(1)
        if action == "interrupt":
            (here / "child").write_text(str(os.getpid()))
            os.kill(os.getppid(), signal.SIGINT)
            signal.pause()
        print(action)
        sys.exit(1)
    (info / "RECORD").write_text(f"{name}.py,sha256=x,5\\n{name}-1.dist-info/RECORD,,\\n")
"""

CLI = "import json, os, sys\nprint(json.dumps([os.getcwd(), *sys.argv[1:]]))\n"


@dataclass
class Checkout:
    """A copy of the front door with its own PATH, home and fakes."""

    root: Path
    fakes: Path
    tools: Path
    home: Path

    def command(self, *arguments: str, door: Path | None = None) -> tuple[list[str], dict[str, str]]:
        env = {
            "PATH": str(self.tools),
            "HOME": str(self.home),
            "PYTHONPATH": str(self.fakes),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return [str(door or self.root / "graft"), *arguments], env

    def graft(
        self, *arguments: str, door: Path | None = None, cwd: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        command, env = self.command(*arguments, door=door)
        return subprocess.run(
            command, env=env | more, cwd=cwd or self.home, capture_output=True, text=True, check=False, timeout=120
        )

    def asked(self) -> list[str]:
        """What pip was asked so far, one line per call."""
        log = self.fakes / "pip.log"
        return log.read_text().splitlines() if log.exists() else []

    def python(self, name: str, twist: str = "") -> None:
        """Put a Python on PATH, as it would be if `twist` had come before its first line."""
        script = self.tools / name
        run = f"-c 'import sys; {twist}; exec(sys.argv[2])' \"$@\"" if twist else '"$@"'
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S {run}\n')
        script.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(*(tmp_path / name for name in ("the check out", "fakes", "tools", "home")))
    for folder in (made.root, made.fakes, made.tools, made.home):
        folder.mkdir()
    shutil.copytree(ROOT / "setup", made.root / "setup", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("graft", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, made.root)
    (made.root / "cli.py").write_text(CLI)
    (made.fakes / "venv.py").write_text(FAKE_VENV)
    (made.fakes / "pip.py").write_text(FAKE_PIP)
    (made.fakes / "llama_cpp.py").write_text("")
    for tool in ("sh", "cat", "cmp", "readlink"):
        (made.tools / tool).symlink_to(shutil.which(tool) or tool)
    for compiler in ("cc", "c++"):
        (made.tools / compiler).symlink_to("/bin/sh")
    return made


@pytest.fixture
def with_python(checkout: Checkout) -> Checkout:
    checkout.python("python3.12")
    return checkout


def told(process: subprocess.CompletedProcess[str]) -> list[str]:
    return json.loads(process.stdout) if process.returncode == 0 else pytest.fail(process.stderr)


@pytest.mark.parametrize(
    ("name", "twist", "expected"),
    [
        pytest.param("python3", "sys.version_info = (3, 9, 18)", "python3 is Python 3.9", id="old"),
        pytest.param("python3.12", 'sys.modules["ensurepip"] = None', "python3.12 has no venv module", id="no venv"),
        pytest.param(
            "python3.13", 'sys.exit("python3.13: command not found")', "none of", id="launcher without Python"
        ),
        pytest.param("unused", "", "none of python3.13 python3.12 python3.11 python3 was found", id="missing"),
    ],
)
def test_says_in_one_sentence_which_python_is_missing(checkout: Checkout, name: str, twist: str, expected: str) -> None:
    checkout.python(name, twist)
    process = checkout.graft("run")
    assert process.returncode == 1
    assert expected in process.stderr
    assert "GRAFT_PYTHON=" in process.stderr
    assert process.stderr.count("\n") == ONE_SENTENCE
    assert not (checkout.root / ".venv").exists()


def test_passes_over_a_python_that_will_not_do(checkout: Checkout) -> None:
    checkout.python("python3.13", 'sys.modules["ensurepip"] = None')
    checkout.python("python3")
    assert told(checkout.graft("run")) == [str(checkout.home), "run"]


def test_takes_the_python_that_is_named(checkout: Checkout) -> None:
    checkout.python("mine")
    assert told(checkout.graft("nodes", GRAFT_PYTHON="mine"))[1:] == ["nodes"]


def test_first_use_sets_up_and_the_second_starts_no_set_up(with_python: Checkout) -> None:
    assert told(with_python.graft("run", "a b.json", "")) == [str(with_python.home), "run", "a b.json", ""]
    asked = with_python.asked()
    assert any("torch" in line for line in asked)
    assert any(line.startswith("wheel") for line in asked)
    assert not any("pytest" in line.split() for line in asked)
    (with_python.tools / "python3.12").unlink()  # with nothing to do, no Python is looked for
    second = with_python.graft("run")
    assert told(second)[1:] == ["run"]
    assert second.stderr == ""
    assert with_python.asked() == asked


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml"])
def test_changed_pins_set_up_again(with_python: Checkout, name: str) -> None:
    with_python.graft()
    before = len(with_python.asked())
    with (with_python.root / name).open("a") as file:
        file.write("# changed\n")
    assert "bringing .venv up to date" in with_python.graft().stderr
    after = len(with_python.asked())
    assert after == before + 1  # the packages; llama-cpp-python is there already
    with_python.graft()
    assert len(with_python.asked()) == after


def test_tests_bring_their_own_packages(with_python: Checkout) -> None:
    with_python.graft("run")
    with_python.graft("test")
    assert "pytest-xdist" in with_python.asked()[-1]
    before = with_python.asked()
    assert with_python.graft("run").stderr == with_python.graft("test").stderr == ""
    assert with_python.asked() == before


def test_setup_makes_a_set_and_stops(with_python: Checkout) -> None:
    process = with_python.graft("setup", "dev")
    assert (process.returncode, process.stdout) == (0, "")
    assert {path.name for path in with_python.root.glob(".venv/ready-*")} == {f"ready-{name}" for name in prepare.SETS}


def test_setup_refuses_an_unknown_set(with_python: Checkout) -> None:
    process = with_python.graft("setup", "tset")
    assert process.returncode == 1
    assert "'tset'" in process.stderr
    assert "run, test, train, dev" in process.stderr


def test_setup_repairs_a_damaged_package(with_python: Checkout) -> None:
    with_python.graft("test")
    broken = with_python.root / ".venv/lib/python3/site-packages/torch.py"
    broken.write_text("")
    assert with_python.graft("setup").returncode == 0
    assert broken.read_text() == "whole"
    assert not (with_python.root / ".venv/ready-test").exists()  # the damage might have been there


def test_killed_set_up_is_completed(with_python: Checkout) -> None:
    (with_python.fakes / "next").write_text("kill")
    killed = with_python.graft("run")
    assert killed.returncode == 128 + signal.SIGKILL
    assert killed.stdout == ""
    site = with_python.root / ".venv/lib/python3/site-packages"
    half = [info for info in site.glob("*.dist-info") if not prepare.is_whole(info)]
    assert len(half) == 1
    assert told(with_python.graft("run"))[1:] == ["run"]
    assert prepare.is_whole(half[0])


def test_interrupted_set_up_stops_its_children_and_is_completed(with_python: Checkout) -> None:
    (with_python.fakes / "next").write_text("interrupt")
    stopped = with_python.graft("run")
    assert stopped.returncode == 128 + signal.SIGINT
    assert "interrupted" in stopped.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int((with_python.fakes / "child").read_text()), 0)
    assert told(with_python.graft("run"))[1:] == ["run"]


def test_environment_without_its_python_is_made_anew(with_python: Checkout) -> None:
    with_python.graft("run")
    (with_python.root / ".venv/bin/python").write_text("#!/gone\n")
    (with_python.root / ".venv/ready-run").unlink()
    assert told(with_python.graft("run"))[1:] == ["run"]


def test_two_set_ups_wait_for_each_other(with_python: Checkout) -> None:
    with (with_python.root / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command, env = with_python.command("run")
        with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert "another set-up" in process.stderr.readline()
            fcntl.flock(lock, fcntl.LOCK_UN)
            out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert json.loads(out)[1:] == ["run"]


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        pytest.param("OSError: [Errno 28] No space left on device", "disk is full", id="disk full"),
        pytest.param("NewConnectionError: Failed to establish", "index can't be reached", id="no network"),
        pytest.param("ERROR: Could not find a version (from versions: none)", "index can't be reached", id="no index"),
        pytest.param("ERROR: wheel is broken", "ERROR: wheel is broken", id="anything else"),
    ],
)
def test_failed_install_is_explained_in_one_sentence(with_python: Checkout, says: str, expected: str) -> None:
    (with_python.fakes / "next").write_text(says)
    process = with_python.graft("run")
    assert process.returncode == 1
    last = process.stderr.splitlines()[-1]
    assert last.startswith("graft: packages")
    assert expected in last
    assert "packages.log" in last


@pytest.mark.parametrize(("tool", "language"), [("cc", "a C compiler"), ("c++", "a C++ compiler")])
def test_missing_compiler_is_said_before_anything_is_installed(with_python: Checkout, tool: str, language: str) -> None:
    (with_python.tools / tool).unlink()
    process = with_python.graft("run")
    assert process.returncode == 1
    assert language in process.stderr
    assert process.stderr.count("\n") == ONE_SENTENCE
    assert with_python.asked() == []


def test_kept_wheel_serves_another_checkout_without_a_compiler(with_python: Checkout) -> None:
    with_python.graft("run")
    shutil.rmtree(with_python.root / ".venv")
    (with_python.tools / "c++").unlink()
    before = len(with_python.asked())
    assert told(with_python.graft("run"))[1:] == ["run"]
    assert not any(line.startswith("wheel") for line in with_python.asked()[before:])


def test_other_compile_options_are_another_build(with_python: Checkout) -> None:
    with_python.graft("run")
    before = len(with_python.asked())
    with_python.graft("setup", CMAKE_ARGS="-DGGML_CUDA=on")
    assert sum(line.startswith("wheel") for line in with_python.asked()[before:]) == 1
    with_python.graft("setup", CMAKE_ARGS="-DGGML_CUDA=on")
    assert sum(line.startswith("wheel") for line in with_python.asked()) == 2
    assert len(list(with_python.home.glob(".cache/graft/wheels/*/*.whl"))) == 2


def test_wheel_that_does_not_work_leaves_the_cache(with_python: Checkout) -> None:
    (with_python.fakes / "llama_cpp.py").write_text("raise OSError('GLIBC_9.99 not found')")
    process = with_python.graft("run")
    assert process.returncode == 1
    assert "GLIBC_9.99 not found" in process.stderr
    assert list(with_python.home.glob(".cache/graft/wheels/*/*.whl")) == []


@pytest.mark.parametrize("how", ["elsewhere", "link", "relative link", "link to link", "by name"])
def test_called_from_anywhere(with_python: Checkout, how: str) -> None:
    link, other = with_python.home / "my graft", with_python.home / "other"
    link.symlink_to(
        os.path.relpath(with_python.root / "graft", link.parent) if "relative" in how else with_python.root / "graft"
    )
    other.symlink_to(link.name)
    door = {"elsewhere": with_python.root / "graft", "link to link": other, "by name": Path("graft")}.get(how, link)
    cwd = with_python.root if how == "by name" else with_python.home
    if how == "by name":
        env = with_python.command()[1]
        process = subprocess.run(["sh", "graft", "run"], env=env, cwd=cwd, capture_output=True, text=True, check=False)
    else:
        process = with_python.graft("run", door=door, cwd=cwd)
    assert told(process) == [str(cwd), "run"]


def test_full_disk_is_said_with_the_space_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(prepare, "VENV", tmp_path)
    monkeypatch.setattr(prepare.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 10**9))
    with pytest.raises(prepare.SetupError, match=r"need \d\.\d GB .* has 1\.0 GB free: free some"):
        prepare.check_space()


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        pytest.param("flags\t\t: sse2 avx avx2 fma\n", "portable", id="x86 with AVX2"),
        pytest.param("flags\t\t: sse2 avx\n", "sse2 avx", id="x86 without"),
        pytest.param("Features\t: fp asimd\n", "fp asimd", id="arm"),
        pytest.param(None, "portable", id="no cpuinfo"),
    ],
)
def test_code_is_portable_where_that_is_fast(tmp_path: Path, cpuinfo: str | None, expected: str) -> None:
    file = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        file.write_text(cpuinfo)
    assert llama.processor(file) == expected


def test_compiler_that_outlived_its_set_up_was_not_in_vain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "broken.whl").write_text("half a wheel")
    shutil.make_archive(str(tmp_path / "whole"), "zip", ROOT / "setup")
    (tmp_path / "whole.zip").rename(tmp_path / "whole.whl")
    llama.salvage(tmp_path, "build")
    kept = llama.cached("build")
    assert kept is not None
    assert kept.name == "whole.whl"


def test_progress_tells_the_time_left() -> None:
    log = "configuring\n  [1/40] cc a.c\n  [10/40] cc b.c\nwarning: [11/40\n"
    assert llama.compile_note(log, 20.0) == "file 10 of 40, about 1 min 00 s left"
    assert jobs.duration(59.4) == "59 s"
