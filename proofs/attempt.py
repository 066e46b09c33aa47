"""One attempt at a certificate: state the claim for the kernel, license its inverses, prove its parts, have it checked.

An inverse needs a licence: a given fact; a proof that what it inverts is positive definite; a row of the fact tables
(then the fact is assumed in the certificate and derived here); else its existence is a condition of the claim.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from sympy import Basic

from proofs.chain import transposed
from proofs.goals import goal_of, other_forms, unblocked_hypotheses
from proofs.kernel import DEFINITE, ONE_TO_ONE, Checker, KernelError, Matrix, Report, check, in_logs, put_zero
from proofs.licences import licence
from proofs.positivity import squares_of
from proofs.quadratic import completed_squares, differences, middles, scaled_facts
from proofs.reals import SignProof, key_of, prove_sign, prove_zero
from proofs.search import Contradiction, Search
from proofs.statement import MINUS, Statement
from proofs.verdict import Names, fact_text
from symbolic.facts import Facts

Json = Any
QUICK = 0.3  # seconds to find out that one divisor is not zero


@dataclass
class Attempt:
    """The search for one certificate. Afterwards: `report`, `conditions`, and `derived` facts with their reasons."""

    claim: Any
    given: list[Any]
    end: float
    max_degree: int | None
    conditions: list[str] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    is_conditional: bool = False  # whether a condition is about an inverse that the claim does not write
    report: Report | None = None

    def certificate(self) -> Json | None:
        """A certificate that the kernel has accepted, or None.

        Of a limit that needs more than is given, equal forms are tried: the limit of one of them may need less.
        """
        goal, hypotheses = goal_of(self.claim, self.given), list(unblocked_hypotheses(self.given))
        found = self._proved(goal, hypotheses)
        if found is None or self.is_conditional:
            for other in other_forms(goal):
                attempt = Attempt(self.claim, self.given, self.end, self.max_degree)
                better = attempt._proved(other, hypotheses)
                if better is not None and not attempt.is_conditional:
                    self.conditions, self.derived, self.report = attempt.conditions, attempt.derived, attempt.report
                    self.is_conditional = False
                    return better
        return found

    def _proved(self, goal: Any, hypotheses: list[Any]) -> Json | None:
        statement = Statement()
        statement.survey(_expressions(goal, hypotheses))
        claim = statement.claim(goal)
        given, _ = statement.facts(hypotheses)
        signs = [f for f in statement.declared() if f not in given]
        body = {
            "format": "pushthrough", "version": 1, "symbols": statement.symbols, "indices": statement.indices,
            "given": given + signs, "assumed": [], "steps": [],
        }  # fmt: skip
        self._divide_by_symbols(statement, body)
        checker, found = None, dict[str, SignProof]()
        scalars = all(size == ["1", "1"] for size in statement.symbols.values())
        for extra in (False, True):
            introduced = self._introduce(statement, body, claim, extra)
            if introduced is None:
                break
            checker = introduced
            if scalars and not extra:  # nothing but products and squares: the general search would only take time
                found = self._products(checker, body, claim)
            proofs = Proofs(self, checker, statement.indices, found)
            proof = proofs.of(claim)
            if proof is not FAILED:
                return self._with_lemmas({**body, "claim": claim, "proof": proof}, proofs.lemmas, len(signs))
        found = self._products(checker, body, claim) if checker is not None and not scalars else {}
        if checker is not None and found:
            proofs = Proofs(self, checker, statement.indices, found)
            proof = proofs.of(claim)
            if proof is not FAILED:
                return self._with_lemmas({**body, "claim": claim, "proof": proof}, proofs.lemmas, len(signs))
        return None

    def _products(self, checker: Checker, body: dict[str, Any], claim: Json) -> dict[str, SignProof]:
        """Proofs of the signs in the claim by products of hypotheses; the steps that they need are taken."""
        found = dict[str, SignProof]()
        for facts, kind, e in _signs(claim):
            if not all(shape == ["1", "1"] for shape in checker.symbols.values()):
                if Proofs(self, checker, {}).of(_under(facts, [kind, e])) is not FAILED:
                    continue
            sign = prove_sign(checker, facts, kind, e, self.end - time.perf_counter())
            if sign is None:
                return {}
            for step in sign.steps:
                checker.step(step)
                body["steps"].append(step)
            found[key_of(facts, kind, e)] = sign
        return found

    def _with_lemmas(self, certificate: Json, lemmas: list[Json], signs: int) -> Json:
        steps = [*certificate["steps"], *(["zero", lemma] for lemma in lemmas)]
        return self._accepted({**certificate, "steps": steps}, signs)

    def _divide_by_symbols(self, statement: Statement, body: dict[str, Any]) -> None:
        """Scalars that are divided by must not be zero: by what is known of them, or else that is presupposed."""
        facts = body["given"]
        known = [f[1] for f in facts if f[0] in ("positive", "nonzero")]
        for s in [s for s in statement.powers if s not in known]:
            if ["positive", ["mul", MINUS, s]] in facts:
                self._presuppose(body, s)
                self.derived[fact_text(["nonzero", s])] = f"{s} < 0"
            elif not self._show_positive(self._checker(body), body, s):
                self._presuppose(body, s)
                self.conditions.append(fact_text(["nonzero", s]))

    @staticmethod
    def _presuppose(body: dict[str, Any], s: str) -> None:
        body["assumed"].append(["nonzero", s])

    def _show_positive(self, checker: Checker, body: dict[str, Any], e: Json, depth: int = 3) -> bool:
        """Take steps that show a scalar to be positive, by products of hypotheses."""
        proof = prove_sign(checker, (), "positive", e, min(QUICK, self.end - time.perf_counter()), depth)
        if proof is None:
            return False
        for step in (*proof.steps, ["positive", e, *proof.evidence(0)]):
            checker.step(step)
            body["steps"].append(step)
        return True

    def _show_nonzero(self, checker: Checker, body: dict[str, Any], e: Json) -> bool:
        """Take steps that show a scalar to be positive, or negative and so invertible."""
        if checker.expr(e, {}).rows != "1":
            return False
        opposite = ["mul", MINUS, e]
        for depth in (1, 3):
            if self._show_positive(checker, body, e, depth):
                return True
            known = checker.known("positive", checker.expr(opposite, {}))
            if known or self._show_positive(checker, body, opposite, depth):
                break
        else:
            return False
        k = len(checker.inverses)
        for step in (["inverse", opposite], ["invertible", e, ["mul", MINUS, f"#{k}"], ["ref", f"inv{k}.r"]]):
            checker.step(step)
            body["steps"].append(step)
        return True

    def _introduce(self, statement: Statement, body: dict[str, Any], claim: Json, extra: bool) -> Checker | None:
        """A checker in which every inverse written has been introduced, each by the first licence there is for it.

        With `extra`, also the inverses of what is given as invertible; None if that adds nothing.
        """
        more = [f[1] for f in body["given"] if f[0] in ("invertible", "positive_definite")]
        more += [["mul", transposed(f[1]), f[1]] for f in body["given"] if f[0] == "injective"]
        definite = [e for kind, e in _predicates(claim) if kind in ("positive_definite", "invertible")]
        checker = self._checker(body)
        if extra:
            return checker if self._introduce_more(checker, body, more) else None
        for e, base in statement.inverses:
            m = checker.expr(e, {})
            if m in checker.inverses:
                continue
            if not self._licensed(checker, body, e):
                self._introduce_more(checker, body, more)
                licensed = m in checker.inverses or self._licensed(checker, body, e)
                if not licensed and not self._show_nonzero(checker, body, e):
                    self._assume(body, ["nonzero" if m.rows == "1" else "invertible", e], base, e in statement.implied)
                    checker = self._checker(body)
            if m not in checker.inverses:
                body["steps"].append(["inverse", e])
                checker.step(["inverse", e])
        for e in definite:
            if not self._licensed(checker, body, e) and self._introduce_more(checker, body, more):
                self._licensed(checker, body, e)
            if not checker.known("invertible", checker.expr(e, {})):
                self._show_nonzero(checker, body, e)
        for facts, _, e in _signs(claim):
            self._license_middles(checker, body, facts, e)
        return checker

    def _introduce_more(self, checker: Checker, body: dict[str, Any], more: list[Json]) -> bool:
        """Introduce inverses that nobody wrote and the hypotheses license; whether there was one."""
        found = False
        for e in more:
            with suppress(KernelError):  # a fact may speak of an inverse that is introduced later
                if checker.expr(e, {}) not in checker.inverses and self._licensed(checker, body, e):
                    body["steps"].append(["inverse", e])
                    checker.step(["inverse", e])
                    found = True
        return found

    def _license_middles(self, checker: Checker, body: dict[str, Any], facts: list[Json], e: Json) -> None:
        """Show the second-order part of a sign claim to be definite, if it is."""
        local = {f"h{len(checker.facts) + k}": f for k, f in enumerate(facts)}
        here = replace_facts(checker, {**checker.facts, **local})
        for h in [h for root in differences(here) for h in middles(here, e, root)]:
            if self._licensed(checker, body, Names({"steps": body["steps"]}).expand(h), definite=True):
                break

    def _assume(self, body: dict[str, Any], fact: Json, base: Basic, unwritten: bool) -> None:
        """Assume that an inverse exists: a condition of the claim, unless the fact tables derive it from the given."""
        body["assumed"].append(fact)
        known = Facts(self.given).holds("invertible", base)
        text = fact_text(Names({"steps": body["steps"]}).expand(fact))
        if known is None:
            self.conditions.append(text)
            self.is_conditional = self.is_conditional or unwritten
        else:
            self.derived[text] = f"by {known.rule.partition(': ')[2] or known.rule}"

    @staticmethod
    def _checker(body: dict[str, Any]) -> Checker:
        kinds = (("g", "given"), ("a", "assumed"))
        facts = {mark + str(k): f for mark, kind in kinds for k, f in enumerate(body[kind])}
        checker = Checker(body["symbols"], facts)
        for step in body["steps"]:
            checker.step(step)
        return checker

    @staticmethod
    def _licensed(checker: Checker, body: dict[str, Any], e: Json, definite: bool = False) -> bool:
        body["steps"] += licence(checker, e, lambda: Search(checker, zeros_in_force(checker)), definite) or []
        return checker.known("positive_definite" if definite else "invertible", checker.expr(e, {}))

    def _accepted(self, certificate: Json, signs: int) -> Json:
        """The certificate, accepted by the kernel after a trip through JSON, without the signs that it does not use."""
        certificate = json.loads(json.dumps(certificate))
        self.report = check(certificate)
        total = len(certificate["given"])
        unused = [k for k in range(total - signs, total) if f"g{k}" not in self.report.uses]
        if unused:
            kept = [f for k, f in enumerate(certificate["given"]) if k not in unused]
            smaller = _shifted({**certificate, "given": kept}, len(unused))
            self.report, certificate = check(smaller), smaller
        return certificate


FAILED = object()


class Proofs:
    """Proofs of the parts of a claim, with the lemmas they share."""

    def __init__(
        self, attempt: Attempt, checker: Checker, indices: dict[str, str], found: dict[str, SignProof] | None = None
    ) -> None:
        self.attempt, self.checker, self.indices, self.found = attempt, checker, indices, found or {}
        self.lemmas: list[Json] = []
        self.searches: dict[str, Search] = {}

    def of(self, claim: Json) -> Any:
        """The proof of a claim in the certificate's format, or FAILED."""
        match claim:
            case ["forall", _, inner]:
                return self.of(inner)
            case ["implies", fact, inner]:
                kept = self.checker.facts
                self.checker.facts = {**kept, f"h{len(kept)}": in_logs(fact)}
                proof = self.of(inner)
                self.checker.facts = kept
                return proof
            case ["and", *parts]:
                proofs = list[Any]()
                for part in parts:
                    proofs.append(self.of(part))
                    if proofs[-1] is FAILED:
                        return FAILED
                return proofs
            case ["eq", a, b]:
                m = self.checker.expr(a, self.indices) - self.checker.expr(b, self.indices)
                proof = self.equation(m)
                if proof is FAILED and m.rows == m.cols == "1" and not self.indices:
                    left = self.attempt.end - time.perf_counter()
                    found = prove_zero(self.checker, ["add", a, ["mul", MINUS, b]], left) if left > 0 else None
                    return FAILED if found is None else found
                return proof
            case ["limit", s, e, value]:
                return self.of(["eq", put_zero(e, s), value]) if not _has_derivative(e) else FAILED
            case ["at_least", _, _]:
                return self.of(in_logs(claim))
            case [kind, e]:
                return self.word(kind, e)
        return FAILED

    def word(self, kind: str, e: Json) -> Any:
        """The proof of a claim such as "positive": it is known, or a sum of squares."""
        m = self.checker.expr(e, {})
        if self.checker.known(kind, m):
            return None
        if kind in ONE_TO_ONE:
            return FAILED
        local = [f for ref, f in self.checker.facts.items() if ref[0] == "h"]
        sign = self.found.get(key_of(local, kind, e))
        if sign is not None:
            return sign.evidence(len(self.checker.facts) - len(local))
        for squares in self.squares(e, m):
            terms = [["mul", c, _square(self.checker, p, root, m.rows)] for c, p, root in squares]
            with suppress(KernelError):  # a coefficient may divide by what may be zero
                proof = self.equation(m - self.checker.expr(["add", *terms] if terms else ["zero", m.rows, m.rows], {}))
                if proof is not FAILED:
                    self.checker.show_that(kind, e, [squares, proof])
                    return [squares, proof]
        return FAILED

    def squares(self, e: Json, m: Matrix) -> Iterator[list[Json]]:
        def search() -> Search:
            return Search(self.checker, zeros_in_force(self.checker))

        if m.rows == m.cols == "1":
            yield from scaled_facts(self.checker, m)
            yield from completed_squares(self.checker, e, search)
        found = squares_of(self.checker, e, search)
        if found is not None:
            yield found

    def equation(self, m: Any) -> Any:
        if not m.poly:
            return None
        local = any(ref[0] == "h" for ref in self.checker.facts)
        key = json.dumps([f for ref, f in self.checker.facts.items() if ref[0] == "h"])
        if key not in self.searches:
            self.searches[key] = Search(self.checker, zeros_in_force(self.checker), max_degree=self.attempt.max_degree)
        seconds = max(0.0, self.attempt.end - time.perf_counter())
        try:
            proof = self.searches[key].prove(m, seconds=seconds, first=len(self.lemmas), inline=local)
        except Contradiction:
            if not local:
                raise
            proof = None  # a premise that cannot be met: nothing is said to follow from it
        if proof is None:
            return FAILED
        self.lemmas += proof.lemmas
        return proof.expression


