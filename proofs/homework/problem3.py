"""Problem 3: least squares and the minimum-norm solution, through derivatives and through the singular values."""

from dataclasses import replace
from typing import Any

from sympy import (
    BlockMatrix,
    Eq,
    Identity,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Pow,
    Q,
    Symbol,
    Transpose,
    ZeroMatrix,
    symbols,
    true,
)

from proofs.document import Part, Problem
from proofs.explain import explain
from proofs.minimize import minimize
from symbolic.derivation import Derivation, equalities
from symbolic.facts import predicate
from symbolic.nodes import ArgMin
from symbolic.regression import least_squares, min_norm, svd_of

m, n, p, q, r = symbols("m n p q r", integer=True, positive=True)
X, w, y, v = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("y", m, 1), MatrixSymbol("v", n, 1)
sigma = Symbol("sigma_i", positive=True)
u_i, v_i = MatrixSymbol("u_i", m, 1), MatrixSymbol("v_i", n, 1)
injective, surjective = predicate("injective"), predicate("surjective")
semidefinite = predicate("positive_semidefinite")
SVD = svd_of(X)
U, Sigma, V = SVD.U, SVD.Sigma, SVD.V
DAGGER = MatrixSymbol("Sigma_dagger", n, m)
gram, outer = MatMul(X.T, X), MatMul(X, X.T)
tall_sigma, wide_sigma = MatMul(Sigma.T, Sigma), MatMul(Sigma, Sigma.T)
TALL = (injective(X),)  # full column rank
WIDE = (surjective(X),)  # full row rank
D = MatrixSymbol("D", r, r)
DIAGONAL = (Q.diagonal(D), Q.invertible(D))


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


def squared_error(weights: Any) -> Any:
    error = MatAdd(MatMul(X, weights), MatMul(-1, y))
    return MatMul(Transpose(error), error)


def identity_of(
    *expressions: Any,
    given: tuple[Any, ...] = (),
    title: str = "",
    kind: str = "",
    notes: tuple[str, ...] = (),
) -> Derivation:
    return equalities(*expressions, given=given, title=title, answer_type=kind, notes=notes)


SIMPLIFY = (
    "Put in the SVD.", "Transpose the products.", "Orthonormal columns.",
    "The inverse of a product is the product of the inverses in reverse order.", "Orthonormal columns again.",
)  # fmt: skip


def holds(fact: Any, title: str, given: tuple[Any, ...] = ()) -> Derivation:
    return Derivation(fact, true, "holds", given=given, title=title)


def least_squares_solution() -> Part:
    """The minimiser of |Xw - y|^2, when it is the only one, and what it has to do with projections."""
    best = MatrixSymbol("w_star", n, 1)
    solution = least_squares(X, y)
    projection = MatMul(X, Inverse(gram), X.T)
    flat = equal(MatMul(X, v), ZeroMatrix(m, 1))
    normal = equal(MatMul(gram, best), MatMul(X.T, y))
    return Part(
        "3(a)",
        r"The weights that minimise $\lVert X \mathbf{w} - \mathbf{y} \rVert_2^2$ for a tall $X$ ($m > n$), and what"
        r" the solution has to do with projecting $\mathbf{y}$ on the column space of $X$. The solution is unique"
        r" exactly if $X$ has full column rank.",
        (
            minimize(squared_error(w), w, given=list(TALL)),
            holds(semidefinite(MatMul(2, gram)), "The objective is convex, whatever the rank of $X$"),
            Derivation(
                squared_error(w), squared_error(best), ">=", given=(normal,),
                title="Every solution of the normal equations is a minimiser, whatever the rank",
            ),
            Derivation(
                squared_error(MatAdd(best, v)), squared_error(best), given=(flat,),
                title=r"Without full column rank it is not the only one: where $X \mathbf{v} = \mathbf{0}$"
                      r" nothing changes",
            ),
            identity_of(
                MatMul(X.T, MatAdd(y, MatMul(-1, X, solution))),
                MatAdd(MatMul(X.T, y), MatMul(-1, gram, solution)),
                ZeroMatrix(n, 1),
                given=TALL, title="The residual is orthogonal to every column of $X$",
            ),
            explain(Transpose(projection), projection, TALL, "The projection matrix is symmetric"),
            explain(MatMul(projection, projection), projection, TALL, "Projecting twice is projecting once"),
        ),
    )  # fmt: skip


