"""Signs of quotients of polynomials, from the signs of others: a sum of products of hypotheses and squares.

The claim p > 0 or p >= 0 is proved by an identity M p = sum of c (product of hypotheses) s^2 + multiples of equations,
where c > 0, and M is a product, or a sum of products, of hypotheses that say > 0 (Stengle; Handelman, where the squares
are of monomials). Hypotheses and claim are multiplied by squares of denominators first. The products are listed up to
a degree; a solver finds the coefficients; the kernel multiplies out. Nothing here needs to be trusted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import combinations, islice
from typing import Any

from proofs.hypotheses import Goal, Hypotheses
from proofs.kernel import STRICT, Checker, KernelError
from proofs.laurent import (
    ONE,
    Monomial,
    Poly,
    by_powers,
    degree,
    monomials,
    power,
    product,
    scaled,
    times,
    total,
)
from proofs.smt import combination
from symbolic.errors import UnsupportedError

Json = Any
LARGEST = 2500  # columns in one search
LEMMA = 0.2  # seconds for the sign of a factor
ID: Json = ["id", "1"]


@dataclass(frozen=True)
class Column:
    """A product of hypotheses (by their numbers), times a monomial of known sign, times the square of `root`."""

    factors: tuple[int, ...]
    monomial: Monomial
    root: Poly
    poly: Poly
    strict: bool


@dataclass(frozen=True)
class Multiplier:
    """A product of hypotheses that say > 0, times positive letters."""

    poly: Poly
    factors: tuple[int, ...] = ()
    monomial: Monomial = ()


@dataclass
class SignProof:
    """`steps` to be taken beforehand; then `squares`, and `rest`: (reference, cofactor), of local facts h0, h1, ..."""

    steps: list[Json] = field(default_factory=list)
    squares: list[Json] = field(default_factory=list)
    rest: list[tuple[str, Json]] = field(default_factory=list)

    def evidence(self, before: int) -> list[Json]:
        """What the kernel wants, where `before` facts are in force outside of the premises."""
        terms = list[Json]()
        for ref, cofactor in self.rest:
            name = f"h{before + int(ref[1:])}" if ref[0] == "h" else ref
            terms.append(["mul", cofactor, ["ref", name]])
        return [self.squares, (terms[0] if len(terms) == 1 else ["add", *terms]) if terms else None]


def prove_sign(
    checker: Checker, local: Sequence[Json], kind: str, e: Json, seconds: float, depth: int = 4, lemmas: bool = True
) -> SignProof | None:
    """A proof that the scalar `e` is `kind` ("positive" or "nonnegative"), or None.

    `local`: the premises above the claim, which are not among the facts of `checker`. `lemmas`: factors may be shown to
    be positive on the way.
    """

    @cache
    def lemma_text(text: str) -> list[Json] | None:
        factor = json.loads(text)
        found = prove_sign(checker, (), "positive", factor, min(seconds, LEMMA), depth=2, lemmas=False)
        return None if found is None or found.steps else found.evidence(0)

    def lemma(factor: Json) -> list[Json] | None:
        return lemma_text(json.dumps(factor)) if lemmas else None

    if lemmas:  # most proofs need none
        end = time.perf_counter() + seconds
        plain = prove_sign(checker, local, kind, e, seconds / 2, min(depth, 2), lemmas=False)
        if plain is not None:
            return plain
        seconds = end - time.perf_counter()
    try:
        inside = copy(checker)
        inside.facts = {**checker.facts, **{f"h{len(checker.facts) + k}": f for k, f in enumerate(local)}}
        here = Hypotheses(checker, local, lemma)
        here.letters.checker = here.checker = inside
        p = here.letters.read(inside.expr(e, {}))
    except (KernelError, UnsupportedError):
        return None
    return Search(here, p, kind in STRICT, time.perf_counter() + seconds).run(depth)


@dataclass(frozen=True)
class Inverse:
    """1 / poly; `json` is how a fact writes the positive `poly`, None for a monomial of positive letters."""

    poly: Poly
    reciprocal: Poly
    json: Json


class Search:
    def __init__(self, here: Hypotheses, p: Poly, strict: bool, end: float) -> None:
        self.here, self.p, self.strict, self.end = here, p, strict, end
        self.letters, self.goal = here.letters, Goal(here, p, strict)
        self.target = self.goal.target

    def run(self, depth: int) -> SignProof | None:
        for level in range(depth):
            left = self.end - time.perf_counter()
            if left <= 0:
                return None
            multipliers = [Multiplier(ONE)] if level < 2 else [*self.multipliers()]
            columns = [*islice(self.columns(multipliers, level), LARGEST)]
            strict = [k for k, c in enumerate(columns) if c.strict]
            if self.strict and not strict:
                continue
            free = [*self.equations(multipliers)]
            found = combination(
                [product(m.poly, self.target) for m in multipliers], [c.poly for c in columns], [q for *_, q in free],
                strict if self.strict else [], left,
            )  # fmt: skip
            if found is not None:
                proof = self.assemble(multipliers, columns, free, found)
                if proof is not None:
                    return proof
        return None

    def multipliers(self) -> Iterator[Multiplier]:
        """Products of at most two hypotheses that say > 0, or positive letters, that share a letter with the target."""
        used = {x for m in self.target for x, _ in m}
        positive = [x for x in sorted(used) if self._sign(x) == "positive"]
        each = [Multiplier({((x, 1),): Fraction(1)}, (), ((x, 1),)) for x in positive]
        for k, g in enumerate(self.here.known):
            if g.strict and not g.local and g.is_plain and used & {x for m in g.poly for x, _ in m}:
                each.append(Multiplier(g.poly, (k,)))
        yield Multiplier(ONE)
        yield from each
        for k, one in enumerate(each):
            for other in each[k:]:
                if not (one.factors and one.factors == other.factors):
                    both = product(one.poly, other.poly)
                    yield Multiplier(both, one.factors + other.factors, times(one.monomial, other.monomial))

    def bounds(self, polys: Sequence[Poly]) -> tuple[dict[int, int], int]:
        box: dict[int, int] = {}
        for p in polys:
            for m in p:
                for x, e in m:
                    box[x] = max(box.get(x, 0), e)
        return box, max((degree(m) for p in polys for m in p), default=0)

    def columns(self, multipliers: Sequence[Multiplier], level: int) -> Iterator[Column]:
        """Products of hypotheses and squares, within the degrees of the target."""
        box, top = self.bounds([product(m.poly, self.target) for m in multipliers])
        if level % 2:
            box, top = {x: e + 1 for x, e in box.items()}, top + 1
            for g in self.here.known:
                for m in g.poly:
                    for x, e in m:
                        box[x] = max(box.get(x, 0), e)
        seen = set[Any]()
        products = [(chosen, g, rest, room) for chosen, g, rest, room in self.products(box, top)]
        for chosen, g, rest, room in products:
            strict = all(self.here.known[k].strict for k in chosen)
            for m in self.signed(rest, room):
                poly = product(g, {m: Fraction(1)})
                key = frozenset(poly.items())
                if key not in seen:
                    seen.add(key)
                    yield Column(chosen, m, ONE, poly, strict and self.here.is_unit(m))
        for chosen, g, rest, room in products:
            for s in self.squares(rest, room, len(chosen)):
                square = product(s, s)
                inner, high = self.bounds([square])
                left = {x: max(0, e - inner.get(x, 0)) for x, e in rest.items()}
                for m in self.signed(left, max(0, room - high)):
                    yield Column(chosen, m, s, product(g, square, {m: Fraction(1)}), False)

    def products(self, box: dict[int, int], top: int) -> Iterator[tuple[tuple[int, ...], Poly, dict[int, int], int]]:
        """Products of at most three hypotheses that fit, and what degrees they leave."""
        for size in range(4):
            for chosen in combinations(range(len(self.here.known)), size):
                g = product(*(self.here.known[k].poly for k in chosen))
                inner, high = self.bounds([g])
                if high <= top and all(e <= box.get(x, 0) for x, e in inner.items()):
                    yield chosen, g, {x: e - inner.get(x, 0) for x, e in box.items()}, top - high

    def signed(self, box: dict[int, int], top: int) -> list[Monomial]:
        """Monomials that are >= 0: letters of unknown sign have even exponents."""
        good = ("positive", "nonnegative")
        return [m for m in monomials(box.items(), top) if all(e % 2 == 0 or self._sign(x) in good for x, e in m)]

    def squares(self, box: dict[int, int], top: int, size: int) -> Iterator[Poly]:
        """Sums and differences of two monomials, and the squares that complete a quadratic in one letter."""
        if size == 0:
            yield from self.completed()
        if size > 1 or top < 2:
            return
        found = monomials(((x, e // 2) for x, e in box.items()), top // 2)
        for m, n in combinations(found[:40], 2):
            if not {x for x, _ in m} & {x for x, _ in n}:
                yield {m: Fraction(1), n: Fraction(-1)}
                if any(self.here.signs.get(x) not in ("positive", "nonnegative") for x, _ in (*m, *n)):
                    yield {m: Fraction(1), n: Fraction(1)}

    def completed(self) -> Iterator[Poly]:
        """Of the target A x^2 + B x + C: 2 A x + B; where A is a number also those of what remains."""
        queue, done = [(self.target, 0)], list[Poly]()
        while queue and len(done) < 40:
            p, depth = queue.pop(0)
            for x in {y for m in p for y, _ in m}:
                parts = by_powers(p, x)
                if max(parts) != 2 or min(parts) < 0:
                    continue
                a, b = parts[2], parts.get(1, {})
                s = total(product(scaled(a, 2), {((x, 1),): Fraction(1)}), b)
                if s not in done:
                    done.append(s)
                    yield s
                if list(a) == [()] and depth < 5:
                    queue.append((total(p, scaled(product(s, s), Fraction(-1) / (4 * a[()]))), depth + 1))

    def equations(self, multipliers: Sequence[Multiplier]) -> Iterator[tuple[int, Monomial, Poly]]:
        box, top = self.bounds([product(m.poly, self.target) for m in multipliers])
        for k, (_, _, h, _) in enumerate(self.here.equations):
            inner, high = self.bounds([h])
            slack = {x: max(box.get(x, 0), e) for x, e in inner.items()}
            for m in monomials({**box, **slack}.items(), max(top, high) - high):
                yield k, m, product(h, {m: Fraction(1)})

    def assemble(
        self, multipliers: Sequence[Multiplier], columns: Sequence[Column], free: Sequence[Any], found: Any
    ) -> SignProof | None:
        """The identity as steps, squares and a proof that they sum to the claim."""
        shares, weights, freely = found
        letters, proof = self.letters, SignProof([*self.here.steps])
        inverse = self.inverse_of([(a, m) for a, m in zip(shares, multipliers, strict=True) if a], proof)
        goal, whole = self.goal, Poly()
        outer = product(goal.outer, inverse.reciprocal)
        is_definite = not self.strict
        for column, c in zip(columns, weights, strict=True):
            if not c:
                continue
            known = [self.here.known[j] for j in column.factors]
            odd = [x for x, e in column.monomial if e % 2]
            half = {tuple((x, e // 2) for x, e in column.monomial if e // 2): Fraction(1)}
            root = product(half, column.root, *(g.root for g in known), outer)
            positive = {tuple((x, 1) for x in odd if self._sign(x) == "positive"): c}
            weight = product(positive, goal.weight, *(g.weight for g in known))
            middle = [(letters.jsons[x], {((x, 1),): Fraction(1)}) for x in odd if self._sign(x) != "positive"]
            middle += [*(part for g in known for part in g.factors), *goal.middle]
            if inverse.json is not None:
                middle.append((inverse.json, inverse.poly))
            else:
                weight = product(weight, inverse.poly)
            plain = ONE
            if len(root) == 1:  # its positive letters go to the coefficient
                ((m, d),) = root.items()
                plain = {tuple((x, e) for x, e in m if self._sign(x) == "positive"): d}
                weight = product(weight, plain, plain)
                root = {tuple((x, e) for x, e in m if self._sign(x) != "positive"): Fraction(1)}
            if column.strict and not is_definite:
                back = [power(half, -1), *(g.back for g in known), goal.back, plain]
                is_definite = root == ONE or self.show_unit(root, product(*back, inverse.poly), proof)
            whole = total(whole, product(weight, *(q for _, q in middle), root, root))
            ((m, d),) = weight.items()
            names = [name for name, _ in middle]
            shown = None if not names else names[0] if len(names) == 1 else ["mul", *names]
            proof.squares.append([letters.write_monomial(m, d), shown, ID if root == ONE else letters.write(root)])
        if not is_definite:
            return None
        for (k, m, _), f in zip(free, freely, strict=True):
            if f:
                ref, h, _, factor = self.here.equations[k]
                cofactor = product({m: f}, factor, goal.weight, *(q for _, q in goal.middle), goal.outer, outer)
                whole = total(whole, product(cofactor, h))
                proof.rest.append((ref, letters.write(cofactor)))
        cofactors = letters.cofactors(total(self.p, scaled(whole, -1)))
        if cofactors is None:
            return None
        proof.rest += [(ref, letters.write(q)) for ref, q in cofactors]
        return proof

    def _sign(self, x: int) -> str:
        return self.here.signs.get(x, "")

    def inverse_of(self, shares: Sequence[tuple[Fraction, Multiplier]], proof: SignProof) -> Inverse:
        """1 / M for the sum M of the multipliers: a monomial of positive letters, or an inverse that is introduced."""
        letters, poly = self.letters, total(*(scaled(m.poly, a) for a, m in shares))
        if poly == ONE or (len(shares) == 1 and not shares[0][1].factors):
            return Inverse(poly, power(poly, -1), None)
        one = shares[0][1]
        if len(shares) == 1 and len(one.factors) == 1 and not one.monomial:
            json = self.here.known[one.factors[0]].factors[0][0]
        else:
            json, squares = letters.write(poly), list[Json]()
            for a, m in shares:
                names = [self.here.known[k].factors[0][0] for k in m.factors]
                middle = None if not names else names[0] if len(names) == 1 else ["mul", *names]
                squares.append([letters.write_monomial(m.monomial, a), middle, ID])
            proof.steps.append(["positive", json, squares, None])
        known = [x for x, (_, d) in letters.inverses.items() if d == poly]
        if not known:
            proof.steps.append(["inverse", json])
            known = [letters.promise_inverse(poly)]
        return Inverse(poly, {((known[0], 1),): Fraction(1)}, json)

    def show_unit(self, root: Poly, back: Poly, proof: SignProof) -> bool:
        """Whether a step can show that `root`, whose inverse is `back`, is not 0."""
        letters = self.letters
        if {x for p in (root, back) for m in p for x, _ in m} & self.here.local_signs:
            return False
        cofactors = letters.cofactors(total(product(root, back), scaled(ONE, -1)))
        if cofactors is None:
            return False
        terms = [["mul", letters.write(q), ["ref", ref]] for ref, q in cofactors]
        shown = (terms[0] if len(terms) == 1 else ["add", *terms]) if terms else None
        proof.steps.append(["injective", letters.write(root), letters.write(back), shown])
        return True


def prove_zero(checker: Checker, e: Json, seconds: float) -> Json | None:
    """A proof that the number `e` is 0, a combination of the equations in force, or None. No step is needed."""
    try:
        here = Hypotheses(checker, ())
        p = here.letters.read(checker.expr(e, {}))
    except (KernelError, UnsupportedError):
        return None
    if not here.equations:
        return None
    target, _, inverse = here.without_units(p)
    free, columns = list[tuple[int, Monomial]](), list[Poly]()
    top = max((degree(m) for m in target), default=0)
    letters = {x: max(e for m in target for y, e in m if y == x) for x in {y for m in target for y, _ in m}}
    for k, (_, _, h, _) in enumerate(here.equations):
        for m in monomials(letters.items(), max(0, top - max((degree(n) for n in h), default=0))):
            free.append((k, m))
            columns.append(product(h, {m: Fraction(1)}))
    found = combination([target], [], columns, [], seconds) if target else ([], [], [Fraction(0)] * len(free))
    if found is None:
        return None
    whole, terms = Poly(), list[Json]()
    for (k, m), f in zip(free, found[2], strict=True):
        if f:
            ref, h, _, factor = here.equations[k]
            cofactor = product({m: f}, factor, inverse)
            whole = total(whole, product(cofactor, h))
            terms.append(["mul", here.letters.write(cofactor), ["ref", ref]])
    cofactors = here.letters.cofactors(total(p, scaled(whole, -1)))
    if cofactors is None:
        return None
    terms += [["mul", here.letters.write(q), ["ref", ref]] for ref, q in cofactors]
    return terms[0] if len(terms) == 1 else ["add", *terms] if terms else None


def key_of(local: Sequence[Json], kind: str, e: Json) -> str:
    return json.dumps([list(local), kind, e])


__all__ = ["SignProof", "key_of", "prove_sign", "prove_zero"]
