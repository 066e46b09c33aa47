"""Inverses and determinants: atoms that know their argument."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr

from symbolic.components import chain, is_negative, monomial_order
from symbolic.errors import UnsupportedError
from symbolic.functions import content
from symbolic.normal import expanded, normal, power
from symbolic.reading.core import Reader, Scope, argument, expand
from symbolic.recognise import to_matrix
from symbolic.shapes import SCALAR, same_size, shape
from symbolic.terms import (
    COLUMN,
    ROW,
    Chain,
    Delta,
    Entry,
    Index,
    Monomial,
    Slot,
    Term,
    Word,
    atom,
    letter_columns,
    multiply,
)  # fmt: skip


def _inverse(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    matrix = expr.args[0]
    size = shape(expr)[0]
    if type(matrix) is sp.MatPow and not matrix.args[1].is_Number:
        return expand(sp.MatPow(matrix.args[0], -matrix.args[1]), row, column, scope)
    if row is None or column is None:
        return power(normal(expand(matrix, scope=scope)), S.NegativeOne)
    if isinstance(matrix, sp.MatrixSymbol):
        straight, _ = argument(matrix, {})
        return [Term(S.One, (Entry(atom(sp.Inverse(matrix), straight), row, column),))]
    straight, crossed = argument(matrix, scope)
    if not straight:
        raise UnsupportedError(f"cannot invert {matrix}: it is zero.")
    if len(straight) == 1:
        done = _inverse_of_product(straight[0], size, row, column)
        if done is not None:
            return done
    scale = content(m.coef for m in straight)
    if all(is_negative(m.coef) for m in straight):
        scale = -scale
    straight, crossed = (_scaled(form, S.One / scale) for form in (straight, crossed))
    if crossed != straight and list(map(monomial_order, crossed)) < list(map(monomial_order, straight)):
        straight, crossed, row, column = crossed, straight, column, row
    node = sp.Inverse(to_matrix(straight, Index(size, ROW), Index(size, COLUMN)))
    entry = Entry(atom(node, straight, symmetric=straight == crossed), row, column)
    return [Term(S.One / scale, (entry,))]


def _scaled(form: tuple[Monomial, ...], by: Expr) -> tuple[Monomial, ...]:
    if by is S.One:
        return form
    return tuple(sorted((Monomial(expanded(m.coef * by), m.parts) for m in form), key=monomial_order))


def _inverse_of_product(m: Monomial, size: Expr, row: Index, column: Index) -> list[Term] | None:
    """1/c times the inverses of square factors, in reverse order; None if the product cannot be cut."""
    open_parts = [p for p in m.parts if any(k.name in (ROW, COLUMN) for k in _ends(p))]
    scalars = power((Monomial(m.coef, tuple(p for p in m.parts if p not in open_parts)),), S.NegativeOne)
    if len(open_parts) != 1:
        return None
    (part,) = open_parts
    if isinstance(part, Delta):
        return multiply([scalars, [Term(S.One, (Delta(row, column),))]])
    if not isinstance(part, Chain):
        return None
    start, end = (row, column) if part.left is not None and part.left.name == ROW else (column, row)
    pieces = _square_pieces(part.word, size)
    here, factors, bound = end, [], []
    for position, piece in enumerate(pieces):  # M = P1 P2 ..., M^-1 = ... P2^-1 P1^-1, read from its right end
        there = start if position + 1 == len(pieces) else Index(size)
        if position + 1 < len(pieces):
            bound.append(there)
        factors.append(_inverse_of_piece(piece, size, there, here))
        here = there
    return multiply([scalars, *factors], tuple(bound))


def _square_pieces(word: Word, size: Expr) -> list[Word]:
    """The word of a square matrix, cut wherever its size returns: each piece is square, so each is invertible."""
    pieces: list[Word] = []
    start = 0
    for here, letter in enumerate(word, 1):
        if same_size(letter_columns(letter), size):
            pieces.append(word[start:here])
            start = here
    return pieces


def _ends(part: Any) -> tuple[Index, ...]:
    if isinstance(part, Chain):
        return tuple(k for k in (part.left, part.right) if k is not None)
    return getattr(part, "indices", ()) or tuple(k for f in getattr(part, "factors", ()) for k in f.indices)


def _inverse_of_piece(word: Word, size: Expr, row: Index, column: Index) -> list[Term]:
    """The inverse of a word that no smaller square word begins; entry (row, column)."""
    if len(word) == 1:
        ((letter, transposed),) = word
        if transposed:
            row, column = column, row
        if isinstance(letter.node, sp.Inverse):
            return expand(letter.node.args[0], row, column)
        if isinstance(letter.node, sp.MatrixSymbol):
            return _inverse(sp.Inverse(letter.node), row, column, {})
        node = sp.Inverse(letter.node)
        inside, _ = argument(letter.node, {})
        return [Term(S.One, (Entry(atom(node, inside, letter.symmetric), row, column),))]
    i, j = Index(size, ROW), Index(size, COLUMN)
    straight, crossed = (Monomial(S.One, (chain(a, word, b),)) for a, b in ((i, j), (j, i)))
    if crossed != straight and monomial_order(crossed) < monomial_order(straight):
        straight, crossed, row, column = crossed, straight, column, row
    node = sp.Inverse(to_matrix((straight,), i, j))
    return [Term(S.One, (Entry(atom(node, (straight,), straight == crossed), row, column),))]


def _determinant(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    matrix = expr.args[0]
    if shape(matrix) == SCALAR:
        return expand(matrix, None, None, scope)
    if isinstance(matrix, sp.KroneckerProduct) and all(same_size(*shape(a)) for a in matrix.args):
        order = shape(matrix)[0]
        return expand(sp.Mul(*(sp.Determinant(a) ** sp.cancel(order / shape(a)[0]) for a in matrix.args)), scope=scope)
    if type(matrix) is sp.MatPow and not matrix.args[1].is_Number:
        return expand(sp.Pow(sp.Determinant(matrix.args[0]), matrix.args[1]), scope=scope)
    if isinstance(matrix, sp.Inverse):
        return expand(sp.Pow(sp.Determinant(matrix.arg), S.NegativeOne), scope=scope)
    straight, _ = argument(matrix, scope)
    size = shape(matrix)[0]
    node = sp.Determinant(to_matrix(straight, Index(size, ROW), Index(size, COLUMN)))
    return [Term(S.One, (Entry(atom(node, straight, True), None, None),))]


READERS: dict[type, Reader] = {sp.Inverse: _inverse, sp.Determinant: _determinant}

__all__ = ["READERS"]
