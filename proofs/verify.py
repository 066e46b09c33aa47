"""Judging a derivation: the claim and every step get a verdict of their own, and reasons are read off certificates."""

from dataclasses import replace

from proofs.prove import Claim, prove
from proofs.verdict import Verdict
from symbolic.derivation import Derivation, Step


def verify(derivation: Derivation) -> Derivation:
    """A copy of `derivation` in which the claim and each step carry a `Verdict`.

    A step is judged on its own two sides, under the hypotheses of the derivation and its own. Its reason becomes the one
    read off its certificate; a step without a certificate keeps the reason it came with.

    >>> from sympy import MatrixSymbol, symbols
    >>> from symbolic import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, c = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
    >>> [step.verdict.status for step in verify(derive(x.T * c, x))][-1]
    'proved'
    """
    given = list(derivation.given)
    verdict = judge(derivation, given)
    steps = tuple(_verified(step, given) for step in derivation.steps)
    return replace(derivation, verdict=verdict, steps=steps)


def judge(claim: Derivation | Step, given: list) -> Verdict:
    """The verdict on one relation; a predicate stands alone, its right-hand side is `true`."""
    if claim.relation == "holds":
        return prove(claim.lhs, given=given)
    return prove(Claim(claim.lhs, claim.rhs, claim.relation), given=given)


def _verified(step: Step, given: list) -> Step:
    verdict = judge(step, [*given, *step.given])
    return step.with_verdict(verdict, verdict.reason if verdict.certificate else "")
