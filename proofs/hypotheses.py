"""What is known of signs, as polynomials, and what is left of a sign to be shown once denominators and factors are out.

`Hypotheses` reads the facts in force; `Goal` writes the number in question as target * weight * middle * outer^2, where
only the sign of `target` is open: odd powers of denominators and factors of known sign go to the middle of a square.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mpoly_ctx

from proofs.kernel import DEFINITE, ONE_TO_ONE, STRICT, Checker, KernelError
from proofs.laurent import ONE, Letters, Monomial, Poly, by_powers, power, product, scaled, total
from symbolic.errors import UnsupportedError

Json = Any


@dataclass(frozen=True)
class Known:
    """A hypothesis: `poly` is `original` times the square of `root`, without denominators."""

    json: Json
    original: Poly
    poly: Poly
    root: dict[int, int]
    strict: bool
    local: bool


class Hypotheses:
    """What is in force, as polynomials. Letters have a sign: "positive", "nonnegative", "nonzero", or none."""

    def __init__(self, checker: Checker, local: Sequence[Json]) -> None:
        self.letters, self.checker = Letters(checker), checker
        self.signs: dict[int, str] = {}
        self.local_signs: set[int] = set()
        self.known, self.equations = list[Known](), list[tuple[str, Poly, Poly, dict[int, int]]]()
        self.positive: list[tuple[Json, Poly]] = []  # shown by steps, or given
        facts = [(ref, f, False) for ref, f in checker.facts.items()]
        facts += [(f"h{k}", f, True) for k, f in enumerate(local)]
        for ref, f, is_local in facts:
            with suppress(KernelError, UnsupportedError):
                self.add(ref, f, is_local)
        for x, j in enumerate(self.letters.jsons):
            if isinstance(j, list) and j[0] == "dim":
                self.signs[x] = "positive"
        self.known = [g for g in self.known if g.poly and not self._is_letter(g)]

    def add(self, ref: str, f: Json, is_local: bool) -> None:
        kind = f[0]
        if kind == "eq":
            h = self.letters.read(self.checker.expr(f[1], {}) - self.checker.expr(f[2], {}))
            self.equations.append((ref, h, *self.letters.cleared(h)))
            return
        p = self.letters.read(self.checker.expr(f[1], {}))
        if kind in STRICT:
            self.positive.append((f[1], p))
        if kind in (*STRICT, "nonnegative", DEFINITE[1]):
            if isinstance(f[1], str):
                self.note(f[1], "positive" if kind in STRICT else "nonnegative", is_local)
            if ref[0] != "d":  # what a step showed follows from the others
                self.known.append(Known(f[1], p, *self.letters.cleared(p), kind in STRICT, is_local))
            negative = [m for m in p if p == {m: Fraction(-1)} and len(m) == 1 and m[0][1] == 1]
            if negative and kind in STRICT:
                self.note(self.letters.jsons[negative[0][0][0]], "nonzero", is_local)
        elif kind in ("nonzero", *ONE_TO_ONE) and isinstance(f[1], str):
            self.note(f[1], "nonzero", is_local)

    def note(self, s: str, sign: str, is_local: bool) -> None:
        x, order = self.letters.symbol(s), ("", "nonnegative", "nonzero", "positive")
        new = "positive" if {sign, self.signs.get(x, "")} == {"nonnegative", "nonzero"} else sign
        if order.index(new) > order.index(self.signs.get(x, "")) and new == sign:
            self.signs[x] = new
            (self.local_signs.add if is_local else self.local_signs.discard)(x)

    def _is_letter(self, g: Known) -> bool:
        return isinstance(g.json, str) and self.signs.get(self.letters.symbol(g.json)) in ("positive", "nonnegative")

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

    def __init__(self, here: Hypotheses, p: Poly, strict: bool) -> None:
        self.here, self.target = here, p
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
        if low == 0 or sign not in ("positive", "nonzero"):
            return
        one, side = {((x, 1),): Fraction(1)}, 1
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
            found = self._known_factor(p)
            if found is not None and (len(factors) > 1 or e > 1):
                json, q, ratio = found
                self.middle += [(json, q)] * e
                p = {(): ratio}
            rest = product(rest, power(p, e))
        self.target = rest

    def _known_factor(self, p: Poly) -> tuple[Json, Poly, Fraction] | None:
        """A fact that says q > 0, where p is a multiple of q; and p / q."""
        for json, q in self.here.positive:
            if q.keys() == p.keys():
                m = next(iter(p))
                if scaled(q, p[m] / q[m]) == p:
                    return json, q, p[m] / q[m]
        return None


__all__ = ["Goal", "Hypotheses", "Known"]
