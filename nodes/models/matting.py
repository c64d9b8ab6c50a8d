"""Networks that tell the subject of a picture from its background, as ONNX files: U²-Net (Qin et al. 2020), IS-Net (Qin et al. 2022), BRIA's RMBG 1.4
and 2.0, and BiRefNet (Zheng et al. 2024). All take one square picture, red first, and answer with one map; they differ in its side and in how colours
are scaled, and no file says that. So the family is read from a preprocessor_config.json beside the file, else from the name of the file or of a folder
around it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pictures

from graph import BadInput

from . import memory
from .onnx_files import session, told

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
DEPTH = 5
"""Folders around a file whose names are looked at: a hub's cache has org, revision and onnx/ around model.onnx."""
PRECONFIG = "preprocessor_config.json"


@dataclass(frozen=True)
class Family:
    """names: in file names, by a pattern. side: of the square in pixels, where the file leaves it open. mean, spread: colours 0..1 have the mean taken off
    and are divided by the spread. brightest: 1.0 is the picture's own brightest value, not 255. stretched: the answer is scaled to fill 0..1."""

    names: str
    side: int
    mean: tuple[float, float, float]
    spread: tuple[float, float, float]
    brightest: bool = False
    stretched: bool = False


FAMILIES = {
    "RMBG 2.0": Family(r"rmbg[-_ ]?v?2", 1024, *IMAGENET),
    "RMBG 1.4": Family(r"rmbg|briarmbg", 1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0), stretched=True),
    "BiRefNet": Family(r"birefnet", 1024, *IMAGENET),
    "IS-Net for drawings": Family(r"is-?net[-_ ]?anime", 1024, IMAGENET[0], (1.0, 1.0, 1.0), stretched=True),
    "IS-Net": Family(r"is-?net|dis-general|ormbg", 1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0), stretched=True),
    "U²-Net": Family(r"u-?2-?net|u²-?net|silueta", 320, *IMAGENET, brightest=True, stretched=True),
}  # fmt: skip
"""By the settings of the networks' own published code; the first whose name fits is taken."""


class Matter:
    """A loaded network. family: its name in FAMILIES, or what its preprocessor_config.json is."""

    def __init__(self, opened: Any, name: str, family: Family, path: Path) -> None:
        self.session, self.family, self.settings, self.path = opened, name, family, path
        given = opened.get_inputs()[0]
        fixed = given.shape[2]
        self.name, self.side = given.name, fixed if isinstance(fixed, int) else family.side
        self.half = given.type == "tensor(float16)"

    def alpha(self, image: np.ndarray, say: Any = None) -> np.ndarray:
        """How much of each place is subject: float32 (side, side), 0..1, over the whole picture. image: uint8 (H, W, 3)."""
        pixels = prepared(image, self.side, self.settings)
        given = {self.name: pixels.astype(np.float16) if self.half else pixels}
        answer = memory.answered(lambda: self.session.run(None, given), lambda: None, say)[0]
        found: np.ndarray = np.asarray(answer, np.float32).reshape(-1, *np.shape(answer)[-2:])[0]
        if not np.isfinite(found).all():
            what = "its answer holds values that are no numbers"
            raise BadInput(
                "model", f"'{self.path}' is of no use on this machine: {what}", "take the file of full precision"
            )
        if found.min() < -1e-3 or found.max() > 1 + 1e-3:  # log-odds: some files end before the sigmoid
            found = 1 / (1 + np.exp(-np.clip(found, -60, 60)))
        return found

    def stretched(self, alpha: np.ndarray) -> np.ndarray:
        """The answer of `alpha` filling 0..1, for families that are made for that; else as it is."""
        low, high = float(alpha.min()), float(alpha.max())
        if not self.settings.stretched or high - low < 1e-6:
            return alpha
        return (alpha - low) / (high - low)


