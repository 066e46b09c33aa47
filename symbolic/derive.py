"""Derivations of derivatives, step by step, in two methods.

entrywise      write f in entries, differentiate by an arbitrary entry, contract the deltas, recognise the entry of a
               matrix, stack all entries.
differential   take df by the product rule, move dx to the end of every term, read the derivative off.

Every step is an equality of SymPy expressions; reasons say what was done, and are replaced by what was used once the
derivation is verified.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.calculus import differential, gradient, jacobian
from symbolic.derivation import Derivation, Step
from symbolic.differentiate import along, differentiate
from symbolic.errors import UnsupportedError
from symbolic.index import IndexForm, index_names, to_index
from symbolic.nodes import Gradient, Jacobian
from symbolic.recognise import Unrecognised, as_written
from symbolic.shapes import SCALAR, shape
from symbolic.terms import Call, Term, atom

METHODS = ("entrywise", "differential")


def derive(f: Any, x: Any, method: str = "entrywise") -> Derivation:
    """Jacobian(f, x) = ... for a vector x, Gradient(f, X) = ... for a scalar f of a matrix X, with every step.

    `method` is "entrywise" or "differential". Raises as `symbolic.calculus` does, and UnsupportedError for a matrix by
    a matrix, whose entries have four indices.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> *_, collected, recognised, stacked = derive(x.T*A*x, x)
    >>> collected.rhs
    Sum((A[i, k] + A[k, i])*x[i, 0], (i, 0, n - 1))
    >>> stacked.lhs, stacked.rhs
    (Jacobian(x.T*A*x, x), x.T*(A + A.T))
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}.")
    if not isinstance(x, sp.MatrixSymbol):
        raise UnsupportedError(f"cannot derive by {x} ({type(x).__name__}): take a MatrixSymbol.")
    by_matrix = S.One not in shape(x)
    if by_matrix and shape(f) != SCALAR:
        raise UnsupportedError(f"the derivative of {f} by the matrix {x} has four indices; use jacobian.")
    if not by_matrix and S.One not in shape(f):
        raise UnsupportedError(f"the derivative of the matrix {f} by {x} has three indices; use jacobian.")
    lhs, rhs = (Gradient(f, x), gradient(f, x)) if by_matrix else (Jacobian(f, x), jacobian(f, x))
    steps = _entrywise(f, x, lhs, rhs) if method == "entrywise" else _by_differential(f, x, lhs, rhs)
    return Derivation(lhs, rhs, steps=tuple(steps), answer_type=answer_type(f, x))


def answer_type(f: Any, x: Any) -> str:
    """In words: what kind of object the derivative is, and what its entries are.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> x, c = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("c", n, 1)
    >>> answer_type(c.T*x, x)
    'The derivative of a scalar by a column vector of n entries is a 1 x n row; entry j is the derivative by x_j.'
    """
    (rows, columns), (p, q) = shape(f), shape(x)
    names = _Names(f, x)
    if S.One not in (p, q):
        k, l = names.variable
        return (
            f"The gradient of a scalar by a {p} x {q} matrix has the shape of that matrix; "
            f"entry ({k}, {l}) is the derivative by {x}_{k}{l}."
        )
    kind = "column" if q == 1 else "row"
    (k,) = names.variable or ("",)
    if (rows, columns) == SCALAR:
        if p == q:
            return f"The derivative of a scalar by the scalar {x} is a scalar."
        size = p if q == 1 else q
        return (
            f"The derivative of a scalar by a {kind} vector of {size} entries is a 1 x {size} row; "
            f"entry {k} is the derivative by {x}_{k}."
        )
    (i,) = names.entry
    m = rows if columns == 1 else columns
    if p == q:
        return f"The derivative of a vector of {m} entries by the scalar {x} is a column of {m} entries, one for each."
    n = p if q == 1 else q
    return (
        f"The derivative of a vector of {m} entries by a vector of {n} entries is a {m} x {n} matrix; "
        f"entry ({i}, {k}) is the derivative of entry {i} by {x}_{k}."
    )


