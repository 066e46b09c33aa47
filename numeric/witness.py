"""Evidence for a claim that was not refuted: how many instances, at which sizes, and what that is worth.

Three kinds, each with what it cannot say. Instances modulo a prime come with the Schwartz-Zippel bound of the plan that
was run, one bound a size pattern: **a size that was tried says nothing about the sizes that were not**. Where a claim
needs an order (cases, signs) the instances are rational and carry no bound. Float instances show the largest relative
error. Roots: the bound doubles with each, as that of the norm of the polynomial.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sympy import Basic

from numeric.counterexample import claim_text
from numeric.falsify import Direction, check_shapes, directions, flat_given
from numeric.field import PRIMES, DegreeRing, PrimeField
from numeric.rings import RATIONAL, REAL, OutsideRing, Ring, Undefined
from numeric.sample import NoInstance, Sampler
from numeric.setting import patterns_of
from numeric.truth import Outcome, compile_statement

ONE_SIZE = "An instance decides one size only: no number of sizes tried proves the claim for all sizes."


@dataclass(frozen=True)
class Pattern:
    """What was seen at one assignment of sizes: instances evaluated, and instances that did not exist."""

    sizes: dict[Basic, int]
    instances: int
    skipped: int = 0
    degree: int | None = None

    @property
    def where(self) -> str:
        return ", ".join(f"{s} = {v}" for s, v in self.sizes.items()) or "no sizes"


@dataclass(frozen=True)
class Witness:
    """Instances at which the claim was evaluated.

    holds:     False if one of them disagrees (then ask `falsify` for a counterexample)
    ring:      "field", "rationals" or "floats": the most exact arithmetic that has every node of the claim
    patterns:  exact instances, one entry a size pattern; `prime` is the modulus, None outside the field
    floats, error: number of float64 instances and the largest relative error between the two sides
    vacuous:   hypotheses of an `iff` or `implies` that no drawn instance satisfied
    """

    claim: Any
    ring: str
    patterns: tuple[Pattern, ...]
    prime: int | None = None
    floats: int = 0
    error: float = 0.0
    holds: bool = True
    seed: int = 0
    vacuous: tuple[str, ...] = field(default=())

    @property
    def instances(self) -> int:
        """All exact instances."""
        return sum(p.instances for p in self.patterns)

    @property
    def degree(self) -> int | None:
        """The largest degree bound over the size patterns."""
        return max((p.degree for p in self.patterns if p.degree is not None and p.instances), default=None)

    @property
    def bound(self) -> float | None:
        """Probability, a size pattern, that one random instance misses a claim that is false there: d/p at most."""
        return self.degree / self.prime if self.prime and self.degree is not None else None

    @property
    def only_trivial(self) -> bool:
        """Every instance has all its sizes equal to 1: larger ones never existed, and little was seen."""
        seen = [p for p in self.patterns if p.instances]
        return bool(seen) and all(p.sizes and set(p.sizes.values()) == {1} for p in seen)

    def summary(self) -> str:
        """The evidence in a few sentences."""
        seen = [p for p in self.patterns if p.instances]
        empty = [p for p in self.patterns if not p.instances]
        lines = []
        if self.ring == "floats":
            lines.append("It contains functions without exact values: only floating point was evaluated.")
        elif seen:
            kind = f"modulo the prime {self.prime}" if self.prime else "over the rationals"
            sizes = "; ".join(p.where for p in seen)
            lines.append(f"{self.instances} exact instances {kind}, {_count(seen)}: {sizes}.")
        if self.bound is not None:
            lines.append(
                f"A claim false at one of these sizes passes there with probability at most {self.bound:.0e} "
                f"(degree {self.degree} over the prime; Schwartz-Zippel)."
            )
        if empty:
            sizes = "; ".join(p.where for p in empty)
            lines.append(f"No instance exists at {sizes}: an inverse or a hypothesis fails.")
        if self.floats:
            lines.append(f"{self.floats} float64 instances, largest relative error {self.error:.1e}.")
        lines += [f"No instance satisfies {text}: that direction was not tested." for text in self.vacuous]
        return " ".join([*lines, ONE_SIZE] if any(p.sizes for p in self.patterns) else lines)

    def __str__(self) -> str:
        return f"{claim_text(self.claim)}: {self.summary()}"


def _count(patterns: list[Pattern]) -> str:
    return "one size pattern" if len(patterns) == 1 else f"{len(patterns)} size patterns"


def witness(claim: Any, given: Iterable[Basic] = (), instances: int = 2, seed: int = 0, limit: int = 6) -> Witness:
    """Evaluate `claim` at random instances: `instances` for each of up to `limit` size patterns, and some in floats.

    Raises NoInstance if none exists, ShapeError and UnsupportedError as `falsify` does.

    >>> from sympy import Eq, Identity, MatrixSymbol, symbols
    >>> n, d = symbols("n d", integer=True, positive=True)
    >>> lam, X = symbols("lambda", positive=True), MatrixSymbol("X", n, d)
    >>> left, right = (X.T*X + lam*Identity(d)).inv()*X.T, X.T*(X*X.T + lam*Identity(n)).inv()
    >>> w = witness(Eq(left, right, evaluate=False))
    >>> w.holds, len(w.patterns), w.bound < 1e-15, w.error < 1e-8
    (True, 6, True, True)
    """
    given = tuple(flat_given(given))
    check_shapes(claim, given)
    *sides, whole = directions(claim, given)
    rng = Random(seed)
    prime = PRIMES[seed % len(PRIMES)]
    result = _exact(whole, PrimeField(prime), instances, rng, limit)
    if result is not None and not all(ok for _, ok in result):
        result = None  # squares may vanish modulo p: only ordered arithmetic decides
    name = "field"
    if result is None:
        name, result = "rationals", _exact(whole, RATIONAL, max(instances, 8), rng, limit)
    if result is None:
        name, result = "floats", []
    vacuous = _vacuous(sides, name, prime, rng)
    floats, error, agree = _floats(whole, 1 if result else 5, rng, 2 if result else limit)
    patterns = tuple(pattern for pattern, _ in result)
    if not floats and not any(p.instances for p in patterns):
        skipped = sum(p.skipped for p in patterns)
        raise NoInstance(f"{claim_text(claim)}: no instance could be evaluated ({skipped} tried)")
    holds = all(ok for _, ok in result) and (agree or bool(result))
    return Witness(
        claim=claim, ring=name, patterns=patterns, prime=prime if name == "field" else None, floats=floats,
        error=error, holds=holds, seed=seed, vacuous=vacuous,
    )  # fmt: skip


def _exact(
    direction: Direction, ring: Ring, instances: int, rng: Random, limit: int
) -> list[tuple[Pattern, bool]] | None:
    """Instances at each size pattern, or None if the ring lacks a node."""
    result = []
    try:
        for sizes in patterns_of(direction.setting.sizes, limit):
            seen, skipped, ok = 0, 0, True
            for indices in direction.setting.index_choices(sizes, limit=4):
                sampler = Sampler(direction.setting, ring, sizes, indices)
                check = compile_statement(direction.conclusion, sizes, ring, indices)
                outcomes, missed = _draw(sampler, check, instances, rng)
                seen, skipped, ok = seen + len(outcomes), skipped + missed, ok and all(o.holds for o in outcomes)
            degree = degree_bound(direction, sizes) if isinstance(ring, PrimeField) and seen else None
            result.append((Pattern(sizes, seen, skipped, degree), ok))
    except OutsideRing:
        return None
    return result


def _draw(sampler: Sampler, check: Any, instances: int, rng: Random) -> tuple[list[Outcome], int]:
    outcomes: list[Outcome] = []
    skipped = 0
    while len(outcomes) < instances and skipped < 3 * instances:
        try:
            outcomes.append(check(sampler.random(rng)))
        except Undefined:
            skipped += 1
    return outcomes, skipped


def degree_bound(direction: Direction, sizes: dict[Basic, int]) -> int | None:
    """d such that a false claim vanishes at a random instance of these sizes with probability at most d/p.

    None where the conclusion is not an equation of rational functions.
    """
    ring = DegreeRing()
    indices = direction.setting.index_choices(sizes)[0]
    try:
        env = Sampler(direction.setting, ring, sizes, indices).random(Random(0))
        outcome = compile_statement(direction.conclusion, sizes, ring, indices)(env)
    except (OutsideRing, AttributeError):
        return None
    if outcome.left is None or outcome.right is None:
        return None
    return ring.bound(outcome.left, outcome.right)


def _vacuous(sides: list[Direction], name: str, prime: int, rng: Random) -> tuple[str, ...]:
    """The sides of an `iff` or `implies` for which no instance was found at any size."""
    ring: Ring = PrimeField(prime) if name == "field" else RATIONAL if name == "rationals" else REAL
    texts = []
    for side in sides:
        found = False
        for sizes in patterns_of(side.setting.sizes, 4):
            sampler = Sampler(side.setting, ring, sizes, side.setting.index_choices(sizes)[0])
            found = found or bool(_draw(sampler, lambda env: Outcome(True), 1, rng)[0])
        if not found:
            texts.append(" and ".join(str(e) for e in side.setting.equations or side.setting.tests))
    return tuple(texts)


def _floats(direction: Direction, instances: int, rng: Random, limit: int) -> tuple[int, float, bool]:
    """(instances, largest relative error, all agree) in float64."""
    count, error, agree = 0, 0.0, True
    for sizes in patterns_of(direction.setting.sizes, limit):
        indices = direction.setting.index_choices(sizes)[0]
        try:
            sampler = Sampler(direction.setting, REAL, sizes, indices)
            check = compile_statement(direction.conclusion, sizes, REAL, indices)
        except OutsideRing:
            return 0, 0.0, True
        outcomes, _ = _draw(sampler, check, instances, rng)
        count += len(outcomes)
        error = max([error, *(o.error for o in outcomes)])
        agree = agree and all(o.holds for o in outcomes)
    return count, error, agree
