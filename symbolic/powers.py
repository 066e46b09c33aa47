"""Powers of a matrix with a symbolic integer exponent, and their derivative.

    d(M^k) = sum_{s=0}^{k-1} M^s dM M^(k-1-s)        (Petersen and Pedersen, The Matrix Cookbook, eq. 91)

`PowerSlope` is this sum before it is known what stands at its four ends. Where the outer two meet, as under a trace, or
meet in another power of M, the sum is closed: k M^(k-1). Otherwise it is written as a sum over s.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp
from sympy import S
from sympy.core.expr import Expr

from symbolic.terms import Atom, Delta, Entry, Factor, Graph, Index, Monomial, PowerSlope, Term, atom


class Rewriting(NamedTuple):
    """A term with two factors joined: `scale` times the product of `factors`, summed over what is left of `bound`."""

    scale: Expr
    factors: tuple[Factor, ...]
    bound: tuple[Index, ...]


def is_power(factor: Factor) -> bool:
    """Whether the factor is an entry of a matrix power that is kept as one, or the slope of one."""
    return isinstance(factor, PowerSlope) or (isinstance(factor, Entry) and type(factor.atom.node) is sp.MatPow)


def entry_of_power(held: Atom, exponent: Expr, row: Index, column: Index) -> Factor:
    """Entry (row, column) of another power of the same base, for the atom of one power."""
    exponent = sp.expand(exponent)  # type: ignore[assignment]
    base = held.node.args[0]
    if exponent == 0:
        return Delta(row, column)
    if exponent == 1 and isinstance(base, sp.MatrixSymbol):
        return Entry(atom(base), row, column)
    node = sp.Inverse(base) if exponent == -1 else sp.MatPow(base, exponent)
    return Entry(atom(node, held.argument), row, column)


def join_powers(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> Rewriting | None:
    """The product with two neighbouring powers of one matrix joined, or None."""
    uses: dict[Index, int] = {}
    for f in factors:
        for k in f.indices:
            uses[k] = uses.get(k, 0) + 1
    twice = {k for k in bound if uses.get(k) == 2}
    for f in filter(is_power, factors):
        if isinstance(f, PowerSlope) and f.row == f.column and f.row in twice:
            return _rewriting(factors, bound, (f,), f, S.Zero, (f.row,))
        for g in factors:
            if g is f or not isinstance(g, Entry) or g.row is None or g.column is None:
                continue
            base, exponent = _as_power(g)
            if isinstance(f, PowerSlope):
                if base == f.base and (g.row, g.column) == (f.column, f.row) and twice >= {g.row, g.column}:
                    return _rewriting(factors, bound, (f, g), f, exponent, (g.row, g.column))
                continue
            assert isinstance(f, Entry) and f.row is not None and f.column is not None
            own, k = _as_power(f)
            if own != base:
                continue
            for left, right in ((f, g), (g, f)):
                if left.column == right.row and left.column in twice:
                    joined = entry_of_power(f.atom, k + exponent, left.row, right.column)  # type: ignore[arg-type]
                    rest = tuple(h for h in factors if h is not f and h is not g)
                    return Rewriting(S.One, (*rest, joined), tuple(i for i in bound if i != left.column))
    return None


def _as_power(entry: Entry) -> tuple[Any, Expr]:
    node: Any = entry.atom.node
    if type(node) is sp.MatPow:
        return node.args[0], node.args[1]
    return (node.arg, S.NegativeOne) if isinstance(node, sp.Inverse) else (node, S.One)


def _rewriting(
    factors: tuple[Factor, ...], bound: tuple[Index, ...], old: tuple, f: PowerSlope, more: Expr, done: tuple
) -> Rewriting:
    """The closed sum: sum_s M^s E_ab M^(k-1-s) around M^p is k M^(k-1+p) from b to a."""
    closed = entry_of_power(f.held, f.exponent - 1 + more, f.second, f.first)
    rest = tuple(h for h in factors if not any(h is o for o in old))
    return Rewriting(f.exponent, (*rest, closed), tuple(i for i in bound if i not in done))


def slopes_of(m: Monomial) -> list[PowerSlope]:
    """The power slopes of a monomial that are written as sums."""
    factors = (f for part in m.parts if isinstance(part, Graph) for f in part.factors)
    return [f for f in factors if isinstance(f, PowerSlope)]


def opened(m: Monomial, names: list[sp.Symbol]) -> Term:
    """The monomial below its sums over powers: M^s and M^(k-1-s) in place of each slope, s from `names`."""
    term = m.term()
    source = iter(names)
    factors: list[Factor] = []
    for f in term.factors:
        if isinstance(f, PowerSlope):
            s = next(source)
            factors.append(entry_of_power(f.held, s, f.row, f.first))
            factors.append(entry_of_power(f.held, f.exponent - 1 - s, f.second, f.column))
        else:
            factors.append(f)
    return Term(term.coef, tuple(factors), term.bound)


__all__ = ["entry_of_power", "is_power", "join_powers", "opened", "slopes_of"]
