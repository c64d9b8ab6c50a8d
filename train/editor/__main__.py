"""`python -m train.editor draw|train|export|evaluate`: the steps that make models/starter/editor, in this order; each
can be broken off and resumed.
"""

from __future__ import annotations

import argparse

import torch

from train.painter.__main__ import end_of


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.editor", description=__doc__)
    parser.add_argument("step", choices=("draw", "train", "export", "evaluate"))
    parser.add_argument("--side", type=int, default=64, help="pixels of a picture (draw, train): 64 first, then 96")
    parser.add_argument("--first", type=int, default=0, help="the first shard (draw)")
    parser.add_argument("--shards", type=int, default=10, help="how many times 1,000 views to draw")
    parser.add_argument("--minutes", type=float, default=60, help="how long to train")
    parser.add_argument("--until", help="train until this time of day, HH:MM, instead")
    parser.add_argument("--peak", type=float, default=1.2e-3, help="the highest learning rate")
    parser.add_argument("--cases", type=int, default=300, help="how many unseen scenes to edit (evaluate)")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run one step."""
    chosen = _arguments()
    torch.set_num_threads(chosen.threads)
    if chosen.step == "draw":
        from train.editor.pool import draw_shard

        for shard in range(chosen.first, chosen.shards):
            draw_shard(shard, chosen.side)
    elif chosen.step == "train":
        from train.editor.train import train

        train(end_of(chosen.minutes, chosen.until), chosen.side, chosen.peak)
    elif chosen.step == "export":
        from train.editor.export import export

        export()
    else:
        from train.editor.evaluate import evaluate

        evaluate(chosen.cases)


if __name__ == "__main__":
    main()