def _has_derivative(e: Json) -> bool:
    """Nothing can be put for the variable of a derivative."""
    return isinstance(e, list) and (e[:1] == ["partial"] or any(map(_has_derivative, e)))


def _square(checker: Checker, middle: Json, root: Json, rows: str) -> Json:
    """L'PL, or its trace where a number is meant."""
    core = ["mul", ["T", root], *([] if middle is None else [middle]), root]
    return ["tr", core] if rows == "1" and checker.expr(root, {}).cols != "1" else core


def replace_facts(checker: Checker, facts: dict[str, Json]) -> Checker:
    """The same checker with other facts in force."""
    other = copy(checker)
    other.facts = facts
    return other


def zeros_in_force(checker: Checker) -> dict[str, Matrix]:
    """All that a proof may refer to as zero: equations, symmetry of definite matrices, both sides of inverses."""
    refs = [ref for ref, f in checker.facts.items() if f[0] in ("eq", "forall", *DEFINITE)]
    for k, m in enumerate(checker.inverses):
        refs += [f"inv{k}.r"] + ([f"inv{k}.l"] if m.rows != "1" else [])
    zeros = dict[str, Matrix]()
    for ref in refs:
        with suppress(KernelError):  # a fact may speak of an inverse that is introduced later
            zeros[ref] = checker.zero(ref)
    return {ref: m for ref, m in zeros.items() if m.poly}


