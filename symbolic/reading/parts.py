"""Kronecker products, vec, blocks, slices, tables: an index of parts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product as cartesian
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.slice import MatrixSlice

from symbolic.errors import UnsupportedError
from symbolic.nodes import Vec
from symbolic.reading.core import Reader, Scope, expand, slot
from symbolic.selection import select
from symbolic.shapes import same_size, shape
from symbolic.terms import (
    Delta,
    Factor,
    Index,
    Pair,
    Slot,
    Term,
    multiply,
)  # fmt: skip


def _parts(whole: Slot, sizes: Iterable[Expr]) -> tuple[list[Slot], list[Factor], tuple[Index, ...]]:
    """The index of a product of ranges as one index a range, the first the slowest."""
    slots = [slot(size) for size in sizes]
    parts = tuple(k for k in slots if k is not None)
    if whole is None or not parts:
        return slots, [], ()
    if len(parts) == 1:
        return [None if k is None else whole for k in slots], [], ()
    return slots, [Pair(whole, parts)], parts


def _kronecker(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    sizes = [shape(a) for a in expr.args]
    rows, left, more = _parts(row, (size[0] for size in sizes))
    columns, right, others = _parts(column, (size[1] for size in sizes))
    entries = (expand(a, i, j, scope) for a, i, j in zip(expr.args, rows, columns, strict=True))
    return multiply([[Term(S.One, (*left, *right))], *entries], more + others)


def _vec(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    rows, columns = shape(expr.args[0])
    (j, i), pair, bound = _parts(row, (columns, rows))
    return multiply([[Term(S.One, tuple(pair))], expand(expr.args[0], i, j, scope)], bound)


def _intervals(whole: Slot, sizes: Iterable[Expr]) -> list[tuple[Slot, list[Factor], tuple[Index, ...]]]:
    """The parts of an index of a sum of ranges, each with what selects it."""
    sizes = list(sizes)
    if whole is None or len(sizes) == 1:
        return [(whole, [], ())]
    found: list[tuple[Slot, list[Factor], tuple[Index, ...]]] = []
    first: Expr = S.Zero
    for size in sizes:
        part = slot(size)
        here = Delta(whole, Index(whole.size, first)) if part is None else select(whole, first, size, part)
        found.append((part, [here], () if part is None else (part,)))
        first = sp.expand(first + size)  # type: ignore[assignment]
    return found


def _blocks(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    blocks = expr.blocks
    heights = [shape(blocks[i, 0])[0] for i in range(blocks.rows)]
    widths = [shape(blocks[0, j])[1] for j in range(blocks.cols)]
    out: list[Term] = []
    for i, (below, left, more) in enumerate(_intervals(row, heights)):
        for j, (beside, right, others) in enumerate(_intervals(column, widths)):
            placed = Term(S.One, (*left, *right))
            out += multiply([[placed], expand(blocks[i, j], below, beside, scope)], more + others)
    return out


def _slice(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    parent, *cuts = expr.args
    placed: list[Factor] = []
    bound: list[Index] = []
    ends: list[Slot] = []
    for part, (first, stop, step), size in zip((row, column), cuts, shape(parent), strict=True):
        if step != 1 or not scope.keys().isdisjoint(first.free_symbols | stop.free_symbols):
            raise UnsupportedError(f"cannot read {expr}: only slices of neighbouring rows or columns are known.")
        if size == 1 or (first == 0 and same_size(stop, size)):
            ends.append(part)
        elif same_size(stop - first, 1):
            ends.append(Index(size, first))
        else:
            whole = Index(size)
            bound.append(whole)
            ends.append(whole)
            placed.append(select(whole, first, sp.expand(stop - first), part))
    return multiply([[Term(S.One, tuple(placed))], expand(parent, ends[0], ends[1], scope)], tuple(bound))


def _explicit(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    """A table of entries: each stands at its place."""
    out: list[Term] = []
    for (i, j), value in zip(cartesian(range(expr.rows), range(expr.cols)), expr.flat(), strict=True):
        at = [Delta(k, Index(k.size, sp.Integer(p))) for k, p in ((row, i), (column, j)) if k is not None]
        out += multiply([[Term(S.One, tuple(at))], expand(value, scope=scope)])
    return out


READERS: dict[type, Reader] = {
    sp.KroneckerProduct: _kronecker, Vec: _vec, BlockMatrix: _blocks, BlockDiagMatrix: _blocks, MatrixSlice: _slice,
    sp.ImmutableDenseMatrix: _explicit,
}  # fmt: skip

__all__ = ["READERS"]
