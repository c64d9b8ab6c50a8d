"""The engine's only door. Nodes import the upper half, programs that run graphs the lower."""

from __future__ import annotations

from .cache import MemoryStore, Store
from .cache import keys as keys_of
from .check import problems
from .controls import Control, Controls
from .declare import REQUIRED, InputSpec, NodeSpec, OutputSpec, node, registry
from .describe import page, schema, type_rows
from .errors import (
    BadFile,
    BadInput,
    Cancelled,
    GraftError,
    MissingWeights,
    NodeFailed,
    NotValid,
    Objection,
    Problem,
    did_you_mean,
    fetchable,
)
from .events import (
    Cached,
    Dropped,
    Event,
    Expected,
    Failed,
    Finished,
    Kept,
    Listener,
    Preview,
    Progress,
    Said,
    Started,
    Wrote,
)
from .explain import Record, keys_in, tokens_of
from .fingerprint import Fingerprints
from .folder_store import FolderStore, LayeredStore
from .guess import Guess, guess, unknown
from .journal import Journal
from .lanes import Lanes, callers_thread
from .plan import Plan
from .plan import make as plan
from .portable import portable
from .running import Runner
from .scheduler import Result
from .scheduler import run as execute
from .settings import Settings
from .sockets import (
    Boxes,
    Color,
    Curve,
    Drop,
    File,
    Heat,
    Image,
    Lazy,
    Mask,
    Model,
    OnPicture,
    Points,
    Seed,
    Slider,
    Text,
)
from .workflow import Link, Node, Parameter, Workflow, build, dump, load, parse
from .workshop import Run, file_cure, find_file

__all__ = [
    "REQUIRED",
    "BadFile",
    "BadInput",
    "Boxes",
    "Cached",
    "Cancelled",
    "Color",
    "Control",
    "Controls",
    "Curve",
    "Drop",
    "Dropped",
    "Event",
    "Expected",
    "Failed",
    "File",
    "Fingerprints",
    "Finished",
    "FolderStore",
    "GraftError",
    "Guess",
    "Heat",
    "Image",
    "InputSpec",
    "Journal",
    "Kept",
    "Lanes",
    "LayeredStore",
    "Lazy",
    "Link",
    "Listener",
    "Mask",
    "MemoryStore",
    "MissingWeights",
    "Model",
    "Node",
    "NodeFailed",
    "NodeSpec",
    "NotValid",
    "Objection",
    "OnPicture",
    "OutputSpec",
    "Parameter",
    "Plan",
    "Points",
    "Preview",
    "Problem",
    "Progress",
    "Record",
    "Result",
    "Run",
    "Runner",
    "Said",
    "Seed",
    "Settings",
    "Slider",
    "Started",
    "Store",
    "Text",
    "Workflow",
    "Wrote",
    "build",
    "callers_thread",
    "did_you_mean",
    "dump",
    "execute",
    "fetchable",
    "file_cure",
    "find_file",
    "guess",
    "keys_in",
    "keys_of",
    "load",
    "node",
    "page",
    "parse",
    "plan",
    "portable",
    "problems",
    "registry",
    "schema",
    "tokens_of",
    "type_rows",
    "unknown",
]  # fmt: skip
