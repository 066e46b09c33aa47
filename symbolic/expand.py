"""From expressions to index terms: one function a node, in the table `_READERS`.

A node that is not in the table is an opaque atom: constant as long as the variable does not stand in it, and named in
an UnsupportedError otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product as cartesian
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom, BooleanFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.funcmatrix import FunctionMatrix
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import chain, is_negative, monomial_order
from symbolic.errors import UnsupportedError
from symbolic.folding import fold
from symbolic.functions import Z, content
from symbolic.nodes import Vec
from symbolic.normal import EXPAND_LIMIT, apply, expanded, normal, power
from symbolic.recognise import to_matrix
from symbolic.selection import select
from symbolic.shapes import SCALAR, SCALAR_FUNCTIONS, same_size, shape, split_product
from symbolic.terms import (
    COLUMN,
    ROW,
    Call,
    Chain,
    Delta,
    Entry,
    Factor,
    Index,
    Monomial,
    Pair,
    Slot,
    Term,
    Word,
    atom,
    fresh,
    index_placeholder,
    is_plain,
    letter_columns,
    multiply,
    placeholder,
)  # fmt: skip

# What a name stands for while a part is read: the index of a sum, or a scalar form put for a placeholder.
Scope: TypeAlias = Mapping[Basic, "Running | tuple[Monomial, ...]"]


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
        if all(isinstance(scope.get(s, None), (Running, type(None))) for s in expr.free_symbols):
            return _table(expr, scope)
        if isinstance(expr, sp.Symbol):
            value = scope[expr]
            assert not isinstance(value, Running)
            return [fresh(m.term()) for m in value]
        if isinstance(expr, sp.Add):
            return [t for a in expr.args for t in expand(a, scope=scope)]
        if isinstance(expr, sp.Mul):
            return multiply(expand(a, scope=scope) for a in expr.args)
        if isinstance(expr, sp.Pow):
            return _power(expr, None, None, scope)
        if isinstance(expr, sp.Piecewise):
            return _cases(expr, None, None, scope)
        return _function(expr, scope)
    return [] if expr.is_zero and expr.is_Number else [Term(expr)]


def _table(expr: Any, scope: Scope) -> list[Term]:
    """A number that depends on indices of sums, as an entry of a matrix that holds all its values: i + 1, lambda^i."""
    names = sorted((s for s in expr.free_symbols if s in scope), key=str)
    if len(names) > 2:
        raise UnsupportedError(f"cannot write {expr} in index form: it depends on more than two indices.")
    running = [scope[s] for s in names]
    ends = [r.index for r in running if isinstance(r, Running)]
    places = [index_placeholder("i"), index_placeholder("j")]
    at = {s: r.first + k for s, r, k in zip(names, running, places, strict=False) if isinstance(r, Running)}
    value = expr.xreplace(at)
    sizes = [*(k.size for k in ends), S.One][:2]
    node = FunctionMatrix(*sizes, sp.Lambda(tuple(places), value))
    return [Term(S.One, (Entry(atom(node), ends[0], ends[1] if len(ends) > 1 else None),))]


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
        if shape(base) != SCALAR:
            raise UnsupportedError(f"cannot write {expr} in index form: its exponent {exponent} is no plain scalar.")
        return _abstracted(expr, scope)
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
    if not exponent.is_integer or row is None or column is None or not scope.keys().isdisjoint(base.free_symbols):
        return _opaque(expr, row, column, scope)
    if isinstance(base, sp.Transpose):
        return expand(sp.MatPow(base.arg, exponent), column, row, scope)
    straight, _ = _argument(base, scope)
    size = shape(base)[0]
    node = sp.MatPow(to_matrix(straight, Index(size, ROW), Index(size, COLUMN)), exponent)
    return [Term(S.One, (Entry(atom(node, straight), row, column),))]


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


class Running(NamedTuple):
    """What the name of a sum stands for: `index`, which counts from 0, plus `first`."""

    index: Index
    first: Expr


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
    for name, lower, upper in limits:
        if (lower.free_symbols | upper.free_symbols) & {*scope, *(limit[0] for limit in limits)}:
            raise UnsupportedError(f"cannot read {expr}: the range of {name} depends on another index.")
        inner[name] = Running(Index(sp.expand(upper - lower + 1)), lower)
    bound = tuple(inner[limit[0]].index for limit in limits)
    return multiply([expand(body, row, column, inner)], bound)


def _cases(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    if shape(expr) != SCALAR:
        raise UnsupportedError(f"cannot write {expr} in index form: it chooses between matrices.")
    return _abstracted(expr, scope)


_TRANSPARENT = (sp.Piecewise, ExprCondPair, Relational, BooleanFunction, BooleanAtom)  # a Symbol is a Boolean too


def _abstracted(expr: Any, scope: Scope) -> list[Term]:
    """A function of the scalars in `expr`, which are read by themselves: cases and powers whose exponent varies."""
    parts: dict[Any, sp.Dummy] = {}
    if is_plain(expr):
        values: list[tuple[Monomial, ...]] = []
        for name in sorted(scope.keys() & expr.free_symbols, key=str):
            value = scope[name]
            if isinstance(value, Running):
                raise UnsupportedError(f"the index {name} stands as a number; only entries may depend on an index.")
            parts[name] = placeholder(len(parts))
            values.append(value)
        if len(parts) == 1:
            return apply(expr.xreplace(parts), values[0])
        return [Term(S.One, (Call(sp.Lambda(tuple(parts.values()), expr.xreplace(parts)), tuple(values)),))]

    def held(e: Any) -> bool:
        return is_plain(e) and scope.keys().isdisjoint(e.free_symbols)

    def walk(e: Any) -> Any:
        if e is expr or isinstance(e, _TRANSPARENT):
            return e.func(*map(walk, e.args)) if e.args else e
        return e if held(e) else parts.setdefault(e, placeholder(len(parts)))

    body = walk(expr)
    if not parts:
        return [Term(expr)]
    bodies = tuple(normal(expand(e, scope=scope)) for e in parts)
    if len(parts) == 1:
        return apply(body, bodies[0])
    return [Term(S.One, (Call(sp.Lambda(tuple(parts.values()), body), bodies),))]


def _function(expr: Any, scope: Scope) -> list[Term]:
    bodies = tuple(normal(expand(a, scope=scope)) for a in expr.args)
    if all(not m.parts for body in bodies for m in body):
        return [Term(expr.func(*(sp.Add(*(m.coef for m in body)) for body in bodies)))]
    if len(bodies) == 1:
        return apply(expr.func(Z), bodies[0])
    return [Term(S.One, (Call(expr.func, bodies),))]


def _hadamard(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return multiply(expand(a, row, column, scope) for a in expr.args)


def _hadamard_power(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    base, exponent = expr.args
    if not is_plain(exponent) or not scope.keys().isdisjoint(exponent.free_symbols):
        raise UnsupportedError(f"cannot write {expr} in index form: its exponent is not a plain scalar.")
    return power(normal(expand(base, row, column, scope)), exponent)


def _diag_matrix(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    vector = expr.args[0]
    entry = expand(vector, row, None, scope) if shape(vector)[1] == 1 else expand(vector, None, row, scope)
    return multiply([entry, _identity(expr, row, column, scope)])


def _diagonal_part(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return multiply([expand(expr.args[0], row, column, scope), _identity(expr, row, column, scope)])


def _dot(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    left, right = (a if shape(a)[1] == 1 else sp.Transpose(a) for a in expr.args)
    return expand(sp.MatMul(sp.Transpose(left), right), row, column, scope)


def _diagonal_of(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return expand(expr.args[0], row, row, scope)


def _entrywise(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    function, argument = expr.args
    body = normal(expand(argument, row, column, scope))
    if isinstance(function, sp.Lambda):
        (name,) = function.variables
        value = function.expr
        if value.is_polynomial(name) or not is_plain(value) or not scope.keys().isdisjoint(value.free_symbols - {name}):
            return expand(value, scope={**scope, name: body})
        return apply(value.xreplace({name: Z}), body)
    return apply(function(Z), body)


# Kronecker products, vec, blocks, slices: an index of parts.


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
    if type(matrix) is sp.MatPow and not matrix.args[1].is_Number:
        return expand(sp.MatPow(matrix.args[0], -matrix.args[1]), row, column, scope)
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
    if isinstance(matrix, sp.KroneckerProduct) and all(same_size(*shape(a)) for a in matrix.args):
        order = shape(matrix)[0]
        return expand(sp.Mul(*(sp.Determinant(a) ** sp.cancel(order / shape(a)[0]) for a in matrix.args)), scope=scope)
    if type(matrix) is sp.MatPow and not matrix.args[1].is_Number:
        return expand(sp.Pow(sp.Determinant(matrix.args[0]), matrix.args[1]), scope=scope)
    if isinstance(matrix, sp.Inverse):
        return expand(sp.Pow(sp.Determinant(matrix.arg), S.NegativeOne), scope=scope)
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
    sp.Piecewise: _cases, DotProduct: _dot, sp.ImmutableDenseMatrix: _explicit,
    DiagMatrix: _diag_matrix, DiagonalOf: _diagonal_of, DiagonalMatrix: _diagonal_part,
    sp.KroneckerProduct: _kronecker, Vec: _vec, BlockMatrix: _blocks, BlockDiagMatrix: _blocks, MatrixSlice: _slice,
}  # fmt: skip

__all__ = ["Scope", "expand", "slot"]
