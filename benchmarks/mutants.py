"""Single-edit mutants of the worked homework's claims: how many false ones does `prove` call proved, how many refuted?

    python benchmarks/mutants.py [COUNT] [SEED]

A mutant differs from a proved claim in one place: a transpose dropped or added, a sign flipped, two factors swapped,
an inverse or a term dropped, a coefficient changed. Only mutants count that independent floating-point evaluation
shows to be false, or that no sizes make meaningful. Of `argmin f = v` the value is mutated, and it is false if f is
smaller at a feasible point beside it; a limit is compared with the value close to its point.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Add, Basic, Eq, Inverse, Limit, MatAdd, MatMul, MatrixSymbol, Mul, Piecewise, S, Transpose

from numeric import NoInstance, Undefined, evaluate, sample, size_patterns
from proofs import Claim, prove
from proofs.homework import problems
from symbolic.errors import PushthroughError, ShapeError
from symbolic.nodes import ArgMax, ArgMin


@dataclass(frozen=True)
class Mutant:
    lhs: Basic
    rhs: Basic
    given: tuple[Any, ...]
    edit: str


def local_edits(e: Any) -> Iterator[tuple[Basic, str]]:
    """The edits at the root of `e`."""
    if isinstance(e, Transpose):
        yield e.arg, "transpose dropped"
    if isinstance(e, MatrixSymbol):
        yield Transpose(e), "transpose added"
    if isinstance(e, Inverse):
        yield e.arg, "inverse dropped"
    if isinstance(e, (MatAdd, Add)):
        times = MatMul if isinstance(e, MatAdd) else Mul
        for k, term in enumerate(e.args):
            rest = [*e.args[:k], *e.args[k + 1 :]]
            yield (e.func(*rest) if len(rest) > 1 else rest[0]), "term dropped"
            yield e.func(*e.args[:k], times(S.NegativeOne, term), *e.args[k + 1 :]), "sign flipped"
    if isinstance(e, MatMul):
        for k in range(len(e.args) - 1):
            if e.args[k].is_Matrix and e.args[k + 1].is_Matrix:
                yield MatMul(*e.args[:k], e.args[k + 1], e.args[k], *e.args[k + 2 :]), "factors swapped"
    if isinstance(e, (MatMul, Mul)):
        yield e.func(2, *e.args), "coefficient changed"
        yield e.func(-1, *e.args), "sign flipped"


def edits(e: Any) -> Iterator[tuple[Basic, str]]:
    """Every way to change `e` in one place."""
    yield from local_edits(e)
    if isinstance(e, (MatMul, MatAdd, Transpose, Inverse, Mul, Add, Piecewise)):
        for k, arg in enumerate(e.args):
            inner = (((new, arg[1]), edit) for new, edit in edits(arg[0])) if isinstance(e, Piecewise) else edits(arg)
            for new, edit in inner:
                yield e.func(*e.args[:k], new, *e.args[k + 1 :]), edit


def mutants() -> Iterator[Mutant]:
    """Every mutant of every equality that the worked homework claims, of its steps too."""
    for problem in problems():
        for build in problem.parts.values():
            for derivation in build().derivations:
                for step in (derivation, *derivation.steps):
                    if step.relation == "=":
                        given = tuple({*derivation.given, *step.given})
                        for new, edit in edits(step.rhs):
                            yield Mutant(step.lhs, new, given, edit)
                        for new, edit in edits(step.lhs):
                            yield Mutant(new, step.rhs, given, edit)
                        if isinstance(step.lhs, Limit):
                            for new, edit in edits(step.lhs.args[0]):
                                yield Mutant(Limit(new, *step.lhs.args[1:]), step.rhs, given, edit)


def is_false(m: Mutant, seed: int) -> bool:
    """Whether float instances of our own drawing contradict the mutant, or no sizes make it meaningful.

    This asks nothing of the prover or of its exact search for counterexamples.
    """
    try:
        claim = Claim(m.lhs, m.rhs)
    except ShapeError:
        return True
    for k, sizes in enumerate(size_patterns(claim.lhs, claim.rhs, *m.given)):
        try:
            env = sample([claim.lhs, claim.rhs], given=list(m.given), sizes=sizes, seed=seed + k)
            if isinstance(m.lhs, ArgMin):
                if not m.rhs.has(ArgMin, ArgMax) and is_beaten(m.lhs, m.rhs, env, np.random.default_rng(seed)):
                    return True
                continue
            if isinstance(m.lhs, Limit):
                if is_far(m.lhs, m.rhs, env):
                    return True
                continue
            left, right = (np.asarray(evaluate(side, env), dtype=float) for side in (claim.lhs, claim.rhs))
        except (NoInstance, Undefined):  # an inverse that does not exist at these sizes
            continue
        scale = 1 + max(np.abs(left).max(), np.abs(right).max())
        if np.isfinite(scale) and np.abs(left - right).max() > 1e-6 * scale:
            return True
    return False


def is_beaten(problem: ArgMin, value: Basic, env: dict[Basic, Any], rng: np.random.Generator) -> bool:
    """Whether `value` misses the constraint, or the objective is smaller (or no larger) at a feasible point near it."""
    if len(problem.variables) != 1:
        return False
    (w,) = problem.variables
    best = np.atleast_2d(np.asarray(evaluate(value, env), dtype=float))

    def at(e: Basic, point: np.ndarray) -> np.ndarray:
        return np.atleast_2d(np.asarray(evaluate(e, {**env, w: point}), dtype=float))

    free = np.eye(best.size)
    for c in problem.constraints:
        gap = at(c.lhs, best) - at(c.rhs, best)
        if np.abs(gap).max() > 1e-6 * (1 + np.abs(at(c.rhs, best)).max()):
            return True
        columns = [(at(c.lhs, best + e.reshape(best.shape)) - at(c.lhs, best)).ravel() for e in np.eye(best.size)]
        _, s, vt = np.linalg.svd(np.array(columns).T)
        free = vt[int((s > 1e-9).sum()) :]
    here = at(problem.objective, best)[0, 0]
    for _ in range(20 if len(free) else 0):
        step = (rng.normal(size=len(free)) @ free).reshape(best.shape)
        if at(problem.objective, best + 0.1 * step)[0, 0] < here - 1e-9 * (1 + abs(here)):
            return True
    return False


def is_far(limit: Limit, value: Basic, env: dict[Basic, Any]) -> bool:
    """Whether the expression is nowhere near `value` close to the point."""
    e, s, point, _ = limit.args
    near = float(point) + 1e-7 if point.is_finite else 1e7
    left, right = (np.asarray(evaluate(side, {**env, s: near}), dtype=float) for side in (e, value))
    scale = 1 + max(np.abs(left).max(), np.abs(right).max())
    return bool(np.isfinite(scale) and np.abs(left - right).max() > 1e-2 * scale)


def judge(count: int, seed: int) -> tuple[Counter[str], list[Mutant]]:
    """The verdicts on up to `count` false mutants, and those mutants that were not refuted."""
    pool = list({(m.lhs, m.rhs): m for m in mutants()}.values())
    random.Random(seed).shuffle(pool)
    verdicts: Counter[str] = Counter()
    missed = []
    for m in pool:
        if sum(verdicts.values()) == count:
            break
        if not is_false(m, seed):
            continue
        try:
            status = prove(_claim(m), given=list(m.given)).status
        except PushthroughError as error:
            status = type(error).__name__
        verdicts[status] += 1
        if status != "refuted":
            missed.append(m)
    return verdicts, missed


def main(count: int, seed: int) -> None:
    start = time.perf_counter()
    verdicts, missed = judge(count, seed)
    for m in missed:
        print(f"not refuted: {m.lhs} = {m.rhs} given {m.given} ({m.edit})")
    print(f"seed {seed}, {sum(verdicts.values())} false mutants: {dict(verdicts)}, {time.perf_counter() - start:.1f} s")


def _claim(m: Mutant) -> Any:
    try:
        return Claim(m.lhs, m.rhs)
    except ShapeError:
        return Eq(m.lhs, m.rhs, evaluate=False)


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:]]
    main(*(numbers + [200, 1][len(numbers) :]))
