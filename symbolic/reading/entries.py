"""Entries, deltas and sums over an index, whose ranges may be a part of a size."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import UnsupportedError
from symbolic.reading.core import Reader, Running, Scope, expand
from symbolic.selection import select
from symbolic.shapes import same_size, shape
from symbolic.terms import (
    Delta,
    Factor,
    Index,
    Slot,
    Term,
    multiply,
)  # fmt: skip


def _named(place: Any, size: Expr, scope: Scope) -> tuple[Slot, list[Factor], tuple[Index, ...]]:
    """The index of an entry, free or of a sum around it, with the factors and the new bound index that place it."""
    if size == 1:
        return None, [], ()
    names = [s for s in place.free_symbols if isinstance(scope.get(s), Running)]
    if not names:
        is_index = place.is_integer or isinstance(place, sp.Symbol)
        if not is_index or not scope.keys().isdisjoint(place.free_symbols):
            raise UnsupportedError(f"cannot use {place} as an index.")
        return Index(size, place), [], ()
    running = scope[names[0]]
    assert isinstance(running, Running)
    offset = sp.expand(place - names[0])
    if offset.free_symbols & scope.keys():
        raise UnsupportedError(f"cannot use {place} as an index: only an index of a sum plus a constant is one.")
    first = sp.expand(running.first + offset)
    if first == 0 and same_size(running.index.size, size):
        return running.index, [], ()
    whole = Index(size)
    return whole, [select(whole, first, running.index.size, running.index)], (whole,)


def _entry(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    parent, *places = expr.args
    (i, left, more), (j, right, others) = (
        _named(place, size, scope) for place, size in zip(places, shape(parent), strict=True)
    )
    placed = Term(S.One, (*left, *right))
    return multiply([[placed], expand(parent, i, j, scope)], more + others)


def _delta(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    size = _common_size(expr, scope)
    (a, left, more), (b, right, others) = (_named(place, size, scope) for place in expr.args[:2])
    return [Term(S.One, (*left, *right, Delta(a, b)), more + others)]  # type: ignore[arg-type]


def _common_size(expr: Any, scope: Scope) -> Expr:
    """A number of places that holds the ranges of both indices of a delta."""
    ends: list[Expr] = []
    for place in expr.args[:2]:
        for s in place.free_symbols:
            running = scope.get(s)
            if isinstance(running, Running):
                ends.append(sp.expand(running.index.size + running.first + place - s))
    if not ends or any(end.free_symbols & scope.keys() for end in ends):
        return S.Zero
    largest = next((a for a in ends if all(sp.expand(a - b).is_nonnegative for b in ends)), None)
    if largest is None:
        raise UnsupportedError(f"cannot read {expr}: its indices run over different ranges.")
    return largest


def _index_sum(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    body, *limits = expr.args
    inner: dict[Basic, Any] = dict(scope)
    bound: list[Index] = []
    for name, lower, upper in reversed(limits):  # the first is the innermost, and hides others of its name
        if (lower.free_symbols | upper.free_symbols) & {*scope, *(limit[0] for limit in limits)}:
            raise UnsupportedError(f"cannot read {expr}: the range of {name} depends on another index.")
        count = sp.expand(upper - lower + 1)
        if count == 0:
            return []
        if count.is_negative:
            raise UnsupportedError(f"cannot read {expr}: the range of {name} ends before it begins.")
        inner[name] = Running(Index(count), lower)
        bound.insert(0, inner[name].index)
    return multiply([expand(body, row, column, inner)], tuple(bound))


READERS: dict[type, Reader] = {MatrixElement: _entry, sp.Sum: _index_sum, sp.KroneckerDelta: _delta}

__all__ = ["READERS"]
