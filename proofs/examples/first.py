r"""A first problem set: the normal equations

Run it with `pushthrough solve --from proofs.examples.first -o out`. To write one of your own, copy this file, say as
`mine.py`, and run `pushthrough solve --from mine.py`.
"""

from sympy import Inverse, MatAdd, MatMul, MatrixSymbol, Q, Transpose, ZeroMatrix, symbols

from proofs.document import Figure, Part, Problem
from proofs.explain import explain
from symbolic import derive

# The symbols. Sizes are symbols too, so that what is proved holds for matrices of every size.
m, n = symbols("m n", integer=True, positive=True)
A = MatrixSymbol("A", m, n)
x = MatrixSymbol("x", n, 1)  # a column: printed in bold
b = MatrixSymbol("b", m, 1)


def objective() -> Part:
    """Part (a). A builder takes nothing, and is called when its part is asked for."""
    # MatAdd and MatMul keep a sum and a product as they are written; in `A * x - b` SymPy would put b first.
    residual = MatAdd(MatMul(A, x), MatMul(-1, b))
    return Part(
        "1(a)",  # the number of the problem, then the label under which the builder stands in PROBLEM
        r"The derivative of $\lVert A \mathbf{x} - \mathbf{b} \rVert_2^2$ by $\mathbf{x}$.",
        # A tuple of derivations. `derive` finds the derivative and the steps to it; nothing is typed in.
        (derive(MatMul(Transpose(residual), residual), x),),
    )


def orthogonal_residual() -> Part:
    """Part (b). An identity under a hypothesis: which steps lead to it is searched for, not written."""
    gram = MatMul(A.T, A)
    solution = MatMul(Inverse(gram), A.T, b)
    identity = explain(
        MatMul(A.T, MatAdd(MatMul(A, solution), MatMul(-1, b))),  # the left side
        ZeroMatrix(n, 1),  # the right side
        given=[Q.invertible(gram)],  # what may be used; without it the claim has no meaning, and the page says so
        title="The residual of the solution is orthogonal to every column",
    )
    return Part(
        "1(b)",
        r"Where the derivative vanishes, $A^\top A \mathbf{x} = A^\top \mathbf{b}$. What does it say of the residual?",
        (identity,),
        # Remarks are prose: they are printed as they are, and judged by nobody.
        remarks=(r"$A^\top A$ is invertible exactly when the columns of $A$ are linearly independent.",),
        figures=(
            Figure(
                "orthogonal-residual",  # the stem of the file; unique in the document
                r"For one column: $A \mathbf{x}$ is the point of the line through $\mathbf{a}$ that is nearest to"
                r" $\mathbf{b}$.",
                "A line through the origin, a point b beside it, and the segment from b to the line at a right angle.",
                draw_projection,
                size=(3.6, 2.2),  # inches
            ),
        ),
    )


def draw_projection(figure) -> None:
    """Draws on the empty matplotlib figure that it is given; one plot or several, whatever `subplots` makes."""
    axes = figure.subplots()
    a, target = (2.0, 1.0), (1.0, 1.75)
    share = (a[0] * target[0] + a[1] * target[1]) / (a[0] ** 2 + a[1] ** 2)  # (a'a)^-1 a'b
    foot = (share * a[0], share * a[1])
    axes.axline((0, 0), a)
    axes.plot(*zip(target, foot, strict=True), linestyle="--")
    axes.plot(*zip(target, foot, strict=True), "o", color="black", markersize=4)
    axes.annotate(r"$\mathbf{b}$", target, xytext=(6, 2), textcoords="offset points")
    axes.annotate(r"$A\,\mathbf{x}$", foot, xytext=(6, -10), textcoords="offset points")
    axes.set_aspect("equal")
    axes.set(xlim=(-0.2, 2.8), ylim=(-0.2, 2), xlabel="$u_1$", ylabel="$u_2$")


# `solve` looks for this name. The keys of the last argument are the labels of the parts.
PROBLEM = Problem(
    1,
    "The normal equations",
    r"Here $A \in \mathbb{R}^{m \times n}$ and $\mathbf{b} \in \mathbb{R}^m$.",
    {"a": objective, "b": orthogonal_residual},
)
