"""Assertions for test suites: an identity, or a derivative, is claimed; a failure shows the claim and a counterexample.

They are plain functions, and fixtures of the same names in every pytest run of an environment that has this project
installed (`proofs.pytest_plugin`). A failure is an AssertionError whose message is all there is to read.
"""

from collections.abc import Callable, Iterable

from sympy import Basic

from proofs.prove import Claim, prove
from proofs.verdict import Verdict
from symbolic.calculus import gradient, hessian, jacobian
from symbolic.errors import PushthroughError
from symbolic.nodes import Gradient, Hessian, Jacobian

# kind: the unevaluated derivative, the function that finds it, and the layout in words
DERIVATIVES = {
    "gradient": (Gradient, gradient, "the gradient of a scalar has the shape of the variable"),
    "jacobian": (Jacobian, jacobian, "a Jacobian has a row for each entry of the function, a column for each of wrt"),
    "hessian": (Hessian, hessian, "a Hessian has a row and a column for each entry of the variable"),
}


def assert_identity(lhs: Basic, rhs: Basic, given: Iterable[Basic] = (), *, proof: bool = False) -> Verdict:
    """Assert that `lhs = rhs` for all matrices, of all sizes, that satisfy `given`.

    Passes when the identity is proved, and when it is supported: no proof was found, and it holds on random exact
    instances (`proof=True` demands the proof). An inverse that is written presupposes that it exists; the verdict's
    `.conditions` list what was presupposed. Sides of different shapes, a counterexample and an expression without
    meaning here raise AssertionError. Returns the verdict.

    >>> from sympy import MatrixSymbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", m, n), MatrixSymbol("B", n, m)
    >>> assert_identity((A * B).T, B.T * A.T).status
    'proved'
    """
    __tracebackhide__ = True
    verdict, failure = _judge("an identity", lhs, rhs, list(given), proof)
    if verdict is None:
        raise AssertionError(failure) from None
    return verdict


def assert_gradient(
    f: Basic, g: Basic, wrt: Basic, given: Iterable[Basic] = (), *, kind: str = "gradient", proof: bool = False
) -> Verdict:
    """Assert that `g` is the gradient of the scalar `f` by `wrt`, in the shape of `wrt`: entry (i, j) is df/dwrt_ij.

    `kind="jacobian"` asks for the derivative in numerator layout instead (a scalar by a column is a row), and
    `kind="hessian"` for the second derivative. Passes and fails as `assert_identity` does, `proof=True` included; a
    failure prints the derivative found here beside the one claimed. Raises ValueError for another kind.

    >>> from sympy import MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, A = MatrixSymbol("x", n, 1), MatrixSymbol("A", n, n)
    >>> assert_gradient(x.T * A * x, (A + A.T) * x, x).status
    'proved'
    """
    __tracebackhide__ = True
    if kind not in DERIVATIVES:
        raise ValueError(f"kind={kind!r} is not one of {', '.join(DERIVATIVES)}")
    node, engine, layout = DERIVATIVES[kind]
    verdict, failure = _judge(f"a {kind}", node(f, wrt), g, list(given), proof)
    if verdict is None:
        raise AssertionError(f"{failure}\n  yours: {g}\n  ours:  {_ours(engine, f, wrt)}\n  layout: {layout}") from None
    return verdict


def _judge(what: str, lhs: Basic, rhs: Basic, given: list[Basic], proof: bool) -> tuple[Verdict | None, str]:
    """The verdict if it lets the claim pass, else None and the message that says why not."""
    under = f"\n  given: {', '.join(map(str, given))}" if given else ""
    try:
        verdict = prove(Claim(lhs, rhs), given=given)
    except PushthroughError as error:
        return None, f"not {what}: {lhs} = {rhs}{under}\n  {type(error).__name__}: {error}"
    if verdict.status == "proved" or (verdict.status == "supported" and not proof):
        return verdict, ""
    if verdict.counterexample is not None:
        return None, f"not {what}: {verdict.counterexample}{under}"
    lines = [f"{verdict.status}: {verdict.reason}", *(f"it holds if {condition}" for condition in verdict.conditions)]
    if verdict.status == "supported":
        lines.append("it holds on random instances, and proof=True asks for a proof")
    return None, "\n  ".join([f"not shown to be {what}: {lhs} = {rhs}{under}", *lines])


def _ours(engine: Callable[[Basic, Basic], Basic], f: Basic, wrt: Basic) -> str:
    """The derivative that the engine finds, as text."""
    try:
        return str(engine(f, wrt))
    except PushthroughError as error:
        return f"not found: {error}"
