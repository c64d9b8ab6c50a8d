"""Pictures that steer pictures: ready-made for a ControlNet (Zhang et al. 2023), and the node that hands them over. Importing this package fills the
registry with the family `control`.

What a ControlNet was trained on decides what it must be given: white lines on black, near things bright, the colours of OpenPose or of ADE20K. Every
node here answers with a picture of the size that came in; what lies between is computed at a working size, as in training.
"""

from nodes.control.edges import canny, scribble, soft_edges
from nodes.control.guiding import guide
from nodes.control.lines import lines, straight_lines
from nodes.control.pose import Poses, pose
from nodes.control.segments import Segments, segments
from nodes.control.space import Depth, depth, normal
from nodes.control.texture import shuffle, tile

__all__ = [
    "Depth",
    "Poses",
    "Segments",
    "canny",
    "depth",
    "guide",
    "lines",
    "normal",
    "pose",
    "scribble",
    "segments",
    "shuffle",
    "soft_edges",
    "straight_lines",
    "tile",
]
