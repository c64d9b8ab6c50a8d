"""`python -m train.captioner train|export|evaluate`: the steps that make models/starter/captioner, in this order; training can be broken off and
resumed. It learns from the scenes that `python -m train.tagger.pool` draws."""

from __future__ import annotations

import argparse


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(prog="python -m train.captioner", description=__doc__)
    parser.add_argument("step", choices=("train", "export", "evaluate"))
    parser.add_argument("--minutes", type=float, default=30, help="how long to train in all (train)")
    parser.add_argument("--scenes", type=int, default=500, help="how many unseen scenes (evaluate)")
    chosen = parser.parse_args()
    if chosen.step == "train":
        from train.captioner.learn import train

        train(chosen.minutes)
    elif chosen.step == "export":
        from train.captioner.export import export

        export()
    else:
        from train.captioner.evaluate import evaluate

        evaluate(chosen.scenes)


if __name__ == "__main__":
    main()
