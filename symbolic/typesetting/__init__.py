"""How each node is set in LaTeX: one table of rules a topic, which `symbolic.latex` merges into one."""
