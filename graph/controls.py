"""Why: a picture is steered by more than words; what steers it flows along one link, however much of it there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

import numpy as np


@dataclass(frozen=True, eq=False)
class Control:
    """One ControlNet at work: a picture that has been made ready for it, and how far it is followed.

    image: uint8 RGB (H, W, 3), read-only. model: the name of weights of the kind "control". weight: 0 has no effect, 1 is usual.
    start, end: from which share of the steps to which it is followed, 0..1.
    """

    image: np.ndarray
    model: str = "auto"
    weight: float = 1.0
    start: float = 0.0
    end: float = 1.0


Controls = NewType("Controls", tuple[Control, ...])
"""What steers a picture while it is made, beside the words."""
