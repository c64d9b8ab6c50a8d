"""Finding things in a picture. Importing this package fills the registry with the family `segment`.

`mask_from_words` needs a model and a name, `points` a model and a click, `grab` neither: a box around the thing is enough.
"""

from nodes.segment.find import Found, mask_from_words
from nodes.segment.grab import grab
from nodes.segment.points import Clicked, points

__all__ = ["Clicked", "Found", "grab", "mask_from_words", "points"]
