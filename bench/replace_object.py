"""Why: the figures in the README come from here, over sentences, scenes and crops that no training has seen.

    .venv/bin/python -m bench.replace_object                 # everything, about twenty minutes on two cores
    .venv/bin/python -m bench.replace_object painter chain   # some of it

Each part is a program of its own, which can be run alone with options; the contact sheets lie in docs/ afterwards.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

PARTS = {
    "parser": ["bench.parser"],  # exact answers on unseen nouns, unseen phrasings, free-form sentences; rules beside it
    "masker": ["bench.masker"],  # mean IoU through the node, with and without colour words; false alarms
    "painter": ["train.painter", "evaluate"],  # kind and colour as a judge names them; docs/painter_sheet.webp
    "chain": ["bench.chain"],  # the whole workflow, sentence and scene in, picture out; docs/chain_sheet.webp
}


def main() -> int:
    """Run the parts one after another; the exit code is the first that is not 0."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="python -m bench.replace_object"
    )
    arguments.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} (all of them)")
    names = arguments.parse_args().parts or list(PARTS)
    for unknown in set(names) - set(PARTS):
        arguments.error(f"there is no part '{unknown}'")
    code = 0
    for name in names:
        print(f"== {name}", flush=True)
        began = time.perf_counter()
        code = code or subprocess.run([sys.executable, "-m", *PARTS[name]], check=False).returncode
        print(f"== {name} took {time.perf_counter() - began:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
