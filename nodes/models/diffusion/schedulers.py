"""The ways from noise to a picture, by the names that people know; each becomes a scheduler of diffusers with the model's own figures (betas, what it
predicts, spacing of the steps), so that a name can be chosen for any model."""

from __future__ import annotations

from typing import Any

NAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "ddim": ("DDIMScheduler", {}),
    "ddpm": ("DDPMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpm2": ("KDPM2DiscreteScheduler", {}),
    "dpmpp_2s": ("DPMSolverSinglestepScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpmpp_2m_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "dpmpp_2m_sde_karras": (
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": True},
    ),
    "unipc": ("UniPCMultistepScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
}
"""Name: class of diffusers, and what differs from the model's own figures."""


def make(name: str, own: Any) -> Any:
    """The scheduler of this name for a model whose own scheduler is ``own``; "auto" is that one. KeyError for a name that is none."""
    import diffusers

    if name == "auto":
        return own
    kind, changes = NAMES[name]
    return getattr(diffusers, kind).from_config(own.config, **changes)
