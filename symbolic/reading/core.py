"""The table of readers, and what they share: names that stand for something else while a part is read.

`expand` looks a node up in READERS, which `symbolic.expand` fills from the other files of this folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom, BooleanFunction
from sympy.matrices.expressions.funcmatrix import FunctionMatrix

from symbolic.errors import UnsupportedError
from symbolic.normal import apply, normal
from symbolic.shapes import SCALAR, shape
from symbolic.terms import (
    COLUMN,
    ROW,
    Call,
    Delta,
    Entry,
    Index,
    Monomial,
    Slot,
    Term,
    atom,
    fresh,
    index_placeholder,
    is_plain,
    multiply,
    placeholder,
)  # fmt: skip

# What a name stands for while a part is read: the index of a sum, or a scalar form put for a placeholder.
Scope: TypeAlias = Mapping[Basic, "Running | tuple[Monomial, ...]"]
Reader: TypeAlias = "Callable[[Any, Slot, Slot, Scope], list[Term]]"
READERS: dict[type, Reader] = {}


class Running(NamedTuple):
    """What the name of a sum stands for: `index`, which counts from 0, plus `first`."""

    index: Index
    first: Expr


def expand(expr: Basic, row: Slot = None, column: Slot = None, scope: Scope | None = None) -> list[Term]:
    """The terms of entry (row, column) of `expr`; None for an index of size 1.

    Raises ShapeError where sizes clash, and UnsupportedError, naming the node, where it cannot be written in indices.
    """
    scope = scope or {}
    if is_plain(expr):
        return _plain(expr, scope)
    reader = READERS.get(type(expr))
    if reader is not None:
        return reader(expr, row, column, scope)
    return opaque(expr, row, column, scope)


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
        return READERS.get(type(expr), opaque)(expr, None, None, scope)
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


def opaque(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    shape(expr)
    if scope and not scope.keys().isdisjoint(expr.free_symbols):
        raise UnsupportedError(f"cannot write {expr} ({type(expr).__name__}) in index form.")
    return [Term(S.One, (Entry(atom(expr, symmetric=shape(expr) == SCALAR), row, column),))]


def slot(size: Expr) -> Slot:
    """A new bound index, or None for size 1."""
    return None if size == 1 else Index(size)


def identity(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    """A delta of row and column."""
    return [Term(S.One, () if row is None or column is None else (Delta(row, column),))]


def argument(matrix: Basic, scope: Scope) -> tuple[tuple[Monomial, ...], tuple[Monomial, ...]]:
    """A square matrix and its transpose in normal form, in the indices ROW and COLUMN."""
    if scope and not scope.keys().isdisjoint(matrix.free_symbols):
        raise UnsupportedError(f"cannot invert {matrix}: it depends on the index of a sum.")
    size = shape(matrix)[0]
    row, column = Index(size, ROW), Index(size, COLUMN)
    return normal(expand(matrix, row, column)), normal(expand(matrix, column, row))


_TRANSPARENT = (sp.Piecewise, ExprCondPair, Relational, BooleanFunction, BooleanAtom)  # a Symbol is a Boolean too


def abstracted(expr: Any, scope: Scope) -> list[Term]:
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


__all__ = ["READERS", "Reader", "Running", "Scope", "abstracted", "argument", "expand", "identity", "opaque", "slot"]
