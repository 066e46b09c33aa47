"""Sums over the entries of blocks: the range of an index is cut wherever an entry enters a new block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions.matexpr import MatrixElement

from proofs.grid import Parts, added, factored, is_less, never_negative
from symbolic.errors import UnsupportedError
from symbolic.shapes import SCALAR, is_zero, same_size, shape


class Span(NamedTuple):
    """What an index i stands for: i + start in what was written, where i now runs from 0 to last."""

    start: Expr
    last: Expr


def starts(parts: Parts) -> list[Expr]:
    """Where each part begins.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> starts((n, d))
    [0, n]
    """
    return [S.Zero, *map(sp.expand, accumulate(parts[:-1]))]


def entries_at(body: Any, index: Basic) -> Iterator[Any]:
    """The entries in `body` with `index` in their position; not those where an inner sum has an index of that name."""
    if isinstance(body, sp.Sum) and index in body.bound_symbols:
        return
    if isinstance(body, MatrixElement) and any(index in position.free_symbols for position in body.args[1:]):
        yield body
    for argument in body.args:
        yield from entries_at(argument, index)


def segments(
    places: Iterable[Expr], first: Expr, last: Expr, sizes: Iterable[Basic], what: str
) -> list[tuple[Expr, Expr]]:
    """The range first..last, cut before each of `places` that lies inside it.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> segments([n], 0, n + d - 1, [n, d], "x")
    [(0, n - 1), (n, d + n - 1)]
    """
    inside = list[Expr]()
    for place in places:
        if never_negative(first - place, sizes) or is_less(last, place, sizes):
            continue
        if any(same_size(place, p) for p in inside):
            continue
        before = [p for p in inside if is_less(p, place, sizes)]
        after = [p for p in inside if is_less(place, p, sizes)]
        is_inside = is_less(first, place, sizes) and never_negative(last - place, sizes)
        if not is_inside or len(before) + len(after) < len(inside):
            raise UnsupportedError(f"{what}: a block begins at {place}; is that in the range {first}..{last}?")
        inside = [*before, place, *after]
    return list(zip([first, *inside], [*(sp.expand(p - 1) for p in inside), last], strict=True))


def place(
    parts: Parts, position: Any, scope: Mapping[Basic, Span], sizes: Iterable[Basic], what: str
) -> tuple[int, Any]:
    """The part in which a position lies, and the position in it. Raises UnsupportedError if that is not decided.

    >>> n, d, i = *sp.symbols("n d", integer=True, positive=True), sp.Symbol("i", integer=True)
    >>> place((n, d), n + i, {i: Span(n, d - 1)}, [n, d], "x")
    (1, i)
    """
    if len(parts) == 1:
        return 0, position
    moving = [symbol for symbol in position.free_symbols if symbol in scope]
    low, high = position, position
    if moving:
        low = sp.expand(position - moving[0])
        high = low + scope[moving[0]].last
    for k, start in enumerate(starts(parts)):
        if never_negative(low - start, sizes) and is_less(high, start + parts[k], sizes):
            if not low.free_symbols & scope.keys():
                return k, sp.expand(position - start)
    written = ", ".join(map(str, parts))
    raise UnsupportedError(f"{what}: the position {position} may lie in several of the blocks of sizes {written}.")


def entry(block: Any, i: Any, j: Any) -> Any:
    """Entry (i, j) of a plain matrix, of each term of a sum, and past scalars and transposes.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> entry(2*sp.MatrixSymbol("X", n, d).T, 0, 1)
    2*X[1, 0]
    """
    if is_zero(block):
        return S.Zero
    if not block.is_Matrix:
        return block
    if isinstance(block, sp.MatAdd):
        return plus((entry(term, i, j) for term in block.args), False)
    if isinstance(block, sp.Transpose):
        return entry(block.arg, j, i)
    if isinstance(block, sp.MatMul):
        coefficient, chain = factored(block)
        if len(chain) == 1:
            return coefficient * entry(chain[0], i, j)
        if not chain:
            return coefficient * entry(sp.Identity(shape(block)[0]), i, j)
    return MatrixElement(block, i, j)


def summed(body: Any, index: Any, last: Any) -> Any:
    """The sum of `body` over index = 0..last. A factor I[i, k], summed over all k, puts i for k in the others."""
    if is_zero(body):
        return S.Zero
    factors = list(body.args) if isinstance(body, sp.Mul) else [body]
    for factor in factors:
        if isinstance(factor, MatrixElement) and isinstance(factor.parent, sp.Identity):
            others = [position for position in factor.args[1:] if position != index]
            rest = sp.Mul(*(f for f in factors if f is not factor))
            if len(others) == 1 and same_size(factor.parent.shape[0], last + 1) and not rest.has(sp.Sum, sp.Lambda):
                return rest.xreplace({index: others[0]})
    return sp.Sum(body, (index, S.Zero, last))


def plus(terms: Iterable[Any], is_matrix: bool) -> Any:
    """A sum of 1 x 1 terms, in the order written, without zeros. Scalars and 1 x 1 matrices may stand side by side."""
    kept = [t for term in terms for t in (term.args if isinstance(term, sp.Add) else (term,)) if not is_zero(t)]
    if is_matrix or (kept and all(term.is_Matrix for term in kept)):
        return added(kept, SCALAR)
    if not kept:
        return S.Zero
    # Not Add(*kept), which would sort the terms; _from_args is what Add itself ends with.
    return kept[0] if len(kept) == 1 else sp.Add._from_args(kept)


__all__ = ["Span", "entries_at", "entry", "place", "plus", "segments", "starts", "summed"]
