"""A model hub on this machine: as much of the Hugging Face hub's HTTP API as huggingface_hub asks for when it downloads."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
Repositories = Mapping[str, Mapping[str, bytes]]
PIECE = 1 << 14


@dataclass
class Manners:
    """How the hub behaves, to be changed at any time. gate: while it is cleared, files stop in the middle and wait. breaks: how often a file is cut off
    in the middle. gated: repositories behind terms; token: the one that opens them. lies: files that are sent with other bytes than their checksum
    says. ranges: whether parts of files are served. dead: every file is answered with this status."""

    gate: threading.Event = field(default_factory=threading.Event)
    breaks: int = 0
    gated: set[str] = field(default_factory=set)
    token: str = ""
    lies: set[str] = field(default_factory=set)
    ranges: bool = True
    dead: int = 0
    started: list[tuple[str, int]] = field(default_factory=list)
    """(file, byte it was asked from) of every transfer."""

    def __post_init__(self) -> None:
        self.gate.set()


@contextmanager
def serve(repositories: Repositories, manners: Manners | None = None) -> Iterator[tuple[str, list[str]]]:
    """Serve "org/repo" → {file name: content} on a free loopback port; gives the endpoint and a list that grows by the
    files asked for.
    """
    asked: list[str] = []
    manners = manners or Manners()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            parts = self.path.partition("?")[0].strip("/").split("/")
            if parts[:2] == ["api", "models"]:
                self._about("/".join(parts[2:4]), tree=parts[4:5] == ["tree"])
            elif parts[2:3] == ["resolve"]:
                self._file("/".join(parts[:2]), "/".join(parts[4:]), body)
            else:
                self._send(404, b"{}", {})

        def _about(self, repo: str, tree: bool) -> None:
            files = repositories.get(repo)
            if files is None:
                return self._send(401, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})
            if tree:
                rows = [{"type": "file", "path": n, "size": len(c), "oid": _mark(c)} for n, c in files.items()]
                return self._send(200, json.dumps(rows).encode(), {})
            rows = [{"rfilename": name, "size": len(content)} for name, content in files.items()]
            self._send(200, json.dumps({"id": repo, "sha": COMMIT, "siblings": rows}).encode(), {})

        def _file(self, repo: str, name: str, body: bool) -> None:
            content = repositories.get(repo, {}).get(name)
            if content is None:
                return self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            if repo in manners.gated and self.headers.get("Authorization") != f"Bearer {manners.token}":
                return self._send(403, b'{"error": "gated"}', {"X-Error-Code": "GatedRepo"}, body)
            headers = {"ETag": f'"{_mark(content)}"', "X-Repo-Commit": COMMIT}
            if not body:
                return self._send(200, content, headers, body)
            if manners.dead:
                return self._send(manners.dead, b"", {})
            asked.append(name)
            self._transfer(name, bytes(len(content)) if name in manners.lies else content, headers)

        def _transfer(self, name: str, content: bytes, headers: dict[str, str]) -> None:
            """A file from the byte that is asked for, in pieces, cut off or held up in its middle as the manners say."""
            start = int((self.headers.get("Range") or "bytes=0-")[6:].rstrip("-")) if manners.ranges else 0
            manners.started.append((name, start))
            if start >= len(content) > 0:
                return self._send(416, b"", {})
            self.send_response(206 if start else 200)
            for key, value in {"Content-Length": str(len(content) - start), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            middle = (start + len(content)) // 2
            for begin in range(start, len(content), PIECE):
                if begin + PIECE > middle >= begin:
                    while not manners.gate.wait(0.05):
                        if over.is_set():
                            return
                    if manners.breaks and len(content) > PIECE:
                        manners.breaks -= 1
                        self.close_connection = True
                        return
                try:
                    self.wfile.write(content[begin : begin + PIECE])
                except OSError:  # who asked has gone
                    self.close_connection = True
                    return

        def _send(self, code: int, content: bytes, headers: dict[str, str], body: bool = True) -> None:
            self.send_response(code)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
