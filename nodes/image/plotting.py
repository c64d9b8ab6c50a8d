"""Pictures made with different settings as one labelled sheet. The cells are placed by what they were made with, not by the order in which
they come, and a cell that has no picture says why."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, zip_longest
from typing import Annotated, Any

import numpy as np
from PIL import Image as Pillow

from graph import BadInput, Drop, Image, Run, Slider, node, unknown
from nodes.image.lettering import plot_font
from nodes.image.plotted import Axis, Plot, drawn
from nodes.pixels import frozen, to_pil

NONE: Any = object()
PREVIEW = 128  # pixels of a cell while the sheet fills


@node(
    family="image",
    title="X/Y grid",
    tags=("plot", "compare", "table", "matrix", "settings", "variations"),
    size=unknown,
)
def xy_grid(
    images: Iterable[Image | Drop],
    across: Iterable[Any],
    down: Iterable[Any] | None = None,
    across_name: str = "",
    down_name: str = "",
    side: Annotated[int, Slider(0, 4096)] = 0,
    columns: Annotated[int, Slider(0, 50)] = 0,
    gap: Annotated[int, Slider(0, 200)] = 8,
    *,
    run: Run,
) -> Image:
    """Show the pictures of a stream in a table, with the values they were made with along the top and down the side.

    A picture that could not be made does not end the run: its place says why. The letters grow with the cells.

    images: the pictures, one for each item.
    across: the value that each was made with; it is written along the top.
    down: a second value that each was made with, written down the side; link both from stream.cross. Without one, all stand in rows.
    across_name: what the first value is, such as "steps".
    down_name: what the second one is.
    side: shrink pictures that are larger to this many pixels along their longer side; 0 leaves them as they are.
    columns: pictures in a row where there is no second value; 0 chooses.
    gap: pixels between two cells.
    """
    plot = Plot(Axis(across_name), Axis(down_name) if down is not None else None, columns, gap)
    cells: dict[tuple[int, int], np.ndarray | str] = {}
    small: dict[tuple[int, int], np.ndarray | str] = {}
    for image, over, beside in _met(images, across, down):
        at = plot.across.place(over), plot.down.place(beside) if plot.down is not None else 0
        if at in cells:
            raise BadInput("across", f"two pictures came for {plot.name(at)}", "link what differs between them, too")
        cells[at] = image.reason if isinstance(image, Drop) else _shrunk(image, side)
        small[at] = image.reason if isinstance(image, Drop) else _shrunk(image, PREVIEW)
        if plot.row_is_full(len(cells)):
            run.preview(drawn(plot, small, plot_font(plot.words(small), _quiet)))
    _check(cells)
    return Image(frozen(drawn(plot, cells, plot_font(plot.words(cells), run.say))))


def _quiet(text: str) -> None:
    """What is said of the letters is said once, at the end."""


def _met(images: Iterable[Any], across: Iterable[Any], down: Iterable[Any] | None) -> Iterable[tuple[Any, Any, Any]]:
    """Each picture with its values. Raises BadInput where there are not as many of one as of the other."""
    others = down if down is not None else ()
    for number, (image, over, beside) in zip(count(), zip_longest(images, across, others, fillvalue=NONE)):
        for socket, value in (("images", image), ("across", over), ("down", beside)):
            if value is NONE and not (socket == "down" and down is None):
                raise BadInput(socket, f"it ends after {number} items, another one goes on", "link all from one stream")
        yield image, over, beside


def _check(cells: dict[tuple[int, int], np.ndarray | str]) -> None:
    if not cells:
        raise BadInput("images", "no item came", "check what drops them")
    reasons = [cell for cell in cells.values() if isinstance(cell, str)]
    if len(reasons) == len(cells):
        raise BadInput("images", f"none of {len(cells)} pictures could be made; the first: {reasons[0]}", "mend that")


def _shrunk(image: np.ndarray, side: int) -> np.ndarray:
    if not side or max(image.shape[:2]) <= side:
        return image
    small = to_pil(image)
    small.thumbnail((side, side), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(small)