def svd_of_the_left_inverse() -> Part:
    written = MatMul(U, Sigma, V.T)
    turned = MatMul(V, Sigma.T, U.T)
    given = (SVD.equation, *SVD.facts, injective(Sigma))
    column = equal(MatMul(Sigma, v_i), MatMul(sigma, u_i))
    below = equal(MatMul(Sigma.T, u_i), ZeroMatrix(n, 1))
    dagger = MatMul(Inverse(tall_sigma), Sigma.T)
    return Part(
        "3(b)",
        r"The full SVD $X = U \Sigma V^\top$ put into $(X^\top X)^{-1} X^\top$, for $m > n$ and $n$ singular"
        r" values that"
        r" are not zero (that is what full column rank means for $\Sigma$). The matrix $\Sigma^\dagger$ has"
        r" $1 / \sigma_i$ at the place $(i, i)$ and zeros elsewhere; it is $n \times m$.",
        (
            identity_of(
                MatMul(Inverse(gram), X.T),
                MatMul(Inverse(MatMul(Transpose(written), written)), Transpose(written)),
                MatMul(Inverse(MatMul(V, Sigma.T, U.T, U, Sigma, V.T)), turned),
                MatMul(Inverse(MatMul(V, Sigma.T, Sigma, V.T)), turned),
                MatMul(V, Inverse(tall_sigma), V.T, turned),
                MatMul(V, Inverse(tall_sigma), Sigma.T, U.T),
                given=given, title="Substitute, and simplify", notes=SIMPLIFY,
            ),
            *block_form(tall=True),
            Derivation(
                MatMul(dagger, u_i), MatMul(Pow(sigma, -1), v_i), given=(column, injective(Sigma)),
                title=r"The same from the entries, for symbolic $m > n$: column $i$ of the matrix, for $i \leq n$",
                answer_type=r"Here $\mathbf{u}_i$ and $\mathbf{v}_i$ are unit vectors ($1$ in place $i$), so the"
                r" hypothesis says: column $i$ of $\Sigma$ has $\sigma_i$ in place $i$ and zeros elsewhere.",
            ),
            Derivation(
                MatMul(dagger, u_i), ZeroMatrix(n, 1), given=(below, injective(Sigma)),
                title=r"Columns $i > n$: row $i$ of $\Sigma$ is zero, and so is column $i$ of the result",
            ),
        ),
        remarks=(
            r"Every column agrees with $\Sigma^\dagger$, so $(\Sigma^\top \Sigma)^{-1} \Sigma^\top ="
            r" \Sigma^\dagger$ and"
            r" $(X^\top X)^{-1} X^\top = V \Sigma^\dagger U^\top$. If a singular value is $0$, $\Sigma^\top"
            r" \Sigma$ has no"
            r" inverse and the formula does not exist; $V \Sigma^\dagger U^\top$ still does, with $0$ in place of"
            r" $1 / 0$.",
        ),
    )  # fmt: skip


