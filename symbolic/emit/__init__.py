"""Code for expressions: `to_numpy` writes a Python function for NumPy, JAX or PyTorch.

    read.py      SymPy nodes as values            graph.py     values, and what products of them are
    entries.py   entries, slices, index sums      stable.py    entrywise functions that do not overflow
    plan.py      the cheapest way                 cost.py      what a way costs
    steps.py     one step an operation            write.py     steps as Python text
    backends.py  one table an array library       prologue.py  arguments and their sizes
    function.py  `to_numpy`                       runtime.py   helpers that are copied into the source
    doubles.py   scalars as operations on doubles, for `symbolic.javascript`
"""
