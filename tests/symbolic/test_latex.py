r"""The writer: one line a construct. All output must also convert to MathML; every node of `shapes` must have a row."""

import math_core
import pytest
import sympy as sp
from sympy import (
    Eq,
    Identity,
    Inverse,
    KroneckerDelta,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Ne,
    Piecewise,
    Q,
    Rational,
    Sum,
    Symbol,
    Trace,
    Transpose,
    symbols,
)  # fmt: skip
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.blockmatrix import BlockMatrix
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import OneMatrix

from symbolic import shapes
from symbolic.errors import UnsupportedError
from symbolic.latex import RULES, write_latex
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian

m, n, d = symbols("m n d", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True)
w, b, t = symbols("w b t")
lam = Symbol("lambda", positive=True)
x, c, y = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1), MatrixSymbol("y", m, 1)
A, B, V = (MatrixSymbol(name, n, n) for name in "ABV")
X, W1, theta = MatrixSymbol("X", m, n), MatrixSymbol("W_1", m, n), MatrixSymbol("theta", n, 1)
dA, dx = MatrixSymbol("dA", n, n), MatrixSymbol("dx", n, 1)
phi = sp.Function("phi")
gram = MatAdd(X.T * X, lam * Identity(n))
cases = Piecewise((w * t, w > 0), (0, True))

