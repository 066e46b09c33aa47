"""Symbols, sums, products, powers, transposes, traces."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions.special import OneMatrix

from symbolic.errors import UnsupportedError
from symbolic.folding import fold
from symbolic.normal import EXPAND_LIMIT, normal, power
from symbolic.reading.core import Reader, Scope, abstracted, argument, expand, identity, opaque, slot
from symbolic.recognise import to_matrix
from symbolic.shapes import SCALAR, shape, split_product
from symbolic.terms import (
    COLUMN,
    ROW,
    Entry,
    Index,
    Slot,
    Term,
    atom,
    fresh,
    is_plain,
    multiply,
)  # fmt: skip


def _symbol(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return [Term(S.One, (Entry(atom(expr, symmetric=row is None and column is None), row, column),))]


def _sum(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return fold([t for a in expr.args for t in expand(a, row, column, scope)])


def product(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    """Factors joined by a sum over the index between them; runs that are 1x1 are scalars."""
    runs, outer = split_product(expr.args)
    lists: list[list[Term]] = []
    bound: list[Index] = []
    for factors, left, right in [(run, None, None) for run in runs] + ([(outer, row, column)] if outer else []):
        here = left
        for position, factor in enumerate(factors):
            there = right if position + 1 == len(factors) else slot(shape(factor)[1])
            if position + 1 < len(factors) and there is not None:
                bound.append(there)
            lists.append(expand(factor, here, there, scope))
            here = there
    return multiply(lists, tuple(bound))


def _power(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    base, exponent = expr.args
    if not is_plain(exponent) or not scope.keys().isdisjoint(exponent.free_symbols):
        if shape(base) != SCALAR:
            raise UnsupportedError(f"cannot write {expr} in index form: its exponent {exponent} is no plain scalar.")
        return abstracted(expr, scope)
    if shape(base) == SCALAR:
        if exponent.is_Integer and exponent.is_positive:
            terms = expand(base, scope=scope)
            if len(terms) ** int(exponent) <= EXPAND_LIMIT:
                return multiply([fresh(t) for t in terms] for _ in range(int(exponent)))
        return power(normal(expand(base, scope=scope)), exponent)
    if exponent.is_Integer:
        if exponent.is_zero:
            return identity(expr, row, column, scope)
        matrix = base if exponent.is_positive else sp.Inverse(base)
        return product(sp.MatMul(*[matrix] * abs(int(exponent))), row, column, scope)
    if not exponent.is_integer or row is None or column is None or not scope.keys().isdisjoint(base.free_symbols):
        return opaque(expr, row, column, scope)
    if isinstance(base, sp.Transpose):
        return expand(sp.MatPow(base.arg, exponent), column, row, scope)
    straight, _ = argument(base, scope)
    size = shape(base)[0]
    node = sp.MatPow(to_matrix(straight, Index(size, ROW), Index(size, COLUMN)), exponent)
    return [Term(S.One, (Entry(atom(node, straight), row, column),))]


def _transpose(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return expand(expr.args[0], column, row, scope)


def _trace(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    k = slot(shape(expr.args[0])[0])
    return multiply([expand(expr.args[0], k, k, scope)], () if k is None else (k,))


def _zero(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return []


def _ones(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return [Term(S.One)]


READERS: dict[type, Reader] = {
    sp.MatrixSymbol: _symbol, sp.Identity: identity, sp.ZeroMatrix: _zero, OneMatrix: _ones,
    sp.Add: _sum, sp.MatAdd: _sum, sp.Mul: product, sp.MatMul: product, sp.Pow: _power, sp.MatPow: _power,
    sp.Transpose: _transpose, sp.Trace: _trace,
}  # fmt: skip

__all__ = ["READERS"]
