"""Functions of entries, Hadamard and Kronecker products, blocks, diagonals, slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy import Basic
from sympy.matrices.expressions import (
    applyfunc,
    blockmatrix,
    diagonal,
    dotproduct,
    funcmatrix,
    hadamard,
    kronecker,
)
from sympy.matrices.expressions.slice import MatrixSlice

from numeric.handlers.table import handles
from numeric.plan import Builder, OutsideRange, Register, Slot
from symbolic.errors import PushthroughError, ShapeError
from symbolic.nodes import Vec


@handles(hadamard.HadamardProduct)
def _hadamard(b: Builder, e: Any) -> Slot:
    ring, total = b.ring, b.node(e.args[0])
    rows, cols = b.shapes[total]
    for a in e.args[1:]:
        slot = b.node(a)
        b.require_same(total, slot, e, "multiply entrywise")
        if rows == cols == 1:
            total = b.times(total, slot)
        else:
            total = b.emit_many(lambda r: ring.hadamard(r[0], r[1], rows, cols), [total, slot], (rows, cols))
    return total


@handles(hadamard.HadamardPower)
def _hadamard_power(b: Builder, e: Any) -> Slot:
    x = sp.Dummy("x")
    return _entrywise(b, b.node(e.args[0]), x, sp.Pow(x, e.args[1]))


@handles(applyfunc.ElementwiseApplyFunction)
def _apply(b: Builder, e: Any) -> Slot:
    function = e.function
    (variable,) = function.variables
    return _entrywise(b, b.node(e.expr), variable, function.expr)


def _entrywise(b: Builder, slot: Slot, variable: Basic, body: Basic) -> Slot:
    rows, cols = b.shapes[slot]
    return b.build(rows, cols, [b.within({variable: Register(x)}, body) for x in b.entries(slot)])


@handles(kronecker.KroneckerProduct)
def _kronecker(b: Builder, e: Any) -> Slot:
    total = b.node(e.args[0])
    for a in e.args[1:]:
        slot = b.node(a)
        (r, c), (p, q) = b.shapes[total], b.shapes[slot]
        left, right = b.entries(total), b.entries(slot)
        places = [(i, j) for i in range(r * p) for j in range(c * q)]
        items = [b.times(left[(i // p) * c + j // q], right[(i % p) * q + j % q]) for i, j in places]
        total = b.build(r * p, c * q, items)
    return total


def _blocks(b: Builder, grid: Sequence[Sequence[Slot]], e: Basic) -> Slot:
    heights = [b.shapes[row[0]][0] for row in grid]
    widths = [b.shapes[slot][1] for slot in grid[0]]
    items: list[Slot] = []
    for row, height in zip(grid, heights, strict=True):
        for slot, width in zip(row, widths, strict=True):
            if b.shapes[slot] != (height, width):
                raise ShapeError(f"a block of {e} is {b.shapes[slot]} where {(height, width)} fits")
        for i in range(height):
            items += [b.entry(slot, i, j) for slot, width in zip(row, widths, strict=True) for j in range(width)]
    return b.build(sum(heights), sum(widths), items)


@handles(blockmatrix.BlockMatrix)
def _block(b: Builder, e: Any) -> Slot:
    blocks = e.blocks
    return _blocks(b, [[b.node(blocks[i, j]) for j in range(blocks.cols)] for i in range(blocks.rows)], e)


@handles(blockmatrix.BlockDiagMatrix)
def _block_diagonal(b: Builder, e: Any) -> Slot:
    slots = [b.node(a) for a in e.diag]
    sizes = [b.shapes[slot] for slot in slots]

    def block(i: int, j: int) -> Slot:
        shape = (sizes[i][0], sizes[j][1])
        return slots[i] if i == j else b.constant(("zero", *shape), lambda: b.ring.zeros(*shape), shape)

    return _blocks(b, [[block(i, j) for j in range(len(slots))] for i in range(len(slots))], e)


@handles(diagonal.DiagMatrix)
def _diag_matrix(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    entries, zero = b.entries(slot), b.number(0)
    if 1 not in b.shapes[slot]:
        raise ShapeError(f"{e}: a diagonal matrix is made from a vector, this is {b.shapes[slot]}")
    n = len(entries)
    return b.build(n, n, [entries[i] if i == j else zero for i in range(n) for j in range(n)])


@handles(diagonal.DiagonalOf)
def _diagonal_of(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    n = min(b.shapes[slot])
    return b.build(n, 1, [b.entry(slot, i, i) for i in range(n)])


@handles(diagonal.DiagonalMatrix)
def _diagonal_part(b: Builder, e: Any) -> Slot:
    slot, zero = b.node(e.args[0]), b.number(0)
    rows, cols = b.shapes[slot]
    return b.build(rows, cols, [b.entry(slot, i, j) if i == j else zero for i in range(rows) for j in range(cols)])


@handles(Vec)
def _vec(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    return b.build(rows * cols, 1, [b.entry(slot, i, j) for j in range(cols) for i in range(rows)])


@handles(MatrixSlice)
def _slice(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    ranges = []
    for (first, stop, step), size in zip(e.args[1:], b.shapes[slot], strict=True):
        begin, end = b.integer(first), b.integer(stop)
        if begin is None or end is None or step != 1:
            raise PushthroughError(f"the range {first}:{stop} in {e} has no value")
        if not 0 <= begin <= end <= size:
            raise OutsideRange(f"{e} takes {begin}:{end} of {size}")
        ranges.append(range(begin, end))
    rows, cols = ranges
    return b.build(len(rows), len(cols), [b.entry(slot, i, j) for i in rows for j in cols])


@handles(dotproduct.DotProduct)
def _dot(b: Builder, e: Any) -> Slot:
    left, right = (b.entries(b.node(a)) for a in e.args)
    return b.add([b.times(x, y) for x, y in zip(left, right, strict=True)], e)


@handles(funcmatrix.FunctionMatrix)
def _function_matrix(b: Builder, e: Any) -> Slot:
    rows, cols = b.size(e.args[0]), b.size(e.args[1])
    saved = dict(b.bound)
    items = []
    for place in [(i, j) for i in range(rows) for j in range(cols)]:
        b.bound = {**saved, **dict(zip(e.lamda.variables, place, strict=True))}
        items.append(b.node(e.lamda.expr))
    b.bound = saved
    return b.build(rows, cols, items)
