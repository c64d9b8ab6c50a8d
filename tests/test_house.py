"""The house keeps its own rules: who imports whom, what must not be imported at the top, that every input is explained."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import graph

ROOT = Path(__file__).resolve().parent.parent
STANDARD = sys.stdlib_module_names
HEAVY = {
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "llama_cpp",
    "accelerate",
    "cv2",
    "scipy",
    "segment_anything",
    "safetensors",
    "huggingface_hub",
    "onnxruntime",
    "pyiqa",
    "yaml",
    "albumentations",
    "spandrel",
    "av",
}

# room: what its files may import beside the standard library and themselves (None: anything that is installed)
ROOMS: dict[str, set[str]] = {
    "graph": {"networkx", "numpy"},
    "nodes": {"graph", "numpy", "PIL", *HEAVY},
    "api": {"graph", "nodes", "aiohttp", "PIL"},
    "server.py": {"api", "graph", "nodes", "aiohttp"},
    "cli_serve.py": {"api", "graph", "server", "aiohttp"},
    "cli.py": {"graph", "nodes", "terminal", "cli_models", "cli_serve"},
    "cli_models.py": {"graph", "nodes", "terminal"},
    "terminal.py": {"graph"},
}


def files_of(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports_of(path: Path, *, top_only: bool = False) -> set[str]:
    """Absolute names of the modules that a file imports."""
    tree = ast.parse(path.read_text())
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names: set[str] = set()
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
                if node.level
                else node.module
            )
            names.add(base or "")
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_what_the_table_allows(room: str) -> None:
    own = room.removesuffix(".py")
    for path in files_of(room):
        for name in imports_of(path):
            first = name.partition(".")[0]
            assert first in STANDARD or first == own or first in ROOMS[room], f"{path.relative_to(ROOT)} imports {name}"


def test_nothing_heavy_is_imported_at_the_top_of_a_node() -> None:
    for path in files_of("nodes"):
        found = {name.partition(".")[0] for name in imports_of(path, top_only=True)} & HEAVY
        assert not found, f"{path.relative_to(ROOT)} imports {found} at its top"


def test_families_do_not_import_each_other() -> None:
    from nodes import FAMILIES

    for path in files_of("nodes"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        home = parts[1] if len(parts) > 1 else ""
        if home == "__init__":
            continue
        for name in imports_of(path):
            other = name.split(".")[1] if name.startswith("nodes.") else ""
            assert other not in FAMILIES or other == home, f"{path.relative_to(ROOT)} imports the family {other}"


def test_every_input_of_every_node_is_explained() -> None:
    import nodes  # noqa: F401

    own = {name: spec for name, spec in graph.registry.items() if spec.function.__module__.startswith("nodes.")}
    assert len(own) > 60
    for name, spec in own.items():
        assert spec.summary.endswith("."), f"{name} has no summary line"
        assert spec.outputs, f"{name} has no output"
        for entry in spec.inputs.values():
            assert entry.help, f"{name}.{entry.name} is not explained"
        json.dumps(graph.schema(spec))


def test_the_front_does_not_import_torch() -> None:
    code = "import sys, cli, nodes, nodes.models; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert not set(ast.literal_eval(answer.stdout)) & HEAVY


def test_a_server_starts_without_what_only_graphs_need() -> None:
    code = "import sys, cli_serve; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert not set(ast.literal_eval(answer.stdout)) & {*HEAVY, "networkx"}


def test_files_stay_short() -> None:
    rooms = [
        "api",
        "graph",
        "nodes",
        "train",
        "bench",
        "cli.py",
        "cli_models.py",
        "cli_serve.py",
        "server.py",
        "terminal.py",
    ]
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for room in rooms
        for path in files_of(room)
        if (count := len(path.read_text().splitlines())) > 450
    ]
    assert not long, "split by idea: " + ", ".join(long)
