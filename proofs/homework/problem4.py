"""Problem 4: ridge regression, five ways to see it, its two forms, and its limits."""

from typing import Any

import numpy as np
from sympy import (
    Add,
    BlockMatrix,
    Eq,
    Identity,
    Integer,
    Inverse,
    Limit,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Pow,
    Product,
    Q,
    Rational,
    Sum,
    Symbol,
    Transpose,
    ZeroMatrix,
    exp,
    oo,
    pi,
    sqrt,
    symbols,
    true,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from numeric import evaluate
from proofs.document import Figure, Part, Problem, Table
from proofs.explain import explain
from proofs.minimize import minimize
from proofs.solve_for import solve_for
from symbolic.derivation import Derivation, Step, equalities
from symbolic.facts import predicate
from symbolic.nodes import ArgMax, ArgMin
from symbolic.regression import least_squares, min_norm, ridge_dual, ridge_primal, svd_of

n, d, m, p, q, r = symbols("n d m p q r", integer=True, positive=True)
i = Symbol("i", integer=True, nonnegative=True)
X, w, y = MatrixSymbol("X", n, d), MatrixSymbol("w", d, 1), MatrixSymbol("y", n, 1)
xi, v, u = MatrixSymbol("xi", n, 1), MatrixSymbol("v", d, 1), MatrixSymbol("u", n, 1)
lam, sigma, rho = (Symbol(name, positive=True) for name in ("lambda", "sigma_i", "rho"))
u_i, v_i = MatrixSymbol("u_i", n, 1), MatrixSymbol("v_i", d, 1)
injective, surjective = predicate("injective"), predicate("surjective")
SVD = svd_of(X)
U, Sigma, V = SVD.U, SVD.Sigma, SVD.V
gram, outer = MatMul(X.T, X), MatMul(X, X.T)


def shifted(matrix: Any, size: Any) -> MatAdd:
    return MatAdd(matrix, MatMul(lam, Identity(size)))


tall, wide = shifted(gram, d), shifted(outer, n)
sigma_shifted = shifted(MatMul(Sigma.T, Sigma), d)
residual = MatAdd(y, MatMul(-1, X, w))
penalty = MatMul(w.T, w)
OBJECTIVE = MatAdd(MatMul(Transpose(residual), residual), MatMul(lam, penalty))
RIDGE = ArgMin(OBJECTIVE, w)
POSITIVE = (Q.positive(lam),)


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


def optimisation() -> Part:
    """Perspective 1: the objective expanded and minimised."""
    found = minimize(OBJECTIVE, w, given=list(POSITIVE))
    form = MatMul(v.T, MatAdd(MatMul(2, gram), MatMul(2, lam, Identity(d))), v)
    return Part(
        "4(a)",
        r"The minimiser of $\lVert \mathbf{y} - X \mathbf{w} \rVert_2^2 + \lambda \lVert \mathbf{w} \rVert_2^2$. For"
        r" $\lambda > 0$ the objective is strictly convex, so there is exactly one, whatever the rank of $X$.",
        (
            found,
            Derivation(
                form, Integer(0), ">", given=(*POSITIVE, predicate("nonzero")(v)),
                title="Strictly convex: the Hessian is positive in every direction but 0",
            ),
        ),
        remarks=(
            r"The mixed term is $-2 \mathbf{w}^\top X^\top \mathbf{y}$. With $X$ in place of $X^\top$ it has no meaning"
            r" unless $n = d$, and is another number even then.",
        ),
    )  # fmt: skip


def singular_values() -> Part:
    """Perspective 2: what ridge regression does to each singular value."""
    written, turned = MatMul(U, Sigma, V.T), MatMul(V, Sigma.T, U.T)
    given = (SVD.equation, *SVD.facts, *POSITIVE)
    column, row = equal(MatMul(Sigma, v_i), MatMul(sigma, u_i)), equal(MatMul(Sigma.T, u_i), MatMul(sigma, v_i))
    matrix = MatMul(Inverse(sigma_shifted), Sigma.T)
    factor = Mul(sigma, Pow(Add(Pow(sigma, 2), lam), -1))
    relative = Mul(Pow(sigma, 2), Pow(Add(Pow(sigma, 2), Mul(rho, Pow(sigma, 2))), -1))
    damped = Mul(Mul(rho, Pow(sigma, 2)), Pow(Add(Pow(sigma, 2), Mul(rho, Pow(sigma, 2))), -1))
    x_column, x_row = equal(MatMul(X, v_i), MatMul(sigma, u_i)), equal(MatMul(X.T, u_i), MatMul(sigma, v_i))
    return Part(
        "4(b)",
        r"The full SVD put into the ridge solution, and what happens to each singular value. The two regimes are those"
        r" of $\sigma_i^2$ against $\lambda$: comparing $\sigma_i$ with $\lambda$ says nothing, as the two have"
        r" different units.",
        (
            equalities(
                MatMul(Inverse(tall), X.T),
                MatMul(Inverse(shifted(MatMul(Transpose(written), written), d)), Transpose(written)),
                MatMul(Inverse(shifted(MatMul(V, Sigma.T, U.T, U, Sigma, V.T), d)), turned),
                MatMul(Inverse(MatAdd(MatMul(V, Sigma.T, Sigma, V.T), MatMul(lam, V, V.T))), turned),
                MatMul(Inverse(MatMul(V, sigma_shifted, V.T)), turned),
                MatMul(V, Inverse(sigma_shifted), V.T, turned),
                MatMul(V, Inverse(sigma_shifted), Sigma.T, U.T),
                given=given, title="Substitute, and simplify",
                notes=(
                    "Put in the SVD.", "Transpose the products.", r"$U^\top U = I$, and $I = V V^\top$.", "Factor.",
                    "The inverse of a product is the product of the inverses in reverse order.",
                    "Orthonormal columns again.",
                ),
            ),
            equalities(
                MatMul(sigma_shifted, v_i), MatMul(Add(Pow(sigma, 2), lam), v_i),
                given=(column, row), title="One singular value at a time: the matrix that is inverted",
                answer_type=r"Here $\mathbf{u}_i$ and $\mathbf{v}_i$ are unit vectors, so the hypotheses say: column"
                r" $i$ and row $i$ of $\Sigma$ are zero but for $\sigma_i$ in place $(i, i)$.",
            ),
            Derivation(
                MatMul(matrix, u_i), MatMul(factor, v_i), given=(column, row, *POSITIVE),
                title=r"Column $i$ of the matrix in the middle: the singular value becomes a ratio",
            ),
            Derivation(
                MatMul(Inverse(tall), X.T, u_i), MatMul(factor, v_i), given=(x_column, x_row, *POSITIVE),
                title=r"The same without $\Sigma$: for a pair of singular vectors of $X$ itself",
            ),
            Derivation(
                MatMul(matrix, u), ZeroMatrix(d, 1), given=(equal(MatMul(Sigma.T, u), ZeroMatrix(d, 1)), *POSITIVE),
                title=r"$n > d$: the columns beyond $d$ are zero",
            ),
            Derivation(
                MatMul(v.T, matrix), ZeroMatrix(1, n), given=(equal(MatMul(Sigma, v), ZeroMatrix(n, 1)), *POSITIVE),
                title=r"$n < d$: the rows beyond $n$ are zero ($n = d$: there are neither)",
            ),
            Derivation(
                Limit(relative, rho, 0), Integer(1),
                title=r"$\lambda \ll \sigma_i^2$: for $\lambda = \rho \sigma_i^2$ and small $\rho$ the ratio to"
                      r" $1 / \sigma_i$ tends to $1$",
            ),
            Derivation(
                Limit(damped, rho, oo), Integer(1),
                title=r"$\lambda \gg \sigma_i^2$: for large $\rho$ the ratio to $\sigma_i / \lambda$ tends to $1$",
            ),
        ),
        figures=(FILTER_FACTORS,),
        tables=(regimes(),),
        remarks=(
            r"Between the lines of the first chain no inverse may be lost: $(V M V^\top)^{-1} = V M^{-1} V^\top$,"
            r" and only"
            r" orthogonality turns $V^{-\top}$ into $V$. $X^\top X = V \Sigma^\top \Sigma V^\top$ has one"
            r" $\Sigma^\top \Sigma$ in it.",
            r"$\sigma_i \ll \lambda$ is not the condition for the value $\sigma_i / \lambda$, and $\sigma_i \gg"
            r" \lambda$"
            r" not the one for $1 / \sigma_i$: see the second and the fourth row of the table.",
        ),
    )  # fmt: skip


def regimes() -> Table:
    """Numbers for the two regimes, and for the one that a comparison of sigma with lambda gets wrong."""
    cases = ((100, 1), (10, 50), (Rational(1, 2), Rational(1, 10)), (100, 10000), (1, 100))
    rows = tuple(
        (
            f"${s}$", f"${shift}$", f"${s**2 / Rational(shift)}$",
            *(f"${float(value):.4g}$" for value in (s / Rational(s**2 + shift), 1 / Rational(s), s / Rational(shift))),
        )
        for s, shift in cases
    )  # fmt: skip
    return Table(
        (r"$\sigma$", r"$\lambda$", r"$\sigma^2 / \lambda$", r"$\sigma / (\sigma^2 + \lambda)$", r"$1 / \sigma$",
         r"$\sigma / \lambda$"),
        rows,
        r"Large $\sigma^2 / \lambda$: nearly $1 / \sigma$. Small: nearly $\sigma / \lambda$. In the second row"
        r" $\sigma < \lambda$, and the value is nevertheless closer to $1 / \sigma$.",
    )  # fmt: skip


def draw_filter_factors(figure: Any) -> None:
    values = [10 ** (k / 40) for k in range(-80, 81)]
    axes = figure.subplots(1, 2)
    for shift, style in ((0.01, "-"), (0.1, "--"), (1.0, ":")):
        axes[0].loglog(values, [s / (s * s + shift) for s in values], style, label=rf"$\lambda = {shift:g}$")
        axes[1].semilogx(values, [s * s / (s * s + shift) for s in values], style)
    axes[0].loglog(values, [1 / s for s in values], color="0.6", linewidth=0.8, label=r"$1/\sigma$")
    axes[0].set(xlabel=r"$\sigma$", ylabel=r"$\sigma / (\sigma^2 + \lambda)$", ylim=(1e-2, 1e2))
    axes[1].set(xlabel=r"$\sigma$", ylabel=r"$\sigma^2 / (\sigma^2 + \lambda)$")
    axes[0].legend(fontsize=7)


FILTER_FACTORS = Figure(
    "filter-factors",
    r"Left: what a singular value $\sigma$ becomes in the ridge solution; for large $\sigma^2 / \lambda$ it follows"
    r" $1 / \sigma$. Right: the filter factor, what is left of the unregularised $1 / \sigma$; it is one half at"
    r" $\sigma = \sqrt{\lambda}$.",
    "Two plots over the singular value on a logarithmic axis, for lambda 0.01, 0.1 and 1. Left: sigma/(sigma^2+lambda)"
    " rises, peaks at the root of lambda, and then falls like 1/sigma. Right: sigma^2/(sigma^2+lambda) rises"
    " from 0 to 1.",
    draw_filter_factors,
    (6.4, 2.6),
)


def normal_density(size: Any, variance: Any, squared: Any) -> Mul:
    """The density of `size` independent normal variables of this variance whose deviations have this sum of squares."""
    constant = Pow(Mul(2, pi, variance, evaluate=False), Mul(Rational(-1, 2), size), evaluate=False)
    return Mul(constant, exp(Mul(Rational(-1, 2), Pow(variance, -1), squared)), evaluate=False)


def maximum_a_posteriori() -> Part:
    """Perspective 3: the posterior of a normal prior and normal noise is largest at the ridge solution."""
    evidence = Symbol("p_y", positive=True)
    row_error = Add(y[i, 0], Mul(-1, MatrixElement(MatMul(X, w), i, 0)))
    prior = normal_density(d, Integer(1), MatMul(w.T, w))
    each = Product(normal_density(Integer(1), lam, Pow(row_error, 2)), (i, 0, n - 1))
    likelihood = normal_density(n, lam, MatMul(Transpose(residual), residual))
    joint = Mul(prior, each, evaluate=False)
    together = Mul(prior, likelihood, evaluate=False)
    errors = MatMul(Transpose(residual), residual)
    logs = MatAdd(MatMul(Rational(-1, 2), penalty), MatMul(Rational(-1, 2), Pow(lam, -1), errors))
    scaled = MatAdd(penalty, MatMul(Pow(lam, -1), Transpose(residual), residual))
    posterior = Mul(joint, Pow(evidence, -1), evaluate=False)
    moves = (
        ArgMax(posterior, w), ArgMax(joint, w), ArgMax(together, w), ArgMax(logs, w), ArgMin(scaled, w), RIDGE,
    )  # fmt: skip
    notes = (
        r"Bayes: the density $p_y$ of the data does not contain $\mathbf{w}$; a positive factor moves no maximiser.",
        r"Given $\mathbf{w}$ the noise is independent: the product is the joint density.",
        r"The logarithm is strictly increasing; constants drop out.",
        r"Times $-2$: a maximum becomes a minimum.",
        r"Times $\lambda > 0$.",
    )
    steps = tuple(
        Step(one, two, note=note) for one, two, note in zip(moves[:-1], moves[1:], notes, strict=True)
    )
    return Part(
        "4(c)",
        r"The maximum a posteriori estimate for the prior $\mathbf{W} \sim \mathcal{N}(\mathbf{0}, I_d)$ and"
        r" $\mathbf{Y} = X \mathbf{W} + \sqrt{\lambda} \mathbf{N}$ with standard normal, independent noise. The density"
        r" of the prior is that of $d$ variables, with the constant $(2 \pi)^{-d/2}$; that of $y_i$ given"
        r" $\mathbf{w}$ has"
        r" variance $\lambda$, with the constant $(2 \pi \lambda)^{-1/2}$. The posterior is prior times likelihood over"
        r" the density $p_y$ of the data.",
        (
            Derivation(each, likelihood, title=r"Independence: the product of the densities of the $y_i$"),
            Derivation(moves[0], moves[-1], given=POSITIVE, steps=steps, title="From posterior to ridge regression"),
        ),
        remarks=(
            r"The constants move no maximiser, but a density with another constant is none: the prior of $d$ variables"
            r" has $(2 \pi)^{-d/2}$, and $y_i$, whose noise has the standard deviation $\sqrt{\lambda}$, has"
            r" $(2 \pi \lambda)^{-1/2}$.",
        ),
    )  # fmt: skip


def fake_data() -> Part:
    """Perspective 4: least squares with d more data points."""
    stacked, targets = BlockMatrix([[X], [MatMul(sqrt(lam), Identity(d))]]), BlockMatrix([[y], [ZeroMatrix(d, 1)]])
    error = MatAdd(targets, MatMul(-1, stacked, w))
    objective = MatMul(Transpose(error), error)
    flat = BlockMatrix([[X.T, MatMul(sqrt(lam), Identity(d))]])
    entry = Pow(MatrixElement(error, i, 0), 2)
    return Part(
        "4(d)",
        r"Least squares for $\hat{X} = \begin{bmatrix} X \\ \sqrt{\lambda} I_d \end{bmatrix}$ and $\hat{\mathbf{y}} ="
        r" \begin{bmatrix} \mathbf{y} \\ \mathbf{0}_d \end{bmatrix}$ has the minimiser of ridge regression. First"
        r" from the"
        r" objective, whose sum has $n$ old terms, $i = 1, \dots, n$, and $d$ new ones, $i = n + 1, \dots, n + d$; then"
        r" from the solution. $\hat{X}$ always has full column rank.",
        (
            equalities(
                Sum(entry, (i, 0, n + d - 1)),
                Add(Sum(entry, (i, 0, n - 1)), Sum(entry, (i, n, n + d - 1)), evaluate=False),
                OBJECTIVE,
                title="The objective as a sum over the data points",
            ),
            equalities(objective, OBJECTIVE, title="The objective by blocks"),
            Derivation(ArgMin(objective, w), RIDGE, given=POSITIVE, title="The same minimiser"),
            equalities(
                MatMul(Inverse(MatMul(Transpose(stacked), stacked)), Transpose(stacked), targets),
                MatMul(Inverse(MatMul(flat, stacked)), flat, targets),
                MatMul(Inverse(tall), X.T, y),
                given=POSITIVE, title="The solution by blocks",
            ),
        ),
        remarks=(
            r"The new terms are numbered $n + 1, \dots, n + d$, and the one numbered $n + j$ is"
            r" $(\sqrt{\lambda} \, w_j)^2$: a sum that ends at $d$ is empty as soon as $n \geq d$.",
        ),
    )  # fmt: skip


def fake_features() -> Part:
    """Perspective 5: the least-norm solution with n more features."""
    augmented, eta = BlockMatrix([[X, MatMul(sqrt(lam), Identity(n))]]), BlockMatrix([[w], [xi]])
    constraint = equal(MatAdd(MatMul(X, w), MatMul(sqrt(lam), xi)), y)
    norm = MatAdd(MatMul(w.T, w), MatMul(xi.T, xi))
    solved = solve_for(constraint, xi, given=list(POSITIVE))
    inserted = MatAdd(penalty, MatMul(Pow(lam, -1), Transpose(residual), residual))
    return Part(
        "4(e)",
        r"The least-norm $\bm{\eta} = \begin{bmatrix} \mathbf{w} \\ \bm{\xi} \end{bmatrix}$ with"
        r" $\tilde{X} \bm{\eta} = \mathbf{y}$ for $\tilde{X} = \begin{bmatrix} X & \sqrt{\lambda} I_n \end{bmatrix}$:"
        r" its first $d$ entries minimise the ridge objective. The constraint can always be met: $\tilde{X}$ has"
        r" full row"
        r" rank.",
        (
            equalities(MatMul(Transpose(eta), eta), norm, title="The norm by blocks"),
            Derivation(equal(MatMul(augmented, eta), y), constraint, "iff", title="The constraint by blocks"),
            solved,
            Derivation(norm, inserted, given=(solved.result, *POSITIVE), title="Put into the norm"),
            Derivation(
                ArgMin(norm, (w, xi), constraint), RIDGE, given=POSITIVE,
                steps=(
                    Step(ArgMin(norm, (w, xi), constraint), ArgMin(inserted, w),
                         note=r"The constraint determines $\bm{\xi}$, which is eliminated: the problem is one in"
                         r" $\mathbf{w}$ alone."),
                    Step(ArgMin(inserted, w), RIDGE, note=r"Times $\lambda > 0$."),
                ),
                title="The first $d$ entries are the ridge solution",
            ),
        ),
        remarks=(
            r"Once $\bm{\xi}$ is eliminated it is no variable any more: what is left is a minimum over"
            r" $\mathbf{w}$ alone.",
        ),
    )  # fmt: skip


def definite(matrix: MatAdd, title: str, vector: MatrixSymbol, root: MatMul) -> Derivation:
    """`matrix` = root' root + lambda I is positive definite, hence invertible."""
    form = MatMul(Transpose(vector), matrix, vector)
    squares = MatAdd(MatMul(Transpose(MatMul(root, vector)), root, vector), MatMul(lam, Transpose(vector), vector))
    return Derivation(
        Q.positive_definite(matrix),
        true,
        "holds",
        given=POSITIVE,
        steps=(Step(form, squares), Step(Q.invertible(matrix), true, "holds")),
        title=title,
        answer_type="A property of a symmetric matrix: its quadratic form is positive on every vector but 0.",
    )


def two_forms() -> Part:
    """The pseudo-inverse by blocks gives X'(XX' + lambda I)^-1 y; push-through turns it into the other form."""
    augmented = BlockMatrix([[X, MatMul(sqrt(lam), Identity(n))]])
    stacked = BlockMatrix([[X.T], [MatMul(sqrt(lam), Identity(n))]])
    solution = BlockMatrix([[MatMul(X.T, Inverse(wide), y)], [MatMul(sqrt(lam), Inverse(wide), y)]])
    left, right = MatMul(Inverse(tall), X.T), MatMul(X.T, Inverse(wide))
    B, C = MatrixSymbol("U", m, n), MatrixSymbol("V", n, m)
    one, other = MatAdd(Identity(m), MatMul(B, C)), MatAdd(Identity(n), MatMul(C, B))
    general = explain(
        MatMul(Inverse(one), B),
        MatMul(B, Inverse(other)),
        (Q.invertible(one), Q.invertible(other)),
        "Push-through in general",
    )
    inverse = MatAdd(Identity(n), MatMul(-1, C, Inverse(one), B))
    sufficient = tuple(
        explain(product, Identity(n), (Q.invertible(one),), title)
        for product, title in (
            (MatMul(other, inverse), "One inverse is enough: a right inverse of the other matrix"),
            (MatMul(inverse, other), "One inverse is enough: it is a left inverse too"),
        )
    )
    return Part(
        "4(f)",
        r"The pseudo-inverse $A^\top (A A^\top)^{-1}$ of $A = \begin{bmatrix} X & \sqrt{\lambda} I_n \end{bmatrix}$"
        r" gives $\hat{\mathbf{w}} = X^\top (X X^\top + \lambda I)^{-1} \mathbf{y}$, and this equals"
        r" $(X^\top X + \lambda I)^{-1} X^\top \mathbf{y}$. The invertibility of both matrices is shown, not assumed.",
        (
            equalities(
                MatMul(Transpose(augmented), Inverse(MatMul(augmented, Transpose(augmented))), y),
                MatMul(stacked, Inverse(MatMul(augmented, stacked)), y),
                MatMul(stacked, Inverse(wide), y),
                solution,
                given=POSITIVE, title="The pseudo-inverse by blocks",
                answer_type="A column of $d + n$ entries; the first $d$ are the weights.",
            ),
            definite(tall, "The first inverse exists", v, X),
            definite(wide, "The second inverse exists", u, X.T),
            explain(left, right, POSITIVE, "The two forms agree"),
            explain(MatMul(left, y), MatMul(right, y), POSITIVE, "The two solutions agree"),
            general,
            *sufficient,
        ),
        remarks=(
            r"With $U = X^\top / \sqrt{\lambda}$ and $V = X / \sqrt{\lambda}$ the general identity becomes the one"
            r" for ridge regression.",
        ),
    )  # fmt: skip


def large_lambda() -> Part:
    factor = Mul(sigma, Pow(Add(Pow(sigma, 2), lam), -1))
    return Part(
        "4(g)",
        r"The limit $\lambda \to \infty$ of the ridge solution is $\mathbf{0}$, whatever the shape and the rank of $X$;"
        r" it goes there like $X^\top \mathbf{y} / \lambda$.",
        (
            Derivation(
                Limit(ridge_primal(X, y, lam), lam, oo), ZeroMatrix(d, 1), title="The solution shrinks to nothing",
            ),
            Derivation(Limit(factor, lam, oo), Integer(0), title="The same for each singular value"),
            Derivation(
                Limit(MatMul(lam, ridge_primal(X, y, lam)), lam, oo), MatMul(X.T, y),
                title=r"How fast: $\lambda$ times the solution has a limit",
            ),
        ),
    )  # fmt: skip


def small_lambda() -> Part:
    """lambda to 0: least squares, the minimum norm, and the pseudo-inverse where neither formula exists."""
    primal, dual = ridge_primal(X, y, lam), ridge_dual(X, y, lam)
    factor = Mul(sigma, Pow(Add(Pow(sigma, 2), lam), -1))
    D = MatrixSymbol("D", r, r)
    diagonal = (Q.diagonal(D), Q.invertible(D))
    block = BlockMatrix([[D, ZeroMatrix(r, q)], [ZeroMatrix(p, r), ZeroMatrix(p, q)]])
    damped = MatMul(Inverse(shifted(MatMul(D, D), r)), D)
    filtered = BlockMatrix([[damped, ZeroMatrix(r, p)], [ZeroMatrix(q, r), ZeroMatrix(q, p)]])
    pinv = BlockMatrix([[Inverse(D), ZeroMatrix(r, p)], [ZeroMatrix(q, r), ZeroMatrix(q, p)]])
    lifted = MatAdd(MatMul(Transpose(block), block), MatMul(lam, Identity(r + q)))
    return Part(
        "4(h)",
        r"The limit $\lambda \to 0$. For a tall $X$ of full column rank it is the least-squares solution, for a"
        r" wide $X$ of"
        r" full row rank the solution of least norm. Shape alone is not enough: without these ranks $\lambda = 0$"
        r" cannot be"
        r" put into either formula, but the limit still exists and is the pseudo-inverse solution"
        r" $V \Sigma^\dagger U^\top \mathbf{y}$.",
        (
            Derivation(
                Limit(primal, lam, 0), least_squares(X, y), given=(injective(X),),
                title="Tall, of full column rank: the least-squares solution",
            ),
            Derivation(
                Limit(primal, lam, 0), min_norm(X, y), given=(surjective(X),),
                steps=(Step(primal, dual, given=POSITIVE), Step(Limit(dual, lam, 0), min_norm(X, y))),
                title="Wide, of full row rank: the solution of least norm, by way of the other form",
            ),
            Derivation(Limit(factor, lam, 0), Pow(sigma, -1), title="One singular value that is not 0"),
            Derivation(
                MatMul(Inverse(lifted), Transpose(block)), filtered, given=(*diagonal, *POSITIVE),
                title="Any rank $r$: the middle of the solution in blocks",
                answer_type=r"$D$ is the diagonal matrix of the $r$ singular values that are not $0$; $p$ rows and $q$"
                r" columns of $\Sigma$ are zero.",
            ),
            Derivation(
                Limit(filtered, lam, 0), pinv, given=diagonal,
                title=r"Any rank $r$: its limit is the pseudo-inverse of $\Sigma$",
            ),
        ),
        tables=(rank_deficient_instance(),),
    )  # fmt: skip


def rank_deficient_instance() -> Table:
    """The ridge solution of a 3 x 2 matrix of rank 1 for smaller and smaller lambda, beside the pseudo-inverse"
    " solution."""
    matrix, targets = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]]), np.array([3.0, 1.0, 5.0])
    limit = np.linalg.pinv(matrix) @ targets
    solution, rows, before = ridge_primal(X, y, lam), [], None
    for k in range(1, 6):
        shift = 10.0**-k
        weights = evaluate(solution, {X: matrix, y: targets[:, None], lam: shift}).ravel()
        error = float(np.linalg.norm(weights - limit))
        order = "" if before is None else f"${np.log10(before / error):.3f}$"
        rows.append((f"$10^{{-{k}}}$", f"$({weights[0]:.6f}, {weights[1]:.6f})$", f"${error:.7f}$", order))
        before = error
    return Table(
        (r"$\lambda$", r"ridge solution", "distance", "observed order"),
        tuple(rows),
        rf"An $X$ of rank $1$ with rows $(1, 2), (2, 4), (0, 0)$ and $\mathbf{{y}} = (3, 1, 5)$: the distance to the"
        rf" pseudo-inverse solution $({limit[0]:.6f}, {limit[1]:.6f})$ falls like $\lambda$. Neither"
        r" $X^\top X$ nor $X X^\top$ has an inverse here.",
    )


PROBLEM = Problem(
    4,
    "Ridge regression: five perspectives and two forms of one solution",
    r"Here $X \in \mathbb{R}^{n \times d}$ is the data, $\mathbf{y} \in \mathbb{R}^n$ the targets and $\lambda > 0$."
    r" No rank is assumed unless it is said: $X$ may be tall, wide or rank-deficient.",
    {
        "a": optimisation,
        "b": singular_values,
        "c": maximum_a_posteriori,
        "d": fake_data,
        "e": fake_features,
        "f": two_forms,
        "g": large_lambda,
        "h": small_lambda,
    },
)
