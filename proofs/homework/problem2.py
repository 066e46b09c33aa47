"""Problem 2: the basic derivatives of vector calculus, entry by entry, then stacked."""

from sympy import Eq, MatAdd, MatMul, MatrixSymbol, Transpose, symbols

from proofs.document import Part, Problem
from symbolic.derivation import Derivation, Step
from symbolic.derive import derive
from symbolic.nodes import ForAll

n = symbols("n", integer=True, positive=True)
x, c = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
A = MatrixSymbol("A", n, n)


def inner_product() -> Part:
    return Part("2(a)", r"The derivative of $\mathbf{x}^\top \mathbf{c}$ by $\mathbf{x}$.", (derive(x.T * c, x),))


def squared_norm() -> Part:
    question = r"The derivative of $\lVert \mathbf{x} \rVert_2^2 = \mathbf{x}^\top \mathbf{x}$ by $\mathbf{x}$."
    return Part("2(b)", question, (derive(x.T * x, x),))


def linear_map() -> Part:
    return Part("2(c)", r"The derivative of $A \mathbf{x}$ by $\mathbf{x}$.", (derive(A * x, x),))


def quadratic_form() -> Part:
    question = r"The derivative of $\mathbf{x}^\top A \mathbf{x}$ by $\mathbf{x}$."
    return Part("2(d)", question, (derive(x.T * A * x, x),))


def symmetric_case() -> Part:
    """When x'(A + A') is 2x'A for every x: exactly when A is symmetric."""
    twice, both = MatMul(2, A), MatAdd(A, Transpose(A))
    agree, symmetric = Eq(both, twice, evaluate=False), Eq(Transpose(A), A, evaluate=False)
    row = derive(x.T * A * x, x).result
    everywhere = ForAll(x, Eq(row, MatMul(2, Transpose(x), A), evaluate=False))
    there = (
        Step(Transpose(A), MatAdd(both, MatMul(-1, A))),
        Step(MatAdd(both, MatMul(-1, A)), MatAdd(twice, MatMul(-1, A)), given=(agree,)),
        Step(MatAdd(twice, MatMul(-1, A)), A),
    )
    back = (Step(both, MatAdd(A, A), given=(symmetric,)), Step(MatAdd(A, A), twice))
    return Part(
        "2(e)",
        r"The condition under which the derivative of $\mathbf{x}^\top A \mathbf{x}$ is $2 \mathbf{x}^\top A$.",
        (
            Derivation(everywhere, agree, "iff", title="The rows agree for every x exactly when the matrices agree"),
            Derivation(agree, symmetric, "implies", steps=there, title="If they agree, A is symmetric"),
            Derivation(symmetric, agree, "implies", steps=back, title="If A is symmetric, they agree"),
            Derivation(everywhere, symmetric, "iff", title="Together"),
        ),
    )


PROBLEM = Problem(
    2,
    "Vector calculus",
    r"Here $\mathbf{x}, \mathbf{c} \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$. Every derivative is found"
    r" for an arbitrary entry, and the entries are then stacked.",
    {"a": inner_product, "b": squared_norm, "c": linear_map, "d": quadratic_form, "e": symmetric_case},
)
