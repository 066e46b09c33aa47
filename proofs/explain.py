"""A proved identity as a derivation: the chain of equalities that its certificate amounts to, as SymPy expressions."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from sympy import Basic, Identity, MatrixSymbol, Symbol, ZeroMatrix, preorder_traversal

from proofs.chain import chain
from proofs.statement import Statement
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
    statement = _statement_of(certificate, sources)
    return [] if statement is None else [(statement.read(link.expr), link.reason) for link in chain(certificate)]


def _statement_of(certificate: dict[str, Any], sources: Iterable[Basic]) -> Statement | None:
    """A statement that reads the certificate's names as the symbols in `sources`; None if one had to be renamed."""
    statement = Statement()
    for node in (node for source in sources for node in preorder_traversal(source)):
        if isinstance(node, (MatrixSymbol, Identity, ZeroMatrix)):
            statement.sizes |= {size: size.name for size in node.shape if isinstance(size, Symbol)}
        if isinstance(node, (MatrixSymbol, Symbol)):
            statement.names[node] = node.name
    if not set(certificate["symbols"]) <= set(statement.names.values()):
        return None
    arguments = [step[1] for step in certificate["steps"] if step[0] == "inverse"]
    statement.inverses = [(e, Symbol("unread")) for e in arguments]
    return statement
