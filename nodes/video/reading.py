"""Reading a clip (PyAV, that is FFmpeg): what it is, and its frames one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np

from graph import BadInput, File, Image, Run, Slider, node, unknown
from nodes.pixels import check_area, frozen


class Frame(NamedTuple):
    """image: uint8 (H, W, 3), upright. index: 0 for the first frame that is given. seconds: when it is shown, from the clip's beginning."""

    image: Image
    index: int
    seconds: float


class About(NamedTuple):
    """width, height: of a frame as it is shown, in pixels. fps: frames a second, on average. seconds: how long. frames: how many, 0 where the
    file does not tell. sound: whether there is any."""

    width: int
    height: int
    fps: float
    seconds: float
    frames: int
    sound: bool


@node(family="video", tags=("info", "fps", "frame rate", "duration", "resolution", "metadata"))
def about(path: Annotated[str, File("video")], *, run: Run) -> About:
    """Tell the size, frame rate and length of a clip, without decoding more than its first frame.

    path: a video file (MP4, MOV, WebM, MKV, AVI, GIF …); relative to the workflow's folder.
    """
    with opened(run.find(path), "path") as (container, stream):
        first = next(container.decode(stream), None)
        if first is None:
            raise _empty(path)
        height, width = _upright(first).shape[:2]
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        length = container.duration / 1_000_000 if container.duration else 0.0
        count = stream.frames or round(length * rate)
        return About(width, height, rate, length, int(count), bool(container.streams.audio))


@node(family="video", tags=("open", "frames", "clip", "movie", "film", "mp4", "animation"), size=unknown)
def load(
    path: Annotated[str, File("video")],
    start: Annotated[float, Slider(0.0, 86_400.0)] = 0.0,
    most: Annotated[int, Slider(0, 1_000_000)] = 0,
    every: Annotated[int, Slider(1, 1000)] = 1,
    *,
    run: Run,
) -> Iterator[Frame]:
    """Give the frames of a clip as a stream, one after the other; only a few are in memory at a time.

    Frames are turned upright and brought to 8-bit RGB. The sound stays in the file: give the same path to video.save.

    path: a video file (MP4, MOV, WebM, MKV, AVI, GIF …); relative to the workflow's folder.
    start: where to begin, in seconds from the clip's beginning.
    most: how many frames are given at most; 0 is all of them.
    every: only every n-th frame: 2 is every second one.
    """
    file = run.find(path)
    with opened(file, "path") as (container, stream):
        if stream.frames and not start:
            whole = -(-stream.frames // every)
            run.expect(min(whole, most) if most else whole)
        given = 0
        for number, (frame, seconds) in enumerate(_decoded(container, stream, start, file)):
            run.check()
            if number % every:
                continue
            yield Frame(Image(frozen(_upright(frame))), given, seconds)
            given += 1
            if given == most:
                return
    if not given:
        raise (
            _empty(path)
            if not start
            else BadInput("start", f"'{path}' has no frame after {start:g} seconds", "begin earlier")
        )


def _decoded(container: Any, stream: Any, start: float, file: Path) -> Iterator[tuple[Any, float]]:
    """Frames from `start` (seconds) on, each with its time from the beginning."""
    import av

    base = float((stream.start_time or 0) * stream.time_base)
    if start:
        container.seek(int((base + start) / stream.time_base), stream=stream)  # to the key frame before it
    rate, shown = float(stream.average_rate or 25), 0
    try:
        for frame in container.decode(stream):
            seconds = frame.time - base if frame.time is not None else shown / rate
            shown += 1
            if seconds >= start - 0.5 / rate:
                yield frame, round(seconds, 6)
    except (av.error.FFmpegError, OSError) as error:
        what = f"{file.name} is damaged or cut off after {shown} frames ({error})"
        raise BadInput(
            "path", what, "copy or download it again, or set 'most' to the frames before the damage"
        ) from error


def _upright(frame: Any) -> np.ndarray:
    """The frame as it is to be shown, uint8 (H, W, 3)."""
    check_area(frame.width, frame.height, "path")
    turns = round((frame.rotation or 0) / 90) % 4
    return np.rot90(frame.to_ndarray(format="rgb24"), turns)


@contextmanager
def opened(file: Path, socket: str) -> Iterator[tuple[Any, Any]]:
    """The container and its first video stream; BadInput when there is none."""
    import av

    try:
        container = av.open(str(file))
    except (av.error.FFmpegError, OSError) as error:
        what = f"{file.name} can't be read as a video ({getattr(error, 'strerror', None) or error})"
        raise BadInput(socket, what, "give an MP4, MOV, WebM, MKV, AVI or GIF file that plays elsewhere") from error
    with container:
        if not container.streams.video:
            raise BadInput(socket, f"{file.name} has sound but no pictures", "give a video file")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        yield container, stream


def _empty(path: str) -> BadInput:
    return BadInput("path", f"'{path}' has no frame that can be read", "copy or download it again")
