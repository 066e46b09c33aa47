"""From expressions to index terms: one function a node, in the table READERS of the file it belongs to."""
