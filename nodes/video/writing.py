"""Writing a clip: frames as they come, H.264 in an MP4 that plays everywhere, with the sound of another file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Annotated, Any, BinaryIO

import numpy as np

from graph import BadInput, File, Image, Run, Slider, node
from nodes.disk import check_name, explained, numbered, write_new
from nodes.pixels import size_text

from .reading import opened

PLAIN = 25.0
"""Frames a second when nothing tells."""
KEPT = {"aac", "mp3", "ac3", "eac3", "alac", "opus"}
"""Sound that an MP4 takes as it is; any other is encoded anew."""


@node(family="video", writes=True, output="path", tags=("export", "mp4", "h264", "movie", "film", "encode", "audio"))
def save(
    frames: Iterable[Image],
    name: str = "clip",
    fps: Annotated[float, Slider(0.0, 240.0)] = 0.0,
    sound: Annotated[str, File("video")] | None = None,
    start: Annotated[float, Slider(0.0, 86_400.0)] = 0.0,
    quality: Annotated[int, Slider(0, 51)] = 18,
    *,
    run: Run,
) -> str:
    """Write the pictures of a stream as a clip (MP4, H.264, yuv420p) into the output folder, with the sound of another file.

    Frames are encoded as they come, so that memory does not grow with the clip's length. Nothing is ever half-written.

    frames: the stream, all of one size. H.264 wants even sides: an odd one gets its last row or column twice.
    name: the file's name without its ending; one that is taken gets a number.
    fps: frames a second; 0 takes that of the file in `sound`, else 25.
    sound: the clip whose sound (and frame rate) is kept, most often the one that was loaded. Its sound is not encoded anew where MP4 allows.
    start: from where in that file its sound begins, in seconds, as in video.load.
    quality: the constant rate factor of x264: 0 keeps every pixel, 18 looks like it, 23 is usual, 51 is worst.
    """
    check_name(name.removesuffix(".mp4"))
    stem = name.removesuffix(".mp4")
    target = run.out / f"{stem}.mp4"
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise BadInput("frames", "no picture came", "check what drops them")
    source = None if sound is None else run.find(sound, "sound")
    rate = _rate(fps, source)

    def write(file: BinaryIO) -> None:
        import av

        with av.open(file, "w", format="mp4") as container:
            sounds = _Sound(container, source, start) if source else None
            _encode(container, chain([first], pictures), rate, quality, sounds, run)

    with explained("name", target):
        path = write_new(target.parent, numbered(target.parent, target.stem, ".mp4"), write, flush=run.item is None)
    run.wrote(path)
    return os.fspath(path)


def _rate(fps: float, source: Any) -> Fraction:
    if not fps and source is not None:
        with opened(source, "sound") as (_, stream):
            found = stream.average_rate or stream.guessed_rate
            if found:
                return Fraction(found)
    return Fraction(fps or PLAIN).limit_denominator(1001)


def _encode(
    container: Any, pictures: Iterable[Any], rate: Fraction, quality: int, sound: _Sound | None, run: Run
) -> None:
    import av

    stream, shape = None, (0, 0)
    streams = sound.open() if sound else None
    for index, picture in enumerate(pictures):
        run.check()
        if stream is None:
            shape = picture.shape[:2]
            stream = container.add_stream("libx264", rate=rate)
            stream.height, stream.width = (side + side % 2 for side in shape)
            stream.pix_fmt = "yuv420p"
            stream.options = {"crf": str(quality), "preset": "medium"}
        if picture.shape[:2] != shape:
            what = f"frame {index + 1} is {size_text(picture)}, the first is {shape[1]}×{shape[0]}"
            raise BadInput("frames", what, "bring all to one size first, with image.resize")
        even = np.pad(picture, ((0, shape[0] % 2), (0, shape[1] % 2), (0, 0)), "edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
        frame.pts, frame.time_base = index, 1 / rate
        for packet in stream.encode(frame):
            container.mux(packet)
        if streams is not None:
            sound.until(float((index + 1) / rate))
        if index % 10 == 0:
            run.preview(picture)
    for packet in stream.encode():
        container.mux(packet)
    if streams is not None:
        sound.close()


class _Sound:
    """The sound of a file, put beside the frames as they are written, so that neither waits in memory for the other."""

    def __init__(self, container: Any, source: Any, start: float) -> None:
        self.container, self.source, self.start = container, source, start
        self.packets: Iterator[tuple[float, Any]] = iter(())
        self.waiting: tuple[float, Any] | None = None
        self.opened: Any = None

    def open(self) -> Any:
        """The stream that was added, None where there is no sound."""
        import av

        self.opened = av.open(str(self.source))
        if not self.opened.streams.audio:
            self.opened.close()
            self.opened = None
            return None
        given = self.opened.streams.audio[0]
        if given.codec_context.name in KEPT:
            made = self.container.add_stream_from_template(given)
            self.packets = self._copied(given, made)
        else:
            made = self.container.add_stream("aac", rate=given.codec_context.sample_rate)
            made.layout = "mono" if given.codec_context.channels == 1 else "stereo"
            self.packets = self._encoded(given, made)
        self.waiting = next(self.packets, None)
        return made

    def until(self, seconds: float) -> None:
        """Write all that is heard before a time."""
        while self.waiting is not None and self.waiting[0] < seconds:
            self.container.mux(self.waiting[1])
            self.waiting = next(self.packets, None)

    def close(self) -> None:
        self.packets, self.waiting = iter(()), None
        self.opened.close()

    def _copied(self, given: Any, made: Any) -> Iterator[tuple[float, Any]]:
        shift = round(self.start / given.time_base)
        for packet in self.opened.demux(given):
            if packet.pts is None or packet.pts < shift:
                continue
            packet.pts -= shift
            packet.dts = packet.pts
            packet.stream = made
            yield float(packet.pts * given.time_base), packet

    def _encoded(self, given: Any, made: Any) -> Iterator[tuple[float, Any]]:
        import av

        if not made.codec_context.is_open:
            made.codec_context.open()
        pieces = av.AudioResampler(made.format, made.layout, made.rate, made.codec_context.frame_size)
        last = 0.0
        for frame in chain(self.opened.decode(given), [None]):
            if frame is not None:
                if frame.time is not None and frame.time < self.start:
                    continue
                frame.pts = None  # counted anew from the first that is heard
            for piece in pieces.resample(frame):
                for packet in made.encode(piece):
                    last = float(packet.pts * packet.time_base) if packet.pts is not None else last
                    yield last, packet
        for packet in made.encode(None):
            yield last, packet
