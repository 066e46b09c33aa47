"""Derivatives that are not evaluated: a sub-plan in the tangent ring, once for each entry of the variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Basic, MatrixSymbol, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from numeric.handlers.table import handles, sub_plan
from numeric.plan import Builder, Slot
from numeric.rings import Value
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.nodes import Gradient, Hessian, Jacobian, is_single


def _slopes(b: Builder, expr: Basic, wrt: Basic, places: Callable[[int, int], list[tuple[int, int]]]) -> Slot:
    """A register with the list of derivatives of `expr` by the chosen entries of `wrt`; its shape is that of `expr`."""
    outer = b.ring
    tangent = outer.tangent()
    plan, reads = sub_plan(b, [expr], tangent)
    rows, cols = b.shapes[b.node(wrt)]
    units = [outer.unit(rows, cols, i, j) for i, j in places(rows, cols)]
    zero = outer.zeros(*plan.shapes[0])
    position = next((k for k, (s, _, _) in enumerate(plan.inputs) if s == wrt), None)
    if position is None:
        return b.emit_many(lambda r: [zero] * len(units), [], plan.shapes[0])
    varying, output = plan.slots[position], plan.outputs[0]
    fixed, moving = plan.split(varying)

    def slopes(values: list[Value]) -> list[Value]:
        registers = plan.template[:]
        for slot, value in zip(plan.slots, values, strict=True):
            registers[slot] = tangent.lift(value) if outer.exact else value
        plan._execute(registers, fixed)

        def run(seeded: Value) -> Value:
            registers[varying] = seeded
            plan._execute(registers, moving)
            return registers[output]

        return [outer.derive(run, values[position], unit, zero) for unit in units]

    return b.emit_many(slopes, reads, plan.shapes[0])


def _columns_first(rows: int, cols: int) -> list[tuple[int, int]]:
    return [(i, j) for j in range(cols) for i in range(rows)]


def _require_variable(e: Any) -> None:
    if not isinstance(e.args[1], MatrixSymbol | Symbol):
        raise UnsupportedError(f"{e}: derivatives are taken by a matrix or scalar symbol, not by {e.args[1]}")


@handles(Jacobian)
def _jacobian(b: Builder, e: Any) -> Slot:
    if is_single(e.args[1]):
        return b.node(_Partial(*e.args))
    _require_variable(e)
    slopes = _slopes(b, e.args[0], e.args[1], _columns_first)
    (m, k), (p, q) = b.shapes[slopes], b.shapes[b.node(e.args[1])]
    ring, places = b.ring, _columns_first(m, k)
    rows, cols = m * k, p * q
    if rows == 1:
        return b.emit_many(lambda r: r[0][0] if cols == 1 else ring.build(1, cols, r[0]), [slopes], (1, cols))

    def stack(r: list[Value]) -> Value:
        return ring.build(rows, cols, [ring.entry(column, i, j) for i, j in places for column in r[0]])

    return b.emit_many(stack, [slopes], (rows, cols))


@handles(Gradient)
def _gradient(b: Builder, e: Any) -> Slot:
    _require_variable(e)
    slopes = _slopes(b, e.args[0], e.args[1], lambda p, q: [(i, j) for i in range(p) for j in range(q)])
    if b.shapes[slopes] != (1, 1):
        raise ShapeError(f"the gradient of {e.args[0]} does not exist: it is not a scalar; take its Jacobian")
    p, q = b.shapes[b.node(e.args[1])]
    ring = b.ring
    return b.emit_many(lambda r: r[0][0] if p == q == 1 else ring.build(p, q, r[0]), [slopes], (p, q))


@handles(Hessian)
def _hessian(b: Builder, e: Any) -> Slot:
    return b.node(Jacobian(Gradient(e.args[0], e.args[1]), e.args[1]))


@handles(sp.Derivative)
def _derivative(b: Builder, e: Any) -> Slot:
    """By one variable after the other (SymPy would merge nested Derivative nodes again)."""
    total = e.expr
    for variable, count in e.variable_count:
        for _ in range(int(count)):
            total = _Partial(total, variable)
    return b.node(total)


class _Partial(sp.Expr):
    """Derivative of args[0] by the scalar symbol or entry args[1], once."""


@handles(_Partial)
def _partial(b: Builder, e: Any) -> Slot:
    expr, wrt = e.args
    if isinstance(wrt, MatrixElement):
        symbol = wrt.parent
        rows, cols = b.shapes[b.node(symbol)]
        place = (b.index(wrt.i, rows, wrt), b.index(wrt.j, cols, wrt))
    elif isinstance(wrt, Symbol) and b.integer(wrt) is None:
        symbol, place = wrt, (0, 0)
    else:
        raise UnsupportedError(f"derivatives are taken by a scalar symbol or by an entry, not by {wrt} (of {expr})")
    slopes = _slopes(b, expr, symbol, lambda p, q: [place])
    return b.emit_many(lambda r: r[0][0], [slopes], b.shapes[slopes])
