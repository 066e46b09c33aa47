"""Minimisers at an instance, exactly: all points at which a quadratic is smallest where linear equations hold.

At an instance the objective is x'Hx/2 + g'x + c and the constraints are A x = b, read off from values at 0, unit
vectors and sums of two. On x = p + Z't the minimisers are the solutions of ZHZ't = -Z(Hp + g), if ZHZ' is positive
semidefinite; else there are none. So the set of minimisers is empty or flat (a point, a line, ...), and a claim about
it is decided at the instance. Objectives that become quadratics as `numeric.objectives` has it are understood too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp
from flint import fmpq, fmpq_mat
from sympy import Basic, MatrixSymbol, Symbol

from numeric.compile import compile_plan
from numeric.objectives import degree, reduced
from numeric.predicates import pivots
from numeric.rings import RATIONAL, REAL, OutsideRing, RationalRing, Ring, Undefined, Value
from symbolic.nodes import ArgMax, ArgMin

Env = Mapping[Basic, Value]
Vector = list[Any]  # of fractions


class Undecided(Undefined):
    """The minimisers at this instance are not found."""


# ---- flat sets


@dataclass(frozen=True)
class Flat:
    """The points `point` + any combination of `directions`, in a form that equal sets share."""

    point: tuple[Any, ...]
    directions: tuple[tuple[Any, ...], ...] = ()


def flat(point: Sequence[Any], directions: Sequence[Sequence[Any]]) -> Flat:
    rows = _reduced_rows(directions, len(point))
    point = list(point)
    for row in rows:
        pivot = next(j for j, x in enumerate(row) if x != 0)
        factor = point[pivot]
        point = [x - factor * y for x, y in zip(point, row, strict=True)]
    return Flat(tuple(point), tuple(rows))


def _reduced_rows(rows: Sequence[Sequence[Any]], width: int) -> list[tuple[Any, ...]]:
    if not rows or not width:
        return []
    matrix, rank = fmpq_mat(len(rows), width, [x for row in rows for x in row]).rref()
    return [tuple(matrix[i, j] for j in range(width)) for i in range(rank)]


def _solutions(rows: Sequence[Vector], right: Vector, count: int) -> tuple[Vector, list[Vector]] | None:
    """A solution of the linear equations and a basis of the null space; None if there is none."""
    reduced = _reduced_rows([[*row, b] for row, b in zip(rows, right, strict=True)], count + 1)
    pivot_of = [next(j for j in range(count + 1) if row[j] != 0) for row in reduced]
    if count in pivot_of:
        return None
    point = [fmpq(0)] * count
    for row, pivot in zip(reduced, pivot_of, strict=True):
        point[pivot] = row[count]
    basis = []
    for free in (j for j in range(count) if j not in pivot_of):
        vector = [fmpq(int(j == free)) for j in range(count)]
        for row, pivot in zip(reduced, pivot_of, strict=True):
            vector[pivot] = -row[free]
        basis.append(vector)
    return point, basis


def _dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    return sum((x * y for x, y in zip(a, b, strict=True)), fmpq(0))


# ---- one problem at an instance


@dataclass
class Solved:
    """A problem at an instance: `minimisers` (None if there are none), and values at points (flattened variables).

    objective(x): what is minimised (for maximisers: its negative); gaps(x): left minus right side of the constraints;
    outputs(x): the objective as it is written, and both sides of each constraint.
    """

    minimisers: Flat | None
    feasible: bool
    objective: Callable[[Sequence[Any]], Any]
    gaps: Callable[[Sequence[Any]], Vector]
    outputs: Callable[[Sequence[Any]], list[Value]]
    descent: Vector | None = None  # where there are none, though feasible: the objective falls along it, or against it


class Problem:
    """`ArgMin` or `ArgMax`, compiled. Raises OutsideRing for what is no quadratic with linear equations."""

    def __init__(self, problem: ArgMin, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]) -> None:
        if not is_quadratic(problem) or not isinstance(ring, RationalRing):
            raise OutsideRing(f"the minimisers of {problem} are not found over {ring.name}")
        self.node, self.variables, self.ring = problem, tuple(problem.variables), ring
        self.shapes = [compile_plan([v], sizes, ring, indices).shapes[0] for v in self.variables]
        self.count = sum(rows * cols for rows, cols in self.shapes)
        found = reduced(problem.objective, self.variables)
        self.objective, self.is_reduced, self.is_norm = found.objective, found.changed, found.is_norm
        sides = [side for constraint in problem.constraints for side in constraint.args]
        self.plan = compile_plan([self.objective, *sides], sizes, ring, indices)
        self.at = self.plan.held(self.variables)
        self.signs = compile_plan(found.signs, sizes, REAL, indices) if found.signs else None

    def solve(self, env: Env) -> Solved:
        at, sign = self.at(env), self._sign(env)
        if isinstance(self.node, ArgMax):
            sign = -sign

        def values(x: Sequence[Any]) -> tuple[Any, Vector]:
            first, *sides = at(self._values(x))
            gaps: Vector = []
            for k in range(0, len(sides), 2):
                gap = self.ring.add(sides[k], self.ring.negate(sides[k + 1]))
                gaps += [gap] if self.plan.shapes[k + 1] == (1, 1) else self.ring.entries(gap)
            return sign * first, gaps

        zero, one = fmpq(0), fmpq(1)
        origin = [zero] * self.count
        unit = [[*origin[:i], one, *origin[i + 1 :]] for i in range(self.count)]
        c, gap = values(origin)
        ahead = [values(u) for u in unit]
        behind = [values([-x for x in u])[0] for u in unit]
        g = [(f[0] - b) / 2 for f, b in zip(ahead, behind, strict=True)]
        H = [[zero] * self.count for _ in unit]
        for i, u in enumerate(unit):
            H[i][i] = ahead[i][0] + behind[i] - 2 * c
            for j in range(i):
                both = values([x + y for x, y in zip(u, unit[j], strict=True)])[0]
                H[i][j] = H[j][i] = both - ahead[i][0] - ahead[j][0] + c
        A = [[ahead[i][1][k] - gap[k] for i in range(self.count)] for k in range(len(gap))]
        found = Solved(None, True, lambda x: values(x)[0], lambda x: values(x)[1], lambda x: at(self._values(x)))
        self._minimise(found, H, g, _solutions(A, [-x for x in gap], self.count))
        if self.is_norm and found.feasible:
            least = None if found.minimisers is None else found.objective(found.minimisers.point)
            if isinstance(self.node, ArgMax) or least is None or least < 0:
                raise Undecided(f"the base of a power in the objective of {self.node} is not seen to be positive")
        return found

    def _sign(self, env: Env) -> int:
        """The sign of what multiplies the objective, from floating point."""
        total = 1
        if self.signs is not None:
            floats = {s: _as_float(env[s]) for s, _, _ in self.signs.inputs}
            for value in self.signs(floats):
                if not abs(value) > 1e-9:
                    raise Undefined("the sign of a factor of the objective is not clear")
                total *= 1 if value > 0 else -1
        return total

    def _values(self, x: Sequence[Any]) -> list[Value]:
        items, start = [], 0
        for rows, cols in self.shapes:
            part = list(x[start : start + rows * cols])
            items.append(part[0] if rows == cols == 1 else self.ring.build(rows, cols, part))
            start += rows * cols
        return items

    def _minimise(self, found: Solved, H: list[Vector], g: Vector, feasible: Any) -> None:
        found.feasible = feasible is not None
        if not found.feasible:
            return
        point, basis = feasible
        k, count = len(basis), len(point)
        slope = [_dot(row, point) + b for row, b in zip(H, g, strict=True)] if any(point) else g
        if k == count:  # no constraint: the basis is that of all points
            inner, right = H, [-x for x in slope]
        else:
            Z = fmpq_mat(k, count, [x for z in basis for x in z])
            inner = (Z * fmpq_mat(count, count, [x for row in H for x in row]) * Z.transpose()).tolist()
            right = [-_dot(z, slope) for z in basis]
        if k and not _is_semidefinite(inner):
            steps = next((t for t in _small_vectors(k) if _dot(t, [_dot(row, t) for row in inner]) < 0), None)
        else:
            solution = _solutions(inner, right, k) if k else ([], [])
            if solution is not None:
                at = _combined(point, basis, solution[0])
                found.minimisers = flat(at, [_combined([fmpq(0)] * len(point), basis, t) for t in solution[1]])
                return
            _, null = _solutions(inner, [fmpq(0)] * k, k) or ([], [])
            steps = next((t for t in null if _dot(t, right) != 0), None)
        found.descent = None if steps is None else _combined([fmpq(0)] * len(point), basis, steps)


def _combined(point: Vector, basis: Sequence[Vector], steps: Sequence[Any]) -> Vector:
    return [x + sum((t * z[i] for t, z in zip(steps, basis, strict=True)), fmpq(0)) for i, x in enumerate(point)]


def _is_semidefinite(matrix: list[Vector]) -> bool:
    k = len(matrix)
    value = matrix[0][0] if k == 1 else RATIONAL.build(k, k, [x for row in matrix for x in row])
    found = pivots(RATIONAL, value, (k, k))
    return found is not None and all(p >= 0 for p in found)


def _small_vectors(count: int) -> Iterator[Vector]:
    """Small integer vectors, simple ones first; at most some thousand."""
    top = 3 if count <= 4 else 1
    every = product(range(-top, top + 1), repeat=min(count, 7))
    for row in sorted(every, key=lambda row: sum(map(abs, row))):
        yield [fmpq(x) for x in row] + [fmpq(0)] * (count - len(row))


def _as_float(value: Value) -> Value:
    if isinstance(value, fmpq_mat):
        return REAL.build(value.nrows(), value.ncols(), [int(x.p) / int(x.q) for x in value.entries()])
    return REAL.scalar(int(value.p), int(value.q))


def ranges(variable: Basic) -> list[str]:
    """The assumptions by which a scalar variable is not any real number; a matrix is any matrix."""
    names = ("positive", "negative", "nonnegative", "nonpositive", "nonzero", "integer", "rational")
    return [] if isinstance(variable, MatrixSymbol) else [name for name in names if getattr(variable, f"is_{name}")]


def is_quadratic(problem: ArgMin) -> bool:
    """Whether `Problem` understands it: a quadratic, or one in disguise, and linear equations."""
    variables = tuple(problem.variables)
    if any(map(ranges, variables)):
        return False  # a quadratic may be smallest at an end of the range
    return degree(reduced(problem.objective, variables).objective, variables) <= 2 and all(
        isinstance(c, sp.Eq) and all(degree(side, variables) <= 1 for side in c.args) for c in problem.constraints
    )


# ---- claims


@dataclass(frozen=True)
class Side:
    """A side of a claim at an instance: its `points`, and the problem if it is one (`solved` too if it has one)."""

    points: Flat | None
    shape: tuple[int, int]
    problem: Problem | None = None
    solved: Solved | None = None


@dataclass(frozen=True)
class Compared:
    """Both sides of a claim about minimisers at an instance."""

    left: Side
    right: Side


def compile_minimisers(
    claim: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]
) -> Callable[[Env], tuple[bool, Compared]]:
    """A function from instances to whether both sides are the same set there, and the sides.

    Raises OutsideRing if it cannot decide that.
    """
    left, right = (_compile_side(side, sizes, ring, indices) for side in claim.args)

    def compare(env: Env) -> tuple[bool, Compared]:
        sides = Compared(left(env), right(env))
        return sides.left.points == sides.right.points, sides

    return compare


def _compile_side(
    side: Any, sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int]
) -> Callable[[Env], Side]:
    nodes = side.atoms(ArgMin)
    if not nodes:
        plan = compile_plan([side], sizes, ring, indices)
        return lambda env: Side(flat(_entries(ring, plan(env)[0], plan.shapes[0]), []), plan.shapes[0])
    if len(nodes) > 1:
        raise OutsideRing(f"{side} has several minimisers")
    (node,) = nodes
    problem = Problem(node, sizes, ring, indices)
    rows, cols = problem.shapes[0]
    name = "minimiser of " + str(problem.variables[0])
    symbol = MatrixSymbol(name, *node.shape) if isinstance(problem.variables[0], MatrixSymbol) else Symbol(name)
    image = side.xreplace({node: symbol})
    if degree(image, [symbol]) > 1:
        raise OutsideRing(f"{side} is not linear in the minimiser")
    plan = None if side == node else compile_plan([image], sizes, ring, indices)
    itself = problem if plan is None else None
    shape = problem.shapes[0] if plan is None else plan.shapes[0]

    def moved(env: Env, x: Sequence[Any]) -> Vector:
        x = list(x[: rows * cols])
        if plan is None:
            return x
        value = x[0] if rows == cols == 1 else ring.build(rows, cols, x)
        return _entries(ring, plan({**env, symbol: value})[0], plan.shapes[0])

    def points(env: Env) -> Side:
        solved = problem.solve(env)
        found = solved.minimisers
        if found is None:
            return Side(None, shape, itself, solved)
        point = moved(env, found.point)
        ends = [moved(env, [x + y for x, y in zip(found.point, d, strict=True)]) for d in found.directions]
        directions = [[x - y for x, y in zip(end, point, strict=True)] for end in ends]
        return Side(flat(point, directions), shape, itself, solved)

    return points


def _entries(ring: Ring, value: Value, shape: tuple[int, int]) -> Vector:
    return [value] if shape == (1, 1) else ring.entries(value)


__all__ = [
    "Compared",
    "Flat",
    "Problem",
    "Side",
    "Solved",
    "Undecided",
    "compile_minimisers",
    "flat",
    "is_quadratic",
    "ranges",
]
