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

import sympy as sp
from sympy import Basic

from numeric.counterexample import claim_text
from numeric.directions import Direction, check_shapes, directions, flat_given
from numeric.field import PRIMES, DegreeRing, PrimeField
from numeric.generators import STRUCTURED
from numeric.limits import Tendency, approached
from numeric.plan import OutsideRange
from numeric.rings import RATIONAL, REAL, OutsideRing, Ring, Undefined
from numeric.sample import MODES, NoInstance, Sampler, structured
from numeric.setting import patterns_of
from numeric.truth import Outcome, as_statement, compile_statement

UNDECIDED = "problems that order points differently may have the same minimisers: no instance decides the claim"
RARE = 60  # instances that may be refused by inequalities and other tests among the hypotheses
ONE_SIZE = "An instance decides one size only: no number of sizes tried proves the claim for all sizes."


@dataclass(frozen=True)
class Pattern:
    """What was seen at one assignment of sizes: instances evaluated, and instances that did not exist."""

    sizes: dict[Basic, int]
    instances: int
    skipped: int = 0
    degree: int | None = None
    premise: str = ""  # the side of an `iff` or `implies` that was made to hold there
    special: int = 0  # of the instances, those that are not random: zeros, identities, ...

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
    families:  the hypotheses whose solutions were drawn from a parametrised family: the bound is about that family
    vacuous:   sides of an `iff` or `implies` that no drawn instance satisfies
    orders:    of a limit: the observed orders of convergence in floats, the smallest and the largest
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
    families: tuple[str, ...] = field(default=())
    orders: tuple[float, ...] = field(default=())

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
        seen, empty = ([p for p in self.patterns if bool(p.instances) is wanted] for wanted in (True, False))
        lines = []
        if self.ring == "floats":
            lines.append("Only floating point was evaluated: no exact values were found for its functions or roots.")
        elif seen:
            kind = f"modulo the prime {self.prime}" if self.prime else "over the rationals"
            where = f", at the sizes {_sizes(seen)}" if seen[0].sizes else ""
            lines.append(f"{self.instances} exact instances {kind}{where}.")
        if self.bound:
            lines.append(
                f"A claim false at one of these sizes passes there with probability at most {self.bound:.0e} "
                f"(degree {self.degree} over the prime; Schwartz-Zippel)."
            )
        if self.bound and self.families:
            lines.append(f"The bound is for random solutions (ranks and signs too) of: {'; '.join(self.families)}.")
        if sum(p.special for p in seen):
            lines.append(f"{sum(p.special for p in seen)} of them are special ones: zeros, identities, equal matrices.")
        for premise in self.vacuous:
            lines.append(f"No instance satisfies {premise}: that direction was not tested.")
        empty = [p for p in empty if p.premise not in self.vacuous]
        if empty and empty[0].sizes:
            lines.append(f"No instance exists at {_sizes(empty)}: an inverse or a hypothesis fails.")
        if self.floats:
            count = f"{self.floats} float64 instance{'s' if self.floats > 1 else ''}"
            lines.append(f"{count}, {self._convergence() or f'largest relative error {self.error:.1e}'}.")
        return " ".join([*lines, ONE_SIZE] if any(p.sizes for p in self.patterns) else lines)

    def _convergence(self) -> str:
        limits = sorted(as_statement(self.claim).atoms(sp.Limit), key=str) if self.orders else []
        if not limits:
            return ""
        low, high = (f"{order:.2f}" for order in self.orders)
        return f"errors fall with order {low if low == high else f'{low} to {high}'} as {approached(limits[0])}"

    def __str__(self) -> str:
        return f"{claim_text(self.claim)}: {self.summary()}"


def _sizes(patterns: list[Pattern]) -> str:
    """`(n, d) = (2, 3), (3, 2)`."""
    names = [str(s) for s in patterns[0].sizes]
    rows = [[str(v) for v in p.sizes.values()] for p in patterns]
    if len(names) == 1:
        return f"{names[0]} = {', '.join(dict.fromkeys(row[0] for row in rows))}"
    return f"({', '.join(names)}) = {', '.join(dict.fromkeys('(' + ', '.join(row) + ')' for row in rows))}"


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
    sides = sides or [whole]  # of an `iff` the sides are the evidence: generic instances satisfy neither
    rng = Random(seed)
    prime = PRIMES[seed % len(PRIMES)]
    name, result = "field", _exact(sides, PrimeField(prime), instances, rng, limit)
    if result is None or not all(ok for _, ok in result):  # sums of squares may vanish modulo p: order decides
        name, result = "rationals", _exact(sides, RATIONAL, max(instances, 8), rng, limit)
    if result is None or not any(p.instances for p, _ in result):
        name, result = "floats", []
    floats, error, agree, orders = _floats(sides, 1 if result else 5, rng, 2 if result else limit, not result)
    patterns = tuple(pattern for pattern, _ in result)
    if not floats and not any(p.instances for p in patterns):
        raise NoInstance(f"{claim_text(claim)}: no instance satisfies its hypotheses with every inverse defined")
    seen = {p.premise for p in patterns if p.instances}
    return Witness(
        claim=claim, ring=name, patterns=patterns, prime=prime if name == "field" else None, floats=floats,
        error=error, holds=all(ok for _, ok in result) and (agree or bool(result)), seed=seed,
        vacuous=tuple(side.premise for side in sides if result and side.premise not in seen),
        families=_families(sides), orders=(min(orders), max(orders)) if orders else (),
    )  # fmt: skip


