"""Why: whoever looks at a graph wants to see what each node made, and full pictures are too much to send. So of the first nodes of a job small
pictures are kept beside the queue, and small values are told as they are; all by a thread of its own, so that no run waits for it.
"""

from __future__ import annotations

import json
import queue
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..cache import Values
from ..sockets import is_array
from .wire import Message

NODES = 200  # of a job
JOBS = 200  # the newest, whose pictures are kept
SWEPT = 50  # jobs after which older ones are looked for
SIDE = 320  # pixels
LONGEST = 2000  # characters of a text, numbers of a list
WAITING = 32  # nodes whose pictures wait to be made small; of more than that, none is held up

Tell = Callable[[Message], None]
Jpeg = Callable[[Any, int], bytes]


class Shown:
    """Keeps what the nodes of jobs made, small, in ``folder``/<job>/, and tells of it: {"type": "made", "node", "outputs"}."""

    def __init__(self, folder: Path, jpeg: Jpeg | None, tell: Tell) -> None:
        self.folder, self._jpeg, self._tell = folder, jpeg, tell
        self._waiting: queue.Queue[tuple[str, str, Values] | None] = queue.Queue(WAITING)
        self._job, self._count = "", 0
        self._begun = 0
        self._thread = threading.Thread(target=self._work, name="graft-shown", daemon=True)
        self._thread.start()

    def hear(self, job: str, node: str, values: Values) -> None:
        """A node of a job has made ``values``. Returns at once."""
        if job != self._job:
            self._job, self._count = job, 0
        self._count += 1
        if self._count <= NODES:
            try:
                self._waiting.put_nowait((job, node, values))
            except queue.Full:
                return  # a picture less to look at; the run must not wait

    def close(self) -> None:
        """Wait until all is kept."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        last = ""
        while (entry := self._waiting.get()) is not None:
            job, node, values = entry
            del entry
            try:
                if job != last:
                    last = job
                    self._begin(job)
                self._keep(job, node, values)
            except OSError as error:  # a full disk: the results themselves say so where they are written
                self._tell({"job": job, "type": "said", "node": node, "text": f"no small picture is kept: {error}"})
            del values

    def _begin(self, job: str) -> None:
        (self.folder / job).mkdir(parents=True, exist_ok=True)
        self._begun += 1
        if self._begun % SWEPT != 1:
            return
        kept = sorted((path for path in self.folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
        for path in kept[:-JOBS]:
            shutil.rmtree(path, ignore_errors=True)

    def _keep(self, job: str, node: str, values: Values) -> None:
        outputs = {name: row for name, value in values.items() if (row := self._row(job, node, name, value))}
        if not outputs:
            return
        with (self.folder / job / "made.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"node": node, "outputs": outputs}) + "\n")
        self._tell({"job": job, "type": "made", "node": node, "outputs": outputs})

    def _row(self, job: str, node: str, name: str, value: Any) -> Message | None:
        picture = _picture(value)
        if picture is None or self._jpeg is None:
            return _plain(value) if picture is None else None
        file = f"{len(list((self.folder / job).iterdir()))}.jpg"
        (self.folder / job / file).write_bytes(self._jpeg(picture, SIDE))
        return {"picture": file, "width": value.shape[1], "height": value.shape[0]}


def read(folder: Path, job: str) -> list[Mapping[str, Any]]:
    """What was kept of a job, in the order in which it was made; nothing where it was let go."""
    try:
        lines = (folder / job / "made.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [json.loads(line) for line in lines if line.endswith("}")]


def _picture(value: Any) -> np.ndarray[Any, Any] | None:
    """uint8 (H, W, 3) or (H, W) of an image, a mask or a heat map (float32, 0 to 1)."""
    if not is_array(value) or 0 in value.shape:
        return None
    if value.dtype == np.uint8 and value.ndim in (2, 3):
        return np.asarray(value)
    if value.dtype == np.float32 and value.ndim == 2 and value.shape[1] != 4:
        return np.asarray(np.clip(value, 0, 1) * 255, np.uint8)
    return None


def _plain(value: Any) -> Message | None:
    if is_array(value):
        return {"value": value.astype(float).round(1).tolist()} if value.size <= 400 else None
    if isinstance(value, str):
        return {"value": value[:LONGEST]}
    if isinstance(value, bool | int) or (isinstance(value, float) and abs(value) < float("inf")):
        return {"value": value}
    if isinstance(value, list | dict) and len(text := json.dumps(value, default=str)) <= LONGEST:
        return {"value": json.loads(text)}
    return None
