"""The workflows that improve a picture, move a thing and work on a clip run headless; and one that enlarges, with small weights on the shelf."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from graph import Settings
from nodes.models import Shelf
from nodes.video.reading import about, load
from tests.nodes.test_improve import jpeg, psnr, salted
from tests.toys import toy_run
from tests.weights_upscale import real_esrgan
from tests.workflows.test_shipped import CAR, ROOT, pixels, run


def test_a_poor_photograph_is_improved(tmp_path: Path, capsys: Any) -> None:
    truth = pixels(ROOT / "workflows" / "examples" / "street.png")
    poor = salted(jpeg(np.clip(truth * [1.0, 0.9, 0.75], 0, 255).astype(np.uint8), 30), 0.02)
    cv2.imwrite(str(tmp_path / "poor.png"), poor[..., ::-1])
    answer = run(
        "improve_photo.json",
        tmp_path,
        capsys,
        "--picture",
        str(tmp_path / "poor.png"),
        "--quality",
        "30",
        "--contrast",
        "0.1",
    )
    assert psnr(pixels(Path(answer["written"][0])), truth) > psnr(poor, truth) + 0.5


def test_the_car_stands_elsewhere(tmp_path: Path, capsys: Any) -> None:
    answer = run("move_object.json", tmp_path, capsys)
    after = pixels(Path(answer["written"][0]))
    red = (after[..., 0] > 180) & (after[..., 1] < 60) & (after[..., 2] < 70)
    left, top, right, bottom = CAR
    assert red[top + 10 : bottom, left - 220 : right - 220].sum() > 8_000
    assert red[top:bottom, right - 200 :].sum() < 100


def test_the_car_keeps_its_colour_through_the_clip_and_the_sound_stays(tmp_path: Path, capsys: Any) -> None:
    answer = run("colour_in_clip.json", tmp_path, capsys)
    path = answer["written"][0]
    told = about(path, run=toy_run(tmp_path))
    assert (told.width, told.height, told.frames, told.sound) == (224, 160, 24, True)
    for frame in load(path, run=toy_run(tmp_path)):
        red = (frame.image[..., 0] > 170) & (frame.image[..., 1] < 80)
        assert red.sum() > 2_500, frame.index
        assert (frame.image[:40].max(2).astype(int) - frame.image[:40].min(2)).max() < 40, frame.index


def test_a_picture_is_enlarged_by_weights_in_the_models_folder(tmp_path: Path) -> None:
    import threading

    import torch

    import graph

    (tmp_path / "models" / "upscale").mkdir(parents=True)
    torch.save({"params_ema": real_esrgan()}, tmp_path / "models" / "upscale" / "RealESRGAN_x4plus.pth")
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", device="cpu"))
    text = json.dumps(
        {
            "format": 1,
            "nodes": {
                "photo": {"type": "image.gradient", "inputs": {"width": 64, "height": 48}},
                "large": {
                    "type": "improve.upscale",
                    "inputs": {"image": {"node": "photo", "output": "image"}, "tile": 32, "overlap": 8},
                },
                "save": {"type": "image.save", "inputs": {"image": {"node": "large", "output": "image"}}},
            },
        }
    )
    runner = graph.Runner(graph.registry, shelf)
    workflow = graph.build(json.loads(text), folder=tmp_path, name="enlarge")
    runner.run(runner.plan(workflow), tmp_path / "out", lambda event: None, stop=threading.Event())
    assert pixels(next((tmp_path / "out").glob("*.png"))).shape == (192, 256, 3)
    shelf.close()
