"""Functions of scalars and of entries, cases, Hadamard products, diagonals."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.hadamard import HadamardPower

from symbolic.errors import UnsupportedError
from symbolic.functions import Z
from symbolic.normal import apply, normal, power
from symbolic.reading.core import Reader, Scope, abstracted, expand, identity
from symbolic.shapes import SCALAR, SCALAR_FUNCTIONS, shape
from symbolic.terms import (
    Call,
    Slot,
    Term,
    is_plain,
    multiply,
)  # fmt: skip


def _cases(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    if shape(expr) != SCALAR:
        raise UnsupportedError(f"cannot write {expr} in index form: it chooses between matrices.")
    return abstracted(expr, scope)


def _function(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
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
    return multiply([entry, identity(expr, row, column, scope)])


def _diagonal_part(expr: Any, row: Slot, column: Slot, scope: Scope) -> list[Term]:
    return multiply([expand(expr.args[0], row, column, scope), identity(expr, row, column, scope)])


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


READERS: dict[type, Reader] = {
    sp.HadamardProduct: _hadamard, HadamardPower: _hadamard_power, ElementwiseApplyFunction: _entrywise,
    DiagMatrix: _diag_matrix, DiagonalOf: _diagonal_of, DiagonalMatrix: _diagonal_part, DotProduct: _dot,
    sp.Piecewise: _cases, **dict.fromkeys(SCALAR_FUNCTIONS, _function),
}  # fmt: skip

__all__ = ["READERS"]