class _Names:
    """The index symbols of a derivation: of the entry of f, of the entry of x, and the pool for sums.

    A scalar is summed over i, j, ... and differentiated by the next letter; entry i of a vector is differentiated by
    entry j and summed over k, l, ...
    """

    def __init__(self, f: Any, x: Any) -> None:
        symbols = f.atoms(sp.MatrixSymbol) | {x}
        sizes = {s for a in symbols for size in a.shape for s in size.free_symbols}
        source = index_names({*f.free_symbols, *symbols, *sizes})
        self.entry = [next(source) for size in shape(f) if size != 1]
        wanted = [size for size in shape(x) if size != 1]
        names = [next(source) for _ in range(40)]
        depth = 0
        if not self.entry:
            form = _read(f, self.entry)
            depth = max(_depth(form.terms), _depth(form.diff(_entry(x, names[-len(wanted) :] if wanted else [])).terms))
        self.variable = names[depth : depth + len(wanted)]
        self.pool = tuple(names[:depth] + names[depth + len(wanted) :])


def _depth(terms: Any) -> int:
    """How many index names a sum of terms needs at once."""

    def of(term: Term) -> int:
        inner = [_depth([m.term() for m in body]) for f in term.factors if isinstance(f, Call) for body in f.bodies]
        return len(term.bound) + max(inner, default=0)

    return max(map(of, terms), default=0)


def _read(f: Any, names: list[sp.Symbol]) -> IndexForm:
    rest = iter(names)
    i, j = (None if size == 1 else next(rest) for size in shape(f))
    return to_index(f, i, j)


def _entry(x: Any, names: list[sp.Symbol]) -> MatrixElement:
    rest = iter(names)
    return MatrixElement(x, *(S.Zero if size == 1 else next(rest) for size in shape(x)))


# Entry by entry.


def _entrywise(f: Any, x: Any, lhs: Basic, rhs: Any) -> list[Step]:
    names = _Names(f, x)
    entry = _entry(x, names.variable)
    form = _read(f, names.entry)
    slope = form.diff(entry)
    in_entries, raw, plain = (g.to_sympy(names.pool) for g in (form, slope, slope.contract()))
    start = MatrixElement(f, *_position(f, names.entry)) if names.entry else f
    symbol = _subscripted(x, names.variable)
    place = (*names.entry, *names.variable)
    if isinstance(lhs, Gradient):
        row, column = _position(x, names.variable)
    else:
        row, column = ((found or [S.Zero])[0] for found in (names.entry, names.variable))
    grouped = entry_of(rhs, row, column, names.pool)
    steps = []
    if start != in_entries:
        steps.append(Step(start, in_entries, reason="Write it in entries."))
    derivative = sp.Derivative(in_entries, entry)
    if raw == plain:
        steps.append(Step(derivative, plain, reason=f"Differentiate by {symbol}."))
    else:
        reason = f"Product rule; an entry of {x} differentiated by {symbol} is 1 if it is that entry, else 0."
        steps.append(Step(derivative, raw, reason=reason))
        steps.append(Step(raw, plain, reason="In a sum over a delta one term is left."))
    if grouped not in (plain, MatrixElement(rhs, row, column) if isinstance(rhs, MatrixExpr) else rhs):
        steps.append(Step(plain, grouped, reason="Collect the terms under one sum."))
        plain = grouped
    if isinstance(rhs, MatrixExpr) and place:
        whole = MatrixElement(rhs, row, column)
        where = str(place[0]) if len(place) == 1 else f"({place[0]}, {place[1]})"
        if whole != plain:
            steps.append(Step(plain, whole, reason=f"Read it as entry {where} of a matrix product."))
        kind = "a row" if 1 in rhs.shape and rhs.shape[0] == 1 else "a matrix" if 1 not in rhs.shape else "a column"
        steps.append(Step(lhs, rhs, reason=f"Stack the entries into {kind}."))
    else:
        steps.append(Step(lhs, rhs, reason="There is only one entry."))
    return steps


