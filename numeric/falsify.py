"""Refute a claim by an exact instance, and make the instance small.

The search: random instances modulo a prime at several sizes (fast, and a false identity is caught almost surely), then
degenerate instances over the rationals (zeros, identities, equal matrices, rank one). Whatever is found is looked for
again over the rationals at the smallest sizes, and its *choices* (see `numeric.generators`) are shrunk towards 0 and 1,
so that symmetric, orthogonal or defined matrices stay what they are. A prime field only points to where to look: a
counterexample is always rational (or, for functions like exp, in floating point and says so).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from sympy import Basic, MatrixSymbol

from numeric.counterexample import Counterexample, claim_text, to_sympy
from numeric.directions import Direction, check_shapes, directions, flat_given
from numeric.explain import about_minimisers, explain
from numeric.field import PRIMES, PrimeField
from numeric.plan import OutsideRange
from numeric.rings import RATIONAL, REAL, OutsideRing, Ring, Undefined, Value
from numeric.sample import MODES, Choices, NoInstance, Sampler, structured
from numeric.setting import patterns_of
from numeric.truth import Check, Outcome, as_statement, compile_statement
from symbolic.meaning import is_about_minimisers

THOROUGH = 4  # rounds of special instances where there is reason to expect a failure


@dataclass
class Tally:
    """How many instances were evaluated and how many did not exist."""

    tried: int = 0
    skipped: int = 0
    outside: OutsideRing | None = None
    reasons: list[str] = field(default_factory=list)

    def skip(self, error: Exception) -> None:
        self.skipped += 1
        if len(self.reasons) < 20:
            self.reasons.append(str(error))


def falsify(claim: Any, given: Iterable[Basic] = (), seed: int = 0, effort: int = 1) -> Counterexample | None:
    """A small exact counterexample to `claim` under the hypotheses `given`, or None if none was found.

    `claim` is a SymPy Eq, a predicate (`Q.positive_definite(M)`), an inequality of scalars, `ForAll`, or an object with
    `.lhs .rhs .relation` (`=`, `iff`, `implies`, `<`, ...). Sides of an equation may be minimisers (`ArgMin(f, w)`,
    compared as sets of points where f is a quadratic) or hold a `Limit` (evaluated at three distances from its point).
    Instances at which an inverse does not exist are skipped.
    None is not a proof; `numeric.witness` says what it is worth. `effort` multiplies the number of special instances
    (zeros, identities, equal or rank-one matrices) that are tried.

    Raises ShapeError if sizes clash, UnsupportedError for a node that is not evaluated, and NoInstance if every
    instance was skipped, as for the inverse of x*x' at n > 1: then there was nothing to test.

    >>> from sympy import Eq, MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    >>> print(falsify(Eq(A*B, B*A)))
    A*B = B*A fails for n = 2:
      A = [1  0]
          [0  0]
      B = [0  0]
          [1  0]
      left: A*B = [0  0]
                  [0  0]
      right: B*A = [0  0]
                   [1  0]
      entry (2, 1) is 0 on the left and 1 on the right
    """
    given = tuple(flat_given(given))
    check_shapes(claim, given)
    tally = Tally()
    found: Counterexample | None = None
    every = directions(claim, given)
    if is_about_minimisers(as_statement(claim)):  # the parts, each where its premises hold, are all there is to test
        every = every[:-1] or every
    for direction in filter(lambda one: one.decides, every):
        found = _search(direction, given, Random(seed), tally, effort)
        if found:
            return about_minimisers(claim, found) if is_about_minimisers(as_statement(claim)) else found
    if not tally.tried and all(direction.decides for direction in every):
        raise NoInstance(_no_instance_text(claim, tally))
    return None


# ---- search


def _search(
    direction: Direction, given: tuple[Basic, ...], rng: Random, tally: Tally, effort: int
) -> Counterexample | None:
    field_ring = PrimeField(PRIMES[rng.randrange(len(PRIMES))])
    suspects: list[dict[Basic, int]] = []
    rational = in_field = True
    try:
        for sizes, sampler, check in _cases(direction, field_ring, patterns_of(direction.setting.sizes)):
            if _disagrees(sampler, check, rng, tally):
                suspects.append(sizes)
    except OutsideRing:
        suspects, in_field = [], False
    try:
        small = list(_small_sizes(direction.setting.sizes)) if suspects else []
        order = small + suspects if suspects else list(patterns_of(direction.setting.sizes))
        for sizes, sampler, check in _cases(direction, RATIONAL, order):
            rounds = effort * (_rounds(direction) if suspects or not in_field else 1)
            failing = _degenerate(sampler, check, rng, tally, rounds)
            if failing is not None:
                if not suspects:  # found at a larger size: look at the smaller ones too
                    return _smallest(direction, given, rng, tally, sizes, sampler, check, failing)
                return _report(direction, given, sampler, check, failing, tally)
    except OutsideRing:
        rational = False
    if rational and not suspects:
        return None
    return _floating(direction, given, rng, tally)


def _rounds(direction: Direction) -> int:
    """Fewer where an instance decides about all points at once."""
    return 2 if is_about_minimisers(direction.claim) else THOROUGH


def _cases(
    direction: Direction, ring: Ring, patterns: Iterable[dict[Basic, int]]
) -> Iterator[tuple[dict[Basic, int], Sampler, Check]]:
    setting = direction.setting
    for sizes in patterns:
        for indices in setting.index_choices(sizes):
            try:
                sampler = Sampler(setting, ring, sizes, indices)
                check = compile_statement(direction.claim, sizes, ring, indices)
            except OutsideRange:
                continue
            yield sizes, sampler, check


def _disagrees(sampler: Sampler, check: Check, rng: Random, tally: Tally, instances: int = 2) -> bool:
    for _ in range(2 * instances):
        try:
            outcome = check(sampler.random(rng))
        except Undefined as error:
            tally.skip(error)
            continue
        tally.tried += 1
        instances -= 1
        if not outcome.holds:
            return True
        if not instances:
            break
    return False


def _degenerate(sampler: Sampler, check: Check, rng: Random, tally: Tally, rounds: int) -> Choices | None:
    """Choices of a failing instance among structured ones; of several, the simplest."""
    best: Choices | None = None
    best_cost = float("inf")
    for mode in MODES * rounds:
        choices = sampler.choose(structured(mode, rng))
        cost = _failing_cost(sampler, check, choices, tally)
        if cost is not None and cost < best_cost:
            best, best_cost = choices, cost
    return best


def _failing_cost(sampler: Sampler, check: Check, choices: Choices, tally: Tally) -> float | None:
    """The cost of the instance if the claim fails there, else None."""
    try:
        env = sampler.build(choices)
        outcome = check(env)
    except Undefined as error:
        tally.skip(error)
        return None
    tally.tried += 1
    return None if outcome.holds else _cost(sampler, env)


def _cost(sampler: Sampler, env: Mapping[Basic, Value]) -> float:
    """How hard the instance is to read: entries 0 are free, 1 costs least, fractions most."""
    total = 0.0
    for symbol, value in env.items():
        shape = sampler.shapes.get(symbol, (1, 1))
        items = [value] if shape == (1, 1) else sampler.ring.entries(value)
        total += sum(_entry_cost(x) for x in items)
    return total


def _entry_cost(x: Any) -> float:
    if x == 0:
        return 0.0
    if not hasattr(x, "q"):
        return 1.0 + abs(float(x)) + (0.0 if float(x) == int(x) else 10.0)
    p, q = int(x.p), int(x.q)
    return 0.5 + abs(p).bit_length() + (0.3 if p < 0 else 0.0) + (0.0 if q == 1 else 3.0 + 2 * q.bit_length())


def _small_sizes(sizes: Sequence[Basic], top: int = 3, limit: int = 30) -> Iterator[dict[Basic, int]]:
    """All sizes up to `top`, the smallest first."""
    every = sorted(product(range(1, top + 1), repeat=len(sizes)), key=lambda row: (sum(row), max(row, default=0)))
    for row in every[:limit]:
        yield dict(zip(sizes, row, strict=True))


def _smallest(
    direction: Direction,
    given: tuple[Basic, ...],
    rng: Random,
    tally: Tally,
    sizes: dict[Basic, int],
    sampler: Sampler,
    check: Check,
    failing: Choices,
) -> Counterexample:
    """The failing instance at these sizes, unless smaller sizes have one as well."""
    total = sum(sizes.values())
    smaller = (s for s in _small_sizes(direction.setting.sizes) if sum(s.values()) < total)
    for _, other, other_check in _cases(direction, RATIONAL, smaller):
        found = _degenerate(other, other_check, rng, tally, THOROUGH)
        if found is not None:
            return _report(direction, given, other, other_check, found, tally)
    return _report(direction, given, sampler, check, failing, tally)


def _floating(direction: Direction, given: tuple[Basic, ...], rng: Random, tally: Tally) -> Counterexample | None:
    """Small integers, but evaluated in floating point: for functions and roots that no exact ring has."""
    for _, sampler, check in _cases(direction, REAL, _small_sizes(direction.setting.sizes, limit=12)):
        choices = _degenerate(sampler, check, rng, tally, THOROUGH)
        if choices is not None:
            return _report(direction, given, sampler, check, choices, tally)
    return None


# ---- shrinking and reporting


def _shrink(sampler: Sampler, check: Check, choices: Choices, limit: int = 400) -> Choices:
    """Greedily replace single choices by 0, 1, -1, 2 while the claim still fails and the instance gets simpler."""
    silent = Tally()
    best_cost = _failing_cost(sampler, check, choices, silent)
    best = choices
    evaluations, improved = 0, True
    while improved and best_cost is not None:
        improved = False
        for symbol, items in list(best.items()):
            for k in range(len(items)):
                for candidate in (0, 1, -1, 2):
                    if best[symbol][k] == candidate or evaluations >= limit:
                        continue
                    trial = {s: list(c) for s, c in best.items()}
                    trial[symbol][k] = candidate
                    evaluations += 1
                    cost = _failing_cost(sampler, check, trial, silent)
                    if cost is not None and cost < best_cost:
                        best, best_cost, improved = trial, cost, True
    return best


def _report(
    direction: Direction, given: tuple[Basic, ...], sampler: Sampler, check: Check, choices: Choices, tally: Tally
) -> Counterexample:
    choices = _shrink(sampler, check, choices)
    env = sampler.build({s: list(c) for s, c in choices.items()})
    outcome: Outcome = check(env)
    ring = sampler.ring
    values = {s: to_sympy(ring, v, sampler.shapes[s], as_matrix=isinstance(s, MatrixSymbol)) for s, v in env.items()}
    fields = explain(direction.claim, outcome, ring)
    return Counterexample(
        claim=direction.claim, sizes=sampler.sizes, indices=sampler.indices, values=values | fields.pop("values", {}),
        skipped=tally.skipped, exact=ring.exact, given=given, **fields,
    )  # fmt: skip


def _no_instance_text(claim: Any, tally: Tally) -> str:
    reasons = sorted(set(tally.reasons), key=tally.reasons.index)[:2]
    text = "; ".join(reason for reason in reasons if reason) or "no reason recorded"
    return (
        f"{claim_text(claim)}: no instance could be evaluated ({tally.skipped} tried): {text}. "
        "Either an inverse in it never exists, or its hypotheses contradict each other."
    )
