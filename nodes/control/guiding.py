"""The node that hands a picture over as guidance: several at once by a chain."""

from __future__ import annotations

from typing import Annotated

from graph import BadInput, Control, Controls, Image, Model, Slider, node


@node(family="control", output="control", tags=("controlnet", "apply", "condition", "guidance", "multi"))
def guide(
    image: Image,
    model: Annotated[str, Model("control")] = "auto",
    weight: Annotated[float, Slider(0.0, 2.0)] = 1.0,
    start: Annotated[float, Slider(0.0, 1.0)] = 0.0,
    end: Annotated[float, Slider(0.0, 1.0)] = 1.0,
    before: Controls | None = None,
) -> Controls:
    """Let a picture steer what a diffusion model makes, with a ControlNet (Zhang, Rao and Agrawala 2023).

    Link `control` into text_to_image, image_to_image or inpaint; for a second picture put another guide behind this one.

    image: made ready for the ControlNet, such as by control.canny; it is scaled to the size of what is made.
    model: a ControlNet for the family of the diffusion model (Stable Diffusion 1.x, 2.x or XL) and for this kind of picture.
    weight: how closely it is followed; 0 has no effect, 1 is as in training.
    start: from which share of the steps on it is followed, 0..1.
    end: up to which share of the steps; 1 is to the last, and the same as `start` never.
    before: guides that are followed at the same time.
    """
    if start > end:
        raise BadInput("start", f"{start:g} lies behind the end, {end:g}", "give a start that lies before the end")
    return Controls((*(before or ()), Control(image, model, weight, start, end)))
