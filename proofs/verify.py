"""Judging a derivation: the claim and every step get a verdict of their own, and reasons are read off certificates."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Basic

from proofs.grounds import grounds
from proofs.prove import Claim, prove
from proofs.verdict import Verdict
from symbolic.derivation import Derivation, Step


def verify(derivation: Derivation) -> Derivation:
    """A copy of `derivation` in which the claim and each step carry a `Verdict`.

    A step is judged on its own two sides, under the hypotheses of the derivation and its own. Its reason becomes the
    one read off its certificate; a step without a certificate keeps the reason it came with.

    >>> from sympy import MatrixSymbol, symbols
    >>> from symbolic import derive
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, c = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
    >>> [step.verdict.status for step in verify(derive(x.T * c, x))][-1]
    'proved'
    """
    steps = tuple(_verified(step, derivation.given) for step in derivation.steps)
    return replace(derivation, verdict=verdict_of(derivation, derivation.given), steps=steps)


def verdict_of(claim: Derivation | Step, given: tuple[Any, ...]) -> Verdict:
    return verdict_on(claim.lhs, claim.rhs, claim.relation, given)


@lru_cache(maxsize=512)
def verdict_on(lhs: Basic, rhs: Basic, relation: str, given: tuple[Any, ...]) -> Verdict:
    """The verdict on `lhs relation rhs`, remembered: a claim is often its derivation's last step.

    The relation "holds" is of a predicate, `lhs`, alone.
    """
    return prove(lhs if relation == "holds" else Claim(lhs, rhs, relation), given=list(given))


def _verified(step: Step, given: tuple[Any, ...]) -> Step:
    given = (*given, *(fact for fact in step.given if fact not in given))
    verdict = verdict_of(step, given)
    certificate = verdict.certificate
    return step.with_verdict(verdict, grounds(certificate, verdict.axioms).reason if certificate is not None else "")
