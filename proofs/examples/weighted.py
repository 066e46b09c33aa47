r"""A second problem set: weighted least squares, and Tikhonov regularisation with any matrix

Run it with `pushthrough solve --from proofs.examples.weighted -o out`. It shows the pieces that work a problem instead
of stating its answer: `minimize`, `solve_for`, the named moves between problems, and limits.
"""

from sympy import (
    Eq,
    Identity,
    Inverse,
    Limit,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Q,
    Symbol,
    Transpose,
    ZeroMatrix,
    oo,
    symbols,
)

from proofs import ArgMin, least_squares, minimize, reparametrise, scale, solve_for
from proofs.document import Part, Problem
from symbolic import Derivation
from symbolic.facts import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
X, w, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("y", m, 1)
W = MatrixSymbol("W", m, m)  # the weights, or the inverse of a covariance
Gamma = MatrixSymbol("Gamma", k, n)  # what is penalised: differences of neighbours, say
u = MatrixSymbol("u", n, 1)
mu = Symbol("mu", positive=True)
injective = predicate("injective")  # full column rank; SymPy has no predicate for it

residual = MatAdd(y, MatMul(-1, X, w))
weighted = MatMul(Transpose(residual), W, residual)
# Facts are given once, and used where they are needed: a definite W, and columns of X that are independent.
GIVEN = (Q.positive_definite(W), injective(X))


def weighted_least_squares() -> Part:
    """`minimize` goes from the objective to its minimiser, and says why it is the only one."""
    found = minimize(weighted, w, given=GIVEN)
    return Part(
        "2(a)",
        r"The minimiser of $(\mathbf{y} - X \mathbf{w})^\top W (\mathbf{y} - X \mathbf{w})$ for a positive definite"
        r" $W$.",
        (
            found,
            # A claim without steps: it is proved, and the page says what the proof uses.
            Derivation(
                MatMul(X.T, W, MatAdd(y, MatMul(-1, X, found.result))), ZeroMatrix(n, 1), given=GIVEN,
                title="The weighted residual is orthogonal to every column",
            ),
            # Constant weights change nothing: the hypothesis is an equation.
            Derivation(
                found.result, least_squares(X, y), given=(*GIVEN, Eq(W, MatMul(mu, Identity(m)), evaluate=False)),
                title="Equal weights give ordinary least squares",
            ),
        ),
    )  # fmt: skip


def tikhonov() -> Part:
    """A penalty on Gamma w: one full-rank matrix among X and Gamma is enough."""
    data, penalty = MatMul(Transpose(residual), residual), MatMul(w.T, Gamma.T, Gamma, w)
    objective = MatAdd(data, MatMul(mu, penalty))
    normal = MatAdd(MatMul(X.T, X), MatMul(mu, Gamma.T, Gamma))
    equation = Eq(MatMul(normal, w), MatMul(X.T, y), evaluate=False)
    solution = MatMul(Inverse(normal), X.T, y)
    given = (injective(Gamma),)
    return Part(
        "2(b)",
        r"The minimiser of $\lVert \mathbf{y} - X \mathbf{w} \rVert_2^2 + \mu \lVert \Gamma \mathbf{w} \rVert_2^2$ for"
        r" $\mu > 0$ and a $\Gamma$ of full column rank, whatever the rank of $X$.",
        (
            minimize(objective, w, given=given),
            # The same equation, solved by itself: why the matrix has an inverse is a step.
            solve_for(equation, w, given=given),
            Derivation(
                Limit(solution, mu, 0), least_squares(X, y), given=(*given, injective(X)),
                title="No penalty in the limit: least squares, if X has full column rank",
            ),
            Derivation(
                Limit(solution, mu, oo), ZeroMatrix(n, 1), given=given, title="Nothing but penalty in the limit: zero",
            ),
        ),
    )  # fmt: skip


def standard_form() -> Part:
    """Moves from one problem to an equivalent one; each is checked, and refused where its condition fails."""
    G = MatrixSymbol("G", n, n)
    inverse = Inverse(G)
    data, penalty = MatMul(Transpose(residual), residual), MatMul(w.T, G.T, G, w)
    problem = ArgMin(MatAdd(data, MatMul(mu, penalty)), w)
    given = (Q.invertible(G),)
    changed = reparametrise(problem, inverse, u, given=given)
    scaled = scale(problem, 1 / mu)
    return Part(
        "2(c)",
        r"A square, invertible $G$ in the penalty: with $\mathbf{u} = G \mathbf{w}$ it becomes ridge regression.",
        (
            Derivation(changed.lhs, changed.rhs, given=given, title="In the variable u the penalty is a plain norm"),
            Derivation(scaled.lhs, scaled.rhs, title="Dividing by mu changes no minimiser"),
        ),
    )  # fmt: skip


PROBLEM = Problem(
    2,
    "Weighted least squares and Tikhonov regularisation",
    r"Here $X \in \mathbb{R}^{m \times n}$, $\mathbf{y} \in \mathbb{R}^m$, and $\mu > 0$ is the weight of the penalty.",
    {"a": weighted_least_squares, "b": tikhonov, "c": standard_form},
)
