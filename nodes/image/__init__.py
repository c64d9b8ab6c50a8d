"""The image family: everything that reads, writes, reshapes, mixes, compares and draws pictures without a model.

A picture that goes in is never written to; one that comes out is new, read-only uint8 RGB.
"""

from nodes.image.adjusting import adjust, blur, grey, invert, sharpen
from nodes.image.comparing import difference, grid, side_by_side, slider_strip
from nodes.image.curves import curves
from nodes.image.drawing import gradient, solid, text_on_picture
from nodes.image.layers import blend, composite, paste
from nodes.image.measuring import sharpness
from nodes.image.plotting import xy_grid
from nodes.image.reading import load
from nodes.image.shape import crop, crop_to_box, flip, pad, resize, rotate, scale, size
from nodes.image.writing import save

__all__ = [
    "adjust",
    "blend",
    "blur",
    "composite",
    "crop",
    "crop_to_box",
    "curves",
    "difference",
    "flip",
    "gradient",
    "grey",
    "grid",
    "invert",
    "load",
    "pad",
    "paste",
    "resize",
    "rotate",
    "save",
    "scale",
    "sharpen",
    "sharpness",
    "side_by_side",
    "size",
    "slider_strip",
    "solid",
    "text_on_picture",
    "xy_grid",
]