def block_form(*, tall: bool) -> tuple[Derivation, ...]:
    """The pseudo-inverse of a rectangular diagonal matrix as blocks: D on top of zeros, or D beside zeros."""
    if tall:
        wide_or_tall = BlockMatrix([[D], [ZeroMatrix(p, r)]])
        dagger = BlockMatrix([[Inverse(D), ZeroMatrix(r, p)]])
        flat = BlockMatrix([[D, ZeroMatrix(r, p)]])
        start = MatMul(Inverse(MatMul(Transpose(wide_or_tall), wide_or_tall)), Transpose(wide_or_tall))
        middle = (
            MatMul(Inverse(MatMul(flat, wide_or_tall)), flat),
            MatMul(Inverse(MatMul(D, D)), flat),
            MatMul(Inverse(D), Inverse(D), flat),
        )
    else:
        wide_or_tall = BlockMatrix([[D, ZeroMatrix(r, p)]])
        dagger = BlockMatrix([[Inverse(D)], [ZeroMatrix(p, r)]])
        flat = BlockMatrix([[D], [ZeroMatrix(p, r)]])
        start = MatMul(Transpose(wide_or_tall), Inverse(MatMul(wide_or_tall, Transpose(wide_or_tall))))
        middle = (
            MatMul(flat, Inverse(MatMul(wide_or_tall, flat))),
            MatMul(flat, Inverse(MatMul(D, D))),
            MatMul(flat, Inverse(D), Inverse(D)),
        )
    shape = "tall: $D$ above $p$ rows of zeros" if tall else "wide: $D$ beside $p$ columns of zeros"
    return (
        identity_of(
            start, *middle, dagger, given=DIAGONAL, title=rf"$\Sigma$ in blocks, {shape}",
            kind="$D$ is the diagonal matrix of the $r$ singular values, none of which is $0$.",
        ),
    )  # fmt: skip


def left_inverse() -> Part:
    dagger = equal(DAGGER, MatMul(Inverse(tall_sigma), Sigma.T))
    pinv, written = MatMul(V, DAGGER, U.T), MatMul(U, Sigma, V.T)
    one_to_one = equal(MatMul(DAGGER, Sigma), Identity(n))
    return Part(
        "3(c)",
        r"What the matrix of the least-squares solution does to $X$ from the left: it is a left inverse. Shown from the"
        r" formula, and again from the singular values.",
        (
            identity_of(MatMul(Inverse(gram), X.T, X), Identity(n), given=TALL, title="From the formula"),
            identity_of(
                MatMul(DAGGER, Sigma), MatMul(Inverse(tall_sigma), Sigma.T, Sigma), Identity(n),
                given=(dagger, injective(Sigma)), title="What the singular values do",
                kind=r"An $n \times n$ matrix with $\sigma_i^{-1} \sigma_i = 1$ in place $(i, i)$.",
            ),
            identity_of(
                MatMul(pinv, written), MatMul(V, DAGGER, Sigma, V.T), MatMul(V, V.T), Identity(n),
                given=(one_to_one, *SVD.facts), title="From the singular values",
            ),
        ),
        remarks=(r"It is no right inverse: $X (X^\top X)^{-1} X^\top$ is the projection of part (a), not $I_m$, when"
                 r" $m > n$.",),
    )  # fmt: skip