def _families(sides: list[Direction]) -> tuple[str, ...]:
    """Hypotheses whose solution sets have several pieces, or may have: the instances come from the ones we can draw."""
    pieces = STRUCTURED - {"symmetric", "skew_symmetric", "diagonal", "upper_triangular", "lower_triangular"}
    texts: list[str] = []
    for side in sides:
        for symbol, names in side.setting.names.items():
            texts += [f"{symbol} {name.replace('_', ' ')}" for name in sorted(names & pieces - {"positive_definite"})]
        texts += [claim_text(equation) for equation in side.setting.equations]
    return tuple(dict.fromkeys(texts))


def _exact(
    sides: list[Direction], ring: Ring, instances: int, rng: Random, limit: int
) -> list[tuple[Pattern, bool]] | None:
    """Instances at each size pattern, or None if the ring lacks a node."""
    result = []
    try:
        for side in sides:
            found: list[tuple[Pattern, bool]] = []
            for patience in _patience(side, instances):
                found = []
                for sizes in patterns_of(side.setting.sizes, limit):
                    found.append(_at_sizes(side, ring, sizes, instances, rng, patience))
                    if not found[-1][1] and not side.decides and all(ok for _, ok in [*result, *found[:-1]]):
                        raise NoInstance(f"{claim_text(side.claim)} fails: {UNDECIDED}")
                if any(pattern.instances for pattern, _ in found):
                    break
            result += found
    except OutsideRing:
        return None
    return result


def _patience(side: Direction, instances: int) -> tuple[int, ...]:
    """How many instances may not exist before the search at a size ends; the second, if there was none at any size."""
    return (3 * instances, RARE) if side.setting.tests else (3 * instances,)


def _at_sizes(
    side: Direction, ring: Ring, sizes: dict[Basic, int], instances: int, rng: Random, patience: int
) -> tuple[Pattern, bool]:
    seen, skipped, ok = 0, 0, True
    special = 0
    for indices in side.setting.index_choices(sizes, limit=4):
        try:
            sampler = Sampler(side.setting, ring, sizes, indices)
            check = compile_statement(side.conclusion, sizes, ring, indices)
        except OutsideRange:
            continue
        outcomes, missed = _draw(sampler, check, instances, rng, patience)
        if not outcomes and side.setting.equations:  # no generic solution: perhaps zero or the identity is one
            outcomes = _draw_special(sampler, check, rng)
            special += len(outcomes)
        seen, skipped, ok = seen + len(outcomes), skipped + missed, ok and all(o.holds for o in outcomes)
    degree = degree_bound(side, sizes) if isinstance(ring, PrimeField) and seen > special else None
    return Pattern(sizes, seen, skipped, degree, side.premise, special), ok


def _draw_special(sampler: Sampler, check: Any, rng: Random) -> list[Outcome]:
    outcomes = []
    for mode in MODES:
        try:
            outcomes.append(check(sampler.build(sampler.choose(structured(mode, rng)))))
        except Undefined:
            continue
    return outcomes


def _draw(sampler: Sampler, check: Any, instances: int, rng: Random, patience: int) -> tuple[list[Outcome], int]:
    """Outcomes at random instances, until there are enough or `patience` of them did not exist."""
    outcomes: list[Outcome] = []
    skipped = 0
    while len(outcomes) < instances and skipped < patience:
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


def _floats(
    sides: list[Direction], instances: int, rng: Random, limit: int, required: bool
) -> tuple[int, float, bool, list[float]]:
    """(instances, largest relative error, all agree, orders of convergence) in float64.

    Raises OutsideRing if these are `required`.
    """
    count, error, agree, orders = 0, 0.0, True, list[float]()
    for side in sides:
        for sizes in patterns_of(side.setting.sizes, limit):
            indices = side.setting.index_choices(sizes)[0]
            try:
                sampler = Sampler(side.setting, REAL, sizes, indices)
                check = compile_statement(side.conclusion, sizes, REAL, indices)
            except OutsideRing:
                if required:
                    raise
                return 0, 0.0, True, []
            except OutsideRange:  # an entry that is named does not exist at these sizes
                continue
            outcomes, _ = _draw(sampler, check, instances, rng, _patience(side, instances)[-1 if required else 0])
            count += len(outcomes)
            error = max([error, *(o.error for o in outcomes)])
            if agree and not side.decides and not all(o.holds for o in outcomes):
                raise NoInstance(f"{claim_text(side.claim)} fails: {UNDECIDED}")
            agree = agree and all(o.holds for o in outcomes)
            seen = (o.detail.order for o in outcomes if isinstance(o.detail, Tendency))
            orders += [order for order in seen if order is not None]
    return count, error, agree, orders
