"""Pictures from words: painted anew, over another picture, into a hole, beyond the edges. One set of nodes for Stable Diffusion 1.x, 2.x and XL."""

from __future__ import annotations

from .inpainting import inpaint
from .making import depth_to_image, image_to_image, text_to_image
from .outpainting import outpaint

__all__ = ["depth_to_image", "image_to_image", "inpaint", "outpaint", "text_to_image"]
