"""Taggers of the WD14 family (SmilingWolf's ViT, SwinV2, ConvNeXt, EVA02 and MOAT taggers): one ONNX file and one table of tags beside it.

The network takes pictures float32 (N, side, side, 3), blue first, 0..255, in the middle of a white square, and answers with one probability
for each row of the table. The table, selected_tags.csv, has the columns tag_id, name, category, count; category 9 is the rating of the picture,
4 a character, 0 all else.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures

from graph import BadInput

from .onnx_files import session, told

RATING, CHARACTER, GENERAL = 9, 4, 0
TABLE = "selected_tags.csv"
LARGEST = 4096
"""Longest side that is laid on a white square as it is, in pixels; larger pictures are made smaller first."""


class Tagger:
    """A loaded tagger. tags: (name, category) for each of the network's answers, in its order."""

    def __init__(self, session: Any, tags: Sequence[tuple[str, int]], path: Path) -> None:
        self.session, self.tags, self.path = session, tuple(tags), path
        given = session.get_inputs()[0]
        self.name, self.side = given.name, int(given.shape[1])

    def scores(self, image: np.ndarray) -> np.ndarray:
        """How likely each tag is, float32 (T,), 0..1. image: uint8 (H, W, 3)."""
        found: np.ndarray = self.session.run(None, {self.name: prepared(image, self.side)})[0]
        if found.shape != (1, len(self.tags)):
            raise _wrong(
                self.path, f"it answers with {found.shape[-1]} numbers, and its table has {len(self.tags)} tags"
            )
        return found[0].astype(np.float32)


def prepared(image: np.ndarray, side: int) -> np.ndarray:
    """The picture as these networks take it: float32 (1, side, side, 3), blue first, 0..255, on white."""
    picture = Pictures.fromarray(image)
    if max(picture.size) > LARGEST:
        shrink = LARGEST / max(picture.size)
        smaller = max(1, round(picture.width * shrink)), max(1, round(picture.height * shrink))
        picture = picture.resize(smaller, Pictures.Resampling.BICUBIC, reducing_gap=3.0)
    longest = max(picture.size)
    square = Pictures.new("RGB", (longest, longest), (255, 255, 255))
    square.paste(picture, ((longest - picture.width) // 2, (longest - picture.height) // 2))
    if longest != side:
        square = square.resize((side, side), Pictures.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(square, np.float32)[None, :, :, ::-1])


def table_beside(file: Path) -> Path | None:
    """The table of an ONNX file: of the same name, or selected_tags.csv in its folder; None where there is neither."""
    return next((table for table in (file.with_suffix(".csv"), file.with_name(TABLE)) if table.is_file()), None)


def load_tagger(path: Path, device: str = "auto") -> Tagger:
    """Load an .onnx file with its table beside it. Raises BadInput that names the file when it is cut short or no such tagger."""
    table = table_beside(path)
    if table is None:
        raise _wrong(path, f"neither {path.stem}.csv nor {TABLE} lies beside it")
    opened = session(path, device)
    tags = _tags(table)
    _check_shape(opened, tags, path)
    return Tagger(opened, tags, path)


def _check_shape(opened: Any, tags: Sequence[tuple[str, int]], path: Path) -> None:
    """BadInput for a network that takes or gives something else."""
    given, made = opened.get_inputs(), opened.get_outputs()
    shape = given[0].shape if given else []
    square = len(shape) == 4 and shape[3] == 3 and isinstance(shape[1], int) and shape[1] == shape[2]
    if len(given) != 1 or not square or given[0].type != "tensor(float)":
        raise _wrong(path, f"it takes {told(opened)}, and a tagger takes one float picture [N, side, side, 3]")
    count = made[0].shape[-1] if made and made[0].shape else None
    if isinstance(count, int) and count != len(tags):
        raise _wrong(path, f"it answers with {count} numbers, and its table has {len(tags)} tags")


def _tags(table: Path) -> list[tuple[str, int]]:
    try:
        with table.open(encoding="utf-8", newline="") as opened:
            rows = [(row["name"], int(row["category"])) for row in csv.DictReader(opened)]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise _wrong(
            table, f"it is no table with the columns name and category ({type(error).__name__}: {error})"
        ) from error
    if not rows:
        raise _wrong(table, "it has no rows")
    return rows


def _wrong(path: Path, why: str) -> BadInput:
    return BadInput(
        "model",
        f"'{path}' is no tagger of the WD14 family: {why}",
        f"give model.onnx and {TABLE} of one repository, such as SmilingWolf/wd-vit-tagger-v3",
    )
