"""Symbols, constants, sums, products, powers, transposes, traces, determinants; entries and sums over an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy import Basic, MatrixSymbol, Symbol
from sympy.matrices.expressions import special
from sympy.matrices.expressions.matexpr import MatrixElement

from numeric.handlers.table import handles
from numeric.plan import Builder, Register, Slot
from numeric.rings import OutsideRing, Undefined
from symbolic.errors import PushthroughError, ShapeError, UnsupportedError
from symbolic.nodes import Commutation, MatrixSum
from symbolic.shapes import shape


@handles(MatrixSymbol)
def _matrix_symbol(b: Builder, e: Any) -> Slot:
    return b.input(e, (b.size(e.args[1]), b.size(e.args[2])))


@handles(Symbol, sp.Dummy)
def _symbol(b: Builder, e: Symbol) -> Slot:
    bound = b.bound.get(e)
    if isinstance(bound, Register):
        return bound.slot
    value = b.integer(e)
    return b.number(value) if value is not None else b.input(e, (1, 1))


@handles(sp.Rational)
def _rational(b: Builder, e: Any) -> Slot:
    return b.number(int(e.p), int(e.q))


@handles(sp.Float)
def _float(b: Builder, e: sp.Float) -> Slot:
    if not b.ring.exact:
        return b.constant(("float", float(e)), lambda: b.ring.number(float(e)))  # type: ignore[attr-defined]
    exact = sp.Rational(str(e))  # the decimal that was written, not its binary neighbour
    return b.number(int(exact.p), int(exact.q))


@handles(sp.NumberSymbol)
def _number_symbol(b: Builder, e: Any) -> Slot:
    if b.ring.exact:
        return b.emit(b.ring.function(str(e)), 0, None, (1, 1))  # raises OutsideRing
    return b.constant(e, lambda: b.ring.number(float(e)))  # type: ignore[attr-defined]


@handles(special.Identity)
def _identity(b: Builder, e: Any) -> Slot:
    n = b.size(e.args[0])
    return b.constant(("identity", n), lambda: b.ring.identity(n), (n, n))


@handles(special.ZeroMatrix)
def _zero(b: Builder, e: Any) -> Slot:
    rows, cols = b.size(e.args[0]), b.size(e.args[1])
    return b.constant(("zero", rows, cols), lambda: b.ring.zeros(rows, cols), (rows, cols))


@handles(special.OneMatrix)
def _ones(b: Builder, e: Any) -> Slot:
    rows, cols = b.size(e.args[0]), b.size(e.args[1])
    return b.constant(("ones", rows, cols), lambda: b.ring.ones(rows, cols), (rows, cols))


@handles(Commutation)
def _commutation(b: Builder, e: Any) -> Slot:
    m, n = map(b.size, e.args)
    if m == 1 or n == 1:
        return b.constant(("identity", m * n), lambda: b.ring.identity(m * n), (m * n, m * n))
    zero, one = b.ring.scalar(0), b.ring.scalar(1)
    cells = [one if (r // n, r % n) == (k % m, k // m) else zero for r in range(m * n) for k in range(m * n)]
    return b.constant(("commutation", m, n), lambda: b.ring.build(m * n, m * n, cells), (m * n, m * n))


@handles(sp.ImmutableDenseMatrix)
def _explicit(b: Builder, e: Any) -> Slot:
    return b.build(e.rows, e.cols, [b.node(x) for x in e.flat()])




@handles(sp.Add, sp.MatAdd)
def _add(b: Builder, e: Basic) -> Slot:
    return b.add([b.node(a) for a in e.args], e)


def _factors(e: Basic) -> Iterable[Basic]:
    for a in e.args:
        if isinstance(a, sp.MatMul | sp.Mul):
            yield from _factors(a)
        else:
            yield a


@handles(sp.Mul, sp.MatMul)
def _mul(b: Builder, e: Basic) -> Slot:
    factors = list(_factors(e))
    slots = [b.node(a) for a in factors if a is not sp.S.NegativeOne]
    total = b.product(slots, e) if slots else b.number(1)
    if (len(factors) - len(slots)) % 2 == 0:
        return total
    return b.emit(b.ring.negate, total, None, b.shapes[total])


@handles(sp.Pow, sp.MatPow, sp.Inverse)
def _pow(b: Builder, e: Basic) -> Slot:
    base, exponent = e.args[0], e.args[1]
    k = b.fraction(exponent)
    slot = b.node(base)
    if k is not None and k.denominator == 1:
        return b.power(slot, int(k), e)
    if b.shapes[slot] != (1, 1):
        raise UnsupportedError(f"{e}: only integer powers of a matrix are evaluated")
    if k is not None:
        p, q, ring = k.numerator, k.denominator, b.ring
        return b.emit_many(lambda r: ring.root(r[0], p, q), [slot], (1, 1))
    if b.ring.exact:
        raise OutsideRing(f"{e}: the exponent {exponent} is neither an integer nor a fraction")
    return b.emit(_real_power, slot, b.node(exponent), (1, 1))


def _real_power(s: Any, t: Any) -> Any:
    """s^t where it is a real number: a negative number has whole powers only."""
    if (np.real(s) < 0 and np.real(t) != np.round(np.real(t))) or (s == 0 and np.real(t) < 0):
        raise Undefined(f"{s} has no real power {t}")
    return s**t


@handles(sp.Transpose, sp.Adjoint)
def _transpose(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    return slot if rows == cols == 1 else b.emit(b.ring.transpose, slot, None, (cols, rows))


@handles(sp.Trace)
def _trace(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    if rows != cols:
        raise ShapeError(f"the trace of {e.args[0]} does not exist: it is {rows} x {cols}")
    ring = b.ring
    return slot if rows == 1 else b.emit_many(lambda r: ring.trace(r[0], rows), [slot], (1, 1))


@handles(sp.Determinant)
def _determinant(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    if rows != cols:
        raise ShapeError(f"the determinant of {e.args[0]} does not exist: it is {rows} x {cols}")
    return slot if rows == 1 else b.emit(b.ring.det, slot, None, (1, 1))




@handles(MatrixElement)
def _element(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    return b.entry(slot, b.index(e.args[1], rows, e), b.index(e.args[2], cols, e))


@handles(sp.KroneckerDelta)
def _delta(b: Builder, e: Any) -> Slot:
    i, j = b.integer(e.args[0]), b.integer(e.args[1])
    if i is None or j is None:
        raise PushthroughError(f"an index of {e} has no value: give integers (0-based) for its indices")
    return b.number(1 if i == j else 0)


@handles(sp.Sum, MatrixSum, sp.Product)
def _sum(b: Builder, e: Any) -> Slot:
    """Unrolled; in `Sum(f, (i, ...), (j, ...))` j is outermost. A product likewise."""

    def walk(limits: Sequence[Any]) -> list[Slot]:
        if not limits:
            return [b.node(e.function)]
        symbol, low, high = limits[-1]
        first, last = b.integer(low), b.integer(high)
        if first is None or last is None:
            raise PushthroughError(f"the range {low}..{high} of {symbol} in {e} has no value")
        saved = dict(b.bound)
        slots: list[Slot] = []
        for k in range(first, last + 1):
            b.bound = {**saved, symbol: k}
            slots += walk(limits[:-1])
        b.bound = saved
        return slots

    slots = walk(e.limits)
    if isinstance(e, sp.Product):
        return b.product(slots, e) if slots else b.number(1)
    if slots:
        return b.add(slots, e)
    rows, cols = (b.size(size) for size in shape(e.function))
    return b.constant(("zero", rows, cols), lambda: b.ring.zeros(rows, cols), (rows, cols))
