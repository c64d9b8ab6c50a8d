"""`python -m train.painter draw|vae|encode|unet|export|evaluate`: the steps that make models/starter/painter, in this
order; each can be broken off and resumed.
"""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta

import torch

from train.painter.pool import SIDE, draw_shard, load_pool


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.painter", description=__doc__)
    parser.add_argument("step", choices=("draw", "vae", "encode", "unet", "export", "evaluate"))
    parser.add_argument("--minutes", type=float, default=10, help="how long to train (vae: processor time)")
    parser.add_argument("--until", help="train until this time of day, HH:MM, instead (unet)")
    parser.add_argument("--shards", type=int, default=10, help="how many times 4,000 crops to train on")
    parser.add_argument(
        "--first", type=int, default=0, help="the first shard, when several processes share the drawing or encoding"
    )
    parser.add_argument("--cases", type=int, default=240, help="how many unseen scenes to paint (evaluate)")
    parser.add_argument("--side", type=int, default=SIDE, help="pixels of a crop (encode, unet): 64 first, then 96")
    parser.add_argument("--peak", type=float, default=1.2e-3, help="the highest learning rate (unet)")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def end_of(minutes: float, until: str | None) -> datetime:
    """When to stop: after so many minutes, or at the next HH:MM."""
    now = datetime.now()
    if until is None:
        return now + timedelta(minutes=minutes)
    hour, minute = map(int, until.split(":"))
    end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


def main() -> None:
    """Run one step."""
    chosen = _arguments()
    torch.set_num_threads(chosen.threads)
    shards = range(chosen.first, chosen.shards)
    if chosen.step == "draw":
        for shard in shards:
            draw_shard(shard)
    elif chosen.step == "vae":
        from train.painter.vae import train_vae

        train_vae(load_pool(list(shards)), load_pool([-1]), chosen.minutes)
    elif chosen.step == "encode":
        from train.painter.unet import encode_shard

        for shard in shards:
            encode_shard(shard, chosen.side)
    elif chosen.step == "unet":
        from train.painter.unet import train_unet

        train_unet(chosen.shards, end_of(chosen.minutes, chosen.until), chosen.side, chosen.peak)
    elif chosen.step == "export":
        from train.painter.export import export

        export()
    else:
        from train.painter.evaluate import evaluate

        evaluate(chosen.cases)


if __name__ == "__main__":
    main()
