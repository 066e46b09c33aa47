"""Block matrices: terms that stand in some of the rows and columns of a matrix only.

A word that begins with columns of an identity, E A, has its rows at an interval; one that ends with their transpose,
A F', its columns. Terms whose intervals are equal or apart are blocks of one matrix, with zeros elsewhere; others are
blocks of a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any, Protocol, TypeAlias

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.blockmatrix import BlockMatrix

from symbolic.selection import Interval, interval_of, is_apart, precedes
from symbolic.shapes import SCALAR, same_size, shape
from symbolic.terms import Word

Place: TypeAlias = "tuple[Interval, Interval]"
Arrange: TypeAlias = "Callable[[list[Any], Expr], Any]"


class Placed(Protocol):
    """A term with a word (`symbolic.recognise.Item`)."""

    @property
    def word(self) -> Word: ...

    def _replace(self, **changes: Any) -> Any: ...


def is_placed(word: Word) -> bool:
    """Whether the word stands in a part of the rows or of the columns."""
    return len(word) > 0 and (_interval(word[0], False) is not None or _interval(word[-1], True) is not None)


def _interval(letter: Any, transposed: bool) -> Interval | None:
    held, flipped = letter
    return interval_of(held) if flipped == transposed else None


def assemble(items: Sequence[Placed], rows: Expr, columns: Expr, arrange: Arrange) -> list[Any]:
    """The sum of the items as few matrices; a single entry is written with unit vectors, I[:, i:i + 1]."""
    by_place: dict[Place, list[Any]] = {}
    for item in items:
        place, word = _cut(item.word, rows, columns)
        by_place.setdefault(place, []).append(item._replace(word=word))
    if all(_is_entry(p, rows, columns) for p in by_place) and not _covers(list(by_place), rows, columns):
        return [arrange(list(items), rows)]
    layers: list[list[Place]] = []
    for place in by_place:
        fitting = next((layer for layer in layers if _fits(place, layer)), None)
        if fitting is None:
            layers.append([place])
        else:
            fitting.append(place)
    return [_matrix({p: by_place[p] for p in layer}, rows, columns, arrange) for layer in layers]


def _cut(word: Word, rows: Expr, columns: Expr) -> tuple[Place, Word]:
    up, across = Interval(S.Zero, rows), Interval(S.Zero, columns)
    begin = _interval(word[0], False)
    if begin is not None:
        up, word = begin, word[1:]
    end = _interval(word[-1], True) if word else None
    if end is not None:
        across, word = end, word[:-1]
    return (up, across), word


def _is_entry(place: Place, rows: Expr, columns: Expr) -> bool:
    return all(k.count == 1 or same_size(k.count, size) for k, size in zip(place, (rows, columns), strict=True))


def _covers(places: list[Place], rows: Expr, columns: Expr) -> bool:
    """Whether the intervals fill the rows and the columns."""
    for side, size in ((0, rows), (1, columns)):
        found = dict.fromkeys(place[side] for place in places)
        if not same_size(sum((k.count for k in found), S.Zero), size):
            return False
    return True


def _fits(place: Place, layer: list[Place]) -> bool:
    return all(a == b or is_apart(a, b) for other in layer for a, b in zip(place, other, strict=True))


def _matrix(blocks: dict[Place, list[Any]], rows: Expr, columns: Expr, arrange: Arrange) -> Any:
    heights = _cells([place[0] for place in blocks], rows)
    widths = _cells([place[1] for place in blocks], columns)
    table = []
    for up in heights:
        line = []
        for across in widths:
            found = blocks.get((up, across))
            line.append(_block(found, up.count, across.count, arrange))
        table.append(line)
    return table[0][0] if len(table) == len(table[0]) == 1 else BlockMatrix(table)


def _block(items: list[Any] | None, rows: Expr, columns: Expr, arrange: Arrange) -> Any:
    if items is None:
        return sp.ZeroMatrix(rows, columns)
    if (rows, columns) == SCALAR and any(not item.word for item in items):
        value = sp.Add(*(arrange([item], rows) if item.word else _scale(item, arrange) for item in items))
        return sp.ImmutableDenseMatrix([[value]])
    block = arrange(items, rows)
    return block if shape(block) != SCALAR or block.is_Matrix else sp.ImmutableDenseMatrix([[block]])


def _scale(item: Any, arrange: Arrange) -> Any:
    """A term without matrices: its scalars."""
    whole = arrange([item], S.One)
    return whole.args[0] if isinstance(whole, sp.MatMul) and len(whole.args) == 2 else sp.Mul(*whole.args[:-1])


def _cells(intervals: list[Interval], size: Expr) -> list[Interval]:
    """The intervals in order, and the gaps between them."""
    ordered = sorted(dict.fromkeys(intervals), key=cmp_to_key(lambda a, b: -1 if precedes(a, b) else 1))
    cells: list[Interval] = []
    here: Expr = S.Zero
    for k in ordered:
        if not same_size(here, k.first):
            cells.append(Interval(here, sp.expand(k.first - here)))
        cells.append(k)
        here = sp.expand(k.first + k.count)  # type: ignore[assignment]
    if not same_size(here, size):
        cells.append(Interval(here, sp.expand(size - here)))
    return cells


__all__ = ["assemble", "is_placed"]
