"""Masks: which pixels a step may touch. Importing this package fills the registry with the family `mask`.

A mask is uint8 (H, W): 255 is marked, 0 is not, values between are soft edges. Every node keeps soft edges unless its
name says otherwise. Where a yes or no is needed (parts, boxes, counts), a pixel counts as marked from 128 on.
Coordinates are pixels with the origin at the picture's top left corner, so the box (0, 0, W, H) is the whole picture
and right and bottom are exclusive.
"""

from nodes.mask import boxes, edit, levels, measure, parts, shapes, show

__all__ = ["boxes", "edit", "levels", "measure", "parts", "shapes", "show"]
