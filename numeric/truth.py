"""Whether a statement holds at one instance, and the two sides when it is an equation.

A statement is an `Eq`, another relation between scalars, a predicate such as `Q.positive_definite(M)`, `ForAll`, `And`,
`Or`, `Not`, or a claim: any object with `.lhs .rhs .relation`, the relation one of `=`, `!=`, `<`, `<=`, `>`, `>=`,
`iff`, `implies`. `compile_statement` makes a function of an instance; a predicate's meaning is one row of `HOLDS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
import sympy as sp
from sympy import Basic
from sympy.assumptions import AppliedPredicate

from numeric.compile import compile_plan
from numeric.limits import Near, compile_approach, compile_limit
from numeric.minimisers import compile_minimisers
from numeric.predicates import HOLDS, ORDERED
from numeric.rings import OutsideRing, Ring, Undefined, Value, relative_error
from symbolic.errors import UnsupportedError
from symbolic.meaning import is_about_minimisers
from symbolic.nodes import ForAll

Env = Mapping[Basic, Value]
Shape = tuple[int, int]

_RELATIONS: dict[str, Callable[..., Any]] = {
    "!=": sp.Ne, "<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge,
}  # fmt: skip


# strict, and whether the left side is the smaller one
_COMPARED = {sp.Gt: (True, False), sp.Ge: (False, False), sp.Lt: (True, True), sp.Le: (False, True)}
ROUNDING = 1e-9  # relative


@dataclass
class Outcome:
    """Truth at an instance; `left` and `right` are the compared values of an equation, of the given shape.

    `at` is the value of a `ForAll` variable (symbol, value, shape) for which its relation fails; `detail` what else
    there is to tell of a limit (`numeric.limits.Tendency`) or of minimisers (`numeric.minimisers.Compared`).
    """

    holds: bool
    left: Value = None
    right: Value = None
    shape: Shape = (0, 0)
    error: float = 0.0  # of an equation in floating point, relative
    parts: tuple[Outcome, ...] = ()
    at: tuple[Basic, Value, Shape] | None = None
    detail: Any = None


Check = Callable[[Env], Outcome]


def relation_of(claim: Any) -> str:
    """`=`, `iff`, ... of a claim, `=` of an Eq, and "" of anything else (a predicate, an inequality, ForAll)."""
    if isinstance(claim, sp.Eq):
        return "="
    if isinstance(claim, Basic):
        return {sp.Equivalent: "iff", sp.Implies: "implies"}.get(type(claim), "")
    return str(claim.relation)


def sides_of(claim: Any) -> tuple[Any, Any]:
    """Left and right of a claim, an Eq, or an Equivalent/Implies of two statements."""
    return (claim.lhs, claim.rhs) if hasattr(claim, "lhs") else (claim.args[0], claim.args[1])


def as_statement(claim: Any) -> Any:
    """The SymPy form of a claim; `iff` and `implies` are kept as they are."""
    relation = relation_of(claim)
    if isinstance(claim, Basic) or relation in ("iff", "implies"):
        return claim
    if relation == "=":
        return sp.Eq(claim.lhs, claim.rhs, evaluate=False)
    if relation in _RELATIONS:
        return _RELATIONS[relation](claim.lhs, claim.rhs, evaluate=False)
    raise UnsupportedError(f"the relation {relation!r} is not checked numerically")


def compile_statement(
    claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int], certain: bool = False
) -> Check:
    """A function from instances to `Outcome`. Raises OutsideRing if the ring cannot decide it.

    In floating point an inequality or Ne within rounding holds, as a claim; with `certain`, as a premise, it fails.
    """
    claim = as_statement(claim)
    relation = relation_of(claim)
    setting = (sizes, ring, indices)
    if relation == "=":
        if isinstance(claim.lhs, sp.Limit) or isinstance(claim.rhs, sp.Limit):
            return _limit(claim, *setting)
        if is_about_minimisers(claim):
            return _minimisers(claim, *setting)
        return _equation(claim, *setting)
    if isinstance(claim, sp.Ne):
        return _difference(claim, *setting, certain)
    if type(claim) in _COMPARED:
        return _inequality(claim, *setting, certain)
    if relation == "implies":
        left, right = sides_of(claim)
        return _implication(compile_statement(left, *setting, not certain), compile_statement(right, *setting, certain))
    if relation == "iff":
        return _equivalence(*(_decided(side, *setting) for side in sides_of(claim)))
    if isinstance(claim, AppliedPredicate):
        return _predicate(claim, *setting)
    if isinstance(claim, Near):
        return _near(claim, *setting)
    if isinstance(claim, ForAll):
        return _for_all(claim, *setting, certain)
    if isinstance(claim, sp.Not) and isinstance(claim.args[0], sp.Eq):
        return _difference(sp.Ne(*claim.args[0].args, evaluate=False), *setting, certain)
    if isinstance(claim, sp.And | sp.Or | sp.Not):
        checks = [compile_statement(a, *setting, certain ^ isinstance(claim, sp.Not)) for a in claim.args]
        combine = {sp.And: all, sp.Or: any}.get(type(claim), lambda truths: not next(iter(truths)))
        return lambda env: Outcome(combine(check(env).holds for check in checks))
    plan = compile_plan([claim], *setting)
    if not ring.ordered:
        raise OutsideRing(f"{claim} is not decided over {ring.name}")
    return lambda env: Outcome(bool(plan(env)[0]))


def _equation(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    plan = compile_plan(claim.args, sizes, ring, indices)
    shape = plan.shapes[0]
    if ring.exact:

        def check(env: Env) -> Outcome:
            left, right = plan(env)
            return Outcome(ring.equal(left, right), left, right, shape)

    else:

        def check(env: Env) -> Outcome:
            left, right = plan(env)
            error = relative_error(left, right)
            if math.isnan(error):
                raise Undefined("a value is too large for floating point")
            return Outcome(error < 1e-6, left, right, shape, error)

    return check


def _difference(
    claim: sp.Ne, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int], certain: bool
) -> Check:
    """left != right, in any ring."""
    equal = _equation(sp.Eq(*claim.args, evaluate=False), sizes, ring, indices)

    def check(env: Env) -> Outcome:
        same = equal(env)
        return replace(same, holds=not same.holds if ring.exact or certain else same.error > 0, error=0.0)

    return check


def _limit(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    """`limit = value`: the outcome shows the value near the point beside the claimed one."""
    limit, value = claim.args if isinstance(claim.lhs, sp.Limit) else reversed(claim.args)
    if isinstance(value, sp.Limit):
        return _equation(claim, sizes, ring, indices)
    tends, shape = compile_limit(limit, value, sizes, ring, indices)

    def check(env: Env) -> Outcome:
        seen = tends(env)
        sides = (seen.shown, seen.expected) if limit is claim.lhs else (seen.expected, seen.shown)
        return Outcome(seen.holds, *sides, shape, detail=seen)

    return check


def _minimisers(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    compare = compile_minimisers(claim, sizes, ring, indices)

    def check(env: Env) -> Outcome:
        holds, sides = compare(env)
        return Outcome(holds, detail=sides)

    return check


def _near(claim: Near, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    """A hypothesis about the variable of a limit, wherever the limit is evaluated."""
    inner = compile_statement(claim.fact, sizes, ring, indices, certain=True)
    points = compile_approach(claim.limit, sizes, ring, indices)
    return lambda env: Outcome(all(inner({**env, claim.symbol: s}).holds for s in points(env)))


def _inequality(
    claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int], certain: bool
) -> Check:
    """A comparison of scalars. In floating point, what is equal up to rounding is true either way."""
    plan, (strict, swapped) = compile_plan(claim.args, sizes, ring, indices), _COMPARED[type(claim)]
    if not ring.ordered:
        raise OutsideRing(f"{claim} is not decided over {ring.name}")

    def check(env: Env) -> Outcome:
        left, right = plan(env)
        low, high = (left, right) if swapped else (right, left)
        if ring.exact:
            holds = ring.less(low, high) if strict else not ring.less(high, low)
        else:
            if not np.isfinite(high - low):
                raise Undefined("a value is too large for floating point")
            rounding = ROUNDING * (1 + abs(high) + abs(low))
            holds = bool(high - low > (rounding if certain else -rounding))
        return Outcome(holds, left, right, (1, 1))

    return check


def _implication(premise: Check, conclusion: Check) -> Check:
    def check(env: Env) -> Outcome:
        first, second = premise(env), conclusion(env)
        return Outcome(second.holds or not first.holds, parts=(first, second))

    return check


def _equivalence(left: Check, right: Check) -> Check:
    def check(env: Env) -> Outcome:
        first, second = left(env), right(env)
        return Outcome(first.holds == second.holds, parts=(first, second))

    return check


def _decided(statement: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    """Raises Undefined at instances where rounding decides."""
    loose = compile_statement(statement, sizes, ring, indices)
    if ring.exact:
        return loose
    firm = compile_statement(statement, sizes, ring, indices, certain=True)

    def check(env: Env) -> Outcome:
        outcome = loose(env)
        if outcome.holds != firm(env).holds:
            raise Undefined("too close to call in floating point")
        return outcome

    return check


def _for_all(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int], certain: bool) -> Check:
    """`relation` at the unit vectors and at random values: false as soon as one fails, true with confidence."""
    inner = compile_statement(claim.relation, sizes, ring, indices, certain)
    (rows, cols), rng = _shape(claim.symbol, sizes, ring), Random(1)
    values = [ring.unit(rows, cols, i, j) for i in range(rows) for j in range(cols)]
    values += [_random(ring, rows, cols, rng) for _ in range(rows * cols + 2)]

    def check(env: Env) -> Outcome:
        outcome = Outcome(True)
        for value in values:
            outcome = inner({**env, claim.symbol: value})
            if not outcome.holds:
                outcome.at = (claim.symbol, value, (rows, cols))
                break
        return outcome

    return check


def _shape(symbol: Basic, sizes: Mapping[Basic, int], ring: Ring) -> Shape:
    return compile_plan([symbol], sizes, ring).shapes[0]


def _random(ring: Ring, rows: int, cols: int, rng: Random) -> Value:
    items = [ring.choice(ring.random_choice(rng)) for _ in range(rows * cols)]
    return items[0] if rows == cols == 1 else ring.build(rows, cols, items)


def _predicate(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    name = str(claim.function.name)
    holds = HOLDS.get(name)
    if holds is None or len(claim.arguments) != 1:
        raise UnsupportedError(f"the predicate {claim} is not checked numerically")
    if name in ORDERED and not ring.ordered:
        raise OutsideRing(f"{claim} is not decided over {ring.name}, which has no order")
    plan = compile_plan(claim.arguments, sizes, ring, indices)
    shape = plan.shapes[0]

    def check(env: Env) -> Outcome:
        (value,) = plan(env)
        return Outcome(holds(ring, value, shape), value, None, shape)

    return check
