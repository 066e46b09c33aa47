"""Limits at an instance: the expression evaluated very near the point, exactly, and what that says of the limit.

Over the rationals, at distances 10^-30 and 10^-60 (at 10^30 and 10^60 for infinity). Where all other symbols are small
numbers, a rational function that converges is then within a power of the distance of its limit, and one that does not
is far from it: the two cases cannot be confused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from sympy import Basic

from numeric.compile import compile_plan
from numeric.rings import OutsideRing, RationalRing, Ring, Value

DIGITS = (30, 60)
SMALL = 1e-12  # an error below this, and shrinking, is an error that vanishes

Near = Callable[[Mapping[Basic, Value]], tuple[bool, Value, Value]]


def compile_limit(
    limit: sp.Limit, value: Basic, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]
) -> tuple[Near, tuple[int, int]]:
    """A function from instances to (does it tend to the value, its value near the point, the value), and their shape.

    Raises OutsideRing for rings other than the rationals.
    """
    if not isinstance(ring, RationalRing):
        raise OutsideRing(f"a limit is evaluated over the rationals, not over {ring.name}")
    expr, symbol, point, side = limit.args
    plan, target = compile_plan([expr], sizes, ring, indices), compile_plan([value], sizes, ring, indices)

    def near(env: Mapping[Basic, Value]) -> tuple[bool, Value, Value]:
        (expected,) = target(env)
        errors, here = [], None
        for digits in DIGITS:
            (here,) = plan({**env, symbol: _close_to(ring, point, str(side), digits, env)})
            errors.append(_size(ring, ring.add(here, ring.negate(expected)), plan.shapes[0]))
        scale = 1 + _size(ring, expected, plan.shapes[0])
        return errors[1] <= SMALL * scale and errors[1] <= 1e-6 * errors[0] + 1e-40 * scale, here, expected

    return near, plan.shapes[0]


def _close_to(ring: Ring, point: Any, side: str, digits: int, env: Mapping[Basic, Value]) -> Value:
    if point.is_infinite:
        return ring.scalar(10**digits if point > 0 else -(10**digits))
    step = ring.scalar(-1 if side == "-" else 1, 10**digits)
    if point.is_Rational:
        return ring.add(ring.scalar(int(point.p), int(point.q)), step)
    return ring.add(env[point], step)


def _size(ring: Ring, value: Value, shape: tuple[int, int]) -> float:
    """The largest entry, as a float."""
    items = [value] if shape == (1, 1) else ring.entries(value)
    return max(abs(int(x.p)) / int(x.q) for x in items)


__all__ = ["compile_limit"]
