"""Writing a proof that was found: as one sum of terms, or with lemmas where that is shorter.

A *step* of the search is a term whose source may be a derived rule. Rules are replaced by their derivations down to the
hypotheses, like terms collected; a rule that is used more than once may become a lemma of the certificate instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofs.completion import UNIT, Coefficient, Completion
from proofs.kernel import COL, ROW
from proofs.letters import Letters, Powers, Track, Tracks

Json = Any
Monomial = tuple[Powers, Tracks]
Product = tuple[str, Any, str]  # left, source, right
MAX_FLAT = 4000  # terms of a proof without lemmas
READABLE = 12  # a proof of so few terms is written without lemmas


@dataclass(frozen=True)
class Proof:
    """`lemmas` are to become "zero" steps, numbered from the `first` that was asked for; `expression` may be None."""

    expression: Json
    lemmas: tuple[Json, ...] = ()
    terms: int = 0


@dataclass(frozen=True)
class Step:
    """One term of a proof: coefficient * other tracks * the track whose word is left, source, right."""

    coefficient: Coefficient
    others: Tracks
    ends: tuple[str, str]
    left: str
    source: str | int
    right: str


class Writer:
    """Expressions of the kernel's language; `rows` is the size of the identity that a matrix claim may hold."""

    def __init__(self, letters: Letters, rows: str) -> None:
        self.letters, self.rows = letters, rows

    def proof(self, completion: Completion, steps: list[Step], first: int, inline: bool) -> Proof | None:
        """The shortest way to write the steps; None if it is too long, or needs lemmas where `inline` forbids them."""
        flat = expand(completion, steps, set())
        if flat is not None and (inline or len(flat[1]) <= READABLE):
            return Proof(added([self.term(t) for t in flat[1]]), (), len(flat[1]))
        shared = expand(completion, steps, shared_rules(completion, steps))
        if inline or shared is None:
            return None
        lemmas, last = shared
        terms = len(last) + sum(map(len, lemmas.values()))
        if flat is not None and len(flat[1]) <= terms:
            return Proof(added([self.term(t) for t in flat[1]]), (), len(flat[1]))
        number = {j: first + k for k, j in enumerate(sorted(lemmas))}
        written = [added([self.term(t, number) for t in lemmas[j]]) for j in sorted(lemmas)]
        return Proof(added([self.term(t, number) for t in last]), tuple(written), terms)

    def term(self, s: Step, number: dict[int, int] | None = None) -> Json:
        """A term as an expression: scalars, other tracks, and the product with the reference in it."""
        name = f"L{(number or {})[s.source]}" if isinstance(s.source, int) else s.source
        ref = ["T", ["ref", name[:-1]]] if name.endswith("'") else ["ref", name]
        core = [*self.letters.spell(s.left), ref, *self.letters.spell(s.right)]
        before = [*self.coefficient(s.coefficient), *self.scalar_tracks(s.others)]
        if s.ends in ((ROW, COL), (ROW, ""), ("", COL), ("", "")) and not s.others:
            return multiplied([*before, *core])
        return multiplied([*before, ended(multiplied(core), s.ends), *self.matrix_tracks(s.others)])

    def coefficient(self, c: Coefficient) -> list[Json]:
        parts = [[*scalars(x, powers), *map(self.closed, words)] for (powers, words), x in c.terms.items()]
        return parts[0] if len(parts) == 1 else [["add", *map(multiplied, parts)]]

    def closed(self, w: str) -> Json:
        word = multiplied(self.letters.spell(w.strip("@")))
        return ["tr", word] if w[0] == "@" else word

    def scalar_tracks(self, tracks: Tracks) -> list[Json]:
        return [self.track(t) for t in tracks if not {t[0], t[2]} & {ROW, COL}]

    def matrix_tracks(self, tracks: Tracks) -> list[Json]:
        return [self.track(t) for t in tracks if {t[0], t[2]} & {ROW, COL}]

    def track(self, track: Track) -> Json:
        a, w, b = track
        if not w:
            return ["delta", a, b] if {a, b} != {ROW, COL} else ["id", self.rows]
        return ended(multiplied(self.letters.spell(w)), (a, b))

    def polynomial(self, claim: dict[Monomial, Any]) -> Json:
        terms = [
            multiplied([*scalars(c, powers), *self.scalar_tracks(ts), *self.matrix_tracks(ts)])
            for (powers, ts), c in claim.items()
        ]
        return added(terms)


def shared_rules(completion: Completion, steps: list[Step]) -> set[int]:
    """The rules that are used more than once and are more than one term."""
    uses: dict[int, int] = {}
    stack = [s.source for s in steps]
    while stack:
        source = stack.pop()
        if isinstance(source, int):
            uses[source] = uses.get(source, 0) + 1
            if uses[source] == 1:
                stack += [t[2] for t in completion.rules[source].why]
    return {j for j, count in uses.items() if count > 1 and len(completion.rules[j].why) > 1}


def expand(
    completion: Completion, steps: list[Step], kept: set[int]
) -> tuple[dict[int, list[Step]], list[Step]] | None:
    """Steps down to hypotheses and the rules `kept`, like terms collected; and those rules likewise. None: too long."""
    memo: dict[int, dict[Product, Coefficient]] = {}

    def of(source: str | int) -> dict[Product, Coefficient]:
        return {("", source, ""): UNIT} if isinstance(source, str) or source in kept else of_rule(source)

    def of_rule(j: int) -> dict[Product, Coefficient]:
        if j not in memo:
            out: dict[Product, Coefficient] = {}
            for c, left, source, right in completion.rules[j].why:
                for (u, ref, v), d in of(source).items():
                    collect(out, (left + u, ref, v + right), c * d)
            memo[j] = {k: c for k, c in out.items() if c}
        return memo[j]

    def collect(out: dict[Any, Coefficient], key: Any, c: Coefficient) -> None:
        out[key] = out[key] + c if key in out else c
        if len(out) > MAX_FLAT:
            raise OverflowError

    try:
        total: dict[Any, Coefficient] = {}
        for s in steps:
            for (u, ref, v), d in of(s.source).items():
                collect(total, (s.others, s.ends, s.left + u, ref, v + s.right), s.coefficient * d)
        lemmas = {j: [Step(c, (), (ROW, COL), *key) for key, c in of_rule(j).items()] for j in kept}
    except (OverflowError, RecursionError):
        return None
    return lemmas, [Step(c, *key) for key, c in total.items() if c]


def ended(core: Json, ends: tuple[str, str]) -> Json:
    """A word as an expression with these ends: itself, its trace, or an entry of it."""
    a, b = ends
    if a == "@":
        return ["tr", core]
    if a == b == "" or ROW in ends or COL in ends:
        return core
    return ["entry", core, a or None, b or None]


def scalars(c: Any, powers: Powers) -> list[Json]:
    out: list[Json] = [] if c == 1 else [["num", str(c)]]
    for s, e in powers:
        base: Json = ["dim", s[1:]] if s[0] == "|" else s
        out.append(base if e == 1 else ["pow", base, str(e)])
    return out


def multiplied(factors: list[Json]) -> Json:
    return factors[0] if len(factors) == 1 else ["mul", *factors] if factors else ["num", "1"]


def added(terms: list[Json]) -> Json:
    return terms[0] if len(terms) == 1 else ["add", *terms]


__all__ = ["Monomial", "Proof", "Step", "Writer", "added"]
