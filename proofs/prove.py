"""Prove, refute or support a claim; and replay a certificate.

The order: shapes; an exact counterexample; a proof, which the kernel must accept after a trip through JSON; else the
evidence of exact instances. Every `proved` has been checked by the kernel *and* evaluated on instances, and a
disagreement between the two raises, because it is a bug here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Basic
from sympy.assumptions import AppliedPredicate

from numeric.counterexample import claim_text
from numeric.falsify import falsify
from numeric.sample import NoInstance
from numeric.witness import witness
from proofs.kernel import DEFINITE, Checker, KernelError, Report, check
from proofs.positivity import definite_step
from proofs.search import Contradiction, Search
from proofs.statement import Statement
from proofs.verdict import Names, Verdict, fact_text, references
from symbolic.errors import ProofError, PushthroughError, ShapeError, UnsupportedError
from symbolic.facts import Facts
from symbolic.nodes import ForAll
from symbolic.shapes import same_shape, shape

Json = Any
RELATIONS = ("=", "iff", "implies", "<", "<=", ">", ">=", "!=")


@dataclass(frozen=True)
class Claim:
    """`lhs relation rhs`: an equation, an inequality of scalars, or `iff` / `implies` between two statements.

    Raises ShapeError at once if the sides of an equation do not fit.

    >>> from sympy import MatrixSymbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> X = MatrixSymbol("X", m, n)
    >>> Claim(X.T, X)
    Traceback (most recent call last):
    symbolic.errors.ShapeError: cannot equate X.T (n x m) and X (m x n): n is not m. If they are equal, declare one size.
    """

    lhs: Any
    rhs: Any
    relation: str = "="

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise PushthroughError(f"the relation {self.relation!r} is not one of {', '.join(RELATIONS)}.")
        if self.relation in ("iff", "implies"):
            for side in (self.lhs, self.rhs):
                shape(side) if not isinstance(side, AppliedPredicate) else shape(side.arguments[0])
        else:
            same_shape(self.lhs, self.rhs)

    def __str__(self) -> str:
        return claim_text(self)


def prove(
    claim: Any,
    given: Iterable[Any] = (),
    *,
    max_seconds: float = 5.0,
    max_degree: int | None = None,
    check: bool = True,
) -> Verdict:
    """The verdict on a claim about all matrices, of all sizes, that satisfy `given`.

    claim: `Claim(lhs, rhs)`, `Eq(lhs, rhs, evaluate=False)`, a predicate (`Q.symmetric`, `Q.orthogonal`,
    `Q.positive_definite`, `Q.invertible`, ...), `ForAll`, or `Claim(one, other, "iff")` between such statements; sides
    may hold `Piecewise` (every case must be proved; a derivative is that of the branch in force).
    given: predicates and equations. `max_seconds` and `max_degree` bound the search; `check=False` skips the instances.

    `.status` is "proved" (with `.certificate`), "refuted" (with `.counterexample`, or the clash of shapes in
    `.reason`), "supported" (no proof found; `.witness` tells what was tried), or "conditional" (proved, but no instance
    of the hypotheses was found). Raises UnsupportedError for a node without meaning here, NoInstance if nothing could
    be evaluated and nothing proved, ProofError if proof and instances disagree.

    >>> from sympy import Identity, MatrixSymbol, Symbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> X, lam = MatrixSymbol("X", m, n), Symbol("lambda", positive=True)
    >>> left, right = (X.T*X + lam*Identity(n)).inv()*X.T, X.T*(X*X.T + lam*Identity(m)).inv()
    >>> prove(Claim(left, right)).status
    'proved'
    """
    begin = time.perf_counter()
    if isinstance(claim, (bool, sp.logic.boolalg.BooleanAtom)):
        raise PushthroughError(
            f"SymPy has already decided this claim ({claim}), by rules of its own: write Claim(left, right) or "
            "Eq(left, right, evaluate=False)."
        )
    text = claim_text(claim)
    given = list(Facts(given).given)
    try:
        _check_shapes(claim)
    except ShapeError as error:
        return Verdict("refuted", reason=str(error), seconds=time.perf_counter() - begin, statement=text)
    try:
        counterexample, nothing = falsify(claim, given), None
    except NoInstance as error:
        counterexample, nothing = None, error
    if counterexample is not None:
        seconds = time.perf_counter() - begin
        return Verdict("refuted", None, counterexample, (), counterexample.reason, None, seconds, text)
    attempt = Attempt(claim, given, begin + max_seconds, max_degree)
    try:
        certificate, failure = attempt.certificate(), ""
    except Contradiction:
        reason = "the hypotheses cannot be met: they imply that an identity matrix, or the number 1, is zero"
        return Verdict("refuted", reason=reason, seconds=time.perf_counter() - begin, statement=text)
    except (UnsupportedError, KernelError) as error:
        certificate, failure = None, str(error)
    return _judged(claim, given, text, attempt, certificate, failure, nothing, begin, check)


def _judged(
    claim: Any, given: list[Any], text: str, attempt: Attempt, certificate: Json, failure: str,
    nothing: NoInstance | None, begin: float, instances: bool,
) -> Verdict:  # fmt: skip
    """The verdict from what the search and the instances gave."""
    if certificate is None:
        if nothing is not None:
            raise nothing
        evidence = witness(claim, given)
        reason = "no proof found" + (f": {failure}" if failure else "")
        return Verdict("supported", None, None, (), reason, evidence, time.perf_counter() - begin, text)
    reason = explain_use(certificate, attempt.report, attempt.derived)
    evidence, conditions = None, tuple(attempt.conditions)
    if nothing is None and instances:
        evidence = witness(claim, given)
        if not evidence.holds:
            raise ProofError(f"{text}: the kernel accepts a proof, and an instance contradicts it. This is a bug.")
    vacuous = [str(nothing)] if nothing is not None else [*evidence.vacuous] if evidence is not None else []
    status = "conditional" if vacuous else "proved"
    conditions += tuple(f"an instance exists, but none was found: {side}" for side in vacuous)
    return Verdict(status, certificate, None, conditions, reason, evidence, time.perf_counter() - begin, text)


def replay(certificate: Any) -> bool:
    """True if the kernel accepts the certificate (as a dictionary, or JSON text); raises ProofError if not.

    >>> replay({})
    Traceback (most recent call last):
    symbolic.errors.ProofError: not a certificate: ...
    """
    try:
        check(json.loads(certificate) if isinstance(certificate, str) else json.loads(json.dumps(certificate)))
    except (KernelError, ValueError, TypeError) as error:
        raise ProofError(f"not a certificate: {error}") from None
    return True


def _check_shapes(claim: Any) -> None:
    if isinstance(claim, AppliedPredicate):
        Facts([claim])
    elif isinstance(claim, ForAll):
        shape(claim)
    elif getattr(claim, "relation", "=") in ("iff", "implies"):
        _check_shapes(claim.lhs), _check_shapes(claim.rhs)
    else:
        same_shape(claim.lhs, claim.rhs)


@dataclass
class Attempt:
    """The search for one certificate. Afterwards: `report`, `conditions`, and `derived` facts with their reasons."""

    claim: Any
    given: list[Any]
    end: float
    max_degree: int | None
    conditions: list[str] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    report: Report | None = None

    def certificate(self) -> Json | None:
        """A certificate that the kernel has accepted, or None."""
        statement = Statement()
        statement.survey(_expressions(self.claim, self.given))
        claim = statement.claim(self.claim)
        given, _ = statement.facts(self.given)
        signs = [f for f in statement.declared() if f not in given]
        body = {
            "format": "pushthrough", "version": 1, "symbols": statement.symbols, "indices": statement.indices,
            "given": given + signs, "assumed": self._nonzero(statement, given + signs), "steps": [],
        }  # fmt: skip
        for extra in (False, True):
            checker = self._introduce(statement, body, claim, extra)
            if checker is None:
                break
            proofs = Proofs(self, checker, statement.indices)
            proof = proofs.of(claim)
            if proof is not FAILED:
                steps = [*body["steps"], *(["zero", lemma] for lemma in proofs.lemmas)]
                return self._accepted({**body, "steps": steps, "claim": claim, "proof": proof}, len(signs))
        return None

    def _nonzero(self, statement: Statement, facts: list[Json]) -> list[Json]:
        """Scalars that are divided by and are not known to be nonzero: that is presupposed."""
        known = [f[1] for f in facts if f[0] in ("positive", "nonzero")]
        assumed = [["nonzero", s] for s in statement.powers if s not in known]
        self.conditions += [fact_text(f) for f in assumed]
        return assumed

    def _introduce(self, statement: Statement, body: dict[str, Any], claim: Json, extra: bool) -> Checker | None:
        """A checker in which every inverse written has been introduced, each by the first licence there is for it.

        With `extra`, also the inverses of what is given as invertible; None if that adds nothing.
        """
        wanted = list(statement.inverses) if not extra else []
        more = [f[1] for f in body["given"] if f[0] in ("invertible", "positive_definite")]
        more += [["mul", ["T", f[1]], f[1]] for f in body["given"] if f[0] == "injective"]
        definite = [e for kind, e in _predicates(claim) if kind in ("positive_definite", "invertible")]
        checker = self._checker(body)
        if extra:
            wanted = [(e, None) for e in more if checker.expr(e, {}) not in checker.inverses]
            if not wanted:
                return None
        for e, base in wanted:
            m = checker.expr(e, {})
            if m in checker.inverses:
                continue
            if not self._licensed(checker, body, e, claim):
                if extra:
                    continue
                fact = ["nonzero" if m.rows == "1" else "invertible", e]
                body["assumed"].append(fact)
                checker = self._checker(body)
                known = Facts(self.given).holds("invertible", base)
                text = fact_text(Names({"steps": body["steps"]}).expand(fact))
                if known is None:
                    self.conditions.append(text)
                else:
                    self.derived[text] = known.rule
            body["steps"].append(["inverse", e])
            checker.step(["inverse", e])
        for e in definite if not extra else []:
            self._licensed(checker, body, e, claim)
        return checker

    @staticmethod
    def _checker(body: dict[str, Any]) -> Checker:
        facts = {mark + str(k): f for mark, kind in (("g", "given"), ("a", "assumed")) for k, f in enumerate(body[kind])}
        checker = Checker(body["symbols"], facts)
        for step in body["steps"]:
            checker.step(step)
        return checker

    def _licensed(self, checker: Checker, body: dict[str, Any], e: Json, claim: Json) -> bool:
        if checker.is_fact(checker.expr(e, {}), "invertible", "positive_definite", "positive", "nonzero"):
            return True
        step = definite_step(checker, e, Search(checker, references_in_force(checker)))
        if step is not None:
            body["steps"].append(step)
            checker.step(step)
        return step is not None

    def _accepted(self, certificate: Json, signs: int) -> Json:
        """The certificate as the kernel accepts it after a trip through JSON, without the signs that it does not use."""
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

    def __init__(self, attempt: Attempt, checker: Checker, indices: dict[str, str]) -> None:
        self.attempt, self.checker, self.indices = attempt, checker, indices
        self.lemmas: list[Json] = []
        self.searches: dict[str, Search] = {}

    def of(self, claim: Json) -> Any:
        """The proof of a claim in the certificate's format, or FAILED."""
        match claim:
            case ["forall", _, inner]:
                return self.of(inner)
            case ["implies", fact, inner]:
                kept, self.checker.facts = self.checker.facts, {**self.checker.facts, f"h{len(self.checker.facts)}": fact}
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
                return self.equation(self.checker.expr(a, self.indices) - self.checker.expr(b, self.indices))
            case [kind, e]:
                known = self.checker.is_fact(self.checker.expr(e, {}), kind, "positive_definite")
                return None if known else FAILED
        return FAILED

    def equation(self, m: Any) -> Any:
        if not m.poly:
            return None
        local = any(ref[0] == "h" for ref in self.checker.facts)
        key = json.dumps([f for ref, f in self.checker.facts.items() if ref[0] == "h"])
        if key not in self.searches:
            refs = references_in_force(self.checker)
            self.searches[key] = Search(self.checker, refs, max_degree=self.attempt.max_degree)
        seconds = max(0.0, self.attempt.end - time.perf_counter())
        proof = self.searches[key].prove(m, seconds=seconds, first=len(self.lemmas), inline=local)
        if proof is None:
            return FAILED
        self.lemmas += proof.lemmas
        return proof.expression


