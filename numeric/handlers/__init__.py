"""Values of nodes: one function each, in the table HANDLERS."""