WRITTEN = {
    # Order, signs and parentheses.
    r"A - X^{\top} X": MatAdd(A, MatMul(-1, X.T, X)),
    r"-A + B": MatAdd(MatMul(-1, A), B),
    r"B + A": MatAdd(B, A),
    r"A - \left(B + V\right)": MatAdd(A, MatMul(-1, MatAdd(B, V))),
    r"A - B + V": MatAdd(A, MatAdd(MatMul(-1, B), V)),
    r"A \left(A - B\right) \mathbf{x}": MatMul(A, MatMul(MatAdd(A, MatMul(-1, B)), x)),
    r"\left(\lambda I_n + B\right)^{2}": MatAdd(lam * Identity(n), B) ** 2,
    r"\left(X^{\top} X + \lambda I_n\right)^{-1} X^{\top}": MatMul(Inverse(gram), X.T),
    r"-w \left(b - t\right)": -w * sp.Add(b, -t, evaluate=False),
    r"t \left(-1\right)": sp.Mul(t, -1, evaluate=False),
    r"2 \cdot 3^{w}": 2 * 3**w,
    r"A \left(\mathbf{x}^{\top} \mathbf{c}\right) \mathbf{x}": A * (x.T * c) * x,
    r"\lambda \left(\mathbf{x}^{\top} \mathbf{x}\right) A": lam * (x.T * x) * A,
    r"\mathbf{x} \mathbf{c}^{\top} \mathbf{x}": x * c.T * x,
    # Transposes, inverses, powers, quotients.
    r"V^{-T}": Inverse(Transpose(V)),
    r"\left(A + B\right)^{-T}": Transpose(Inverse(MatAdd(A, B))),
    r"\left(A \mathbf{x}\right)^{\top}": Transpose(MatMul(A, x)),
    r"\left(A^{2}\right)^{\top}": Transpose(A**2),
    r"A^{1/2}": A ** Rational(1, 2),
    r"\frac{1}{\lambda} A": A / lam,
    r"-\frac{b}{w}": -b / w,
    r"\frac{t}{2 w}": sp.Mul(Rational(1, 2), t, 1 / w, evaluate=False),
    r"\frac{1}{\sqrt{\lambda}}": 1 / sp.sqrt(lam),
    r"\frac{1}{\mathbf{x}^{\top} \mathbf{c}}": sp.Pow(x.T * c, -1),
    r"\lambda^{3/2}": lam ** Rational(3, 2),
    r"1.5 w": sp.Float(1.5) * w,
    r"10^{-7} w": sp.Float(1e-7) * w,
    r"1.0": sp.Float(1),
    # Identities, zeros, ones, blocks.
    r"\lambda I_d": lam * Identity(d),
    r"I_{n + 1}": Identity(n + 1),
    r"0_{m \times n}": sp.ZeroMatrix(m, n),
    r"\mathbf{1}_{n}^{\top}": OneMatrix(1, n),
    r"\begin{bmatrix} A & \mathbf{x} \\ \mathbf{x}^{\top} & I_1 \end{bmatrix}": BlockMatrix(
        [[A, x], [x.T, Identity(1)]]
    ),
    # Norms, traces, products of other kinds.
    r"\lVert \mathbf{x} \rVert_2": sp.sqrt(x.T * x),
    r"1 + \mathbf{x}^{\top} \mathbf{c}": sp.Add(x.T * c, 1),
    r"\operatorname{tr}(X^{\top} X)": Trace(X.T * X),
    r"\det\left(\left(A + B\right)^{2}\right)": sp.Determinant(MatAdd(A, B) ** 2),
    r"\left(A \otimes B\right) \left(B \odot A\right)^{\odot 2}": MatMul(
        sp.KroneckerProduct(A, B), HadamardPower(sp.HadamardProduct(B, A), 2)
    ),
    r"A \odot \left(B V\right)": sp.HadamardProduct(A, B * V),
    r"\exp_{\odot}(A)": A.applyfunc(sp.exp),
    r"\left(t \mapsto 1 + t^{2}\right)_{\odot}(A)": A.applyfunc(lambda u: u**2 + 1),
    # Entries and sums: from 0 in SymPy, from 1 in print.
    r"x_{1}": x[0, 0],
    r"A_{n1}": A[n - 1, 0],
    r"A_{i + 1,1}": A[i + 1, 0],
    r"x_{j}": x.T[0, j],
    r"\left(W_{1}\right)_{ij}": W1[i, j],
    r"\left(A + A^{\top}\right)_{ij}": MatrixElement(MatAdd(A, A.T), i, j),
    r"\left(\mathbf{1}_{n}\right)_{i}": MatrixElement(OneMatrix(n, 1), i, 0),
    r"\delta_{3i}": KroneckerDelta(i, 2),
    r"\sum_{k=1}^{n} A_{ik} x_{k}": Sum(A[i, k] * x[k, 0], (k, 0, n - 1)),
    r"\sum_{k=1}^{n} \left(k - 1\right) x_{k}": Sum(k * x[k, 0], (k, 0, n - 1)),
    r"\sum_{k=0}^{n - 1} t^{k}": Sum(t**k, (k, 0, n - 1)),
    r"\sum_{i=1}^{n} \sum_{j=1}^{n} B_{ij}": Sum(B[i, j], (i, 0, n - 1), (j, 0, n - 1)),
    r"\sum_{j=1}^{n} \sum_{i=1}^{j} B_{ij}": Sum(B[i, j], (i, 0, j), (j, 0, n - 1)),
    r"\sum_{i=1}^{n} \left(A_{ij} + A_{ji}\right)": Sum(A[i, j] + A[j, i], (i, 0, n - 1)),
    r"t \left(\sum_{i=1}^{n} x_{i}\right) \sum_{k=1}^{n} c_{k}": sp.Mul(
        t, Sum(x[i, 0], (i, 0, n - 1)), Sum(c[k, 0], (k, 0, n - 1)), evaluate=False
    ),
    # Derivatives.
    r"\frac{\partial}{\partial x_{j}}\left(\sum_{i=1}^{n} x_{i}^{2}\right)": sp.Derivative(
        Sum(x[i, 0] ** 2, (i, 0, n - 1)), x[j, 0]
    ),
    r"\frac{\partial \phi(t)}{\partial t}": sp.Derivative(phi(t), t),
    r"\frac{\partial^{3}}{\partial b \, \partial w^{2}}\left(b w\right)": sp.Derivative(b * w, (w, 2), b),
    r"\frac{\partial \left(A \mathbf{x}\right)_{i}}{\partial x_{j}}": sp.Derivative(
        MatrixElement(MatMul(A, x), i, 0), x[j, 0]
    ),
    r"\frac{\partial}{\partial \mathbf{x}}\left(\mathbf{x}^{\top} A \mathbf{x}\right)": Jacobian(x.T * A * x, x),
    r"\frac{\partial}{\partial \operatorname{vec}(X)^{\top}}\left(\operatorname{vec}(X A)\right)": Jacobian(X * A, X),
    r"\nabla_{V} \left(\operatorname{tr}(V)\right)": Gradient(Trace(V), V),
    r"\nabla^2_{\mathbf{x}} \left(\mathbf{x}^{\top} \mathbf{x}\right)": Hessian(x.T * x, x),
    # Names.
    r"\hat{\mathbf{w}}": MatrixSymbol("w_hat", n, 1),
    r"\bm{\theta}^{\top}": theta.T,
    r"\sigma_{i}": Symbol("sigma_i"),
    r"W_{12}": Symbol("W_12"),
    r"x_{\mathrm{train}}": Symbol("x_train"),
    r"\mathrm{loss}": Symbol("loss"),
    r"\left(W^{(1)}\right)^{2}": Symbol("W^(1)") ** 2,
    r"A \, \mathrm{d}A \, A": A * dA * A,
    r"\mathrm{d}\mathbf{x}": dx,
    r"\left(\mathrm{d}A\right)^{2}": dA**2,
    # Statements.
    r"A = A^{\top}": Eq(A, A.T, evaluate=False),
    r"i \neq j \text{ and } A_{ij} = 0": sp.And(Ne(i, j), Eq(A[i, j], 0)),
    r"X^{\top} X + \lambda I_n \text{ invertible}": Q.invertible(gram),
    r"A \text{ not positive definite}": ~Q.positive_definite(A),
    r"X \text{ of full rank}": Q.fullrank(X),
    r"\lambda > 0": Q.positive(lam),
    r"A \text{ symmetric} \implies B \text{ diagonal}": sp.Implies(Q.symmetric(A), Q.diagonal(B)),
    r"\mathbf{x}^{\top} A = \mathbf{x}^{\top} B \text{ for all } \mathbf{x} \in \mathbb{R}^{n}": ForAll(
        x, Eq(x.T * A, x.T * B, evaluate=False)
    ),
    r"\begin{cases} t w & \text{if } w > 0 \\ 0 & \text{otherwise} \end{cases}": cases,
    r"2 \left(\begin{cases} t w & \text{if } w > 0 \\ 0 & \text{otherwise} \end{cases}\right)": sp.Mul(
        2, cases, evaluate=False
    ),
    r"\lvert w \rvert": sp.Abs(w),
    r"\max(0, w)": sp.Max(0, w),
    r"\log(w)^{2}": sp.log(w) ** 2,
}

