"""What painting through the graph costs beside calling diffusers: the same small checkpoint, steps and seed, by turns, in one run.

The checkpoint is random, of SD 1.x's make in small, in a folder as the hub gives it. Each turn makes one picture with plain diffusers and one with
the node `diffusion.text_to_image` in a graph run by the engine, with another seed each time; the pictures must be equal pixel for pixel. Prints one
JSON object: the median seconds of both, the median ratio of a turn, by the clock and by the processor's time (which other programs disturb less),
and how often the text encoder worked behind the first turn.

python -m bench.diffusion [turns] [steps]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import graph
import nodes  # noqa: F401 - fills the registry
from graph import Settings
from nodes.models import Shelf

PROMPT, NEGATIVE, SIDE = "a red car", "a bike", 128


def save(folder: Path) -> Path:
    """A checkpoint whose steps take some ten milliseconds, so that the pipeline's own work shows."""
    import torch

    from tests import weights
    from tests.weights_diffusion import changed

    torch.manual_seed(0)
    pipe = weights.inpaint_pipeline(folder / "parts", 4)
    pipe.unet = changed(pipe.unet, block_out_channels=(32, 64, 96, 96), sample_size=SIDE // 8, attention_head_dim=8)
    pipe.save_pretrained(folder / "models" / "diffusion" / "small")
    return folder / "models" / "diffusion" / "small"


def direct(path: Path, steps: int) -> Callable[[int], np.ndarray]:
    """Plain diffusers."""
    import torch
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(path, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)

    def make(seed: int) -> np.ndarray:
        noise = torch.Generator("cpu").manual_seed(seed)
        made = pipe(PROMPT, negative_prompt=NEGATIVE, num_inference_steps=steps, generator=noise, output_type="np")
        return np.rint(np.clip(made.images[0], 0, 1) * 255).astype(np.uint8)

    return make


def through_the_graph(folder: Path, shelf: Shelf, steps: int) -> Callable[[int], np.ndarray]:
    """The node in a graph, checked, planned and run by the engine as from the command line."""
    runner = graph.Runner(graph.registry, shelf)

    def make(seed: int) -> np.ndarray:
        asked = {"prompt": PROMPT, "negative": NEGATIVE, "steps": steps, "seed": seed}
        found: dict[str, Any] = {"format": 1, "nodes": {"paint": {"type": "diffusion.text_to_image", "inputs": asked}}}
        plan = runner.plan(graph.build(found, folder=folder, name="bench"))
        picture: np.ndarray = runner.run(plan, folder, lambda event: None).values["paint"]["image"]
        return picture

    return make


def main(turns: int = 9, steps: int = 10) -> None:
    import torch

    torch.set_num_threads(1)  # threads that wait for each other on a busy machine would measure the machine
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = save(folder)
        shelf = Shelf(Settings(root=folder, models=folder / "models", device="cpu", offline=True))
        ways = {"diffusers": direct(path, steps), "graph": through_the_graph(folder, shelf, steps)}
        times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        model = shelf.get("diffusion")
        encoded = 0
        for turn in range(turns + 1):
            made = {}
            for way in sorted(ways, reverse=bool(turn % 2)):  # who goes first changes
                start = time.perf_counter(), time.process_time()
                made[way] = ways[way](turn)
                times[way].append((time.perf_counter() - start[0], time.process_time() - start[1]))
            assert np.array_equal(made["diffusers"], made["graph"]), f"the pictures of seed {turn} differ"
            encoded = encoded or model.encoded
        print(json.dumps(figures(times) | {"encoded_again": model.encoded - encoded, "turns": turns, "steps": steps}))


def figures(times: dict[str, list[tuple[float, float]]]) -> dict[str, float]:
    """Medians and ratios of all turns but the first, which warms up."""
    found = {}
    for number, clock in enumerate(("clock", "processor")):
        one, other = ([each[number] for each in times[way][1:]] for way in ("diffusers", "graph"))
        found |= {f"diffusers_{clock}_s": statistics.median(one), f"graph_{clock}_s": statistics.median(other)}
        found[f"ratio_{clock}"] = statistics.median(b / a for a, b in zip(one, other, strict=True))
    return {name: round(value, 4) for name, value in found.items()}


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
