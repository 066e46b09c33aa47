"""From a certificate to the chain of equalities a person would write: one hypothesis a link, nothing else changed.

A proof says `left - right = sum of c L (a - b) R`, where each `a = b` is a hypothesis or the definition of an inverse.
Read one term at a time it is a rewriting: the part `c L a R` of the current expression becomes `c L b R`, or the part
`-c L b R` becomes `-c L a R`, with the inside of `a` left unexpanded. Between two rewritings stands at most one
regrouping, which the normal form decides. Among the possible readings the one that carries the least along is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import permutations, product
from operator import mul
from typing import Any

from proofs.kernel import Checker, Matrix

Json = Any
MAX_TERMS = 5  # longer proofs read better as a list of lemmas


@dataclass(frozen=True)
class Link:
    """The next expression of the chain, and why it equals the one before: a hypothesis (`g0`, `inv1.r`) or "expand"."""

    expr: Json
    reason: str


@dataclass(frozen=True)
class _Rewriting:
    """The part `before` of an expression becomes `after`, by the hypothesis `ref`; `turned` is its other reading."""

    ref: str
    before: Json
    after: Json

    @property
    def turned(self) -> _Rewriting:
        return _Rewriting(self.ref, _negated(self.after), _negated(self.before))


def chain(certificate: dict[str, Any]) -> list[Link]:
    """The links from the left side of a proved equality to its right side; the first one is the left side itself.

    Empty when the claim is no single equality or its proof is too long to be read as a chain.
    """
    if certificate["claim"][0] != "eq":
        return []
    facts = {f"g{k}": f for k, f in enumerate(certificate["given"])}
    facts |= {f"a{k}": f for k, f in enumerate(certificate["assumed"])}
    reader = _Chain(Checker(certificate["symbols"], facts), certificate)
    moves = reader.rewritings(certificate["proof"])
    return [] if moves is None or len(moves) > MAX_TERMS else reader.links(moves)


class _Chain:
    def __init__(self, checker: Checker, certificate: dict[str, Any]) -> None:
        self.checker, self.scope, self.known = checker, certificate["indices"], dict[str, Matrix]()
        self.lemmas = [step[1] for step in certificate["steps"] if step[0] == "zero"]
        self.arguments = [step[1] for step in certificate["steps"] if step[0] == "inverse"]
        self.left, self.right = certificate["claim"][1:]
        for step in certificate["steps"]:
            if step[0] != "zero":
                checker.step(step)

    def value(self, e: Json) -> Matrix:
        key = str(e)
        if key not in self.known:
            self.known[key] = self.checker.expr(e, self.scope)
        return self.known[key]

    # The terms of the proof as rewritings.

    def rewritings(self, proof: Json) -> list[_Rewriting] | None:
        """The terms of `proof`, lemmas unfolded; None if one is no product around a single reference."""
        out: list[_Rewriting] = []
        for term in [] if proof is None else proof[1:] if proof[0] == "add" else [proof]:
            factors = term[1:] if term[0] == "mul" else [term]
            at = [k for k, f in enumerate(factors) if _reference(f)]
            if len(at) != 1:
                return None
            left, hole, right = factors[: at[0]], factors[at[0]], factors[at[0] + 1 :]
            turned, ref = hole[0] == "T", hole[1][1] if hole[0] == "T" else hole[1]
            if ref[0] == "L":
                inner = self.lemmas[int(ref[1:])]
                body = transposed(inner) if turned else inner
                parts = body[1:] if body[0] == "add" else [body]
                unfolded = self.rewritings(["add", *(_product([*left, part, *right]) for part in parts)])
                if unfolded is None or len(out) + len(unfolded) > MAX_TERMS:
                    return None
                out += unfolded
                continue
            sides = self.sides(ref)
            if sides is None:
                return None
            a, b = map(transposed, sides) if turned else sides
            out.append(_Rewriting(ref, _product([*left, a, *right]), _product([*left, b, *right])))
        return out

    def sides(self, ref: str) -> tuple[Json, Json] | None:
        """A hypothesis `a = b` as its two sides."""
        if ref.startswith("inv"):
            k, side = ref[3:].split(".")
            letter, e = f"#{k}", self.arguments[int(k)]
            return (["mul", e, letter] if side == "r" else ["mul", letter, e]), ["id", self.value(e).rows]
        fact = self.checker.facts.get(ref, [""])
        if fact[0] == "eq":
            return fact[1], fact[2]
        return (["T", fact[1]], fact[1]) if fact[0].startswith("positive_") else None

    # Their order, and the chain.

    def links(self, moves: list[_Rewriting]) -> list[Link]:
        ways = product(*((move, move.turned) for move in moves))
        best = min((order for way in ways for order in permutations(way)), key=self.carried, default=())
        out, rest = [Link(self.left, "")], self.value(self.left)
        for move in best:
            rest = rest - self.value(move.before)
            self.append(out, _sum(self.written(rest), move.before), "expand")
            self.append(out, _sum(self.written(rest), move.after), move.ref)
            rest = rest + self.value(move.after)
        self.append(out, self.right, "expand")
        return out

    def carried(self, moves: tuple[_Rewriting, ...]) -> tuple[int, int]:
        """How many terms stand beside the rewritten parts, over the whole chain, and how many parts are negative."""
        current, total = self.value(self.left), 0
        for move in moves:
            rest = current - self.value(move.before)
            total += len(rest.poly)
            current = rest + self.value(move.after)
        return total, sum(_number(move.before) < 0 for move in moves)

    def append(self, out: list[Link], expr: Json, reason: str) -> None:
        """Add a link, unless it is what already stands there up to the way inverses and transposes are written."""
        if self.letters(out[-1].expr) != self.letters(expr):
            out.append(Link(expr, reason))
        elif expr == self.right:
            out[-1] = Link(expr, out[-1].reason)

    def letters(self, e: Json) -> Json:
        """`e` with known inverses and transposes as letters and products flat: equal for equal ways of writing."""
        if not isinstance(e, list):
            return e
        if e[0] == "inv":
            known = [k for k, arg in enumerate(self.arguments) if arg == e[1]]
            return f"#{known[0]}" if known else e
        if e[0] == "T":
            return transposed(self.letters(e[1]))
        parts = [self.letters(a) for a in e[1:]]
        return _product(parts) if e[0] == "mul" else [e[0], *parts]

    def written(self, m: Matrix) -> Json | None:
        """A polynomial as an expression; None for zero."""
        terms = []
        for (powers, chains), c in m.poly.items():
            head = [["num", str(c)]] if c != 1 else []
            scalars = [["pow", s, str(k)] if k != 1 else s for s, k in powers]
            words = []
            for a, w, b in sorted(chains, key=lambda ch: ch[0] != ">row" and ch[2] != ">row"):
                turn = a == ">col" or b == ">row"
                words += [x[:-1] if x.endswith("'") else x + "'" for x in reversed(w)] if turn else w
            terms.append(_product([*head, *scalars, *words]) if head or scalars or words else ["id", m.rows])
        return None if not terms else terms[0] if len(terms) == 1 else ["add", *terms]


def _reference(f: Json) -> bool:
    return isinstance(f, list) and (f[0] == "ref" or (f[0] == "T" and isinstance(f[1], list) and f[1][0] == "ref"))


def _number(e: Json) -> Fraction:
    """The rational that a product starts with."""
    first = e[1] if isinstance(e, list) and e[0] == "mul" else e
    return Fraction(first[1]) if isinstance(first, list) and first[0] == "num" else Fraction(1)


def _negated(e: Json) -> Json:
    return _product([["num", "-1"], e])


def _product(factors: list[Json]) -> Json:
    """A flat product: numbers in front as one, no superfluous identities."""
    flat: list[Json] = []
    for f in factors:
        flat += f[1:] if isinstance(f, list) and f[0] == "mul" else [f]
    numbers = [Fraction(f[1]) for f in flat if isinstance(f, list) and f[0] == "num"]
    number = reduce(mul, numbers, Fraction(1))
    matrices = [f for f in flat if not (isinstance(f, list) and f[0] == "num")]
    kept = [f for f in matrices if not (isinstance(f, list) and f[0] == "id")] or matrices[:1]
    out = kept if number == 1 and kept else [["num", str(number)], *kept]
    return out[0] if len(out) == 1 else ["mul", *out]


def _sum(first: Json | None, last: Json) -> Json:
    if first is None:
        return last
    return ["add", *(first[1:] if first[0] == "add" else [first]), last]


def transposed(e: Json) -> Json:
    """The transpose of an expression, moved inside products, sums and letters."""
    if isinstance(e, str):
        return e[:-1] if e.endswith("'") else e + "'"
    if e[0] == "T":
        return e[1]
    if e[0] in ("id", "num", "tr"):
        return e
    if e[0] == "pow":
        return ["pow", transposed(e[1]), e[2]]
    if e[0] in ("mul", "add"):
        parts = [transposed(a) for a in e[1:]]
        return [e[0], *(reversed(parts) if e[0] == "mul" else parts)]
    return ["T", e]
