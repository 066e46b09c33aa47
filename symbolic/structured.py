"""Gradients by a matrix of which not all entries are free: the chain rule through the structure.

With X_ab = sum_p S_abp theta_p the derivative by a parameter is the sum of the unstructured derivatives over all places
where the parameter stands. One row a structure: the table of these sums, each at the places of its parameter.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.expand import expand
from symbolic.nodes import as_matrix
from symbolic.normal import normal
from symbolic.recognise import to_matrix
from symbolic.shapes import same_size, shape
from symbolic.terms import Index

_N = sp.Symbol("n", integer=True, positive=True)
_G, _X = sp.MatrixSymbol("G", _N, _N), sp.MatrixSymbol("X", _N, _N)
_DIAGONAL = sp.HadamardProduct(_G, sp.Identity(_N))

# structure: (the gradient by its parameters from the unstructured gradient G; what X' is; source)
STRUCTURES: dict[str, tuple[Any, Any, str]] = {
    "symmetric": (_G + _G.T - _DIAGONAL, _X, "Petersen and Pedersen, The Matrix Cookbook, eq. 138"),
    "skew_symmetric": (_G - _G.T, -_X, "Magnus and Neudecker, Matrix Differential Calculus, 3.9"),
    "diagonal": (_DIAGONAL, _X, "Petersen and Pedersen, The Matrix Cookbook, eq. 142"),
}


def through_structure(gradient: Any, X: Any, structure: str) -> Any:
    """The gradient by the parameters of X, where `gradient` is the one by independent entries.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, S = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("S", n, n)
    >>> through_structure(A, S, "diagonal")
    HadamardProduct(A, I)
    """
    if structure not in STRUCTURES:
        raise UnsupportedError(f"no structure {structure!r}: there are {', '.join(STRUCTURES)}.")
    rows, columns = shape(X)
    if not same_size(rows, columns):
        raise ShapeError(f"{X} ({rows} x {columns}) cannot be {structure}: {rows} is not {columns}.")
    formula, turned, _ = STRUCTURES[structure]
    turned = turned.xreplace({_X: X})
    known = _with_structure(as_matrix(gradient), X, turned)
    whole = formula.xreplace({_N: rows}).xreplace({sp.MatrixSymbol("G", rows, rows): known})
    return _with_structure(_rewritten(whole), X, turned)


def _with_structure(expr: Any, X: Any, turned: Any) -> Any:
    """`expr` with X' replaced, also below an inverse."""
    done = expr.xreplace({sp.Transpose(X): turned, sp.Transpose(sp.Inverse(X)): sp.Inverse(turned)})
    return _rewritten(done)


def _rewritten(expr: Any) -> Any:
    rows, columns = shape(expr)
    i, j = (Index(size, sp.Dummy(name, integer=True)) for size, name in ((rows, "i"), (columns, "j")))
    form = normal(expand(expr, i, j))
    return to_matrix(form, i, j)


__all__ = ["STRUCTURES", "through_structure"]
