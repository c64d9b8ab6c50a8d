"""The trained ControlNet becomes models/starter/edges: config.json and weights in half precision, as diffusers reads it."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import ControlNetModel

from train.control.train import STATE, make_net

TARGET = Path(__file__).parent.parent.parent / "models" / "starter" / "edges"
OWN = {"limits": "it knows the edges of drawn pictures, and steers the starter painter alone"}


@torch.no_grad()
def load_trained() -> ControlNetModel:
    """The last checkpoint's averaged weights, float32."""
    if not STATE.exists():
        raise FileNotFoundError(f"{STATE} is missing: run `python -m train.control train` first")
    state = torch.load(STATE, weights_only=True)
    net = make_net()
    for weight, mean in zip(net.parameters(), state["average"], strict=True):
        weight.copy_(mean)
    return net.eval()


def export(target: Path = TARGET) -> None:
    """Write the folder; the card (README.md) stays."""
    load_trained().half().save_pretrained(target)
    (target / "graft.json").write_text(json.dumps(OWN, indent=1) + "\n")
    size = sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
    print(f"wrote {target}: {size / 1e6:.1f} MB", flush=True)
