"""`python -m train.control draw|train|export|evaluate`: the steps that make models/starter/edges, in this order; each can
be broken off and resumed. It learns from the painter's crops (`draw` makes them where they are missing).
"""

from __future__ import annotations

import argparse

import torch

from train.painter.__main__ import end_of


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.control", description=__doc__)
    parser.add_argument("step", choices=("draw", "train", "export", "evaluate"))
    parser.add_argument("--shards", type=int, default=4, help="how many times 4,000 of the painter's crops")
    parser.add_argument("--minutes", type=float, default=25, help="how long to train")
    parser.add_argument("--until", help="train until this time of day, HH:MM, instead")
    parser.add_argument("--peak", type=float, default=1e-3, help="the highest learning rate")
    parser.add_argument("--cases", type=int, default=200, help="how many unseen scenes to paint (evaluate)")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run one step."""
    chosen = _arguments()
    torch.set_num_threads(chosen.threads)
    if chosen.step == "draw":
        from train.painter.pool import draw_shard
        from train.painter.unet import encode_shard

        for shard in range(chosen.shards):
            draw_shard(shard)
            encode_shard(shard)
    elif chosen.step == "train":
        from train.control.train import train

        train(end_of(chosen.minutes, chosen.until), chosen.shards, chosen.peak)
    elif chosen.step == "export":
        from train.control.export import export

        export()
    else:
        from train.control.evaluate import evaluate

        evaluate(chosen.cases)


if __name__ == "__main__":
    main()
