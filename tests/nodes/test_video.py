"""Clips that the tests write: frames come out as they went in, sound stays, masks stay on their thing, memory does not grow."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

import graph
from graph import BadInput, Cancelled
from nodes.video.following import follow_mask, steady_masks
from nodes.video.reading import about, load
from nodes.video.writing import save
from tests.nodes.test_stream import flow, run
from tests.toys import toy_run

HEIGHT, WIDTH, RATE, COUNT = 96, 128, 12, 30


def ground() -> np.ndarray:
    """A textured floor, float64 (H, W, 3)."""
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH, 3)), (0, 0), 2)
    return 120 + 30 * noise / noise.std()


def thing(index: int) -> np.ndarray:
    """Where the moving disc is in a frame: uint8 (H, W), 0 or 255. It goes 2 pixels to the right and half a pixel down each time."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(mask, (round(30 + 2 * index), round(35 + 0.5 * index)), 16, 255, -1)
    return mask


def frame(index: int) -> np.ndarray:
    """A spotted disc that moves over the floor."""
    x, y = round(30 + 2 * index), round(35 + 0.5 * index)
    spots = np.random.default_rng(1).normal(0, 1, (HEIGHT * 2, WIDTH * 2, 3))
    spots = cv2.GaussianBlur(spots, (0, 0), 1.5)
    disc = np.array([210, 90, 60]) + 25 * spots / spots.std()
    moved = disc[HEIGHT - y : 2 * HEIGHT - y, WIDTH - x : 2 * WIDTH - x]
    return np.clip(np.where(thing(index)[..., None] > 0, moved, ground()), 0, 255).astype(np.uint8)


def frames(count: int = COUNT) -> Iterator[np.ndarray]:
    return (frame(index % COUNT) for index in range(count))


def tone(seconds: float, rate: int = 48_000) -> np.ndarray:
    """440 Hz, float32 (1, samples)."""
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)[None]


def clip(path: Path, codec: str = "libx264", sound: str = "aac", count: int = COUNT) -> Path:
    """A clip as another program writes it, with a tone of the same length."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=RATE)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        if codec == "libx264":
            video.options = {"crf": "12"}
        audio = container.add_stream(sound, rate=48_000) if sound else None
        if audio is not None:
            audio.layout = "mono"
        for index, picture in enumerate(frames(count)):
            made = av.VideoFrame.from_ndarray(picture, format="rgb24")
            made.pts, made.time_base = index, Fraction(1, RATE)
            container.mux(video.encode(made))
        container.mux(video.encode(None))
        if audio is not None:
            heard = av.AudioFrame.from_ndarray(tone(count / RATE), format="fltp", layout="mono")
            heard.sample_rate, heard.pts = 48_000, 0
            resampler = av.AudioResampler(
                format=audio.format, layout="mono", rate=48_000, frame_size=audio.frame_size or 1024
            )
            for part in [*resampler.resample(heard), *resampler.resample(None)]:
                container.mux(audio.encode(part))
            container.mux(audio.encode(None))
    return path


def heard(path: str | Path) -> tuple[float, float]:
    """How long the sound of a file is, in seconds, and its strongest frequency, in Hz."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = np.concatenate([part.to_ndarray()[0] for part in container.decode(stream)]).astype(np.float64)
        middle = samples[: len(samples) // 2]
        peak = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))).argmax()
        return len(samples) / stream.rate, float(peak * stream.rate / len(middle))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(cv2.PSNR(np.ascontiguousarray(one), np.ascontiguousarray(other)))


def iou(one: np.ndarray, other: np.ndarray) -> float:
    a, b = one >= 128, other >= 128
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize(
    ("name", "codec", "sound"),
    [
        ("a.mp4", "libx264", "aac"),
        ("a.mkv", "libx264", "pcm_s16le"),
        ("a.avi", "mpeg4", ""),
        ("a.webm", "libvpx", "libopus"),
    ],
)
def test_frames_come_one_by_one_in_order(name: str, codec: str, sound: str, tmp_path: Path) -> None:
    clip(tmp_path / name, codec, sound, 12)
    given = list(load(name, run=toy_run(tmp_path)))
    assert [one.index for one in given] == list(range(12))
    assert [one.seconds for one in given] == pytest.approx([index / RATE for index in range(12)], abs=0.002)
    assert all(psnr(one.image, frame(one.index)) > 20 for one in given)
    assert not given[0].image.flags.writeable
    told = about(name, run=toy_run(tmp_path))
    assert (told.width, told.height, told.sound) == (WIDTH, HEIGHT, bool(sound))
    assert told.fps == pytest.approx(RATE, abs=0.01)
    assert told.seconds == pytest.approx(1.0, abs=0.1)
    assert told.frames == pytest.approx(12, abs=1)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        pytest.param({"most": 4}, [0, 1, 2, 3], id="at most"),
        pytest.param({"every": 7}, [0, 7, 14, 21, 28], id="every seventh"),
        pytest.param({"start": 2.0}, [24, 25, 26, 27, 28, 29], id="from two seconds on"),
        pytest.param({"start": 1.0, "every": 3, "most": 2}, [12, 15], id="all of it"),
    ],
)
def test_a_part_of_a_clip(options: dict[str, Any], wanted: list[int], tmp_path: Path) -> None:
    clip(tmp_path / "a.mp4", sound="")
    given = list(load("a.mp4", **options, run=toy_run(tmp_path)))
    assert [round(one.seconds * RATE) for one in given] == wanted
    assert [one.index for one in given] == list(range(len(wanted)))
    assert all(psnr(one.image, frame(index)) > 25 for one, index in zip(given, wanted, strict=True))


