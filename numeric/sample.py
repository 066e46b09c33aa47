"""Instances: values for the symbols of a claim, over any ring, that satisfy its hypotheses.

Structured symbols come from `numeric.generators`. An equation `symbol = expression` is a definition. Any other equation
that is linear in the choices of some symbol (normal equations, `A*B = B*A`, `A + A' = 0`, a left inverse) is solved for
it exactly, the free choices staying random. What is left is tested, and the instance is refused if it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
from flint import fmpq_mat, nmod_mat
from sympy import Basic, MatrixSymbol

from numeric.compile import compile_plan
from numeric.counterexample import text_of
from numeric.field import Degree, DegreeRing, PrimeField
from numeric.generators import Generator, generator_for, matrix, scalar
from numeric.rings import RATIONAL, REAL, OutsideRing, Ring, Undefined, Value
from numeric.setting import Setting, patterns_of, read_setting
from numeric.truth import Check, compile_statement
from symbolic.errors import PushthroughError
from symbolic.nodes import ForAll

Choices = dict[Basic, list[Any]]
ChooseFrom = Callable[[Basic, int, int, int], list[Any]]  # symbol, count, rows, cols -> choices


class NoInstance(PushthroughError):
    """No assignment of values was found that satisfies the hypotheses and makes every inverse exist."""


class Sampler:
    """Draws instances of a setting at fixed sizes and indices over one ring."""

    def __init__(
        self, setting: Setting, ring: Ring, sizes: Mapping[Basic, int], indices: Mapping[Basic, int] | None = None
    ) -> None:
        self.setting, self.ring, self.sizes, self.indices = setting, ring, dict(sizes), dict(indices or {})
        self.shapes = {symbol: setting.shape_of(symbol, sizes) for symbol in setting.symbols}
        self.drawn = setting.drawn
        self.generators: dict[Basic, Generator] = {
            s: generator_for(setting.names[s], square=self.shapes[s][0] == self.shapes[s][1])
            for s in self.drawn
            if isinstance(s, MatrixSymbol)
        }
        self._define = [
            (symbol, compile_plan([body], self.sizes, ring, self.indices)) for symbol, body in setting.definitions
        ]
        self._residuals = [self._residual(equation) for equation in setting.equations]
        self._tests = [] if isinstance(ring, DegreeRing) else [*self._checks()]
        self._solved_by: dict[int, Basic] = {}
        self._not_affine: set[tuple[int, Basic]] = set()
        self._depends: dict[int, list[Basic]] = {}

    def _needed(self) -> list[Basic]:
        """The tests that generators do not make superfluous."""
        kept = []
        for test in self.setting.tests:
            argument = test.arguments[0] if hasattr(test, "arguments") else None
            generator = self.generators.get(argument)  # type: ignore[arg-type]
            if generator is None or str(test.function.name) not in generator.provides:  # type: ignore[attr-defined]
                kept.append(test)
        return kept

    def _checks(self) -> Iterator[Check]:
        """The tests, compiled. Signs are not tested modulo a prime: what is true on an open set is true there."""
        for test in self._needed():
            try:
                yield compile_statement(test, self.sizes, self.ring, self.indices, certain=True)
            except OutsideRing:
                if self.ring.ordered:
                    raise

    # ---- drawing
    def count(self, symbol: Basic) -> int:
        """How many choices the symbol is made of."""
        generator = self.generators.get(symbol)
        return generator.count(*self.shapes[symbol]) if generator else 1

    def make(self, symbol: Basic, choices: Sequence[Any]) -> Value:
        generator = self.generators.get(symbol)
        if generator is None:
            return scalar(self.ring, self.setting.names[symbol], choices[0], self.setting.roots)
        return generator.make(self.ring, *self.shapes[symbol], choices)

    def choose(self, choose: ChooseFrom) -> Choices:
        return {s: choose(s, self.count(s), *self.shapes[s]) for s in self.drawn}

    def build(self, choices: Choices) -> dict[Basic, Value]:
        """The instance that these choices make. Raises Undefined if it does not exist or a hypothesis fails."""
        try:
            env = {s: self.make(s, choices[s]) for s in self.drawn}
            self.complete(env)
            if self._residuals:
                self._solve(env, choices)
            for test in self._tests:
                if not test(env).holds:
                    raise Undefined("a hypothesis does not hold")
        except ZeroDivisionError as error:
            raise Undefined(str(error)) from None
        return env

    def complete(self, env: dict[Basic, Value]) -> None:
        """Compute the defined symbols."""
        for symbol, plan in self._define:
            (env[symbol],) = plan(env)

    def random(self, rng: Random) -> dict[Basic, Value]:
        """One random instance (see `build`)."""
        draw = self.ring.random_choice
        return self.build(self.choose(lambda symbol, count, rows, cols: [draw(rng) for _ in range(count)]))

    # ---- equations that are not definitions
    def _residual(self, equation: Any) -> Callable[[Mapping[Basic, Value]], list[Value]]:
        """Entries of lhs - rhs; for ForAll, stacked over enough values of its variable."""
        ring = self.ring
        values: list[dict[Basic, Value]] = [{}]
        if isinstance(equation, ForAll):
            variable, equation = equation.args
            rows, cols = self.setting.shape_of(variable, self.sizes)
            rng = Random(2)
            size = rows * cols
            count = size + size * (size + 1) // 2 + 2  # enough to pin down a relation of degree two in the variable
            draws = [[ring.choice(ring.random_choice(rng)) for _ in range(rows * cols)] for _ in range(count)]
            values = [{variable: matrix(ring, rows, cols, items)} for items in draws]
        plan = compile_plan([equation.args[0], equation.args[1]], self.sizes, ring, self.indices)

        def residual(env: Mapping[Basic, Value]) -> list[Value]:
            items: list[Value] = []
            for value in values:
                left, right = plan({**env, **value})
                difference = ring.add(left, ring.negate(right))
                items += [difference] if plan.shapes[0] == (1, 1) else ring.entries(difference)
            return items

        return residual

    def _solve(self, env: dict[Basic, Value], choices: Choices) -> None:
        """Satisfy the equations one group at a time, each by the choices of one symbol in which it is affine."""
        if isinstance(self.ring, DegreeRing):
            self._solve_degrees(env)
            return
        groups: dict[Basic, list[int]] = {}
        for k, residual in enumerate(self._residuals):
            if _vanishes(self.ring, residual(env)):
                continue
            known = self._solved_by.get(k)
            untouched = [s for s in reversed(self._unknowns(k)) if s not in groups]
            order = [known] if known is not None else [*reversed(groups), *untouched]
            for symbol in order:
                members = [*groups.get(symbol, []), k]
                if self._solve_for(symbol, members, env, choices):
                    groups[symbol] = members
                    self._solved_by[k] = symbol
                    break
            else:
                raise Undefined(f"no instance satisfies {text_of(self.setting.equations[k])}")
        if not all(_vanishes(self.ring, residual(env)) for residual in self._residuals):
            raise Undefined("the equations among the hypotheses are not satisfied together")

    def _unknowns(self, k: int) -> list[Basic]:
        """The drawn symbols on which equation k depends, through definitions too."""
        if k not in self._depends:
            free = set(self.setting.equations[k].free_symbols)
            for symbol, body in reversed(self.setting.definitions):
                if symbol in free:
                    free |= body.free_symbols
            self._depends[k] = [s for s in self.drawn if s in free]
        return self._depends[k]

    def _solve_for(self, symbol: Basic, members: Sequence[int], env: dict[Basic, Value], choices: Choices) -> bool:
        """Move the choices of `symbol` so that the given residuals vanish; False if they are not affine in them."""
        if any((k, symbol) in self._not_affine for k in members):
            return False
        count = self.count(symbol)

        def at(trial: Sequence[Any]) -> list[Value]:
            moved = {**env, symbol: self.make(symbol, trial)}
            self.complete(moved)
            return [x for k in members for x in self._residuals[k](moved)]

        ring = self.ring
        start = choices[symbol]
        try:
            base = at([0] * count)
            steps = [at([int(i == k) for i in range(count)]) for k in range(count)]
            columns = [[ring.add(x, ring.negate(y)) for x, y in zip(step, base, strict=True)] for step in steps]
            trial = [k * k + 2 for k in range(count)]
            predicted = list(base)
            for k, column in enumerate(columns):
                step = ring.scalar(trial[k])
                predicted = [ring.add(x, ring.times(step, y)) for x, y in zip(predicted, column, strict=True)]
            if not _vanishes(ring, [ring.add(x, ring.negate(y)) for x, y in zip(at(trial), predicted, strict=True)]):
                self._not_affine.update((k, symbol) for k in members if len(members) == 1)
                return False
            solution = _affine_solution(ring, columns, base, start)
            if solution is None:
                return False
            env[symbol] = self.make(symbol, solution)
            self.complete(env)
        except (Undefined, ZeroDivisionError):
            return False
        choices[symbol] = solution
        return True

    def _solve_degrees(self, env: dict[Basic, Value]) -> None:
        """Cramer's rule: N unknowns in equations of degree a have solutions of degree at most N*a over N*a.

        Which symbol is solved for depends on the instance, so every one is charged.
        """
        for residual in self._residuals:
            worst = max(item.num + item.den for item in residual(env))
            for symbol in self.drawn:
                rows, cols = self.shapes[symbol]
                total = rows * cols * worst
                env[symbol] = Degree(max(total, env[symbol].num), max(total, env[symbol].den), rows, cols)
            self.complete(env)


SMALL = (0, 0, 1, 1, -1, 2, -2)
MODES = ("zero", "one", "identity", "equal", "rank one", "sparse", "small", "mixed", "small", "mixed")


def structured(mode: str, rng: Random) -> ChooseFrom:
    """Small integer choices with a pattern, one of `MODES`: the instances at which identities tend to break."""
    same: dict[tuple[int, int, int], list[int]] = {}

    def choose(symbol: Basic, count: int, rows: int, cols: int) -> list[int]:
        kind = rng.choice(MODES[:-1]) if mode == "mixed" else mode
        if kind in ("zero", "one"):
            return [int(kind == "one")] * count
        if kind == "identity" and count == rows * cols:
            return [int(i == j) for i in range(rows) for j in range(cols)]
        if kind == "rank one" and count == rows * cols:
            left, right = ([rng.choice(SMALL) for _ in range(k)] for k in (rows, cols))
            return [a * b for a in left for b in right]
        if kind == "equal":
            return list(same.setdefault((count, rows, cols), [rng.choice(SMALL) for _ in range(count)]))
        if kind == "sparse":
            return [int(rng.random() < 0.3) for _ in range(count)]
        return [rng.choice(SMALL) for _ in range(count)]

    return choose


def _vanishes(ring: Ring, items: Iterable[Value]) -> bool:
    if ring.exact:
        return all(ring.is_zero(x) for x in items)
    return all(abs(x) < 1e-8 for x in items)


def _affine_solution(
    ring: Ring, columns: list[list[Value]], base: list[Value], start: Sequence[Any]
) -> list[Any] | None:
    """Choices c with base + sum c_k column_k = 0; the free ones keep their starting values. None if there is none."""
    count, height = len(columns), len(base)
    if count == 0:
        return [] if _vanishes(ring, base) else None
    if not ring.exact:
        a = np.array(columns, dtype=float).T
        c = np.array(start, dtype=float)
        b = np.array(base, dtype=float)
        nearest = c + np.linalg.lstsq(a, -(b + a @ c), rcond=None)[0]
        scale = 1 + np.abs(a).max() * np.abs(nearest).max()
        return list(nearest) if np.abs(b + a @ nearest).max() < 1e-10 * scale else None
    rows = [[columns[k][i] for k in range(count)] + [ring.negate(base[i])] for i in range(height)]
    flat = [x for row in rows for x in row]
    reduced, rank = _matrix_of(ring, height, count + 1, flat).rref()
    reduced = reduced.tolist() if hasattr(reduced, "tolist") else reduced.table()
    pivots = [next(j for j in range(count + 1) if reduced[i][j] != 0) for i in range(rank)]
    if count in pivots:
        return None
    solution: list[Any] = [ring.scalar(c) if isinstance(c, int) else c for c in start]
    for i, p in enumerate(pivots):
        value = reduced[i][count]
        for j in range(p + 1, count):
            if j not in pivots and reduced[i][j] != 0:
                value = value - reduced[i][j] * solution[j]
        solution[p] = value
    return solution


def _matrix_of(ring: Ring, rows: int, cols: int, items: list[Value]) -> Any:
    if isinstance(ring, PrimeField):
        return nmod_mat(rows, cols, items, ring.p)
    return fmpq_mat(rows, cols, items)


# ---- the public functions


def sample(
    exprs: Any,
    given: Iterable[Basic] = (),
    sizes: Mapping[Basic, int] | None = None,
    seed: int = 0,
    ring: Ring = REAL,
    tries: int = 60,
) -> dict[Basic, Any]:
    """An instance of the symbols of `exprs` that satisfies `given`: {symbol: value}, sizes and indices included.

    `exprs` is an expression, a symbol or a list of them; every symbol that `given` mentions is drawn as well. Over
    floats (the default) matrices are 2-D arrays and scalars floats, so the result can be handed to `evaluate`; over an
    exact ring they are python-flint values, and what is 1 x 1 is a scalar. Without `sizes`, the first fitting pattern
    of `size_patterns` is used. Raises NoInstance if no instance is found.

    >>> from sympy import MatrixSymbol, Q, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> U = MatrixSymbol("U", n, n)
    >>> u = sample(U, given=[Q.orthogonal(U)], sizes={n: 4})[U]
    >>> bool(np.allclose(u.T @ u, np.eye(4)))
    True
    """
    exprs = [exprs] if isinstance(exprs, Basic) else list(exprs)
    setting = read_setting(exprs, given)
    rng = Random(seed)
    patterns = [dict(sizes)] if sizes is not None else list(patterns_of(setting.sizes))
    reason = ""
    for pattern in patterns:
        indices = setting.index_choices(pattern)[0]
        sampler = Sampler(setting, ring, pattern, indices)
        for _ in range(tries):
            try:
                env = sampler.random(rng)
            except Undefined as error:
                reason = str(error)
                continue
            if not ring.exact:
                env = {s: _as_array(s, v, sampler.shapes[s]) for s, v in env.items()}
            return {**env, **pattern, **indices}
    raise NoInstance(f"no instance of {exprs} satisfies the hypotheses in {len(patterns)} size patterns: {reason}")


def _as_array(symbol: Basic, value: Value, shape: tuple[int, int]) -> Any:
    return np.asarray(value).reshape(shape) if isinstance(symbol, MatrixSymbol) else float(value)


def svd_triple(rows: int, cols: int, seed: int = 0, ring: Ring = RATIONAL) -> tuple[Value, Value, Value]:
    """U (orthogonal), Sigma (rows x cols, positive on its diagonal) and V (orthogonal), with X = U*Sigma*V.T.

    Exact over the rationals and over a prime field, because orthogonal matrices are Cayley transforms.

    >>> U, S, V = svd_triple(3, 2)
    >>> U.transpose() * U == RATIONAL.identity(3)
    True
    """
    rng = Random(seed)
    isometry = generator_for(["orthogonal"])

    def orthogonal(n: int) -> Value:
        while True:
            try:
                return isometry.make(ring, n, n, [ring.random_choice(rng) for _ in range(isometry.count(n, n))])
            except ZeroDivisionError:
                continue

    zero = ring.scalar(0)
    values = [ring.positive(ring.random_choice(rng)) for _ in range(min(rows, cols))]
    items = [values[i] if i == j else zero for i in range(rows) for j in range(cols)]
    return orthogonal(rows), matrix(ring, rows, cols, items), orthogonal(cols)


__all__ = ["NoInstance", "Sampler", "sample", "svd_triple"]
