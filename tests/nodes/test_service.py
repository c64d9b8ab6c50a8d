"""What the worker process gets from this house."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from graph import Settings
from nodes.service import jpeg, setup


def test_the_kit_has_the_nodes_and_an_empty_shelf(tmp_path: Path) -> None:
    kit = setup(Settings(models=tmp_path))
    assert {"image.load", "image.save"} <= kit.registry.keys()
    assert kit.models.names("inpaint") == ["auto", "starter"]
    kit.put_away()


@pytest.mark.parametrize(
    ("height", "width", "shown"),
    [
        pytest.param(600, 800, (512, 384), id="made smaller"),
        pytest.param(30, 20, (20, 30), id="left as it is"),
        pytest.param(1, 3000, (512, 1), id="a line"),
    ],
)
def test_previews(height: int, width: int, shown: tuple[int, int]) -> None:
    image = np.full((height, width, 3), (250, 10, 10), np.uint8)
    with Pillow.open(io.BytesIO(jpeg(image, 512))) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", shown)
        assert np.allclose(np.asarray(picture)[0, 0], (250, 10, 10), atol=6)


def test_setting_up_does_not_import_torch() -> None:
    code = "import sys; from graph import Settings; from nodes.service import setup; setup(Settings()); print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert answer.stdout.strip() == "False"