def references_in_force(checker: Checker) -> list[str]:
    """Everything that a proof may refer to as zero: equations, symmetry of definite matrices, both sides of inverses."""
    refs = list[str]()
    for ref, f in checker.facts.items():
        with suppress(KernelError):  # a fact that speaks of an inverse which is introduced later
            if f[0] in ("eq", "forall", *DEFINITE):
                checker.zero(ref)
                refs.append(ref)
    for k, m in enumerate(checker.inverses):
        refs += [f"inv{k}.r"] + ([f"inv{k}.l"] if m.rows != "1" else [])
    return refs


def _expressions(claim: Any, given: Iterable[Any]) -> list[Basic]:
    sides = [claim] if isinstance(claim, Basic) else [claim.lhs, claim.rhs]
    return [*sides, *given]


def _predicates(claim: Json) -> list[tuple[str, Json]]:
    match claim:
        case ["and", *parts]:
            return [found for part in parts for found in _predicates(part)]
        case ["implies" | "forall", _, inner]:
            return _predicates(inner)
        case ["eq", _, _]:
            return []
        case [kind, e]:
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


def explain_use(certificate: Json, report: Report | None, derived: dict[str, str]) -> str:
    """What a proof rests on, read off the certificate: hypotheses, definite matrices, or the normal form alone."""
    names = Names(certificate)
    parts = list[str]()
    for ref in dict.fromkeys(references([certificate["steps"], certificate["proof"]])):
        if ref[0] not in "Lh":
            parts.append(names.equation(ref))
    text = [f"uses {'; '.join(dict.fromkeys(parts))}"] if parts else []
    for step in certificate["steps"]:
        if step[0] == "positive_definite":
            text.append(f"{names.text(step[1])} is positive definite, hence invertible, as {squares(names, step)}")
    text += [f"{fact} ({rule})" for fact, rule in derived.items()]
    if not parts and report is not None:
        text.append("; ".join(["normal form", *report.axioms]) if report.axioms else "normal form")
    return "; ".join(text)


def squares(names: Names, step: Json) -> str:
    from_squares = names.squares(step[2])
    signs = [fact_text(f) for f in names.certificate["given"] if f[0] == "positive"]
    return f"it is {from_squares}" + (f" with {', '.join(signs)}" if signs else "")


__all__ = ["Claim", "Verdict", "prove", "replay"]