def prepared(image: np.ndarray, side: int, family: Family) -> np.ndarray:
    """The picture as a family takes it: float32 (1, 3, side, side)."""
    small = Pictures.fromarray(image).resize((side, side), Pictures.Resampling.BILINEAR, reducing_gap=3.0)
    colours = np.asarray(small, np.float32)
    colours = colours / (max(float(colours.max()), 1e-6) if family.brightest else 255.0)
    scaled = (colours - np.float32(family.mean)) / np.float32(family.spread)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def load_matting(path: Path, device: str = "auto") -> Matter:
    """Load an .onnx file. Raises BadInput that names the file when it is cut short, of another architecture or of a family that nothing tells."""
    opened = session(path, device)
    given, made = opened.get_inputs(), opened.get_outputs()
    shape = given[0].shape if given else []
    square = len(shape) == 4 and shape[1] in (3, "3") and (isinstance(shape[2], str | None) or shape[2] == shape[3])
    if len(given) != 1 or not square or given[0].type not in ("tensor(float)", "tensor(float16)"):
        raise _wrong(path, f"it takes {told(opened)}, and these networks take one float picture [N, 3, side, side]")
    if not made or len(made[0].shape or ()) not in (3, 4):
        raise _wrong(path, f"it answers with {made[0].shape if made else 'nothing'}, and these networks give a map")
    name, family = family_of(path)
    return Matter(opened, name, family, path)


def recognised(path: Path) -> bool:
    """Whether the name of a file or folder, or of one around it, is that of a family."""
    return _by_name(path) is not None


def _by_name(path: Path) -> tuple[str, Family] | None:
    """The family that is named nearest to the file."""
    where = path.absolute()  # not resolved: a hub's cache links to files without names
    places = [where.stem, *(folder.name for folder in where.parents[:DEPTH])]
    fitting = ((name, row) for place in places for name, row in FAMILIES.items() if re.search(row.names, place.lower()))
    return next(fitting, None)


def family_of(path: Path) -> tuple[str, Family]:
    """Name and settings of the family of a file."""
    by_name = _by_name(path)
    for folder in path.parents[:2]:
        if (folder / PRECONFIG).is_file():
            return _stated(folder / PRECONFIG, by_name)
    if by_name is None:
        listed = ", ".join(FAMILIES)
        raise BadInput(
            "model",
            f"'{path}' does not tell of which family it is, and so how it takes colours",
            f"name the file or its folder after it ({listed}), or put its {PRECONFIG} beside it",
        )
    return by_name


def _stated(file: Path, by_name: tuple[str, Family] | None) -> tuple[str, Family]:
    """The settings that a preprocessor_config.json states, with what it leaves out taken from the family that the name tells."""
    try:
        stated = json.loads(file.read_text(encoding="utf-8"))
        size = stated.get("size") or {}
        name, family = by_name or (PRECONFIG, Family("", 1024, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)))
        if stated.get("do_normalize", True) and stated.get("image_mean"):
            white = 255 * float(stated.get("rescale_factor") or 1 / 255 if stated.get("do_rescale", True) else 1)
            mean, spread = (tuple(float(value) / white for value in stated[key]) for key in ("image_mean", "image_std"))
            if len(mean) != 3 or len(spread) != 3 or 0 in spread:
                raise ValueError("image_mean and image_std have three numbers each")
            family = replace(family, mean=mean, spread=spread, brightest=False)
        elif by_name is None:
            raise ValueError("it states no image_mean and image_std")
        return name, replace(family, side=int(size.get("width") or size.get("longest_edge") or family.side))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            "model", f"'{file}' can't be used ({type(error).__name__}: {error})", "get it again with the network"
        ) from error


def _wrong(path: Path, why: str) -> BadInput:
    return BadInput(
        "model",
        f"'{path}' is no network that cuts out the background: {why[:300]}",
        f"give an .onnx file of one of these: {', '.join(FAMILIES)}",
    )
