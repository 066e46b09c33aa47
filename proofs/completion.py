"""Completion in the free algebra of typed words: from polynomials that are zero to rewriting rules, by degree.

A *rule* is a polynomial that is zero, split into its leading word (coefficient 1) and the rest. Rules only ever get
unit leading coefficients (a number times powers of scalars known to be nonzero): there are no hidden divisions. Two
rules that overlap give a new one (the S-polynomials of noncommutative Groebner bases: F. Mora 1986, T. Mora 1994).
Every rule keeps its derivation. Words are strings, one character a letter (`proofs.letters`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from proofs.letters import Letters

Powers = tuple[tuple[str, Fraction], ...]
Scalar = tuple[Powers, tuple[str, ...]]  # powers of scalar symbols; closed words that stand loose ("@w@": a trace)
Source = str | int  # a hypothesis such as "g0" (its transpose: "g0'"), or the number of an earlier rule
Term = tuple["Coefficient", str, Source, str]  # coefficient * left * source * right
Reciprocal = tuple["Coefficient", str, str]  # a scalar p, the letter of 1/p, the reference that p * 1/p - 1 is zero
NO_SCALAR: Scalar = ((), ())
MAX_STEPS = 1000  # rewriting steps in one polynomial


class Contradiction(Exception):
    """The hypotheses make an identity matrix, or the number 1, zero: it is the sum of the terms `why`."""

    def __init__(self, completion: Completion, why: list[Term]) -> None:
        super().__init__("the hypotheses cannot be met")
        self.completion, self.why = completion, why


class Coefficient:
    """A polynomial in what commutes with everything: scalar symbols (any exponents), traces, loose 1x1 products."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Scalar, Any]) -> None:
        self.terms = {s: c for s, c in terms.items() if c}

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Coefficient) and self.terms == other.terms

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Coefficient) -> Coefficient:
        out = dict(self.terms)
        for s, c in other.terms.items():
            out[s] = out[s] + c if s in out else c
        return Coefficient(out)

    def __neg__(self) -> Coefficient:
        return Coefficient({s: -c for s, c in self.terms.items()})

    def __mul__(self, other: Coefficient) -> Coefficient:
        if self is UNIT:
            return other
        out: dict[Scalar, Any] = {}
        for s, c in self.terms.items():
            for t, d in other.terms.items():
                st = merge(s, t)
                out[st] = out[st] + c * d if st in out else c * d
        return Coefficient(out)

    def times(self, c: Any) -> Coefficient:
        return Coefficient({s: c * x for s, x in self.terms.items()})

    def inverse(self, units: set[str]) -> Coefficient | None:
        """1/self if that is a number times powers of `units`, else None."""
        if len(self.terms) != 1:
            return None
        ((powers, closed), c), *_ = self.terms.items()
        if closed or any(s not in units for s, _ in powers):
            return None
        return Coefficient({(tuple((s, -e) for s, e in powers), ()): 1 / c})


def merge(s: Scalar, t: Scalar) -> Scalar:
    if s == NO_SCALAR:
        return t
    if t == NO_SCALAR:
        return s
    powers = dict(s[0])
    for x, e in t[0]:
        powers[x] = powers.get(x, Fraction(0)) + e
    return tuple(sorted((x, e) for x, e in powers.items() if e)), tuple(sorted(s[1] + t[1]))


UNIT = Coefficient({NO_SCALAR: fmpq(1)})
Polynomial = dict[str, Coefficient]
Hit = tuple[str, int, str, tuple[str, ...]]  # left, rule, right, closed words that were in between
Split = tuple[str, list[str], str]


@dataclass
class Rule:
    """`lead` + `rest` = 0, `rest` in smaller words; equal to the sum of the terms `why`."""

    lead: str
    rest: Polynomial
    why: list[Term]
    alive: bool = True


