"""Sums over numbered entries folded back: x[0]*c[0] + x[1]*c[1] + x[2]*c[2] for x of 3 x 1 is sum_i x_i c_i.

SymPy multiplies `(x.T*c)[0, 0]` out in this way when sizes are numbers. Without folding, the spelling [0, 0] would give
another answer than the product does.
"""

from __future__ import annotations

from itertools import combinations

import sympy as sp
from sympy.core.expr import Expr

from symbolic.normal import normal
from symbolic.terms import Component, Entry, Index, Monomial, Term

# A place where an index stands: the number of the factor, and 0 or 1 for the row or column of an entry (0 for a call).
Place = tuple[int, int]
Pool = dict[tuple[Component, ...], Expr]


def fold(terms: list[Term]) -> list[Term]:
    """The same sum, with each complete range of numbered entries written as a sum over an index."""
    if not any(isinstance(k.name, sp.Integer) for t in terms for f in t.factors for k in f.indices):
        return terms
    pool: Pool = {m.parts: m.coef for m in normal(terms)}
    todo = list(pool)
    while todo:
        parts = todo.pop(0)
        found = _family(parts, pool) if parts in pool else None
        if found is None:
            continue
        members, term = found
        for member in members:
            del pool[member]
        for m in normal([term]):
            pool[m.parts] = pool.get(m.parts, sp.S.Zero) + m.coef
            todo.append(m.parts)
    return [Monomial(coef, parts).term() for parts, coef in pool.items()]


def _family(parts: tuple[Component, ...], pool: Pool) -> tuple[list[tuple[Component, ...]], Term] | None:
    """The terms that differ from this one by the number at some places only, if all numbers occur; and their sum."""
    term = Monomial(pool[parts], parts).term()
    at_zero: dict[Expr, list[Place]] = {}
    for number, factor in enumerate(term.factors):
        slots = (factor.row, factor.column) if isinstance(factor, Entry) else factor.indices
        for side, k in enumerate(slots):
            if k is not None and k.name == 0 and k.size.is_Integer:
                at_zero.setdefault(k.size, []).append((number, side))
    for size, places in at_zero.items():
        choices = [*combinations(places, 2), tuple(places), *((place,) for place in places)]
        for choice in choices:
            members = []
            for value in range(int(size)):  # type: ignore[arg-type]
                found = normal([_put(term, choice, Index(size, sp.Integer(value)))])
                if len(found) != 1 or pool.get(found[0].parts) != found[0].coef or found[0].parts in members:
                    break
                members.append(found[0].parts)
            else:
                k = Index(size)
                summed = _put(term, choice, k)
                return members, Term(summed.coef, summed.factors, (*summed.bound, k))
    return None


def _put(term: Term, places: tuple[Place, ...], k: Index) -> Term:
    """The term with the index k at the places."""
    factors = list(term.factors)
    for number, side in places:
        factor = factors[number]
        if isinstance(factor, Entry):
            factors[number] = factor._replace(column=k) if side else factor._replace(row=k)
        else:
            factors[number] = factor.rename({factor.indices[side]: k})
    return Term(term.coef, tuple(factors), term.bound)


__all__ = ["fold"]
