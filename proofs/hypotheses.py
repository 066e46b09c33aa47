"""What is known of signs, as polynomials, and what is left of a sign to be shown once denominators and factors are out.

`Hypotheses` reads the facts in force; `Goal` writes the number in question as target * weight * middle * outer^2, where
only the sign of `target` is open: odd powers of denominators and factors of known sign go to the middle of a square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mpoly_ctx

from proofs.kernel import LAX, ONE_TO_ONE, STRICT, Checker, KernelError
from proofs.laurent import ONE, Letters, Monomial, Poly, by_powers, power, product, scaled, total
from symbolic.errors import UnsupportedError

Json = Any
Lemma = Callable[[Json], list[Json] | None]
_SIGNED = ("positive", "nonnegative")


@dataclass(frozen=True)
class Known:
    """What a hypothesis says: `poly` >= 0, or > 0 if `strict`; no denominators and no factors of known sign are in it.

    poly = weight * product of the factors * root^2, where the hypothesis is one of the `factors`, (expression,
    polynomial), `weight` is a monomial of positive letters, and `back` is the inverse of `root`.
    """

    poly: Poly
    strict: bool
    local: bool
    factors: tuple[tuple[Json, Poly], ...]
    weight: Poly = field(default_factory=lambda: ONE)
    root: Poly = field(default_factory=lambda: ONE)
    back: Poly = field(default_factory=lambda: ONE)

    @property
    def is_plain(self) -> bool:
        return len(self.factors) == 1 and self.weight == self.root == ONE


class Hypotheses:
    """What is in force, as polynomials. Letters have a sign: "positive", "nonnegative", "nonzero", or none.

    `lemma` shows that a factor is positive, if it can; without it only equations and signs of letters are read.
    """

    def __init__(self, checker: Checker, local: Sequence[Json], lemma: Lemma | None = None) -> None:
        self.letters, self.checker, self.lemma = Letters(checker), checker, lemma
        self.signs: dict[int, str] = {}
        self.local_signs: set[int] = set()
        self.steps = list[Json]()  # that show factors to be positive, and invert them
        self.known, self.equations = list[Known](), list[tuple[str, Poly, Poly, Poly]]()
        self.positive: list[tuple[Json, Poly]] = []  # shown by steps, or given
        facts = [(ref, f, False) for ref, f in checker.facts.items()]
        facts += [(f"h{k}", f, True) for k, f in enumerate(local)]
        self.global_facts = [f[1] for ref, f, is_local in facts if not is_local and f[0] in STRICT]
        read = [(ref, f, is_local, self._read(f)) for ref, f, is_local in facts]
        for _, f, is_local, p in read:
            self._note(f, p, is_local)
        for x, j in enumerate(self.letters.jsons):
            if isinstance(j, list) and j[0] == "dim":
                self.signs[x] = "positive"
        for ref, f, is_local, p in read:
            if p and f[0] == "eq":
                target, factor, _ = self.without_units(p)
                self.equations.append((ref, p, target, factor))
            elif lemma is not None and p and ref[0] != "d" and not self._is_letter(f[1]):  # "d" follows from others
                self._know(f, p, is_local)

    def _read(self, f: Json) -> Poly:
        """What a fact is about, as a polynomial; 0 if it is none."""
        with suppress(KernelError, UnsupportedError):
            if f[0] == "eq":
                return self.letters.read(self.checker.expr(f[1], {}) - self.checker.expr(f[2], {}))
            if f[0] in (*STRICT, *LAX, "nonzero", *ONE_TO_ONE):
                return self.letters.read(self.checker.expr(f[1], {}))
        return {}

    def _note(self, f: Json, p: Poly, is_local: bool) -> None:
        """The sign of a letter, or that something is positive."""
        if p and f[0] in STRICT:
            self.positive.append((f[1], p))
        if p and f[0] != "eq" and isinstance(f[1], str):
            sign = "positive" if f[0] in STRICT else "nonnegative" if f[0] in LAX else "nonzero"
            self.note(f[1], sign, is_local)

    def _know(self, f: Json, p: Poly, is_local: bool) -> None:
        """A hypothesis p >= 0, divided by what else is known to be positive."""
        if f[0] not in (*STRICT, *LAX):
            return
        goal, strict = Goal(self, p, strict=True, beside=f[1]), f[0] in STRICT
        alone = goal.target == p or any(q == p for _, q in goal.middle)
        inverses = [] if alone else [self._inverse(json, q) for json, q in goal.middle]
        if alone or None in inverses:
            self.known.append(Known(p, strict, is_local, ((f[1], p),)))
            return
        ((m, c),) = goal.weight.items()
        weight = {tuple((x, -e) for x, e in m): 1 / c}
        root = product(goal.back, *(q for q in inverses if q is not None))
        back = product(goal.outer, *(q for _, q in goal.middle))
        self.known.append(Known(goal.target, strict, is_local, ((f[1], p), *goal.middle), weight, root, back))

    def _inverse(self, json: Json, q: Poly) -> Poly | None:
        """1 / q, where q or -q has been inverted, or is a letter that is not 0; or by one more step."""
        for u, (_, d) in self.letters.inverses.items():
            if q == d or q == scaled(d, -1):
                return {((u, 1),): Fraction(1 if q == d else -1)}
        if len(q) == 1 and abs(next(iter(q.values()))) == 1 and self.is_unit(next(iter(q))):
            return scaled(power({m: Fraction(1) for m in q}, -1), next(iter(q.values())))
        if json in self.global_facts:
            self.steps.append(["inverse", json])
            return {((self.letters.promise_inverse(q), 1),): Fraction(1)}
        return None

    def note(self, s: str, sign: str, is_local: bool) -> None:
        x, order = self.letters.symbol(s), ("", "nonnegative", "nonzero", "positive")
        new = "positive" if {sign, self.signs.get(x, "")} == {"nonnegative", "nonzero"} else sign
        if order.index(new) > order.index(self.signs.get(x, "")) and new == sign:
            self.signs[x] = new
            (self.local_signs.add if is_local else self.local_signs.discard)(x)

    def _is_letter(self, e: Json) -> bool:
        known = isinstance(e, str) and e[0] != "#"
        return known and self.signs.get(self.letters.symbol(e)) in ("positive", "nonnegative")

    def without_units(self, p: Poly) -> tuple[Poly, Poly, Poly]:
        """p times `factor` without denominators and without letters that are not 0; `factor`, and its inverse."""
        factor = inverse = ONE
        for u, _, d in self.letters.by_inverses():
            parts = by_powers(p, u)
            n = max(parts, default=0)
            p = total(*(product(c, power(d, n - j)) for j, c in parts.items()))
            factor, inverse = product(factor, power(d, n)), product(inverse, power({((u, 1),): Fraction(1)}, n))
        for x in range(len(self.letters.jsons)):
            low = min((dict(m).get(x, 0) for m in p), default=0)
            if low and self.signs.get(x) in ("positive", "nonzero"):
                one = {((x, 1),): Fraction(1)}
                p, factor, inverse = (product(q, power(one, e)) for q, e in ((p, -low), (factor, -low), (inverse, low)))
        return p, factor, inverse

    def evident(self, p: Poly) -> tuple[Json, Poly] | None:
        """p or -p as a sum of monomials that are > 0, or >= 0, and one of them > 0: steps show it, and invert it."""
        for sign in (1, -1):
            q = scaled(p, sign)
            good = all(c > 0 and all(e % 2 == 0 or self.signs.get(x) in _SIGNED for x, e in m) for m, c in q.items())
            used = {x for m in q for x, _ in m}
            if not good or used & self.local_signs or not any(self._is_strict(m) for m in q):
                continue
            squares = list[Json]()
            for m, c in q.items():
                odd = [x for x, e in m if e % 2 and self.signs.get(x) != "positive"]
                weight = tuple((x, 1) for x, e in m if e % 2 and self.signs.get(x) == "positive")
                half = {tuple((x, e // 2) for x, e in m if e // 2): Fraction(1)}
                middle = None if not odd else ["mul", *(self.letters.jsons[x] for x in odd)]
                root = ["id", "1"] if half == ONE else self.letters.write(half)
                squares.append([self.letters.write_monomial(weight, c), middle, root])
            return self._remember(q, [squares, None])
        for q in (p, scaled(p, -1)):
            evidence = None if self.lemma is None else self.lemma(self.letters.write(q))
            if evidence is not None:
                return self._remember(q, evidence)
        return None

    def _remember(self, q: Poly, evidence: list[Json]) -> tuple[Json, Poly]:
        json = self.letters.write(q)
        self.steps += [["positive", json, *evidence], ["inverse", json]]
        self.letters.promise_inverse(q)
        self.positive.append((json, q))
        self.global_facts.append(json)
        return json, q

    def _is_strict(self, m: Monomial) -> bool:
        """A monomial that the kernel sees to be positive without further steps: the square in it is 1."""
        return all(e == 1 and self.signs.get(x) == "positive" for x, e in m)

    def is_unit(self, m: Monomial) -> bool:
        return all(self.signs.get(x) in ("positive", "nonzero") for x, _ in m)

    def positive_multiple(self, d: Poly) -> tuple[Json, Poly, int] | None:
        """A fact that says d > 0, or that -d > 0: how it is written, its polynomial, and the sign."""
        for json, p in self.positive:
            if p == d or p == scaled(d, -1):
                return json, p, 1 if p == d else -1
        return None


class Goal:
    """p = target * weight * product of the middle * outer^2, up to what inverses are.

    `weight`: a monomial of positive letters; `middle`: (expression, polynomial), known to be positive; `back`: the
    inverse of `outer`. If p has to be positive, `outer` has an inverse; if only nonnegative, square factors are in it.
    """

    def __init__(self, here: Hypotheses, p: Poly, strict: bool, beside: Json = None) -> None:
        self.here, self.target, self.beside = here, p, beside  # beside: what is not to be used for itself
        self.weight, self.outer, self.back = ONE, ONE, ONE
        self.middle: list[tuple[Json, Poly]] = []
        for u, _, d in here.letters.by_inverses():
            self._clear_inverse(u, d)
        for x in range(len(here.letters.jsons)):
            self._clear_letter(x)
        if len(self.target) > 1:
            self._take_out_factors(strict)

    def _clear_inverse(self, u: int, d: Poly) -> None:
        parts = by_powers(self.target, u)
        n = max(parts, default=0)
        if n == 0:
            return
        sign = self._to_middle(d) if n % 2 else 1
        n += not sign
        self.target = total(*(scaled(product(c, power(d, n - j)), sign or 1) for j, c in parts.items()))
        self.outer = product(self.outer, {((u, (n + 1) // 2),): Fraction(1)})
        self.back = product(self.back, power(d, (n + 1) // 2))

    def _to_middle(self, d: Poly) -> int:
        """Put d or -d, whichever is known to be positive, in the middle; the sign, or 0."""
        found = self.here.positive_multiple(d)
        if found is None:
            return 0
        self.middle.append(found[:2])
        return found[2]

    def _clear_letter(self, x: int) -> None:
        """Make the exponents of a letter start at 0."""
        low = min((dict(m).get(x, 0) for m in self.target), default=0)
        sign = self.here.signs.get(x)
        one, side = {((x, 1),): Fraction(1)}, 1
        if low > 0 and sign not in ("positive", "nonzero") and self.target != one:
            side = self._to_middle(one)  # a letter that is known to be negative
            low = 1 if side else 0
            self.target = scaled(product(self.target, power(one, -low)), side or 1)
            return
        if low == 0 or sign not in ("positive", "nonzero"):
            return
        if sign == "positive":
            self.weight = product(self.weight, power(one, low))
        else:
            side = self._to_middle(one) if low % 2 else 1
            low -= not side
            half = low // 2
            self.outer, self.back = product(self.outer, power(one, half)), product(self.back, power(one, -half))
        self.target = scaled(product(self.target, power(one, -low)), side or 1)

    def _take_out_factors(self, strict: bool) -> None:
        """Square factors, where p may be 0, and factors of known sign."""
        letters = sorted({x for m in self.target for x, _ in m})
        if any(e < 0 for m in self.target for _, e in m):
            return
        ring = fmpq_mpoly_ctx.get([f"x{x}" for x in letters], "degrevlex")
        terms = {
            tuple(dict(m).get(x, 0) for x in letters): fmpq(c.numerator, c.denominator) for m, c in self.target.items()
        }  # fmt: skip
        constant, factors = ring.from_dict(terms).factor()
        rest: Poly = {(): Fraction(int(constant.p), int(constant.q))}
        for f, e in factors:
            p = {
                tuple((x, k) for x, k in zip(letters, powers, strict=True) if k): Fraction(int(c.p), int(c.q))
                for powers, c in f.to_dict().items()
            }
            if not strict:
                self.outer, e = product(self.outer, power(p, e // 2)), e % 2
            alone = len(factors) == 1 and e == 1
            found = self._known_factor(p, alone) if e else None
            if found is not None:
                json, q, ratio = found
                self.middle += [(json, q)] * e
                p = {(): ratio}
            rest = product(rest, power(p, e))
        self.target = rest

    def _known_factor(self, p: Poly, alone: bool) -> tuple[Json, Poly, Fraction] | None:
        """A fact that says q > 0, where p is a multiple of q; and p / q."""
        for json, q in self.here.positive:
            if q.keys() == p.keys() and (self.beside is None or json != self.beside):
                m = next(iter(p))
                if scaled(q, p[m] / q[m]) == p:
                    return json, q, p[m] / q[m]
        found = self.here.evident(p) if len(p) > 1 and not alone else None
        return None if found is None else (*found, Fraction(1 if found[1] == p else -1))


__all__ = ["Goal", "Hypotheses", "Known"]
