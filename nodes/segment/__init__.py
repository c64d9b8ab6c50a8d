"""Finding things in a picture. Importing this package fills the registry with the family `segment`.

`mask_from_words` needs a model and a name, `grab` needs neither: a box around the thing is enough.
"""

from nodes.segment.find import Found, mask_from_words
from nodes.segment.grab import grab

__all__ = ["Found", "grab", "mask_from_words"]
