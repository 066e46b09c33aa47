"""Parts of an index: intervals and pairs, which blocks, slices, partial sums and Kronecker products are made of.

    [A B]_aw      sum_i E_wi A_ai + sum_j F_wj B_aj     E, F = columns of an identity, I[:, :p] and I[:, p:p + q]
    x[i + 1]      sum_w E_wi x_w                        E = I[:, 1:n]
    (A kron B)    sum Pair(w; i, k) Pair(v; j, l) A_ij B_kl

Selections are ordinary constant matrices with a multiplication table of their own: E'E = I, E'F = 0 where the
intervals are apart, products are selections again. A single entry is a free index with a name (`terms.Index`).
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.slice import MatrixSlice

from symbolic.shapes import same_size
from symbolic.terms import Atom, Delta, Entry, Factor, Index, Pair, Slot, Word, atom

Joined = tuple[tuple[Factor, ...], tuple[Index, ...]]


class Interval(NamedTuple):
    """The indices first, ..., first + count - 1."""

    first: Expr
    count: Expr


def selection(size: Expr, first: Expr, count: Expr) -> Atom:
    """The columns first, ..., first + count - 1 of the identity of this size."""
    stop = sp.expand(first + count)
    return atom(MatrixSlice(sp.Identity(size), (S.Zero, size, S.One), (first, stop, S.One)))


def select(whole: Index, first: Expr, count: Expr, part: Slot) -> Entry:
    """The factor that is 1 where whole = first + part."""
    return Entry(selection(whole.size, first, count), whole, part)


def unit(k: Index) -> Word:
    """The unit vector e_k of a named index, as a word."""
    return ((selection(k.size, k.name, S.One), False),)  # type: ignore[arg-type]


def interval_of(held: Atom) -> Interval | None:
    return None if held.interval is None else Interval(*held.interval)


def precedes(a: Interval, b: Interval) -> bool:
    """Whether the first interval ends before the second begins, for all sizes."""
    return sp.expand(b.first - a.first - a.count).is_nonnegative is True


def is_apart(a: Interval, b: Interval) -> bool:
    """Whether the intervals are disjoint for all sizes."""
    return precedes(a, b) or precedes(b, a)


def differ(a: Expr | None, b: Expr | None) -> bool:
    """Whether two named entries are different for all values of symbols."""
    return a is not None and b is not None and sp.expand(a - b).is_nonzero is True


def is_special(factor: Factor) -> bool:
    return isinstance(factor, Pair) or (isinstance(factor, Entry) and factor.atom.interval is not None)


class Step(NamedTuple):
    """`old` factors are replaced by `new` ones; the sums over `done` indices are carried out."""

    old: tuple[Factor, ...]
    new: tuple[Factor, ...] = ()
    done: tuple[Index, ...] = ()


class Zero:
    """The product is 0."""


ZERO = Zero()
Outcome = Step | Zero | None  # None: nothing to do


def join(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> Joined | Zero | None:
    """One step of the multiplication table; None where no row applies, ZERO where the product is 0."""
    special = [f for f in factors if is_special(f)]
    uses: dict[Index, int] = {}
    for f in factors:
        for k in f.indices:
            uses[k] = uses.get(k, 0) + 1
    once = {k for k in bound if uses.get(k) == 1}
    twice = {k for k in bound if uses.get(k) == 2}
    free = set(bound)
    for position, f in enumerate(special):
        found = _pair(f, once) if isinstance(f, Pair) else _entry(f, once, free)  # type: ignore[arg-type]
        for g in special[position + 1 :] if found is None else ():
            if isinstance(f, Pair) and isinstance(g, Pair):
                found = _pairs(f, g)
            elif isinstance(f, Entry) and isinstance(g, Entry):
                found = _entries(f, g, twice)
            if found is not None:
                break
        if isinstance(found, Step):
            rest = tuple(h for h in factors if not any(h is o for o in found.old))
            return (*rest, *found.new), tuple(k for k in bound if k not in found.done)
        if found is not None:
            return found
    return None


def _entry(e: Entry, once: set[Index], free: set[Index]) -> Outcome:
    """A selection alone: of everything, summed over, or of a named entry."""
    whole, part, (first, count) = e.row, e.column, interval_of(e.atom)  # type: ignore[misc]
    assert whole is not None
    if first == 0 and part is not None and same_size(count, whole.size):
        return Step((e,), (Delta(whole, part),))
    if part is None and whole in free:
        return Step((e,), (Delta(whole, Index(whole.size, first)),))
    if whole in once:
        return Step((e,), (), (whole,))
    if whole in free or whole.name is None:
        return None
    at = sp.expand(whole.name - first)
    if at.is_negative or sp.expand(at - count).is_nonnegative:
        return ZERO
    if at.is_nonnegative and sp.expand(count - 1 - at).is_nonnegative:
        return Step((e,), () if part is None else (Delta(part, Index(part.size, at)),))
    return None


def _entries(e: Entry, f: Entry, twice: set[Index]) -> Outcome:
    """Two selections from one index, or one after the other."""
    a, b = interval_of(e.atom), interval_of(f.atom)
    assert a is not None and b is not None
    if e.row == f.row:
        if a.first == b.first and same_size(a.count, b.count):
            same = () if e.column is None or f.column is None else (Delta(e.column, f.column),)
            return Step((f,), same) if f is not e else None
        return ZERO if is_apart(a, b) else None
    for outer, inner, p, q in ((e, f, a, b), (f, e, b, a)):
        middle = outer.column
        if middle is not None and middle in twice and inner.row == middle:
            whole: Index = outer.row  # type: ignore[assignment]
            return Step((e, f), (select(whole, sp.expand(p.first + q.first), q.count, inner.column),), (middle,))
    return None


def _pair(p: Pair, once: set[Index]) -> Outcome:
    """A pair alone: summed over, or of a named entry."""
    if p.whole in once:
        return Step((p,), (), (p.whole,))
    if once.issuperset(p.parts):
        return Step((p,), (), p.parts)
    at = p.whole.name
    if not isinstance(at, sp.Integer) or not all(k.size.is_Integer for k in p.parts):
        return None
    found: list[Factor] = []
    for k in reversed(p.parts):
        at, place = divmod(int(at), int(k.size))  # type: ignore[arg-type]
        found.append(Delta(k, Index(k.size, sp.Integer(place))))
    return Step((p,), tuple(found))


def _pairs(p: Pair, q: Pair) -> Outcome:
    """Two partings of one index are equal where their sizes are, and so are two wholes of the same parts."""
    if len(p.parts) == len(q.parts) and all(same_size(a.size, b.size) for a, b in zip(p.parts, q.parts, strict=True)):
        if p.whole == q.whole:
            return Step((q,), tuple(Delta(a, b) for a, b in zip(p.parts, q.parts, strict=True)))
        if p.parts == q.parts:
            return Step((q,), (Delta(p.whole, q.whole),))
    return None


__all__ = [
    "Interval", "Zero", "differ", "interval_of", "is_apart", "is_special", "join", "precedes", "select", "selection",
    "unit",
]  # fmt: skip
