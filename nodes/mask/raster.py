"""Fill outlines with true edge coverage: exact across, sixteen lines per pixel down.

An outline is given by its crossings: the places where horizontal lines cut it. Each line's crossings are paired from
left to right (even-odd rule) and the stretch between a pair is filled. A crossing at x changes the coverage of two
pixels at most, so all crossings are summed into a buffer of differences and one running sum per row turns them into
coverage (the accumulation buffer of font-rs).
"""

from __future__ import annotations

import numpy as np

LINES = 16
"""Lines per pixel row: a level edge is exact at multiples of 1/16 pixel, else its coverage is off by 1/32 at most."""

CROSSINGS = 4_000_000
"""How many crossings a polygon may have at once (about 200 MB); taller masks are filled band by band."""


def line_heights(top: float, bottom: float, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the lines between top and bottom within a mask of this height, and their y in pixels."""
    lines = np.arange(int(_first_line(top, height)), int(_first_line(bottom, height)))
    return lines, (lines + 0.5) / LINES


def _first_line(y: float | np.ndarray, height: int) -> np.ndarray:
    """Return the number of the first line at or below y (pixels), within 0 .. height * LINES."""
    return np.clip(np.ceil(np.multiply(y, LINES) - 0.5), 0, height * LINES).astype(np.intp)


def fill(height: int, width: int, lines: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Fill between crossings and return uint8 (height, width).

    lines: int (N,), the line of each crossing, 0 .. height * LINES - 1; an even number of crossings per line, in any
        order.
    x: float (N,), where it crosses, in pixels.
    """
    order = np.lexsort((x, lines))
    lines, x = lines[order], np.clip(x[order], 0, width)
    sign = np.where(np.arange(lines.size) % 2 == 0, 1.0, -1.0) / LINES
    column = np.floor(x).astype(np.intp)
    part = x - column
    rows = lines // LINES
    steps = np.zeros((height, width + 2), np.float32)
    np.add.at(steps, (rows, column), (sign * (1 - part)).astype(np.float32))
    np.add.at(steps, (rows, column + 1), (sign * part).astype(np.float32))
    np.cumsum(steps, axis=1, out=steps)
    steps *= 255
    np.rint(steps, out=steps)
    return np.clip(steps[:, :width], 0, 255).astype(np.uint8)


def fill_spans(height: int, width: int, lines: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Fill one stretch per line, from left to right (float (N,), pixels), and return uint8 (height, width)."""
    return fill(height, width, np.concatenate([lines, lines]), np.concatenate([left, right]))


def fill_box(height: int, width: int, box: tuple[float, float, float, float], radius: float = 0.0) -> np.ndarray:
    """Fill the box (left, top, right, bottom) in pixels; radius rounds its corners, at most half its shorter side."""
    left, top, right, bottom = box
    radius = max(0.0, min(radius, (right - left) / 2, (bottom - top) / 2))
    lines, y = line_heights(top, bottom, height)
    # how deep each line lies in a rounded corner
    into = np.clip(np.maximum(top + radius - y, y - (bottom - radius)), 0, radius)
    inset = radius - np.sqrt(radius * radius - into * into)
    return fill_spans(height, width, lines, left + inset, right - inset)


def fill_ellipse(height: int, width: int, box: tuple[float, float, float, float]) -> np.ndarray:
    """Fill the ellipse that touches the four sides of the box (left, top, right, bottom) in pixels."""
    left, top, right, bottom = box
    lines, y = line_heights(top, bottom, height)
    across = (2 * y - top - bottom) / (bottom - top)  # -1 at the top, 1 at the bottom
    half = (right - left) / 2 * np.sqrt(np.clip(1 - across * across, 0, 1))
    middle = (left + right) / 2
    return fill_spans(height, width, lines, middle - half, middle + half)


def fill_polygon(height: int, width: int, points: np.ndarray) -> np.ndarray:
    """Fill a closed outline, float (N, 2) of x, y in pixels; where it overlaps itself, the even-odd rule decides."""
    rows = max(1, CROSSINGS // (LINES * len(points)))
    result = np.empty((height, width), np.uint8)
    for top in range(0, height, rows):
        band = result[top : top + rows]
        lines, x = _crossings(points - [0, top], band.shape[0])
        band[:] = fill(band.shape[0], width, lines, x)
    return result


def _crossings(points: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the line and the x of each crossing of a closed outline (N, 2) with the lines of a mask of this height."""
    ends = np.stack([points, np.roll(points, -1, axis=0)])
    first, last = np.sort(_first_line(ends[..., 1], height), axis=0)
    count = last - first
    edge = np.repeat(np.arange(len(points)), count)
    lines = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    (x0, y0), (x1, y1) = ends[0][edge].T, ends[1][edge].T  # no edge here is level: it crosses a line
    return lines, x0 + ((lines + 0.5) / LINES - y0) * (x1 - x0) / (y1 - y0)
