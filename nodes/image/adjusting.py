"""Light, colour and sharpness of a whole picture. Neutral settings return the very same pixels."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from PIL import ImageFilter

from graph import Image, Slider, node
from nodes.pixels import by_strips, from_pil, frozen, to_bytes, to_pil

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601, as in JPEG


@node(family="image", tags=("brightness", "contrast", "saturation", "gamma", "exposure", "levels"))
def adjust(
    image: Image,
    brightness: Annotated[float, Slider(0.0, 4.0)] = 1.0,
    contrast: Annotated[float, Slider(0.0, 4.0)] = 1.0,
    saturation: Annotated[float, Slider(0.0, 4.0)] = 1.0,
    gamma: Annotated[float, Slider(0.1, 10.0)] = 1.0,
) -> Image:
    """Change brightness, contrast, saturation and gamma; 1 leaves each as it is.

    image: any size.
    brightness: multiplies every value: 0 is black, 2 twice as bright.
    contrast: stretches values away from middle grey: 0 is all grey.
    saturation: 0 is black and white, 2 twice as colourful.
    gamma: above 1 lifts the dark parts, below 1 lowers them; black and white stay.
    """
    levels = np.linspace(0.0, 1.0, 256) ** (1.0 / gamma) * brightness
    table = to_bytes(255.0 * ((levels - 0.5) * contrast + 0.5))
    toned = table[image]
    if saturation == 1.0:
        return Image(frozen(toned))

    def saturate(strip: np.ndarray) -> np.ndarray:
        grey_level = (strip @ _LUMA)[..., None]
        return to_bytes(grey_level + (strip - grey_level) * np.float32(saturation))

    return Image(by_strips(saturate, toned))


@node(family="image", tags=("black and white", "monochrome", "desaturate", "gray"))
def grey(image: Image) -> Image:
    """Take the colour out of a picture.

    image: any size.
    """
    return from_pil(to_pil(image).convert("L"))


@node(family="image", tags=("negative",))
def invert(image: Image) -> Image:
    """Turn a picture into its negative.

    image: any size.
    """
    return Image(frozen(255 - image))


@node(family="image", tags=("gaussian", "soften", "smooth"))
def blur(image: Image, radius: Annotated[float, Slider(0.0, 500.0)] = 4.0) -> Image:
    """Soften a picture.

    image: any size.
    radius: how far, in pixels: the standard deviation of the Gaussian.
    """
    return image if radius == 0 else from_pil(to_pil(image).filter(ImageFilter.GaussianBlur(radius)))


@node(family="image", tags=("unsharp mask", "crisp"))
def sharpen(
    image: Image,
    amount: Annotated[float, Slider(0.0, 5.0)] = 1.0,
    radius: Annotated[float, Slider(0.1, 50.0)] = 1.5,
    threshold: Annotated[int, Slider(0, 255)] = 2,
) -> Image:
    """Sharpen a picture (unsharp mask).

    image: any size.
    amount: how much: 0 is nothing, 1 adds the lost detail once.
    radius: how large the detail is, in pixels.
    threshold: smaller differences, such as noise, are left alone.
    """
    if amount == 0:
        return image
    return from_pil(to_pil(image).filter(ImageFilter.UnsharpMask(radius, round(100 * amount), threshold)))
