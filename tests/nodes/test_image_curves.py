from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

import graph
from graph.literals import curve
from nodes.image.curves import curve_at, curves

STRAIGHT = curve([[0, 0], [1, 1]])
points = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=8, unique_by=lambda p: p[0]
).map(lambda rows: sorted([x / 100, y / 100] for x, y in rows))


def picture() -> Any:
    made = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    made.flags.writeable = False
    return made


def run(**given: Any) -> Any:
    """The node as the engine calls it: with its literals read."""
    entries = graph.registry["image.curves"].inputs
    values = {name: entry.read(given.get(name, entry.default)) for name, entry in entries.items() if name != "image"}
    return curves(given["image"], **values)


def test_a_straight_line_leaves_the_very_pixels() -> None:
    image = picture()
    assert run(image=image) is image
    assert run(image=image, all=[[0, 0], [0.25, 0.25], [1, 1]], red=[[0, 0], [0.5, 0.5], [1, 1]]) is image


@pytest.mark.parametrize(
    ("given", "table"),
    [
        pytest.param({"all": [[0, 1], [1, 0]]}, [lambda v: 255 - v] * 3, id="turned round"),
        pytest.param({"red": [[0, 0], [1, 0]]}, [lambda v: 0 * v, lambda v: v, lambda v: v], id="no red"),
        pytest.param(
            {"green": [[0, 1], [1, 1]], "all": [[0, 0.2], [1, 0.2]]}, [lambda v: 0 * v + 51] * 3, id="all comes last"
        ),
        pytest.param(
            {"blue": [[0.2, 0], [0.8, 1]]},
            [lambda v: v, lambda v: v, lambda v: np.clip(np.rint((v / 255 - 0.2) / 0.6 * 255), 0, 255)],
            id="level before the first and behind the last",
        ),
    ],
)
def test_each_channel_follows_its_curve(given: dict[str, Any], table: list[Any]) -> None:
    image = picture()
    made = run(image=image, **given)
    assert made.dtype == np.uint8
    assert not made.flags.writeable
    for channel in range(3):
        assert np.array_equal(made[..., channel], table[channel](image[..., channel].astype(int)))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(points)
def test_a_curve_goes_through_its_points_and_never_beyond_them(rows: list[list[float]]) -> None:
    read = curve(rows)
    places, heights = read.T.astype(float)
    assert np.allclose(curve_at(read, places), heights, atol=1e-6)
    for index in range(len(rows) - 1):
        part = curve_at(read, np.linspace(places[index], places[index + 1], 40))
        low, high = sorted(heights[index : index + 2])
        assert part.min() >= low - 1e-9
        assert part.max() <= high + 1e-9
        assert (np.diff(part) * np.sign(heights[index + 1] - heights[index]) >= -1e-9).all()


def test_it_lies_near_the_other_monotone_cubic() -> None:
    read = curve([[0, 0], [0.25, 0.15], [0.6, 0.75], [1, 1]])
    x = np.linspace(0, 1, 101)
    assert np.abs(curve_at(read, x) - PchipInterpolator(*read.T)(x)).max() < 0.04
