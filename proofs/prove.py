"""Prove, refute or support a claim; and replay a certificate.

The order: shapes; an exact counterexample; a proof, which the kernel must accept after a trip through JSON; else the
evidence of exact instances. Every `proved` has been checked by the kernel *and* evaluated on instances, and a
disagreement between the two raises, because it is a bug here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import And, Basic, Derivative, Implies, Limit, MatrixBase, Not, Or, Piecewise, Rational
from sympy.assumptions import AppliedPredicate
from sympy.logic.boolalg import BooleanAtom
from sympy.matrices.exceptions import NonInvertibleMatrixError

from numeric.counterexample import Counterexample, claim_text
from numeric.falsify import falsify
from numeric.sample import NoInstance
from numeric.witness import Witness, witness
from proofs.attempt import Attempt
from proofs.kernel import KernelError, Report
from proofs.kernel import check as check_certificate
from proofs.refute import instance, refute
from proofs.search import Contradiction
from proofs.verdict import Names, Verdict, shown_by_steps, used
from symbolic.errors import ProofError, PushthroughError, ShapeError, UnsupportedError
from symbolic.facts import Facts
from symbolic.nodes import ForAll, Jacobian
from symbolic.shapes import same_shape, shape

Json = Any
AT_ONCE = 0.5  # seconds for a first search, before instances out of the ordinary are tried
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
    symbolic.errors.ShapeError: cannot equate X.T (n x m) and X (m x n): n is not m. ...
    """

    lhs: Any
    rhs: Any
    relation: str = "="

    def __post_init__(self) -> None:
        for name in ("lhs", "rhs"):
            side = getattr(self, name)
            if isinstance(side, MatrixBase):
                object.__setattr__(self, name, side.as_immutable())
            elif isinstance(side, (int, float)) and not isinstance(side, bool):
                object.__setattr__(self, name, Rational(str(side)))
            elif not isinstance(side, Basic):
                raise PushthroughError(f"a side of a claim is a SymPy expression, not {side!r}.")
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
    if isinstance(claim, (bool, BooleanAtom)):
        raise PushthroughError(
            f"SymPy has already decided this claim ({claim}), by rules of its own: write Claim(left, right) or "
            "Eq(left, right, evaluate=False)."
        )
    if not isinstance(claim, Basic) and not all(hasattr(claim, name) for name in ("lhs", "rhs", "relation")):
        raise PushthroughError(f"a claim is Claim(left, right), an Eq or a predicate like Q.symmetric(A), not {claim}.")
    try:
        text = claim_text(claim)
    except NonInvertibleMatrixError:
        raise PushthroughError("the claim writes the inverse of a matrix that is zero on its face.") from None
    given = list(Facts(given).given)
    try:
        _check_shapes(claim)
    except ShapeError as error:
        return Verdict("refuted", reason=str(error), seconds=time.perf_counter() - begin, statement=text)
    inquiry = Inquiry(claim, given, text, begin, max_degree)
    # What holds on random instances is nearly always proved at once; only what is not is worth a search for an instance
    # out of the ordinary, and then for a longer proof.
    certificate = inquiry.certificate(min(AT_ONCE, max_seconds)) if inquiry.is_plausible() else None
    if certificate is None:
        counterexample = inquiry.counterexample()
        if counterexample is not None:
            reason = f"{counterexample.reason}{inquiry.way_out(min(AT_ONCE, max_seconds))}"
            return inquiry.verdict("refuted", reason=reason, counterexample=counterexample)
        certificate = inquiry.certificate(max_seconds)
    if inquiry.is_contradictory:
        reason = "the hypotheses cannot be met: they imply that an identity matrix, or the number 1, is zero"
        return inquiry.verdict("refuted", reason=reason)
    return inquiry.supported() if certificate is None else inquiry.proved(certificate, check)