def minimum_norm() -> Part:
    """X'(XX')^-1 y by the null space, by Lagrange multipliers, and by the singular values."""
    solution, constraint = min_norm(X, y), equal(MatMul(X, w), y)
    rest = MatAdd(w, MatMul(-1, solution))
    given = (constraint, *WIDE)
    z, z_1, z_2 = MatrixSymbol("z", n, 1), MatrixSymbol("z_1", r, 1), MatrixSymbol("z_2", p, 1)
    c = MatrixSymbol("c", r, 1)
    coordinates = BlockMatrix([[z_1], [z_2]])
    wide = BlockMatrix([[D, ZeroMatrix(r, p)]])
    split = equal(MatMul(wide, coordinates), c)
    norm = MatMul(Transpose(coordinates), coordinates)
    return Part(
        "3(d)",
        r"The $\mathbf{w}$ of least norm with $X \mathbf{w} = \mathbf{y}$, for a wide $X$ ($m < n$). That every"
        r" $\mathbf{y}$ can be reached needs full row rank, which is a condition of its own: $m < n$ does not"
        r" imply it.",
        (
            identity_of(
                w, MatAdd(MatMul(X.T, Inverse(outer), X, w), MatAdd(w, MatMul(-1, X.T, Inverse(outer), X, w))),
                MatAdd(solution, rest), given=given,
                title=r"First way, the null space: $\mathbf{w}$ is a part in the row space and a rest",
            ),
            identity_of(
                MatMul(X, rest), MatAdd(MatMul(X, w), MatMul(-1, outer, Inverse(outer), y)), ZeroMatrix(m, 1),
                given=given, title="The rest is in the null space of $X$",
            ),
            identity_of(
                MatMul(Transpose(solution), rest), MatMul(y.T, Inverse(outer), X, rest), Integer(0),
                given=given, title="Both parts are orthogonal",
            ),
            identity_of(
                MatMul(w.T, w), MatAdd(MatMul(Transpose(solution), solution), MatMul(Transpose(rest), rest)),
                given=given, title="Pythagoras: the rest only adds to the norm",
            ),
            Derivation(
                ArgMin(MatMul(w.T, w), w, constraint), solution, given=WIDE,
                title="So the part in the row space is the solution, and the only one",
            ),
            replace(
                minimize(MatMul(w.T, w), w, subject_to=[constraint], given=list(WIDE)),
                title="Second way, a Lagrange multiplier",
            ),
            Derivation(
                ArgMin(MatMul(w.T, w), w, constraint),
                MatMul(V, ArgMin(MatMul(z.T, z), z, equal(MatMul(U, Sigma, z), y))),
                given=(SVD.equation, *SVD.facts),
                title=r"Third way, the singular values: $\mathbf{w} = V \mathbf{z}$ has the norm of $\mathbf{z}$",
            ),
            Derivation(
                split, equal(z_1, MatMul(Inverse(D), c)), "iff", given=DIAGONAL,
                title=r"With $\Sigma$ in blocks and $\mathbf{c} = U^\top \mathbf{y}$: $\mathbf{z}_1$ is fixed,"
                      r" $\mathbf{z}_2$ is free",
            ),
            identity_of(
                norm, MatAdd(MatMul(z_1.T, z_1), MatMul(z_2.T, z_2)),
                title=r"The norm is least for $\mathbf{z}_2 = \mathbf{0}$",
            ),
        ),
        remarks=(
            r"So $\mathbf{w} = V \begin{bmatrix} D^{-1} \\ 0 \end{bmatrix} U^\top \mathbf{y}"
            r" = V \Sigma^\dagger U^\top \mathbf{y}$.",
        ),
    )  # fmt: skip


def svd_of_the_right_inverse() -> Part:
    written, turned = MatMul(U, Sigma, V.T), MatMul(V, Sigma.T, U.T)
    given = (SVD.equation, *SVD.facts, surjective(Sigma))
    column = equal(MatMul(Sigma, v_i), MatMul(sigma, u_i))
    row = equal(MatMul(Sigma.T, u_i), MatMul(sigma, v_i))
    dagger = MatMul(Sigma.T, Inverse(wide_sigma))
    return Part(
        "3(e)",
        r"The full SVD put into $X^\top (X X^\top)^{-1}$, for $m < n$ and $m$ singular values that are not zero.",
        (
            identity_of(
                MatMul(X.T, Inverse(outer)),
                MatMul(Transpose(written), Inverse(MatMul(written, Transpose(written)))),
                MatMul(turned, Inverse(MatMul(U, Sigma, V.T, V, Sigma.T, U.T))),
                MatMul(turned, Inverse(MatMul(U, Sigma, Sigma.T, U.T))),
                MatMul(turned, U, Inverse(wide_sigma), U.T),
                MatMul(V, Sigma.T, Inverse(wide_sigma), U.T),
                given=given, title="Substitute, and simplify", notes=SIMPLIFY,
            ),
            *block_form(tall=False),
            Derivation(
                MatMul(dagger, u_i), MatMul(Pow(sigma, -1), v_i), given=(column, row, surjective(Sigma)),
                title=r"The same from the entries: column $i$ of the matrix, for $i \leq m$",
            ),
        ),
    )  # fmt: skip


