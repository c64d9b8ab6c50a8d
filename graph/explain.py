"""Why: a user who changed a word wants to know what will run again, and why. So what went into each node's key is kept, run after run of a
workflow, and compared: a value that changed, a file that changed, a source that changed, or an answer that is no longer kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from .cache import KEPT, Fingerprint, Store, key_of, tokens
from .plan import Plan
from .sockets import File, Model
from .workflow import Link, Workflow

Tokens = dict[str, dict[str, str]]
"""For each node: "" → its key (empty where it has none), ":type" → its type and version, and each input → what enters the key, shortened."""


def tokens_of(plan: Plan, fingerprint: Fingerprint) -> Tokens:
    """What enters the keys of a plan's nodes, and the keys themselves, in one pass over the plan."""
    made: dict[str, bytes] = {}
    found: Tokens = {}
    for name in plan.nodes:
        spec = plan.specs[name]
        entering = list(tokens(plan, name, fingerprint, made))
        key = key_of(spec, entering)
        if key is not None:
            made[name] = key
        rows = {socket: _short(token) for socket, token in entering}
        found[name] = {"": key.hex() if key else "", ":type": f"{spec.id} {spec.version}", **rows}
    return found


def keys_in(found: Tokens) -> dict[str, bytes]:
    """The keys that ``tokens_of`` made, as ``Runner.run`` takes them."""
    return {name: bytes.fromhex(rows[""]) for name, rows in found.items() if rows[""]}


def _short(token: bytes | None) -> str:
    """A token that is compared; of a file's name and content both are kept apart."""
    if token is None:
        return "?"
    name, nul, content = token.partition(b"\0")
    digests = [blake2b(part, digest_size=6).hexdigest() for part in ((name, content) if nul else (token,))]
    return ".".join(digests)


class Record:
    """What went into a workflow's last run, as a file in ``folder``."""

    def __init__(self, folder: Path, workflow: Workflow) -> None:
        mark = blake2b(
            f"{workflow.folder.absolute()}\0{workflow.title}\0{sorted(workflow.nodes)}".encode(), digest_size=8
        )
        self.path = folder / f"{mark.hexdigest()}.json"

    def read(self) -> Tokens:
        """The last run's tokens, {} where there is none."""
        try:
            found: Tokens = json.loads(self.path.read_text())
            return found
        except (OSError, ValueError):
            return {}

    def write(self, found: Tokens) -> None:
        """Keep this run's tokens for the next; a disk that takes nothing loses only the explanation."""
        part = self.path.with_suffix(f".{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(found))
            part.replace(self.path)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def explain(self, plan: Plan, now: Tokens, store: Store) -> dict[str, str]:
        """For each node, in order: a hit, or a miss and why."""
        before = self.read()
        return {name: _reason(name, plan, before, now, store) for name in plan.nodes}


def _reason(name: str, plan: Plan, before: Mapping[str, dict[str, str]], now: Tokens, store: Store) -> str:
    spec = plan.specs[name]
    if spec.writes:
        return "runs: it writes, which is never left out"
    key = now[name][""]
    if not key:
        return "runs: the file it reads is named by another node"
    if store.get(bytes.fromhex(key), heavy=spec.heavy) is not None:
        return "is there already"
    old = before.get(name)
    if old is None:
        return "runs: it was not there in the last run"
    if old[""] != key:
        return "runs: " + "; ".join(_changes(name, plan, old, now[name]))
    kept = "it is no longer kept" if spec.heavy else "answers of light nodes are kept in memory alone, for one process"
    return f"runs: nothing changed, but {kept}"


def _changes(name: str, plan: Plan, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    if old[":type"] != new[":type"]:
        return ["the node itself changed"]
    found = ["an item is no longer taken back"] if KEPT in old and KEPT not in new else []
    for socket, token in new.items():
        if socket in ("", ":type") or old.get(socket) == token:
            continue
        if socket == KEPT:
            found.append("other items were taken back")
            continue
        value = plan.workflow.nodes[name].inputs.get(socket)
        hint = plan.specs[name].inputs[socket].hint
        if isinstance(value, Link):
            found.append(f"{value.node} changed")
        elif isinstance(hint, File | Model) and old.get(socket, "").partition(".")[0] == token.partition(".")[0]:
            found.append("the file changed" if isinstance(hint, File) else "the weights changed")
        else:
            found.append(f"{socket} changed")
    return list(dict.fromkeys(found))