@pytest.mark.parametrize("sound", ["aac", "pcm_s16le"])
def test_a_clip_is_written_with_the_sound_of_its_source(sound: str, tmp_path: Path) -> None:
    clip(tmp_path / ("a.mp4" if sound == "aac" else "a.mkv"), sound=sound)
    source = "a.mp4" if sound == "aac" else "a.mkv"
    path = save((one.image for one in load(source, run=toy_run(tmp_path))), "b", sound=source, run=toy_run(tmp_path))
    told = about(path, run=toy_run(tmp_path))
    assert (told.width, told.height, told.fps, told.frames, told.sound) == (WIDTH, HEIGHT, RATE, COUNT, True)
    length, frequency = heard(path)
    assert length == pytest.approx(COUNT / RATE, abs=0.06)
    assert frequency == pytest.approx(440, abs=3)
    assert min(psnr(one.image, frame(one.index)) for one in load(path, run=toy_run(tmp_path))) > 25
    with av.open(path) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")


def test_sound_begins_where_the_frames_begin(tmp_path: Path) -> None:
    clip(tmp_path / "a.mp4")
    part = (one.image for one in load("a.mp4", 1.0, 12, run=toy_run(tmp_path)))
    path = save(part, "part", sound="a.mp4", start=1.0, run=toy_run(tmp_path))
    assert heard(path)[0] == pytest.approx(1.0, abs=0.06)
    assert about(path, run=toy_run(tmp_path)).frames == 12


def test_names_rates_and_odd_sides(tmp_path: Path) -> None:
    odd = [picture[:95, :127] for picture in frames(3)]
    first = save(iter(odd), "c.mp4", 10.0, quality=1, run=toy_run(tmp_path))
    second = save(iter(odd), "c", run=toy_run(tmp_path))
    assert first != second
    assert Path(second).name.startswith("c")
    told = about(first, run=toy_run(tmp_path))
    assert (told.width, told.height, told.fps, told.sound) == (128, 96, 10.0, False)
    assert about(second, run=toy_run(tmp_path)).fps == 25.0
    assert psnr(next(iter(load(first, run=toy_run(tmp_path)))).image[:95, :127], odd[0]) > 30
    assert Path(first).read_bytes() == Path(save(iter(odd), "d", 10.0, quality=1, run=toy_run(tmp_path))).read_bytes()


def test_what_can_not_be_read_or_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no film at all" * 100)
    with pytest.raises(BadInput, match="can't be read as a video"):
        list(load("a.mp4", run=toy_run(tmp_path)))
    with pytest.raises(BadInput, match="there is no file"):
        about("b.mp4", run=toy_run(tmp_path))
    whole = clip(tmp_path / "whole.mkv", sound="").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    assert 0 < len(list(load("cut.mkv", run=toy_run(tmp_path)))) < COUNT
    clip(tmp_path / "mp4.mp4", sound="")
    (tmp_path / "head.mp4").write_bytes((tmp_path / "mp4.mp4").read_bytes()[:3000])
    with pytest.raises(BadInput, match="can't be read as a video"):
        list(load("head.mp4", run=toy_run(tmp_path)))
    with pytest.raises(BadInput, match="no frame after 99 seconds"):
        list(load("mp4.mp4", 99.0, run=toy_run(tmp_path)))
    with pytest.raises(BadInput, match="no picture came"):
        save(iter(()), run=toy_run(tmp_path))
    with pytest.raises(BadInput, match=r"frame 2 is 64×96, the first is 128×96"):
        save(iter([frame(0), frame(0)[:, :64]]), run=toy_run(tmp_path))
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("clip", "."))]