TO_MATHML = math_core.LatexToMathML()


@pytest.mark.parametrize("latex", WRITTEN)
def test_written(latex: str) -> None:
    written = write_latex(WRITTEN[latex])
    assert written == latex
    assert TO_MATHML.convert_with_local_state(written, displaystyle=True).startswith("<math")


def test_options() -> None:
    assert write_latex(x, bold=False) == "x"
    assert write_latex(sp.sqrt(theta.T * theta), bold=False) == r"\lVert \theta \rVert_2"
    residual = MatAdd(y, MatMul(-1, X, x))
    squares = MatAdd(MatMul(residual.T, residual), MatMul(lam, x.T, x))
    norms = r"\lVert \mathbf{y} - X \mathbf{x} \rVert_2^2 + \lambda \lVert \mathbf{x} \rVert_2^2"
    assert write_latex(squares, norms=True) == norms
    assert write_latex(MatMul(x, x.T), norms=True) == r"\mathbf{x} \mathbf{x}^{\top}"


def test_bound_indices_get_free_letters() -> None:
    """SymPy's own bound indices are unnamed; their letters avoid what is free, and what the caller wants avoided."""
    entry = (x.T * A)[0, j]
    assert write_latex(entry) == r"\sum_{i=1}^{n} A_{ij} x_{i}"
    assert write_latex(entry, avoid="ik") == r"\sum_{l=1}^{n} A_{lj} x_{l}"
    double = write_latex((x.T * A * x)[0, 0] * Symbol("i"))
    assert r"\sum_{j=1}^{n} \sum_{k=1}^{n}" in double
    separate = Sum(x[i, 0], (i, 0, n - 1)).xreplace({i: sp.Dummy("u")}) + (c.T * c)[0, 0]
    assert sorted(write_latex(separate).split(" + ")) == [r"\sum_{i=1}^{n} c_{i}^{2}", r"\sum_{i=1}^{n} x_{i}"]


@pytest.mark.parametrize(
    "ambiguous",
    [
        x.T * x + MatMul(Symbol("x"), Identity(1)),
        c[0, 0] + Symbol("c_1"),
        Symbol("W_1") * Symbol("W1"),
        t * Symbol("t", real=True),
    ],
    ids=str,
)
def test_symbols_that_would_look_alike_are_refused(ambiguous: sp.Basic) -> None:
    with pytest.raises(UnsupportedError, match="both be written"):
        write_latex(ambiguous, bold=False)


@pytest.mark.parametrize(
    "unknown", [sp.gamma(w), MatMul(A, sp.Adjoint(MatrixSymbol("Z", n, n))), sp.I * w, sp.oo], ids=str
)
def test_unknown_nodes_raise_and_are_named(unknown: sp.Basic) -> None:
    with pytest.raises(UnsupportedError, match=r"gamma|Adjoint|ImaginaryUnit|Infinity"):
        write_latex(unknown)


def test_a_subclass_needs_a_row_of_its_own() -> None:
    """`Gradient` is a kind of `Jacobian` in Python and has another shape: inheriting the row would print a lie."""

    class Other(Jacobian):
        pass

    with pytest.raises(UnsupportedError, match="Other"):
        write_latex(Other(x.T * x, x))


def test_every_node_that_has_a_shape_can_be_written() -> None:
    inside = {sp.functions.elementary.piecewise.ExprCondPair}  # written by Piecewise
    assert not set(shapes._RULES) - set(RULES) - inside
    assert {BooleanTrue, BooleanFalse} <= set(RULES)
