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

from sympy import Derivative, Piecewise
from sympy.assumptions import AppliedPredicate
from sympy.logic.boolalg import BooleanAtom
from sympy.matrices.exceptions import NonInvertibleMatrixError

from numeric.counterexample import claim_text
from numeric.falsify import falsify
from numeric.sample import NoInstance
from numeric.witness import witness
from proofs.attempt import Attempt
from proofs.kernel import KernelError, Report
from proofs.kernel import check as check_certificate
from proofs.search import Contradiction
from proofs.verdict import Names, Verdict, used
from symbolic.errors import ProofError, PushthroughError, ShapeError, UnsupportedError
from symbolic.facts import Facts
from symbolic.nodes import ForAll, Jacobian
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
    symbolic.errors.ShapeError: cannot equate X.T (n x m) and X (m x n): n is not m. ...
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
    if isinstance(claim, (bool, BooleanAtom)):
        raise PushthroughError(
            f"SymPy has already decided this claim ({claim}), by rules of its own: write Claim(left, right) or "
            "Eq(left, right, evaluate=False)."
        )
    try:
        text = claim_text(claim)
    except NonInvertibleMatrixError:
        raise PushthroughError("the claim writes the inverse of a matrix that is zero on its face.") from None
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
    reason = explain_use(certificate, attempt.report, attempt.derived, _differentiates_cases(claim))
    evidence, conditions = None, tuple(attempt.conditions)
    if nothing is None and instances:
        evidence = witness(claim, given)
        if not evidence.holds:
            raise ProofError(f"{text}: the kernel accepts a proof, and an instance contradicts it. This is a bug.")
    vacuous = [str(nothing)] if nothing is not None else [*evidence.vacuous] if evidence is not None else []
    conditions += tuple(f"an instance exists, but none was found: {side}" for side in vacuous)
    if evidence is not None and evidence.only_trivial:
        vacuous, conditions = [text], (*conditions, "an instance exists with a size above 1, but none was found")
    status = "conditional" if vacuous else "proved"
    return Verdict(status, certificate, None, conditions, reason, evidence, time.perf_counter() - begin, text)


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
    text += [names.definite(step) for step in certificate["steps"] if step[0] == "positive_definite"]
    text += [f"{fact} ({rule})" for fact, rule in derived.items()]
    if not text and report is not None:
        text.append("; ".join(["both sides have one normal form", *report.axioms]))
    if by_cases:
        text.append("the derivative of a function given by cases is that of the branch in force")
    return "; ".join(text)


__all__ = ["Claim", "Verdict", "prove", "replay"]