def right_inverse() -> Part:
    sigma_pinv = MatrixSymbol("Sigma_dagger", n, m)
    laws = moore_penrose(Sigma, sigma_pinv)
    written, pinv = MatMul(U, Sigma, V.T), MatMul(V, sigma_pinv, U.T)
    one_to_one = equal(MatMul(Sigma, sigma_pinv), Identity(m))
    return Part(
        "3(f)",
        r"What the matrix of the minimum-norm solution does to $X$ from the right: it is a right inverse. And"
        r" what is true"
        r" of $V \Sigma^\dagger U^\top$ for any rank: the four equations of Moore and Penrose.",
        (
            identity_of(MatMul(outer, Inverse(outer)), Identity(m), given=WIDE, title="From the formula"),
            identity_of(
                MatMul(written, pinv), MatMul(U, Sigma, sigma_pinv, U.T), MatMul(U, U.T), Identity(m),
                given=(one_to_one, *SVD.facts), title="From the singular values",
            ),
            *rank_deficient_sigma(),
            *(
                Derivation(law.lhs, law.rhs, given=(*laws, *SVD.facts), title=f"{number} equation of Moore and Penrose")
                for number, law in zip(
                    ("First", "Second", "Third", "Fourth"), moore_penrose(written, pinv), strict=True)
            ),
        ),
        remarks=(r"It is no left inverse when $m < n$: $X^\top (X X^\top)^{-1} X$ is the projection on the row"
                 r" space.",),
    )  # fmt: skip


def moore_penrose(matrix: Any, inverse: Any) -> tuple[Eq, ...]:
    """The four equations that make `inverse` the pseudo-inverse of `matrix` (Penrose 1955)."""
    left, right = MatMul(matrix, inverse), MatMul(inverse, matrix)
    return (
        equal(MatMul(matrix, inverse, matrix), matrix),
        equal(MatMul(inverse, matrix, inverse), inverse),
        equal(Transpose(left), left),
        equal(Transpose(right), right),
    )


def rank_deficient_sigma() -> tuple[Derivation, ...]:
    """The four equations for a rectangular diagonal matrix of rank r, whatever its size."""
    block = BlockMatrix([[D, ZeroMatrix(r, q)], [ZeroMatrix(p, r), ZeroMatrix(p, q)]])
    inverse = BlockMatrix([[Inverse(D), ZeroMatrix(r, p)], [ZeroMatrix(q, r), ZeroMatrix(q, p)]])
    titles = ("first equation", "second equation", "third equation", "fourth equation")
    return tuple(
        Derivation(
            law.lhs, law.rhs, given=DIAGONAL,
            title=rf"$\Sigma$ of any rank $r$, with zeros around $D$, and its pseudo-inverse: {title}",
        )
        for title, law in zip(titles, moore_penrose(block, inverse), strict=True)
    )


PROBLEM = Problem(
    3,
    "Least squares and the minimum-norm solution",
    r"Here $X \in \mathbb{R}^{m \times n}$ and $\mathbf{y} \in \mathbb{R}^m$. In the full SVD $X = U \Sigma V^\top$ the"
    r" matrices $U$ ($m \times m$) and $V$ ($n \times n$) are orthogonal and $\Sigma$ is $m \times n$, zero but for"
    r" $\sigma_i$ at $(i, i)$. Shape alone does not give rank: where full column or row rank is needed it is a"
    r" hypothesis.",
    {
        "a": least_squares_solution,
        "b": svd_of_the_left_inverse,
        "c": left_inverse,
        "d": minimum_norm,
        "e": svd_of_the_right_inverse,
        "f": right_inverse,
    },
)