class Completion:
    """Rules, grown from `start` = [(source, polynomial)]; a letter counts `weight` towards the size of a word."""

    def __init__(
        self,
        letters: Letters,
        start: list[tuple[str, Polynomial]],
        units: set[str],
        weight: Callable[[str], int],
        max_degree: int,
        reciprocals: Sequence[Reciprocal] = (),
    ) -> None:
        self.letters, self.units, self.max_degree, self.reciprocals = letters, units, max_degree, reciprocals
        self.weight = weight
        self.weights: dict[str, int] = {}  # of letters, as they come: a later claim may bring new ones
        self.rules: list[Rule] = []
        self.leads: dict[str, int] = {}  # of the rules in force
        self.lengths: dict[int, int] = {}  # how many leads have this length
        self.scattered: dict[int, Split] = {}  # the leads that pass through size 1
        self.variants: dict[int, list[str]] = {}  # the leads with their closed pieces in every order
        self.queue: list[tuple[int, int, tuple[Any, ...]]] = []
        self.keys: dict[str, tuple[int, int, str]] = {}
        self.count = self.dropped = 0
        for source, f in sorted(start, key=lambda t: max(map(self.key, t[1]))):
            self.add(f, [(UNIT, "", source, "")])

    def key(self, w: str) -> tuple[int, int, str]:
        k = self.keys.get(w)
        if k is None:
            for c in w:
                if c not in self.weights:
                    self.weights[c] = self.weight(self.letters.names[c])
            k = self.keys[w] = (sum(map(self.weights.__getitem__, w)), len(w), w)
        return k

    def find(self, w: str) -> Hit | None:
        """A rule whose leading word occurs in `w`, and what stands around it."""
        for length in self.lengths:
            for k in range(len(w) - length + 1):
                j = self.leads.get(w[k : k + length])
                if j is not None:
                    return w[:k], j, w[k + length :], ()
        if self.scattered and self.letters.touches_one(w):
            for j, lead in self.scattered.items():
                hit = self._scattered(lead, w)
                if hit:
                    return hit[0], j, *hit[1:]
        return None

    def _scattered(self, lead: Split, w: str) -> tuple[str, str, tuple[str, ...]] | None:
        """A leading word that passes through size 1, in a word with other closed pieces in between."""
        head, closed, tail = self.letters.split(w)
        loose = list(closed)
        for piece in lead[1]:
            if piece not in loose:
                return None
            loose.remove(piece)
        if not (head.endswith(lead[0]) and tail.startswith(lead[2])):
            return None
        left, right, between = head[: len(head) - len(lead[0])], tail[len(lead[2]) :], "".join(loose)
        if lead[0] and lead[2]:
            return left, right, tuple(loose)
        return (left, between + right, ()) if lead[0] else (left + between, right, ())

    def place(self, f: Polynomial, w: str, c: Coefficient) -> list[str]:
        """Add c*w to f with closed words in their places; returns the words touched."""
        if not (w and self.letters.has_ones):
            parts = [(w, c)]
        elif self.letters.touches_one(w) and any(s[1] for s in c.terms):
            parts = []
            for (powers, closed), x in c.terms.items():
                traces = tuple(v for v in closed if v[0] == "@")
                word = self.letters.tidy(w, [v for v in closed if v[0] != "@"])
                parts.append((word, Coefficient({(powers, traces): x})))
        else:
            parts = [(self.letters.tidy(w), c)]
        for word, x in parts:
            f[word] = f[word] + x if word in f else x
        return [word for word, _ in parts]

    def normal(self, f: Polynomial, why: list[Term]) -> Polynomial:
        """f with every reducible word rewritten; `why` gets the terms that were added to it.

        A closed word may move from a coefficient into a word, which makes the word larger: so a word may come up again
        after it was set aside, and the number of steps is bounded.
        """
        f, out, steps = dict(f), {}, 0
        heap = [Descending(self.key(w)) for w in f]
        heapq.heapify(heap)
        while heap:
            w = heapq.heappop(heap).key[2]
            c = f.pop(w, None)
            if not c:
                continue
            hit = self.find(w) if steps < MAX_STEPS else None
            if hit is None:
                out[w] = out[w] + c if w in out else c
                continue
            steps += 1
            left, j, right, loose = hit
            c = c * Coefficient({((), loose): fmpq(1)}) if loose else c
            why.append((-c, left, j, right))
            for v, d in self.rules[j].rest.items():
                for u in self.place(f, left + v + right, -(c * d)):
                    heapq.heappush(heap, Descending(self.key(u)))
        return {w: c for w, c in out.items() if c}

    def add(self, f: Polynomial, why: list[Term]) -> None:
        """Reduce f, make its leading coefficient 1, and enter it as a rule, with its overlaps.

        Raises Contradiction if what is left is a number times an identity.
        """
        f = self.normal(f, why)
        if not f:
            return
        lead = max(f, key=self.key)
        inverse = f[lead].inverse(self.units)
        if inverse is None:
            found = self._reciprocal(lead, f[lead])
            if found is None:
                self.dropped += 1
                return
            inverse, ref, before = found
            rest: Polynomial = {}
            for w, c in f.items():
                if w != lead:
                    self.place(rest, w, c * inverse)
            f = {lead: UNIT, **{w: c for w, c in rest.items() if c and w != lead}}
            why = [(c * inverse, left, source, right) for c, left, source, right in why]
            why.append((-UNIT, lead, ref, "") if before else (-UNIT, "", ref, lead))
            inverse = UNIT
        if lead == "":
            raise Contradiction(self, why)
        number = len(self.rules)
        rest = {w: c * inverse for w, c in f.items() if w != lead}
        self.rules.append(Rule(lead, rest, [(c * inverse, left, source, right) for c, left, source, right in why]))
        for w in [w for w in self.leads if lead in w]:  # what the new rule reduces will be entered again
            j = self.leads.pop(w)
            self.rules[j].alive = False
            self.scattered.pop(j, None)
            self.lengths[len(w)] -= 1
            if not self.lengths[len(w)]:
                del self.lengths[len(w)]
            self.push(len(w), (j,))
        self.leads[lead] = number
        self.lengths[len(lead)] = self.lengths.get(len(lead), 0) + 1
        if len(self.letters.pieces(lead)) > 1:
            self.scattered[number] = self.letters.split(lead)
        self.variants[number] = self.letters.variants(lead) if self.letters.has_ones else [lead]
        for j in self.leads.values():
            pairs = ((number, j), (j, number)) if j != number else ((number, number),)
            for i, k in pairs:
                for left, right, degree in sorted(overlaps(self.variants[i], self.variants[k])):
                    self.push(degree, (i, k, left, right))

    def _reciprocal(self, lead: str, coefficient: Coefficient) -> tuple[Coefficient, str, bool] | None:
        """1/coefficient by a scalar p that has an inverse s: coefficient = c p, and the reference for p s - 1 = 0.

        The last value tells on which side of the leading word the scalar p s - 1 may stand.
        """
        sides = self.letters.sides
        ends = bool(lead) and sides[lead[-1]][1] == "1", bool(lead) and sides[lead[0]][0] == "1"
        for p, s, ref in self.reciprocals if any(ends) else ():
            if s in lead:  # what says that s is 1/p is no rule for s
                continue
            (one, c), (two, d) = (max(x.terms.items(), key=lambda term: term[0]) for x in (p, coefficient))
            ratio = merge((two[0], ()), (tuple((x, -e) for x, e in one[0]), ()))
            unit = Coefficient({ratio: d / c}).inverse(self.units)
            if unit is not None and coefficient * unit == p:
                return unit * Coefficient({((), (s,)): fmpq(1)}), ref, ends[0]
        return None

    def push(self, degree: int, item: tuple[Any, ...]) -> None:
        if degree > self.max_degree:
            self.dropped += 1
            return
        heapq.heappush(self.queue, (degree, self.count, item))
        self.count += 1

    def grow(self) -> bool:
        """Treat the first pending overlap; False if it was out of date."""
        _, _, item = heapq.heappop(self.queue)
        if len(item) == 1:
            rule = self.rules[item[0]]
            self.add({rule.lead: UNIT, **rule.rest}, [(UNIT, "", item[0], "")])
            return True
        i, k, left, right = item
        one, two = self.rules[i], self.rules[k]
        if not (one.alive and two.alive):
            return False
        f: Polynomial = {}
        for v, c in one.rest.items():
            self.place(f, v + right, c)
        for v, c in two.rest.items():
            self.place(f, left + v, -c)
        self.add({w: c for w, c in f.items() if c}, [(UNIT, "", i, right), (-UNIT, left, k, "")])
        return True


def overlaps(ones: list[str], twos: list[str]) -> set[tuple[str, str, int]]:
    """(left, right, degree): a word of `ones` times right is left times a word of `twos`, and they share letters."""
    found = set[tuple[str, str, int]]()
    for a in ones:
        for b in twos:
            for shared in range(1, min(len(a), len(b))):
                if a.endswith(b[:shared]):
                    found.add((a[: len(a) - shared], b[shared:], len(a) + len(b) - shared))
    return found


class Descending:
    """A heap entry: the largest key comes first."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: Descending) -> bool:
        return self.key > other.key


__all__ = ["UNIT", "Coefficient", "Completion", "Contradiction", "Descending", "Hit", "Polynomial", "merge"]
