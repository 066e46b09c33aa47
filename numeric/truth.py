"""Whether a statement holds at one instance, and the two sides when it is an equation.

A statement is an `Eq`, another relation between scalars, a predicate such as `Q.positive_definite(M)`, `ForAll`, `And`,
`Or`, `Not`, or a claim: any object with `.lhs .rhs .relation`, the relation one of `=`, `!=`, `<`, `<=`, `>`, `>=`,
`iff`, `implies`. `compile_statement` makes a function of an instance; a predicate's meaning is one row of `HOLDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq_mat, nmod_mat
from sympy import Basic
from sympy.assumptions import AppliedPredicate

from numeric.compile import compile_plan
from numeric.limits import compile_limit
from numeric.rings import OutsideRing, Ring, Value, relative_error
from symbolic.errors import UnsupportedError
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

    `at` is the value of a `ForAll` variable (symbol, value, shape) for which its relation fails.
    """

    holds: bool
    left: Value = None
    right: Value = None
    shape: Shape = (0, 0)
    error: float = 0.0  # of an equation in floating point, relative
    parts: tuple[Outcome, ...] = ()
    at: tuple[Basic, Value, Shape] | None = None


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


def compile_statement(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    """A function from instances to `Outcome`. Raises OutsideRing if the ring cannot decide it."""
    claim = as_statement(claim)
    relation = relation_of(claim)
    if relation == "=":
        limits = [side for side in claim.args if isinstance(side, sp.Limit)]
        if limits:
            return _limit(claim, limits[0], sizes, ring, indices)
        return _equation(claim, sizes, ring, indices)
    if isinstance(claim, sp.Ne):
        equal = _equation(sp.Eq(*claim.args, evaluate=False), sizes, ring, indices)
        return lambda env: Outcome(not equal(env).holds)
    if type(claim) in _COMPARED:
        return _inequality(claim, sizes, ring, indices)
    if relation in ("iff", "implies"):
        left, right = (compile_statement(side, sizes, ring, indices) for side in sides_of(claim))
        return _connective(left, right, relation)
    if isinstance(claim, AppliedPredicate):
        return _predicate(claim, sizes, ring, indices)
    if isinstance(claim, ForAll):
        return _for_all(claim, sizes, ring, indices)
    if isinstance(claim, sp.And | sp.Or | sp.Not):
        checks = [compile_statement(a, sizes, ring, indices) for a in claim.args]
        combine = {sp.And: all, sp.Or: any}.get(type(claim), lambda truths: not next(iter(truths)))
        return lambda env: Outcome(combine(check(env).holds for check in checks))
    plan = compile_plan([claim], sizes, ring, indices)
    if not ring.ordered:
        raise OutsideRing(f"{claim} is not decided over {ring.name}")
    return lambda env: Outcome(bool(plan(env)[0]))


def _equation(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    plan = compile_plan([claim.lhs, claim.rhs], sizes, ring, indices)
    shape = plan.shapes[0]
    if ring.exact:

        def check(env: Env) -> Outcome:
            left, right = plan(env)
            return Outcome(ring.equal(left, right), left, right, shape)

    else:

        def check(env: Env) -> Outcome:
            left, right = plan(env)
            error = relative_error(left, right)
            return Outcome(error < 1e-6, left, right, shape, error)

    return check


def _limit(
    claim: Any, limit: sp.Limit, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]
) -> Check:
    """`limit = value`: the outcome shows the value near the point beside the claimed one."""
    value = claim.rhs if limit is claim.lhs else claim.lhs
    near, shape = compile_limit(limit, value, sizes, ring, indices)

    def check(env: Env) -> Outcome:
        holds, here, expected = near(env)
        sides = (here, expected) if limit is claim.lhs else (expected, here)
        return Outcome(holds, *sides, shape)

    return check


def _inequality(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    """A comparison of scalars. In floating point, what is equal up to rounding is true either way."""
    if not ring.ordered:  # asked for often, and no message is read: none is made of the claim
        raise OutsideRing(f"an inequality is not decided over {ring.name}")
    plan, (strict, swapped) = compile_plan(claim.args, sizes, ring, indices), _COMPARED[type(claim)]

    def check(env: Env) -> Outcome:
        left, right = plan(env)
        low, high = (left, right) if swapped else (right, left)
        if ring.exact:
            holds = ring.less(low, high) if strict else not ring.less(high, low)
        else:
            holds = bool(high - low > -ROUNDING * (abs(high) + abs(low)))
        return Outcome(holds, left, right, (1, 1))

    return check


def _connective(left: Check, right: Check, relation: str) -> Check:
    def check(env: Env) -> Outcome:
        first, second = left(env), right(env)
        true = second.holds or not first.holds
        if relation == "iff":
            true = first.holds == second.holds
        return Outcome(true, parts=(first, second))

    return check


def _for_all(claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> Check:
    """`relation` at the unit vectors and at random values: false as soon as one fails, true with confidence."""
    inner = compile_statement(claim.relation, sizes, ring, indices)
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


# ---- predicates


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


def rank(ring: Ring, value: Value, shape: Shape) -> int:
    """Rank of a value over its ring (numerical rank for floats)."""
    if shape == (1, 1):
        return 0 if ring.is_zero(value) else 1
    if isinstance(value, fmpq_mat | nmod_mat):
        return value.rank()
    return int(np.linalg.matrix_rank(value))


def _rows(ring: Ring, value: Value, shape: Shape) -> list[list[Value]]:
    items = [value] if shape == (1, 1) else ring.entries(value)
    return [items[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]


def _same(ring: Ring, a: Value, b: Value) -> bool:
    return ring.equal(a, b) if ring.exact else relative_error(a, b) < 1e-8


def _transposed(ring: Ring, value: Value, shape: Shape) -> Value:
    return value if shape == (1, 1) else ring.transpose(value)


def _symmetric(ring: Ring, value: Value, shape: Shape) -> bool:
    return shape[0] == shape[1] and _same(ring, value, _transposed(ring, value, shape))


def _skew(ring: Ring, value: Value, shape: Shape) -> bool:
    return shape[0] == shape[1] and _same(ring, value, ring.negate(_transposed(ring, value, shape)))


def _product(ring: Ring, a: Value, b: Value, shape: Shape) -> Value:
    return ring.times(a, b) if shape == (1, 1) else ring.matmul(a, b)


def _orthonormal_columns(ring: Ring, value: Value, shape: Shape) -> bool:
    m, n = shape
    gram = _product(ring, _transposed(ring, value, shape), value, shape)
    if n == 1 and m > 1:
        gram = ring.entry(gram, 0, 0)
    return _same(ring, gram, ring.identity(n))


def _orthonormal_rows(ring: Ring, value: Value, shape: Shape) -> bool:
    return _orthonormal_columns(ring, _transposed(ring, value, shape), (shape[1], shape[0]))


def _zero_where(outside: Callable[[int, int], bool]) -> Callable[[Ring, Value, Shape], bool]:
    def holds(ring: Ring, value: Value, shape: Shape) -> bool:
        rows = _rows(ring, value, shape)
        return all(ring.is_zero(x) for i, row in enumerate(rows) for j, x in enumerate(row) if outside(i, j))

    return holds


def _pivots(ring: Ring, value: Value, shape: Shape) -> list[Value] | None:
    """Diagonal of D in L D L' of a symmetric matrix, or None when a zero pivot has a nonzero column under it."""
    rows = [list(row) for row in _rows(ring, value, shape)]
    pivots = []
    for k in range(len(rows)):
        pivot = rows[k][k]
        pivots.append(pivot)
        if ring.is_zero(pivot):
            if any(not ring.is_zero(rows[i][k]) for i in range(k + 1, len(rows))):
                return None
            continue
        inverse = ring.reciprocal(pivot)
        for i in range(k + 1, len(rows)):
            factor = ring.negate(ring.times(rows[i][k], inverse))
            rows[i] = [ring.add(x, ring.times(factor, y)) for x, y in zip(rows[i], rows[k], strict=True)]
    return pivots


def _definite(strict: bool) -> Callable[[Ring, Value, Shape], bool]:
    def holds(ring: Ring, value: Value, shape: Shape) -> bool:
        """By Gaussian elimination: symmetric with positive (nonnegative) pivots. Floats: by eigenvalues."""
        if not _symmetric(ring, value, shape):
            return False
        if not ring.exact:
            values = np.linalg.eigvalsh(np.reshape(value, shape))
            return bool(values.min() > (1e-12 if strict else -1e-10) * (1 + np.abs(values).max()))
        pivots, zero = _pivots(ring, value, shape), ring.scalar(0)
        if pivots is None:
            return False
        return all(ring.less(zero, p) if strict else not ring.less(p, zero) for p in pivots)

    return holds


def _sign(test: Callable[[Ring, Value, Value], bool]) -> Callable[[Ring, Value, Shape], bool]:
    return lambda ring, value, shape: test(ring, value, ring.scalar(0))


def _full(ring: Ring, value: Value, shape: Shape) -> bool:
    return rank(ring, value, shape) == min(shape)


def _idempotent(ring: Ring, value: Value, shape: Shape) -> bool:
    return _same(ring, _product(ring, value, value, shape), value)


# Predicates that need an order.
ORDERED = frozenset(
    {"positive_definite", "positive_semidefinite", "positive", "negative", "nonnegative", "nonpositive"}
)  # fmt: skip
# One row a predicate.
HOLDS: dict[str, Callable[[Ring, Value, Shape], bool]] = {
    "symmetric": _symmetric,
    "skew_symmetric": _skew,
    "idempotent": _idempotent,
    "orthogonal": lambda ring, value, shape: shape[0] == shape[1] and _orthonormal_columns(ring, value, shape),
    "orthonormal_columns": _orthonormal_columns,
    "orthonormal_rows": _orthonormal_rows,
    "diagonal": _zero_where(lambda i, j: i != j),
    "upper_triangular": _zero_where(lambda i, j: i > j),
    "lower_triangular": _zero_where(lambda i, j: i < j),
    "positive_definite": _definite(strict=True),
    "positive_semidefinite": _definite(strict=False),
    "invertible": lambda ring, value, shape: shape[0] == shape[1] and _full(ring, value, shape),
    "injective": lambda ring, value, shape: rank(ring, value, shape) == shape[1],
    "surjective": lambda ring, value, shape: rank(ring, value, shape) == shape[0],
    "fullrank": _full,
    "singular": lambda ring, value, shape: not _full(ring, value, shape),
    "square": lambda ring, value, shape: shape[0] == shape[1],
    "nonzero": lambda ring, value, shape: not ring.is_zero(value),
    "zero": lambda ring, value, shape: ring.is_zero(value),
    "positive": _sign(lambda ring, value, zero: ring.less(zero, value)),
    "negative": _sign(lambda ring, value, zero: ring.less(value, zero)),
    "nonnegative": _sign(lambda ring, value, zero: not ring.less(value, zero)),
    "nonpositive": _sign(lambda ring, value, zero: not ring.less(zero, value)),
    "real": lambda ring, value, shape: True,
}
