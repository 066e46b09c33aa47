"""Problem 4: the two forms of the ridge solution are one, by the push-through identity."""

from sympy import Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Q, Symbol, Transpose, symbols, true

from proofs.document import Part, Problem
from proofs.explain import explain
from symbolic.derivation import Derivation, Step

n, d, m = symbols("n d m", integer=True, positive=True)
X, y = MatrixSymbol("X", n, d), MatrixSymbol("y", n, 1)
U, V = MatrixSymbol("U", m, n), MatrixSymbol("V", n, m)
lam = Symbol("lambda", positive=True)


def shifted_gram(factor: MatMul, size: Symbol) -> MatAdd:
    return MatAdd(factor, MatMul(lam, Identity(size)))


def definite(matrix: MatAdd, title: str, vector: MatrixSymbol, root: MatMul) -> Derivation:
    """`matrix` = root' root + lambda I is positive definite, hence invertible."""
    form = MatMul(Transpose(vector), matrix, vector)
    squares = MatAdd(MatMul(Transpose(MatMul(root, vector)), root, vector), MatMul(lam, Transpose(vector), vector))
    return Derivation(
        Q.positive_definite(matrix),
        true,
        "holds",
        given=(Q.positive(lam),),
        steps=(Step(form, squares), Step(Q.invertible(matrix), true, "holds")),
        title=title,
        answer_type="A property of a symmetric matrix: its quadratic form is positive on every vector but 0.",
    )


def two_forms() -> Part:
    """(X'X + lambda I)^-1 X' = X'(XX' + lambda I)^-1, and the general identity behind it."""
    tall, wide = shifted_gram(MatMul(X.T, X), d), shifted_gram(MatMul(X, X.T), n)
    v, u = MatrixSymbol("v", d, 1), MatrixSymbol("u", n, 1)
    given = (Q.positive(lam),)
    left, right = MatMul(Inverse(tall), X.T), MatMul(X.T, Inverse(wide))
    ridge = explain(left, right, given, "The two forms agree")
    solution = explain(MatMul(left, y), MatMul(right, y), given, "The two solutions agree")
    one, other = MatAdd(Identity(m), MatMul(U, V)), MatAdd(Identity(n), MatMul(V, U))
    general = explain(
        MatMul(Inverse(one), U),
        MatMul(U, Inverse(other)),
        (Q.invertible(one), Q.invertible(other)),
        "Push-through in general",
    )
    inverse = MatAdd(Identity(n), MatMul(-1, V, Inverse(one), U))
    sufficient = tuple(
        explain(product, Identity(n), (Q.invertible(one),), title)
        for product, title in (
            (MatMul(other, inverse), "One inverse is enough: a right inverse of the other matrix"),
            (MatMul(inverse, other), "One inverse is enough: it is a left inverse too"),
        )
    )
    return Part(
        "4(f)",
        r"The equality of $(X^\top X + \lambda I)^{-1} X^\top \mathbf{y}$ and"
        r" $X^\top (X X^\top + \lambda I)^{-1} \mathbf{y}$. The invertibility of both matrices is shown, not assumed.",
        (
            definite(tall, r"The first inverse exists", v, X),
            definite(wide, r"The second inverse exists", u, X.T),
            ridge,
            solution,
            general,
            *sufficient,
        ),
        remarks=(
            r"With $U = X^\top / \sqrt{\lambda}$ and $V = X / \sqrt{\lambda}$ the general identity becomes the one"
            r" for ridge regression.",
        ),
    )


PROBLEM = Problem(
    4,
    "Ridge regression: two forms of one solution",
    r"Here $X \in \mathbb{R}^{n \times d}$ is the data, $\mathbf{y} \in \mathbb{R}^n$ the targets and $\lambda > 0$. No"
    r" rank is assumed: $X$ may be tall, wide or rank-deficient.",
    {"f": two_forms},
)
