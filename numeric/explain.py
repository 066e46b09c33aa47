"""Why a claim fails at an instance, in one sentence, with the values that a person needs to check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import sympy as sp
from flint import fmpq

from numeric.counterexample import Counterexample, claim_text, to_number, to_sympy
from numeric.limits import Tendency, approached
from numeric.minimisers import Compared, Flat, Problem, Side, Solved
from numeric.rings import Ring
from numeric.truth import Outcome, relation_of, sides_of
from symbolic.meaning import substitute
from symbolic.nodes import ArgMax, ForAll


def explain(claim: Any, outcome: Outcome, ring: Ring) -> dict[str, Any]:
    """The fields `lhs, rhs, compared, entry, reason` of a counterexample, from a failed outcome; further `values`."""
    if isinstance(claim, ForAll):
        fields = explain(claim.relation, outcome, ring)
        if outcome.at is not None:
            symbol, value, size = outcome.at
            shown = to_sympy(ring, value, size, as_matrix=size != (1, 1))
            shown = shown.tolist() if hasattr(shown, "tolist") else shown
            fields["reason"] = f"For {symbol} = {shown}: {fields['reason']}"
        return fields
    if isinstance(outcome.detail, Tendency):
        return _of_limit(claim, outcome, ring)
    if isinstance(outcome.detail, Compared):
        return _of_minimisers(claim, outcome.detail, ring)
    relation = relation_of(claim)
    if relation in ("iff", "implies") and outcome.parts:
        left, right = sides_of(claim)
        first, second = outcome.parts
        true, false, failed = (left, right, second) if first.holds else (right, left, first)
        fields = explain(false, failed, ring)
        reason = f"{claim_text(true)} holds, {claim_text(false)} does not. {fields.get('reason', '')}"
        return {**fields, "reason": reason.strip()}
    if outcome.left is None:
        return {"reason": f"{claim_text(claim)} is false there"}
    if outcome.right is None:
        return {"reason": _why_not(claim, to_sympy(ring, outcome.left, outcome.shape))}
    scalar = outcome.shape == (1, 1)
    lhs, rhs = (to_sympy(ring, v, outcome.shape, as_matrix=not scalar) for v in (outcome.left, outcome.right))
    fields = {"lhs": lhs, "rhs": rhs, "compared": sides_of(claim)}
    if scalar:
        return {**fields, "reason": f"the left side is {lhs}, the right side is {rhs}"}
    (i, j), where = _first_difference(lhs, rhs, ring)
    reason = f"{where} is {lhs[i, j]} on the left and {rhs[i, j]} on the right"
    return {**fields, "entry": (i, j), "reason": reason}


def _first_difference(lhs: Any, rhs: Any, ring: Ring) -> tuple[tuple[int, int], str]:
    """The place of the first entry that differs, and its name."""
    places = list(product(range(lhs.rows), range(lhs.cols)))
    differs = [p for p in places if (lhs[p] != rhs[p] if ring.exact else abs(lhs[p] - rhs[p]) > 1e-6)] or places
    i, j = differs[0]
    return (i, j), f"entry ({i + 1}, {j + 1})" if 1 not in lhs.shape else f"entry {max(i, j) + 1}"


# ---- limits


def _of_limit(claim: Any, outcome: Outcome, ring: Ring) -> dict[str, Any]:
    """The limit, or a value near the point, beside what is claimed."""
    seen: Tendency = outcome.detail
    scalar = outcome.shape == (1, 1)
    lhs, rhs, found, here, claimed = (
        to_sympy(ring, value, outcome.shape, as_matrix=not scalar)
        for value in (outcome.left, outcome.right, seen.shown, seen.here, seen.expected)
    )
    fields: dict[str, Any] = {"lhs": lhs, "rhs": rhs, "compared": sides_of(claim)}
    is_left = isinstance(claim.lhs, sp.Limit)
    limit = claim.lhs if is_left else claim.rhs
    where, side = "", f"the {'left' if is_left else 'right'} side"
    if not scalar:
        fields["entry"], where = _first_difference(found, claimed, ring)
        found, here, claimed = (value[fields["entry"]] for value in (found, here, claimed))
    subject = f"{where} of {side}" if where else side
    does = f"does not tend to {claimed}" if seen.limit is None else f"tends to {found}, not to {claimed}"
    at = f"{limit.args[1]} = {to_number(ring, seen.at)}"
    return {**fields, "reason": f"as {approached(limit)}, {subject} {does}; it is {here} at {at}"}


# ---- minimisers


def _of_minimisers(claim: Any, sides: Compared, ring: Ring) -> dict[str, Any]:
    """A better point than the claimed minimiser, the constraint that it violates, or a point in one set only."""
    for side, value in ((sides.left, sides.right), (sides.right, sides.left)):
        problem = side.problem
        if problem is not None and value.solved is None and len(problem.variables) == 1:
            assert side.solved is not None and value.points is not None
            shown = claim.rhs if side is sides.left else claim.lhs
            fields = _of_one_point(problem, side.solved, shown, value.points.point, ring)
            if fields is not None:
                return fields
    fields = {"reason": f"{_set_text(sides.left, 'left')}; {_set_text(sides.right, 'right')}"}
    points = _different_points(sides.left.points, sides.right.points)
    if points is None:
        return fields
    lhs, rhs = (_matrix(ring, point, sides.left.shape) for point in points)
    return {**fields, "lhs": lhs, "rhs": rhs, "compared": sides_of(claim)}


def _of_one_point(
    problem: Problem, solved: Solved, claimed: Any, point: Sequence[Any], ring: Ring
) -> dict[str, Any] | None:
    """Why `point`, the value of the expression `claimed`, is not the only minimiser; None if that is not found."""
    (w,), (shape,) = problem.variables, problem.shapes
    is_max = isinstance(problem.node, ArgMax)
    tail = f"the claimed {'maximiser' if is_max else 'minimiser'} {_text(point, shape)}"
    objective, *both = solved.outputs(point)
    for k, constraint in enumerate(problem.node.constraints):
        left, right = both[2 * k : 2 * k + 2]
        if left != right:
            size = problem.plan.shapes[2 * k + 1]
            lhs, rhs = (to_sympy(ring, value, size, as_matrix=size != (1, 1)) for value in (left, right))
            sides = f"its left side is {_listed(lhs)} there, its right side {_listed(rhs)}"
            return {
                "lhs": lhs, "rhs": rhs, "compared": tuple(substitute(side, w, claimed) for side in constraint.args),
                "reason": f"{tail} does not satisfy {claim_text(constraint)}: {sides}",
            }  # fmt: skip
    other = _better_point(solved, point)
    if other is None:
        return None
    value = solved.outputs(other)[0]
    here, there = to_number(ring, value), to_number(ring, objective)
    if value == objective:
        relation = f"the same as at {tail}: it is not the only one"
    else:
        relation = f"{'more' if is_max else 'less'} than f({w}) = {there} at {tail}"
    notes = [f"f is {claim_text(problem.objective)}"] if problem.is_reduced else []
    notes += [] if solved.minimisers is not None else [f"there is no {'maximum' if is_max else 'minimum'}"]
    return {
        "lhs": here, "rhs": there, "compared": (problem.objective, substitute(problem.objective, w, claimed)),
        "values": {w: _matrix(ring, other, shape)},
        "reason": "; ".join([f"{w} = {_text(other, shape)} gives f({w}) = {here}, {relation}", *notes]),
    }  # fmt: skip


def _better_point(solved: Solved, point: Sequence[Any]) -> list[Any] | None:
    """A feasible point other than `point` that is at least as good: better if there is one, and simple."""
    value, found = solved.objective(point), []
    for other in _candidates(solved, point):
        if other != list(point) and not any(solved.gaps(other)):
            there = solved.objective(other)
            if there <= value:
                found.append((there == value, _cost(other), other))
    return min(found, key=lambda item: item[:2])[2] if found else None


def _candidates(solved: Solved, point: Sequence[Any]) -> Iterator[list[Any]]:
    count = len(point)
    units = [[fmpq(int(i == j)) for j in range(count)] for i in range(count)]
    yield [fmpq(0)] * count
    for u in units:
        yield u
        yield [-x for x in u]
        yield [x + y for x, y in zip(point, u, strict=True)]
        yield [x - y for x, y in zip(point, u, strict=True)]
    if solved.minimisers is not None:
        best = solved.minimisers.point
        yield list(best)
        for d in solved.minimisers.directions:
            yield [x + y for x, y in zip(best, d, strict=True)]
    if solved.descent is not None:
        for step in (2**k for k in range(24)):
            for sign in (step, -step):
                yield [x + sign * y for x, y in zip(point, solved.descent, strict=True)]


def _cost(point: Sequence[Any]) -> float:
    return sum(0 if x == 0 else 1 + int(abs(x.p)).bit_length() + 4 * int(x.q).bit_length() for x in point)


def _set_text(side: Side, where: str) -> str:
    if side.solved is None and side.points is not None:
        return f"the value on the {where} is {_text(side.points.point, side.shape)}"
    if side.points is None:
        return f"the problem on the {where} has no solution" + (
            "" if side.solved is None or side.solved.feasible else ": no point satisfies its constraints"
        )
    text = _text(side.points.point, side.shape)
    return f"the problem on the {where} is solved by {text}" + (" and others" if side.points.directions else " only")


def _different_points(left: Flat | None, right: Flat | None) -> tuple[Any, Any] | None:
    if left is None or right is None:
        return None
    if left.point != right.point:
        return left.point, right.point
    added = next((d for d in left.directions if d not in right.directions), None)
    if added is not None:
        return [x + y for x, y in zip(left.point, added, strict=True)], right.point
    added = next(d for d in right.directions if d not in left.directions)
    return left.point, [x + y for x, y in zip(right.point, added, strict=True)]


def _matrix(ring: Ring, point: Sequence[Any], shape: tuple[int, int]) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(*shape, [to_number(ring, x) for x in point])


def _text(point: Sequence[Any], shape: tuple[int, int]) -> str:
    return _listed(sp.ImmutableMatrix(*shape, [sp.Rational(int(x.p), int(x.q)) for x in point]))


def _listed(value: Any) -> str:
    """A number, a column as a list, a matrix as a list of rows."""
    if not isinstance(value, sp.MatrixBase):
        return str(value)
    return str(list(value)) if 1 in value.shape else str(value.tolist())


def about_minimisers(claim: Any, found: Counterexample) -> Counterexample:
    """A counterexample to a part of what a claim about minimisers means, as one to the claim itself."""
    failed = found.claim.args[1] if isinstance(found.claim, sp.Implies) else found.claim
    reason = found.reason
    if isinstance(failed, sp.Eq) and failed != claim and not hasattr(failed.lhs, "objective"):
        reason = f"the claimed minimiser does not satisfy the constraint {claim_text(failed)}: {found.reason}"
    elif isinstance(failed, sp.Gt):
        reason = _beaten(found)
    elif isinstance(failed, sp.Ge):
        values = f"one of them is {found.lhs} and {found.rhs} there"
        reason = f"the objectives put two points in different orders, which the claim is taken to exclude: {values}"
    return replace(found, claim=claim, reason=reason)


def _beaten(found: Counterexample) -> str:
    """Where the conclusion f(w) > f(v) fails for the w in the premise w != v (or f(v) > f(w), of a maximiser v)."""
    premise, conclusion = found.claim.args
    w = next(part for part in _conjuncts(premise) if isinstance(part, sp.Ne)).lhs
    is_max = conclusion.rhs.has(w) and not conclusion.lhs.has(w)
    here, there = (found.rhs, found.lhs) if is_max else (found.lhs, found.rhs)
    tail = f"at the claimed {'maximiser' if is_max else 'minimiser'}"
    if here == there:
        relation = f"the same as {tail}: it is not the only one"
    else:
        relation = f"{'more' if is_max else 'less'} than f({w}) = {there} {tail}"
    return f"{w} = {_listed(found.values[w])} gives f({w}) = {here}, {relation}"


def _conjuncts(statement: Any) -> tuple[Any, ...]:
    return statement.args if isinstance(statement, sp.And) else (statement,)


def _why_not(claim: Any, value: Any) -> str:
    """Why a matrix does not have a property: for positive (semi)definite ones, a vector that shows it."""
    name = str(claim.function.name) if hasattr(claim, "function") else str(claim)
    text = f"{claim.arguments[0]} = {value.tolist()}" if hasattr(claim, "arguments") else str(value)
    words = name.replace("_", " ")
    if name in ("positive_definite", "positive_semidefinite") and value.is_symmetric():
        for trial in sorted(product(range(-3, 4), repeat=value.rows), key=lambda v: sum(abs(x) for x in v)):
            v = sp.Matrix(trial)
            form = (v.T * value * v)[0, 0]
            if any(trial) and (form < 0 or (form == 0 and name == "positive_definite")):
                return f"{text} is not {words}: v'Mv = {form} at v = {list(trial)}"
    return f"{text} is not {words}"


__all__ = ["about_minimisers", "explain"]
