"""Diffusion models of diffusers behind one small interface: a job (words, perhaps a picture, a hole, a depth map, ControlNets) goes in, a picture comes
out. One class serves every checkpoint of the Stable Diffusion family; what it can do follows from the channels of its UNet."""

from __future__ import annotations

from .core import Diffusion
from .job import Guide, Job
from .loading import load_diffusion

__all__ = ["Diffusion", "Guide", "Job", "load_diffusion"]
