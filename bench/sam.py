"""What the first click on a picture costs with Segment Anything, and what each further one: the picture is looked at once.

The weights are random, of the size and under the names of the published ViT-B (94 M parameters), and take the same way as real ones: a .pth on
the shelf, the node `segment.points`. Prints one JSON object: seconds for loading, for the first click, the median of further clicks, and how
many times faster those are. Time alone is measured; what random weights mark means nothing.

python -m bench.sam [clicks] [side of the picture in pixels]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from graph import BadInput, Run, Settings
from nodes.models import Shelf
from nodes.segment import points


def save_vit_b(path: Path) -> None:
    """A checkpoint with the names and shapes of sam_vit_b_01ec64.pth, 375 MB."""
    import torch
    from segment_anything import build_sam_vit_b

    torch.manual_seed(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(build_sam_vit_b().state_dict(), path)


def seconds_for(image: np.ndarray, at: tuple[float, float], run: Run) -> float:
    """Seconds of one click; that random weights may find nothing there is no matter."""
    start = time.perf_counter()
    try:
        points(image, np.array([[*at, 1]], np.float32), run=run)
    except BadInput as error:
        if "nothing was found" not in error.what:
            raise
    return time.perf_counter() - start


def main(clicks: int = 10, side: int = 1024) -> None:
    with tempfile.TemporaryDirectory() as folder:
        save_vit_b(Path(folder) / "models" / "sam" / "vit_b.pth")
        shelf = Shelf(Settings(root=Path(folder), models=Path(folder) / "models", offline=True))
        run = Run(node="click", out=Path(folder), folder=Path(folder), models=shelf)
        start = time.perf_counter()
        loaded = shelf.get("sam")
        load = time.perf_counter() - start
        random = np.random.default_rng(0)
        image = random.integers(0, 256, (side * 3 // 4, side, 3), np.uint8)
        times = [seconds_for(image, tuple(random.uniform(0, side * 3 // 4, 2)), run) for _ in range(1 + clicks)]
        assert loaded.encoded == 1
        further = statistics.median(times[1:])
        figures = {
            "load_s": load,
            "first_click_s": times[0],
            "further_click_s": further,
            "times_faster": times[0] / further,
        }
        print(
            json.dumps(
                {"device": str(loaded.model.device), "side": side} | {k: round(v, 4) for k, v in figures.items()}
            )
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
