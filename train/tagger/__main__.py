"""`python -m train.tagger train|export|evaluate`: the steps that make models/starter/tagger, in this order; training can be broken off and resumed."""

from __future__ import annotations

import argparse


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(prog="python -m train.tagger", description=__doc__)
    parser.add_argument("step", choices=("train", "export", "evaluate"))
    parser.add_argument("--steps", type=int, default=3000, help="batches of 32 (train)")
    parser.add_argument("--scenes", type=int, default=1000, help="how many unseen scenes (evaluate)")
    chosen = parser.parse_args()
    if chosen.step == "train":
        from train.tagger.learn import train

        train(chosen.steps)
    elif chosen.step == "export":
        from train.tagger.export import export

        export()
    else:
        from train.tagger.evaluate import evaluate

        evaluate(chosen.scenes)


if __name__ == "__main__":
    main()
