"""From expressions to index terms: `expand`, with every reader of the folder `symbolic.reading`.

A node that has no reader is an opaque atom: constant as long as the variable does not stand in it, and named in an
UnsupportedError otherwise.
"""

from symbolic.reading import algebra, entries, functions, inverses, parts
from symbolic.reading.core import READERS, Scope, expand, slot

for topic in (algebra, entries, functions, inverses, parts):
    READERS.update(topic.READERS)

__all__ = ["Scope", "expand", "slot"]
