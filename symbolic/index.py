"""Index form: a matrix expression as a sum of products of entries, so that any entry of it can be differentiated.

    x'A x  =  sum_{i,j} x_i A_ij x_j,      its derivative by x_k, with deltas contracted:  sum_i (A_ki + A_ik) x_i

The stages are `to_index`, `.diff(entry)`, `.contract()`, `.canonical()`, `.to_matrix(i, j)`; each has `.to_sympy()`,
an ordinary SymPy expression of the same value. The method is the Ricci calculus of Laue, Mitterreiter and Giesen,
"Computing higher order derivatives of matrix and tensor expressions" (NeurIPS 2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.differentiate import Direction, by_entry, by_scalar, differentiate
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.expand import expand
from symbolic.normal import contract, normal
from symbolic.recognise import Unrecognised, to_matrix
from symbolic.selection import is_special
from symbolic.shapes import shape
from symbolic.terms import Call, Delta, Entry, Factor, Index, Monomial, PowerSlope, Slot, Term, symbols_of

LETTERS = "ijklpqrstuvabcdefgh"


def index_symbol(name: str) -> sp.Symbol:
    """The symbol that an index is printed as: an integer >= 0.

    >>> index_symbol("i").is_nonnegative
    True
    """
    return sp.Symbol(name, integer=True, nonnegative=True)


def index_names(taken: Iterable[Basic]) -> Iterator[sp.Symbol]:
    """Index symbols i, j, k, ... without end, none of which is printed like one of `taken`."""
    used = {str(getattr(s, "name", s)) for s in taken}
    for round_ in count():
        for letter in LETTERS:
            name = letter + (str(round_) if round_ else "")
            if name not in used:
                yield index_symbol(name)


@dataclass(frozen=True)
class IndexForm:
    """The entry (row, column) of an expression as a sum of terms; the indices are None where a size is 1."""

    terms: tuple[Term, ...]
    row: Slot = None
    column: Slot = None

    def diff(self, entry: Basic) -> IndexForm:
        """The derivative by an entry X[k, l] (or a scalar symbol), by the product rule; deltas stay as they arise.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> x, c, j = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("c", n, 1), index_symbol("j")
        >>> to_index(c.T*x).diff(x[j, 0]).to_sympy()
        Sum(KroneckerDelta(i, j)*c[i, 0], (i, 0, n - 1))
        """
        return self.along(direction_of(entry))

    def along(self, direction: Direction) -> IndexForm:
        """The derivative in a direction of `symbolic.differentiate`."""
        return IndexForm(tuple(differentiate(self.terms, direction)), self.row, self.column)

    def contract(self) -> IndexForm:
        """The same value without the deltas and the sums that a delta decides.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> x, c, j = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("c", n, 1), index_symbol("j")
        >>> to_index(c.T*x).diff(x[j, 0]).contract().to_sympy()
        c[j, 0]
        """
        done = (contract(t) for t in self.terms)
        return IndexForm(tuple(t for t in done if t is not None), self.row, self.column)

    def normal(self) -> tuple[Monomial, ...]:
        """The normal form, by which two index forms are compared."""
        return normal(self.terms)

    def canonical(self) -> IndexForm:
        """The same value with terms, factors and orientations in canonical order."""
        return IndexForm(tuple(m.term() for m in self.normal()), self.row, self.column)

    def same_as(self, other: IndexForm) -> bool:
        """Whether both are equal as polynomials in matrices.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
        >>> to_index(x.T*A*x).same_as(to_index((x.T*A.T*x)[0, 0]))
        True
        """
        return self.normal() == other.normal()

    def to_matrix(self, i: Basic | None = None, j: Basic | None = None) -> Any:
        """The matrix expression whose entry (i, j) this is; by default the row and column it was read with.

        Raises UnsupportedError, with the index form, where matrix notation has no word for it.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> A, x, j = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), index_symbol("j")
        >>> to_index(x.T*A*x).diff(x[j, 0]).to_matrix(None, j)
        x.T*(A + A.T)
        """
        row, column = self.row, self.column
        if i is not None or j is not None:
            named = {k.name: k for t in self.terms for f in t.factors for k in f.indices if k.name is not None}
            named |= {k.name: k for k in (row, column) if k is not None}
            row, column = (None if name is None else named.get(name) for name in (i, j))
        try:
            return to_matrix(self.normal(), row, column)
        except Unrecognised:
            raise UnsupportedError(f"no matrix notation is known for the index form {self.to_sympy()}.") from None

    def to_sympy(self, names: Iterable[Basic] | None = None) -> Expr:
        """The same value as a SymPy expression of Sum, MatrixElement and KroneckerDelta; indices count from 0.

        The bound indices of every term are named from `names`, by default i, j, k, ... as far as they are not taken.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
        >>> to_index(x.T*A*x).to_sympy()
        Sum(A[i, j]*x[i, 0]*x[j, 0], (i, 0, n - 1), (j, 0, n - 1))
        """
        pool = tuple(names) if names is not None else None
        return write_sum(self.terms, pool, self.taken())

    def taken(self) -> set[Basic]:
        """The symbols that stand in the form, free indices included."""
        return symbols_of(self.terms) | {
            k.name for k in (self.row, self.column) if k is not None and k.name is not None
        }


def to_index(expr: Basic, i: Basic | None = None, j: Basic | None = None) -> IndexForm:
    """Entry (i, j) of `expr` as a sum of products of entries. Leave out the index where the size is 1.

    `i` and `j` are symbols (or integers). Raises ShapeError where sizes clash or an index is missing, and
    UnsupportedError, naming the node, where an expression cannot be written in indices.

    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> X, w = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("w", n, 1)
    >>> to_index(X*w, index_symbol("i")).to_sympy()
    Sum(X[i, j]*w[j, 0], (j, 0, n - 1))
    """
    rows, columns = shape(expr)
    row, column = _slot(i, rows, expr), _slot(j, columns, expr)
    return IndexForm(tuple(expand(expr, row, column)), row, column)


def _slot(name: Basic | None, size: Expr, expr: Basic) -> Slot:
    if size == 1:
        return None
    if name is None:
        raise ShapeError(f"an entry of {expr} needs an index for its size {size}.")
    return Index(size, name)  # type: ignore[arg-type]


def direction_of(entry: Basic) -> Direction:
    """What a derivative by an entry X[k, l] or by a scalar symbol is taken by."""
    if isinstance(entry, MatrixElement) and isinstance(entry.args[0], sp.MatrixSymbol):
        variable, k, l = entry.args
        slots = (None if size == 1 else Index(size, name) for name, size in zip((k, l), variable.shape, strict=True))  # type: ignore
        return by_entry(variable, *slots)  # type: ignore[arg-type]
    if isinstance(entry, sp.Symbol):
        return by_scalar(entry)
    raise UnsupportedError(f"cannot differentiate by {entry}: only entries of a matrix symbol and scalar symbols vary.")


# Writing.


def write_sum(terms: Iterable[Term], pool: tuple[Basic, ...] | None, taken: Iterable[Basic]) -> Expr:
    """A sum of terms in SymPy; bound indices take the names of `pool`, or those not `taken`, afresh in each term."""
    taken = set(taken)
    return sp.Add(*(write_term(t, pool, taken) for t in terms))


def write_term(term: Term, pool: tuple[Basic, ...] | None, taken: set[Basic]) -> Expr:
    """One term in SymPy: a Sum over its bound indices, named in the order in which they are summed."""
    source = iter(pool) if pool is not None else index_names(taken)
    placed = _placed(term)
    bound = [k for k in term.bound if k not in placed]
    names: dict[Index, Basic] = {k: next(source) for k in bound}
    for k, f in placed.items():
        names[k] = _place(f, names)
    inner = tuple(source) if pool is not None else None
    inside = taken | set(names.values())
    body = sp.Mul(*(_write(f, names, inner, inside) for f in term.factors if not any(f is g for g in placed.values())))
    limits = [(names[k], S.Zero, k.size - 1) for k in bound]
    return sp.Mul(term.coef, sp.Sum(body, *limits) if limits else body)


def _placed(term: Term) -> dict[Index, Factor]:
    """The summed indices that an interval or a pair of others determines: x[i + 1] for sum_w [w = i + 1] x_w."""
    found: dict[Index, Factor] = {}
    for f in filter(is_special, term.factors):
        whole, *parts = f.indices
        if whole in term.bound and whole not in found and not any(k in found for k in parts):
            found[whole] = f
    return found


def _place(factor: Factor, names: dict[Index, Basic]) -> Expr:
    """The whole in terms of its parts."""
    _, *parts = factor.indices
    values = [names.get(k, k.name) for k in parts]
    if isinstance(factor, Entry):
        first, _ = factor.atom.interval  # type: ignore[misc]
        return sp.expand(sp.Add(first, *values))
    place: Expr = S.Zero
    for k, value in zip(parts, values, strict=True):
        place = place * k.size + value  # type: ignore[assignment, operator]
    return sp.expand(place)


def _write(factor: Factor, names: dict[Index, Basic], pool: tuple[Basic, ...] | None, taken: set[Basic]) -> Expr:
    def name(k: Slot) -> Any:
        if k is None:
            return S.Zero
        return names.get(k, k.name)

    if isinstance(factor, Delta):
        return sp.KroneckerDelta(*map(name, factor))
    if is_special(factor):
        return sp.KroneckerDelta(name(factor.indices[0]), _place(factor, names))
    if isinstance(factor, Entry):
        node = factor.atom.node
        if not isinstance(node, sp.MatrixExpr):
            return node  # type: ignore[return-value]
        return MatrixElement(node, name(factor.row), name(factor.column))
    if isinstance(factor, PowerSlope):
        s = next(k for k in index_names(taken) if str(k) in "stuv")
        base, (row, a, b, column) = factor.base, map(name, factor.indices)
        powers = MatrixElement(base**s, row, a) * MatrixElement(base ** (factor.exponent - 1 - s), b, column)
        return sp.Sum(powers, (s, 0, factor.exponent - 1))
    assert isinstance(factor, Call)
    renamed = factor.rename({k: Index(k.size, s) for k, s in names.items()})  # type: ignore[arg-type]
    bodies = [write_sum((m.term() for m in body), pool, taken) for body in renamed.bodies]
    return sp.Pow(bodies[0], renamed.exponent) if renamed.head is sp.Pow else renamed.head(*bodies)


__all__ = ["IndexForm", "direction_of", "index_names", "index_symbol", "to_index", "write_sum"]
