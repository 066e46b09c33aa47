"""Finding proofs: an expression that is zero on its face and equal to the claim, which is what the kernel checks.

Hypotheses and claims are read off the kernel's own normal form, so nothing found here needs to be trusted. Three ways:
the hypotheses as rewriting rules as they are; the rules that completion adds to them (`proofs.completion`), under a few
orders of the letters; and, for inverses of scalars, multiplying out. The proof with the fewest terms is kept.

    Search(checker, {reference: matrix})   the hypotheses in force
      .prove(matrix, ...) -> Proof       or None; raises Contradiction if the hypotheses cannot be met
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flint import fmpq

from proofs.completion import (
    Coefficient,
    Completion,
    Contradiction,
    Descending,
    Hit,
    Polynomial,
    Reciprocal,
    merge,
)
from proofs.kernel import COL, ROW, Checker, Matrix
from proofs.letters import Letters, Powers, Track, Tracks
from proofs.writing import Monomial, Proof, Step, Writer, added

Json = Any
MAX_STEPS = 4000  # rewriting steps in one claim


@dataclass
class _Elimination:
    """An equation used from left to right for a scalar symbol: `name` equals `rest`, by `factor` * `ref`."""

    name: str
    rest: dict[Monomial, Any]
    factor: Coefficient
    ref: str


class Search:
    """Proofs from `zeros`, what the references of a kernel checker say is zero (all inverses introduced)."""

    def __init__(self, checker: Checker, zeros: Mapping[str, Matrix], *, max_degree: int | None = None) -> None:
        self.checker = checker
        self.letters = Letters(lambda x: (checker.letter(x).rows, checker.letter(x).cols))
        self.units = {f[1] for f in checker.facts.values() if f[0] in ("positive", "nonzero") and isinstance(f[1], str)}
        self.eliminations: list[_Elimination] = []
        self.start: list[tuple[str, Polynomial]] = []
        self.max_degree, self.rows = max_degree, ""
        for ref, m in zeros.items():
            self.letters.word(x for _, chains in m.poly for _, w, _ in chains for x in w)
            if m.rows == m.cols == "1":
                self._eliminate(ref, m)
        for ref, m in zeros.items():
            for source, value in ((ref, m), (ref + "'", m.T)):
                f = self.polynomial(value)
                minus = {w: -c for w, c in f.items()}
                if f and all(f != g and minus != g for _, g in self.start):
                    self.start.append((source, f))
        self.reciprocals = list(self._reciprocals(zeros))
        self.orders = self._orders()
        self.completions: dict[int, Completion] = {}

    def _reciprocals(self, zeros: Mapping[str, Matrix]) -> Iterator[Reciprocal]:
        """Scalars without vectors in them that have an inverse."""
        for k, m in enumerate(self.checker.inverses):
            if m.rows == "1" and f"inv{k}.r" in zeros and all(not chains for _, chains in m.poly):
                terms = {(powers, ()): fmpq(c.numerator, c.denominator) for (powers, _), c in m.poly.items()}
                yield Coefficient(terms), self.letters.word([f"#{k}"]), f"inv{k}.r"

    def _orders(self) -> list[Callable[[str], int]]:
        """Weights of letters to try: none preferred; inverses heavier, or lighter; and one that eliminates.

        Eliminated is what is defined by the rest: the inverse of a sum, a symbol that an equation gives in terms of
        others.
        """
        sums = [f"#{k}" for k, m in enumerate(self.checker.inverses) if len(m.poly) > 1]
        heavy = set(sums)
        for _, f in self.start:
            for word in f:
                others = "".join(v for v in f if v != word)
                if len(word) == 1 and word not in others and self.letters.flipped[word] not in others:
                    name = self.letters.names[word].rstrip("'")
                    heavy |= {name} if name[0] != "#" else set()
        orders: list[Callable[[str], int]] = [lambda x: 1]
        if self.checker.inverses:
            orders += [lambda x: 1 + (x[0] == "#"), lambda x: 2 - (x[0] == "#")]
        for names in [heavy] * bool(heavy) + ([{name} for name in sums] if len(sums) > 1 else []):
            orders.append(lambda x, names=names: 20 if x.rstrip("'") in names else 1)
        return orders

    # Reading the kernel's polynomials.

    def polynomial(self, m: Matrix) -> Polynomial:
        """A hypothesis: words with coefficients; closed words stand inside a word wherever it touches size 1."""
        out: Polynomial = {}
        for (powers, chains), c in m.poly.items():
            tracks = self.letters.tracks([(a, self.letters.word(w), b) for a, w, b in chains])
            word, loose = "", list[str]()
            for a, w, b in tracks:
                if a == "@":
                    loose.append(f"@{w}@")
                elif a or b or m.rows == m.cols == "1":
                    word = w
                else:
                    loose += self.letters.pieces(w)
            if loose and self.letters.touches_one(word):
                word = self.letters.tidy(word, [v for v in loose if v[0] != "@"])
                loose = [v for v in loose if v[0] == "@"]
            coefficient = Coefficient({(powers, tuple(sorted(loose))): fmpq(c.numerator, c.denominator)})
            out[word] = out[word] + coefficient if word in out else coefficient
        return {w: c for w, c in out.items() if c}

    def claim(self, m: Matrix) -> dict[Monomial, Any]:
        out: dict[Monomial, Any] = {}
        for (powers, chains), c in m.poly.items():
            key = (powers, self.letters.tracks([(a, self.letters.word(w), b) for a, w, b in chains]))
            out[key] = out.get(key, 0) + fmpq(c.numerator, c.denominator)
        return {k: c for k, c in out.items() if c}

    def _eliminate(self, ref: str, m: Matrix) -> None:
        """Use a scalar equation to replace a symbol that stands alone in it, if that cannot go in circles."""
        claim = self.claim(m)
        known = {e.name for e in self.eliminations}
        kept = {s for e in self.eliminations for powers, _ in e.rest for s, _ in powers}
        inside = {s for powers, _ in claim for s, _ in powers}
        if inside & known:
            return
        for (powers, tracks), c in claim.items():
            free = [(s, e) for s, e in powers if s not in self.units]
            if len(free) != 1 or tracks or free[0][1] != 1 or free[0][0] in kept or free[0][0][0] == "|":
                continue
            name, divisor = free[0][0], tuple((s, -e) for s, e in powers if s in self.units)
            rest = {
                (merge((ps, ()), (divisor, ()))[0], ts): -d / c
                for (ps, ts), d in claim.items() if (ps, ts) != (powers, tracks)
            }  # fmt: skip
            if all(s != name for ps, _ in rest for s, _ in ps):
                self.eliminations.append(_Elimination(name, rest, Coefficient({(divisor, ()): 1 / c}), ref))
                return

    # Proving.

    def prove(self, m: Matrix, *, seconds: float = 2.0, first: int = 0, inline: bool = False) -> Proof | None:
        """A proof that `m` is zero, or None. With `inline`, one without lemmas (a hypothesis may be local).

        Raises Contradiction if the hypotheses turn out to make 1 zero.
        """
        if not m.poly:
            return Proof(None)
        self.rows = m.rows
        try:
            return self._prove(m, time.perf_counter() + seconds, first, inline)
        except Contradiction as clash:
            if self._is_real(clash):
                raise
            return None

    def _is_real(self, clash: Contradiction) -> bool:
        """Whether the kernel's arithmetic agrees that the terms add up to a multiple of an identity, and not by 0."""
        steps = [Step(c, (), (ROW, COL), left, source, right) for c, left, source, right in clash.why]
        proof = Writer(self.letters, "").proof(clash.completion, steps, 0, inline=True)
        m = self.checker.expr(proof.expression, {}) if proof else None
        if m is None or len(m.poly) != 1:
            return False
        ((powers, chains),) = m.poly
        return all(w == () for _, w, _ in chains) and all(s in self.units for s, _ in powers)

    def _prove(self, m: Matrix, end: float, first: int, inline: bool) -> Proof | None:
        if self._only_scalars(m):
            proof = self._multiply_out(m, end, first, inline)
            if proof:
                return proof
        claim = self.claim(m)
        found = list[Proof]()
        for k, weight in enumerate(self.orders):
            begin = time.perf_counter()
            if begin > end or (found and found[0].terms <= 2):
                break
            limit = end if not found else begin + 0.01
            if not found and k + 1 < len(self.orders):
                limit = begin + (end - begin) * 0.6
            completion = self.completions.get(k) or Completion(
                self.letters, self.start, self.units, weight, self.max_degree or self._degree(claim), self.reciprocals
            )
            self.completions[k] = completion
            proof = self._complete(completion, claim, limit, first, inline)
            if proof:
                found.append(proof)
        if not found and not self._only_scalars(m) and time.perf_counter() < end:
            return self._multiply_out(m, end, first, inline)
        return min(found, key=lambda p: p.terms, default=None)

    def _degree(self, claim: dict[Monomial, Any]) -> int:
        longest = [len(w) for _, f in self.start for w in f]
        longest += [sum(len(w) for _, w, _ in tracks) for _, tracks in claim]
        return 2 * max(longest, default=0) + 4

    def _complete(self, completion: Completion, claim: dict, end: float, first: int, inline: bool) -> Proof | None:
        size = -1
        while True:
            if size != len(completion.rules):
                size = len(completion.rules)
                rest, steps = self._reduce(completion, claim)
                if not rest:
                    return Writer(self.letters, self.rows).proof(completion, steps, first, inline)
            while completion.queue and size == len(completion.rules):
                if time.perf_counter() > end:
                    return None
                completion.grow()
            if size == len(completion.rules):
                return None

    def _reduce(self, completion: Completion, claim: dict[Monomial, Any]) -> tuple[dict[Monomial, Any], list[Step]]:
        """What is left of a claim after rewriting, largest monomials first, and the terms that were taken away."""
        rest, out, steps = dict(claim), {}, list[Step]()

        def weigh(monomial: Monomial) -> Descending:
            powers, tracks = monomial
            size = sum(completion.key(w)[0] for _, w, _ in tracks)
            return Descending((sum(e for s, e in powers if s in eliminated), size, monomial))

        eliminated = {e.name for e in self.eliminations}
        heap = [weigh(k) for k in rest]
        heapq.heapify(heap)
        while heap:
            monomial = heapq.heappop(heap).key[2]
            c = rest.pop(monomial, 0)
            if not c:
                continue
            hit = self._rewrite(completion, monomial) if len(steps) < MAX_STEPS else None
            if hit is None:
                out[monomial] = out.get(monomial, 0) + c
                continue
            step, new = hit
            steps.append(replace(step, coefficient=step.coefficient.times(c)))
            for key, x in new:
                rest[key] = rest.get(key, 0) + c * x
                heapq.heappush(heap, weigh(key))
        return {k: c for k, c in out.items() if c}, steps

    def _rewrite(self, completion: Completion, monomial: Monomial) -> tuple[Step, list[tuple[Monomial, Any]]] | None:
        """One rewriting of a monomial (coefficient 1): the term taken away, and what stands in its place."""
        powers, tracks = monomial
        for e in self.eliminations:
            exponent = dict(powers).get(e.name, Fraction(0))
            if exponent >= 1:
                left = merge((powers, ()), (((e.name, Fraction(-1)),), ()))[0]
                new = [((merge((left, ()), (ps, ()))[0], self.letters.tracks([*tracks, *ts])), x)
                       for (ps, ts), x in e.rest.items()]  # fmt: skip
                return Step(Coefficient({(left, ()): fmpq(1)}) * e.factor, tracks, ("", ""), "", e.ref, ""), new
        for number, track in enumerate(tracks):
            for more, ends, word in self._readings(track, bool(completion.scattered)):
                hit = completion.find(word)
                if hit:
                    others = tracks[:number] + tracks[number + 1 :] + more
                    return self._replace(completion, powers, others, ends, hit)
        return None

    def _readings(self, track: Track, as_traces: bool) -> Iterator[tuple[Tracks, tuple[str, str], str]]:
        """A track as (factors split off, ends, word): traces turned and transposed; closed words also as traces."""
        a, word, b = track
        if a != "@":
            yield (), (a, b), word
        pieces = [word] if a == "@" else self.letters.pieces(word) if as_traces and a == b == "" else []
        for number, piece in enumerate(pieces):
            more = tuple(("", w, "") for k, w in enumerate(pieces) if k != number)
            for way in (piece, self.letters.flip(piece)):
                for k in range(len(way)):
                    yield more, ("@", "@"), way[k:] + way[:k]

    def _replace(self, completion: Completion, powers: Powers, others: Tracks, ends: tuple[str, str], hit: Hit):
        (a, b), (left, j, right, loose) = ends, hit
        rule = completion.rules[j]
        others += tuple(("", w, "") for w in loose)
        new = list[tuple[Monomial, Any]]()
        for v, d in rule.rest.items():
            for (more, closed), x in d.terms.items():
                extra: list[Track] = [("@", t[1:-1], "@") if t[0] == "@" else ("", t, "") for t in closed]
                inner, scalar = left + v + right, merge((powers, ()), (more, ()))[0]
                if a != "@" or inner:
                    extra.append((a, inner, b))
                else:  # the trace of an identity
                    n = self.letters.sides[rule.lead[0]][0]
                    x = x * int(n) if n.isdigit() else x
                    scalar = scalar if n.isdigit() else merge((scalar, ()), ((("|" + n, Fraction(1)),), ()))[0]
                new.append(((scalar, self.letters.tracks([*others, *extra])), -x))
        return Step(Coefficient({(powers, ()): fmpq(1)}), others, (a, b), left, j, right), new

    # Inverses of scalars: with s = 1/p, a polynomial in s is s^d N plus a multiple of p s - 1, and N has no s.

    def _scalar_inverses(self, m: Matrix) -> list[int]:
        found = {x for _, chains in m.poly for _, w, _ in chains for x in w if x[0] == "#"}
        return sorted(k for k in {int(x.rstrip("'")[1:]) for x in found} if self.checker.inverses[k].rows == "1")

    def _only_scalars(self, m: Matrix) -> bool:
        words = [w for _, chains in m.poly for _, w, _ in chains if any(x[0] == "#" for x in w)]
        return bool(words) and all(len(w) == 1 and self.checker.letter(w[0]).rows == "1" for w in words)

    def _multiply_out(self, m: Matrix, end: float, first: int, inline: bool) -> Proof | None:
        """1 - (ps)^j is (1 - ps)(1 + ps + ...): so each term s^d f_d of m, but for the last power, is cleared."""
        numbers = self._scalar_inverses(m)
        if not numbers:
            return None
        k, writer = numbers[-1], Writer(self.letters, m.rows)
        s, p, chain = f"#{k}", self.checker.inverses[k], ("", (f"#{k}",), "")
        by_power: dict[int, dict] = {}
        for (powers, chains), c in m.poly.items():
            if any(s in w and w != (s,) for _, w, _ in chains):
                return None
            kept = tuple(x for x in chains if x != chain)
            by_power.setdefault(len(chains) - len(kept), {})[powers, kept] = c
        degree = max(by_power)
        total, terms = Matrix(m.rows, m.cols, {}), list[Json]()
        for d, poly in by_power.items():
            part = Matrix(m.rows, m.cols, poly)
            for _ in range(degree - d):
                part = part * p
            total = total + part
            if d < degree:
                ps = ["mul", s, writer.polynomial(self.claim(p))]
                ladder = ["add", ["num", "1"], *(["pow", ps, str(i)] for i in range(1, degree - d))]
                factors = [*([["pow", s, str(d)]] if d else []), *([ladder] if degree - d > 1 else [])]
                factor = writer.polynomial(self.claim(Matrix(m.rows, m.cols, poly)))
                terms.append(["mul", ["num", "-1"], *factors, ["ref", f"inv{k}.r"], factor])
        rest = self.prove(total, seconds=max(0.0, end - time.perf_counter()), first=first, inline=inline)
        if rest is None:
            return None
        if rest.expression is not None:
            terms.append(["mul", ["pow", s, str(degree)], rest.expression])
        return Proof(added(terms), rest.lemmas, rest.terms + len(terms))


__all__ = ["Contradiction", "Proof", "Search"]
