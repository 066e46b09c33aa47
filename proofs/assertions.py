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
from symbolic.shapes import shape

# kind: the unevaluated derivative, the function that finds it, and the layout in words
DERIVATIVES = {
    "gradient": (Gradient, gradient, "the gradient of a scalar has the shape of the variable"),
    "jacobian": (Jacobian, jacobian, "a Jacobian has a row for each entry of the function, a column for each of wrt"),
    "hessian": (Hessian, hessian, "a Hessian has a row and a column for each entry of the variable"),
}


def assert_identity(lhs: Basic, rhs: Basic, given: Iterable[Basic] = (), *, proof: bool = False) -> Verdict:
    """Assert that `lhs = rhs` for all matrices, of all sizes, that satisfy `given`.

    Passes when the identity is proved, and when it is supported: no proof was found, and it holds on random exact
    instances (`proof=True` demands the proof). Sides of different shapes, a counterexample, and a condition that was
    not given all raise AssertionError. Returns the verdict.

    >>> from sympy import MatrixSymbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", m, n), MatrixSymbol("B", n, m)
    >>> assert_identity((A * B).T, B.T * A.T).status
    'proved'
    """
    __tracebackhide__ = True
    claim, given = Claim(lhs, rhs), list(given)
    verdict, failure = _judge(claim, given, proof)
    if failure:
        raise AssertionError(_report("identity", claim, given, failure)) from None
    return verdict


def assert_gradient(
    f: Basic, g: Basic, wrt: Basic, given: Iterable[Basic] = (), *, kind: str = "gradient", proof: bool = False
) -> Verdict:
    """Assert that `g` is the gradient of the scalar `f` by `wrt`, in the shape of `wrt`: entry (i, j) is df/dwrt_ij.

    `kind="jacobian"` asks for the derivative in numerator layout instead (a scalar by a column is a row), and
    `kind="hessian"` for the second derivative. Passes and fails as `assert_identity` does, `proof=True` included; a
    failure prints the derivative found here beside the one claimed.

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
    claim, given = Claim(node(f, wrt), g), list(given)
    failure = _layout_clash(claim, layout)
    verdict = None
    if not failure:
        verdict, failure = _judge(claim, given, proof)
    if failure:
        ours = _ours(engine, f, wrt)
        raise AssertionError(_report(kind, claim, given, [*failure, f"yours: {g}", f"ours:  {ours}"])) from None
    return verdict


def _judge(claim: Claim, given: list[Basic], proof: bool) -> tuple[Verdict | None, list[str]]:
    """The verdict on `claim`, and the lines that say why it does not pass (none when it does)."""
    __tracebackhide__ = True
    try:
        verdict = prove(claim, given=given)
    except PushthroughError as error:
        return None, [f"{type(error).__name__}: {error}"]
    if verdict.status == "proved" or (verdict.status == "supported" and not proof):
        return verdict, []
    lines = [f"{verdict.status}: {verdict.reason}" if verdict.reason else verdict.status]
    if verdict.status == "supported":
        lines.append("it holds on random exact instances, but proof=True asks for a proof")
    if verdict.conditions:
        lines.append(f"true if {'; '.join(map(str, verdict.conditions))}: add it to given=[...]")
    if verdict.counterexample is not None:
        lines.extend(str(verdict.counterexample).splitlines())
    return verdict, lines


def _layout_clash(claim: Claim, layout: str) -> list[str]:
    """Why the derivative claimed cannot have the shape it has; empty when the shapes agree."""
    try:
        ours, theirs = shape(claim.lhs), shape(claim.rhs)
    except PushthroughError as error:
        return [f"{type(error).__name__}: {error}"]
    if ours == theirs:
        return []
    words = [" x ".join(map(str, size)) for size in (theirs, ours)]
    return [f"it is {words[0]} and should be {words[1]}: {layout}"]


def _ours(engine: Callable[[Basic, Basic], Basic], f: Basic, wrt: Basic) -> str:
    try:
        return str(engine(f, wrt))
    except PushthroughError as error:
        return f"none ({error})"


def _report(kind: str, claim: Claim, given: list[Basic], failure: list[str]) -> str:
    """The whole message: what was claimed, under what, and what is wrong with it."""
    article = "an" if kind[0] in "aeiou" else "a"
    head = [f"not {article} {kind}: {claim.lhs} = {claim.rhs}"]
    if given:
        head.append(f"given: {', '.join(map(str, given))}")
    return "\n".join([*head, *(f"  {line}" for line in failure)])
