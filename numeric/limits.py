"""Limits at an instance: the expression evaluated very near the point, and what that says of the limit.

Over the rationals, at the distances 10^-40, 10^-80 and 10^-120 (at 10^40, ... for infinity). All other symbols are
small numbers there, so the error of a rational function that tends to a value falls with each step by a power of
10^-40, and the error of one that does not stays as it is or grows: the two cases cannot be confused, and what is
neither is left undecided. The limit itself is the fraction with a small denominator that all three are near.

In floating point, at the distances 10^-1 to 10^-6, where the order of convergence is observed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq
from sympy import Basic
from sympy.logic.boolalg import Boolean

from numeric.compile import compile_plan, handles
from numeric.plan import Builder, Register, Slot
from numeric.rings import OutsideRing, RationalRing, Ring, Undefined, Value
from symbolic.errors import UnsupportedError

Env = Mapping[Basic, Value]
DIGITS = (40, 80, 120)
SHOWN = 3  # the distance 10^-3 is near enough to be shown
FLOAT_DIGITS = (1, 2, 3, 4, 5, 6)
SIMPLE = 10**30  # denominators of limits are smaller
FALLS = fmpq(1, 1000)  # of an error that vanishes, each is at most this part of the one before
STAYS = fmpq(999, 1000)  # of one that does not, at least this part


@dataclass(frozen=True)
class Tendency:
    """What is seen of `limit = value` at an instance.

    holds:    whether the errors vanish
    expected: the claimed value
    limit:    the exact limit; None in floating point, or if there is none
    at, here: a value of the variable near the point, and the expression there
    order:    the errors fall like the distance to this power (in floating point; None if there are no errors)
    """

    holds: bool
    expected: Value
    limit: Value
    at: Value
    here: Value
    order: float | None = None

    @property
    def shown(self) -> Value:
        return self.here if self.limit is None else self.limit


class Near(Boolean):
    """`Near(fact, limit)`: a hypothesis about the variable of the limit, wherever the limit is evaluated."""

    fact = property(lambda self: self.args[0])
    limit = property(lambda self: self.args[1])
    symbol = property(lambda self: self.args[1].args[1])

    def __new__(cls, fact: Basic, limit: sp.Limit) -> Near:
        return Basic.__new__(cls, fact, limit)

    @property
    def free_symbols(self) -> set[Basic]:
        return (self.fact.free_symbols - {self.symbol}) | self.limit.args[2].free_symbols


class _Approach:
    """The values of the variable at which a limit is evaluated, and the plan for the expression."""

    def __init__(
        self, limit: sp.Limit, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int] | None = None
    ) -> None:
        expr, self.symbol, point, side = limit.args
        if not isinstance(self.symbol, sp.Symbol):
            raise UnsupportedError(f"the variable of {limit} is not a symbol")
        if ring.exact and not isinstance(ring, RationalRing):
            raise OutsideRing(f"{limit} is evaluated over the rationals or floats, not over {ring.name}")
        self.ring, self.plan = ring, compile_plan([expr], sizes, ring, indices)
        self.shape = self.plan.shapes[0]
        self.signs = {"+": (1,), "-": (-1,)}.get(str(side), (1, -1))
        self.infinite = bool(point.is_infinite)
        if self.infinite:
            self.signs = (1,) if point.is_extended_positive else (-1,)
        self.centre = compile_plan([sp.S.Zero if self.infinite else point], sizes, ring, indices)
        self.oscillates = expr.has(sp.sin, sp.cos, sp.tan)

    def at(self, env: Env, digits: int, sign: int) -> Value:
        """The point, or the number, that is 10^-digits (for infinity, 10^digits) away on one side."""
        step = self.ring.scalar(sign * 10**digits) if self.infinite else self.ring.scalar(sign, 10**digits)
        return self.ring.add(self.centre(env)[0], step)

    def values(self, env: Env, digits: Sequence[int], sign: int) -> list[Value]:
        return [self.plan({**env, self.symbol: self.at(env, k, sign)})[0] for k in digits]

    def entries(self, value: Value) -> list[Value]:
        return [value] if self.shape == (1, 1) else self.ring.entries(value)

    def errors(self, values: Sequence[Value], expected: Value) -> list[Value]:
        """The largest entry of each difference."""
        minus = self.ring.negate(expected)
        return [max(abs(x) for x in self.entries(self.ring.add(value, minus))) for value in values]

    def limit(self, values: Sequence[Value]) -> Value:
        """The exact limit that these values, at `DIGITS`, tend to; None if they tend to none."""
        found = []
        for column in zip(*map(self.entries, values), strict=True):
            nearest = Fraction(int(column[-1].p), int(column[-1].q)).limit_denominator(SIMPLE)
            simple = fmpq(nearest.numerator, nearest.denominator)
            if vanishes([abs(x - simple) for x in column]) is not True:
                return None
            found.append(simple)
        return found[0] if self.shape == (1, 1) else self.ring.build(*self.shape, found)


def compile_approach(
    limit: sp.Limit, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]
) -> Callable[[Env], list[Value]]:
    """The values of the variable at which `compile_limit` evaluates."""
    approach = _Approach(limit, sizes, ring, indices)
    digits = DIGITS if ring.exact else FLOAT_DIGITS
    return lambda env: [approach.at(env, k, sign) for sign in approach.signs for k in digits]


def compile_limit(
    limit: sp.Limit, value: Basic, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]
) -> tuple[Callable[[Env], Tendency], tuple[int, int]]:
    """A function from instances to what is seen of `limit = value` there, and the shape of both.

    The function raises Undefined where nothing can be told. Raises OutsideRing modulo a prime.
    """
    approach, target = _Approach(limit, sizes, ring, indices), compile_plan([value], sizes, ring, indices)
    seen = _exactly if ring.exact else _in_floats

    def tends(env: Env) -> Tendency:
        (expected,) = target(env)
        sides = [seen(approach, env, sign, expected) for sign in approach.signs]
        return next((side for side in sides if not side.holds), sides[0])

    return tends, approach.shape


def _exactly(approach: _Approach, env: Env, sign: int, expected: Value) -> Tendency:
    values = approach.values(env, DIGITS, sign)
    holds = vanishes(approach.errors(values, expected))
    if holds is None:
        raise Undefined("what it tends to is not decided")
    at = approach.at(env, SHOWN, sign)
    if holds:
        return Tendency(True, expected, expected, at, values[0])
    (here,) = approach.plan({**env, approach.symbol: at})
    return Tendency(False, expected, approach.limit(values), at, here)


def vanishes(errors: Sequence[Any]) -> bool | None:
    """Whether errors at falling distances (fractions) tend to 0; None if that is not clear."""
    if all(error == 0 for error in errors):
        return True
    pairs = [*pairwise(errors)]
    if all(after <= FALLS * before for before, after in pairs):
        return True
    return False if all(after >= STAYS * before and after != 0 for before, after in pairs) else None


def _in_floats(approach: _Approach, env: Env, sign: int, expected: Value) -> Tendency:
    found = []
    for digits in FLOAT_DIGITS:
        try:
            found += [(digits, value) for value in approach.values(env, [digits], sign)]
        except Undefined:  # exp of a million
            continue
    errors = approach.errors([value for _, value in found], expected)
    if len(errors) < 3 or not all(map(math.isfinite, errors)):
        raise Undefined("too few values near the point")
    scale = 1 + float(np.abs(expected).max())
    order = _order([digits for digits, _ in found], errors, 1e-10 * scale)
    holds = min(errors) <= 1e-5 * scale or (order is not None and order > 0.3)
    stays = all(after >= 0.99 * before for before, after in pairwise(errors[-3:]))
    if not holds and (not stays or min(errors) <= 1e-3 * scale or approach.oscillates):
        raise Undefined("what it tends to is not decided in floating point")
    digits, here = found[int(np.argmin(errors)) if holds else min(SHOWN, len(found)) - 1]
    return Tendency(holds, expected, None, approach.at(env, digits, sign), here, order if holds else None)


def _order(digits: Sequence[int], errors: Sequence[float], rounding: float) -> float | None:
    """The power of the distance with which errors fall, from the last three above rounding; None if they show none."""
    above = [(d, math.log10(e)) for d, e in zip(digits, errors, strict=True) if e > rounding]
    if len(above) < 3:
        return None
    before, last = ((a[1] - b[1]) / (b[0] - a[0]) for a, b in pairwise(above[-3:]))
    return last if abs(last - before) < 0.1 and last > 0 else None


@handles(sp.Limit)
def _limit(b: Builder, e: Any) -> Slot:
    """The exact limit, over the rationals; Undefined where there is none."""
    if not isinstance(b.ring, RationalRing):
        raise OutsideRing(f"{e} inside an expression is evaluated over the rationals only")
    indices = {s: v for s, v in b.bound.items() if isinstance(v, int)}
    approach = _Approach(e, {**b.integers, **indices}, b.ring)
    shapes = {s: (rows, cols) for plan in (approach.plan, approach.centre) for s, rows, cols in plan.inputs}
    shapes.pop(approach.symbol, None)
    reads = [_outer(b, s, shape) for s, shape in shapes.items()]

    def value(values: list[Value]) -> Value:
        env = dict(zip(shapes, values, strict=True))
        sides = [approach.limit(approach.values(env, DIGITS, sign)) for sign in approach.signs]
        if sides[0] is None or any(side is None or side != sides[0] for side in sides):
            raise Undefined(f"{e} has no limit that was found")
        return sides[0]

    return b.emit_many(value, reads, approach.shape)


def _outer(b: Builder, symbol: Basic, shape: tuple[int, int]) -> Slot:
    bound = b.bound.get(symbol)
    return bound.slot if isinstance(bound, Register) else b.input(symbol, shape)


def approached(limit: sp.Limit) -> str:
    """`lambda -> 0+`, `lambda -> infinity`."""
    _, symbol, point, side = limit.args
    if point.is_infinite:
        return f"{symbol} -> {'' if point.is_extended_positive else '-'}infinity"
    return f"{symbol} -> {point}{side if str(side) in ('+', '-') else ''}"


__all__ = ["Near", "Tendency", "approached", "compile_approach", "compile_limit", "vanishes"]
