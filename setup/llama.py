"""The wheel of llama-cpp-python: the index has only its source, so it is compiled once per machine and kept.

Only what the Python module loads is compiled (`lean.cmake`). On x86-64 the code is made for any processor with AVX2, on
Apple's for all of them, and elsewhere for the very processor. Options of your own, for instance
`CMAKE_ARGS=-DGGML_CUDA=on ./graft setup`, come last and so win; each set of options has its own place in the cache.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import sysconfig
import zipfile
from pathlib import Path

from jobs import SetupError, duration, say

NAME = "llama-cpp-python"
HOOK = Path(__file__).with_name("lean.cmake")
OPTIONS = ["-DLLAVA_BUILD=OFF", "-DLLAMA_OPENSSL=OFF"]


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """`portable` where portable code is fast too, else the flags of the processor that the code is made for."""
    flags = re.search(r"^(?:flags|Features)\s*:(.*)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    if flags is None or "avx2" in flags[1].split():
        return "portable"
    return flags[1].strip()


def cmake_options() -> list[str]:
    native = "OFF" if processor() == "portable" else "ON"
    return [*OPTIONS, f"-DGGML_NATIVE={native}", *shlex.split(os.environ.get("CMAKE_ARGS", ""))]


def key(version: str) -> str:
    """Names a build: same version, machine, C library, processor and options."""
    facts = [version, sysconfig.get_platform(), *platform.libc_ver(), processor(), *cmake_options(), HOOK.read_text()]
    digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()
    return f"{version}-{digest[:12]}"


def cache_folder(build: str) -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graft" / "wheels" / build


def cached(build: str) -> Path | None:
    return next(iter(sorted(cache_folder(build).glob("*.whl"))), None)


def salvage(folder: Path, build: str) -> None:
    """Keep the wheel that a compiler finished after its set-up was killed."""
    for wheel in folder.glob("*.whl"):
        if zipfile.is_zipfile(wheel) and zipfile.ZipFile(wheel).testzip() is None:
            keep(wheel, build)


def keep(wheel: Path, build: str) -> Path:
    """Copy a wheel into the cache, whole or not at all; without a writable cache it is used from where it is."""
    folder = cache_folder(build)
    part = folder / f"{wheel.name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wheel, part)
        return part.replace(folder / wheel.name)
    except OSError as error:
        say(f"  {NAME}: the compiled wheel can't be kept for other checkouts ({error})")
        return wheel


def check_compiler() -> None:
    """Raise SetupError when no C and C++ compiler is there."""
    for language, variable, names in (("C", "CC", ("cc", "gcc", "clang")), ("C++", "CXX", ("c++", "g++", "clang++"))):
        chosen = shlex.split(os.environ.get(variable, ""))[:1]
        if not any(shutil.which(name) for name in chosen or names):
            missing = f"{variable}={chosen[0]}" if chosen else ", ".join(names)
            raise SetupError(
                f"a {language} compiler is needed to compile {NAME}, and none was found ({missing}): install one "
                "(Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install) and "
                "start ./graft again"
            )


def compile_command(python: Path, folder: Path) -> list[object]:
    """pip fetches CMake and Ninja by itself where the machine has none, into a place of their own."""
    pip = [python, "-m", "pip", "--disable-pip-version-check", "wheel", "--verbose", "--no-deps", "--no-cache-dir"]
    return [*pip, "--wheel-dir", folder, NAME]


def compile_environment(constraints: Path) -> dict[str, str]:
    options = [f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={HOOK}", *cmake_options()]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parallel = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or str(cores)
    pins = {"PIP_CONSTRAINT": constraints.as_uri(), "PIP_BUILD_CONSTRAINT": constraints.as_uri()}  # old and new pips
    return {"CMAKE_ARGS": shlex.join(options), "CMAKE_BUILD_PARALLEL_LEVEL": parallel, **pins}


def compile_note(log: str, seconds: float) -> str:
    """How far the compiler is: Ninja writes `[files done/files in all]`."""
    steps = re.findall(r"^\s*\[(\d+)/(\d+)\] ", log, re.MULTILINE)
    if not steps:
        return "fetching the source and CMake"
    done, total = map(int, steps[-1])
    return f"file {done} of {total}, about {duration(seconds * (total - done) / done)} left"
