"""Controls: what steers a picture, on its way along a link."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph import Control, Controls, Image, Mask
from graph.sockets import fits, socket_type

EDGES = np.zeros((4, 6, 3), np.uint8)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ((), None),
        ((Control(EDGES), Control(EDGES, "depth", 0.5, 0.1, 0.9)), None),
        ([Control(EDGES)], "expected a tuple of Control"),
        ((EDGES,), "expected a tuple of Control"),
        ((Control(EDGES), Control(EDGES[..., 0])), "entry 2: expected an image"),
        ((Control(EDGES.astype(np.float32)),), "entry 1: expected an image"),
    ],
)
def test_what_may_flow(value: Any, problem: str | None) -> None:
    found = socket_type(Controls).check(value)
    assert (found is None) if problem is None else (problem in str(found))


def test_it_is_a_socket_of_its_own_that_no_file_holds() -> None:
    row = socket_type(Controls)
    assert not row.literal
    assert fits(row, row)
    assert not fits(socket_type(Image), row)
    assert not fits(row, socket_type(Mask))


def test_a_control_says_what_is_usual() -> None:
    control = Control(EDGES)
    assert (control.model, control.weight, control.start, control.end) == ("auto", 1.0, 0.0, 1.0)