def _position(f: Any, names: list[sp.Symbol]) -> list[Any]:
    rest = iter(names)
    return [S.Zero if size == 1 else next(rest) for size in shape(f)]


def _subscripted(x: Any, names: list[sp.Symbol]) -> str:
    return f"{x}_{''.join(map(str, names))}" if names else str(x)


def entry_of(expr: Any, i: Any, j: Any, pool: tuple[Basic, ...]) -> Expr:
    """Entry (i, j) of a matrix expression, its products written as sums and its sums left together.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x, k, l = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), *sp.symbols("k l", integer=True)
    >>> entry_of(sp.MatMul(x.T, sp.MatAdd(A, A.T)), 0, k, (l,))
    Sum((A[k, l] + A[l, k])*x[l, 0], (l, 0, n - 1))
    """
    if not isinstance(expr, MatrixExpr):
        return expr
    if isinstance(expr, sp.MatAdd):
        return sp.Add(*(entry_of(a, i, j, pool) for a in expr.args))
    if isinstance(expr, sp.Transpose):
        return entry_of(expr.args[0], j, i, pool)
    if isinstance(expr, sp.Identity):
        return sp.KroneckerDelta(i, j)
    if isinstance(expr, sp.ZeroMatrix):
        return S.Zero
    if isinstance(expr, sp.MatPow) and expr.args[1].is_Integer and expr.args[1].is_positive:
        return entry_of(sp.MatMul(*[expr.args[0]] * int(expr.args[1])), i, j, pool)  # type: ignore[arg-type]
    if not isinstance(expr, sp.MatMul):
        return MatrixElement(expr, i, j)
    scalars = [a for a in expr.args if not isinstance(a, MatrixExpr)]
    matrices: list[Any] = [a for a in expr.args if isinstance(a, MatrixExpr)]
    source = iter(pool)
    cuts = [S.Zero if a.shape[1] == 1 else next(source) for a in matrices[:-1]]
    rest = tuple(source)
    ends = [i, *cuts, j]
    entries = [entry_of(a, p, q, rest) for a, p, q in zip(matrices, ends, ends[1:], strict=False)]
    limits = [(k, S.Zero, a.shape[1] - 1) for k, a in zip(cuts, matrices, strict=False) if k is not S.Zero]
    body = sp.Mul(*entries)
    return sp.Mul(*scalars, sp.Sum(body, *limits) if limits else body)


# By differentials.


def _by_differential(f: Any, x: Any, lhs: Basic, rhs: Any) -> list[Step]:
    dx = sp.MatrixSymbol(f"d{x}", *shape(x))
    form = _read(f, _Names(f, x).entry)
    if isinstance(lhs, Gradient):
        start, end = sp.Trace(sp.MatMul(sp.Transpose(lhs), dx)), differential(f, x, dx)
        what = "the transpose of what stands before"
    else:
        column = dx if dx.shape[1] == 1 else sp.Transpose(dx)
        start, end = (sp.MatMul(*(m.args if isinstance(m, sp.MatMul) else (m,)), column) for m in (lhs, rhs))
        if shape(f)[1] != 1:
            start, end = sp.Transpose(start), sp.Transpose(end)
        what = "what stands before"
    stages = []
    try:
        terms = differentiate(form.terms, along(x, dx))
        stages.append((as_written(terms, form.row, form.column), f"Product rule: {dx} in place of {x}, once for each."))
        moved = as_written(terms, form.row, form.column, last=atom(dx))
        stages.append((moved, f"A scalar is its own transpose, a trace may be rotated: {dx} moves to the end."))
    except Unrecognised:
        stages.clear()
    stages.append((end, f"Collect what stands before {dx}."))
    steps: list[Step] = []
    here: Any = start
    for expr, reason in stages:
        if expr != here:
            steps.append(Step(here, expr, reason=reason))
            here = expr
    steps.append(Step(lhs, rhs, reason=f"This holds for every {dx}, so the derivative is {what} {dx}."))
    return steps


__all__ = ["METHODS", "answer_type", "derive", "entry_of"]
