"""Derivatives entry by entry: an arbitrary entry of f, differentiated by an arbitrary entry of x, then stacked."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.derivation import Step
from symbolic.index import IndexForm, index_names, to_index
from symbolic.nodes import Gradient, as_matrix, is_single
from symbolic.shapes import shape
from symbolic.terms import Call, Term


class Names:
    """The index symbols of a derivation: of the entry of f, of the entry of x, and the pool for sums.

    A scalar is summed over i, j, ... and differentiated by the next letter; entry i of a vector is differentiated by
    entry j and summed over k, l, ...
    """

    def __init__(self, f: Any, x: Any) -> None:
        symbols = f.atoms(sp.MatrixSymbol) | x.atoms(sp.MatrixSymbol)
        sizes = {s for a in symbols for size in a.shape for s in size.free_symbols}
        source = index_names({*f.free_symbols, *x.free_symbols, *symbols, *sizes})
        self.entry = [next(source) for size in shape(f) if size != 1]
        wanted = [] if is_single(x) else [size for size in shape(x) if size != 1]
        names = [next(source) for _ in range(40)]
        depth = 0
        if not self.entry:
            form = read(f, self.entry)
            entry = variable_entry(x, names[-len(wanted) :] if wanted else [])
            depth = max(_depth(form.terms), _depth(form.diff(entry).terms))
        self.variable = names[depth : depth + len(wanted)]
        self.pool = tuple(names[:depth] + names[depth + len(wanted) :])


def _depth(terms: Any) -> int:
    """How many index names a sum of terms needs at once."""

    def of(term: Term) -> int:
        inner = [_depth([m.term() for m in body]) for f in term.factors if isinstance(f, Call) for body in f.bodies]
        return len(term.bound) + max(inner, default=0)

    return max(map(of, terms), default=0)


def read(f: Any, names: list[sp.Symbol]) -> IndexForm:
    """The entry of f at these indices."""
    rest = iter(names)
    i, j = (None if size == 1 else next(rest) for size in shape(f))
    return to_index(f, i, j)


def variable_entry(x: Any, names: list[sp.Symbol]) -> Any:
    """What is differentiated by: the entry of x at these indices, or x itself if it is a scalar or an entry."""
    if is_single(x):
        return x
    rest = iter(names)
    return MatrixElement(x, *(S.Zero if size == 1 else next(rest) for size in shape(x)))


def entry_steps(f: Any, x: Any, lhs: Basic, rhs: Any) -> list[Step]:
    """The steps of lhs = rhs; each is an equality of entries but for the last, which stacks them."""
    stacked: Any = rhs
    rhs = as_matrix(rhs)
    names = Names(f, x)
    entry = variable_entry(x, names.variable)
    form = read(f, names.entry)
    slope = form.diff(entry)
    in_entries, raw, plain = (g.to_sympy(names.pool) for g in (form, slope, slope.contract()))
    start = MatrixElement(f, *_position(f, names.entry)) if names.entry else f
    symbol = str(x) if is_single(x) else _subscripted(x, names.variable)
    steps = []
    if start != in_entries:
        steps.append(Step(start, in_entries, reason="Write it in entries."))
    derivative = sp.Derivative(in_entries, entry)
    if raw == plain:
        steps.append(Step(derivative, plain, reason=f"Differentiate by {symbol}."))
    else:
        variable = x.args[0] if is_single(x) and x.args else x
        reason = f"Product rule; an entry of {variable} differentiated by {symbol} is 1 if it is that entry, else 0."
        steps.append(Step(derivative, raw, reason=reason))
        steps.append(Step(raw, plain, reason="In a sum over a delta one term is left."))
    if not isinstance(rhs, MatrixExpr):
        if plain != rhs and shape(plain) == shape(rhs):
            steps.append(Step(plain, rhs, reason="Write the sums as products of matrices."))
        return [*steps, Step(lhs, rhs, reason="There is only one entry.")]
    places = [*names.entry, *names.variable]
    if not places:
        return [*steps, Step(lhs, rhs, reason="There is only one entry.")]
    if len(places) > 2:  # the entries have more indices than a matrix: both sides are stacked by columns
        at, by = (", ".join(map(str, part)) for part in (reversed(names.entry), reversed(names.variable)))
        how = f"Stack the entries: this one stands in row ({at}) and column ({by}), the last index running fastest."
        return [*steps, Step(lhs, stacked, reason=how)]
    row, column = _place(f, x, lhs, names)
    grouped = entry_of(rhs, row, column, names.pool)
    whole = MatrixElement(rhs, row, column)
    if grouped not in (plain, whole):
        steps.append(Step(plain, grouped, reason="Collect the terms under one sum."))
        plain = grouped
    where = str(places[0]) if len(places) == 1 else f"({places[0]}, {places[1]})"
    if whole != plain:
        steps.append(Step(plain, whole, reason=f"Read it as entry {where} of a matrix product."))
    kind = "a row" if rhs.shape[0] == 1 else "a column" if rhs.shape[1] == 1 else "a matrix"
    return [*steps, Step(lhs, stacked, reason=f"Stack the entries into {kind}.")]


def _place(f: Any, x: Any, lhs: Basic, names: Names) -> tuple[Any, Any]:
    """Where the derivative of an entry of f by an entry of x stands in the answer."""
    if isinstance(lhs, Gradient):
        row, column = _position(x, names.variable)
    elif is_single(x):
        row, column = _position(f, names.entry)
    else:  # of a vector by a vector, a scalar by a vector: at most one index each
        row, column = ((at or [S.Zero])[0] for at in (names.entry, names.variable))
    return row, column


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


__all__ = ["Names", "entry_of", "entry_steps", "read", "variable_entry"]
