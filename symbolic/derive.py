"""Derivations of derivatives, step by step, in two methods.

entrywise      write f in entries, differentiate by an arbitrary entry, contract the deltas, recognise the entry of a
               matrix, stack all entries (`symbolic.by_entry`).
differential   take df by the product rule, move dx to the end of every term, read the derivative off
               (`symbolic.by_differential`).

Every step is an equality of SymPy expressions; reasons say what was done, and are replaced by what was used once the
derivation is verified.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic, S

from symbolic.by_differential import differential_steps
from symbolic.by_entry import Names, entry_steps
from symbolic.calculus import gradient, jacobian
from symbolic.derivation import Derivation
from symbolic.errors import UnsupportedError
from symbolic.nodes import Gradient, Jacobian, is_single
from symbolic.shapes import SCALAR, shape
from symbolic.witnesses import attest

METHODS = {"entrywise": entry_steps, "differential": differential_steps}


def derive(f: Any, x: Any, method: str = "entrywise", check: bool = True) -> Derivation:
    """Jacobian(f, x) = ... , or Gradient(f, X) = ... for a scalar f of a matrix X, with every step.

    `method` is "entrywise" or "differential". The answer is laid out as by `jacobian`: what has no other matrix form is
    stacked by columns, and the steps show its index form. With `check` the answer is compared with derivatives by exact
    dual numbers and by differences; `.evidence` says what was seen, and a disagreement raises WitnessError. Raises as
    `symbolic.calculus` does.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> *_, collected, recognised, stacked = derive(x.T*A*x, x)
    >>> collected.rhs
    Sum((A[i, k] + A[k, i])*x[i, 0], (i, 0, n - 1))
    >>> stacked.lhs, stacked.rhs
    (Jacobian(x.T*A*x, x), x.T*(A + A.T))
    >>> derive(A.inv(), A, "differential").result
    -(KroneckerProduct((A**(-1)).T, A**(-1)))
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")
    if not (isinstance(x, sp.MatrixSymbol) or is_single(x)):
        raise UnsupportedError(f"cannot derive by {x} ({type(x).__name__}): take a MatrixSymbol, an entry or a Symbol.")
    if S.One not in shape(x) and shape(f) == SCALAR:
        lhs, rhs, kind = Gradient(f, x), gradient(f, x), "gradient"
    else:
        lhs, rhs, kind = Jacobian(f, x), jacobian(f, x), "jacobian"
    steps = METHODS[method](f, x, lhs, rhs)
    evidence = attest(f, x, rhs, kind) if check else ""
    return Derivation(lhs, rhs, steps=tuple(steps), answer_type=answer_type(f, x), evidence=evidence)


def answer_type(f: Any, x: Any) -> str:
    """In words: what kind of object the derivative is, and what its entries are.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> x, c = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("c", n, 1)
    >>> answer_type(c.T*x, x)
    'The derivative of a scalar by a column vector of n entries is a 1 x n row; entry j is the derivative by x_j.'
    """
    names = Names(f, x)
    of, by = shape(f), shape(x)
    places = "".join(map(str, names.variable))
    if is_single(x) or by == SCALAR:
        return _by_scalar(f, x, names)
    if of == SCALAR and S.One not in by:
        return (
            f"The gradient of a scalar by a {by[0]} x {by[1]} matrix has the shape of that matrix; "
            f"entry ({', '.join(map(str, names.variable))}) is the derivative by {x}_{places}."
        )
    if of == SCALAR:
        kind, size = ("column", by[0]) if by[1] == 1 else ("row", by[1])
        return (
            f"The derivative of a scalar by a {kind} vector of {size} entries is a 1 x {size} row; "
            f"entry {places} is the derivative by {x}_{places}."
        )
    rows, columns = (str(sp.Mul(*size)).replace("**", "^") for size in (of, by))
    if S.One in of and S.One in by:
        return (
            f"The derivative of a vector of {rows} entries by a vector of {columns} entries is a {rows} x {columns} "
            f"matrix; entry ({names.entry[0]}, {places}) is the derivative of entry {names.entry[0]} by {x}_{places}."
        )
    entry = str(names.entry[0]) if len(names.entry) == 1 else f"({', '.join(map(str, names.entry))})"
    return (
        f"The derivative of {_object(of)} by {_object(by)} is a {rows} x {columns} matrix, matrices being stacked by "
        f"columns; the derivative of entry {entry} by {x}_{places} is in the row of one and the column of the other."
    )


def _object(size: tuple[Basic, Basic]) -> str:
    if S.One in size:
        return f"a vector of {sp.Mul(*size)} entries"
    return f"a {size[0]} x {size[1]} matrix"


def _by_scalar(f: Any, x: Any, names: Names) -> str:
    rows, columns = shape(f)
    if (rows, columns) == SCALAR:
        return f"The derivative of a scalar by the scalar {x} is a scalar."
    if columns == 1 or rows == 1:
        size = sp.Mul(rows, columns)
        kind = "column" if columns == 1 or not is_single(x) else "row"
        is_a = f"is a {kind} of {size} entries, one for each."
        return f"The derivative of a vector of {size} entries by the scalar {x} {is_a}"
    i, j = names.entry
    return (
        f"The derivative of a {rows} x {columns} matrix by the scalar {x} has the shape of that matrix; "
        f"entry ({i}, {j}) is the derivative of entry ({i}, {j})."
    )


__all__ = ["METHODS", "answer_type", "derive"]
