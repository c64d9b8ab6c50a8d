"""A model hub on this machine: as much of the Hugging Face hub's HTTP API as huggingface_hub asks for when it downloads."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
Repositories = Mapping[str, Mapping[str, bytes]]


@contextmanager
def serve(repositories: Repositories) -> Iterator[tuple[str, list[str]]]:
    """Serve "org/repo" → {file name: content} on a free loopback port; gives the endpoint and a list that grows by the
    files asked for.
    """
    asked: list[str] = []

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
            if body:
                asked.append(name)
            self._send(200, content, {"ETag": f'"{_mark(content)}"', "X-Repo-Commit": COMMIT}, body)

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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
