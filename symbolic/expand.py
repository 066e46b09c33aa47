"""From expressions to index terms: one function a node, in the table `_READERS`.

A node that is not in the table is an opaque atom: constant as long as the variable does not stand in it, and named in
an UnsupportedError otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import chain, is_negative, monomial_order
from symbolic.errors import UnsupportedError
from symbolic.folding import fold
from symbolic.normal import EXPAND_LIMIT, content, expanded, normal, power
from symbolic.recognise import to_matrix
from symbolic.shapes import SCALAR, SCALAR_FUNCTIONS, same_size, shape, split_product
from symbolic.terms import (
    COLUMN,
    ROW,
    Call,
    Chain,
    Delta,
    Entry,
    Index,
    Monomial,
    Slot,
    Term,
    Word,
    atom,
    fresh,
    is_plain,
    letter_columns,
    multiply,
)  # fmt: skip

# What a name stands for while a part is read: the index of a sum, or a scalar form put for a placeholder.
Scope: TypeAlias = Mapping[Basic, "Index | tuple[Monomial, ...]"]


def expand(expr: Basic, row: Slot = None, column: Slot = None, scope: Scope | None = None) -> list[Term]:
    """The terms of entry (row, column) of `expr`; None for an index of size 1.

    Raises ShapeError where sizes clash, and UnsupportedError, naming the node, where it cannot be written in indices.
    """
    scope = scope or {}
    if is_plain(expr):
        return _plain(expr, scope)
    reader = _READERS.get(type(expr))
    if reader is not None:
        return reader(expr, row, column, scope)
    if type(expr) in SCALAR_FUNCTIONS:
        return _function(expr, scope)
    return _opaque(expr, row, column, scope)


def _plain(expr: Any, scope: Scope) -> list[Term]:
    if scope and not scope.keys().isdisjoint(expr.free_symbols):
        if isinstance(expr, sp.Symbol):
            value = scope[expr]
            if isinstance(value, Index):
                raise UnsupportedError(f"the index {expr} stands as a number; only entries may depend on an index.")
            return [fresh(m.term()) for m in value]
        if isinstance(expr, sp.Add):
            return [t for a in expr.args for t in expand(a, scope=scope)]
        if isinstance(expr, sp.Mul):
            return multiply(expand(a, scope=scope) for a in expr.args)
        if isinstance(expr, sp.Pow):
            return _power(expr, None, None, scope)
        return _function(expr, scope)
    return [] if expr.is_zero and expr.is_Number else [Term(expr)]


def _opaque(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    shape(expr)
    if scope and not scope.keys().isdisjoint(expr.free_symbols):
        raise UnsupportedError(f"cannot write {expr} ({type(expr).__name__}) in index form.")
    return [Term(S.One, (Entry(atom(expr, symmetric=shape(expr) == SCALAR), row, column),))]


def _symbol(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return [Term(S.One, (Entry(atom(expr, symmetric=row is None and column is None), row, column),))]


def _sum(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return fold([t for a in expr.args for t in expand(a, row, column, scope)])


def slot(size: Expr) -> Slot:
    """A new bound index, or None for size 1."""
    return None if size == 1 else Index(size)


def _product(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
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
        raise UnsupportedError(f"cannot write {expr} in index form: its exponent {exponent} is not a plain scalar.")
    if shape(base) == SCALAR:
        if exponent.is_Integer and exponent.is_positive:
            terms = expand(base, scope=scope)
            if len(terms) ** int(exponent) <= EXPAND_LIMIT:
                return multiply([fresh(t) for t in terms] for _ in range(int(exponent)))
        return power(normal(expand(base, scope=scope)), exponent)
    if exponent.is_Integer:
        if exponent.is_zero:
            return _identity(expr, row, column, scope)
        matrix = base if exponent.is_positive else sp.Inverse(base)
        return _product(sp.MatMul(*[matrix] * abs(int(exponent))), row, column, scope)
    return _opaque(expr, row, column, scope)


def _transpose(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return expand(expr.args[0], column, row, scope)


def _trace(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    k = slot(shape(expr.args[0])[0])
    return multiply([expand(expr.args[0], k, k, scope)], () if k is None else (k,))


def _identity(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return [Term(S.One, () if row is None or column is None else (Delta(row, column),))]


def _zero(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return []


def _ones(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return [Term(S.One)]


def _named(name: Any, size: Expr, scope: Scope) -> Slot:
    """The index that an entry names: of a sum around it, or free."""
    if size == 1:
        return None
    known = scope.get(name)
    if isinstance(known, Index):
        if not same_size(known.size, size):
            raise UnsupportedError(f"the sum over {name} runs over {known.size} values of {size}, not over all.")
        return known
    if not isinstance(name, (sp.Symbol, sp.Integer)):
        raise UnsupportedError(f"cannot use {name} as an index: only symbols and integers name entries.")
    return Index(size, name)


def _entry(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    parent, i, j = expr.args
    rows, columns = shape(parent)
    return expand(parent, _named(i, rows, scope), _named(j, columns, scope), scope)


def _delta(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    known = [scope.get(name) for name in expr.args[:2]]
    size = next((k.size for k in known if isinstance(k, Index)), S.Zero)  # both free: the range does not matter
    a, b = (_named(name, size, scope) for name in expr.args[:2])
    return [Term(S.One, (Delta(a, b),))]  # type: ignore[arg-type]


def _index_sum(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    body, *limits = expr.args
    bound = []
    for name, lower, upper in limits:
        if lower != 0 or upper.free_symbols & {*scope, *(limit[0] for limit in limits)}:
            raise UnsupportedError(f"cannot read {expr}: the sum over {name} does not run from 0 to a fixed end.")
        bound.append(Index(sp.expand(upper + 1)))
    inner = {**scope, **{limit[0]: k for limit, k in zip(limits, bound, strict=True)}}
    return multiply([expand(body, row, column, inner)], tuple(bound))


def _function(expr: Any, scope: Scope) -> list[Term]:
    bodies = tuple(normal(expand(a, scope=scope)) for a in expr.args)
    if all(not m.parts for body in bodies for m in body):
        return [Term(expr.func(*(sp.Add(*(m.coef for m in body)) for body in bodies)))]
    return [Term(S.One, (Call(expr.func, bodies),))]


def _hadamard(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return multiply(expand(a, row, column, scope) for a in expr.args)


def _hadamard_power(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    base, exponent = expr.args
    if not is_plain(exponent):
        raise UnsupportedError(f"cannot write {expr} in index form: its exponent is not a plain scalar.")
    return power(normal(expand(base, row, column, scope)), exponent)


def _diag_matrix(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    vector = expr.args[0]
    entry = expand(vector, row, None, scope) if shape(vector)[1] == 1 else expand(vector, None, row, scope)
    return multiply([entry, _identity(expr, row, column, scope)])


def _diagonal_of(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return expand(expr.args[0], row, row, scope)


def _entrywise(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    function, argument = expr.args
    body = normal(expand(argument, row, column, scope))
    if isinstance(function, sp.Lambda):
        (name,) = function.variables
        return expand(function.expr, scope={**scope, name: body})
    return [Term(S.One, (Call(function, (body,)),))]


# Inverses and determinants: atoms that know their argument.


def _argument(matrix: Basic, scope: Scope) -> tuple[tuple[Monomial, ...], tuple[Monomial, ...]]:
    """A square matrix and its transpose in normal form, in the indices ROW and COLUMN."""
    if scope and not scope.keys().isdisjoint(matrix.free_symbols):
        raise UnsupportedError(f"cannot invert {matrix}: it depends on the index of a sum.")
    size = shape(matrix)[0]
    row, column = Index(size, ROW), Index(size, COLUMN)
    return normal(expand(matrix, row, column)), normal(expand(matrix, column, row))


def _inverse(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    matrix = expr.args[0]
    size = shape(expr)[0]
    if row is None or column is None:
        return power(normal(expand(matrix, scope=scope)), S.NegativeOne)
    if isinstance(matrix, sp.MatrixSymbol):
        straight, _ = _argument(matrix, {})
        return [Term(S.One, (Entry(atom(sp.Inverse(matrix), straight), row, column),))]
    straight, crossed = _argument(matrix, scope)
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
        argument, _ = _argument(letter.node, {})
        return [Term(S.One, (Entry(atom(node, argument, letter.symmetric), row, column),))]
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
    straight, _ = _argument(matrix, scope)
    size = shape(matrix)[0]
    node = sp.Determinant(to_matrix(straight, Index(size, ROW), Index(size, COLUMN)))
    return [Term(S.One, (Entry(atom(node, straight, True), None, None),))]


_READERS: dict[type, Callable[[Any, Slot, Slot, Scope], list[Term]]] = {
    sp.MatrixSymbol: _symbol, sp.Identity: _identity, sp.ZeroMatrix: _zero, OneMatrix: _ones,
    sp.Add: _sum, sp.MatAdd: _sum, sp.Mul: _product, sp.MatMul: _product, sp.Pow: _power, sp.MatPow: _power,
    sp.Transpose: _transpose, sp.Trace: _trace, sp.Inverse: _inverse, sp.Determinant: _determinant,
    MatrixElement: _entry, sp.Sum: _index_sum, sp.KroneckerDelta: _delta,
    sp.HadamardProduct: _hadamard, HadamardPower: _hadamard_power, ElementwiseApplyFunction: _entrywise,
    DiagMatrix: _diag_matrix, DiagonalOf: _diagonal_of,
}  # fmt: skip

__all__ = ["Scope", "expand", "slot"]
