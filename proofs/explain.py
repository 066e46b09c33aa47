"""A proved identity as a derivation: the chain of equalities that its certificate amounts to, as SymPy expressions."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from sympy import Basic

from proofs.chain import chain
from proofs.reasons import statement_of
from proofs.verify import verdict_on
from symbolic.derivation import Derivation, Step


def explain(lhs: Basic, rhs: Basic, given: Iterable[Any] = (), title: str = "") -> Derivation:
    """`lhs = rhs` with the steps that the search found, each using one hypothesis; no steps if no proof was found.

    The sides are conformable expressions; `given` are facts and equations. Nothing is judged here: `proofs.verify` does
    that, step by step.

    >>> from sympy import MatrixSymbol, Q, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    >>> d = explain((A * B).inv() * A, B.inv(), given=[Q.invertible(A), Q.invertible(B)])
    >>> d.steps[-1].rhs
    B**(-1)
    """
    given = tuple(given)
    found = verdict_on(lhs, rhs, "=", given)
    sides = _expressions(found.certificate, [lhs, rhs, *given]) if found.certificate else []
    if sides:  # the ends as they were written
        sides = [(lhs, ""), *sides[1:-1], (rhs, sides[-1][1])]
    steps = tuple(Step(before, after, reason=reason) for (before, _), (after, reason) in pairwise(sides))
    return Derivation(lhs, rhs, given=given, steps=steps, title=title)


def _expressions(certificate: dict[str, Any], sources: list[Basic]) -> list[tuple[Basic, str]]:
    """The links of the chain as SymPy expressions in the symbols of `sources`."""
    statement = statement_of(certificate, sources)
    return [] if statement is None else [(statement.read(link.expr), link.reason) for link in chain(certificate)]
