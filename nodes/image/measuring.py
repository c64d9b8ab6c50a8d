"""Numbers about a picture."""

from __future__ import annotations

import numpy as np

from graph import Image, node


@node(family="image", output="sharpness", tags=("blur", "focus", "quality", "laplacian", "measure"))
def sharpness(image: Image) -> float:
    """How sharp a picture is: the variance of its Laplacian, on grey levels 0..255.

    Below about 50 a picture of usual size looks blurred, above 500 crisp; it depends on the size and on what is shown, so compare
    pictures of one size. (Pech-Pacheco et al., ICPR 2000.)

    image: any size.
    """
    import cv2

    return float(cv2.Laplacian(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())