class Inquiry:
    """What is found out about one claim: its instances, a certificate, a counterexample."""

    def __init__(self, claim: Any, given: list[Any], text: str, begin: float, max_degree: int | None) -> None:
        self.claim, self.given, self.text, self.begin, self.max_degree = claim, given, text, begin, max_degree
        self.failure, self.remark = "", ""
        self.is_contradictory, self.is_exhausted = False, False
        self.attempt: Attempt | None = None
        self.evidence: Witness | None = None
        self.nothing: NoInstance | None = None

    def verdict(self, status: str, **fields: Any) -> Verdict:
        return Verdict(status, statement=self.text, seconds=time.perf_counter() - self.begin, **fields)

    def is_plausible(self) -> bool:
        """Whether the claim holds on random instances; True if there is none."""
        try:
            self.evidence = witness(self.claim, self.given)
        except NoInstance as error:
            self.nothing = error
        return self.evidence is None or self.evidence.holds

    def counterexample(self) -> Counterexample | None:
        try:
            found = falsify(self.claim, self.given)
            if found is None and self.evidence is not None and not self.evidence.holds:
                found = falsify(self.claim, self.given, effort=20)  # there is one: look longer
        except NoInstance as error:
            self.nothing, found = self.nothing or error, None
        if found is None:
            search = refute(self.claim, self.given)
            found, self.remark = search.counterexample, search.remark
        return found

    def certificate(self, seconds: float) -> Json | None:
        """A certificate that the kernel has accepted, found within `seconds`; None otherwise."""
        if self.is_exhausted:
            return None
        end = time.perf_counter() + seconds
        self.attempt = Attempt(self.claim, self.given, end, self.max_degree)
        try:
            return self.attempt.certificate()
        except Contradiction:
            # an inverse that nobody wrote, and that contradicts the hypotheses, says nothing of the claim
            self.is_contradictory = not self.attempt.is_conditional
            self.failure = "" if self.is_contradictory else "what a proof takes contradicts the hypotheses"
        except (UnsupportedError, KernelError) as error:
            self.failure = str(error)
        finally:
            self.is_exhausted = time.perf_counter() < end  # more time would not have helped
        return None

    def way_out(self, seconds: float) -> str:
        """Of a limit: the condition under which it would be proved."""
        if not isinstance(getattr(self.claim, "lhs", None), Limit):
            return ""
        found = self.certificate(seconds) is not None and self.attempt is not None and self.attempt.is_conditional
        return f". It is proved where {' and '.join(self.attempt.conditions)}" if found and self.attempt else ""

    def supported(self) -> Verdict:
        self.evidence = self.evidence or instance(self.claim, self.given)
        if self.evidence is None:
            assert self.nothing is not None
            raise self.nothing
        if not self.evidence.holds and self.evidence.ring == "rationals":
            reason = "false at an exact instance, which was too rare among its like to be found again and shrunk"
            return self.verdict("refuted", reason=reason, witness=self.evidence)
        if not self.evidence.holds:
            raise UnsupportedError(f"{self.text}: floating point contradicts it, and no exact instance can tell.")
        failure = f": {self.failure}" if self.failure else ""
        reason = "; ".join(filter(None, (f"no proof found{failure}", self.remark)))
        return self.verdict("supported", reason=reason, witness=self.evidence)

    def proved(self, certificate: Json, instances: bool) -> Verdict:
        """Proved, or conditional if no instance of the hypotheses is known."""
        assert self.attempt is not None
        self.evidence = self.evidence or instance(self.claim, self.given)
        attempt, evidence = self.attempt, self.evidence
        if evidence is not None and not evidence.holds:
            raise ProofError(f"{self.text}: the kernel accepts a proof, and an instance contradicts it. A bug.")
        reason = explain_use(certificate, attempt.report, attempt.derived, _differentiates_cases(self.claim))
        vacuous = [str(self.nothing)] if evidence is None else [*evidence.vacuous]
        conditions = [*attempt.conditions, *(f"an instance exists, but none was found: {side}" for side in vacuous)]
        if evidence is not None and evidence.only_trivial:
            conditions.append("an instance exists with a size above 1, but none was found")
            vacuous = [self.text]
        status = "conditional" if vacuous or attempt.is_conditional else "proved"
        shown = evidence if instances else None
        return self.verdict(
            status, certificate=certificate, conditions=tuple(conditions), reason=reason, witness=shown,
            axioms=tuple(attempt.report.axioms if attempt.report is not None else ()),
        )  # fmt: skip


def replay(certificate: Any) -> bool:
    """True if the kernel accepts the certificate (as a dictionary, or JSON text); raises ProofError if not.

    >>> replay({})
    Traceback (most recent call last):
    symbolic.errors.ProofError: not a certificate: ...
    """
    try:
        check_certificate(json.loads(certificate if isinstance(certificate, str) else json.dumps(certificate)))
    except (KernelError, ValueError, TypeError) as error:
        raise ProofError(f"not a certificate: {error}") from None
    return True


def _check_shapes(claim: Any) -> None:
    if isinstance(claim, AppliedPredicate):
        Facts([claim])
    elif isinstance(claim, ForAll):
        shape(claim)
    elif isinstance(claim, And | Or | Not | Implies):
        for part in claim.args:
            _check_shapes(part)
    elif getattr(claim, "relation", "=") in ("iff", "implies"):
        _check_shapes(claim.lhs)
        _check_shapes(claim.rhs)
    else:
        same_shape(claim.lhs, claim.rhs)


def _differentiates_cases(claim: Any) -> bool:
    nodes = [side.atoms(Derivative, Jacobian) for side in (claim.lhs, claim.rhs)] if hasattr(claim, "lhs") else []
    return any(node.args[0].has(Piecewise) for found in nodes for node in found)


def explain_use(certificate: Json, report: Report | None, derived: dict[str, str], by_cases: bool = False) -> str:
    """What a proof rests on, read off the certificate: hypotheses, definite matrices, or the normal form alone."""
    names, uses = Names(certificate), used(certificate)
    text = [f"uses {', '.join(uses)}"] if uses else []
    text += [names.shown(step) for step in shown_by_steps(certificate)]
    text += [f"{fact} ({rule})" for fact, rule in derived.items()]
    if not text and report is not None:
        text.append("; ".join(["both sides have one normal form", *report.axioms]))
    if by_cases:
        text.append("the derivative of a function given by cases is that of the branch in force")
    return "; ".join(text)


__all__ = ["Claim", "Verdict", "prove", "replay"]