def _expressions(claim: Any, given: Iterable[Any]) -> list[Basic]:
    sides = [claim] if isinstance(claim, Basic) else [claim.lhs, claim.rhs]
    return [*sides, *given]


def _under(facts: list[Json], claim: Json) -> Json:
    for fact in reversed(facts):
        claim = ["implies", fact, claim]
    return claim


def _signs(claim: Json, facts: tuple[Json, ...] = ()) -> Iterator[tuple[list[Json], str, Json]]:
    """The scalars that a claim says are positive or nonnegative, with the premises above them."""
    match claim:
        case ["and", *parts]:
            for part in parts:
                yield from _signs(part, facts)
        case ["implies", fact, inner]:
            yield from _signs(inner, (*facts, in_logs(fact)))
        case ["forall", _, inner]:
            yield from _signs(inner, facts)
        case ["positive" | "nonnegative" as kind, e]:
            yield list(facts), kind, e


def _predicates(claim: Json) -> list[tuple[str, Json]]:
    match claim:
        case ["and", *parts]:
            return [found for part in parts for found in _predicates(part)]
        case ["implies" | "forall", _, inner]:
            return _predicates(inner)
        case ["positive_definite" | "positive_semidefinite" | "invertible" | "injective" as kind, e]:
            return [(kind, e)]
    return []


def _shifted(e: Any, by: int) -> Any:
    """References to hypotheses that are counted from the number of facts, after `by` facts were taken out."""
    if isinstance(e, dict):
        return {key: _shifted(value, by) if key in ("steps", "proof") else value for key, value in e.items()}
    if isinstance(e, list):
        if len(e) == 2 and e[0] == "ref" and e[1][0] in "hd":
            return ["ref", f"{e[1][0]}{int(e[1][1:]) - by}"]
        return [_shifted(part, by) for part in e]
    return e


__all__ = ["Attempt"]