def test_a_run_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    stopped = toy_run(tmp_path)

    def until_stopped() -> Iterator[np.ndarray]:
        yield frame(0)
        stopped.stop.set()
        yield frame(1)

    with pytest.raises(Cancelled):
        save(until_stopped(), run=stopped)
    assert not list(tmp_path.iterdir())


def test_a_mask_follows_its_thing(tmp_path: Path) -> None:
    followed = list(follow_mask(frames(), thing(0), run=toy_run(tmp_path)))
    still = iou(thing(0), thing(COUNT - 1))
    scores = [iou(one.mask, thing(one.index)) for one in followed]
    assert np.array_equal(followed[0].mask, thing(0))
    assert still < 0.1
    assert min(scores) > 0.85
    assert scores[-1] > 0.85


def test_masks_that_flicker_are_steadied(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)

    def found(index: int) -> np.ndarray:
        """What a model sees: an outline that jumps by some pixels, and every tenth frame nothing."""
        if index % 10 == 9:
            return np.zeros((HEIGHT, WIDTH), np.uint8)
        shift = np.float32([[1, 0, rng.normal(0, 2.5)], [0, 1, rng.normal(0, 2.5)]])
        return np.asarray(cv2.warpAffine(thing(index), shift, (WIDTH, HEIGHT)))

    masks = [found(index) for index in range(COUNT)]
    steady = list(steady_masks(frames(), iter(masks), run=toy_run(tmp_path)))
    before = np.mean([iou(mask, thing(index)) for index, mask in enumerate(masks)])
    after = [iou(one.mask, thing(one.index)) for one in steady]
    assert np.mean(after) > before + 0.1
    assert min(after) > 0.7
    as_found = list(steady_masks(frames(4), iter(masks[:4]), 0.0, run=toy_run(tmp_path)))
    assert min(iou(one.mask, mask) for one, mask in zip(as_found, masks, strict=False)) > 0.97
    with pytest.raises(BadInput, match="masks: it ends after 2 items"):
        list(steady_masks(frames(4), iter(masks[:2]), run=toy_run(tmp_path)))


def test_a_mask_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="marks nothing that could be followed"):
        list(follow_mask(frames(2), thing(0) * 0, run=toy_run(tmp_path)))
    with pytest.raises(BadInput, match="the first frame is 128×96"):
        list(follow_mask(frames(2), thing(0)[1:], run=toy_run(tmp_path)))


def test_tiny_frames_are_followed(tmp_path: Path) -> None:
    small = [np.full((1, 1, 3), 90, np.uint8)] * 3
    assert [
        one.mask.shape for one in follow_mask(iter(small), np.full((1, 1), 255, np.uint8), run=toy_run(tmp_path))
    ] == [(1, 1)] * 3


def test_memory_does_not_grow_with_the_length_of_a_clip(tmp_path: Path) -> None:
    """Of twenty and of a hundred frames no more are held at once, of Python's and of numpy's memory."""
    peaks = []
    shop = toy_run(tmp_path)
    for count in (5, 20, 100):
        clip(tmp_path / f"{count}.mp4", sound="", count=count)
        tracemalloc.start()
        followed = follow_mask((one.image for one in load(f"{count}.mp4", run=shop)), thing(0), side=256, run=shop)
        shown = (np.where(one.mask[..., None] > 127, one.image, 0).astype(np.uint8) for one in followed)
        save(shown, "out", run=graph.Run("save", tmp_path, tmp_path))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] + 4 * HEIGHT * WIDTH * 3


def test_a_graph_edits_a_clip_frame_by_frame(tmp_path: Path) -> None:
    clip(tmp_path / "a.mp4", count=8)
    workflow = flow(
        clip=("video.load", {"path": "a.mp4"}),
        disc=("mask.ellipse", {"width": WIDTH, "height": HEIGHT, "left": 14, "top": 19, "right": 47, "bottom": 52}),
        follow=("video.follow_mask", {"frames": "@clip.image", "mask": "@disc.mask"}),
        grey=("image.grey", {"image": "@follow.image"}),
        mixed=("image.composite", {"image": "@grey.image", "over": "@follow.image", "mask": "@follow.mask"}),
        out=("video.save", {"frames": "@mixed.image", "name": "b", "sound": "a.mp4"}),
    )
    result, _ = run(workflow, tmp_path, "out")
    given = [one.image for one in load(result.values["out"]["path"], run=toy_run(tmp_path))]
    assert len(given) == 8
    assert heard(result.values["out"]["path"])[0] == pytest.approx(8 / RATE, abs=0.06)
    for index, picture in enumerate(given):
        colour = picture.max(2).astype(int) - picture.min(2)
        assert colour[thing(index) > 0].mean() > 90
        assert colour[thing(index) == 0].mean() < 15
