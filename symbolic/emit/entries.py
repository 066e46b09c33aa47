"""Entries, slices, and sums over an index: as matrix products where they are, and as loops where they are not.

`Sum(A[i, k]*B[k, j]*x[j, 0], ...)` becomes products: the indices of the outermost sums are the rows and columns of a
grid, on which an entry of a matrix is the matrix itself, and an inner sum over k is a matrix product.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.emit.graph import ONE, Graph, Value
from symbolic.errors import UnsupportedError
from symbolic.shapes import is_scalar, shape

Limits = tuple[Any, Any, Any]  # first, after the last, step
_UNROLLED = 8  # sums of matrices over so many indices are written out


def slice_of(g: Graph, value: Value, rows: Limits, cols: Limits) -> Value:
    """The part of a value between limits (first, after the last, step)."""
    full = ((S.Zero, value.rows, ONE), (S.Zero, value.cols, ONE))
    if (rows, cols) == full:
        return value
    swap = {}
    for symbol in value.expr.free_symbols & g.atoms.keys():
        atom = g.atoms[symbol]
        if (atom.rows, atom.cols) != (1, 1):
            here = [t if size != 1 else (S.Zero, ONE, ONE) for t, size in ((rows, atom.rows), (cols, atom.cols))]
            swap[symbol] = _sliced(g, symbol, here[0], here[1]).expr
    return g.value(value.expr.xreplace(swap), _length(rows), _length(cols))


def _length(limits: Limits) -> Any:
    first, last, step = limits
    length = sp.expand(last - first)
    return length if step == 1 else sp.ceiling(length / step)


def _sliced(g: Graph, symbol: Any, rows: Limits, cols: Limits) -> Value:
    atom = g.atoms[symbol]
    whole = g.of(atom)
    full = ((S.Zero, atom.rows, ONE), (S.Zero, atom.cols, ONE))
    height, width = _length(rows), _length(cols)
    if (rows, cols) == full:
        return whole
    if atom.kind == "T":
        return g.transpose(slice_of(g, g.transpose(whole), cols, rows))
    if atom.kind == "chain":
        first, *middle, last = atom.parts
        head = slice_of(g, first, rows, (S.Zero, first.cols, ONE))
        tail = slice_of(g, last, (S.Zero, last.rows, ONE), cols)
        return g.product([head, *middle, tail])
    if atom.kind == "diagonal" and height == 1:
        return slice_of(g, atom.parts[0], rows, rows)
    if atom.kind == "identity" and height == width == 1:
        if rows[0].is_Integer and cols[0].is_Integer:
            return g.scalar(int(rows[0] == cols[0]))
        return g.scalar(sp.KroneckerDelta(rows[0], cols[0]))
    if atom.kind == "explicit" and height == width == 1 and rows[0].is_Integer and cols[0].is_Integer:
        return g.scalar(atom.parts[int(rows[0] * atom.cols + cols[0])])
    return g.atom("entry" if height == width == 1 else "slice", (whole, rows, cols), height, width)


def read_sum(r: Any, e: Any) -> Value:
    """An explicit sum, term by term; raises UnsupportedError for a long sum of matrices."""
    shape(e)
    g: Graph = r.graph
    if not is_scalar(e.function):
        return _unrolled(r, e)
    total = S.Zero
    for term in sp.Add.make_args(sp.expand_mul(e.function)):
        total += _one_sum(r, term, tuple(e.limits))
    return g.scalar(total)


def _unrolled(r: Any, e: Any) -> Value:
    (index, first, last), *rest = e.limits
    if rest or not (last - first).is_Integer or last - first >= _UNROLLED:
        raise UnsupportedError(f"{e}: to_numpy has no code for a long sum of matrices; write it as a matrix product.")
    return r.read(sp.Add(*(e.function.xreplace({index: first + k}) for k in range(int(last - first) + 1))))


def _one_sum(r: Any, term: Any, limits: tuple[Any, ...]) -> Any:
    g: Graph = r.graph
    bounds = {index: (first, last) for index, first, last in limits}
    fixed = not any(S(b).has(index) for index in bounds for pair in bounds.values() for b in pair)
    if fixed:
        names = list(bounds)
        for chosen in permutations(names, min(2, len(names))):
            inner = [k for k in names if k not in chosen]
            grid = _Grid(r, bounds, chosen)
            try:
                value = grid.total(sp.Sum(term, *((k, *bounds[k]) for k in inner)) if inner else term)
            except _NoGrid:
                continue
            return value.expr
    body = r.read(term)
    for index, first, last in limits:
        body = g.atom("loop", (body, index, r.scalar(first), r.scalar(last)), ONE, ONE)
    return body.expr


class _NoGrid(Exception):
    """This product of entries has no place on the grid."""


class _Grid:
    """Reads a scalar expression in indices as a matrix: one index runs along the rows, one along the columns."""

    def __init__(self, r: Any, bounds: dict[Any, tuple[Any, Any]], axes: tuple[Any, ...]) -> None:
        self.r, self.g, self.bounds = r, r.graph, bounds
        self.axes = (*axes, None)[:2]

    def size(self, index: Any) -> Any:
        return ONE if index is None else sp.expand(self.bounds[index][1] - self.bounds[index][0] + 1)

    def total(self, body: Any) -> Value:
        g = self.g
        rows, cols = map(self.size, self.axes)
        value = g.value(self.spread(body), rows, cols)
        terms = [g.product([g.ones(ONE, rows), Value(t, rows, cols), g.ones(cols, ONE)]) for t in _terms(value)]
        return g.scalar(sp.Add(*(t.expr for t in terms)))

    def spread(self, e: Any) -> Any:
        """The entrywise expression of e on the grid."""
        if not e.free_symbols & self.bounds.keys():
            return self.r.scalar(e)
        if e in self.axes:
            raise _NoGrid
        if isinstance(e, MatrixElement):
            return self.entry(e)
        if isinstance(e, sp.KroneckerDelta):
            return self.delta(*e.args[:2])
        if isinstance(e, sp.Sum) and len(e.limits) >= 1:
            return self.inner(e)
        if isinstance(e, (sp.Add, sp.Mul, sp.Pow, sp.Function)):
            return e.func(*map(self.spread, e.args))
        raise _NoGrid

    def entry(self, e: Any) -> Any:
        parent, *places = e.args
        if parent.free_symbols & self.bounds.keys():
            raise _NoGrid
        return self.at(self.r.read(parent), places)

    def delta(self, i: Any, j: Any) -> Any:
        """KroneckerDelta as an entry of the identity, of the size over which its indices run."""
        sizes = {self.size(k) for k in (i, j) if k in self.bounds and self.bounds[k][0] == 0}
        if len(sizes) != 1 or not {i, j} - self.bounds.keys() <= {S.Zero} or i == j:
            raise _NoGrid
        return self.at(self.g.identity(sizes.pop()), (i, j))

    def at(self, value: Value, places: Any) -> Any:
        """The entries of a value at two places, each an index with a shift or a number."""
        g = self.g
        found = [next((k for k in self.bounds if S(p).has(k)), None) for p in places]
        limits = [self.limits(p, k) for p, k in zip(places, found, strict=True)]
        rows, cols = self.axes
        if found[0] is not None and found[0] == found[1]:
            if limits[0] != limits[1] or value.rows != value.cols:
                raise _NoGrid
            part = slice_of(g, g.diagonal_of(value), limits[0], (S.Zero, ONE, ONE))
            return part.expr if found[0] == rows else g.transpose(part).expr
        part = slice_of(g, value, limits[0], limits[1])
        upright = found[0] in (rows, None) and found[1] in (cols, None)
        return part.expr if upright else g.transpose(part).expr

    def limits(self, place: Any, index: Any) -> Limits:
        if index is None:
            first = self.r.scalar(place)
            return (first, first + 1, ONE)
        shift = sp.expand(place - index)
        if index not in self.axes or shift.free_symbols & self.bounds.keys():
            raise _NoGrid
        first, last = self.bounds[index]
        return (sp.expand(first + shift), sp.expand(last + shift + 1), ONE)

    def inner(self, e: Any) -> Any:
        """A sum inside: over one more index k, of a product whose factors see k and one axis each."""
        (index, first, last), *more = e.limits
        if more:
            return self.inner(sp.Sum(sp.Sum(e.function, (index, first, last)), *more))
        if {*S(first).free_symbols, *S(last).free_symbols} & self.bounds.keys():
            raise _NoGrid
        total = S.Zero
        rows, cols = self.axes
        bounds = {**self.bounds, index: (first, last)}
        for term in sp.Add.make_args(sp.expand_mul(e.function)):
            groups: dict[str, list[Any]] = {"out": [], "left": [], "right": [], "middle": []}
            for factor in sp.Mul.make_args(term):
                seen = [axis for axis in self.axes if axis is not None and axis in factor.free_symbols]
                if index not in factor.free_symbols:
                    groups["out"].append(factor)
                elif len(seen) == 2:
                    raise _NoGrid
                else:
                    groups["left" if rows in seen else "right" if cols in seen else "middle"].append(factor)
            left = self._on(bounds, (rows, index), groups["left"])
            right = self._on(bounds, (index, cols), groups["right"])
            middle = self._on(bounds, (index, None), groups["middle"])
            product = self.g.product([left, self.g.diag(middle) if not middle.is_scalar else middle, right])
            total += product.expr * sp.Mul(*map(self.spread, groups["out"]))
        return total

    def _on(self, bounds: Any, axes: tuple[Any, Any], factors: list[Any]) -> Value:
        grid = _Grid(self.r, bounds, ())
        grid.axes = axes
        return self.g.value(sp.Mul(*map(grid.spread, factors)), grid.size(axes[0]), grid.size(axes[1]))


def _terms(value: Value) -> list[Any]:
    return list(sp.Add.make_args(value.expr))


__all__ = ["read_sum", "slice_of"]
