"""The engine's only door. Nodes import the upper half, programs that run graphs the lower."""

from __future__ import annotations

from .cache import MemoryStore
from .cache import keys as keys_of
from .check import problems
from .declare import REQUIRED, InputSpec, NodeSpec, OutputSpec, node, registry
from .describe import page, schema
from .errors import (
    BadFile,
    BadInput,
    Cancelled,
    GraftError,
    MissingWeights,
    NodeFailed,
    NotValid,
    Problem,
    did_you_mean,
)
from .events import Cached, Event, Failed, Finished, Listener, Preview, Progress, Said, Started, Wrote
from .plan import Plan
from .plan import make as plan
from .scheduler import Result, callers_thread
from .scheduler import run as execute
from .settings import Settings
from .sockets import Boxes, Color, File, Heat, Image, Lazy, Mask, Model, Seed, Slider, Text
from .workflow import Link, Node, Parameter, Workflow, build, dump, load, parse
from .workshop import Run, file_cure, find_file

__all__ = [
    "REQUIRED", "BadFile", "BadInput", "Boxes", "Cached", "Cancelled", "Color", "Event", "Failed", "File", "Finished",
    "GraftError", "Heat", "Image", "InputSpec", "Lazy", "Link", "Listener", "Mask", "MemoryStore", "MissingWeights", "Model",
    "Node", "NodeFailed", "NodeSpec", "NotValid", "OutputSpec", "Parameter", "Plan", "Preview", "Problem", "Progress",
    "Result", "Run", "Said", "Seed", "Settings", "Slider", "Started", "Text", "Workflow", "Wrote", "build",
    "callers_thread", "did_you_mean", "dump", "execute", "file_cure", "find_file", "keys_of", "load", "node", "page",
    "parse", "plan", "problems", "registry", "schema",
]  # fmt: skip
