"""Matrices in blocks: partitions of sizes, and sums, products, transposes and inverses block by block.

A value is a `Grid` of at least two blocks, or a plain expression without blocks. Nothing is simplified but what would
hide the blocks: zero blocks vanish, identities leave products, and the scalar factors of a block are multiplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr

from symbolic.errors import UnsupportedError
from symbolic.shapes import SCALAR, is_zero, same_size, shape, split_product

Parts: TypeAlias = tuple[Expr, ...]
Value: TypeAlias = Any  # a Grid or a SymPy expression


@dataclass(frozen=True)
class Grid:
    """Blocks by rows; `heights` and `widths` are the sizes of the block rows and block columns."""

    heights: Parts
    widths: Parts
    blocks: tuple[tuple[Basic, ...], ...]

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return sp.Add(*self.heights), sp.Add(*self.widths)

    def refined(self, heights: Parts, widths: Parts) -> Grid:
        """The same matrix on a finer partition. Raises UnsupportedError for a block that cannot be cut."""
        rows, columns = _grouped(self.heights, heights), _grouped(self.widths, widths)
        out: list[tuple[Basic, ...]] = []
        for line, high in zip(self.blocks, rows, strict=True):
            pieces = [cut(block, high, wide) for block, wide in zip(line, columns, strict=True)]
            out += [sum((piece[k] for piece in pieces), ()) for k in range(len(high))]
        return Grid(heights, widths, tuple(out))


def grid_of(value: Value) -> Grid:
    """`value` as a grid, of one block if it is plain."""
    if isinstance(value, Grid):
        return value
    rows, columns = shape(value)
    return Grid((rows,), (columns,), ((value,),))


def collapsed(grid: Grid) -> Value:
    """The block of a grid that has only one."""
    return grid.blocks[0][0] if len(grid.heights) == len(grid.widths) == 1 else grid


def said(e: Any) -> str:
    """An expression on one line; SymPy prints a block matrix on several."""
    return " ".join(str(e).split())


def size_of(value: Value) -> tuple[Expr, Expr]:
    return value.shape if isinstance(value, Grid) else shape(value)


# Partitions. Sizes are at least 1, which orders n and n + d.


def never_negative(number: Any, sizes: Iterable[Basic]) -> bool:
    """Whether `number` >= 0 for all `sizes` >= 1 is plain from its coefficients; False may mean "not known".

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> never_negative(n + d - 2, [n, d]), never_negative(n - d, [n, d])
    (True, False)
    """
    excess = {size: sp.Dummy(integer=True, nonnegative=True) for size in sizes}
    moved = sp.expand(S(number).xreplace({size: extra + 1 for size, extra in excess.items()}))
    extras = [extra for extra in excess.values() if moved.has(extra)]
    if not extras:
        return bool(moved.is_nonnegative)
    return moved.is_polynomial(*extras) and all(c.is_nonnegative for c in sp.Poly(moved, *extras).coeffs())


def is_less(a: Expr, b: Expr, sizes: Iterable[Basic]) -> bool:
    """Whether a < b is plain, all `sizes` being at least 1."""
    return never_negative(sp.expand(b - a - 1), sizes)


def common(first: Parts, second: Parts) -> Parts:
    """The coarsest partition that cuts wherever one of two partitions of one size does.

    >>> n, d, k = sp.symbols("n d k", integer=True, positive=True)
    >>> common((n, d + k), (n + d, k))
    (n, d, k)
    """
    sizes = {symbol for part in (*first, *second) for symbol in part.free_symbols}
    left, right, out = list(first), list(second), list[Expr]()
    while left and right:
        a, b = left[0], right[0]
        if same_size(a, b):
            out.append(left.pop(0))
            right.pop(0)
        elif is_less(a, b, sizes):
            out.append(left.pop(0))
            right[0] = sp.expand(b - a)
        elif is_less(b, a, sizes):
            out.append(right.pop(0))
            left[0] = sp.expand(a - b)
        else:
            break
    if left or right:
        both = " and ".join(f"({', '.join(map(str, parts))})" for parts in (first, second))
        raise UnsupportedError(f"the partitions {both} do not cut at comparable places; use one order of the blocks.")
    return tuple(out)


def _grouped(coarse: Parts, fine: Parts) -> list[Parts]:
    """The parts of a finer partition that make up each part of a coarser one."""
    rest, out = list(fine), list[Parts]()
    for part in coarse:
        group = [rest.pop(0)]
        while not same_size(sp.Add(*group), part):
            group.append(rest.pop(0))
        out.append(tuple(group))
    return out


def cut(block: Any, heights: Parts, widths: Parts) -> tuple[tuple[Basic, ...], ...]:
    """The parts of a plain matrix: of zero, of an identity along its diagonal, of sums and multiples of these."""
    if len(heights) == len(widths) == 1:
        return ((block,),)
    if isinstance(block, sp.ZeroMatrix):
        return tuple(tuple(sp.ZeroMatrix(a, b) for b in widths) for a in heights)
    coefficient, chain = factored(block)
    if not chain and len(heights) == len(widths) and all(map(same_size, heights, widths)):
        lines = [[sp.Identity(a) if r == c else sp.ZeroMatrix(a, b) for c, b in enumerate(widths)]
                 for r, a in enumerate(heights)]  # fmt: skip
        return tuple(tuple(scaled(coefficient, b) for b in line) for line in lines)
    if isinstance(block, sp.MatAdd):
        terms = [cut(term, heights, widths) for term in block.args]
        return tuple(
            tuple(added([term[r][c] for term in terms], (a, b)) for c, b in enumerate(widths))
            for r, a in enumerate(heights)
        )
    if isinstance(block, sp.MatMul) and len(chain) == 1 and chain[0] != block:
        return tuple(tuple(scaled(coefficient, b) for b in line) for line in cut(chain[0], heights, widths))
    rows, columns = shape(block)
    name = block.name if isinstance(block, sp.MatrixSymbol) else "S"
    names = [[f"{name}{r + 1}{c + 1}" if min(len(heights), len(widths)) > 1 else f"{name}{r + c + 1}"
              for c in range(len(widths))] for r in range(len(heights))]  # fmt: skip
    written = ", ".join(f"[{', '.join(line)}]" for line in names)
    parts = " and ".join(f"({', '.join(map(str, parts))})" for parts in (heights, widths) if len(parts) > 1)
    way_out = f"Write it in named blocks: BlockMatrix([{written}])."
    if not chain:
        way_out = "Cut the blocks beside it, as an identity is cut along rows and columns alike."
    raise UnsupportedError(f"{said(block)} ({rows} x {columns}) cannot be cut along {parts}. {way_out}")


# One block. A factored block is a scalar and a chain of matrices, none of them an identity; no chain: the identity.


def number(e: Any) -> Any:
    """A scalar as a commuting factor: a 1 x 1 matrix is its own trace."""
    if is_zero(e):
        return S.Zero
    if e.is_Matrix:
        coefficient, chain = factored(e)
        return coefficient * sp.Trace(multiplied(S.One, chain, SCALAR)) if chain else coefficient
    if e.is_commutative:
        return e
    if isinstance(e, (sp.Add, sp.Mul)):
        return e.func(*map(number, e.args))
    raise UnsupportedError(f"{said(e)} cannot be a factor of a block.")


def factored(block: Any) -> tuple[Expr, list[Any]]:
    """`block` as a scalar times a chain of matrices that are no products.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, lam = sp.MatrixSymbol("X", n, d), sp.Symbol("lambda", positive=True)
    >>> factored(sp.MatMul(2, X, lam*sp.Identity(d)))
    (2*lambda, [X])
    """
    if isinstance(block, sp.Identity):
        return S.One, []
    if not isinstance(block, (sp.MatMul, sp.Mul)):
        return (S.One, [block]) if block.is_Matrix else (number(block), [])
    runs, outer = split_product(block.args)
    coefficient: Any = S.One
    chain = list[Any]()
    for run in runs:
        if outer or not any(factor.is_Matrix for factor in run):
            coefficient *= number(run[0] if len(run) == 1 else sp.MatMul(*run))
        else:  # the product is 1 x 1 itself: its runs are links of the chain
            chain += run
    links = list[Any]()
    for factor in [*chain, *outer]:
        more, inside = factored(factor)
        coefficient, links = coefficient * more, links + inside
    return coefficient, links


def multiplied(coefficient: Expr, chain: Sequence[Any], size: tuple[Expr, Expr]) -> Any:
    if coefficient == 0 or any(map(is_zero, chain)):
        return sp.ZeroMatrix(*size)
    factors = [*([] if coefficient == 1 else [coefficient]), *(chain or [sp.Identity(size[0])])]
    return factors[0] if len(factors) == 1 else sp.MatMul(*factors)


def scaled(coefficient: Any, value: Value) -> Value:
    """A scalar times a value."""
    if isinstance(value, Grid):
        lines = (tuple(scaled(coefficient, block) for block in line) for line in value.blocks)
        return Grid(value.heights, value.widths, tuple(lines))
    if is_zero(value) or coefficient == 1:
        return value
    more, chain = factored(value)
    return multiplied(coefficient * more, chain, shape(value))


def added(terms: Iterable[Any], size: tuple[Expr, Expr]) -> Any:
    """The sum of matrices of one size, without zeros, in the order written."""
    flat = [t for term in terms for t in (term.args if isinstance(term, sp.MatAdd) else (term,)) if not is_zero(t)]
    if not flat:
        return sp.ZeroMatrix(*size)
    return flat[0] if len(flat) == 1 else sp.MatAdd(*flat)


def transposed(value: Value) -> Value:
    """The transpose, pushed to the blocks and past scalars; a sum or product of matrices is transposed as one."""
    if isinstance(value, Grid):
        blocks = tuple(tuple(transposed(line[c]) for line in value.blocks) for c in range(len(value.widths)))
        return Grid(value.widths, value.heights, blocks)
    if isinstance(value, sp.ZeroMatrix):
        return sp.ZeroMatrix(*reversed(value.shape))
    if isinstance(value, sp.Transpose):
        return value.arg
    rows, columns = shape(value)
    coefficient, chain = factored(value)
    if not chain:
        return value
    if len(chain) == 1 and chain[0] != value:
        return multiplied(coefficient, [transposed(chain[0])], (columns, rows))
    return multiplied(coefficient, [sp.Transpose(multiplied(S.One, chain, (rows, columns)))], (columns, rows))


# Grids.


def total(values: Sequence[Value]) -> Value:
    """The sum of matrices, at least one of them in blocks, on their common partition."""
    grids = list(map(grid_of, values))
    heights, widths = grids[0].heights, grids[0].widths
    for grid in grids[1:]:
        heights, widths = common(heights, grid.heights), common(widths, grid.widths)
    lines = [grid.refined(heights, widths).blocks for grid in grids]
    blocks = tuple(
        tuple(added([line[r][c] for line in lines], (a, b)) for c, b in enumerate(widths))
        for r, a in enumerate(heights)
    )
    return collapsed(Grid(heights, widths, blocks))


def product(values: Sequence[Value]) -> Value:
    """The product of matrices. Block rows times block columns come first, so that what collapses does so early."""
    size = (size_of(values[0])[0], size_of(values[-1])[1])
    coefficient: Any = S.One
    chain = list[Value]()
    for value in values:
        more, links = (S.One, [value]) if isinstance(value, Grid) else factored(value)
        coefficient, chain = coefficient * more, chain + links
    if any(map(is_zero, chain)):
        return sp.ZeroMatrix(*size)
    while len(chain) > 1 and any(isinstance(link, Grid) for link in chain):
        k = min(range(len(chain) - 1), key=lambda k: _effort(chain[k], chain[k + 1]))
        joined = _times(grid_of(chain[k]), grid_of(chain[k + 1]))
        more, links = (S.One, [joined]) if isinstance(joined, Grid) else factored(joined)
        coefficient, chain = coefficient * more, [*chain[:k], *links, *chain[k + 2 :]]
    if len(chain) == 1 and isinstance(chain[0], Grid):
        return scaled(coefficient, chain[0])
    return multiplied(coefficient, chain, size)


def _effort(left: Value, right: Value) -> tuple[int, int]:
    grids = [value for value in (left, right) if isinstance(value, Grid)]
    return (2 - len(grids), len(grid_of(left).heights) * len(grid_of(right).widths))


def _times(left: Grid, right: Grid) -> Value:
    inner = common(left.widths, right.heights)
    left, right = left.refined(left.heights, inner), right.refined(inner, right.widths)
    blocks = tuple(
        tuple(added([_pair(left.blocks[r][k], right.blocks[k][c], (a, b)) for k in range(len(inner))], (a, b))
              for c, b in enumerate(right.widths))
        for r, a in enumerate(left.heights)
    )  # fmt: skip
    return collapsed(Grid(left.heights, right.widths, blocks))


def _pair(left: Any, right: Any, size: tuple[Expr, Expr]) -> Any:
    if is_zero(left) or is_zero(right):
        return sp.ZeroMatrix(*size)
    (a, before), (b, after) = factored(left), factored(right)
    return multiplied(a * b, [*before, *after], size)


def trace(grid: Grid) -> Any:
    """The sum of the traces of the diagonal blocks."""
    parts = common(grid.heights, grid.widths)
    square = grid.refined(parts, parts)
    terms = [sp.Trace(square.blocks[k][k]) for k in range(len(parts)) if not is_zero(square.blocks[k][k])]
    return sp.Add(*terms, evaluate=False) if len(terms) > 1 else terms[0] if terms else S.Zero


def inverse(grid: Grid) -> Grid:
    """The inverse of a block diagonal matrix: each diagonal block is square, and invertible exactly if the whole is."""
    parts = common(grid.heights, grid.widths)
    square = grid.refined(parts, parts)
    off = [b for r, line in enumerate(square.blocks) for c, b in enumerate(line) if r != c and not is_zero(b)]
    if off:
        way_out = "only block diagonal matrices and products that collapse are inverted; name the inverse"
        raise UnsupportedError(f"the inverse of a matrix with the block {said(off[0])} off its diagonal: {way_out}.")
    blocks = tuple(
        tuple(b if r != c or isinstance(b, sp.Identity) else sp.Inverse(b) for c, b in enumerate(line))
        for r, line in enumerate(square.blocks)
    )
    return Grid(parts, parts, blocks)


__all__ = [
    "Grid", "Parts", "Value", "added", "collapsed", "common", "cut", "factored", "grid_of", "inverse", "is_less",
    "multiplied", "never_negative", "number", "product", "said", "scaled", "size_of", "total", "trace",
    "transposed",
]  # fmt: skip
