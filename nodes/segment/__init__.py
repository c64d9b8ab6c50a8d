"""Finding things in a picture. Importing this package fills the registry with the family `segment`.

`mask_from_words` needs a model and a name, `by_description` finds each thing that fits a description, `classes` divides the picture by kinds, `points`
needs a model and a click, `everything` a model alone, `cut_background` finds the subject, `grab` needs no model: a box around the thing is enough.
"""

from nodes.segment.background import CutOut, cut_background, fine_edge
from nodes.segment.classes import Divided, class_names, classes
from nodes.segment.describe import Described, by_description
from nodes.segment.everything import Everything, everything
from nodes.segment.find import Found, mask_from_words
from nodes.segment.grab import grab
from nodes.segment.overlay import overlay
from nodes.segment.points import Clicked, points
from nodes.segment.things import Thing, each_thing

__all__ = [
    "Clicked",
    "CutOut",
    "Described",
    "Divided",
    "Everything",
    "Found",
    "Thing",
    "by_description",
    "class_names",
    "classes",
    "cut_background",
    "each_thing",
    "everything",
    "fine_edge",
    "grab",
    "mask_from_words",
    "overlay",
    "points",
]
